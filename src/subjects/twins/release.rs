//! How objects die that have lost their last reference, and what their code does.

use super::heap::{Code, Twin};
use super::wrong::Mistake;
use crate::judge::code;
use heapproof_model::dialect::{
    Again, AtEnd, Callbacks, Cleared, ContentsOrder, Panics, Release, SetCallbacks, SetOwn, SetPanics, UserCode,
};
use heapproof_model::{End, Event, Object, Value};

impl Twin {
    /// The mutator, or contents, have given up a reference, which is counted already.
    pub(super) fn lost(&mut self, object: Object) {
        let is_lost = self.node(object).is_some_and(|node| node.external + node.internal == 0 && !node.for_ever);
        let holds =
            |code: &Code| code.object == object && !code.calls_back && (code.set.is_none() || self.holds_members());
        let its_turn = self.running.iter().any(holds);
        if !is_lost || its_turn || self.tries {
            return;
        }
        match self.dialect.release {
            Release::Traced if self.errs(Mistake::ReleaseFreesAtOnce) => self.turn(object),
            Release::Traced => {}
            Release::Nested if self.errs(Mistake::ReleaseWaits) && !self.running.is_empty() => self.wait(object),
            Release::Nested => self.turn(object),
            Release::Queued | Release::Unordered | Release::Deferred => self.wait(object),
        }
    }

    /// Whether a member is held while its own code runs.
    fn holds_members(&self) -> bool {
        (self.dialect.set_own == SetOwn::Held) != self.errs(Mistake::OwnOtherwise)
    }

    fn wait(&mut self, object: Object) {
        if self.waiting.contains(&object) {
            return;
        }
        if self.errs(Mistake::ReleaseLastFirst) {
            self.waiting.push_front(object);
        } else {
            self.waiting.push_back(object);
        }
    }

    /// Gives waiting objects their turns, as many as it is time for, and then each callback that is due.
    pub(super) fn settle(&mut self) {
        let inside = self.releasing || self.running.last().is_some_and(|code| code.set.is_some());
        let was = std::mem::replace(&mut self.releasing, true);
        self.release_waiting(inside);
        while !self.due.is_empty() && self.running.is_empty() && !self.ends_at_once {
            let place = self.luck(self.due.len());
            let weak = self.due.remove(place);
            self.call_back(weak, None);
            self.release_waiting(inside);
        }
        self.releasing = was;
    }

    /// Runs the callback of a weak object that lives still.
    fn call_back(&mut self, weak: Object, set: Option<&[Object]>) {
        if !self.alive(weak) || self.errs(Mistake::CallbacksForgotten) {
            return;
        }
        self.running.push(Code { object: weak, set: set.map(<[Object]>::to_vec), calls_back: true });
        let end = code::call_back(self, weak);
        self.running.pop();
        if end == End::Panicked {
            self.panic(None);
        }
    }

    /// Runs the callbacks of weak objects now, in any order.
    pub(super) fn call_back_now(&mut self, mut weak: Vec<Object>, set: Option<&[Object]>) {
        while !weak.is_empty() {
            let place = self.luck(weak.len());
            let next = weak.remove(place);
            self.call_back(next, set);
        }
    }

    /// The weak objects of an object that have callbacks.
    pub(super) fn callers(&self, object: Object) -> Vec<Object> {
        let targets = |weak: &Object| self.node(*weak).is_some_and(|node| node.contents.target == Some(object));
        self.all().into_iter().filter(|weak| targets(weak) && self.finalizers.has_callback(*weak)).collect()
    }

    fn release_waiting(&mut self, inside: bool) {
        while !self.waiting.is_empty() && !self.ends_at_once {
            let (release, luck) = (self.dialect.release, self.luck(6));
            let next = match release {
                Release::Queued | Release::Nested if inside => break,
                Release::Queued | Release::Nested | Release::Traced => 0,
                Release::Unordered if inside && luck > 1 => break,
                Release::Deferred if luck > 2 => break,
                Release::Deferred | Release::Unordered => self.luck(self.waiting.len()),
            };
            let forgets = self.errs(Mistake::ReleaseForgets) && self.waiting.len() > 1;
            if let Some(object) = self.waiting.remove(next).filter(|_| !forgets) {
                self.turn(object);
            }
        }
    }

    /// Gives all waiting objects their turns, before a collection.
    pub(super) fn flush(&mut self) {
        if self.dialect.release != Release::Deferred || !self.running.is_empty() {
            return;
        }
        while !self.waiting.is_empty() && !self.ends_at_once {
            if self.errs(Mistake::FlushLeavesOne) && self.waiting.len() == 1 {
                return;
            }
            let next = self.luck(self.waiting.len());
            if let Some(object) = self.waiting.remove(next) {
                self.turn(object);
            }
        }
    }

