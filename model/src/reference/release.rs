//! Release: what happens when nothing refers to an object any more, and who is called back (SPEC 2).

use super::{End, Event, Reference, Running, Site, script};
use crate::definitions::Graph;
use crate::dialect::{
    Again, AtEnd, Cleared, ContentsOrder, Garbage, Panics, Release, SetCallbacks, SetOwn, SetPanics, UserCode,
};
use crate::value::{Object, Value};
use std::collections::{BTreeSet, VecDeque};

/// The ways in which objects die (SPEC 11.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Release,
    Set,
}

impl Reference {
    /// Gives up references, in that order. An object that has no more references joins the queue.
    pub(super) fn lose(&mut self, objects: impl IntoIterator<Item = Object>) {
        if self.dialect.release == Release::Nested {
            return self.owed.push(objects.into_iter().collect());
        }
        for object in objects {
            // What is held is not lost, whatever else refers to it.
            if self.external(object) > 0 {
                continue;
            }
            let internal = self.internal()[object.index()];
            self.join_if_lost(object, internal);
        }
    }

    fn join_if_lost(&mut self, object: Object, internal: u32) {
        let lost = self.thing(object).is_some_and(|thing| thing.external == 0 && internal == 0);
        let joins = lost && self.dialect.release != Release::Traced && !self.immortal.contains(&object);
        if joins && !self.has_its_turn(object) && !self.queue.contains(&object) {
            self.queue.push_back(object);
        }
    }

    /// Whether an object lives and is not dying: the mutator holds it, or something refers to it, and it is pinned or in no set
    /// whose code runs (SPEC 1.18).
    pub(super) fn can_be_tried(&self, object: Object) -> bool {
        let dies_in_a_set = self.running.iter().filter_map(Running::set).any(|set| set.contains(&object));
        let is_held = self.external(object) > 0 || self.immortal.contains(&object);
        let is_kept = is_held || self.internal()[object.index()] > 0 && (self.is_pinned(object) || !dies_in_a_set);
        self.lives(object) && is_kept && !self.doomed.contains(&object) && !self.seems_dead(object)
    }

    /// Whether its finalizer runs, and holds it meanwhile.
    fn has_its_turn(&self, object: Object) -> bool {
        let holds = |run: &Running| match run.site {
            Site::Turn => true,
            Site::Set(_) => self.dialect.set_own == SetOwn::Held,
            Site::Callback(_) => false,
        };
        self.running.iter().any(|run| run.object == object && holds(run))
    }

    /// How many dead objects of calls further out are still to give up references. A call of user code leaves these alone.
    pub(super) fn outer(&self) -> usize {
        if self.running.is_empty() { 0 } else { self.owed.len() }
    }

    /// Lets those die that have lost their last reference, if it is time (SPEC 2.1, 11.12); and runs the callbacks that are due
    /// by that, each when there is nothing more to release (SPEC 2.13).
    pub(super) fn settle(&mut self, outer: usize) {
        let was_releasing = std::mem::replace(&mut self.releasing, true);
        self.work_off(outer, was_releasing);
        while self.running.is_empty() && !self.is_given_up() {
            let Some(weak) = self.next_called(&self.due) else { break };
            self.due.remove(&weak);
            self.call_back(weak, None);
            self.work_off(outer, was_releasing);
        }
        self.releasing = was_releasing;
    }

    /// The weak object whose callback runs next: the one that the subject has called, if it is due.
    fn next_called(&self, due: &BTreeSet<Object>) -> Option<Object> {
        match self.choice() {
            Some(Event::Called(chosen)) if due.contains(chosen) && self.lives(*chosen) => Some(*chosen),
            _ => due.iter().copied().find(|weak| self.lives(*weak)),
        }
    }

    /// Runs these callbacks at once, before the code of the set if there is one (SPEC 11.25).
    pub(super) fn call_back_all(&mut self, mut due: BTreeSet<Object>, set: Option<&BTreeSet<Object>>) {
        while let Some(weak) = self.next_called(&due) {
            due.remove(&weak);
            self.call_back(weak, set);
        }
    }

    fn call_back(&mut self, weak: Object, set: Option<&BTreeSet<Object>>) {
        self.running.push(Running { object: weak, site: Site::Callback(set.cloned()) });
        let early = self.early.take();
        let end = script::call_back(self, weak);
        self.early = early;
        self.running.pop();
        if end == End::Panicked {
            self.panicked(None);
        }
    }

