//! Each way in which a notation can be wrong is told: no subject has a part in these properties, so what is wrong on purpose
//! is the notation.

use heapproof::generate::{Recipe, case};
use heapproof::model::{Field, Line, Operation, Part, Program, Value};
use heapproof::properties::Property;
use heapproof::properties::bytes::{ENCODING, Encoding};
use heapproof::properties::text::{Notation, TRACE};
use heapproof::subjects::HEAP;
use heapproof::violation::Violation;
use proptest::strategy::{Strategy, ValueTree};

fn programs() -> impl Iterator<Item = Program> {
    (0..1_000).map(|number| case(1, number, &Recipe::default(), &|_| true))
}

/// The signature of the first failure.
fn told(check: impl Fn(&Program) -> Option<Violation>) -> String {
    programs().find_map(|program| check(&program)).map_or_else(String::new, |found| found.kind())
}

fn text(notation: Notation) -> String {
    told(|program| notation.check(program).err().map(|failure| failure.violation))
}

fn bytes(encoding: Encoding) -> String {
    told(|program| encoding.check(program).err().map(|failure| failure.violation))
}

#[test]
fn a_text_that_gives_another_program_back_is_told() {
    assert_eq!(text(TRACE), "");
    let unsigned = Notation { print: |program| program.to_string().replace("-0.0", "0.0"), ..TRACE };
    assert_eq!(text(unsigned), "round-trip-text");
    let deaf = Notation { parse: |text| text.replace("detect full", "detect").parse(), ..TRACE };
    assert_eq!(text(deaf), "round-trip-text");
}

/// The lines with other fields, each by `other`.
fn refielded(lines: &mut [Line], other: &mut dyn FnMut() -> Field) {
    fn each(part: Part<'_>, other: &mut dyn FnMut() -> Field) {
        match part {
            Part::Field(field) => *field = other(),
            Part::Line(line) => line.operation.parts().into_iter().for_each(|part| each(part, other)),
            Part::Allocation(inner) | Part::Store(inner) => {
                inner.parts().into_iter().for_each(|part| each(part, other));
            }
            _ => {}
        }
    }
    lines.iter_mut().flat_map(|line| line.operation.parts()).for_each(|part| each(part, other));
}

#[test]
fn any_text_is_a_field_and_comes_back_from_a_trace() {
    let any = proptest::collection::vec(proptest::char::any(), 0..12)
        .prop_map(|characters| characters.into_iter().collect::<String>());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut drawn = 0;
    for program in programs() {
        let mut lines = program.lines().to_vec();
        refielded(&mut lines, &mut || {
            drawn += 1;
            Field::new(&any.new_tree(&mut runner).unwrap().current()).unwrap()
        });
        let program = program.with_lines(lines);
        assert!(TRACE.check(&program).is_ok(), "{program}");
        assert!(Property::Bytes.check(&HEAP, &program).failure.is_none(), "{program}");
        assert_eq!(program.to_string().parse::<Program>().unwrap().to_string(), program.to_string());
    }
    assert!(drawn > 1_000, "{drawn}");
}

#[test]
fn an_error_of_a_text_at_a_place_that_is_not_there_is_told() {
    let late = |text: &str| {
        text.parse().map_err(|mut error: heapproof::model::TextError| {
            error.line += text.lines().count();
            error
        })
    };
    assert_eq!(text(Notation { parse: late, ..TRACE }), "misplaced");
}

#[test]
fn a_notation_that_panics_is_told() {
    let parse = |text: &str| {
        assert!(text.is_ascii(), "only letters that everybody has");
        text.parse()
    };
    assert_eq!(text(Notation { parse, ..TRACE }), "panicked");
    let decode = |bytes: &[u8]| {
        assert!(bytes[1..].iter().all(|byte| *byte != 0xff), "no such operation");
        Program::decode(bytes)
    };
    assert_eq!(bytes(Encoding { decode, ..ENCODING }), "panicked");
}

#[test]
fn bytes_that_give_another_program_back_are_told() {
    assert_eq!(bytes(ENCODING), "");
    let short = |program: &Program| {
        let mut bytes = program.encode();
        bytes.pop();
        bytes
    };
    assert_eq!(bytes(Encoding { encode: short, ..ENCODING }), "round-trip-bytes");
    let small = |program: &Program| {
        let mut lines = program.lines().to_vec();
        for line in &mut lines {
            if let Operation::WriteBox { value: Value::Int(value), .. } = &mut line.operation {
                *value = i64::from(*value as i32);
            }
        }
        program.with_lines(lines).encode()
    };
    assert_eq!(bytes(Encoding { encode: small, ..ENCODING }), "round-trip-bytes");
}
