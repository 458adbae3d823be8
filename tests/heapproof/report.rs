//! Results as pages.

use super::command_line::{folder, heapproof};
use std::path::Path;

/// The page of what a command prints.
fn page(folder: &Path, arguments: &[&str]) -> String {
    let (_, result, _) = heapproof(folder, &[arguments, &["--format", "json"]].concat());
    std::fs::write(folder.join("result.json"), result).unwrap();
    let (code, page, error) = heapproof(folder, &["report", "result.json"]);
    assert_eq!(code, 0, "{error}");
    page
}

fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    for other in ["<script", "http:", "https:", "url(", "@import"] {
        assert!(!page.contains(other), "{other} is in {page}");
    }
}

#[test]
fn a_failing_run_is_a_page_with_its_failures_and_figures() {
    let folder = folder();
    let page = page(folder.path(), &["check", "--subject", "canary", "--seed", "1", "--cases", "300", "--keep-going"]);
    let parts = [
        "<p class=\"verdict\">failed",
        "counts-external-at-count",
        "&gt;      drop a",
        "<dt>programs</dt><dd>300</dd>",
    ];
    has(&page, &parts);
    has(
        &page,
        &[
            "programs over time",
            "different heaps so far",
            "WriteField",
            "finalizer depth",
            "fuel-used-up",
            "in the subject",
            "src=\"data:image/svg+xml,%3Csvg",
            "<figcaption>the step that fails, the end: drop a",
        ],
    );
}

#[test]
fn a_search_is_a_page_and_so_is_a_run_that_passes() {
    let folder = folder();
    let searched = page(folder.path(), &["enumerate", "--space", "cycles", "--ops", "4"]);
    has(
        &searched,
        &["<p class=\"verdict\">passed", "<h2 id=\"searches\">", "<code>cycles</code>", "4 of 4", "<td>131</td>"],
    );
    let checked = page(folder.path(), &["check", "--seed", "1", "--cases", "50"]);
    has(&checked, &["<p class=\"verdict\">passed", "<code>12 properties</code> of <code>heap</code>"]);
    has(&searched, &["<code>lockstep</code> of <code>heap</code>"]);
}

#[test]
fn a_night_is_a_page_with_its_failures_as_those_of_a_run() {
    let folder = folder();
    let night = Path::new(env!("CARGO_MANIFEST_DIR")).join("xtask/src/night/stubs/night.json");
    let (code, page, error) = heapproof(folder.path(), &["report", night.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    has(
        &page,
        &[
            "<header class=\"failed\">\n<p class=\"verdict\">failed: 1 new, 0 known",
            "<h1>Night of 2026-03-01</h1>",
            "<summary><code>not-freed</code> by <code>lockstep</code>: new</summary>",
            "One input fails like that, the smallest is <code>artifacts/lockstep/crash-0.trace</code>.",
            "&gt;   2  drop a</pre>",
            "src=\"data:image/svg+xml,%3Csvg",
            "<details open class=\"known\"><summary><code>leaks-cycle</code> by <code>cycles</code>: known until 2026-05-31",
            "<h2 id=\"targets\">",
            "<th scope=\"row\">soak</th><td>passed</td>",
        ],
    );
}

#[test]
fn of_a_run_that_was_killed_there_is_what_it_left() {
    let folder = folder();
    let result = folder.path().join("result.json");
    page(folder.path(), &["check", "--seed", "1", "--cases", "50"]);
    let whole = std::fs::read_to_string(&result).unwrap();
    std::fs::write(&result, &whole[..whole.len() - 10]).unwrap();
    let (code, page, _) = heapproof(folder.path(), &["report", "result.json"]);
    assert_eq!(code, 0);
    has(&page, &["<p class=\"verdict\">died before its end", "programs over time"]);
    for (text, message) in [
        ("", "result.json is empty: its run died before it began"),
        ("hello\n", "line 1 is no JSON object"),
        ("{\"type\":\"statistics\"}\n", "is no result"),
    ] {
        std::fs::write(&result, text).unwrap();
        let (code, _, error) = heapproof(folder.path(), &["report", "result.json"]);
        assert!(code == 2 && error.contains(message), "{error}");
    }
    let (code, _, error) = heapproof(folder.path(), &["report", "result.json", "-o", "result.json"]);
    assert!(code == 2, "{error}");
}
