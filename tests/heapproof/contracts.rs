//! A report says in which contract the failure would be none.

use super::command_line::{folder, heapproof};
use super::dialects::failure;
use heapproof::model::Dialect;
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::subjects::twins::twin;

/// What the report of a heap of that dialect names, that is held to another.
fn named(is: &str, declares: &str) -> Vec<String> {
    let [is, declares]: [Dialect; 2] = [is, declares].map(|text| text.parse().unwrap());
    let kind = twin(is).held_to(declares);
    let (program, _) = failure(&kind, 2_000).unwrap();
    let contracts = Counterexample::of(Property::Lockstep, &kind, &program).unwrap().explanation().contracts;
    contracts.iter().map(|contract| contract.split('`').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn a_heap_that_is_held_to_another_contract_is_told_its_own() {
    for (is, declares) in [
        ("release nested", "default"),
        ("code none", "default"),
        ("weak before-code", "default"),
        ("absent-fields refused", "default"),
        ("names held, release traced, garbage never", "names held, release traced"),
        ("default", "release nested"),
        ("set-code destructor, set-order one-by-one", "set-code destructor"),
    ] {
        let own = is.rsplit(", ").next().unwrap().replace("default", "release queued");
        let named = named(is, declares);
        assert!(named.contains(&own), "a heap of `{is}` that declares `{declares}`: {named:?}");
    }
}

#[test]
fn a_looser_answer_is_not_told_where_a_stricter_one_will_do() {
    let named = named("release nested", "default");
    assert!(
        !named.iter().any(|answer| ["release unordered", "release deferred"].contains(&answer.as_str())),
        "{named:?}"
    );
}

#[test]
fn a_heap_that_is_wrong_in_every_contract_is_told_none() {
    let folder = folder();
    let (code, out, error) = heapproof(folder.path(), &["check", "--subject", "canary", "--seed", "2"]);
    assert!(code == 1 && !out.contains("no violation in the dialect"), "{out}{error}");
}

#[test]
fn an_answer_that_skips_the_failing_line_explains_nothing() {
    let named = named("panics contained, set-panics contained", "default");
    assert!(named.iter().any(|answer| answer.ends_with("panics contained")), "{named:?}");
    assert!(!named.iter().any(|answer| answer.ends_with("panics never")), "{named:?}");
}
