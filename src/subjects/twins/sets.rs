//! How garbage dies.

use super::heap::{Twin, refers};
use super::wrong::Mistake;
use heapproof_model::dialect::{
    Cleared, CollectGives, CollectInCode, Garbage, Reach, Saved, SetArmed, SetCallbacks, SetOrder, SetRuns, SetView,
    UserCode,
};
use heapproof_model::{Event, Object, Value};

/// What a collection has freed in sets.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Freed {
    objects: i64,
    cycles: i64,
    sets: i64,
}

impl Twin {
    /// Collects, and says what `collect` gives.
    pub(super) fn collect(&mut self) -> Value<Object> {
        let most = match self.dialect.reach {
            Reach::UntilNone if self.errs(Mistake::OnePassOnly) => 1,
            Reach::UntilNone => usize::MAX,
            Reach::OnePass if self.errs(Mistake::PassesGoOn) => usize::MAX,
            Reach::OnePass => 1,
            Reach::TwoPasses if self.errs(Mistake::OnePassOnly) => 1,
            Reach::TwoPasses => 2,
            Reach::NPasses if self.errs(Mistake::OnePassMore) => self.dialect.passes as usize + 1,
            Reach::NPasses => self.dialect.passes as usize,
        };
        let mut freed = Freed::default();
        let mut passes = 0;
        while passes < most && !self.ends_at_once {
            self.flush();
            let set = self.set_of_a_collection();
            if set.is_empty() {
                break;
            }
            let more = self.free(&set);
            freed = Freed {
                objects: freed.objects + more.objects,
                cycles: freed.cycles + more.cycles,
                sets: freed.sets + more.sets,
            };
            self.settle();
            passes += 1;
        }
        if self.dialect.garbage == Garbage::Late {
            self.overdue = self.garbage();
        }
        self.given(freed)
    }

    /// What `collect` gives.
    pub(super) fn given(&mut self, freed: Freed) -> Value<Object> {
        let wrong = i64::from(self.errs(Mistake::GivesOneMore));
        let luck = self.luck(100) as i64;
        match self.dialect.collect_gives {
            CollectGives::Nothing if self.errs(Mistake::GivesOneMore) => Value::Int(freed.objects),
            CollectGives::Nothing => Value::Nil,
            CollectGives::Objects => Value::Int(freed.objects + wrong),
            CollectGives::Cycles => Value::Int(freed.cycles + wrong),
            CollectGives::Sets => Value::Int(freed.sets + wrong),
            CollectGives::Number if self.errs(Mistake::GivesNoNumber) => Value::Nil,
            CollectGives::Anything if luck % 2 == 0 => Value::Nil,
            CollectGives::Number | CollectGives::Anything => Value::Int(luck),
        }
    }

    fn set_of_a_collection(&mut self) -> Vec<Object> {
        let (garbage, luck, clause) = (self.garbage(), self.luck(2), self.dialect.garbage);
        if self.collection_now() == CollectInCode::Partly {
            return self.some_of(garbage);
        }
        match clause {
            Garbage::Never if self.errs(Mistake::FreesRings) => garbage,
            Garbage::Never => Vec::new(),
            Garbage::Asked | Garbage::AnyTime if self.errs(Mistake::LeavesGarbage) => {
                garbage.into_iter().filter(|_| self.luck(8) > 0).collect()
            }
            Garbage::Asked | Garbage::AnyTime => garbage,
            Garbage::Late if luck == 0 => garbage,
            Garbage::Late => {
                let due: Vec<Object> = garbage.iter().copied().filter(|object| self.overdue.contains(object)).collect();
                let others = self.all().into_iter().filter(|object| !due.contains(object)).collect();
                let kept = self.reached(others);
                let keeps = self.errs(Mistake::LaterStill);
                due.into_iter().filter(|object| !kept[object.index()] && !keeps).collect()
            }
        }
    }

    /// Nothing of that garbage, or what leads to one of it.
    fn some_of(&mut self, garbage: Vec<Object>) -> Vec<Object> {
        let place = self.luck(garbage.len() + 1);
        let Some(target) = garbage.get(place).copied() else { return Vec::new() };
        let leading = self.leading_to(target);
        garbage.into_iter().filter(|object| leading.contains(object)).collect()
    }

