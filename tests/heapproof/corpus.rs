use crate::traces;
use heapproof::model::Program;
use heapproof::properties::Property;
use heapproof::subjects::HEAP;
use std::fs::read_to_string;

fn all() -> Vec<(String, String)> {
    let paths = ["corpus/scenarios", "corpus/regressions"].into_iter().flat_map(traces);
    paths
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn every_trace_of_the_corpus_holds_every_property() {
    for (name, text) in all() {
        let program: Program = text.parse().unwrap_or_else(|error| panic!("{name}:{error}"));
        for property in Property::ALL {
            let failure = property.check(&HEAP, &program).failure;
            assert_eq!(failure, None, "{name}, {}\n{program}", property.name());
        }
    }
}

#[test]
fn there_are_sixty_scenarios_and_each_says_first_what_it_is_about() {
    assert!(traces("corpus/scenarios").len() >= 60);
    for (name, text) in all() {
        let second = text.lines().nth(1).unwrap_or_default();
        assert!(second.starts_with("# ") && second.len() > 20, "{name} begins with {second:?}");
    }
}
