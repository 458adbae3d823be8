//! Man pages and completions, which are made from the commands.

use super::command_line::{folder, heapproof};
use std::collections::BTreeSet;
use std::process::Command;

/// The commands that `--help` lists.
fn commands() -> BTreeSet<String> {
    let (_, help, _) = heapproof(folder().path(), &["--help"]);
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let (listed, _) = listed.split_once("\n\n").unwrap();
    let name = |line: &str| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')).map(|rest| rest.to_owned());
    let names = listed.lines().filter_map(name).map(|rest| rest.split(' ').next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

#[test]
fn each_command_has_a_page() {
    let folder = folder();
    let (code, _, error) = heapproof(folder.path(), &["man", "--out", "pages"]);
    assert_eq!(code, 0, "{error}");
    for name in commands() {
        let path = folder.path().join(format!("pages/heapproof-{name}.1"));
        let page = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(
            page.contains(".SH SYNOPSIS") && page.contains(&format!("heapproof {}", name.replace('-', "\\-"))),
            "{page}"
        );
    }
    let (code, page, _) = heapproof(folder.path(), &["man"]);
    assert!(code == 0 && page.contains("heapproof\\-check(1)"), "{page}");
    assert!(!folder.path().join("pages/heapproof-serve.1").exists());
}

#[test]
fn completions_name_each_command_and_shells_can_read_them() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish"] {
        let (code, script, error) = heapproof(folder.path(), &["completions", shell]);
        assert_eq!(code, 0, "{error}");
        for name in commands() {
            assert!(script.contains(&name), "{name} is not completed by {shell}");
        }
        let path = folder.path().join(shell);
        std::fs::write(&path, script).unwrap();
        match Command::new(shell).arg("-n").arg(&path).output() {
            Ok(read) => assert!(read.status.success() && read.stderr.is_empty(), "{shell}: {read:?}"),
            Err(_) => eprintln!("{shell} is not installed: its completions are not read"),
        }
    }
    let (code, _, error) = heapproof(folder.path(), &["completions", "bahs"]);
    assert!(code == 2 && error.contains("'bash'"), "{error}");
}
