//! Properties by name; text and bytes that are hostile; copies, and subjects that have none; several faults.

use crate::pretender::{Manner, Pretender};
use crate::program;
use heapproof::explain::explain;
use heapproof::lockstep::Tried;
use heapproof::model::{Code, Operation};
use heapproof::properties::{Property, bytes, determinism, text};
use heapproof::subject::{Subject, SubjectKind};
use heapproof::subjects::HEAP;
use heapproof::violation::Violation;
use std::collections::BTreeSet;

/// Something goes wrong in it in as many ways as its length allows.
const EVERYTHING: &str = "set interval 2\nset bounds 1 4\nset budget 2\na = table\nb = array a \"x\" 'c' 1.5\nc = closure 3 a b\n\
    a.x = c\nw = weak a\non a: d = box self\non a: on d: a.y = nil\nbegin 3\nt = temp table\nt.t = t\nend\ndetect 1\n\
    collect 1\nverify\ndrop a\ndrop b\ndrop c\ncollect\ndetect";

#[test]
fn every_property_has_a_name_of_its_own_by_which_it_is_found() {
    let names: BTreeSet<&str> = Property::ALL.iter().map(|property| property.name()).collect();
    assert_eq!(names.len(), Property::ALL.len());
    assert!(Property::ALL.iter().all(|property| Property::from_name(property.name()) == Some(*property)));
    assert_eq!(Property::from_name("lock"), None);
}

#[test]
fn any_text_parses_or_is_told_where_it_is_wrong() {
    let hostile = [
        "",
        "\u{feff}",
        "#",
        "\n\n\n",
        "\r",
        "a",
        "a =",
        "= table",
        "a = table table",
        "heapproof",
        "heapproof trace 1 2",
        "heapproof trace 9",
        "a = box \"",
        "a = box '",
        "a = box '\\u{110000}'",
        "a = scalar 99999999999999999999",
        "a = scalar -",
        "a.",
        "a[",
        "a{1",
        "*",
        "on",
        "on a:",
        "on a: on a: on a: on a: take a",
        "set",
        "set interval",
        "set interval 4294967296",
        "fault",
        "fault none a",
        "a = temp",
        "a = temp chain 3",
        "\0",
        "ß = table",
        "a = table\u{301}",
        "a = table\na = table",
        "self = table",
        "panic",
        "drop self",
        "recover root",
    ];
    for text in hostile {
        text::holds(text).unwrap_or_else(|violation| panic!("{text:?}: {violation:?}"));
    }
    text::holds(&"push a 1 ".repeat(10_000)).unwrap();
    text::holds(&format!("a = array {}", "nil ".repeat(300))).unwrap();
}

#[test]
fn any_bytes_decode_to_a_program_that_is_the_same_again() {
    let whole = program(EVERYTHING).encode();
    for end in 0..whole.len() {
        bytes::holds(&whole[..end]).unwrap();
    }
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        bytes::holds(&damaged).unwrap();
    }
    for tag in Code::ALL.iter().filter_map(|code| code.tag()) {
        bytes::holds(&[1, tag]).unwrap();
        bytes::holds(&[&[1, tag], &[0xff; 40][..]].concat()).unwrap();
    }
}

#[test]
fn a_program_has_one_digest_and_another_program_has_another() {
    let (one, other) = (program(EVERYTHING), program("a = table"));
    assert!(determinism::digest(&HEAP, &one).is_ok());
    assert_eq!(determinism::digest(&HEAP, &one), determinism::digest(&HEAP, &one));
    assert_ne!(determinism::digest(&HEAP, &one), determinism::digest(&HEAP, &other));
}

#[test]
fn a_failure_on_a_copy_says_what_was_done_to_it() {
    let blind = SubjectKind::new("blind", "", || Box::new(Pretender::new(Manner::Blind)));
    let failure = Property::Verify.check(&blind, &program("a = table")).failure.unwrap();
    assert!(matches!(failure.violation, Violation::FaultMissed { .. }));
    assert!(matches!(&*failure.tried, [Tried::Call(Operation::Fault { .. })]));
    let told = explain(&blind, &program("a = table"), &failure).text();
    assert!(told.contains("on a copy, after `fault external_high` of `a`"), "{told}");
}

#[test]
fn every_property_holds_for_the_model_itself_and_for_one_that_can_not_be_copied() {
    for (name, make) in [
        ("whole", (|| Box::new(Pretender::new(Manner::Whole))) as fn() -> Box<dyn Subject>),
        ("sliced", || Box::new(Pretender::new(Manner::Sliced))),
        ("uncopied", || Box::new(Pretender::new(Manner::Uncopied))),
        ("mute", || Box::new(Pretender::new(Manner::Mute))),
    ] {
        let subject = SubjectKind::new(name, "", make);
        for property in Property::ALL {
            assert_eq!(property.check(&subject, &program(EVERYTHING)).failure, None, "{}, {name}", property.name());
        }
    }
}

#[test]
fn several_faults_are_made_also_at_one_object_and_recovered_from_together() {
    let trace = "a = table\nb = box a\na.x = b\nfault dangling_field a\nfault external_low b\nfault dirty_flag a\nfault dangling_field a\nverify\n\
        recover roots\nverify\ntake b";
    let verdict = Property::Lockstep.check(&HEAP, &program(trace));
    assert_eq!((verdict.failure, verdict.tally.total().skipped), (None, 0));
}
