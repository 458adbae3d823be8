//! What the adapter knows of its nodes: the handles that the mutator holds, what is stored where, and who has died.

use super::Pointers;
use crate::judge::code::Finalizers;
use heapproof_model::definitions::{Graph, reachable};
use heapproof_model::dialect::{Again, ContentsOrder, Release, SetView, UserCode};
use heapproof_model::{Contents, Dialect, Event, Kind, Object, Refusal, Value};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// A node, as the adapter knows it.
pub(super) struct Thing<P: Pointers> {
    /// What programs have stored. The references are those that the node's edges must hold.
    pub contents: Contents,
    /// The handles that the mutator holds. Each is in an `Rc`, since lending it must not clone it.
    pub held: Vec<Rc<P::Handle>>,
    pub lives: bool,
    pub has_begun: bool,
}

/// Code that runs.
#[derive(Clone, Copy)]
pub(super) struct Running {
    pub object: Object,
    pub in_set: bool,
}

pub(super) struct State<P: Pointers> {
    pub things: Vec<Thing<P>>,
    pub finalizers: Finalizers,
    pub dialect: Dialect,
    /// The innermost last.
    pub running: Vec<Running>,
    /// Objects that nothing saves any more.
    pub doomed: BTreeSet<Object>,
    /// What each dead object of this call is still to give up, in that order. It lives until its turn comes.
    owed: Vec<VecDeque<Object>>,
    /// Whether a panic of code goes through the crate.
    pub panics: bool,
    /// Whether that comes out of the outermost call.
    pub passes: bool,
    /// Whether the heap is gone, and what still dies concerns nobody.
    pub has_ended: bool,
}

impl<P: Pointers> Default for State<P> {
    fn default() -> State<P> {
        let dialect = P::dialect();
        State {
            things: Vec::new(),
            finalizers: Finalizers::default(),
            dialect,
            running: Vec::new(),
            doomed: BTreeSet::new(),
            owed: Vec::new(),
            panics: false,
            passes: false,
            has_ended: false,
        }
    }
}

impl<P: Pointers> Graph for State<P> {
    fn contents(&self, object: Object) -> Option<&Contents> {
        self.things.get(object.index()).filter(|thing| thing.lives).map(|thing| &thing.contents)
    }

    fn living(&self) -> impl Iterator<Item = Object> + Clone + '_ {
        (0..self.things.len() as u32).map(Object).filter(|object| self.lives(*object))
    }

    fn bound(&self) -> usize {
        self.things.len()
    }
}

impl<P: Pointers> State<P> {
    /// Numbers a node that the mutator holds.
    pub fn add(&mut self, contents: Contents, handle: Rc<P::Handle>) -> Object {
        self.things.push(Thing { contents, held: vec![handle], lives: true, has_begun: false });
        Object(self.things.len() as u32 - 1)
    }

    pub fn lives(&self, object: Object) -> bool {
        self.things.get(object.index()).is_some_and(|thing| thing.lives)
    }

    pub fn holds(&self, object: Object) -> bool {
        self.things.get(object.index()).is_some_and(|thing| !thing.held.is_empty())
    }

    /// The object whose code runs.
    fn own(&self) -> Option<Object> {
        self.running.last().map(|run| run.object)
    }

    /// Whether a call can use an object: in code of some sets the other members are dead already.
    pub fn is_open(&self, object: Object) -> bool {
        let seems_dead = self.dialect.set_view == SetView::Dead
            && self.running.last().is_some_and(|run| run.in_set && run.object != object)
            && self.doomed.contains(&object);
        self.lives(object) && !seems_dead
    }

    /// Whether nothing has begun that ends with its death.
    pub fn is_safe(&self, object: Object) -> bool {
        self.lives(object) && !self.doomed.contains(&object)
    }

    /// The object and what it contains, if it is not nil, lives and is of that kind.
    pub fn find(&self, object: Option<Object>, kind: Option<Kind>) -> Result<(Object, &Contents), Refusal> {
        let object = object.ok_or(Refusal::Nil)?;
        let contents = self.contents(object).filter(|_| self.is_open(object)).ok_or(Refusal::Stale)?;
        if kind.is_some_and(|kind| kind != contents.kind) { Err(Refusal::Kind) } else { Ok((object, contents)) }
    }

    /// What an object contains that lives, or did.
    pub fn contents_of(&self, object: Object) -> &Contents {
        &self.things[object.index()].contents
    }

    /// Which objects can be named now, by number (SPEC 11.5).
    pub fn reached(&self) -> Vec<bool> {
        let held = self.living().filter(|object| self.holds(*object));
        reachable(self, held.chain(self.own().filter(|object| self.lives(*object))))
    }

