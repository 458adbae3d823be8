//! How a night divides its time.
//!
//! Some parts take what they are given: fuzzing and the soak. Others need a time of their own, on two cores and from sources that were
//! never built; they are left out where that is more than an eighth of the night.

use std::time::Duration;

/// A part of a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Every fuzz target
    Targets,
    /// Random programs of every property under every profile, with seeds that were never used
    Soak,
    /// Instructions of the heap's hot paths and of a checked operation
    Counts,
    /// A sixteenth of the published heaps, each day another
    Zoo,
    /// A sixteenth of the seeded bugs, each day another
    Bugs,
    /// A small share of the mutants of heap and model, each day another
    Mutants,
    /// The targets as fuzzing engines build them
    Engine,
}

impl Part {
    /// All of them, in the order in which they are run.
    pub const ALL: [Part; 7] =
        [Part::Targets, Part::Soak, Part::Counts, Part::Zoo, Part::Bugs, Part::Mutants, Part::Engine];

    pub fn name(self) -> &'static str {
        match self {
            Part::Targets => "targets",
            Part::Soak => "soak",
            Part::Counts => "counts",
            Part::Zoo => "zoo",
            Part::Bugs => "bugs",
            Part::Mutants => "mutants",
            Part::Engine => "engine",
        }
    }

    /// The time that it needs; `None` if it takes what there is.
    fn needs(self) -> Option<Duration> {
        let minutes = match self {
            Part::Targets | Part::Soak => return None,
            Part::Counts | Part::Zoo => 5,
            Part::Bugs | Part::Mutants | Part::Engine => 15,
        };
        Some(Duration::from_secs(60 * minutes))
    }
}

/// What a part gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    Time(Duration),
    /// Why it is left out.
    LeftOut(String),
}

/// Divides the time among these parts. One alone gets all of it.
pub(super) fn plan(time: Duration, parts: &[Part]) -> Vec<(Part, Slot)> {
    let slot = |part: &Part| match part.needs() {
        None => None,
        Some(_) if parts.len() == 1 => Some(Slot::Time(time)),
        Some(needs) if needs <= time / 8 => Some(Slot::Time(needs)),
        Some(needs) => {
            let (needs, least) = (humantime::format_duration(needs), humantime::format_duration(needs * 8));
            Some(Slot::LeftOut(format!("it needs {needs}, for which a night has to last {least}")))
        }
    };
    let fixed: Vec<Option<Slot>> = parts.iter().map(slot).collect();
    let taken: Duration =
        fixed.iter().map(|slot| if let Some(Slot::Time(time)) = slot { *time } else { Duration::ZERO }).sum();
    let left = time.saturating_sub(taken);
    let both = [Part::Targets, Part::Soak].iter().all(|part| parts.contains(part));
    let elastic = |part: Part| match (both, part) {
        (true, Part::Soak) => left / 4,
        (true, _) => left - left / 4,
        (false, _) => left,
    };
    let slots = parts.iter().zip(fixed);
    slots.map(|(part, fixed)| (*part, fixed.unwrap_or_else(|| Slot::Time(elastic(*part))))).collect()
}

/// How long each target is fuzzed, and which of them: as many as have ten seconds each. The first one always is among them; the
/// others take turns by day.
pub(super) fn turns(time: Duration, targets: &[String], day: usize) -> (Vec<String>, Vec<String>) {
    const LEAST: Duration = Duration::from_secs(10);
    let room = (time.as_secs() / LEAST.as_secs()).clamp(1, targets.len().max(1) as u64) as usize;
    let Some((first, others)) = targets.split_first() else { return (Vec::new(), Vec::new()) };
    let from = if others.is_empty() { 0 } else { day * (room - 1) % others.len() };
    let turned = [first].into_iter().chain(others[from..].iter().chain(&others[..from]));
    let mut chosen: Vec<String> = turned.cloned().collect();
    let left_out = chosen.split_off(room);
    (chosen, left_out)
}

#[cfg(test)]
mod tests {
    use super::{Part, Slot, plan, turns};
    use std::collections::BTreeSet;
    use std::time::Duration;

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(60 * minutes)
    }

    fn total(plan: &[(Part, Slot)]) -> Duration {
        plan.iter().map(|(_, slot)| if let Slot::Time(time) = slot { *time } else { Duration::ZERO }).sum()
    }

    #[test]
    fn the_parts_fill_the_night_and_no_more() {
        for time in [Duration::from_secs(30), minutes(10), minutes(40), minutes(120), minutes(600)] {
            assert_eq!(total(&plan(time, &Part::ALL)), time);
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_says_what_it_needs() {
        let all = plan(minutes(40), &Part::ALL);
        let slot = |part| all.iter().find(|(one, _)| *one == part).map(|(_, slot)| slot.clone()).unwrap();
        assert_eq!(slot(Part::Counts), Slot::Time(minutes(5)));
        assert_eq!(slot(Part::Targets), Slot::Time(minutes(30) - minutes(30) / 4));
        let Slot::LeftOut(why) = slot(Part::Engine) else { panic!("it is not left out") };
        assert_eq!(why, "it needs 15m, for which a night has to last 2h");
        assert!(plan(minutes(120), &Part::ALL).iter().all(|(_, slot)| matches!(slot, Slot::Time(_))));
    }

    #[test]
    fn a_part_alone_gets_all_of_the_time() {
        for part in Part::ALL {
            assert_eq!(plan(minutes(1), &[part]), [(part, Slot::Time(minutes(1)))]);
        }
    }

    #[test]
    fn with_little_time_targets_take_turns_and_the_first_is_always_there() {
        let targets: Vec<String> = ["lockstep", "a", "b", "c", "d"].map(str::to_owned).to_vec();
        let mut seen = BTreeSet::new();
        for day in 1..=4 {
            let (chosen, left_out) = turns(Duration::from_secs(25), &targets, day);
            assert!(chosen[0] == "lockstep" && chosen.len() == 2 && left_out.len() == 3, "{chosen:?}");
            seen.extend(chosen);
        }
        assert_eq!(seen.len(), targets.len());
        assert_eq!(turns(Duration::from_secs(1), &targets, 1).0, ["lockstep"]);
        assert_eq!(turns(minutes(9), &targets, 1), (turns(minutes(9), &targets, 1).0, Vec::new()));
    }
}
