//! Lines that expect: judged by the model alone and beside a heap, explained, and kept by the minimiser.

use crate::command_line::{folder, heapproof};
use crate::program;
use heapproof::model::{Dialect, Outcome, Program, Refusal};
use heapproof::subjects::{CANARY, HEAP, model};
use heapproof::{alone, explain, minimize, proof::Counterexample, properties::Property, signature::Signature};
use serde_json::Value;

/// Says three, then one after a single release.
const CONTRADICTS: &str = "\
a = table
b = table
expect a 1
take a
take a
expect a 3
drop a
b.x = b
expect a 1
";

/// The signature with which the model alone judges a text, and the line.
fn judged(text: &str) -> Option<(String, usize)> {
    let program = program(text);
    let failure = alone::judge(Dialect::default(), &program).verdict.failure?;
    Some((failure.signature(&program).to_string(), failure.step + 1))
}

#[test]
fn what_is_so_passes() {
    let text = "a = table\nb = box a\na.x = 5\nexpect a 2\nexpect a external 1\nexpect live 2\nexpect a.x = 5\n\
                expect a.y = nil\ndrop b\ndrop a\nexpect dead a\nexpect dead nil\nexpect live 0";
    assert_eq!(judged(text), None);
    assert_eq!(alone::judge(Dialect::default(), &program(text)).verdict.tally.asked(), 8);
}

#[test]
fn each_kind_of_what_is_not_so_has_a_signature_at_its_line() {
    for (text, signature, line) in [
        (CONTRADICTS, "expected-strong-at-1_less", 9),
        ("a = table\nexpect a 3", "expected-strong-at-2_more", 2),
        ("a = table\nexpect a -1", "expected-strong-at-2_less", 2),
        ("a = table\ndrop a\nexpect a 1", "expected-strong-at-dead", 3),
        ("a = table\na.x = a\nexpect a external 2", "expected-external-at-1_more", 3),
        ("a = table\nexpect dead a", "expected-dead-at-held", 2),
        ("a = table\nb = box a\ndrop a\nexpect dead a", "expected-dead-at-referred", 4),
        ("a = table\na.x = a\ndrop a\nexpect dead a", "expected-dead-at-garbage", 4),
        ("a = table\nexpect live 2", "expected-live-at-1_more", 2),
        ("a = table\nexpect a.x = a", "expected-field-at-nil", 2),
        ("a = table\na.x = 1\nexpect a.x = 2", "expected-field-at-plain", 3),
        ("a = table\na.x = a\nexpect a.x = 2", "expected-field-at-another", 3),
        ("a = box nil\nexpect a.x = nil", "expected-field-at-box", 2),
    ] {
        assert_eq!(judged(text), Some((signature.to_owned(), line)), "{text}");
        assert_eq!(Signature::parse(signature).unwrap().as_str(), signature);
        let beside = Property::Lockstep.check(&HEAP, &program(text)).failure.unwrap();
        assert_eq!((beside.signature(&program(text)).to_string(), beside.step + 1), (signature.to_owned(), line));
    }
}

#[test]
fn an_expectation_of_an_unbound_name_is_skipped() {
    assert_eq!(judged("expect a 3\nexpect b.x = a\nexpect dead a"), None);
    let judged = alone::judge(Dialect::default(), &program("a = table\ndrop a\ndrop a\nexpect b 1"));
    assert_eq!(judged.odd, [(2, Outcome::Refused(Refusal::Stale)), (3, Outcome::Skipped)]);
}

#[test]
fn a_contradiction_is_told_with_the_lines_since_trace_and_model_agreed() {
    let program = program(CONTRADICTS);
    let failure = alone::judge(Dialect::default(), &program).verdict.failure.unwrap();
    let told = explain::explain(&model(Dialect::default()), &program, &failure);
    assert_eq!((&*told.model, &*told.subject), ("`a`: 2 strong references", "`a`: 1 strong reference"));
    assert_eq!(told.facts[0].text, "trace and model agreed last at line 6; since then: -1 line 7");
    assert_eq!(told.facts[0].lines, [6, 7]);
    assert!(told.text().contains("  the line says     `a`: 1 strong reference\n"), "{}", told.text());
}

#[test]
fn how_many_live_is_told_by_births_and_deaths() {
    let program = program("a = table\nexpect live 1\nb = table\ndrop a\nexpect live 2");
    let failure = alone::judge(Dialect::default(), &program).verdict.failure.unwrap();
    let told = explain::explain(&model(Dialect::default()), &program, &failure);
    assert_eq!(told.facts[0].text, "trace and model agreed last at line 2; since then: +1 line 3, -1 line 4");
}

#[test]
fn the_minimiser_keeps_what_fails_and_on_what_the_trace_had_agreed() {
    let found = Counterexample::of(Property::Lockstep, &HEAP, &program(CONTRADICTS)).unwrap();
    let wanted = "a = table\ntake a\ntake a\nexpect a 3\ndrop a\nexpect a 1";
    assert_eq!(found.minimized.program.to_string(), program(wanted).to_string());
    assert!(found.minimized.is_minimal, "{}", found.report("heapproof"));
}

#[test]
fn no_expectation_takes_the_place_of_another() {
    let text = "a = table\nb = table\nb.y = a\nexpect a 3\nexpect live 2";
    let found = minimize::minimize(&program(text), &mut |program| Property::Lockstep.check(&HEAP, program).failure);
    assert_eq!(found.unwrap().program, program("a = table\ntake a\nexpect a 3"));
}

