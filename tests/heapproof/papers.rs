//! What the papers show is what is printed: each block ```` ```console ```` of a paper is run, in a folder of the paper's own.
//!
//! A line that begins with `$ ` is a command for `sh`, and what follows is what it prints, on either stream; a line `...`
//! stands for any number of lines. `cargo run --release -- ` and `target/release/heapproof` are the binary that is tested.
//! With `HEAPPROOF_BLESS=1` what is printed is written into the paper.
#![cfg(unix)]

use crate::command_line::folder;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command of a paper, and the lines that are shown behind it.
struct Shown {
    command: String,
    printed: Vec<String>,
    /// Where these lines are in the paper.
    lines: std::ops::Range<usize>,
}

fn papers() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut papers: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    papers.push(root.join("README.md"));
    papers.sort();
    papers
}

fn shown(paper: &[String]) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut within = false;
    for (number, line) in paper.iter().enumerate() {
        match (line.as_str(), line.strip_prefix("$ ")) {
            ("```console", _) => within = true,
            ("```", _) => within = false,
            (_, Some(command)) if within => {
                let lines = number + 1..number + 1;
                shown.push(Shown { command: command.to_owned(), printed: Vec::new(), lines });
            }
            _ if within => {
                let last = shown.last_mut().unwrap();
                last.printed.push(line.clone());
                last.lines.end = number + 1;
            }
            _ => {}
        }
    }
    shown
}

/// What a command prints.
fn printed(command: &str, folder: &Path, binaries: &Path) -> Vec<String> {
    let command =
        command.replace("cargo run --release --", "heapproof").replace("target/release/heapproof", "heapproof");
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{{ {command}\n}} 2>&1")).current_dir(folder).env("PATH", path);
    shell.env("NO_COLOR", "1").env("COLUMNS", "100").env_remove("CI");
    let output = shell.output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Whether lines are those that are shown, `...` being any.
fn is_shown(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((dots, rest)) if dots == "..." => (0..=printed.len()).any(|skipped| is_shown(rest, &printed[skipped..])),
        Some((line, rest)) => printed.split_first().is_some_and(|(first, others)| {
            first == &line.replace("target/release/heapproof", "heapproof") && is_shown(rest, others)
        }),
    }
}

#[test]
fn the_papers_show_what_is_printed() {
    let binaries = folder();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_heapproof"), binaries.path().join("heapproof")).unwrap();
    let mut wrong = Vec::new();
    for path in papers() {
        let folder = folder();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut paper: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut moved = 0;
        for Shown { command, printed: shown, lines } in shown(&paper.clone()) {
            let printed = printed(&command, folder.path(), binaries.path());
            if is_shown(&shown, &printed) {
                continue;
            }
            let place = format!("{}:{}", path.display(), lines.start);
            wrong.push(format!("{place}: `{command}` prints\n{}\nnot\n{}", printed.join("\n"), shown.join("\n")));
            let at = |line: usize| line.saturating_add_signed(moved);
            paper.splice(at(lines.start)..at(lines.end), printed.clone());
            moved += printed.len() as isize - lines.len() as isize;
        }
        if std::env::var_os("HEAPPROOF_BLESS").is_some() {
            std::fs::write(&path, paper.join("\n") + "\n").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}\nHEAPPROOF_BLESS=1 writes it anew", wrong.join("\n\n"));
}

#[test]
fn dots_stand_for_any_lines_and_for_nothing_else() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(is_shown(&lines("a\n...\nd"), &lines("a\nb\nc\nd")));
    assert!(is_shown(&lines("..."), &[]));
    assert!(!is_shown(&lines("a\n..."), &lines("b")));
    assert!(!is_shown(&lines("a"), &lines("a\nb")));
}
