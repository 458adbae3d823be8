//! What is garbage, and how a set of it dies (SPEC 3).

use super::release::Way;
use super::{Event, Reference, Running, Site};
use crate::definitions::{Graph, cycles, reachable};
use crate::dialect::{
    Cleared, CollectGives, CollectInCode, CollectInSet, Garbage, Reach, Release, Saved, SetArmed, SetCallbacks,
    SetOrder, SetRuns, SetView, Upgrade, UserCode,
};
use crate::value::{Object, Value};
use std::collections::{BTreeSet, VecDeque};
use std::ops::AddAssign;

/// What a collection, or a set of it, has freed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Freed {
    pub cycles: u64,
    /// How many members of sets died, and in how many sets any did.
    pub objects: u64,
    pub sets: u64,
}

impl AddAssign for Freed {
    fn add_assign(&mut self, more: Freed) {
        self.cycles += more.cycles;
        self.objects += more.objects;
        self.sets += more.sets;
    }
}

impl Reference {
    /// All objects that can't be reached from what the mutator holds, from queued objects, or from one whose finalizer
    /// runs.
    pub fn garbage(&self) -> BTreeSet<Object> {
        self.unreached(|object| self.waits(object))
    }

    /// The same, but for what may have had its turn, or been given up, without a trace: where the subject chooses when that
    /// is, nothing happens to an object that has other references (SPEC 2.2, 11.13).
    pub fn possible_garbage(&self) -> BTreeSet<Object> {
        if !self.dialect.has_free_turns() {
            return self.garbage();
        }
        let internal = self.internal();
        self.unreached(|object| self.waits(object) && internal[object.index()] == 0)
    }

    /// Whether it waits for its turn, or a dead object still has to give it up.
    fn waits(&self, object: Object) -> bool {
        self.queue.contains(&object) || self.owed.iter().flatten().any(|owed| *owed == object)
    }

    fn unreached(&self, waits: impl Fn(Object) -> bool) -> BTreeSet<Object> {
        let reached = reachable(self, self.living().filter(|object| waits(*object) || self.is_root(*object)));
        self.living().filter(|object| !reached[object.index()]).collect()
    }

    fn is_root(&self, object: Object) -> bool {
        let runs = self.running.iter().any(|run| match &run.site {
            Site::Set(set) | Site::Callback(Some(set)) => self.collects_in_sets() && set.contains(&object),
            Site::Turn => run.object == object,
            Site::Callback(None) => false,
        });
        self.is_kept(object) || runs || self.immortal.contains(&object) || self.left.contains(&object)
    }

    fn collects_in_sets(&self) -> bool {
        matches!(self.dialect.collect_in_set, CollectInSet::Works | CollectInSet::Partly)
    }

    /// Whether `upgrade` gives a living target (SPEC 11.17, 11.25, 11.26).
    pub(super) fn upgrades(&self, target: Object) -> bool {
        if self.doomed.contains(&target) || self.hidden.contains(&target) {
            return false;
        }
        let dies = |run: &Running| run.set().is_some_and(|set| set.contains(&target));
        if self.dialect.upgrade == Upgrade::Gives || self.running.iter().any(dies) {
            return true;
        }
        let is_barred = self.dialect.upgrade == Upgrade::Nil && self.garbage().contains(&target);
        let may_be_barred = self.answered() == Some(&Value::Nil) && self.possible_garbage().contains(&target);
        !is_barred && !may_be_barred
    }

    /// Whether the finalizer runs of a member of a set.
    pub(super) fn runs_in_set(&self) -> bool {
        self.running.last().is_some_and(|run| run.set().is_some())
    }