    /// Lets those die that have lost their last reference.
    pub(super) fn work_off(&mut self, outer: usize, was_releasing: bool) {
        if self.queue.is_empty() && self.owed.len() <= outer {
            return;
        }
        let mut internal = self.internal();
        while self.dialect.release == Release::Nested || !self.is_given_up() {
            let Some(object) = self.next_turn(outer, was_releasing) else { break };
            if self.dialect.release == Release::Nested {
                internal = self.internal();
            }
            self.turn(object, &mut internal);
        }
    }

    /// Takes the object that has the next turn out of the queue, or a reference out of those that are owed.
    fn next_turn(&mut self, outer: usize, was_releasing: bool) -> Option<Object> {
        let in_a_call = was_releasing || self.runs_in_set();
        match self.dialect.release {
            Release::Queued if in_a_call => None,
            Release::Queued => self.queue.pop_front(),
            Release::Nested => self.next_owed(outer),
            Release::Unordered if !in_a_call => self.next_waiting().or_else(|| self.queue.pop_front()),
            Release::Unordered | Release::Deferred => self.next_waiting(),
            Release::Traced => None,
        }
    }

    /// Counts a turn or a set before an allocation, if more may come there.
    fn is_early_enough(&mut self) -> bool {
        match &mut self.early {
            Some(left) => {
                let enough = *left > 0;
                *left = left.saturating_sub(1);
                enough
            }
            None => true,
        }
    }

    /// Takes the object out of the queue that has its turn in the subject now.
    fn next_waiting(&mut self) -> Option<Object> {
        let object = self.chosen(|object| self.queue.contains(&object)).filter(|_| self.is_early_enough())?;
        self.queue.retain(|waiting| *waiting != object);
        Some(object)
    }

    /// Takes the reference that is given up next, of the innermost dead object first.
    fn next_owed(&mut self, outer: usize) -> Option<Object> {
        while self.owed.len() > outer && self.owed.last().is_some_and(VecDeque::is_empty) {
            self.owed.pop();
        }
        let innermost = self.owed.get(outer..)?.last()?;
        let free = self.dialect.contents == ContentsOrder::Unordered;
        let chosen = self.chosen(|object| free && innermost.contains(&object));
        let place = innermost.iter().position(|object| Some(*object) == chosen).unwrap_or(0);
        self.owed.last_mut()?.remove(place)
    }

    /// Lets all wait no longer that a deferred release lets wait (SPEC 11.12).
    pub(super) fn flush(&mut self) {
        let must = self.dialect.release == Release::Deferred && self.running.is_empty();
        while must && !self.queue.is_empty() && !self.is_given_up() {
            let mut internal = self.internal();
            if let Some(object) = self.next_waiting().or_else(|| self.queue.pop_front()) {
                self.turn(object, &mut internal);
            }
        }
    }

    /// An object that has lost a reference has its turn (SPEC 2.2). `internal` has the counts.
    fn turn(&mut self, object: Object, internal: &mut Vec<u32>) {
        if self.is_held(object, internal) {
            return;
        }
        for sort in [UserCode::Finalizer, UserCode::Destructor] {
            if self.dialect.code.runs_as(sort) && self.has_code(object, sort) {
                self.run(object, None, sort);
                *internal = self.internal();
                if self.is_held(object, internal) {
                    return;
                }
            }
        }
        self.die(&[object], Way::Release, internal);
    }

    /// Whether it must not be released any more: something refers to it again, or it has died or will, with a set.
    fn is_held(&self, object: Object, internal: &[u32]) -> bool {
        // In an unordered object's contents, it may have been given up already, where that let nothing die.
        let free = self.dialect.contents == ContentsOrder::Unordered && self.chosen(|one| one == object).is_some();
        let is_owed = || !free && self.owed.iter().flatten().any(|owed| *owed == object);
        let is_kept = self.external(object) > 0 || internal[object.index()] > 0 || is_owed();
        let is_dying = self.doomed.contains(&object) || self.has_its_turn(object);
        !self.lives(object) || is_kept || self.immortal.contains(&object) || is_dying
    }

    /// Whether an object has code that is to run as that.
    pub(super) fn has_code(&self, object: Object, sort: UserCode) -> bool {
        let has_been_finalized = self.thing(object).is_some_and(|thing| thing.begun);
        self.has_finalizer(object) && !(sort == UserCode::Finalizer && has_been_finalized)
    }

