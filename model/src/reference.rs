//! The reference heap: the contract as code, each rule from its definition and in the contract's words.
//!
//! It stores what can't be derived (contents, external counts, which finalizers have begun, the release queue, the
//! result of the last detection, counters), and computes everything else from the whole graph each time. Where the
//! contract leaves a choice, it does what the subject says it chose, if that was allowed ([`Reference::follow`]).

use crate::definitions::{Graph, counted, targeted};
use crate::dialect::{Ceiling, ContentsOrder, Dialect, Ephemerons, Release};
use crate::script::{self, End, Event, Outcome, Refusal, Script};
use crate::value::{Contents, Counts, Kind, Object, Value};
use std::collections::{BTreeSet, VecDeque};

mod allocation;
mod call;
mod checks;
mod collection;
mod damage;
mod digest;
mod frames;
mod perform;
mod release;
mod sayable;
mod slices;
mod statistics;

pub use checks::Settings;
pub use damage::Damage;
pub use digest::NEAR;
pub use statistics::Statistics;

use collection::Freed;
use frames::Frame;
use slices::Sliced;

/// The result of a call.
type Reply = Result<Value<Object>, Refusal>;

/// A living object.
#[derive(Debug, Clone)]
struct Thing {
    contents: Contents,
    external: u32,
    /// Whether it is a root for that alone (SPEC 1.19).
    pinned: bool,
    /// Whether its finalizer has begun.
    begun: bool,
}

/// The reference heap.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    /// By number; `None` once dead.
    objects: Vec<Option<Thing>>,
    /// Objects whose strong count reached 0, in that order (SPEC 2).
    queue: VecDeque<Object>,
    /// Whether the queue is being processed.
    releasing: bool,
    /// Where releases nest: the references that each dead object is still to give up, the innermost object's last.
    owed: Vec<VecDeque<Object>>,
    /// References that members of sets contained and that became nil before their code; they still count (SPEC 11.20).
    torn: Vec<Object>,
    /// References that the dead contain for whose death callbacks run now: they count until they are given up (SPEC 11.25).
    left: Vec<Object>,
    /// The objects whose finalizers or callbacks run, the innermost last.
    running: Vec<Running>,
    /// Weak objects whose targets have died, and whose callbacks have not run (SPEC 2.13).
    due: BTreeSet<Object>,
    /// Dead objects whose jobs are to run.
    jobs: VecDeque<Object>,
    /// Objects that nothing saves any more.
    doomed: BTreeSet<Object>,
    /// Objects to which weak references give nil for a while.
    hidden: BTreeSet<Object>,
    /// Objects that live for ever.
    immortal: BTreeSet<Object>,
    /// The ephemerons that were ever made, so that not all objects are looked at for them at each death.
    ephemerons: Vec<Object>,
    /// What was garbage when the last collection ended, where that makes a difference.
    overdue: BTreeSet<Object>,
    /// How much more may die before the allocation that is carried out, or behind the call; `None` while there is no such
    /// limit.
    early: Option<u32>,
    /// Whether an automatic check is made.
    checking: bool,
    /// Whether a panic is to come out of the outermost call.
    passing: bool,
    /// Whether it has ended that call.
    given_up: bool,
    /// The cycles that the last detection found.
    cycles: Vec<BTreeSet<Object>>,
    settings: Settings,
    statistics: Statistics,
    allocations_since_check: u64,
    operations_since_verification: u64,
    /// The open frame.
    frame: Option<Frame>,
    /// The unfinished collection in slices.
    sliced: Option<Sliced>,
    /// How often detection has paused without a change or a death in between.
    pauses: u64,
    /// The faults since the last recovery, each at a different object.
    damages: Vec<Damage>,
    script: Script,
    dialect: Dialect,
    /// The subject's events since the journal was last taken.
    choices: Vec<Event>,
    /// The objects that died in the subject meanwhile, if it does not show its journal.
    gone: BTreeSet<Object>,
    /// The subject's outcome of the operation that is carried out.
    answer: Option<Outcome>,
    /// Whether the subject does not report which sets it takes and where it pauses.
    silent: bool,
    /// Whether the subject does not say why it refuses calls.
    gives_no_reasons: bool,
}

/// User code that runs.
#[derive(Debug, Clone)]
struct Running {
    object: Object,
    site: Site,
}

