use crate::command_line::{FAILS, folder, heapproof};
use serde_json::Value;
use std::path::Path;

const MISSPELT: &str = "\
a = table
bee = table
drop be
w = weak a
drop a
c = upgrade w
take c
on bee: drop cee
";

fn replay(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let (code, out, _) = heapproof(folder, &[&["replay"], arguments].concat());
    (code, out)
}

fn written(name: &str, text: &str) -> tempfile::TempDir {
    let folder = folder();
    std::fs::write(folder.path().join(name), text).unwrap();
    folder
}

#[test]
fn a_line_that_is_skipped_and_a_name_that_is_misspelt_are_told() {
    let folder = written("a.trace", MISSPELT);
    let (code, out) = replay(folder.path(), &["a.trace"]);
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "a.trace: passed; 6 operations done, 0 refused, 2 skipped\n  \
         line 3, `drop be`, is skipped: `be` is bound by no line\n  \
         line 7, `take c`, is skipped: `c` stands for nothing: line 6 gave no reference\n\
         a.trace: note: line 3: name `be` is bound by no line; did you mean `bee`?\n\
         a.trace: note: line 8: name `cee` is bound by no line; did you mean `bee`?\n"
    );
    let (_, json) = replay(folder.path(), &["a.trace", "--format", "json"]);
    let object: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(object["skipped_lines"][1]["line"], 7);
    assert!(object["notes"][0].as_str().unwrap().contains("did you mean `bee`?"));
}

#[test]
fn steps_are_told_with_what_each_came_to_up_to_the_end() {
    let folder = written("a.trace", "a = table\nb = box a\ndrop a\nx = *b\ndrop nil");
    let (_, out) = replay(folder.path(), &["a.trace", "--steps"]);
    for step in [
        "   1  a = table  done, giving `a`\n",
        "   4  x = *b     done, giving `a`\n",
        "   5  drop nil   done\n",
        "      (the end)\n      collect    done\n      drop b     done\n",
        "    `a` dies\n",
    ] {
        assert!(out.contains(step), "{step} is not in {out}");
    }
    let (_, out) = replay(folder.path(), &["a.trace", "--steps", "--format", "json"]);
    let object: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&object["steps"][0]["outcome"], &object["steps"][5]["line"]),
        (&"done, giving `a`".into(), &Value::Null)
    );
}

#[test]
fn of_many_files_one_is_shown_for_each_signature_and_all_are_counted() {
    let folder = written("passes.trace", "a = table");
    let names: Vec<String> = (0..20).map(|number| format!("fails-{number:02}.trace")).collect();
    names.iter().for_each(|name| std::fs::write(folder.path().join(name), FAILS).unwrap());
    let files: Vec<&str> = names.iter().map(String::as_str).chain(["passes.trace"]).collect();
    let (code, out) = replay(folder.path(), &[&["--subject", "canary"], &files[..]].concat());
    assert_eq!((code, out.matches("the model says").count()), (1, 1), "{out}");
    let summary = "21 files: 1 passed, 20 failed\n  counts-external-at-count      20, as fails-00.trace\n";
    assert!(out.ends_with(summary), "{out}");
    let expected = [&["--subject", "canary", "--expect", "counts-external"], &files[..20]].concat();
    assert_eq!(replay(folder.path(), &expected).0, 0);
}
