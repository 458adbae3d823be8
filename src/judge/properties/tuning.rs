//! Tuning: checks happen when they are due, and interval and rate are what the contract predicts.
//!
//! Counters are compared after each operation. At the end a copy goes on allocating: first rings that it drops at once,
//! then objects that it keeps. So some checks find garbage and others don't, and the interval reaches both bounds.

use crate::judge::lockstep::{Checked, Failed, Inspection, Lockstep, Trial, Verdict, run_with};
use crate::judge::subject::SubjectKind;
use heapproof_model::{Code, Field, Object, Operation, Outcome, Program, Value};

/// How many objects of each sort a copy allocates.
const ALLOCATIONS: usize = 16;

struct Tuning;

pub(super) fn check(subject: &SubjectKind, program: &Program) -> Verdict {
    run_with(subject, program, &Tuning)
}

impl Inspection for Tuning {
    fn look(&self, lockstep: &mut Lockstep) -> Checked {
        lockstep.compare_statistics()
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        let wanted = [Code::Table, Code::WriteField, Code::Drop];
        if !wanted.into_iter().all(|code| lockstep.supports(code)) {
            return Ok(());
        }
        let mut trial = lockstep.trial()?;
        for _ in 0..ALLOCATIONS {
            let Some(object) = allocated(&mut trial)? else { break };
            let (field, value) = (Field::common(0), Value::Reference(object));
            let object = Some(object);
            trial.call(&Operation::WriteField { object, field, value })?;
            trial.call(&Operation::Drop { object })?;
            trial.look(|lockstep| lockstep.compare_statistics())?;
        }
        for _ in 0..ALLOCATIONS {
            allocated(&mut trial)?;
            trial.look(|lockstep| lockstep.compare_statistics())?;
        }
        Ok(())
    }
}

/// A new table, if there is room for it.
fn allocated(trial: &mut Trial) -> Result<Option<Object>, Failed> {
    let outcome = trial.call(&Operation::Table {})?;
    Ok(if let Outcome::Done(Value::Reference(object)) = outcome { Some(object) } else { None })
}