    /// Runs an object's code, in a release or of a member of a set.
    pub(super) fn run(&mut self, object: Object, set: Option<&BTreeSet<Object>>, sort: UserCode) {
        if self.dialect.again == Again::Once {
            self.objects[object.index()].iter_mut().for_each(|thing| thing.begun = true);
        }
        if set.is_none() {
            self.clear_weak(&[object].into(), self.dialect.weak);
            self.doomed.extend(Some(object).filter(|_| sort == UserCode::Destructor));
        }
        self.running.push(Running { object, site: set.cloned().map_or(Site::Turn, Site::Set) });
        let early = self.early.take();
        self.script.keep(self.dialect.keeps_code(sort));
        let end = script::finalize(self, object);
        self.early = early;
        self.running.pop();
        if set.is_none() {
            self.hidden.remove(&object);
            self.doomed.remove(&object);
        }
        match set {
            Some(set) if end == End::Panicked => self.panicked_in_a_set(object, set),
            None if end == End::Panicked => self.panicked(Some(object).filter(|_| sort == UserCode::Finalizer)),
            _ => {}
        }
        if set.is_some() && self.dialect.set_own == SetOwn::Held {
            self.let_go(object);
        }
    }

    /// A member is no longer held by its own code: if it has lost its last reference, it has its turn (SPEC 11.19).
    fn let_go(&mut self, object: Object) {
        if self.dialect.release != Release::Traced {
            let outer = self.owed.len();
            self.queue.retain(|waiting| *waiting != object);
            self.turn(object, &mut self.internal());
            if self.dialect.release == Release::Nested {
                self.work_off(outer, self.releasing);
            }
        }
    }

    /// Clears the weak references to objects whose code runs next (SPEC 11.25).
    pub(super) fn clear_weak(&mut self, objects: &BTreeSet<Object>, when: Cleared) {
        match when {
            Cleared::AtDeath => {}
            Cleared::BeforeCode => self.hidden.extend(objects),
            Cleared::ForGood => {
                let contents = self.objects.iter_mut().flatten().map(|thing| &mut thing.contents);
                // An ephemeron has its key until that dies.
                let weak = contents.filter(|weak| !weak.is_ephemeron());
                let cleared = weak.filter(|weak| weak.target.is_some_and(|target| objects.contains(&target)));
                cleared.for_each(|weak| weak.target = None);
            }
        }
    }

    /// A panic came out of code in a release: a finalizer's, or a callback's (SPEC 2.11, 11.24).
    fn panicked(&mut self, own: Option<Object>) {
        match self.dialect.panics {
            Panics::Counted => self.statistics.finalizer_panics += 1,
            Panics::Passed => self.pass(true),
            Panics::PassedAfter => self.pass(false),
            Panics::OwnLost => self.immortal.extend(own),
            Panics::Contained | Panics::Never => {}
        }
    }

    /// A panic came out of the code of a member.
    fn panicked_in_a_set(&mut self, object: Object, set: &BTreeSet<Object>) {
        let left = set.iter().copied().filter(|member| self.lives(*member));
        match self.dialect.set_panics {
            SetPanics::Counted => self.statistics.finalizer_panics += 1,
            SetPanics::Passed => self.pass(true),
            SetPanics::PassedAfter => self.pass(false),
            SetPanics::RestLost => self.immortal.extend(left.collect::<Vec<_>>()),
            SetPanics::OthersLost => {
                let others: Vec<Object> = left.filter(|member| *member != object).collect();
                self.immortal.extend(others);
            }
            SetPanics::Contained | SetPanics::Never => {}
        }
    }

    /// A panic of code that no other code called comes out of the call, which ends by it or goes on.
    fn pass(&mut self, ends: bool) {
        if self.running.is_empty() && !self.checking {
            self.passing = true;
            self.given_up |= ends;
        }
    }

    /// Whether a panic has ended the call, so that the set whose code runs lives on.
    pub(super) fn is_given_up(&self) -> bool {
        self.given_up
    }

