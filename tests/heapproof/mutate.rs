use crate::{corpus, program};
use heapproof::lockstep;
use heapproof::model::{Code, Line, Program};
use heapproof::mutate::{MOST_BULK, cross, cross_bytes, mutate, mutate_bytes};
use heapproof::properties::Property;
use heapproof::subjects::{CANARY, HEAP};
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

/// The inputs that come of one by a fuzzer that minimises: it gives a byte less than the input takes. Its own mutator, which
/// is asked too, cuts the first byte off.
fn shrunk(property: Property, input: &[u8], seed: u32) -> Vec<u8> {
    let mut data = input.to_vec();
    let size = mutate_bytes(property, &mut data, input.len(), input.len() - 1, seed, &mut |data, size, _| {
        data.copy_within(1..size, 0);
        size - 1
    });
    data.truncate(size);
    data
}

#[test]
fn where_there_is_less_room_an_input_is_shrunk_to_a_program_or_a_text_within_it() {
    for program in programs() {
        let inputs = [(Property::Lockstep, program.encode()), (Property::Text, program.to_string().into_bytes())];
        for (property, input) in inputs {
            for seed in 0..12 {
                let smaller = shrunk(property, &input, seed);
                assert!(smaller.len() < input.len());
                assert_eq!(smaller, shrunk(property, &input, seed), "the same seed makes another change");
                match property {
                    Property::Text => drop(String::from_utf8(smaller).unwrap()),
                    _ if smaller == input[1..] => {}
                    _ => assert_eq!(Program::decode(&smaller).encode(), smaller),
                }
            }
        }
    }
}

#[test]
fn a_text_is_never_cut_within_a_word() {
    let text = "heapproof trace 1\nabcdefgh = table\nabcdefgh.parent = 'é'\non abcdefgh: collect\ndrop abcdefgh\n";
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let (mut kept, mut cut) = (0, 0);
    for seed in 0..400 {
        let mut data = text.as_bytes().to_vec();
        let most = 20 + seed as usize % 60;
        let size = mutate_bytes(Property::Text, &mut data, text.len(), most, seed, &mut |_, _, _| unreachable!());
        assert!(size <= most);
        let smaller = std::str::from_utf8(&data[..size]).unwrap();
        let last = smaller.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap();
        // A name may be shorter by a character that was left out, or be a new one.
        if words.contains(last) || last.len() < 3 { kept += 1 } else { cut += 1 }
    }
    assert!(cut * 20 < kept, "{cut} of {}", kept + cut);
}

/// Minimises as libFuzzer does: what still fails is kept, and the next input must be smaller.
fn minimised(property: Property, mut input: Vec<u8>, rounds: u32, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    assert!(fails(&input));
    for seed in 0..rounds {
        if input.len() < 2 {
            break;
        }
        let smaller = shrunk(property, &input, seed);
        if fails(&smaller) {
            input = smaller;
        }
    }
    input
}

#[test]
fn a_fuzzer_that_minimises_gets_down_to_the_lines_that_matter() {
    let long = "set interval 7\na = table\nb = array a 5\na.x = b\nc = box b\nd = pop b\ne = table\ne.y = c\non e: collect\npush b e\n\
                f = pop b\ncollect\ndrop a\ndrop e\ncheck";
    let fails = |program: &Program| lockstep::run(&CANARY, program).failure.is_some();
    let bytes = minimised(Property::Lockstep, program(long).encode(), 3_000, |input| fails(&Program::decode(input)));
    let program = Program::decode(&bytes);
    assert!(program.len() <= 5, "{program}");
    let text = format!("{long}\n\u{e9} = \u{1f600}");
    let is_wrong = |input: &[u8]| std::str::from_utf8(input).unwrap().contains('\u{1f600}');
    let text = minimised(Property::Text, text.into_bytes(), 3_000, is_wrong);
    assert!(text.len() <= 8, "{}", String::from_utf8_lossy(&text));
}