    /// What a collection does that is called now (SPEC 2.8, 11.23).
    pub(super) fn collection(&self) -> CollectInCode {
        if self.running.is_empty() {
            return CollectInCode::Works;
        }
        if self.running.iter().all(|run| run.set().is_none()) {
            return self.dialect.collect_in_code;
        }
        match self.dialect.collect_in_set {
            CollectInSet::Refused => CollectInCode::Refused,
            CollectInSet::Nothing => CollectInCode::Nothing,
            CollectInSet::Works => CollectInCode::Works,
            CollectInSet::Partly => CollectInCode::Partly,
        }
    }

    /// What `collect` gives (SPEC 11.16).
    pub(super) fn told(&self, freed: &Freed) -> Value<Object> {
        match self.dialect.collect_gives {
            CollectGives::Nothing => Value::Nil,
            CollectGives::Objects => Value::Int(freed.objects as i64),
            CollectGives::Cycles => Value::Int(freed.cycles as i64),
            CollectGives::Sets => Value::Int(freed.sets as i64),
            CollectGives::Number => match self.answered() {
                Some(number @ (Value::Int(_) | Value::Float(_))) => number.clone(),
                _ => Value::Int(0),
            },
            CollectGives::Anything => self.answered().cloned().unwrap_or(Value::Nil),
        }
    }

    /// Frees all garbage as one set, until there is none, or as often as the dialect says.
    pub(super) fn collect(&mut self) -> Freed {
        self.sliced = None;
        let outer = self.owed.len();
        let mut passes = 0;
        let mut freed = Freed::default();
        let mut looked_at = None;
        while !self.is_given_up() && self.may_pass(passes) {
            self.flush();
            let set = self.set_to_take(looked_at.as_ref());
            if set.is_empty() {
                break;
            }
            freed += self.free(&set);
            // In code, the subject may have looked for more garbage before these turns, or after them.
            looked_at = (self.dialect.has_free_turns() && !self.running.is_empty()).then(|| self.garbage());
            self.settle(outer);
            passes += 1;
        }
        if self.dialect.garbage == Garbage::Late {
            self.overdue = self.garbage();
        }
        freed
    }

    /// Whether a collection makes a further pass (SPEC 11.15).
    fn may_pass(&self, passes: u32) -> bool {
        match self.dialect.reach {
            Reach::UntilNone => true,
            Reach::OnePass => passes < 1,
            Reach::TwoPasses => passes < 2,
            Reach::NPasses => passes < self.dialect.passes,
        }
    }

    /// The set that a pass takes (SPEC 3.2, 11.14). It has to take what was garbage at both ends of a time, if it may have
    /// looked at any moment between.
    fn set_to_take(&self, before: Option<&BTreeSet<Object>>) -> BTreeSet<Object> {
        if self.collection() == CollectInCode::Partly {
            return self.chosen_set().unwrap_or_default();
        }
        match self.dialect.garbage {
            Garbage::Asked | Garbage::AnyTime => {
                let garbage = self.garbage();
                let due = before.map(|before| before & &garbage).unwrap_or(garbage);
                let free = self.dialect.has_free_turns();
                self.chosen_set().filter(|set| free && due.is_subset(set)).unwrap_or(due)
            }
            Garbage::Never => BTreeSet::new(),
            Garbage::Late => {
                let reached = reachable(self, self.living().filter(|object| !self.overdue.contains(object)));
                let living = self.overdue.iter().filter(|object| self.lives(**object));
                let due: BTreeSet<Object> = living.copied().filter(|object| !reached[object.index()]).collect();
                let due = &due & &self.garbage();
                self.chosen_set().filter(|set| due.is_subset(set)).unwrap_or(due)
            }
        }
    }

    /// The set that the subject takes now, if it may: where it does not say, all garbage that has its finalizer run or
    /// dies in what is left of the call.
    pub(super) fn chosen_set(&self) -> Option<BTreeSet<Object>> {
        if let Some(Event::Took(set)) = self.choice().filter(|_| !self.silent) {
            return Some(set.clone()).filter(|set| self.may_take(set));
        }
        let left = self.choices.iter().skip(self.script.journal.len()).filter_map(|event| match event {
            Event::Began(object) | Event::Died(object) => Some(*object),
            _ => None,
        });
        let garbage = self.possible_garbage();
        let set =
            left.chain(self.gone.iter().copied()).filter(|object| self.silent && garbage.contains(object)).collect();
        Some(set).filter(|set| self.may_take(set))
    }