    /// Now and then, frees garbage that nobody has asked it to free.
    pub(super) fn free_by_itself(&mut self) {
        if self.dialect.garbage != Garbage::AnyTime && !self.errs(Mistake::FreesUnasked)
            || !self.running.is_empty()
            || self.luck(3) > 0
        {
            return;
        }
        let mut set = self.garbage();
        if self.errs(Mistake::FreesWhatIsHeld) {
            set.extend(
                self.all()
                    .into_iter()
                    .filter(|object| self.node(*object).is_some_and(|node| node.external == 0 && node.internal == 1)),
            );
            set.sort_unstable();
            set.dedup();
        }
        if !set.is_empty() {
            self.free(&set);
            self.settle();
        }
    }

    /// Runs the code of a set's members, and lets those die that are garbage still.
    pub(super) fn free(&mut self, set: &[Object]) -> Freed {
        if self.shows.sets {
            self.tell(Event::Took(set.iter().copied().collect()));
        }
        let members: Vec<Object> = set.to_vec();
        let both = self.dialect.set_code == UserCode::Both;
        let first = if both { UserCode::Finalizer } else { self.dialect.set_code };
        let called = self.called_when_cleared(&members);
        self.before_code(&members, first, self.dialect.set_weak);
        self.call_back_now(called, Some(&members));
        let tears = (self.dialect.set_view == SetView::Nil) != self.errs(Mistake::ViewOtherwise);
        let torn = if tears { self.tear(&members) } else { Vec::new() };
        let destructors = both || first == UserCode::Destructor;
        let one_by_one = self.dialect.set_order == SetOrder::OneByOne && destructors;
        let freed = if self.ends_at_once || both && !self.finalize(&members) {
            Freed::default()
        } else if one_by_one != self.errs(Mistake::SetOtherOrder) {
            self.free_each(&members)
        } else {
            self.free_all(&members)
        };
        self.after_code(&members);
        self.owed.extend(torn.iter().flatten());
        for references in torn {
            self.give_up(references);
        }
        self.figures.cycles += freed.cycles as u64;
        freed
    }

    /// When callbacks run for members that die.
    fn calls(&self) -> SetCallbacks {
        match (self.errs(Mistake::SetCalledOtherwise), self.dialect.set_callbacks) {
            (true, SetCallbacks::AtDeath) => SetCallbacks::WhenReleased,
            (true, SetCallbacks::WhenReleased) => SetCallbacks::AtDeath,
            (_, calls) => calls,
        }
    }

    fn die_in_set(&mut self, members: &[Object]) {
        self.die(members, self.dialect.set_code, self.calls());
    }

    /// Who is called as the members' weak references are cleared.
    fn called_when_cleared(&self, members: &[Object]) -> Vec<Object> {
        let clears = self.dialect.set_weak == Cleared::ForGood;
        if !clears || self.dialect.set_callbacks != SetCallbacks::WhenCleared || self.errs(Mistake::SetCalledOtherwise)
        {
            return Vec::new();
        }
        let called = members.iter().flat_map(|member| self.callers(*member));
        let is_plain = |weak: &Object| self.node(*weak).is_some_and(|node| !node.contents.is_ephemeron());
        called.filter(|weak| !members.contains(weak) && is_plain(weak)).collect()
    }

    /// Runs the finalizers of members that have destructors too. Whether the call goes on.
    fn finalize(&mut self, members: &[Object]) -> bool {
        if !self.run_all(members, UserCode::Finalizer) {
            return false;
        }
        for object in self.dying(members) {
            if let Some(node) = self.node_mut(object) {
                node.doomed = true;
            }
        }
        true
    }

    /// Makes all references of members nil. Gives those to others, which still count.
    fn tear(&mut self, members: &[Object]) -> Vec<Vec<Object>> {
        let mut outside = Vec::new();
        for member in members {
            let Some(node) = self.node_mut(*member) else { continue };
            let references: Vec<Object> = node.contents.references().collect();
            node.contents.values.iter_mut().filter(|value| refers(value)).for_each(|value| *value = Value::Nil);
            let (inside, others): (Vec<Object>, Vec<Object>) =
                references.into_iter().partition(|target| members.contains(target));
            inside.into_iter().for_each(|target| self.unrefer(target));
            outside.push(others);
        }
        outside
    }

