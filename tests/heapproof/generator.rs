use heapproof::generate::{MOST_LINES, case};
use heapproof::lockstep;
use heapproof::model::definitions::Graph;
use heapproof::model::{Code, Program, Reference, script};
use heapproof::subjects::HEAP;
use heapproof::tally::Tally;

fn programs(count: u64) -> impl Iterator<Item = Program> {
    (0..count).map(|number| case(11, number, MOST_LINES, &|_| true))
}

#[test]
fn the_mix_is_worth_running() {
    let (mut tally, mut lines) = (Tally::default(), 0);
    for program in programs(2_000) {
        tally.merge(&lockstep::run(&HEAP, &program).tally);
        lines += program.len();
    }
    let total = tally.total();
    let all = (total.done + total.refused + total.skipped) as f64;
    let (refused, skipped) = (total.refused as f64 / all, total.skipped as f64 / all);
    assert!((0.05..0.25).contains(&refused), "{refused} are refused");
    assert!(skipped <= 0.10, "{skipped} are skipped");
    assert!(lines >= 2_000 * 24, "{lines} lines");
    let heap = HEAP.make();
    for (code, outcomes) in tally.by_operation().filter(|(code, _)| *code != Code::Panic && heap.supports(*code)) {
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
            let program = case(3, number, most, &|code| code != Code::Drop && code != Code::SetInterval);
            assert!(program.len() <= most);
            assert!(!program.to_string().contains("interval"));
            assert!(program.lines().iter().all(|line| line.operation.code() != Code::Drop));
        }
    }
}