    /// Runs the finalizers of a set, judges it again, and frees the members that are still garbage.
    pub(super) fn free(&mut self, set: &BTreeSet<Object>) -> Freed {
        if !self.silent {
            self.script.journal.push(Event::Took(set.clone()));
        }
        let called = self.called_when_cleared(set);
        self.clear_weak(set, self.dialect.set_weak);
        self.call_back_all(called, Some(set));
        let torn = if self.dialect.set_view == SetView::Nil { self.tear(set) } else { Vec::new() };
        let torn_before = self.torn.len();
        self.torn.extend(torn.iter().flatten());
        let freed = self.run_code_and_free(set).unwrap_or_default();
        self.hidden.retain(|object| !set.contains(object));
        self.doomed.retain(|object| !set.contains(object));
        if !torn.is_empty() {
            let mut internal = self.internal();
            self.torn.truncate(torn_before);
            self.give_up(torn, &mut internal);
        }
        self.statistics.cycles_collected += freed.cycles;
        freed
    }

    /// Makes every reference that a member contains nil, and returns each member's to objects outside (SPEC 11.20).
    fn tear(&mut self, set: &BTreeSet<Object>) -> Vec<VecDeque<Object>> {
        let mut outside = Vec::new();
        for object in set {
            let Some(thing) = self.thing_mut(*object) else { continue };
            outside.push(thing.contents.references().filter(|target| !set.contains(target)).collect());
            let references = thing.contents.values.iter_mut().filter(|value| value.reference().is_some());
            references.for_each(|value| *value = Value::Nil);
        }
        outside
    }

    /// `None` if a panic has ended the call, so that the set lives on.
    fn run_code_and_free(&mut self, set: &BTreeSet<Object>) -> Option<Freed> {
        if self.is_given_up() {
            return None;
        }
        if self.dialect.set_code.runs_as(UserCode::Finalizer) {
            self.run_code(set, UserCode::Finalizer)?;
        }
        if self.dialect.set_code.runs_as(UserCode::Destructor) {
            self.doomed.extend(self.dying(set));
            if self.dialect.set_order == SetOrder::OneByOne {
                return Some(self.free_one_by_one(set));
            }
            self.run_code(set, UserCode::Destructor)?;
        }
        Some(self.free_at_once(set))
    }

    /// Runs the code of members as that; `None` if a panic has ended the call.
    fn run_code(&mut self, set: &BTreeSet<Object>, sort: UserCode) -> Option<()> {
        let mut ran = BTreeSet::new();
        let armed = set.iter().copied().filter(|object| self.has_code(*object, sort)).collect();
        while let Some(object) = self.choose_code(sort, set, &armed, &ran) {
            ran.insert(object);
            self.run(object, Some(set), sort);
            if self.is_given_up() {
                return None;
            }
        }
        Some(())
    }

    fn free_at_once(&mut self, set: &BTreeSet<Object>) -> Freed {
        let dying = self.dying(set);
        let order = self.choose_order(&dying);
        let cycles = cycles(self, dying.into_iter()).len() as u64;
        let mut internal = self.internal();
        self.die(&order, Way::Set, &mut internal);
        Freed { cycles, objects: order.len() as u64, sets: u64::from(!order.is_empty()) }
    }

