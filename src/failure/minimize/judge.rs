//! Decides whether a program fails: by one run or by vote, one program after the other or several at a time.

use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use heapproof_model::Program;

/// The function that judges programs.
pub(super) enum Judge<'a> {
    /// It judges one program after the other.
    One(&'a mut dyn FnMut(&Program) -> Option<Failure>),
    /// It judges that many programs at a time.
    Many(&'a (dyn Fn(&Program) -> Option<Failure> + Sync), usize),
}

/// How many runs of a program decide, and how many of them must fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ballot {
    pub runs: u32,
    pub least: u32,
}

impl Ballot {
    /// One run decides, where failures are certain.
    pub const CERTAIN: Ballot = Ballot { runs: 1, least: 1 };
}

/// The verdict on a program.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict {
    /// How it fails: with the wanted signature, if enough runs do, else with any other.
    pub failed: Option<(Signature, Failure)>,
    /// How often it was run.
    pub runs: u32,
}

impl Judge<'_> {
    /// How many programs are judged at a time.
    pub fn jobs(&self) -> usize {
        match self {
            Judge::One(_) => 1,
            Judge::Many(_, jobs) => (*jobs).max(1),
        }
    }

    /// A single run.
    pub fn once(&mut self, program: &Program) -> Option<Failure> {
        match self {
            Judge::One(judge) => judge(program),
            Judge::Many(judge, _) => judge(program),
        }
    }

    /// The verdicts on those programs, in their order.
    pub fn verdicts(&mut self, programs: &[&Program], signature: &Signature, ballot: Ballot) -> Vec<Verdict> {
        match self {
            Judge::One(judge) => {
                programs.iter().map(|program| vote(&mut |one| judge(one), program, signature, ballot)).collect()
            }
            Judge::Many(judge, _) => {
                let of = |program: &Program| vote(&mut |one| judge(one), program, signature, ballot);
                let [program] = programs else { return together(programs, &of) };
                vec![of(program)]
            }
        }
    }
}

fn together(programs: &[&Program], of: &(dyn Fn(&Program) -> Verdict + Sync)) -> Vec<Verdict> {
    std::thread::scope(|scope| {
        let running: Vec<_> = programs.iter().map(|program| scope.spawn(move || of(program))).collect();
        running.into_iter().map(|one| one.join().unwrap_or_default()).collect()
    })
}

/// Runs a program until it is certain whether enough of its runs fail with that signature.
fn vote(
    judge: &mut dyn FnMut(&Program) -> Option<Failure>,
    program: &Program,
    signature: &Signature,
    ballot: Ballot,
) -> Verdict {
    let (mut alike, mut failed, mut otherwise) = (0, None, None);
    for run in 1..=ballot.runs {
        match judge(program).map(|found| (found.exactly(program), found)) {
            Some(found) if found.0 == *signature => {
                alike += 1;
                failed = Some(found);
            }
            found => otherwise = otherwise.or(found),
        }
        let left = ballot.runs - run;
        if alike >= ballot.least {
            return Verdict { failed, runs: run };
        }
        if alike + left < ballot.least {
            return Verdict { failed: otherwise, runs: run };
        }
    }
    Verdict { failed: otherwise, runs: ballot.runs }
}
