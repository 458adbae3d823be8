//! Traces as programs in the language of the heap: each is run on that heap alone, and shows what the harness has seen there.

use crate::command_line::{folder, heapproof};
use crate::pointers::example::{BACKWARDS, NODES};
use crate::program;
use heapproof::emit::{emit_spelled, emit_test};
use heapproof::generate::{Recipe, case};
use heapproof::model::Program;
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::{Template, process};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Random programs for a kind of heap.
fn programs(kind: &SubjectKind, count: u64) -> impl Iterator<Item = Program> {
    let abilities = kind.abilities().unwrap();
    let recipe = Recipe { dialect: *abilities.dialect(), most_lines: 30, ..Recipe::default() };
    (0..count).map(move |number| case(5, number, &recipe, &|code| abilities.has(code)))
}

/// Builds Rust tests with `std` alone and runs them: which of them failed, in words.
fn failing(tests: &str, here: &Path) -> Vec<String> {
    std::fs::write(here.join("tests.rs"), tests).unwrap();
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--test", "-Copt-level=0", "-Cdebuginfo=0", "tests.rs"]);
    let built = rustc.current_dir(here).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let ran = Command::new(here.join("tests")).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(said.contains("\ntest result: "), "{said}");
    // Where the caller expects none to fail, this is what a person needs.
    eprintln!("{said}");
    said.lines().filter(|line| line.starts_with("test ") && line.ends_with("FAILED")).map(str::to_owned).collect()
}

#[test]
fn what_nodes_of_a_crate_do_is_told_by_a_test_with_the_crate_alone() {
    let test = |(number, program): (usize, Program)| {
        let emitted = emit_test(&NODES, Property::Lockstep, &program, &format!("program_{number}"));
        assert_eq!(emitted.embeds_because, None, "{program}");
        emitted.text
    };
    let tests: String = programs(&NODES, 12).enumerate().map(test).collect();
    eprintln!("{tests}");
    assert_eq!(failing(&tests, folder().path()), Vec::<String>::new());
}

#[test]
fn a_test_of_nodes_fails_where_they_die_in_another_order() {
    let wrong = program("a = table\nb = table\nc = table\na.x = b\na.y = c\ndrop b\ndrop c\ndrop a");
    let test = emit_test(&BACKWARDS, Property::Lockstep, &wrong, "backwards").text;
    assert!(test.contains("expect(&[\"died 0\", \"died 1\", \"died 2\"]);\n}"), "{test}");
    assert_eq!(failing(&test, folder().path()), ["test backwards ... FAILED"]);
    let right = test.replace("const BACKWARDS: bool = true", "const BACKWARDS: bool = false");
    assert_eq!(failing(&right, folder().path()), Vec::<String>::new());
}

const ZOO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/zoo");

/// Heaps of the zoo whose families say how a trace is spelled, and whose interpreters machines have.
const HEAPS: [&str; 9] = [
    "cpython/cpython-3.11.2",
    "cpython/cpython-3.11.2-sets",
    "lua/lua-5.4.4-values",
    "lua/lua-5.4.4-jobs",
    "perl/perl-5.36.0",
    "perl/perl-5.36.0-arrays",
    "php/php-8.2.36",
    "php/php-8.2.36-destructors",
    "php/php-8.2.36-sets",
];

/// A heap in an interpreter, by its file in the zoo.
struct Interpreted {
    folder: String,
    command: Vec<String>,
}

impl Interpreted {
    /// Nothing if the interpreter is not here.
    fn of(heap: &str) -> Option<Interpreted> {
        let read = |path: &str| std::fs::read_to_string(path).unwrap();
        let folder = format!("{ZOO}/{}", heap.split_once('/').unwrap().0);
        let file: toml::Table = read(&format!("{ZOO}/{heap}.toml")).parse().unwrap();
        let words = file["run"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
        let command: Vec<String> = words.map(|word| word.replace("{here}", &folder)).collect();
        let is_there = Command::new(&command[0]).arg("-v").output().is_ok();
        if !is_there {
            eprintln!("skipped: there is no `{}` here", command[0]);
        }
        is_there.then_some(Interpreted { folder, command })
    }

    fn template(&self) -> Template {
        Template::parse(&std::fs::read_to_string(format!("{}/spelling.txt", self.folder)).unwrap()).unwrap()
    }

    /// Runs a program: whether it ended well, and what it printed.
    fn run(&self, text: &str, here: &Path) -> (bool, String) {
        let path = here.join("program");
        std::fs::write(&path, text).unwrap();
        let output = Command::new(&self.command[0]).arg(path).output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&printed).into_owned())
    }
}

#[test]
fn what_an_interpreter_does_is_told_by_a_program_in_its_language() {
    for heap in HEAPS {
        let Some(interpreted) = Interpreted::of(heap) else { continue };
        let kind = process::kind(interpreted.command.clone(), Duration::from_secs(60)).unwrap();
        let template = interpreted.template();
        for program in programs(&kind, 12) {
            let trace = program.to_string();
            let text = emit_spelled(&kind, Property::Lockstep, (&program, &trace), "alone", &template).unwrap();
            let ran = interpreted.run(&text, folder().path());
            assert_eq!(ran, (true, "as the model says\n".to_owned()), "{heap}\n{trace}\n{text}");
        }
    }
}

#[test]
fn a_program_in_another_language_fails_at_the_line_at_which_the_heap_does() {
    let Some(python) = Interpreted::of("cpython/cpython-3.11.2") else { return };
    let here = folder();
    let trace = "a = table\nb = table\na.x = b\ndrop b\nb2 = a.x\ndrop a\n";
    std::fs::write(here.path().join("order.trace"), trace).unwrap();
    let command = python.command.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let (subject, spelling) = (format!("exec:{command}"), format!("{ZOO}/cpython/spelling.txt"));
    let dialect = python.command.last().unwrap();
    // By that dialect, what has lost its last reference waits for a collection.
    let emit = |dialect: &str, more: &[&str]| {
        let words = ["emit-test", "order.trace", "--subject", &subject, "--dialect", dialect, "--spelling", &spelling];
        heapproof(here.path(), &[&words, more].concat())
    };
    let (code, text, _) = emit(&format!("{dialect}, release traced"), &[]);
    assert_eq!(code, 0, "{text}");
    let (ended_well, said) = python.run(&text, here.path());
    let line = text.lines().position(|line| line == "held[0].pop()").unwrap() + 2;
    assert!(!ended_well && said.starts_with(&format!("line {line}: ('died 0', 'died 1'), and not ()")), "{said}{text}");
    let (code, _, said) = emit(dialect, &["order.trace"]);
    assert!(code == 2 && said.contains("give one at a time"), "{said}");
}

#[test]
fn every_spelling_of_the_zoo_can_be_read() {
    let families = std::fs::read_dir(ZOO).unwrap().map(|family| family.unwrap().path().join("spelling.txt"));
    let read = |path| Template::parse(&std::fs::read_to_string(path).unwrap());
    let wrong: Vec<String> = families.filter(|path| path.is_file()).filter_map(|path| read(path).err()).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_spelling_that_the_docs_show_can_be_read() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/your-heap.md")).unwrap();
    let text = docs.split_once("```text\n").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    Template::parse(text).unwrap();
}