    /// The code of each member runs right before its own death (SPEC 11.19).
    fn free_one_by_one(&mut self, set: &BTreeSet<Object>) -> Freed {
        let outer = self.owed.len();
        let mut left = self.dying(set);
        let (members, cycles) = (left.len(), cycles(self, left.iter().copied()).len() as u64);
        while let Some(object) = self.chosen(|object| left.contains(&object)).or_else(|| left.first().copied()) {
            if self.immortal.contains(&object) {
                break;
            }
            if self.has_code(object, UserCode::Destructor) {
                self.run(object, Some(set), UserCode::Destructor);
            }
            if self.is_given_up() || self.immortal.contains(&object) {
                break;
            }
            left.remove(&object);
            let mut internal = self.internal();
            self.die(&[object], Way::Set, &mut internal);
            if self.dialect.release == Release::Nested {
                self.work_off(outer, self.releasing);
            }
        }
        let died = members - left.len();
        Freed { cycles: if left.is_empty() { cycles } else { 0 }, objects: died as u64, sets: u64::from(died > 0) }
    }

    /// The weak objects outside a set that are called back as its weak references are cleared (SPEC 11.25).
    fn called_when_cleared(&self, set: &BTreeSet<Object>) -> BTreeSet<Object> {
        let clears = self.dialect.set_weak == Cleared::ForGood;
        if !clears || self.dialect.set_callbacks != SetCallbacks::WhenCleared {
            return BTreeSet::new();
        }
        let called = set.iter().flat_map(|object| self.to_be_called(*object)).filter(|weak| !set.contains(weak));
        called.filter(|weak| self.contents(*weak).is_some_and(|weak| !weak.is_ephemeron())).collect()
    }

    /// The members that are still garbage (SPEC 3.3).
    fn dying(&self, set: &BTreeSet<Object>) -> BTreeSet<Object> {
        let is_kept = |object: &Object| self.is_kept(*object) && !self.doomed.contains(object);
        let saves = |object: &Object| !set.contains(object) || is_kept(object) || self.immortal.contains(object);
        let lives_on = reachable(self, self.living().filter(saves));
        let members = set.iter().filter(|object| self.lives(**object));
        let (saved, dying): (Vec<Object>, Vec<Object>) = members.partition(|object| lives_on[object.index()]);
        if self.dialect.saved == Saved::WholeSet && !saved.is_empty() {
            BTreeSet::new()
        } else {
            dying.into_iter().collect()
        }
    }

    /// A member whose code is to run: the one whose code the subject ran next, if that was allowed. `armed` are those that had
    /// code before any ran.
    fn choose_code(
        &self,
        sort: UserCode,
        set: &BTreeSet<Object>,
        armed: &BTreeSet<Object>,
        ran: &BTreeSet<Object>,
    ) -> Option<Object> {
        let (may_run, must_run) = match self.dialect.set_armed {
            SetArmed::TooLate => (armed, armed),
            // No journal says whether code that runs late is a finalizer or a destructor.
            SetArmed::Either if self.dialect.set_code != UserCode::Both => (set, armed),
            SetArmed::InTime | SetArmed::Either => (set, set),
        };
        let runs_in = match sort {
            UserCode::Destructor => &self.doomed,
            _ if self.dialect.set_runs == SetRuns::Dying => &self.dying(set),
            _ => set,
        };
        let is_due = |object: &Object| {
            runs_in.contains(object) && !ran.contains(object) && self.lives(*object) && self.has_code(*object, sort)
        };
        match self.choice() {
            Some(Event::Began(chosen)) if may_run.contains(chosen) && is_due(chosen) => Some(*chosen),
            _ => must_run.iter().copied().find(is_due),
        }
    }

    /// The order of death: the subject's, if it contains exactly those objects.
    fn choose_order(&self, dying: &BTreeSet<Object>) -> Vec<Object> {
        let next = self.choices.iter().skip(self.script.journal.len()).take(dying.len());
        let chosen: Vec<Object> =
            next.filter_map(|event| if let Event::Died(object) = event { Some(*object) } else { None }).collect();
        let same = chosen.len() == dying.len() && chosen.iter().copied().collect::<BTreeSet<_>>() == *dying;
        if same { chosen } else { dying.iter().copied().collect() }
    }
}
