//! What bytes of format 1 have meant since there was a format 1. None of these files may ever change, only be joined by
//! others: the bytes stand in `.hex`, what they decode to beside it.

use heapproof::model::{Code, Fault, Operation, Program};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/bytes");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "hex")).collect()
}

/// Pairs of digits; what stands behind `#` is a comment.
fn bytes(path: &Path) -> Vec<u8> {
    let text = fs::read_to_string(path).unwrap();
    let digits: String =
        text.lines().filter_map(|line| line.split('#').next()).flat_map(str::split_whitespace).collect();
    assert_eq!(digits.len() % 2, 0, "{}: half a byte", path.display());
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// The line's operation and those within it.
fn codes(operation: &Operation<heapproof::model::Name>) -> Vec<Code> {
    let mut codes = vec![operation.code()];
    match operation {
        Operation::On { line, .. } | Operation::When { line, .. } => codes.extend(self::codes(&line.operation)),
        Operation::Temp { allocation } => codes.push(allocation.code()),
        _ => {}
    }
    codes
}

#[test]
fn bytes_of_format_1_mean_what_they_have_always_meant() {
    for path in files() {
        let program = Program::decode(&bytes(&path));
        let meaning = fs::read_to_string(path.with_extension("trace")).unwrap();
        assert_eq!(program.to_string(), meaning, "{}", path.display());
    }
}

#[test]
fn every_operation_and_every_fault_has_its_bytes_for_good() {
    let programs = files().into_iter().map(|path| Program::decode(&bytes(&path)));
    let (mut seen, mut faults) = (BTreeSet::new(), BTreeSet::new());
    for line in programs.flat_map(|program| program.lines().to_vec()) {
        seen.extend(codes(&line.operation));
        if let Operation::Fault { fault, .. } = line.operation {
            faults.insert(fault);
        }
    }
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(code)).collect();
    assert!(missing.is_empty(), "corpus/bytes has no {missing:?}");
    let missing: Vec<_> = Fault::ALL.iter().filter(|fault| !faults.contains(fault)).collect();
    assert!(missing.is_empty(), "corpus/bytes has no {missing:?}");
}

#[test]
fn what_was_decoded_is_encoded_to_the_same_meaning() {
    for path in files() {
        let program = Program::decode(&bytes(&path));
        assert_eq!(Program::decode(&program.encode()), program, "{}", path.display());
    }
    let whole = files().into_iter().find(|path| path.ends_with("every-operation.hex")).unwrap();
    assert_eq!(Program::decode(&bytes(&whole)).encode(), bytes(&whole));
}
