//! Chooses operands with knowledge of what lives.

use super::Generator;
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Contents, Field, Gives, Kind, Line, Name, Object, Operation, Part, Store, Value};
use rand::RngExt;

/// Where a line stands.
pub(super) enum Place {
    /// In the program itself.
    Program,
    /// In the finalizer or callback of an object.
    Finalizer(Object),
}

/// How many of a hundred operands are unsuitable on purpose: freed, of another kind, nil, or unbound.
const AMISS: u32 = 10;

/// The most values of a table that is made like another one.
const MOST_ALIKE: usize = 40;

impl Generator<'_> {
    /// A line of that operation; `None` where no object suits it.
    pub(super) fn make(&mut self, code: Code, place: &Place) -> Option<Line> {
        let operation = self.operation(code, place)?;
        if self.is_unwanted(&operation, place) {
            return None;
        }
        let binds = match code.gives() {
            Gives::Nothing => false,
            Gives::Look | Gives::Own => self.rng.random_bool(0.7),
            Gives::New => true,
        };
        let bind = binds.then(|| self.name());
        if let (Some(name), Place::Finalizer(object)) = (bind, place) {
            let kind = kind_of_new(&operation);
            match self.finalizers.iter_mut().find(|(of, _)| of == object) {
                Some((_, names)) => names.push((name, kind)),
                None => self.finalizers.push((*object, vec![(name, kind)])),
            }
        }
        Some(Line { bind, operation })
    }

    pub(super) fn operation(&mut self, code: Code, place: &Place) -> Option<Operation<Name>> {
        Some(match code {
            Code::Take => Operation::Take { object: self.object(place, |_| true)? },
            Code::Drop => Operation::Drop { object: self.held(place)? },
            Code::TryTake => {
                // An id is tried where nobody knows whether its object lives.
                let any = if self.rng.random_bool(0.3) { self.any_bound(|_, _| true) } else { None };
                let object = if any.is_some() { any } else { self.object(place, |_| true)? };
                Operation::TryTake { object }
            }
            Code::Pin => Operation::Pin { object: self.object(place, |_| true)? },
            Code::Unpin => {
                // Mostly of what is pinned; of others nothing comes.
                let pinned = if self.rng.random_bool(0.8) { self.pinned(place) } else { None };
                Operation::Unpin { object: pinned.or_else(|| self.object(place, |_| true))? }
            }
            Code::Upgrade => Operation::Upgrade { weak: self.of(Kind::Weak, place)? },
            Code::ReadField => {
                let object = self.of(Kind::Table, place)?;
                Operation::ReadField { field: self.field(object), object }
            }
            Code::ReadElement => {
                let object = self.of(Kind::Array, place)?;
                Operation::ReadElement { index: self.index(object), object }
            }
            Code::ReadCapture => {
                let object = self.of(Kind::Closure, place)?;
                Operation::ReadCapture { index: self.index(object), object }
            }
            Code::Length => Operation::Length { object: self.of(Kind::Array, place)? },
            Code::ReadBox => {
                let kind = if self.rng.random_ratio(1, 3) { Kind::Weak } else { Kind::Box };
                Operation::ReadBox { object: self.of(kind, place)? }
            }
            Code::WriteField => {
                let object = self.of(Kind::Table, place)?;
                if self.rng.random_ratio(1, 16)
                    && let Some((field, value)) = self.what_is_there(object)
                {
                    return Some(Operation::WriteField { object, field, value });
                }
                let field = if self.rng.random_bool(0.5) { self.field(object) } else { self.any_field() };
                Operation::WriteField { object, field, value: self.value(place) }
            }
            Code::WriteElement => {
                let object = self.of(Kind::Array, place)?;
                Operation::WriteElement { index: self.index(object), object, value: self.value(place) }
            }
            Code::WriteCapture => {
                let object = self.of(Kind::Closure, place)?;
                Operation::WriteCapture { index: self.index(object), object, value: self.value(place) }
            }
            Code::WriteBox => Operation::WriteBox { object: self.of(Kind::Box, place)?, value: self.value(place) },
            Code::Push => Operation::Push { object: self.of(Kind::Array, place)?, value: self.value(place) },
            Code::Pop => Operation::Pop { object: self.of(Kind::Array, place)? },
            Code::Remove => {
                let object = self.of(Kind::Table, place)?;
                Operation::Remove { field: self.field(object), object }
            }
            code if (Code::RemoveElement..=Code::Fill).contains(&code) => self.on_elements(code, place)?,
            Code::Clear => {
                let kind = if self.rng.random_bool(0.5) { Kind::Table } else { Kind::Array };
                Operation::Clear { object: self.of(kind, place)? }
            }
            Code::Swap => self.swap(place)?,
            Code::Transfer => Operation::Transfer { store: Store(Box::new(self.transferred(place)?)) },
            Code::Table => Operation::Table {},
            Code::Box => Operation::Box { value: self.value(place) },
            Code::Array => Operation::Array { values: self.values(place) },
            Code::Closure => Operation::Closure { function: self.rng.random_range(0..4), values: self.values(place) },
            Code::Scalar if self.rng.random_ratio(AMISS, 100) => Operation::Scalar { value: self.value(place) },
            Code::Scalar => Operation::Scalar { value: self.plain() },
            Code::Weak => Operation::Weak { target: self.object(place, |_| true)? },
            Code::Ephemeron => Operation::Ephemeron { key: self.object(place, |_| true)?, value: self.value(place) },
            Code::TableLike => self.table_like(place)?,
            Code::Chain => Operation::Chain { length: self.bulk() },
            Code::Ring => Operation::Ring { length: self.bulk() },
            Code::Collect => Operation::Collect {},
            Code::Check => Operation::Check {},
            Code::DetectFull => Operation::DetectFull {},
            Code::Detect => Operation::Detect {},
            Code::DetectSlice => Operation::DetectSlice { objects: self.budget() },
            Code::CollectSlice => Operation::CollectSlice { objects: self.budget() },
            Code::Shrink => Operation::Shrink {},
            Code::Verify => Operation::Verify {},
            Code::Begin if self.suits_frame(false, place) => Operation::Begin { objects: self.budget() },
            Code::End if self.suits_frame(true, place) => Operation::End {},
            Code::Temp if self.suits_frame(true, place) => self.temporary(place)?,
            Code::Recover => Operation::Recover {},
            Code::RecoverRoots => Operation::RecoverRoots {},
            Code::On => self.finalizer(place)?,
            Code::Inherit => self.inherited(place)?,
            Code::When => self.callback(place)?,
            Code::Panic => Operation::Panic {},
            _ => return None,
        })
    }

    /// An operation that adds an element to an array anywhere, takes one out, or changes several.
    fn on_elements(&mut self, code: Code, place: &Place) -> Option<Operation<Name>> {
        let object = self.of(Kind::Array, place)?;
        let index = self.index(object);
        Some(match code {
            Code::RemoveElement => Operation::RemoveElement { object, index },
            Code::SwapRemove => Operation::SwapRemove { object, index },
            Code::Insert => {
                // At the end, and seldom behind it.
                let further = [0, 0, 0, 1][self.rng.random_range(0..4)];
                Operation::Insert { object, index: index + further, value: self.value(place) }
            }
            Code::Truncate => Operation::Truncate { object, length: index },
            _ => {
                let all = self.contents(object).map_or(0, |contents| contents.values.len() as u32);
                let rest = all.saturating_sub(index);
                let (index, count) = match self.rng.random_range(0..12) {
                    0 => (index, rest + 1),
                    1..4 => (0, all),
                    _ => (index, self.rng.random_range(0..=rest)),
                };
                Operation::Fill { object, index, count, value: self.value(place) }
            }
        })
    }

    /// A store for a transfer: mostly of something that the mutator holds.
    fn transferred(&mut self, place: &Place) -> Option<Operation<Name>> {
        let code = (0..20).filter_map(|_| self.draw(false)).find(|code| code.stores())?;
        let mut store = self.operation(code, place)?;
        if self.rng.random_bool(0.7)
            && let Some(Some(held)) = self.held(place)
        {
            for part in store.parts() {
                if let Part::Value(value) = part {
                    *value = Value::Reference(held);
                }
            }
        }
        Some(store)
    }

    fn finalizer(&mut self, place: &Place) -> Option<Operation<Name>> {
        let object = self.object(place, |_| true)?;
        self.finalizer_of(object, place)
    }

    /// Gives the finalizer of another object: in code often its own, elsewhere mostly one that there is.
    fn inherited(&mut self, place: &Place) -> Option<Operation<Name>> {
        if let Place::Finalizer(owner) = place
            && self.rng.random_bool(0.7)
        {
            // What it has made becomes one of its own kind.
            let made = self.bound_in_code(owner).map(|(name, _)| name);
            let object = if made.is_some() { made } else { self.object(place, |_| true)? };
            return Some(Operation::Inherit { object, from: Some(Name::SELF) });
        }
        let object = self.object(place, |_| true)?;
        let armed = self.any_bound(|generator, object| generator.model.has_finalizer(object));
        Some(Operation::Inherit { object, from: if armed.is_some() { armed } else { self.object(place, |_| true)? } })
    }

    fn callback(&mut self, place: &Place) -> Option<Operation<Name>> {
        let weak = self.of(Kind::Weak, place)?;
        self.callback_of(weak, place)
    }

    /// A line for that object's callback.
    pub(super) fn callback_of(&mut self, weak: Option<Name>, place: &Place) -> Option<Operation<Name>> {
        let line = Box::new(self.line_of(weak, place)?);
        Some(Operation::When { weak, line })
    }

    /// A line for that object's finalizer.
    pub(super) fn finalizer_of(&mut self, object: Option<Name>, place: &Place) -> Option<Operation<Name>> {
        let line = Box::new(self.line_of(object, place)?);
        Some(Operation::On { object, line })
    }

    /// A line for user code of that object.
    fn line_of(&mut self, object: Option<Name>, place: &Place) -> Option<Line> {
        let of = object.and_then(|name| self.bound.iter().find(|(bound, _)| *bound == name));
        let inner = match (of, place) {
            (Some((_, of)), _) => Place::Finalizer(*of),
            (None, Place::Finalizer(of)) => Place::Finalizer(*of),
            (None, Place::Program) => return None,
        };
        let code = self.draw(true)?;
        // Two levels of finalizers are enough; deeper ones find nothing new.
        let nested = matches!(place, Place::Finalizer(_)) && code.arms();
        self.make(if nested { Code::Collect } else { code }, &inner)
    }

    /// An object of that kind.
    pub(super) fn of(&mut self, kind: Kind, place: &Place) -> Option<Option<Name>> {
        self.object(place, move |contents| contents.kind == kind)
    }

    /// An object that lives and is wanted; now and then one that isn't, nil, or an unbound name.
    pub(super) fn object(&mut self, place: &Place, wanted: impl Fn(&Contents) -> bool) -> Option<Option<Name>> {
        if self.rng.random_ratio(AMISS, 100) {
            return Some(match self.rng.random_range(0..10) {
                0 => None,
                1 => Some(self.name()),
                _ => self.any_bound(|_, _| true),
            });
        }
        self.local(place, &wanted)
            .or_else(|| self.any_bound(|generator, object| generator.model.contents(object).is_some_and(&wanted)))
            .map(Some)
    }

    /// An object of which the mutator holds a reference.
    fn held(&mut self, place: &Place) -> Option<Option<Name>> {
        if matches!(place, Place::Finalizer(_)) || self.rng.random_ratio(AMISS, 100) {
            return self.object(place, |_| true);
        }
        self.any_bound(|generator, object| generator.model.external(object) > 0).map(Some)
    }

    /// A pinned object; in a finalizer, nobody knows yet which one will be.
    fn pinned(&mut self, place: &Place) -> Option<Option<Name>> {
        if matches!(place, Place::Finalizer(_)) {
            return None;
        }
        self.any_bound(|generator, object| generator.model.is_pinned(object)).map(Some)
    }

    /// In a finalizer, this is often its own object or a name that the finalizer binds.
    fn local(&mut self, place: &Place, wanted: &impl Fn(&Contents) -> bool) -> Option<Name> {
        let Place::Finalizer(object) = place else { return None };
        let own = self.model.contents(*object).is_some_and(wanted);
        if own && self.rng.random_bool(0.5) {
            return Some(Name::SELF);
        }
        let (name, kind) = self.bound_in_code(object)?;
        let fits = wanted(&Contents { kind, ..Contents::default() });
        (fits && self.rng.random_bool(0.5)).then_some(name)
    }

    /// One of the names that the code of an object binds.
    fn bound_in_code(&mut self, object: &Object) -> Option<(Name, Kind)> {
        let names = self.finalizers.iter().find(|(of, _)| of == object).map(|(_, names)| names)?;
        Some(names[self.rng.random_range(0..names.len())])
    }

    /// A bound name that satisfies the condition; the search starts at a random one.
    pub(super) fn any_bound(&mut self, wanted: impl Fn(&Self, Object) -> bool) -> Option<Name> {
        if self.bound.is_empty() {
            return None;
        }
        let among =
            if self.rng.random_ratio(self.recent, 10) { self.window.min(self.bound.len()) } else { self.bound.len() };
        let start = self.bound.len() - 1 - self.rng.random_range(0..among);
        let focused = !self.focus.is_empty() && self.rng.random_ratio(3, 4);
        let (before, after) = self.bound.split_at(start);
        let in_order = || after.iter().chain(before).filter(|(_, object)| wanted(self, *object));
        let in_focus = in_order().find(|(_, object)| focused && self.focus.contains(object));
        in_focus.or_else(|| in_order().next()).map(|(name, _)| *name)
    }

    /// A field of a table with the reference that it holds. To store the same reference again must not free it in
    /// between.
    fn what_is_there(&mut self, object: Option<Name>) -> Option<(Field, Value<Name>)> {
        let contents = self.contents(object)?;
        let both = contents.fields.iter().zip(&contents.values);
        let (field, target) = both.filter_map(|(field, value)| Some((field.clone(), value.reference()?))).next()?;
        let name = self.any_bound(|_, object| object == target)?;
        Some((field, Value::Reference(name)))
    }

    /// Mostly a field that the table has.
    fn field(&mut self, object: Option<Name>) -> Field {
        let known = self.contents(object).map_or(0, |contents| contents.fields.len());
        if known > 0 && self.rng.random_bool(0.9) {
            let index = self.rng.random_range(0..known);
            if let Some(field) = self.contents(object).and_then(|contents| contents.fields.get(index)) {
                return field.clone();
            }
        }
        self.any_field()
    }

    /// One of few names, so that fields are overwritten; now and then one of many, or one of those that begin alike.
    pub(super) fn any_field(&mut self) -> Field {
        let several = match self.rng.random_range(0..40) {
            0..3 => return self.field_like_others(),
            3..6 => Field::COMMON.len(),
            _ => 3,
        };
        Field::common(self.rng.random_range(0..several))
    }

    /// A name that differs from others of the program in its last letter alone.
    fn field_like_others(&mut self) -> Field {
        let last = ['x', 'y', 'z'][self.rng.random_range(0..3)];
        let name: String = "field_".chars().cycle().take(self.begin_alike).chain([last]).collect();
        Field::new(&name).unwrap_or_else(|| Field::common(0))
    }

    /// Mostly an index that the array or closure has.
    pub(super) fn index(&mut self, object: Option<Name>) -> u32 {
        let length = self.contents(object).map_or(0, |contents| contents.values.len() as u32);
        if length > 0 && self.rng.random_bool(0.95) { self.rng.random_range(0..length) } else { length }
    }

    fn values(&mut self, place: &Place) -> Vec<Value<Name>> {
        (0..self.rng.random_range(0..4)).map(|_| self.value(place)).collect()
    }

    /// A table like another one, mostly with as many values as that has fields. If not, some may be dead too: which is told is
    /// a matter of order.
    fn table_like(&mut self, place: &Place) -> Option<Operation<Name>> {
        let like = self.of(Kind::Table, place)?;
        let fields = self.contents(like).map_or(0, |table| table.fields.len().min(MOST_ALIKE));
        if !self.rng.random_ratio(AMISS, 100) {
            return Some(Operation::TableLike { like, values: (0..fields).map(|_| self.value(place)).collect() });
        }
        let any = |generator: &mut Self| generator.any_bound(|_, _| true).map_or(Value::Nil, Value::Reference);
        let many = if self.rng.random_bool(0.5) { fields + 1 } else { fields.saturating_sub(1) };
        Some(Operation::TableLike { like, values: (0..many).map(|_| any(self)).collect() })
    }

    /// Mostly a reference.
    pub(super) fn value(&mut self, place: &Place) -> Value<Name> {
        if self.rng.random_bool(0.75)
            && let Some(Some(name)) = self.object(place, |_| true)
        {
            return Value::Reference(name);
        }
        self.plain()
    }

    /// How many objects a bulk line allocates. Few, since a large heap is slow to compare after each line.
    fn bulk(&mut self) -> u32 {
        if self.rng.random_ratio(1, 100) { self.rng.random_range(0..64) } else { self.rng.random_range(1..5) }
    }
}

/// The kind of an operation's result, as far as it can be known beforehand.
fn kind_of_new(operation: &Operation<Name>) -> Kind {
    match operation {
        Operation::Array { .. } => Kind::Array,
        Operation::Closure { .. } => Kind::Closure,
        Operation::Box { .. } => Kind::Box,
        Operation::Scalar { .. } => Kind::Scalar,
        Operation::Weak { .. } | Operation::Ephemeron { .. } => Kind::Weak,
        Operation::Temp { allocation } => kind_of_new(allocation),
        _ => Kind::Table,
    }
}
