//! The lines that can come next, in order of simplicity.

use super::situation::Situation;
use super::space::Space;
use heapproof_model::{Code, Gives, Kind, Line, Name, Operation, Store, Value};

type Objects = Vec<Option<Name>>;

/// Makes the lines of a situation.
struct Maker<'a> {
    space: &'a Space,
    situation: &'a Situation,
    /// The objects for operands: each living one with a name, a dead one for each place, and nil.
    objects: Objects,
    values: Vec<Value<Name>>,
    lines: Vec<Line>,
}

/// All lines of the space that can come next in that situation.
pub(super) fn lines(space: &Space, situation: &Situation) -> Vec<Line> {
    let living = situation.objects.iter().map(|(name, _)| *name);
    let named: Vec<Name> = living.chain(situation.stale.iter().copied()).collect();
    let nil = space.nil.then_some(None);
    let objects = named.iter().copied().map(Some).chain(nil).collect();
    let references = named.iter().copied().map(Value::Reference);
    let values = space.plain.iter().cloned().chain(references).collect();
    let mut maker = Maker { space, situation, objects, values, lines: Vec::new() };
    for code in &space.operations {
        let fits = match situation.is_damaged {
            // Only one fault at a time.
            true => matches!(code, Code::Verify | Code::Recover | Code::RecoverRoots),
            false => situation.is_new || !code.is_setting(),
        };
        if fits {
            maker.lines_of(*code);
        }
    }
    maker.lines
}

