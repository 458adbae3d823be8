//! Lists of values that dead objects have left, kept for new objects.
//!
//! Most lists are short, and most objects die young: a list that an object leaves is soon of use to another one of the
//! same length. To take it from here costs a fraction of what the allocator asks. For each short length a few are kept, one
//! vacated last in front, since its memory is near; all others go back to the allocator. So what lies here is bounded, by
//! [`MOST`] lists of each length up to [`LONGEST`].
//!
//! A list that lies here holds nothing: whoever gives up the values of a dead object takes them out. So a copy of a heap has
//! nothing to copy here. Whatever makes a list longer or shorter takes the other one from here too, and leaves the former: so no more
//! lists of a length come to lie here than were ever needed at a time.

use crate::Value;
use crate::footprint::Reserved;

/// The longest lists that are kept.
const LONGEST: usize = 8;

/// How many of each length.
const MOST: usize = 64;

/// Lists of each length from 1 on.
#[derive(Debug, Default)]
pub(crate) struct Spare([Vec<Box<[Value]>>; LONGEST]);

impl Spare {
    /// A list of these values.
    #[inline]
    pub(crate) fn list_of(&mut self, values: &[Value]) -> Box<[Value]> {
        match self.taken(values.len()) {
            Some(mut list) => {
                // Where the new value is nil, there is one already.
                for (place, value) in list.iter_mut().zip(values).filter(|(_, value)| !matches!(value, Value::Nil)) {
                    *place = value.clone().normalized();
                }
                list
            }
            None => fresh(values),
        }
    }

    /// Adds a value behind the others of a list.
    pub(crate) fn append(&mut self, list: &mut Box<[Value]>, value: Value) {
        let longer = self.taken(list.len() + 1);
        let values = list.iter_mut().map(std::mem::take).chain([value]);
        let longer = match longer {
            Some(mut longer) => {
                longer.iter_mut().zip(values).for_each(|(place, value)| *place = value);
                longer
            }
            None => values.collect(),
        };
        self.keep(std::mem::replace(list, longer));
    }

    /// Takes the value at a place out of a list; the others keep their order.
    pub(crate) fn take_out(&mut self, list: &mut Box<[Value]>, place: usize) -> Option<Value> {
        let rest = list.get_mut(place..).filter(|rest| !rest.is_empty())?;
        rest.rotate_left(1);
        let value = std::mem::take(rest.last_mut()?);
        self.shorten(list, list.len() - 1);
        Some(value)
    }

    /// Leaves so many of a list's values, all behind them being nil.
    pub(crate) fn shorten(&mut self, list: &mut Box<[Value]>, length: usize) {
        let shorter = self.taken(length);
        let values = list.iter_mut().take(length).map(std::mem::take);
        let shorter = match shorter {
            Some(mut shorter) => {
                shorter.iter_mut().zip(values).for_each(|(place, value)| *place = value);
                shorter
            }
            None => values.collect(),
        };
        self.keep(std::mem::replace(list, shorter));
    }

    /// Keeps a list, out of which its values have been taken, or gives it back to the allocator.
    #[inline]
    pub(crate) fn keep(&mut self, list: Box<[Value]>) {
        if let Some(kept) = self.0.get_mut(list.len().wrapping_sub(1))
            && kept.len() < MOST
        {
            kept.push(list);
        }
    }

    /// A list of so many nils, if one is here.
    #[inline]
    pub(crate) fn taken(&mut self, length: usize) -> Option<Box<[Value]>> {
        self.0.get_mut(length.wrapping_sub(1))?.pop()
    }
}

impl Reserved for Spare {
    fn reserved(&self) -> u64 {
        let Self(lists) = self;
        lists.iter().map(|kept| kept.reserved() + kept.iter().map(Reserved::reserved).sum::<u64>()).sum()
    }
}

#[inline(never)]
fn fresh(values: &[Value]) -> Box<[Value]> {
    values.iter().cloned().map(Value::normalized).collect()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, MOST, Spare};
    use crate::footprint::Reserved;
    use crate::{ObjectId, Value};

    fn numbers(count: usize) -> Vec<Value> {
        (0..count as i64).map(Value::Int).collect()
    }

    #[test]
    fn a_list_that_is_used_again_has_the_new_values_and_no_others() {
        let mut spare = Spare::default();
        for length in 0..=LONGEST + 1 {
            for values in [numbers(length), vec![Value::Nil; length], vec![Value::from(ObjectId::NIL); length]] {
                spare.keep(vec![Value::Nil; length].into_boxed_slice());
                assert_eq!(spare.list_of(&values)[..], values.into_iter().map(Value::normalized).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_counted() {
        let mut spare = Spare::default();
        for length in 0..2 * LONGEST {
            (0..2 * MOST).for_each(|_| spare.keep(vec![Value::Nil; length].into_boxed_slice()));
        }
        let kept: usize = (1..=LONGEST).map(|length| MOST * 16 * (length + 1)).sum();
        assert_eq!(spare.reserved(), kept as u64);
    }

    #[test]
    fn lists_grow_and_shrink_by_changing_places_with_others() {
        let mut spare = Spare::default();
        for _ in 0..3 {
            let mut list = spare.list_of(&[]);
            for number in 0..20 {
                spare.append(&mut list, Value::Int(number));
            }
            assert_eq!(list[..], numbers(20));
            assert_eq!(spare.take_out(&mut list, 20), None);
            for number in (0..20).step_by(2) {
                assert_eq!(spare.take_out(&mut list, number as usize / 2), Some(Value::Int(number)));
            }
            let odd: Vec<Value> = (1..20).step_by(2).map(Value::Int).collect();
            assert_eq!(list[..], odd);
            list[1..].fill(Value::Nil);
            spare.shorten(&mut list, 1);
            assert_eq!(list[..], [Value::Int(1)]);
            list.fill(Value::Nil);
            spare.keep(list);
            let kept: usize = spare.0.iter().map(Vec::len).sum();
            assert_eq!(kept, LONGEST);
        }
    }
}
