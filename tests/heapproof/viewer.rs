//! Runs shown: pages in a real browser, pictures read by what others read them with.

use crate::your_heap::RC;
use crate::{corpus, program};
use heapproof::explain::explain;
use heapproof::generate::{Recipe, case};
use heapproof::lockstep;
use heapproof::model::Program;
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::{HEAP, all};
use heapproof::viewer::Viewer;
use std::process::{Command, Stdio};

fn viewed(subject: &SubjectKind, program: &Program) -> Viewer {
    let failure = lockstep::run(subject, program).failure;
    let explanation = failure.as_ref().map(|failure| explain(subject, program, failure));
    Viewer::new("a.trace", (Property::Lockstep, subject), program, failure.as_ref().zip(explanation.as_ref()))
}

fn fails() -> Viewer {
    let subject = all().into_iter().find(|subject| subject.name == "canary:counts-external").unwrap();
    viewed(&subject, &program("a = table\nb = box \"</script><b>&\"\na.next = a\na.y = b\nd = weak b\ntake a"))
}

/// What a tool says of a file; `None`, and a word about it, where there is no such tool.
fn by(tool: &str, arguments: &[&str]) -> Option<String> {
    let ended = Command::new(tool).args(arguments).stdin(Stdio::null()).output();
    let Ok(ended) = ended else {
        println!("not tested: there is no `{tool}` here");
        return None;
    };
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    Some(String::from_utf8(ended.stdout).unwrap())
}

/// What a page has become in a browser.
fn in_browser(page: &str, hash: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let (data, url) =
        (format!("--user-data-dir={}", folder.path().display()), format!("file://{}#{hash}", file.display()));
    let quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];
    let alone = ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"];
    by("chromium", &[&quiet[..], &alone[..], &[&data, "--dump-dom", &url]].concat())
}

#[test]
fn a_page_shows_in_a_browser_what_each_step_has_and_the_same_on_the_way_back() {
    if let Some(dom) = in_browser(&fails().html(), "test") {
        assert!(dom.contains("right steps=6 wrong=0"), "{dom}");
        assert!(
            dom.contains("Model and subject differ: a.") && dom.contains("aria-valuetext=\"line 6: take a\""),
            "{dom}"
        );
        assert!(dom.contains("&lt;/script&gt;&lt;b&gt;&amp;"), "{dom}");
    }
    let long = case(3, 1, &Recipe { most_lines: 400, ..Recipe::default() }, &|_| true);
    if let Some(dom) = in_browser(&viewed(&HEAP, &long).html(), "test") {
        assert!(dom.contains(">right steps=") && dom.contains("wrong=0"), "{dom}");
    }
}

#[test]
fn a_page_needs_nothing_from_elsewhere_and_no_text_of_a_trace_ends_its_script() {
    let page = fails().html();
    assert_eq!(page.matches("</script>").count(), 2);
    assert_eq!(page.matches("://").count(), page.matches("http://www.w3.org/2000/svg").count());
    assert!(page.contains("default-src 'none'"));
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    let data: serde_json::Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(data["steps"].as_array().unwrap().len(), 6);
    assert_eq!((&data["fails"], &data["verdict"]), (&5.into(), &"counts-external-at-count".into()));
    assert_eq!(data["lines"][1], "b = box \"</script><b>&\"");
}

#[test]
fn the_steps_of_the_end_are_steps_of_the_page() {
    let page = viewed(&HEAP, &program("a = table\na.x = a")).html();
    for step in ["the end: collect", "the end: drop a"] {
        assert!(page.contains(step), "{step}");
    }
}

#[test]
fn every_trace_of_the_corpus_can_be_viewed_and_its_pictures_are_well_formed() {
    for path in corpus() {
        let program = program(&std::fs::read_to_string(&path).unwrap());
        let viewer = viewed(&HEAP, &program);
        let picture = viewer.svg(5);
        roxmltree::Document::parse(&picture).unwrap_or_else(|error| panic!("{}: {error}\n{picture}", path.display()));
        assert!(viewer.html().len() < 2_000_000, "{}", path.display());
    }
}

#[test]
fn a_failing_step_is_drawn_for_both_sides_and_says_what_differs() {
    let viewer = fails();
    let picture = viewer.svg(5);
    let document = roxmltree::Document::parse(&picture).unwrap();
    let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
    for text in ["line 6: take a", "model", "subject", "table 2+1", "table 1+1", "weak"] {
        assert!(texts.contains(&text), "{text} is not in {texts:?}");
    }
    assert!(!viewer.svg(0).contains("subject</text><path"));
}