impl Maker<'_> {
    fn add(&mut self, operation: Operation<Name>) {
        let bind = (operation.code().gives() != Gives::Nothing).then_some(self.situation.fresh);
        self.lines.push(Line { bind, operation });
    }

    /// Whether an object lives and is of another kind.
    fn is_other(&self, object: Option<Name>, kind: Kind) -> bool {
        self.situation.objects.iter().any(|(name, of)| Some(*name) == object && *of != kind)
    }

    /// Adds an operation on each object.
    fn on_each(&mut self, operation: impl Fn(Option<Name>) -> Operation<Name>) {
        self.objects.clone().into_iter().for_each(|object| self.add(operation(object)));
    }

    /// Adds an operation with each value on each object. On nil and on another kind, only the first value is used,
    /// since the operation is refused before the value matters.
    fn with_each(&mut self, kind: Kind, operation: impl Fn(Option<Name>, Value<Name>) -> Operation<Name>) {
        for object in self.objects.clone() {
            let count = if object.is_none() || self.is_other(object, kind) { 1 } else { self.values.len() };
            for value in self.values.iter().take(count).cloned().collect::<Vec<_>>() {
                self.add(operation(object, value));
            }
        }
    }

    fn lines_of(&mut self, code: Code) {
        match code {
            Code::Take => self.on_each(|object| Operation::Take { object }),
            Code::TryTake => self.on_each(|object| Operation::TryTake { object }),
            Code::Drop => self.on_each(|object| Operation::Drop { object }),
            Code::Pin => self.on_each(|object| Operation::Pin { object }),
            Code::Unpin => self.on_each(|object| Operation::Unpin { object }),
            Code::Upgrade => self.on_each(|weak| Operation::Upgrade { weak }),
            Code::ReadBox => self.on_each(|object| Operation::ReadBox { object }),
            Code::Pop => self.on_each(|object| Operation::Pop { object }),
            Code::Length => self.on_each(|object| Operation::Length { object }),
            Code::RemoveElement => self.on_each(|object| Operation::RemoveElement { object, index: 0 }),
            Code::SwapRemove => self.on_each(|object| Operation::SwapRemove { object, index: 0 }),
            Code::Truncate => self.on_each(|object| Operation::Truncate { object, length: 0 }),
            Code::Clear => self.on_each(|object| Operation::Clear { object }),
            Code::Swap => self.swaps(),
            Code::Inherit => self.inheritances(),
            Code::Insert => {
                self.with_each(Kind::Array, |object, value| Operation::Insert { object, index: 0, value });
            }
            Code::Fill => {
                // An array of one element has all of it filled, and a larger one a part.
                self.with_each(Kind::Array, |object, value| Operation::Fill { object, index: 0, count: 1, value });
            }
            Code::ReadElement => self.on_each(|object| Operation::ReadElement { object, index: 0 }),
            Code::ReadCapture => self.on_each(|object| Operation::ReadCapture { object, index: 0 }),
            Code::WriteElement => {
                self.with_each(Kind::Array, |object, value| Operation::WriteElement { object, index: 0, value });
            }
            Code::WriteCapture => {
                self.with_each(Kind::Closure, |object, value| Operation::WriteCapture { object, index: 0, value });
            }
            Code::WriteBox => self.with_each(Kind::Box, |object, value| Operation::WriteBox { object, value }),
            Code::Push => self.with_each(Kind::Array, |object, value| Operation::Push { object, value }),
            Code::ReadField | Code::WriteField | Code::Remove => self.fields(code),
            Code::Transfer => self.transfers(),
            code if code.allocates_plainly() || matches!(code, Code::Chain | Code::Ring) => {
                self.allocations(code).into_iter().for_each(|operation| self.add(operation));
            }
            Code::Temp => self.temporaries(),
            Code::On => self.finalizers(),
            Code::When => self.callbacks(),
            Code::Fault => self.faults(),
            code if code.is_setting() => self.settings(code),
            code => self.management(code),
        }
    }

    /// Adds swaps of the first elements: of what may be two arrays, nil and dead objects included; and of what is of another kind with
    /// itself and with one of the first.
    fn swaps(&mut self) {
        let swap = |object, other| Operation::Swap { object, index: 0, other, place: 0 };
        let (mut arrays, others): (Vec<_>, Vec<_>) =
            self.objects.clone().into_iter().partition(|object| !self.is_other(*object, Kind::Array));
        for other in others {
            let with = arrays.first().copied().into_iter().chain([other]);
            with.for_each(|one| self.add(swap(one, other)));
        }
        while let Some(object) = arrays.pop() {
            arrays.iter().for_each(|other| self.add(swap(object, *other)));
        }
    }

    /// Gives each object the finalizer of each living one.
    fn inheritances(&mut self) {
        for (from, _) in self.situation.objects.clone() {
            self.on_each(|object| Operation::Inherit { object, from: Some(from) });
        }
    }

    fn fields(&mut self, code: Code) {
        for field in self.space.fields.clone() {
            match code {
                Code::ReadField => self.on_each(|object| Operation::ReadField { object, field: field.clone() }),
                Code::Remove => self.on_each(|object| Operation::Remove { object, field: field.clone() }),
                _ => {
                    let write = |object, value| Operation::WriteField { object, field: field.clone(), value };
                    self.with_each(Kind::Table, write);
                }
            }
        }
    }

    /// Adds transfers of each value to each living object, in its simplest place.
    fn transfers(&mut self) {
        for (name, kind) in self.situation.objects.clone() {
            for value in self.values.clone() {
                if let Some(store) = self.store(Some(name), kind, value) {
                    self.add(Operation::Transfer { store: Store(Box::new(store)) });
                }
            }
        }
    }

    /// The allocations for which there is room.
    fn allocations(&self, code: Code) -> Vec<Operation<Name>> {
        let room = self.space.objects.saturating_sub(self.situation.living);
        let has = |kind| room > 0 && self.space.kinds.contains(&kind);
        let lists = || std::iter::once(Vec::new()).chain(self.values.iter().map(|value| vec![value.clone()]));
        match code {
            Code::Table if has(Kind::Table) => vec![Operation::Table {}],
            Code::Box if has(Kind::Box) => {
                self.values.iter().map(|value| Operation::Box { value: value.clone() }).collect()
            }
            Code::Array if has(Kind::Array) => lists().map(|values| Operation::Array { values }).collect(),
            Code::Closure if has(Kind::Closure) => {
                lists().map(|values| Operation::Closure { function: 0, values }).collect()
            }
            Code::Scalar if has(Kind::Scalar) => {
                self.values.iter().map(|value| Operation::Scalar { value: value.clone() }).collect()
            }
            Code::Weak if has(Kind::Weak) => {
                self.objects.iter().map(|target| Operation::Weak { target: *target }).collect()
            }
            Code::Ephemeron if has(Kind::Weak) => {
                let with_each =
                    |key| self.values.iter().map(move |value| Operation::Ephemeron { key, value: value.clone() });
                self.objects.iter().flat_map(|key| with_each(*key)).collect()
            }
            Code::TableLike if has(Kind::Table) => {
                // What is no table is refused whatever the values are.
                let is_table =
                    |like| self.situation.objects.iter().any(|one| (Some(one.0), one.1) == (like, Kind::Table));
                let most = |like| if is_table(like) { usize::MAX } else { 1 };
                let of = |like| lists().take(most(like)).map(move |values| Operation::TableLike { like, values });
                self.objects.iter().flat_map(|like| of(*like)).collect()
            }
            Code::Chain if has(Kind::Table) => (2..=room as u32).map(|length| Operation::Chain { length }).collect(),
            Code::Ring if has(Kind::Table) => (1..=room as u32).map(|length| Operation::Ring { length }).collect(),
            _ => Vec::new(),
        }
    }

    /// Adds temporaries. Without a frame all are refused for the same reason, so one is enough.
    fn temporaries(&mut self) {
        let plain: Vec<Code> = self.space.operations.iter().copied().filter(|code| code.allocates_plainly()).collect();
        let all = plain.into_iter().flat_map(|code| self.allocations(code)).collect::<Vec<_>>();
        let count = if self.situation.in_frame { all.len() } else { 1 };
        for allocation in all.into_iter().take(count) {
            self.add(Operation::Temp { allocation: Box::new(allocation) });
        }
    }

    /// Adds finalizers. On a dead object or nil all are refused for the same reason, so one is enough.
    fn finalizers(&mut self) {
        let living: Vec<(Name, Kind)> = self.situation.objects.clone();
        for (owner, _) in &living {
            for line in self.finalizer_lines(*owner) {
                self.add(Operation::On { object: Some(*owner), line: Box::new(line) });
            }
        }
        for object in self.objects.clone() {
            if !living.iter().any(|(name, _)| Some(*name) == object) {
                let line = Box::new(Line { bind: None, operation: Operation::Panic {} });
                self.add(Operation::On { object, line });
            }
        }
    }

    /// Adds callbacks. On what is no weak object, dead or nil all are refused for the same reason, so one is enough.
    fn callbacks(&mut self) {
        for weak in self.objects.clone() {
            let owner = weak.filter(|name| self.situation.objects.contains(&(*name, Kind::Weak)));
            let refused = || vec![Line { bind: None, operation: Operation::Panic {} }];
            for line in owner.map_or_else(refused, |owner| self.callback_lines(owner)) {
                self.add(Operation::When { weak, line: Box::new(line) });
            }
        }
    }

    /// The lines of a callback: those of a finalizer, and its weak object is let go and asked for its target.
    fn callback_lines(&self, owner: Name) -> Vec<Line> {
        let more = [Operation::Drop { object: Some(Name::SELF) }, Operation::Upgrade { weak: Some(Name::SELF) }];
        self.finalizer_lines(owner).into_iter().chain(self.lines_in_code(more.into())).collect()
    }

    /// The lines of a finalizer: resurrect its object by a count or in another object, drop another, allocate, collect,
    /// panic.
    fn finalizer_lines(&self, owner: Name) -> Vec<Line> {
        let own = Some(Name::SELF);
        let mut operations = vec![Operation::Take { object: own }];
        for (other, kind) in self.situation.objects.iter().filter(|(other, _)| *other != owner) {
            operations.extend(self.store(Some(*other), *kind, Value::Reference(Name::SELF)));
            operations.push(Operation::Drop { object: Some(*other) });
        }
        operations.extend([Operation::Table {}, Operation::Collect {}, Operation::Panic {}]);
        if self.space.looks {
            operations.extend(self.looks(owner));
        }
        self.lines_in_code(operations)
    }

    /// Lines of those operations that the space has.
    fn lines_in_code(&self, operations: Vec<Operation<Name>>) -> Vec<Line> {
        let gives = |operation: &Operation<Name>| operation.code().gives() != Gives::Nothing;
        let bind = |operation: &Operation<Name>| gives(operation).then_some(self.situation.fresh);
        let allowed = |operation: &Operation<Name>| {
            operation.code() == Code::Panic || self.space.operations.contains(&operation.code())
        };
        operations.into_iter().filter(allowed).map(|operation| Line { bind: bind(&operation), operation }).collect()
    }

    /// What a finalizer looks at, the reference that it gives up, and the code that it gives.
    fn looks(&self, owner: Name) -> Vec<Operation<Name>> {
        let fields = self.space.fields.iter();
        let reads = fields.map(|field| Operation::ReadField { object: Some(Name::SELF), field: field.clone() });
        let clears = self.store(Some(Name::SELF), Kind::Table, Value::Nil);
        let weak = self.situation.objects.iter().filter(|(_, kind)| *kind == Kind::Weak);
        let upgrades = weak.map(|(name, _)| Operation::Upgrade { weak: Some(*name) });
        reads.chain(upgrades).chain(clears).chain(self.gives_code(owner)).collect()
    }

    /// Code for other objects, and for what code has made last, if the last name is bound there.
    fn gives_code(&self, owner: Name) -> impl Iterator<Item = Operation<Name>> + '_ {
        let outside = || self.situation.objects.iter().map(|(name, _)| *name);
        let last = self.situation.fresh.0.checked_sub(1).map(Name).filter(|last| outside().all(|name| name != *last));
        let line = Line { bind: None, operation: Operation::Panic {} };
        let others = outside().filter(move |name| *name != owner).chain(last);
        others.map(move |name| Operation::On { object: Some(name), line: Box::new(line.clone()) })
    }

    /// An operation that stores a value in an object of that kind.
    fn store(&self, object: Option<Name>, kind: Kind, value: Value<Name>) -> Option<Operation<Name>> {
        Some(match kind {
            Kind::Table => Operation::WriteField { object, field: self.space.fields.first()?.clone(), value },
            Kind::Array => Operation::Push { object, value },
            Kind::Closure => Operation::WriteCapture { object, index: 0, value },
            Kind::Box => Operation::WriteBox { object, value },
            Kind::Scalar | Kind::Weak => return None,
        })
    }

    fn faults(&mut self) {
        for fault in &self.space.faults.clone() {
            for (name, _) in self.situation.objects.clone() {
                self.add(Operation::Fault { fault: *fault, object: Some(name) });
            }
        }
    }

    /// Adds settings that are small enough to matter in few lines.
    fn settings(&mut self, code: Code) {
        self.add(match code {
            Code::SetInterval => Operation::SetInterval { operations: 1 },
            Code::SetBounds => Operation::SetBounds { least: 1, greatest: 2 },
            Code::SetCapacity => Operation::SetCapacity { objects: 1 },
            Code::SetCounts => Operation::SetCounts { ceiling: 1 },
            Code::SetGenerations => Operation::SetGenerations { ceiling: 1 },
            Code::SetChecks => Operation::SetChecks { on: false },
            Code::SetBudget => Operation::SetBudget { objects: 1 },
            Code::SetDebt => Operation::SetDebt { allocations: 1, objects: 1 },
            _ => Operation::SetVerify { operations: 1 },
        });
    }

    fn sizes(&mut self, sizes: &[u32], operation: impl Fn(u32) -> Operation<Name>) {
        sizes.iter().for_each(|size| self.add(operation(*size)));
    }

    fn management(&mut self, code: Code) {
        match code {
            Code::Collect => self.add(Operation::Collect {}),
            Code::Check => self.add(Operation::Check {}),
            Code::DetectFull => self.add(Operation::DetectFull {}),
            Code::Detect => self.add(Operation::Detect {}),
            Code::DetectSlice => self.sizes(&[0, 1], |objects| Operation::DetectSlice { objects }),
            Code::CollectSlice => self.sizes(&[0, 1], |objects| Operation::CollectSlice { objects }),
            Code::Shrink => self.add(Operation::Shrink {}),
            Code::Verify => self.add(Operation::Verify {}),
            Code::Begin => self.sizes(&[0, 1, 2], |objects| Operation::Begin { objects }),
            Code::End => self.add(Operation::End {}),
            Code::Recover => self.add(Operation::Recover {}),
            Code::RecoverRoots => self.add(Operation::RecoverRoots {}),
            _ => {}
        }
    }
}