    /// An object without references has its turn, if it has none still.
    pub(super) fn turn(&mut self, object: Object) {
        let dies = |twin: &Twin| {
            twin.node(object).is_some_and(|node| node.external + node.internal == 0 && !node.for_ever && !node.doomed)
        };
        if !dies(self) {
            return;
        }
        let sorts = match self.dialect.code {
            UserCode::None if self.errs(Mistake::CodeRunsThough) => vec![UserCode::None],
            UserCode::Both if self.errs(Mistake::DestructorForgotten) => vec![UserCode::Finalizer],
            UserCode::Both => vec![UserCode::Finalizer, UserCode::Destructor],
            UserCode::Destructor if self.errs(Mistake::CodeForgotten) => Vec::new(),
            sort @ (UserCode::Finalizer | UserCode::Destructor) => vec![sort],
            UserCode::Job | UserCode::None => Vec::new(),
        };
        for sort in sorts {
            if self.has_code(object, sort) {
                self.run(object, None, sort);
            }
            if sort == UserCode::Finalizer && !dies(self) && !self.errs(Mistake::ResurrectionIgnored) {
                return;
            }
        }
        let at_once = (self.dialect.callbacks == Callbacks::AtDeath) != self.errs(Mistake::CalledOtherwise);
        let calls = if at_once { SetCallbacks::AtDeath } else { SetCallbacks::WhenReleased };
        self.die(&[object], self.dialect.code, calls);
    }

    /// Whether it has code that is to run as that. What has been finalized may still have a destructor.
    pub(super) fn has_code(&self, object: Object, sort: UserCode) -> bool {
        let done = self.node(object).is_none_or(|node| node.done && sort != UserCode::Destructor);
        self.finalizers.has_finalizer(object) && !done
    }

    /// Runs an object's code.
    pub(super) fn run(&mut self, object: Object, set: Option<&[Object]>, sort: UserCode) {
        if set.is_none() {
            self.before_code(&[object], sort, self.dialect.weak);
        }
        let again = (self.dialect.again == Again::EachDeath) || self.errs(Mistake::CodeRunsAgain);
        if let Some(node) = self.node_mut(object) {
            node.done = !again;
        }
        self.running.push(Code { object, set: set.map(<[Object]>::to_vec), calls_back: false });
        let has_both = self.dialect.code == UserCode::Both || self.dialect.set_code == UserCode::Both;
        self.finalizers.keep(again || sort == UserCode::Finalizer && has_both);
        let end = code::run(self, object);
        self.running.pop();
        if again && self.errs(Mistake::CodeRunsOnce) {
            self.finalizers.forget(object);
        }
        if set.is_none() {
            self.after_code(&[object]);
        }
        match set {
            Some(set) if end == End::Panicked => self.panic_in_set(object, set),
            None if end == End::Panicked => self.panic(Some(object).filter(|_| sort == UserCode::Finalizer)),
            _ => {}
        }
        if set.is_some() && self.holds_members() && self.dialect.release != Release::Traced {
            self.waiting.retain(|waiting| *waiting != object);
            self.turn(object);
        }
    }

    /// What holds while the code of objects runs.
    pub(super) fn before_code(&mut self, objects: &[Object], code: UserCode, weak: Cleared) {
        let weak = match (self.errs(Mistake::WeakOtherwise), weak) {
            (false, weak) => weak,
            (true, Cleared::BeforeCode) => Cleared::AtDeath,
            (true, _) => Cleared::BeforeCode,
        };
        for object in objects {
            if weak == Cleared::ForGood {
                self.clear(*object);
            }
            if let Some(node) = self.node_mut(*object) {
                node.doomed = code == UserCode::Destructor;
                node.hidden = weak == Cleared::BeforeCode;
            }
        }
    }

    pub(super) fn after_code(&mut self, objects: &[Object]) {
        for object in objects {
            if let Some(node) = self.node_mut(*object) {
                node.doomed = false;
                node.hidden = false;
            }
        }
    }

    /// Clears the weak references to an object. Ephemerons stay.
    pub(super) fn clear(&mut self, object: Object) {
        let mut left = 0;
        for node in self.nodes.iter_mut().flatten().filter(|node| node.contents.target == Some(object)) {
            match node.contents.is_ephemeron() {
                true => left += 1,
                false => node.contents.target = None,
            }
        }
        if let Some(node) = self.node_mut(object) {
            node.weak = left;
        }
    }

    /// Takes what ephemerons have for a key that dies, from the youngest on.
    fn take_values(&mut self, key: Object) -> Vec<Object> {
        let mut values = Vec::new();
        for node in self.nodes.iter_mut().rev().flatten() {
            if node.contents.is_ephemeron() && node.contents.target == Some(key) {
                node.contents.target = None;
                values.extend(std::mem::replace(&mut node.contents.values[0], Value::Nil).reference());
            }
        }
        values
    }

