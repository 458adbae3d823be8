//! Which names are bound before a line, and the kinds that their objects probably have.

use super::Draft;
use heapproof_model::{Code, Kind, Line, Name, Operation, Part, Value};
use rand::RngExt;

/// The names bound before a line, in order, each with the kind of its object as far as the binding line shows it.
pub(super) struct Scope {
    names: Vec<(Name, Option<Kind>)>,
    /// How many finalizers the line is nested in.
    pub depth: usize,
}

impl Draft<'_> {
    /// What can be used in line `at`.
    pub(super) fn scope(&self, at: usize) -> Scope {
        let bound = self.lines[..at].iter().filter_map(|line| Some((line.bind?, line.operation.allocated())));
        Scope { names: bound.collect(), depth: 0 }
    }

    /// A name of that kind, or of unknown kind; late names more often than early ones. Now and then one that does not
    /// suit.
    pub(super) fn name(&mut self, scope: &Scope, kind: Option<Kind>) -> Option<Name> {
        if scope.depth > 0 && self.rng.random_ratio(1, 3) {
            return Some(Name::SELF);
        }
        let amiss = self.rng.random_ratio(1, 16);
        if amiss && self.rng.random_ratio(1, 8) {
            return self.fresh();
        }
        let fits = |of: &Option<Kind>| amiss || kind.is_none() || of.is_none() || *of == kind;
        let fitting: Vec<Name> = scope.names.iter().filter(|(_, of)| fits(of)).map(|(name, _)| *name).collect();
        let latest = fitting.len().saturating_sub(4);
        let from = if self.rng.random_bool(0.5) { latest } else { 0 };
        (!fitting.is_empty()).then(|| fitting[self.rng.random_range(from..fitting.len())])
    }
}

impl Draft<'_> {
    /// Mostly replaces unbound names in lines by bound ones, since such lines would do nothing. Names in finalizers'
    /// lines stay: they may be bound when the finalizer runs.
    pub(super) fn repair(&mut self) {
        let mut scope = Scope { names: Vec::new(), depth: 0 };
        let mut lines = std::mem::take(&mut self.lines);
        for line in &mut lines {
            let wanted = kind_wanted(line.operation.code());
            each_name(&mut line.operation, &mut |name| {
                if !scope.names().any(|bound| bound == *name) && self.rng.random_ratio(7, 8) {
                    *name = self.name(&scope, wanted).unwrap_or(*name);
                }
            });
            scope.names.extend(line.bind.map(|name| (name, line.operation.allocated())));
        }
        self.lines = lines;
    }
}

/// Calls `each` with the names that an operation uses when it is done; names in a finalizer's line are used later.
pub(super) fn each_name(operation: &mut Operation<Name>, each: &mut dyn FnMut(&mut Name)) {
    for part in operation.parts() {
        match part {
            Part::Object(Some(name)) | Part::Value(Value::Reference(name)) => each(name),
            Part::Values(values) => values.iter_mut().for_each(|value| {
                if let Value::Reference(name) = value {
                    each(name);
                }
            }),
            Part::Allocation(within) | Part::Store(within) => each_name(within, each),
            _ => {}
        }
    }
}

impl Scope {
    /// The names that a line of a finalizer can use here.
    pub(super) fn inner(&self) -> Scope {
        Scope { names: self.names.clone(), depth: self.depth + 1 }
    }

    /// The kind that the name's object probably has.
    pub(super) fn kind(&self, name: Name) -> Option<Kind> {
        self.names.iter().find(|(bound, _)| *bound == name)?.1
    }

    /// The names.
    pub(super) fn names(&self) -> impl Iterator<Item = Name> + '_ {
        self.names.iter().map(|(name, _)| *name)
    }
}

/// The kind of object that an operation needs; `None` where any kind suits.
pub(super) fn kind_wanted(code: Code) -> Option<Kind> {
    match code {
        Code::ReadField | Code::WriteField | Code::Remove => Some(Kind::Table),
        Code::ReadElement | Code::WriteElement | Code::Push | Code::Pop | Code::Length => Some(Kind::Array),
        code if (Code::RemoveElement..=Code::Swap).contains(&code) => Some(Kind::Array),
        Code::ReadCapture | Code::WriteCapture => Some(Kind::Closure),
        Code::ReadBox | Code::WriteBox => Some(Kind::Box),
        Code::Upgrade | Code::When => Some(Kind::Weak),
        _ => None,
    }
}

/// Replaces the names that a line binds by others, and passes the names that it uses through `instead`.
pub(super) fn renamed(mut line: Line, instead: &mut dyn FnMut(Name) -> Name) -> Line {
    line.rename(&mut |name| *name = instead(*name));
    line
}
