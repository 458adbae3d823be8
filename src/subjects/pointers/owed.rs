//! Tests of what the dead are still to give up, by nodes that there are none of.

use super::state::{State, Thing};
use super::{Pointers, Probe, counted};
use heapproof_model::dialect::{Release, UserCode};
use heapproof_model::{Contents, Dialect, Kind, Object, Value};
use std::rc::Rc;

/// A node that there is none of: what the adapter knows of nodes needs none.
enum Nobody {}

impl Pointers for Nobody {
    type Handle = Rc<Nobody>;
    type Weak = ();

    fn node(_probe: Probe<Nobody>) -> Rc<Nobody> {
        unreachable!("nobody is made")
    }

    fn probe(&self) -> &Probe<Nobody> {
        match *self {}
    }

    fn edges<R>(&self, _act: impl FnOnce(&mut Vec<Option<Rc<Nobody>>>) -> R) -> R {
        match *self {}
    }
}

/// Objects that nobody holds, each with what it refers to.
fn state<const COUNT: usize>(edges: [&[u32]; COUNT]) -> State<Nobody> {
    let thing = |edges: &&[u32]| {
        let values = edges.iter().map(|to| Value::Reference(Object(*to))).collect();
        let contents = Contents { kind: Kind::Array, values, ..Contents::default() };
        Thing { contents, held: Vec::new(), lives: true, has_begun: false }
    };
    let mut state = State::default();
    state.things = edges.iter().map(thing).collect();
    state
}

#[test]
fn what_the_dead_are_still_to_give_up_is_a_root_and_what_they_have_given_up_is_none() {
    // 0 refers to 1, 2 and 3, and 1 to 4.
    let mut state = state([&[1, 2, 3], &[4], &[], &[], &[]]);
    let garbage = |state: &State<Nobody>| state.garbage().iter().map(|object| object.0).collect::<Vec<_>>();
    assert_eq!(garbage(&state), [0, 1, 2, 3, 4]);
    state.died(Object(0));
    state.died(Object(1));
    assert!(garbage(&state).is_empty());
    // The turn of 2: 0 goes on, so 1, which died within, has given up 4.
    assert!(!state.begins_to_die(Object(2), UserCode::Destructor));
    assert_eq!(garbage(&state), [2, 4]);
    state.rests();
    assert_eq!(garbage(&state), [2, 3, 4]);
}

#[test]
fn where_turns_are_free_each_of_the_dead_may_still_have_something_to_give_up() {
    let mut state = state([&[1, 2, 3], &[4], &[], &[], &[]]);
    state.dialect = Dialect { release: Release::Unordered, ..counted() };
    state.died(Object(0));
    state.died(Object(1));
    state.begins_to_die(Object(3), UserCode::Destructor);
    assert_eq!(state.garbage(), [Object(3)]);
}