#[test]
fn graphs_of_all_steps_are_read_by_graphviz() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (step, graph) in fails().dots().enumerate() {
        let file = folder.path().join(format!("{step}.dot"));
        std::fs::write(&file, graph).unwrap();
        files.push(file.to_string_lossy().into_owned());
    }
    assert_eq!(files.len(), 6);
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    if let Some(read) = by("dot", &[&["-Tplain"], &files[..]].concat()) {
        assert_eq!(read.matches("graph 1").count(), 6, "{read}");
    }
}

#[test]
fn what_is_too_large_to_draw_is_said_to_be() {
    let viewer = viewed(&HEAP, &program("a = chain 20000\nb = ring 3\na.x = b"));
    assert!(viewer.html().contains("\"leftOut\":19883"), "{}", viewer.steps());
    assert!(viewer.svg(2).contains("19883 objects are not drawn"));
    assert!(viewer.html().len() < 2_000_000);
}

#[test]
fn subjects_that_show_little_and_heaps_that_are_damaged_can_be_viewed() {
    let rc = viewed(&RC, &program("a = table\na.b = a"));
    assert!(rc.svg(rc.main_step()).contains("lives"));
    let damaged = viewed(&HEAP, &program("a = table\na.x = a\nfault dangling_field a\nverify\nrecover roots"));
    assert!(damaged.html().contains("(no object)"));
    assert!((0..damaged.steps()).all(|step| roxmltree::Document::parse(&damaged.svg(step)).is_ok()));
    let nothing = viewed(&HEAP, &program(""));
    assert!(nothing.html().contains("\"steps\":") && roxmltree::Document::parse(&nothing.svg(0)).is_ok());
}

#[test]
fn the_command_line_writes_pages_graphs_and_pictures_or_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("a.trace"), "a = table\na.x = a\ndrop a\n").unwrap();
    let replay = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heapproof"));
        let ended = command.current_dir(folder.path()).arg("replay").args(arguments).output().unwrap();
        (ended.status.code().unwrap(), String::from_utf8(ended.stderr).unwrap())
    };
    let all = ["a.trace", "--html", "a.html", "--svg", "a.svg", "--step", "2", "--dot", "graphs"];
    assert_eq!(replay(&all), (0, "wrote a.svg\nwrote a.html\nwrote 4 graphs into graphs\n".to_owned()));
    assert!(std::fs::read_to_string(path("a.svg")).unwrap().contains("line 2: a.x = a"));
    assert!(
        path("a.html").exists() && path("graphs/step-00001.dot").exists() && path("graphs/step-00004.dot").exists()
    );
    for (code, said, arguments) in [
        (2, "there is no step 9: the run has 4", vec!["a.trace", "--svg", "b.svg", "--step", "9"]),
        (2, "pictures show one run: give one file", vec!["a.trace", "a.trace", "--html", "b.html"]),
        (2, "--svg <FILE>", vec!["a.trace", "--step", "2"]),
        (3, "can't write nowhere/b.html", vec!["a.trace", "--html", "nowhere/b.html"]),
        (2, "can't write into a.trace: ", vec!["a.trace", "--dot", "a.trace"]),
        (3, "can't write /dev/full", vec!["a.trace", "--html", "/dev/full"]),
    ] {
        let (ended, error) = replay(&arguments);
        assert!(ended == code && error.contains(said), "{arguments:?}: {ended} {error}");
    }
    assert!(!path("b.svg").exists() && !path("b.html").exists());
}

#[test]
fn labels_are_drawn_over_boxes_and_outcomes_without_backticks() {
    let viewer = viewed(&HEAP, &program("a = array\npush a a\nb = box a\npush a b\nc = array a b a\nx = *b"));
    let picture = viewer.svg(5);
    let (box_, label) = (picture.rfind("class=\"name\""), picture.find("class=\"place\""));
    assert!(box_.is_some() && box_ < label, "{picture}");
    if let Some(dom) = in_browser(&viewer.html(), "step=6") {
        assert!(dom.contains("line 6: x = *b: done, giving <code>a</code>"), "{dom}");
    }
}
