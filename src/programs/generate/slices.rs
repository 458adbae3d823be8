//! Bursts of slices, with changes in between that are aimed at what the slices are about.
//!
//! A pass under way is wrong only about what has changed under it: garbage that was taken or stored, garbage that lost
//! its referrers, a slot that has another tenant, values that have moved to other places in an object. Changes drawn
//! blindly hardly ever meet one of those. How far a heap
//! comes in a slice is its own choice; here the model is made to pause until the slices' budgets would do for its garbage
//! several times over, so that the names of garbage stay good for as long as they may be in the heap.

use super::operands::Place;
use super::{Bias, Generator};
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Contents, Event, Field, Gives, Kind, Line, Name, Object, Operation, Value};
use rand::{Rng, RngExt};
use std::collections::BTreeSet;

/// How many objects a search touches for each object of garbage, about.
const TOUCHES: u64 = 3;

/// What the changes of a burst are mostly like: one needs several of a kind to come to a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Theme {
    /// Anything at all, mostly done to it.
    Any,
    /// The mutator comes to hold something.
    Take,
    /// Something is stored, in what lives or in garbage.
    Store,
    /// Something loses a referrer; what dies of it may leave its slot to another.
    Lose,
    /// Young objects are hung on it.
    Grow,
    /// Values that are no references come to it and leave it, so that its references stand elsewhere.
    Move,
    /// Allocations are refused that would have referred to it.
    Refuse,
}

impl Theme {
    /// One of those that could disturb what those slices do: a collection depends on counts, a detection on contents alone.
    fn any(rng: &mut dyn Rng, code: Code) -> Theme {
        use Theme::*;
        let themes: &[Theme] = match code {
            Code::DetectSlice => &[Any, Any, Store, Lose, Grow, Move, Move],
            _ => &[Any, Any, Take, Store, Lose, Grow, Move, Refuse],
        };
        themes[rng.random_range(0..themes.len())]
    }
}

/// Which slices stand between all other lines of a program, and after how many; mostly none.
pub(super) fn pulse(rng: &mut dyn Rng) -> Option<(Code, u32)> {
    let code = if rng.random_bool(0.5) { Code::DetectSlice } else { Code::CollectSlice };
    rng.random_ratio(1, 5).then(|| (code, rng.random_range(1..=3)))
}

impl Generator<'_> {
    /// Goes on with what the program does all the time, so that whatever it does else is done while that is under way.
    pub(super) fn pulse(&mut self) {
        let Some((code, lines)) = self.pulse else { return };
        if self.has(code) && self.rng.random_ratio(1, lines) {
            self.slice(code, Some(2));
        }
    }

    /// Slices, one after the other, with changes in between: what is under way must notice them.
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
            Some(most) => self.rng.random_range(1..=most),
            None => self.budget(),
        };
        let operation = match code {
            Code::CollectSlice => Operation::CollectSlice { objects },
            _ => Operation::DetectSlice { objects },
        };
        self.add(Line { bind: None, operation });
    }

    /// Any operation but a burst in a burst, or damage, which ends whatever is under way.
    fn anything(&mut self) {
        let others = |code: &Code| !matches!(code, Code::CollectSlice | Code::DetectSlice | Code::Fault);
        let line = self.draw(false).filter(others).and_then(|code| self.make(code, &Place::Program));
        line.into_iter().for_each(|line| self.add(line));
    }

    /// Something that is done to what those slices are about.
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
            Theme::Take => Some(Operation::Take { object: Some(name) }),
            Theme::Store => self.stored(name),
            Theme::Lose => self.lost(name),
            Theme::Grow => return self.grow(name),
            Theme::Move => self.moved(name),
            Theme::Refuse => self.refused(name),
        };
        let wanted =
            |operation: &Operation<Name>| self.has(operation.code()) && !self.is_unwanted(operation, &Place::Program);
        if let Some(operation) = operation.filter(wanted) {
            let bind = (operation.code().gives() == Gives::New).then(|| self.name());
            self.add(Line { bind, operation });
        }
        if theme == Theme::Lose && self.rng.random_bool(0.5) {
            // The next tenant.
            let line = self.make(Code::Table, &Place::Program);
            line.into_iter().for_each(|line| self.add(line));
        }
    }

    /// What a collection is about is garbage and what it refers to; a detection, everything.
    fn about(&self, code: Code) -> BTreeSet<Object> {
        if code == Code::DetectSlice {
            return self.model.living().collect();
        }
        let garbage = self.model.garbage();
        let beyond = garbage.iter().flat_map(|object| self.model.references(*object));
        garbage.iter().copied().chain(beyond).collect()
    }

    /// One of these that suits the theme: values move where they stand in front of references.
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

    /// A plain value comes to it or leaves it, mostly one that stands in front of a reference.
    fn moved(&mut self, name: Name) -> Option<Operation<Name>> {
        let (object, value) = (Some(name), self.plain());
        let contents = self.contents(object)?;
        let field = movable(contents).and_then(|place| contents.fields.get(place)).cloned();
        let (kind, leaves) = (contents.kind, self.rng.random_bool(0.7));
        Some(match (kind, field) {
            (Kind::Table, Some(field)) if leaves => Operation::Remove { object, field },
            (Kind::Table, _) => Operation::WriteField { object, field: self.any_field(), value },
            (Kind::Array, _) if leaves => Operation::Pop { object },
            (Kind::Array, _) => Operation::Push { object, value },
            _ => return None,
        })
    }

    /// A young object that refers to it or is referred to by it, and is held by nobody else.
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

    /// An allocation that refers to it and also to what is gone, or that exceeds the capacity.
    fn refused(&mut self, name: Name) -> Option<Operation<Name>> {
        let mut values = vec![Value::Reference(name)];
        if let Some(gone) = self.any_bound(|generator, object| !generator.model.lives(object)) {
            values.push(Value::Reference(gone));
        }
        Some(Operation::Array { values })
    }

    /// It loses one who refers to it, or one reference of the mutator's.
    fn lost(&mut self, name: Name) -> Option<Operation<Name>> {
        let object = self.object_of(name)?;
        let held = self.model.external(object) > 0;
        if held && self.rng.random_bool(0.5) {
            return Some(Operation::Drop { object: Some(name) });
        }
        self.overwritten(object)
    }

    /// A write of that reference into anything.
    fn stored(&mut self, name: Name) -> Option<Operation<Name>> {
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

    /// What the model is told that the subject does of this operation: a collection in slices pauses.
    pub(super) fn told(&mut self, operation: &Operation<Name>) -> Vec<Event> {
        let Operation::CollectSlice { objects } = operation else { return Vec::new() };
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

/// Whether it can hold a reference as it is.
fn has_room(contents: &Contents) -> bool {
    match contents.kind {
        Kind::Table | Kind::Array | Kind::Box => true,
        Kind::Closure => !contents.values.is_empty(),
        Kind::Scalar | Kind::Weak => false,
    }
}
