//! The heap is the model, in programs that proptest draws and in those that have failed before.

use heapproof::front_doors;
use heapproof::properties::Property;
use my_heap_proof::MY_HEAP;
use std::path::Path;

/// `PROPTEST_CASES` says in how many programs.
#[test]
fn random_programs_do_what_the_model_does() {
    front_doors::proptest::holds(Property::Lockstep, &MY_HEAP);
}

#[test]
fn what_has_failed_before_does_not_fail_again() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    assert!(front_doors::corpus(&corpus, &[MY_HEAP]).unwrap() > 0);
}
