//! Bursts of slices, with changes in between to the objects that the slices examine.
//!
//! A detection or collection that is paused can be wrong only about what changed meanwhile: garbage that was taken or
//! stored, garbage that lost its referrers, a slot that holds another object, values that moved to other places in an
//! object. Random changes hardly ever touch one of those. How far a heap gets in a slice is its own choice. Here the
//! model pauses until the budgets of the slices would suffice for its garbage several times over, so that the names of
//! garbage stay valid for as long as they can be in the heap.

use super::operands::Place;
use super::{Bias, Generator, Profile};
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Contents, Event, Field, Gives, Kind, Line, Name, Object, Operation, Value};
use rand::{Rng, RngExt};
use std::collections::BTreeSet;

/// About how many objects a search touches for each object of garbage.
const TOUCHES: u64 = 3;

/// What most changes of a burst do. Some bugs need several changes of the same sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Theme {
    /// Any operation, mostly on an object that the slices examine.
    Any,
    /// The mutator takes a reference to such an object.
    Take,
    /// A reference to such an object is stored, in a living object or in garbage.
    Store,
    /// Such an object loses a referrer; if it dies, another object may get its slot.
    Lose,
    /// A young object refers to such an object, or the other way round.
    Grow,
    /// Such an object gains or loses plain values, so that its references move.
    Move,
    /// An allocation that would refer to such an object is refused.
    Refuse,
    /// Such an object dies, with garbage that a collection frees or by itself, and another may get its slot.
    Free,
    /// Such an object gets lines for its finalizer.
    Arm,
}

impl Theme {
    /// A theme that can disturb these slices. A collection depends on counts, a detection on contents alone.
    fn any(rng: &mut dyn Rng, code: Code) -> Theme {
        use Theme::*;
        let themes: &[Theme] = match code {
            Code::DetectSlice => &[Any, Any, Store, Lose, Grow, Move, Move, Free],
            _ => &[Any, Any, Take, Store, Lose, Grow, Move, Refuse, Free, Arm],
        };
        themes[rng.random_range(0..themes.len())]
    }
}

/// Which slice a program does again and again between its other lines, and about every how many; mostly none.
pub(super) fn pulse(profile: Profile, rng: &mut dyn Rng) -> Option<(Code, u32)> {
    let code = if rng.random_bool(0.5) { Code::DetectSlice } else { Code::CollectSlice };
    let of = if profile == Profile::Slices { 2 } else { 5 };
    rng.random_ratio(1, of).then(|| (code, rng.random_range(1..=3)))
}

