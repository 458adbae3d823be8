//! Inspections say what a run compares, and when.
//!
//! A comparison changes nothing, so a run that compares everything sees all that can be seen. Other inspections compare
//! less, for two reasons. They catch a heap that is right only because somebody looks at it. And they spend the time on
//! longer programs and on trials on copies instead.

use super::{Checked, Failed, Lockstep};
use heapproof_model::{Line, Object, Operation};

/// What is compared besides outcomes, and what is tried on copies. For a damaged heap only [`Inspection::damaged`] is
/// called.
pub trait Inspection {
    /// Compares, after each operation of the program and of its end.
    ///
    /// # Errors
    /// If subject and model differ.
    fn look(&self, lockstep: &mut Lockstep) -> Checked;

    /// Whether [`Inspection::look`] and the others look at contents or counts after each operation, even where that is dear.
    fn looks_always(&self) -> bool {
        true
    }

    /// Tries anything before an operation: that of the first of the lines ahead.
    ///
    /// # Errors
    /// If subject and model differ.
    fn before(&self, _lockstep: &mut Lockstep, _operation: &Operation<Object>, _ahead: &[Line]) -> Result<(), Failed> {
        Ok(())
    }

    /// Tries anything after an operation of the program.
    ///
    /// # Errors
    /// If subject and model differ.
    fn after(&self, _lockstep: &mut Lockstep, _operation: &Operation<Object>) -> Result<(), Failed> {
        Ok(())
    }

    /// Tries anything after the last line, before everything is collected and dropped.
    ///
    /// # Errors
    /// If subject and model differ.
    fn end(&self, _lockstep: &mut Lockstep) -> Result<(), Failed> {
        Ok(())
    }

    /// Whether the rest of a program's end is known to pass in this state, so that it can be left out. `left` says
    /// which objects are still to be dropped before the next collection, and how often.
    fn was_ended(&self, _lockstep: &Lockstep, _left: &[(Object, u32)]) -> bool {
        false
    }

    /// Compares a damaged heap.
    ///
    /// # Errors
    /// If verification misses the damage.
    fn damaged(&self, _lockstep: &Lockstep) -> Checked {
        Ok(())
    }
}

/// Compares everything after every operation.
#[derive(Debug, Clone, Copy)]
pub struct Everything;

impl Inspection for Everything {
    fn looks_always(&self) -> bool {
        false
    }

    fn look(&self, lockstep: &mut Lockstep) -> Checked {
        lockstep.compare()
    }

    fn after(&self, lockstep: &mut Lockstep, operation: &Operation<Object>) -> Result<(), Failed> {
        lockstep.compare_fork()?;
        if matches!(operation, Operation::Verify {} | Operation::Recover {}) {
            lockstep.compare_verification_without_roots()?;
            lockstep.compare_views()?;
        }
        Ok(())
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        lockstep.compare_verification_without_roots()?;
        lockstep.compare_views()?;
        lockstep.compare_closing()
    }

    fn damaged(&self, lockstep: &Lockstep) -> Checked {
        lockstep.compare_damage()
    }
}

/// Compares nothing besides outcomes.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Inspection for Nothing {
    fn looks_always(&self) -> bool {
        false
    }

    fn look(&self, _lockstep: &mut Lockstep) -> Checked {
        Ok(())
    }
}