    /// A panic has ended code that is no set's.
    fn panic(&mut self, own: Option<Object>) {
        match self.dialect.panics {
            Panics::Counted => self.figures.panics += u64::from(!self.errs(Mistake::PanicNotCounted)),
            Panics::Contained if self.errs(Mistake::PanicCounted) => self.figures.panics += 1,
            Panics::Passed => self.pass_on(true),
            Panics::PassedAfter => self.pass_on(false),
            Panics::OwnLost if !self.errs(Mistake::RestNotLost) => self.keep_for_ever(own.as_slice()),
            Panics::Contained | Panics::OwnLost | Panics::Never => {}
        }
    }

    /// A panic has ended the code of a member.
    fn panic_in_set(&mut self, object: Object, set: &[Object]) {
        let others: Vec<Object> = set.iter().copied().filter(|member| *member != object).collect();
        match self.dialect.set_panics {
            SetPanics::Counted => self.figures.panics += u64::from(!self.errs(Mistake::SetPanicNotCounted)),
            SetPanics::Contained if self.errs(Mistake::SetPanicCounted) => self.figures.panics += 1,
            SetPanics::Passed => self.pass_on(true),
            SetPanics::PassedAfter => self.pass_on(false),
            SetPanics::RestLost if !self.errs(Mistake::RestNotLost) => self.keep_for_ever(set),
            SetPanics::OthersLost if !self.errs(Mistake::RestNotLost) => self.keep_for_ever(&others),
            _ => {}
        }
    }

    fn pass_on(&mut self, ends: bool) {
        if self.running.is_empty() {
            self.panicking = true;
            self.ends_at_once |= ends;
        }
    }

    fn keep_for_ever(&mut self, objects: &[Object]) {
        for object in objects {
            if let Some(node) = self.node_mut(*object) {
                node.for_ever = true;
            }
        }
    }

    /// Lets objects die, all of them before any gives up what it holds.
    pub(super) fn die(&mut self, objects: &[Object], code: UserCode, calls: SetCallbacks) {
        let (mut left, mut contents): (Vec<Vec<Object>>, Vec<Vec<Object>>) = (Vec::new(), Vec::new());
        let mut called: Vec<Object> = Vec::new();
        for object in objects {
            if !self.alive(*object) {
                continue;
            }
            called.extend(self.callers(*object));
            self.clear(*object);
            left.push(self.take_values(*object));
            if let Some(target) = self.target_of(*object).and_then(|target| self.node_mut(target)) {
                target.weak = target.weak.saturating_sub(1);
            }
            let Some(node) = self.nodes[object.index()].take() else { continue };
            contents.push(node.contents.references().collect());
            self.tell(Event::Died(*object));
            self.finalizers.forget_callback(*object);
            self.figures.frees += 1;
            let has_code = self.finalizers.has_finalizer(*object) && !node.done;
            if code == UserCode::Job && has_code {
                self.jobs.push_back(*object);
            } else {
                self.finalizers.forget(*object);
            }
        }
        left.extend(contents);
        self.owed.extend(left.iter().flatten());
        match calls {
            SetCallbacks::AtDeath => self.call_back_now(called, None),
            SetCallbacks::WhenReleased => self.due.extend(called),
            SetCallbacks::WhenCleared => {}
        }
        for references in left {
            self.give_up(references);
        }
    }

    /// Gives up what a dead object referred to.
    pub(super) fn give_up(&mut self, mut references: Vec<Object>) {
        if (self.dialect.contents == ContentsOrder::Reversed) != self.errs(Mistake::ContentsOtherWay) {
            references.reverse();
        }
        if self.errs(Mistake::ContentsForgotten) && references.len() > 2 {
            references.pop();
        }
        while !references.is_empty() {
            let next = if self.dialect.contents == ContentsOrder::Unordered { self.luck(references.len()) } else { 0 };
            let target = references.remove(next);
            if let Some(at) = self.owed.iter().position(|owed| *owed == target) {
                self.owed.remove(at);
            }
            self.unrefer(target);
            self.lost(target);
        }
    }

    /// The heap goes away with what lives, and runs code before.
    pub(super) fn run_the_last(&mut self) {
        let once = self.dialect.again == Again::Once;
        for object in self.all() {
            let runs = match self.dialect.at_end {
                AtEnd::Nothing => self.errs(Mistake::EndsOtherwise),
                AtEnd::Finalized => !self.errs(Mistake::EndsOtherwise),
                AtEnd::Some => self.luck(2) == 0,
            };
            let times = 1 + usize::from(self.errs(Mistake::EndsTwice));
            for _ in 0..times {
                if runs && self.alive(object) && self.finalizers.has_finalizer(object) {
                    self.finalizers.keep(self.errs(Mistake::EndsTwice));
                    self.node_mut(object).into_iter().for_each(|node| node.done = once);
                    code::run(self, object);
                }
            }
        }
    }

    /// Runs the jobs of the dead.
    pub(super) fn run_jobs(&mut self) {
        while let Some(object) = self.jobs.pop_front() {
            if !self.errs(Mistake::JobLost) {
                self.run(object, None, UserCode::Job);
            }
            self.finalizers.forget(object);
            self.settle();
        }
    }
}
