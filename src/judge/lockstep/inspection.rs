//! What is looked at in a run, and when.
//!
//! Looking changes nothing, so a run that looks at everything sees all that there is to see. Others look less, for two
//! reasons: a heap that comes right only because it is looked at is caught, and what a look would cost is spent on longer
//! programs and on trials on copies.

use super::{Checked, Failed, Lockstep};
use heapproof_model::{Line, Object, Operation};

/// What is looked at besides what operations come to, and what is tried on copies. Of a damaged heap only
/// [`Inspection::damaged`] is asked.
pub trait Inspection {
    /// Looks: after each operation of the program, and of what follows its last line.
    ///
    /// # Errors
    /// Where subject and model part.
    fn look(&self, lockstep: &mut Lockstep) -> Checked;

    /// Tries what it likes before the first of the lines that lie ahead.
    ///
    /// # Errors
    /// Where subject and model part.
    fn before(&self, _lockstep: &Lockstep, _ahead: &[Line]) -> Result<(), Failed> {
        Ok(())
    }

    /// Tries what it likes after an operation of the program.
    ///
    /// # Errors
    /// Where subject and model part.
    fn after(&self, _lockstep: &mut Lockstep, _operation: &Operation<Object>) -> Result<(), Failed> {
        Ok(())
    }

    /// Tries what it likes after the last line, before all is collected and dropped.
    ///
    /// # Errors
    /// Where subject and model part.
    fn end(&self, _lockstep: &mut Lockstep) -> Result<(), Failed> {
        Ok(())
    }

    /// Whether what is left of a program's end was done before in this state, so that it can be spared: what is still to
    /// be dropped, and how often, before all is collected again.
    fn was_ended(&self, _lockstep: &Lockstep, _left: &[(Object, u32)]) -> bool {
        false
    }

    /// Looks at a heap that is damaged.
    ///
    /// # Errors
    /// Where that was damaged which is not found.
    fn damaged(&self, _lockstep: &Lockstep) -> Checked {
        Ok(())
    }
}

/// Looks at everything after every operation.
#[derive(Debug, Clone, Copy)]
pub struct Everything;

impl Inspection for Everything {
    fn look(&self, lockstep: &mut Lockstep) -> Checked {
        lockstep.compare()
    }

    fn after(&self, lockstep: &mut Lockstep, operation: &Operation<Object>) -> Result<(), Failed> {
        lockstep.compare_fork()?;
        if matches!(operation, Operation::Verify {} | Operation::Recover {}) {
            lockstep.compare_verification_without_roots()?;
        }
        Ok(())
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        Ok(lockstep.compare_verification_without_roots()?)
    }

    fn damaged(&self, lockstep: &Lockstep) -> Checked {
        lockstep.compare_damage()
    }
}

/// Looks at nothing.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Inspection for Nothing {
    fn look(&self, _lockstep: &mut Lockstep) -> Checked {
        Ok(())
    }
}