    /// The way to an object from one whose handle is there: the slots to go through.
    pub fn path(&self, to: Object) -> Option<(Object, Vec<usize>)> {
        let roots = self.own().into_iter().chain(self.living().filter(|object| self.holds(*object)));
        let mut queue: VecDeque<_> = roots.map(|root| (root, root, Vec::new())).collect();
        let mut seen = BTreeSet::new();
        while let Some((root, at, path)) = queue.pop_front() {
            if at == to && !path.is_empty() {
                return Some((root, path));
            }
            if !self.is_open(at) || !seen.insert(at) {
                continue;
            }
            let values = self.contents(at).map_or(&[][..], |contents| &contents.values);
            for (slot, target) in values.iter().enumerate().filter_map(|(slot, value)| Some((slot, value.reference()?)))
            {
                let further = path.iter().copied().chain([slot]).collect();
                queue.push_back((root, target, further));
            }
        }
        None
    }

    /// The code of an object is to run as that: whether with a set. If it is a destructor, the other members are doomed too.
    pub fn begins_to_die(&mut self, object: Object, sort: UserCode) -> bool {
        let refers =
            |by: Object| self.contents(by).is_some_and(|contents| contents.references().any(|to| to == object));
        let is_referred_to = self.dialect.release == Release::Traced || self.living().any(refers);
        let dies = sort == UserCode::Destructor && self.dialect.set_code.runs_as(sort);
        if !is_referred_to && !self.doomed.contains(&object) {
            self.gave_up(object);
        }
        if is_referred_to && dies && !self.doomed.contains(&object) {
            let garbage = self.garbage();
            garbage.iter().for_each(|object| self.tear(*object));
            self.doomed.extend(garbage);
        }
        is_referred_to || self.doomed.contains(&object)
    }

    /// Where the code of a set sees no references, forgets those that an object contains: its handles are dead.
    fn tear(&mut self, object: Object) {
        if self.dialect.set_view == SetView::Nil {
            let values = &mut self.things[object.index()].contents.values;
            values.iter_mut().filter(|value| value.reference().is_some()).for_each(|value| *value = Value::Nil);
        }
    }

    /// An object dies in a release, so its last handle has been dropped. Every dead object that names it has come so far. The
    /// outermost of them is the one that goes on now, so those within it have nothing left to give up.
    fn gave_up(&mut self, object: Object) {
        let Some(outermost) = self.owed.iter().position(|owed| owed.contains(&object)) else { return };
        let is_nested = self.dialect.release == Release::Nested;
        if is_nested {
            self.owed.truncate(outermost + 1);
        }
        // Only where each gives up its contents in order, and what that lets die dies at once, has all before it gone too.
        let in_order = is_nested && self.dialect.contents != ContentsOrder::Unordered;
        for owed in &mut self.owed {
            match owed.iter().rposition(|one| *one == object) {
                Some(last) if in_order => drop(owed.drain(..=last)),
                _ => owed.retain(|one| *one != object),
            }
        }
    }

    fn is_owed(&self, object: Object) -> bool {
        self.owed.iter().flatten().any(|owed| *owed == object)
    }

    /// What no handle leads to that somebody holds.
    pub fn garbage(&self) -> Vec<Object> {
        let runs = self.running.iter().filter(|run| !run.in_set).map(|run| run.object);
        let roots = self.living().filter(|object| self.holds(*object) || self.is_owed(*object));
        let reached = reachable(self, roots.chain(runs.filter(|object| self.lives(*object))));
        self.living().filter(|object| !reached[object.index()]).collect()
    }

    /// Whether the object has code that is to run as that now. Then it has begun.
    pub fn begins_its_code(&mut self, object: Object, sort: UserCode) -> bool {
        let begun = std::mem::replace(&mut self.things[object.index()].has_begun, true);
        self.finalizers.keep(self.dialect.keeps_code(sort));
        let once = sort == UserCode::Finalizer && self.dialect.again == Again::Once;
        self.finalizers.has_finalizer(object) && !(begun && once)
    }

    /// An object has died.
    pub fn died(&mut self, object: Object) {
        let thing = &mut self.things[object.index()];
        thing.lives = false;
        let mut owed: VecDeque<Object> = thing.contents.references().collect();
        if self.dialect.contents == ContentsOrder::Reversed {
            owed.make_contiguous().reverse();
        }
        self.owed.push(owed);
        self.finalizers.forget(object);
        self.finalizers.journal.push(Event::Died(object));
    }

    /// A call from outside has ended.
    pub fn rests(&mut self) {
        self.owed.clear();
        self.doomed.clear();
    }

    /// Whether lines can still be added to the object's code.
    pub fn takes_lines(&self, object: Object) -> bool {
        !self.things[object.index()].has_begun || self.dialect.again == Again::EachDeath
    }
}