    /// The members whose code is to run as that.
    fn with_code(&mut self, members: &[Object], ran: &[Object], sort: UserCode) -> Vec<Object> {
        let unsaved = match sort {
            UserCode::Job => return Vec::new(),
            UserCode::None if !self.errs(Mistake::SetCodeRunsThough) => return Vec::new(),
            UserCode::Destructor => {
                members.iter().copied().filter(|object| self.node(*object).is_some_and(|node| node.doomed)).collect()
            }
            _ => self.asked(members),
        };
        unsaved.into_iter().filter(|object| self.has_code(*object, sort) && !ran.contains(object)).collect()
    }

    /// The members whose finalizers run, if they have some.
    fn asked(&mut self, members: &[Object]) -> Vec<Object> {
        match (self.dialect.set_runs == SetRuns::Dying) != self.errs(Mistake::SetRunsOtherwise) {
            true => self.dying(members),
            false => members.to_vec(),
        }
    }

    /// Runs the code of all members as that. Whether the call goes on.
    fn run_all(&mut self, members: &[Object], sort: UserCode) -> bool {
        let mut ran = Vec::new();
        let first = self.with_code(members, &ran, sort);
        loop {
            let mut next = self.with_code(members, &ran, sort);
            if self.is_too_late() {
                next.retain(|object| first.contains(object));
            }
            let forgets = self.errs(Mistake::SetCodeForgotten)
                || self.errs(Mistake::DestructorForgotten) && sort == UserCode::Destructor;
            if next.is_empty() || forgets {
                return true;
            }
            let object = next[self.luck(next.len())];
            ran.push(object);
            self.run(object, Some(members), sort);
            if self.ends_at_once {
                return false;
            }
        }
    }

    fn free_all(&mut self, members: &[Object]) -> Freed {
        let sort = match self.dialect.set_code {
            UserCode::Both => UserCode::Destructor,
            sort => sort,
        };
        if !self.run_all(members, sort) {
            return Freed::default();
        }
        let mut dying = self.dying(members);
        let cycles = self.cycles_among(&dying) as i64;
        for place in (1..dying.len()).rev() {
            let other = self.luck(place + 1);
            dying.swap(place, other);
        }
        self.die_in_set(&dying);
        Freed { objects: dying.len() as i64, cycles, sets: i64::from(!dying.is_empty()) }
    }

    /// Whether code that a member is given now does not run in this pass.
    fn is_too_late(&mut self) -> bool {
        match self.dialect.set_armed {
            SetArmed::InTime => self.errs(Mistake::ArmedOtherwise),
            SetArmed::TooLate => !self.errs(Mistake::ArmedOtherwise),
            SetArmed::Either => self.dialect.set_code != UserCode::Both && self.luck(2) == 0,
        }
    }

    fn free_each(&mut self, members: &[Object]) -> Freed {
        let mut left = self.dying(members);
        let (all, cycles) = (left.len(), self.cycles_among(&left) as i64);
        while !left.is_empty() {
            let object = left[self.luck(left.len())];
            if self.node(object).is_some_and(|node| node.for_ever) {
                break;
            }
            let sort = UserCode::Destructor;
            if self.has_code(object, sort) {
                self.run(object, Some(members), sort);
            }
            let stays = self.node(object).is_some_and(|node| node.for_ever);
            if self.ends_at_once || stays {
                break;
            }
            left.retain(|other| *other != object);
            self.die_in_set(&[object]);
        }
        let died = (all - left.len()) as i64;
        Freed { objects: died, cycles: if left.is_empty() { cycles } else { 0 }, sets: i64::from(died > 0) }
    }

    /// The members that nothing has saved.
    fn dying(&mut self, members: &[Object]) -> Vec<Object> {
        let is_saved =
            |object: &Object| self.node(*object).is_some_and(|node| node.external > 0 && !node.doomed || node.for_ever);
        let outside = self.all().into_iter().filter(|object| !members.contains(object) || is_saved(object));
        let marks = self.reached(outside.collect());
        let alive: Vec<Object> = members.iter().copied().filter(|object| self.alive(*object)).collect();
        let some_saved = alive.iter().any(|object| marks[object.index()]);
        let whole = (self.dialect.saved == Saved::WholeSet) != self.errs(Mistake::SavesOtherwise);
        if whole && some_saved {
            return Vec::new();
        }
        alive.into_iter().filter(|object| !marks[object.index()]).collect()
    }
}
