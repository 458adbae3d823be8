use crate::{corpus, program};
use heapproof::lockstep;
use heapproof::model::{Code, Line, Program};
use heapproof::mutate::{MOST_BULK, cross, cross_bytes, mutate, mutate_bytes};
use heapproof::properties::Property;
use heapproof::subjects::HEAP;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;

const MOST_LINES: usize = 64;

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn programs() -> Vec<Program> {
    let traces = corpus().into_iter().map(|path| program(&std::fs::read_to_string(path).unwrap()));
    traces.chain([Program::default()]).collect()
}

/// Each program of the corpus, changed many times over, each time what came of it before.
fn mutated() -> impl Iterator<Item = Program> {
    programs().into_iter().zip(0..).flat_map(|(program, seed)| {
        let mut rng = rng(seed);
        (0..12).scan(program, move |program, _| {
            *program = mutate(program, &mut rng, MOST_LINES);
            Some(program.clone())
        })
    })
}

fn assert_valid(program: &Program) {
    assert_eq!(Program::new(program.lines().to_vec()).lines(), program.lines());
    assert_eq!(&program.to_string().parse::<Program>().unwrap(), program);
    assert_eq!(&Program::decode(&program.encode()), program);
    assert!(program.len() <= MOST_LINES, "{} lines", program.len());
    assert!(program.bulk() <= MOST_BULK, "{} objects", program.bulk());
}

#[test]
fn what_is_mutated_is_a_program_within_its_limits() {
    mutated().for_each(|program| assert_valid(&program));
}

#[test]
fn what_is_crossed_is_a_program_within_its_limits() {
    let programs = programs();
    for (seed, pair) in programs.windows(2).enumerate() {
        for round in 0..8 {
            assert_valid(&cross(&pair[0], &pair[1], &mut rng(seed as u64 * 8 + round), MOST_LINES));
        }
    }
}

#[test]
fn a_limit_of_no_lines_leaves_none() {
    assert!(mutate(&program("a = table\ndrop a"), &mut rng(1), 0).is_empty());
    assert!(cross(&program("a = table"), &program("b = table"), &mut rng(1), 0).is_empty());
}

#[test]
fn the_same_seed_makes_the_same_change() {
    let program = program("a = table\na.x = a\non a: b = table\ndrop a\ncollect");
    for seed in 0..100 {
        let change = || mutate(&program, &mut rng(seed), MOST_LINES);
        assert_eq!(change().lines(), change().lines());
        let join = || cross(&program, &change(), &mut rng(seed), MOST_LINES);
        assert_eq!(join().lines(), join().lines());
    }
    let changes: BTreeSet<String> = (0..100).map(|seed| mutate(&program, &mut rng(seed), 64).to_string()).collect();
    assert!(changes.len() > 60, "only {} different", changes.len());
}

#[test]
fn every_operation_comes_of_nothing() {
    fn codes(line: &Line, seen: &mut BTreeSet<Code>, within: &mut BTreeSet<Code>) {
        seen.insert(line.operation.code());
        if let Some((_, line)) = line.operation.armed() {
            within.insert(line.operation.code());
            codes(line, seen, within);
        }
    }
    let (mut seen, mut within) = (BTreeSet::new(), BTreeSet::new());
    let (mut program, mut rng) = (Program::default(), rng(1));
    for _ in 0..4_000 {
        program = mutate(&program, &mut rng, MOST_LINES);
        program.lines().iter().for_each(|line| codes(line, &mut seen, &mut within));
    }
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(code)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
    let missing: Vec<_> =
        Code::ALL.iter().filter(|code| !code.is_setting() && **code != Code::Fault && !within.contains(code)).collect();
    assert!(missing.is_empty(), "never seen in a finalizer: {missing:?}");
}

#[test]
fn most_of_what_is_new_can_be_done() {
    let (mut all, mut skipped) = (0, 0);
    for program in mutated().step_by(11) {
        let verdict = lockstep::run(&HEAP, &program);
        assert!(verdict.failure.is_none(), "{program}");
        let total = verdict.tally.total();
        all += total.done + total.refused + total.skipped;
        skipped += total.skipped;
    }
    assert!(skipped * 5 < all, "{skipped} of {all} skipped");
}

#[test]
fn a_changed_input_fits_its_buffer_and_one_in_eight_is_the_fuzzers() {
    let start = program("a = table\na.x = a\nb = array a 1\ndrop a\ncollect").encode();
    let mut plain = 0;
    for seed in 0..4_000 {
        let mut data = start.clone();
        data.resize(200, 0);
        let most = start.len() + (seed % 100) as usize;
        let size = mutate_bytes(Property::Lockstep, &mut data, start.len(), most, seed, &mut |_, size, _| {
            plain += 1;
            size
        });
        assert!(size <= most);
        let program = Program::decode(&data[..size]);
        assert_eq!(program.encode(), data[..size]);
    }
    assert!((400..600).contains(&plain), "{plain} of 4,000");
}

#[test]
fn inputs_of_any_bytes_can_be_changed_and_crossed() {
    let inputs: [&[u8]; 5] = [b"", &[0xff; 40], &[1, 0x60, 2], b"a = table\nb", "\u{feff}\u{e9}\n\r\n#".as_bytes()];
    for property in Property::ALL {
        for seed in 0..200 {
            for pair in inputs.windows(2) {
                let mut out = [0; 64];
                let size = cross_bytes(*property, pair[0], pair[1], &mut out, seed);
                let size = mutate_bytes(*property, &mut out, size, 48.max(size), seed, &mut |_, size, _| size);
                assert!(size <= 64);
            }
        }
    }
}

#[test]
fn text_is_changed_into_traces_and_into_what_is_none() {
    let start = b"heapproof trace 1\na = table\na.x = 'c'\non a: b = box \"text\"\ndrop a\n";
    let (mut traces, mut others) = (BTreeSet::new(), 0);
    for seed in 0..400 {
        let mut data = start.to_vec();
        data.resize(512, 0);
        let size = mutate_bytes(Property::Text, &mut data, start.len(), 512, seed, &mut |_, size, _| size);
        match String::from_utf8_lossy(&data[..size]).parse::<Program>() {
            Ok(program) => drop(traces.insert(program.to_string())),
            Err(_) => others += 1,
        }
    }
    assert!(traces.len() > 100 && others > 40, "{} traces, {others} others", traces.len());
}
