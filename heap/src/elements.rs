//! The elements of an array, in 16 bytes.
//!
//! A vector alone takes 24, which would make every object 8 bytes larger; a vector behind a
//! pointer costs every array a second allocation. Most arrays are short and seldom grow, so these
//! lie in a slice that is cut to measure, and only what grows beyond it pays for a vector.

use std::ops::{Deref, DerefMut};

use crate::Value;
use crate::footprint::Reserved;
use crate::spare::Spare;

/// From this length on, an array that grows is given room to grow further.
const FEW: usize = 8;

#[derive(Debug)]
#[expect(clippy::box_collection, reason = "a vector itself would make each object larger")]
pub(crate) enum Elements {
    Few(Box<[Value]>),
    Many(Box<Vec<Value>>),
}

impl Clone for Elements {
    fn clone(&self) -> Self {
        match self {
            Self::Few(few) => Self::Few(few.clone()),
            Self::Many(many) => Self::Many(many.clone()),
        }
    }

    fn clone_from(&mut self, source: &Self) {
        match (&mut *self, source) {
            (Self::Few(few), Self::Few(others)) => few.clone_from(others),
            (Self::Many(many), Self::Many(others)) => many.clone_from(others),
            _ => *self = source.clone(),
        }
    }
}

impl Elements {
    /// None, with room for so many; `None` where there is no memory for them.
    pub(crate) fn with_capacity(elements: usize) -> Option<Self> {
        if elements == 0 {
            return Some(Self::Few(Box::default()));
        }
        let mut list = Vec::new();
        list.try_reserve_exact(elements).ok()?;
        Some(Self::Many(Box::new(list)))
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        match self {
            Self::Few(few) => few.reserved(),
            Self::Many(many) => size_of::<Vec<Value>>() as u64 + many.reserved(),
        }
    }

    pub(crate) fn push(&mut self, value: Value, spare: &mut Spare) {
        match self {
            Self::Few(few) if few.len() < FEW => spare.append(few, value),
            Self::Few(few) => {
                let mut list = std::mem::take(few).into_vec();
                list.reserve_exact(list.len());
                list.push(value);
                *self = Self::Many(Box::new(list));
            }
            Self::Many(many) => many.push(value),
        }
    }

    pub(crate) fn insert(&mut self, index: usize, value: Value, spare: &mut Spare) {
        self.push(value, spare);
        self[index..].rotate_right(1);
    }

    /// Cuts what is behind so many elements.
    pub(crate) fn cut(&mut self, length: usize, spare: &mut Spare) -> Vec<Value> {
        if length >= self.len() {
            return Vec::new();
        }
        match self {
            Self::Few(few) => {
                let cut = few[length..].iter_mut().map(std::mem::take).collect();
                spare.shorten(few, length);
                cut
            }
            Self::Many(many) => {
                let cut = many.split_off(length);
                give_room_back(many);
                cut
            }
        }
    }

    pub(crate) fn pop(&mut self, spare: &mut Spare) -> Option<Value> {
        match self {
            Self::Few(few) => {
                let last = few.len().checked_sub(1)?;
                spare.take_out(few, last)
            }
            Self::Many(many) => {
                let last = many.pop();
                give_room_back(many);
                last
            }
        }
    }
}

/// Keeps no more than twice the room that is needed, where most of it lies empty.
fn give_room_back(many: &mut Vec<Value>) {
    if many.len() < many.capacity() / 4 {
        many.shrink_to(2 * many.len());
    }
}

impl FromIterator<Value> for Elements {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        Self::Few(values.into_iter().collect())
    }
}

impl Deref for Elements {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        match self {
            Self::Few(few) => few,
            Self::Many(many) => many,
        }
    }
}

impl DerefMut for Elements {
    fn deref_mut(&mut self) -> &mut [Value] {
        match self {
            Self::Few(few) => few,
            Self::Many(many) => many,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Elements;
    use crate::Value;
    use crate::spare::Spare;

    #[test]
    fn elements_are_kept_in_order_across_the_change_of_representation() {
        let spare = &mut Spare::default();
        let mut elements = Elements::from_iter([]);
        for number in 0..100 {
            elements.push(Value::Int(number), spare);
            assert_eq!(elements.len(), number as usize + 1);
        }
        assert!((0..100).all(|number| elements[number as usize] == Value::Int(number)));
        for number in (0..100).rev() {
            assert_eq!(elements.pop(spare), Some(Value::Int(number)));
        }
        assert_eq!(elements.pop(spare), None);
        assert_eq!(Elements::from_iter([]).pop(spare), None);
    }

    #[test]
    fn elements_are_inserted_and_cut_anywhere_in_both_representations() {
        let spare = &mut Spare::default();
        for length in [0, 1, 5, 8, 9, 40] {
            for at in 0..=length {
                let mut list: Vec<Value> = (0..length as i64).map(Value::Int).collect();
                let mut elements = Elements::from_iter([]);
                list.iter().for_each(|value| elements.push(value.clone(), spare));
                elements.insert(at, Value::Nil, spare);
                list.insert(at, Value::Nil);
                assert_eq!(elements[..], list);
                assert_eq!(elements.cut(at, spare), list.split_off(at));
                assert_eq!(elements[..], list);
                assert_eq!(elements.cut(at, spare), []);
            }
        }
    }
}