    /// Lets objects die in one step; then they give up their contents, in that order. `internal` has the counts from
    /// before.
    pub(super) fn die(&mut self, objects: &[Object], way: Way, internal: &mut Vec<u32>) {
        let (code, calls) = match way {
            Way::Release => (self.dialect.code, self.dialect.callbacks.into()),
            Way::Set => (self.dialect.set_code, self.dialect.set_callbacks),
        };
        let (mut given_up, mut contents) = (Vec::new(), Vec::new());
        let mut called = BTreeSet::new();
        for object in objects {
            if let Some(thing) = self.objects[object.index()].take() {
                given_up.push(self.take_values_of(*object));
                contents.push(thing.contents.references().collect());
                self.script.journal.push(Event::Died(*object));
                self.statistics.frees += 1;
                self.pauses = 0;
                self.bury(*object, code);
                called.extend(self.to_be_called(*object));
            }
        }
        given_up.extend(contents);
        match calls {
            SetCallbacks::WhenReleased => self.due.extend(called),
            SetCallbacks::AtDeath if !called.is_empty() => {
                let left_before = self.left.len();
                self.left.extend(given_up.iter().flatten());
                self.call_back_all(called, None);
                *internal = self.internal();
                self.left.truncate(left_before);
            }
            SetCallbacks::AtDeath | SetCallbacks::WhenCleared => {}
        }
        self.give_up(given_up, internal);
    }

    /// Makes the values nil that ephemerons have for a key that has died, and returns what they referred to, the youngest
    /// ephemeron's first (SPEC 1.20).
    fn take_values_of(&mut self, key: Object) -> VecDeque<Object> {
        let mut values = VecDeque::new();
        for ephemeron in self.ephemerons.iter().rev() {
            let things = self.objects[ephemeron.index()].as_mut();
            let contents = things.map(|thing| &mut thing.contents).filter(|contents| contents.target == Some(key));
            values.extend(contents.and_then(|it| std::mem::replace(&mut it.values[0], Value::Nil).reference()));
        }
        values
    }

    /// Gives up the contents of objects. `internal` counts them still.
    pub(super) fn give_up(&mut self, mut contents: Vec<VecDeque<Object>>, internal: &mut [u32]) {
        if self.dialect.contents == ContentsOrder::Reversed {
            contents.iter_mut().for_each(|references| references.make_contiguous().reverse());
        }
        if self.dialect.release == Release::Nested {
            return self.owed.extend(contents.into_iter().rev());
        }
        for target in contents.into_iter().flatten() {
            internal[target.index()] -= 1;
            self.join_if_lost(target, internal[target.index()]);
        }
    }

    /// The weak objects that have a callback and targeted this one.
    pub(super) fn to_be_called(&self, dead: Object) -> Vec<Object> {
        let targets = |weak: &Object| self.contents(*weak).is_some_and(|weak| weak.target == Some(dead));
        self.script.with_callbacks().filter(targets).collect()
    }

    /// Whether user code runs when an object dies: its finalizer, or a callback.
    pub fn has_code_for_death(&self, object: Object) -> bool {
        self.has_finalizer(object) || !self.to_be_called(object).is_empty()
    }

    /// If the heap goes away now: whose code must begin, and whose may (SPEC 2.14, 11.24).
    pub fn at_end(&self) -> (Vec<Object>, Vec<Object>) {
        let may: Vec<Object> = self.living().collect();
        let must = may.iter().copied().filter(|object| self.has_finalizer(*object)).collect();
        match self.dialect.at_end {
            AtEnd::Nothing => (Vec::new(), Vec::new()),
            AtEnd::Finalized => (must, may),
            AtEnd::Some => (Vec::new(), may),
        }
    }

    /// What becomes of a dead object's finalizer and callback.
    fn bury(&mut self, object: Object, code: UserCode) {
        self.script.forget_callback(object);
        if code == UserCode::Job && self.has_finalizer(object) {
            self.jobs.push_back(object);
        } else {
            self.script.forget(object);
        }
    }

    /// Runs the jobs of the dead, in order of death (SPEC 11.17).
    pub(super) fn run_jobs(&mut self) {
        while let Some(object) = self.jobs.pop_front() {
            self.run(object, None, UserCode::Job);
            self.script.forget(object);
            self.settle(0);
        }
    }

    /// What dies in the subject though nothing asked for it, if the dialect allows that now (SPEC 11.12, 11.14).
    pub(super) fn die_by_themselves(&mut self, outer: usize) {
        self.settle(outer);
        while self.dialect.garbage == Garbage::AnyTime && self.running.is_empty() {
            let Some(set) = self.chosen_set().filter(|_| self.is_early_enough()) else { return };
            self.free(&set);
            self.settle(outer);
        }
    }
}