/// Where user code runs.
#[derive(Debug, Clone)]
enum Site {
    /// A finalizer, in its object's turn.
    Turn,
    /// A finalizer of a member of that set.
    Set(BTreeSet<Object>),
    /// A callback; with the set if it runs before the code of that.
    Callback(Option<BTreeSet<Object>>),
}

impl Running {
    /// The set whose code it is.
    fn set(&self) -> Option<&BTreeSet<Object>> {
        match &self.site {
            Site::Set(set) => Some(set),
            Site::Callback(set) => set.as_ref(),
            Site::Turn => None,
        }
    }
}

impl Graph for Reference {
    fn contents(&self, object: Object) -> Option<&Contents> {
        self.thing(object).map(|thing| &thing.contents)
    }

    fn living(&self) -> impl Iterator<Item = Object> + Clone + '_ {
        let numbered = self.objects.iter().enumerate();
        numbered.filter(|(_, thing)| thing.is_some()).map(|(number, _)| Object(number as u32))
    }

    fn bound(&self) -> usize {
        self.objects.len()
    }

    fn keys(&self) -> bool {
        self.dialect.ephemerons == Ephemerons::Both
    }
}

impl Reference {
    /// An empty heap with the default settings.
    pub fn new() -> Reference {
        Reference::default()
    }

    /// An empty heap of that dialect.
    pub fn of(mut dialect: Dialect) -> Reference {
        if dialect.release == Release::Queued && dialect.contents == ContentsOrder::Unordered {
            // Objects that wait in no order have their turns in none (SPEC 11.13).
            dialect.release = Release::Unordered;
        }
        Reference { dialect, ..Reference::default() }
    }

    /// Its dialect.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Takes the subject's events of the operation that is carried out next. Where the contract leaves the order free,
    /// the reference takes it from them.
    pub fn follow(&mut self, events: Vec<Event>) {
        self.choices = events;
    }

    /// Takes the subject's outcome of the operation that is carried out next, and, of a subject that does not show its
    /// journal, which objects died in it.
    pub fn follow_outcome(&mut self, outcome: Outcome, gone: BTreeSet<Object>) {
        (self.answer, self.gone) = (Some(outcome), gone);
    }

    /// From now on the subject does not report which sets it takes and where it pauses. Then each set is all garbage,
    /// work in slices is done in one slice, and the journal has no entry for either.
    pub fn expect_no_sets(&mut self) {
        self.silent = true;
    }

    /// From now on the subject does not say why it refuses a call.
    pub fn expect_no_reasons(&mut self) {
        self.gives_no_reasons = true;
    }

    /// The subject's next event.
    fn choice(&self) -> Option<&Event> {
        self.choices.get(self.script.journal.len())
    }

    /// The object that the subject's next event is about, or that died there, if it is one of those.
    fn chosen(&self, may: impl Fn(Object) -> bool) -> Option<Object> {
        match self.choice() {
            Some(Event::Began(object) | Event::Died(object)) => Some(*object).filter(|object| may(*object)),
            _ => self.gone.iter().copied().find(|object| may(*object)),
        }
    }

    /// The subject's outcome of the operation that is carried out; in code it is what the code did next.
    fn outcome(&self) -> Option<&Outcome> {
        if self.running.is_empty() {
            return self.answer.as_ref();
        }
        let mut depth = 0;
        self.choices.iter().skip(self.script.journal.len()).find_map(|event| match event {
            Event::Did(outcome) if depth == 0 => Some(outcome),
            Event::Began(_) | Event::Called(_) => {
                depth += 1;
                None
            }
            Event::Ended(_) => {
                depth -= 1;
                None
            }
            _ => None,
        })
    }

    /// The value that the operation gives in the subject.
    fn answered(&self) -> Option<&Value<Object>> {
        match self.outcome() {
            Some(Outcome::Done(value)) => Some(value),
            _ => None,
        }
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The counters that are stored, without how many objects live.
    pub fn counters(&self) -> Statistics {
        Statistics { interval: self.settings.interval, ..self.statistics }
    }

    /// The counters.
    pub fn statistics(&self) -> Statistics {
        Statistics { live_objects: self.living().count() as u64, interval: self.settings.interval, ..self.statistics }
    }

    /// The cycles that the last detection found, without those of which an object has died.
    pub fn cycles(&self) -> impl Iterator<Item = &BTreeSet<Object>> + Clone + '_ {
        self.cycles.iter().filter(|cycle| cycle.iter().all(|object| self.lives(*object)))
    }

    /// Whether an object lives.
    pub fn lives(&self, object: Object) -> bool {
        self.thing(object).is_some()
    }