#[test]
fn a_heap_that_is_wrong_is_found_beside_expectations_that_hold() {
    let text = "a = array\nexpect live 1\npush a a\nexpect a 2\npop a\nexpect a 2";
    let failure = Property::Lockstep.check(&CANARY, &program(text)).failure.unwrap();
    assert_eq!(failure.violation.kind(), "counts-external");
}

#[test]
fn expectations_have_no_bytes_and_take_no_name_from_others() {
    let text = "a = table\nexpect zzz 1\nexpect a 1\nb = box a\nb = a".replace("b = a", "*b = a");
    let whole = program(&text);
    let plain = program("a = table\nb = box a\n*b = a");
    assert_eq!(whole.encode(), plain.encode());
    assert_eq!(Program::decode(&whole.encode()), plain);
    assert_ne!(whole.identity(), plain.identity());
    assert_eq!(Program::identified(&whole.identity()), whole);
    assert_eq!(Program::identified(&plain.identity()), plain);
}

#[test]
fn expectations_are_printed_as_they_are_read() {
    let text = "heapproof trace 1\na = table\nexpect live 1\nexpect dead a\nexpect a -3\nexpect a external 2\n\
                expect a.x = \"y\"\n";
    assert_eq!(program(text).to_string(), text);
    for (wrong, column) in [("expect a three", 10), ("on a: expect a 1", 7), ("expect", 7), ("x = expect a 1", 1)] {
        let error = format!("a = table\n{wrong}").parse::<Program>().unwrap_err();
        assert_eq!((error.line, error.column), (2, column), "{error}");
    }
    let meant = "expct a 1".parse::<Program>().unwrap_err().message;
    assert!(meant.contains("did you mean `expect`?"), "{meant}");
    assert_eq!(program("expect = table\nexpect.x = expect\nexpect expect 2").len(), 3, "it can still be a name");
}

#[test]
fn judge_says_what_is_not_so_and_its_exit_code_with_it() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("wrong.trace"), CONTRADICTS).unwrap();
    std::fs::write(path("right.trace"), "a = table\nexpect a 1\ndrop a\ndrop a").unwrap();
    let (code, out, _) = heapproof(folder.path(), &["judge", "right.trace"]);
    let wanted = "right.trace: passed, 1 expectation holds; 2 operations done, 1 refused, 0 skipped\n  \
                  line 4, `drop a`, is refused (stale)\n";
    assert_eq!((code, &*out), (0, wanted));
    let (code, out, _) = heapproof(folder.path(), &["judge", "wrong.trace"]);
    assert_eq!(code, 1);
    assert!(
        out.starts_with("wrong.trace: expected-strong-at-1_less\n\n") && out.contains(">   9  expect a 1"),
        "{out}"
    );
    let (code, out, _) = heapproof(folder.path(), &["judge", "wrong.trace", "--format", "json"]);
    let object: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &object["type"], &object["step"], &object["passed"]),
        (1, &"judge".into(), &9.into(), &false.into())
    );
    for arguments in [
        &["replay", "wrong.trace"][..],
        &["replay", "--subject", "model", "wrong.trace"],
        &["replay", "--isolate", "wrong.trace"],
    ] {
        let (code, out, error) = heapproof(folder.path(), arguments);
        assert!(code == 1 && out.contains("the line says     `a`: 1 strong reference"), "{arguments:?}: {out}{error}");
    }
}

#[test]
fn a_dialect_decides_what_is_so() {
    let folder = folder();
    let text = "a = table\ndrop a\nexpect dead a\n";
    std::fs::write(folder.path().join("a.trace"), text).unwrap();
    assert_eq!(heapproof(folder.path(), &["judge", "a.trace"]).0, 0);
    assert_eq!(heapproof(folder.path(), &["judge", "--dialect", "release traced", "a.trace"]).0, 1);
    let held = format!("heapproof trace 1\n# property lockstep, subject heap, dialect release traced\n{text}");
    std::fs::write(folder.path().join("b.trace"), held).unwrap();
    assert_eq!(heapproof(folder.path(), &["judge", "b.trace"]).0, 1);
}

#[test]
fn no_property_asks_the_heap_what_a_line_expects() {
    let text = "set budget 3\na = table\nb = box a\ncollect 1\nbegin 3\nexpect a 2\nc = table\nc.x = b\nverify\nexpect live 3\n\
                on c: take self\ndetect\nend\ndrop c\nexpect a.x = nil\ncollect\n";
    for property in Property::ALL {
        for verdict in [property.check(&HEAP, &program(text)), property.seek(&HEAP, &program(text))] {
            assert_eq!(verdict.failure, None, "{}", property.name());
        }
    }
}

#[test]
fn of_a_damaged_heap_nothing_is_expected() {
    let text = "a = table\nfault internal_high a\nexpect a 7\nrecover\n";
    // Without a heap there is nothing to damage, and so the fault is refused.
    assert_eq!(judged(text), Some(("expected-strong-at-6_more".to_owned(), 3)));
    assert_eq!(Property::Lockstep.check(&HEAP, &program(text)).failure, None);
}

#[test]
fn a_claim_about_the_heap_is_not_read_as_one_about_an_object_of_that_name() {
    for (text, place) in
        [("expect live -1", (1, 13)), ("expect live 4294967296", (1, 13)), ("live = table\nexpect live.x = 5", (2, 12))]
    {
        let error = text.parse::<Program>().unwrap_err();
        assert_eq!((error.line, error.column), place, "{error:?}");
    }
    assert_eq!(judged("live = table\nexpect live 1"), None);
}