impl Generator<'_> {
    /// Does a slice of what the program does all the time, so that its other lines run while that is unfinished.
    pub(super) fn pulse(&mut self) {
        let Some((code, lines)) = self.pulse else { return };
        if self.has(code) && self.rng.random_ratio(1, lines) {
            self.slice(code, Some(2));
        }
    }

    /// Adds slices with changes in between, which the paused detection or collection must notice.
    pub(super) fn slices(&mut self, code: Code) {
        if !self.has_bias(Bias::Aim) || self.rng.random_ratio(1, 6) {
            for _ in 0..self.rng.random_range(1..=4) {
                (0..self.rng.random_range(0..=2)).for_each(|_| self.anything());
                self.slice(code, None);
            }
            return;
        }
        let theme = Theme::any(self.rng, code);
        let padded = theme == Theme::Move || self.rng.random_ratio(1, 8);
        if self.rng.random_bool(0.7) {
            self.shape(code == Code::CollectSlice, padded);
        }
        let often = self.rng.random_range(1..=3);
        // Small slices pause at more places than large ones.
        let most = [1, 1, 2, 3][self.rng.random_range(0..4)];
        for _ in 0..self.rng.random_range(2..=12) {
            if self.rng.random_ratio(often, 3) {
                self.aimed(theme, code);
            }
            self.slice(code, Some(most));
        }
    }

    fn slice(&mut self, code: Code, most: Option<u32>) {
        let objects = match most {
            // A slice of nothing is refused, and then it must disturb nothing.
            Some(_) if self.rng.random_ratio(1, 12) => 0,
            Some(most) => self.rng.random_range(1..=most),
            None => self.budget(),
        };
        let operation = match code {
            Code::CollectSlice => Operation::CollectSlice { objects },
            _ => Operation::DetectSlice { objects },
        };
        self.add(Line { bind: None, operation });
    }

    /// Adds any operation except a slice, or damage, which ends every unfinished detection and collection.
    fn anything(&mut self) {
        let others = |code: &Code| !matches!(code, Code::CollectSlice | Code::DetectSlice | Code::Fault);
        let line = self.draw(false).filter(others).and_then(|code| self.make(code, &Place::Program));
        line.into_iter().for_each(|line| self.add(line));
    }

    /// Changes an object that the slices examine.
    fn aimed(&mut self, theme: Theme, code: Code) {
        let about = self.about(code);
        if theme == Theme::Any || self.rng.random_ratio(1, 8) {
            self.focus = about;
            self.anything();
            return self.focus.clear();
        }
        let Some(name) = self.subject_of(theme, &about) else { return self.anything() };
        let operation = match theme {
            Theme::Any => None,
            // To pin is to take, for a collection.
            Theme::Take if self.rng.random_ratio(1, 4) => Some(Operation::Pin { object: Some(name) }),
            Theme::Take => Some(Operation::Take { object: Some(name) }),
            Theme::Store => self.stored(name),
            Theme::Lose => self.lost(name),
            Theme::Grow => return self.grow(name),
            Theme::Move => self.moved(name),
            Theme::Refuse => self.refused(name),
            Theme::Free if self.rng.random_bool(0.5) => Some(Operation::Collect {}),
            Theme::Free => self.lost(name),
            Theme::Arm => self.finalizer_of(Some(name), &Place::Program),
        };
        let wanted =
            |operation: &Operation<Name>| self.has(operation.code()) && !self.is_unwanted(operation, &Place::Program);
        if let Some(operation) = operation.filter(wanted) {
            let bind = (operation.code().gives() == Gives::New).then(|| self.name());
            self.add(Line { bind, operation });
        }
        if matches!(theme, Theme::Lose | Theme::Free) && self.rng.random_bool(0.5) {
            // Another object for the freed slot.
            let line = self.make(Code::Table, &Place::Program);
            line.into_iter().for_each(|line| self.add(line));
        }
    }

    /// The objects that slices examine: for a collection, garbage and what it refers to; for a detection, everything.
    fn about(&self, code: Code) -> BTreeSet<Object> {
        if code == Code::DetectSlice {
            return self.model.living().collect();
        }
        let garbage = self.model.garbage();
        let beyond = garbage.iter().flat_map(|object| self.model.references(*object));
        garbage.iter().copied().chain(beyond).collect()
    }

    /// One of these objects that suits the theme. For `Move`, one with plain values in front of references, if there is
    /// one.
    fn subject_of(&mut self, theme: Theme, about: &BTreeSet<Object>) -> Option<Name> {
        let among = |object: Object| about.contains(&object);
        if theme == Theme::Move
            && let Some(name) = self.any_bound(|generator, object| {
                among(object) && generator.model.contents(object).and_then(movable).is_some()
            })
        {
            return Some(name);
        }
        self.any_bound(|generator, object| among(object) && generator.model.lives(object))
    }

    /// Adds a plain value to the object or removes one, mostly one that stands in front of a reference.
    fn moved(&mut self, name: Name) -> Option<Operation<Name>> {
        let (object, value) = (Some(name), self.plain());
        let contents = self.contents(object)?;
        let place = movable(contents);
        let field = place.and_then(|place| contents.fields.get(place)).cloned();
        let index = place.map(|place| place as u32);
        let (kind, leaves) = (contents.kind, self.rng.random_bool(0.7));
        if let (Kind::Array, Some(index), true) = (kind, index, self.rng.random_bool(0.6)) {
            return Some(match self.rng.random_range(0..3) {
                0 => Operation::Insert { object, index, value },
                1 => Operation::SwapRemove { object, index },
                _ => Operation::RemoveElement { object, index },
            });
        }
        Some(match (kind, field) {
            (Kind::Table, Some(field)) if leaves => Operation::Remove { object, field },
            (Kind::Table, _) => Operation::WriteField { object, field: self.any_field(), value },
            (Kind::Array, _) if leaves => Operation::Pop { object },
            (Kind::Array, _) => Operation::Push { object, value },
            _ => return None,
        })
    }

    /// Allocates an object that refers to this one or is referred to by it; mostly the mutator then drops it.
    fn grow(&mut self, name: Name) {
        if !self.has(Code::Table) || !self.has(Code::WriteField) {
            return;
        }
        let young = self.name();
        self.add(Line { bind: Some(young), operation: Operation::Table {} });
        let holds = self.rng.random_bool(0.5) && self.contents(Some(name)).is_some_and(has_room);
        let (holder, target) = if holds { (name, young) } else { (young, name) };
        let place = self.rng.random_range(0..3);
        self.store(holder, place, target);
        if self.has(Code::Drop) && self.rng.random_bool(0.7) {
            self.add(Line { bind: None, operation: Operation::Drop { object: Some(young) } });
        }
    }

    /// An allocation that refers to the object and is refused: it also refers to a freed one, or exceeds the capacity.
    fn refused(&mut self, name: Name) -> Option<Operation<Name>> {
        let mut values = vec![Value::Reference(name)];
        if let Some(gone) = self.any_bound(|generator, object| !generator.model.lives(object)) {
            values.push(Value::Reference(gone));
        }
        Some(Operation::Array { values })
    }

    /// The object loses a referrer, or a reference that the mutator holds.
    fn lost(&mut self, name: Name) -> Option<Operation<Name>> {
        let object = self.object_of(name)?;
        let held = self.model.external(object) > 0;
        if held && self.rng.random_bool(0.5) {
            return Some(Operation::Drop { object: Some(name) });
        }
        self.overwritten(object)
    }

    /// A write of a reference to the object into any object, or a swap that brings it there.
    fn stored(&mut self, name: Name) -> Option<Operation<Name>> {
        if self.rng.random_ratio(1, 3)
            && let Some(swap) = self.swapped_away(name)
        {
            return Some(swap);
        }
        let holder = self.any_bound(|generator, object| generator.model.contents(object).is_some_and(has_room))?;
        let (kind, value) = (self.contents(Some(holder))?.kind, Value::Reference(name));
        let (object, index) = (Some(holder), 0);
        Some(match kind {
            Kind::Table => Operation::WriteField { object, field: Field::common(self.rng.random_range(0..3)), value },
            Kind::Array => Operation::Push { object, value },
            Kind::Closure => Operation::WriteCapture { object, index, value },
            _ => Operation::WriteBox { object, value },
        })
    }

    /// A write of nil over a reference to that object.
    fn overwritten(&mut self, target: Object) -> Option<Operation<Name>> {
        let refers = |contents: &Contents| contents.references().any(|reference| reference == target);
        let holder = self.any_bound(|generator, object| generator.model.contents(object).is_some_and(refers))?;
        let contents = self.contents(Some(holder))?;
        let place = contents.values.iter().position(|value| value.reference() == Some(target))?;
        let (object, index, value) = (Some(holder), place as u32, Value::Nil);
        Some(match contents.kind {
            Kind::Table => Operation::WriteField { object, field: contents.fields.get(place)?.clone(), value },
            Kind::Array => Operation::WriteElement { object, index, value },
            Kind::Closure => Operation::WriteCapture { object, index, value },
            _ => Operation::WriteBox { object, value },
        })
    }

    /// What the model is told to do where the contract leaves a choice: here, whether a collection in slices pauses.
    pub(super) fn told(&mut self, operation: &Operation<Name>) -> Vec<Event> {
        let Operation::CollectSlice { objects: objects @ 1.. } = operation else { return Vec::new() };
        self.sliced += u64::from(*objects);
        let pauses = self.has_bias(Bias::Aim) && self.sliced < TOUCHES * self.model.garbage().len() as u64;
        if pauses {
            return vec![Event::Paused];
        }
        self.sliced = 0;
        Vec::new()
    }
}

/// The place of a plain value that stands in front of a reference.
fn movable(contents: &Contents) -> Option<usize> {
    let last = contents.values.iter().rposition(|value| value.reference().is_some())?;
    contents.values[..last].iter().position(|value| value.reference().is_none())
}

/// Whether the object has room for one more reference.
fn has_room(contents: &Contents) -> bool {
    match contents.kind {
        Kind::Table | Kind::Array | Kind::Box => true,
        Kind::Closure => !contents.values.is_empty(),
        Kind::Scalar | Kind::Weak => false,
    }
}
