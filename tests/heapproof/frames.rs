//! The stacks of failures, by which fleets of fuzzers tell them apart.

use super::command_line::folder;
use heapproof::properties::Property;
use heapproof::{assert_holds, subjects};
use std::process::Command;

/// Wrong heaps, a program that shows each mistake, and the frame that it is to end in.
const WRONG: [(&str, &str, &str); 2] = [
    ("canary", "a = array\npush a a\npop a\n", "counts_external"),
    ("canary:not-freed", "a = table\nb = weak a\ndrop b\n", "not_freed"),
];

/// Functions of the runtime, which fleets leave out.
const RUNTIME: [&str; 6] = ["__rustc::", "rust_", "std::", "core::", "<alloc::", "test::"];

/// Fails as a variable says, for the test below.
#[test]
#[ignore = "fails on purpose"]
fn fails_as_it_is_told() {
    let number: usize = std::env::var("HEAPPROOF_WRONG").unwrap().parse().unwrap();
    let (name, program, _) = WRONG[number];
    let subject = subjects::all().into_iter().find(|kind| kind.name == name).unwrap();
    assert_holds(Property::Lockstep, &subject, &program.parse().unwrap());
}

/// The functions on the stack of a panic, as it is printed, from the top, without those of the runtime.
fn stack(printed: &str) -> Vec<&str> {
    let frames = printed.lines().filter_map(|line| line.trim_start().split_once(": "));
    let frames = frames.filter(|(number, _)| number.parse::<u32>().is_ok()).map(|(_, function)| function);
    frames.filter(|function| !RUNTIME.iter().any(|name| function.starts_with(name))).collect()
}

#[test]
fn a_failure_has_a_frame_that_is_named_for_its_kind_at_the_top_of_its_stack() {
    let folder = folder();
    for (number, (_, _, frame)) in WRONG.iter().enumerate() {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["frames::fails_as_it_is_told", "--exact", "--ignored", "--nocapture"]).current_dir(&folder);
        let output = child.env("HEAPPROOF_WRONG", number.to_string()).env("RUST_BACKTRACE", "1").output().unwrap();
        let printed = String::from_utf8_lossy(&output.stderr);
        let stack = stack(&printed);
        // With line tables alone, a frame has no path.
        assert_eq!(stack[0].rsplit("::").next(), Some(*frame), "{printed}");
        assert!(stack[1..].iter().any(|function| function.contains("assert_holds")), "{printed}");
    }
}
