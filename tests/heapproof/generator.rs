use crate::pretender::{Manner, Pretender};
use heapproof::generate::{Profile, Recipe, case};
use heapproof::lockstep;
use heapproof::model::definitions::{self, Graph};
use heapproof::model::{Code, Program, Reference, script};
use heapproof::subject::SubjectKind;
use heapproof::tally::Tally;
use std::collections::BTreeSet;

/// A subject that has every operation.
const WHOLE: SubjectKind = SubjectKind::new("pretender", "", || Box::new(Pretender::new(Manner::Sliced)));

fn programs(count: u64) -> impl Iterator<Item = Program> {
    (0..count).map(|number| case(11, number, &Recipe::default(), &|_| true))
}

#[test]
fn the_mix_is_worth_running() {
    let (mut tally, mut lines) = (Tally::default(), 0);
    for program in programs(2_000) {
        tally.merge(&lockstep::run(&WHOLE, &program).tally);
        lines += program.len();
    }
    let total = tally.total();
    let all = (total.done + total.refused + total.skipped) as f64;
    let (refused, skipped) = (total.refused as f64 / all, total.skipped as f64 / all);
    assert!((0.05..0.25).contains(&refused), "{refused} are refused");
    assert!(skipped <= 0.10, "{skipped} are skipped");
    assert!(lines >= 2_000 * 24, "{lines} lines");
    for (code, outcomes) in tally.by_operation().filter(|(code, _)| *code != Code::Panic) {
        assert!(outcomes.done > 0, "{} is never done", code.name());
    }
}

#[test]
fn four_objects_live_on_average() {
    let (mut living, mut steps) = (0, 0);
    for program in programs(500) {
        let mut model = Reference::new();
        for line in program.lines().iter().filter(|line| !line.operation.code().is_setting()) {
            script::step(&mut model, line);
            living += model.living().count();
            steps += 1;
        }
    }
    assert!(living >= 4 * steps, "{}", living as f64 / steps as f64);
}

#[test]
fn no_program_is_longer_than_asked_for_or_has_operations_that_the_subject_lacks() {
    for most in [1, 2, 7, 30] {
        for number in 0..50 {
            let program = case(3, number, &Recipe { most_lines: most, ..Recipe::default() }, &|code| {
                code != Code::Drop && code != Code::SetInterval
            });
            assert!(program.len() <= most);
            assert!(!program.to_string().contains("interval"));
            assert!(program.lines().iter().all(|line| line.operation.code() != Code::Drop));
        }
    }
}

#[test]
fn frames_slices_and_faults_come_often_enough_to_be_worth_anything() {
    let (mut temporaries, mut frames, mut bursts, mut changed, mut faults, mut recovered) = (0, 0, 0, 0, 0, 0);
    for program in programs(2_000) {
        let codes: Vec<Code> = program.lines().iter().map(|line| line.operation.code()).collect();
        frames += codes.iter().filter(|code| **code == Code::End).count();
        temporaries += codes.iter().filter(|code| **code == Code::Temp).count();
        for window in codes.windows(3) {
            let slice = |code: Code| matches!(code, Code::CollectSlice | Code::DetectSlice);
            bursts += usize::from(slice(window[0]) && slice(window[1]));
            changed += usize::from(slice(window[0]) && window[1].writes() && slice(window[2]));
        }
        for (index, _) in codes.iter().enumerate().filter(|(_, code)| **code == Code::Fault) {
            let next = codes[index..].iter().find(|code| !matches!(code, Code::Fault | Code::Verify));
            faults += 1;
            recovered += usize::from(matches!(next, Some(Code::Recover | Code::RecoverRoots)));
        }
    }
    assert!(frames >= 500 && temporaries >= 2 * frames, "{frames} frames, {temporaries} temporaries");
    assert!(bursts >= 500 && changed >= 100, "{bursts} slices after slices, {changed} with a change in between");
    assert!(faults >= 300 && recovered * 10 >= faults * 9, "{faults} faults, {recovered} recovered from at once");
}

#[test]
fn finalizers_reach_what_is_refused_to_them() {
    let mut within = BTreeSet::new();
    for program in programs(3_000) {
        for line in program.lines() {
            if let Some((_, line)) = line.operation.armed() {
                within.insert(line.operation.code());
            }
        }
    }
    for code in Code::ALL.iter().filter(|code| !code.is_setting() && **code != Code::Fault) {
        assert!(within.contains(code), "{} never stands in a finalizer", code.name());
    }
}

#[test]
fn no_temporary_is_of_an_operation_that_the_subject_lacks() {
    for number in 0..200 {
        let program = case(3, number, &Recipe::default(), &|code| code != Code::Weak);
        let trace = program.to_string();
        assert!(!trace.contains("= weak ") && !trace.contains("temp weak "), "{trace}");
    }
}

fn of_profile(profile: Profile) -> impl Iterator<Item = Program> {
    let recipe = Recipe { profile, ..Recipe::default() };
    (0..300).map(move |number| case(17, number, &recipe, &|_| true))
}

#[test]
fn programs_of_each_profile_pass_in_lockstep_and_do_not_consist_of_refusals() {
    for profile in Profile::ALL {
        let mut tally = Tally::default();
        of_profile(*profile).for_each(|program| tally.merge(&lockstep::run(&WHOLE, &program).tally));
        let total = tally.total();
        let all = total.done + total.refused + total.skipped;
        assert!(total.done * 10 >= all * 6, "{}: {total:?}", profile.name());
    }
}

#[test]
fn no_object_of_an_acyclic_program_is_ever_in_a_cycle() {
    let mut allocated = 0;
    for program in of_profile(Profile::Acyclic) {
        let mut model = Reference::new();
        for line in program.lines() {
            script::step(&mut model, line);
            assert_eq!(definitions::cycles(&model, model.living()), [], "{program}");
        }
        allocated += model.statistics().allocations;
    }
    assert!(allocated >= 300 * 5, "{allocated}");
}

#[test]
fn a_profile_has_more_of_what_it_is_about() {
    let share = |profile: Profile, wanted: &dyn Fn(Code) -> bool| {
        let codes: Vec<Code> = of_profile(profile)
            .flat_map(|program| program.lines().iter().map(|line| line.operation.code()).collect::<Vec<_>>())
            .collect();
        codes.iter().filter(|code| wanted(**code)).count() as f64 / codes.len() as f64
    };
    let more = |profile: Profile, wanted: &dyn Fn(Code) -> bool| {
        let (usual, here) = (share(Profile::Default, wanted), share(profile, wanted));
        assert!(here >= 1.5 * usual, "{}: {here} beside {usual}", profile.name());
    };
    more(Profile::Dense, &|code| code.stores());
    more(Profile::Weak, &|code| matches!(code, Code::Weak | Code::Upgrade));
    more(Profile::Finalizers, &|code| code == Code::On);
    more(Profile::Slices, &|code| matches!(code, Code::CollectSlice | Code::DetectSlice));
    more(Profile::Faults, &|code| code == Code::Fault);
    more(Profile::LookAlways, &|code| matches!(code, Code::Detect | Code::DetectFull | Code::Verify));
}