    /// The counts of each living object, but for those whose counts have reached the ceiling for ever.
    pub fn counts(&self) -> impl Iterator<Item = (Object, Counts)> + '_ {
        let (internal, weak) = (counted(self), targeted(self));
        self.living().filter(|object| !self.immortal.contains(object)).map(move |object| {
            let (internal, weak) = (internal[object.index()], weak[object.index()]);
            (object, Counts { external: self.external(object), internal, weak })
        })
    }

    /// The target of a weak object while it lives.
    pub fn target(&self, object: Object) -> Option<Object> {
        self.contents(object)?.target.filter(|target| self.lives(*target))
    }

    /// Whether an object has a finalizer that has not begun.
    pub fn has_finalizer(&self, object: Object) -> bool {
        self.script.has_finalizer(object)
    }

    fn thing(&self, object: Object) -> Option<&Thing> {
        self.objects.get(object.index())?.as_ref()
    }

    fn thing_mut(&mut self, object: Object) -> Option<&mut Thing> {
        self.objects.get_mut(object.index())?.as_mut()
    }

    /// How many references to an object the mutator holds.
    pub fn external(&self, object: Object) -> u32 {
        self.thing(object).map_or(0, |thing| thing.external)
    }

    /// Whether an object is pinned.
    pub fn is_pinned(&self, object: Object) -> bool {
        self.thing(object).is_some_and(|thing| thing.pinned)
    }

    /// Whether the mutator holds an object, or has pinned it.
    pub fn is_kept(&self, object: Object) -> bool {
        self.external(object) > 0 || self.is_pinned(object)
    }

    /// The object and its contents, if it is not nil, lives and is of that kind.
    fn find(&mut self, object: Option<Object>, kind: Option<Kind>) -> Result<(Object, &mut Contents), Refusal> {
        let object = object.ok_or(Refusal::Nil)?;
        if self.seems_dead(object) {
            return Err(Refusal::Stale);
        }
        let contents = &mut self.thing_mut(object).ok_or(Refusal::Stale)?.contents;
        match kind {
            Some(kind) if kind != contents.kind => Err(Refusal::Kind),
            _ => Ok((object, contents)),
        }
    }

    /// One of the values of an object of that kind.
    fn slot(&mut self, object: Option<Object>, kind: Kind, index: u32) -> Result<&mut Value<Object>, Refusal> {
        let (_, contents) = self.find(object, Some(kind))?;
        contents.values.get_mut(index as usize).ok_or(Refusal::Index)
    }

    /// The internal counts.
    fn internal(&self) -> Vec<u32> {
        let mut counts = counted(self);
        self.torn.iter().chain(&self.left).for_each(|target| counts[target.index()] += 1);
        counts
    }

    /// Checks that all values may be stored: their objects live, and there is room for all the references.
    fn admit<'a>(&mut self, values: impl IntoIterator<Item = &'a Value<Object>>) -> Result<(), Refusal> {
        let targets: Vec<Object> = values.into_iter().filter_map(Value::reference).collect();
        if targets.iter().any(|target| !self.lives(*target)) {
            return Err(Refusal::StaleValue);
        }
        // No heap has as many references as the highest ceiling.
        if targets.is_empty() || self.settings.counts == u32::MAX {
            return Ok(());
        }
        let mut internal = self.internal();
        // What the dead are still to give up counts too.
        let more = targets.iter().chain(self.owed.iter().flatten());
        more.for_each(|target| internal[target.index()] = internal[target.index()].saturating_add(1));
        let ceiling = self.settings.counts;
        let full = targets.into_iter().filter(|target| internal[target.index()] > ceiling).collect();
        self.overflow(full)
    }

    /// Adds an external reference to a living object.
    fn take(&mut self, object: Object) -> Result<(), Refusal> {
        let ceiling = self.settings.counts;
        let thing = self.thing_mut(object).ok_or(Refusal::Stale)?;
        if thing.external >= ceiling {
            return self.overflow([object].into());
        }
        thing.external += 1;
        Ok(())
    }

    /// What happens to objects of which a count would pass its ceiling.
    fn overflow(&mut self, objects: BTreeSet<Object>) -> Result<(), Refusal> {
        if !objects.is_empty() && self.dialect.ceiling != Ceiling::Saturates {
            return Err(Refusal::Overflow);
        }
        self.immortal.extend(objects);
        Ok(())
    }
}
