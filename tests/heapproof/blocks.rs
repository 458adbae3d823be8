//! Texts with blocks of lines that are repeated (SPEC 10.22), as the commands read them.

use crate::command_line::{FAILS, folder, heapproof};
use std::fs;

#[test]
fn a_claim_that_is_not_so_is_told_by_its_line_of_the_text_and_its_round() {
    let folder = folder();
    let text = "heapproof trace 1\n# Three rounds.\na = table\nrepeat 3\nb = box a\nexpect a 3\nend repeat\n";
    fs::write(folder.path().join("block.trace"), text).unwrap();
    for command in ["judge", "replay"] {
        let (code, out, error) = heapproof(folder.path(), &[command, "block.trace"]);
        assert_eq!(code, 1, "{out}{error}");
        assert!(out.contains("at line 3, `expect a 3`, line 6 of the text in round 1"), "{out}");
    }
    fs::write(folder.path().join("block.trace"), text.replace("a 3", "live 3")).unwrap();
    let (code, out, _) = heapproof(folder.path(), &["judge", "block.trace"]);
    assert!(code == 1 && out.contains("at line 3, `expect live 3`, line 6 of the text in round 1"), "{out}");
}

#[test]
fn a_failure_in_a_later_round_is_minimised_to_plain_lines() {
    let folder = folder();
    let text = format!("repeat 2\nx = table\ndrop x\nend repeat\nrepeat 3\n{FAILS}end repeat\n");
    fs::write(folder.path().join("block.trace"), text).unwrap();
    let (code, out, error) = heapproof(folder.path(), &["replay", "--subject", "canary", "block.trace"]);
    assert!(code == 1 && out.contains(" of the text in round 1"), "{out}{error}");
    let (code, out, error) =
        heapproof(folder.path(), &["minimize", "--subject", "canary", "block.trace", "-o", "small.trace"]);
    let small = fs::read_to_string(folder.path().join("small.trace")).unwrap_or_default();
    assert!(!small.is_empty() && !small.contains("repeat"), "{code} {out}{error}{small}");
}

#[test]
fn a_text_with_blocks_is_converted_to_all_its_lines_and_what_is_wrong_is_one_line() {
    let folder = folder();
    fs::write(folder.path().join("block.trace"), "heapproof trace 1\nrepeat 2\na = table\nend repeat\n").unwrap();
    let (code, _, error) = heapproof(folder.path(), &["convert", "block.trace", "-o", "block.bytes"]);
    assert_eq!(code, 0, "{error}");
    assert_eq!(fs::read(folder.path().join("block.bytes")).unwrap(), [1, 0x10, 0x10]);
    fs::write(folder.path().join("block.trace"), "heapproof trace 1\nrepeat 2000000\na = table\nend repeat\n").unwrap();
    let (code, out, error) = heapproof(folder.path(), &["replay", "block.trace"]);
    assert_eq!(code, 2, "{out}");
    assert_eq!(error.trim_end().lines().count(), 1, "{error}");
    assert!(error.contains("block.trace:2:8: blocks come to 1000000 lines at most"), "{error}");
}
