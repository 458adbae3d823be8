//! A line of a program: an operation that may bind a name.

use super::{Code, Gives, Operation};
use crate::value::{Name, Object};

/// How deeply lines of finalizers and callbacks may be nested in one another.
pub const DEEPEST_FINALIZER: usize = 3;

/// One line of a program.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Line {
    /// The name that the line binds to the result of its operation, if that is a reference.
    pub bind: Option<Name>,
    /// What it does.
    pub operation: Operation<Name>,
}

impl Line {
    /// Calls `each` with every name in it, bound or used, in order of appearance.
    pub fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        if let Some(name) = &mut self.bind {
            each(name);
        }
        self.operation.rename(&mut |name| {
            if *name != Name::SELF {
                each(name);
            }
        });
    }

    /// The names that it binds or uses.
    pub fn names(&self) -> Vec<Name> {
        let mut names = Vec::new();
        self.clone().rename(&mut |name| names.push(*name));
        names
    }

    /// The names that it binds, its own and those within a finalizer or callback.
    pub fn bound(&self) -> Vec<Name> {
        let mut bound: Vec<Name> = self.bind.into_iter().collect();
        if let Some((_, line)) = self.operation.armed() {
            bound.extend(line.bound());
        }
        bound
    }

    /// The operations in it: its own, those of a line of user code, what a temporary is made as, and how a reference is transferred.
    pub fn codes(&self) -> Vec<Code> {
        let mut codes = vec![self.operation.code()];
        codes.extend(self.operation.armed().into_iter().flat_map(|(_, line)| line.codes()));
        match &self.operation {
            Operation::Temp { allocation } => codes.push(allocation.code()),
            Operation::Transfer { store } => codes.push(store.0.code()),
            _ => {}
        }
        codes
    }

    /// Whether it is allowed within `depth` finalizers or callbacks: `self` and `panic` only in one, settings, faults and
    /// expectations only outside; and whether a temporary is one object.
    pub(crate) fn is_allowed(&self, depth: usize) -> bool {
        let code = self.operation.code();
        let bind = match code.gives() {
            Gives::Nothing => self.bind.is_none(),
            Gives::Look | Gives::Own => true,
            Gives::New => self.bind.is_some(),
        };
        let names_self = || self.operation.resolve(&|name| (name != Name::SELF).then_some(Object(0))).is_none();
        bind && match &self.operation {
            Operation::Temp { allocation } if !allocation.code().allocates_plainly() => false,
            Operation::Transfer { store } if !store.0.code().stores() => false,
            Operation::On { object, line } | Operation::When { weak: object, line } => {
                depth < DEEPEST_FINALIZER && (depth > 0 || *object != Some(Name::SELF)) && line.is_allowed(depth + 1)
            }
            _ if depth == 0 => code != Code::Panic && !names_self(),
            _ => !code.is_setting() && !code.is_expectation() && code != Code::Fault,
        }
    }
}
