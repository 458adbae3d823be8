//! Spells the heap's operations: a test calls its public functions, and asserts what the model says.
//!
//! The story is told twice. The first time notes which variables, helpers and imports are used, and the second writes
//! them. Finalizers become a `Host`, whose code does what the model's runs did. The test uses nothing of the harness.

mod claims;
mod expressions;
mod machine;
mod statements;

use super::machine::VirtualMachine;
use super::{HEAP, HeapSubject, default_configuration};
use crate::judge::code::Sort;
use crate::judge::lockstep;
use crate::judge::spelling::{Spelling, heading};
use crate::judge::story::{Claim, Part, Story};
use crate::judge::subject::SubjectKind;
use expressions::{Place, Refer};
use heapproof_heap::Heap;
use heapproof_model::{Gives, Name, Object, Operation, Outcome};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The spelling of [`HEAP`](super::HEAP).
pub(super) struct HeapSpelling;

impl Spelling for HeapSpelling {
    fn test(&self, name: &str, story: &Story) -> Result<String, String> {
        let by_site = needs_sites(story);
        let mut first = Writer::new(story, by_site, Used::default());
        first.body()?;
        let mut second = Writer::new(story, by_site, first.noticed.into_inner());
        let body = second.body()?;
        let noticed = second.noticed.take();
        let imports: Vec<&str> = noticed.imports.iter().copied().collect();
        let mut told = story.told.clone();
        if story.parts.iter().any(has_choice) {
            told.push("How far a slice gets is the heap's choice; the calls follow what was chosen here.".to_owned());
        }
        if noticed.imports.contains("Fault") {
            told.push("It needs the heap's feature `fault-injection`.".to_owned());
        }
        let heading = heading("//", &told, &story.trace);
        let sets = if noticed.helpers.contains("cycles") { "    use std::collections::BTreeSet;\n" } else { "" };
        let imports = match *imports {
            [one] => one.to_owned(),
            _ => format!("{{{}}}", imports.join(", ")),
        };
        Ok(format!("{heading}#[test]\nfn {name}() {{\n    use heapproof_heap::{imports};\n{sets}{body}}}\n"))
    }
}

/// Whether a part leaves the heap a choice on which later parts can depend.
fn has_choice(part: &Part) -> bool {
    let Part::Call(call) = part else { return false };
    matches!(call.operation, Operation::CollectSlice { .. } | Operation::DetectSlice { .. })
}

/// A heap whose fields are found by their names alone.
const BY_NAME: SubjectKind = SubjectKind::new("heap by name", "the heap without field sites", || {
    let host = VirtualMachine::looking_up(true);
    Box::new(HeapSubject { heap: Heap::with_configuration(host, default_configuration()) })
});

/// Whether a failure of this heap needs field sites.
fn needs_sites(story: &Story) -> bool {
    let fails = |subject: &SubjectKind| {
        let failure = lockstep::run(subject, &story.program).failure;
        failure.map(|failure| failure.signature(&story.program)) == story.signature
    };
    story.signature.is_some() && fails(&HEAP) && !fails(&BY_NAME)
}

/// The variables, helpers and imports that a test uses.
#[derive(Default)]
struct Used {
    imports: BTreeSet<&'static str>,
    variables: BTreeSet<String>,
    /// Ids that finalizers use, or that only finalizers know.
    ids: BTreeSet<String>,
    /// The ids that finalizers and callbacks read.
    within: BTreeSet<(Sort, String)>,
    helpers: BTreeSet<&'static str>,
    has_log: bool,
}

struct Writer<'s> {
    story: &'s Story,
    by_site: bool,
    /// What the first telling has noted.
    used: Used,
    noticed: RefCell<Used>,
    names: BTreeMap<Name, String>,
    /// The name of an object that is valid everywhere.
    homes: BTreeMap<Object, String>,
    /// The names of objects so far, outside finalizers.
    known: BTreeMap<Object, String>,
    /// The objects of bulk lines: the first, how many, and the variable of the first.
    bulks: Vec<(u32, u32, String)>,
    /// Whether the variable `hint` is the report of the last verification.
    has_hint: bool,
    /// The references that the mutator holds before the present call.
    roots: Vec<Object>,
    text: String,
}

impl<'s> Writer<'s> {
    fn new(story: &'s Story, by_site: bool, used: Used) -> Writer<'s> {
        let names = names(story);
        let mut homes = BTreeMap::new();
        for step in story.runs.iter().flat_map(|run| &run.steps) {
            if let (Gives::New, Outcome::Done(value)) = (step.line.operation.code().gives(), &step.outcome)
                && !matches!(step.line.operation, Operation::Upgrade { .. })
                && let Some(object) = value.reference()
            {
                homes.insert(object, format!("object_{}", object.0));
            }
        }
        for part in &story.parts {
            if let Part::Call(call) = part
                && let (Some(line), Outcome::Done(value)) = (&call.line, &call.outcome)
                && let (Some(name), Some(object)) = (line.bind, value.reference())
            {
                homes.entry(object).or_insert_with(|| names.get(&name).cloned().unwrap_or_default());
            }
        }
        let (noticed, known, bulks, has_hint, roots) = Default::default();
        Writer { story, by_site, used, noticed, names, homes, known, bulks, has_hint, roots, text: String::new() }
    }

    fn body(&mut self) -> Result<String, String> {
        self.import("Heap");
        for (index, part) in self.story.parts.iter().enumerate() {
            match part {
                Part::Call(call) if call.operation == (Operation::Verify {}) => self.verify(index),
                Part::Call(call) => self.call(call)?,
                Part::Skipped(line) => {
                    let line = self.story.program.print(line);
                    self.say(&format!("// no call: {line}"));
                }
                Part::Claim(claim) => self.claim(claim)?,
            }
        }
        self.panics();
        let calls = std::mem::take(&mut self.text);
        let machine = self.machine()?;
        let heap = self.configured(machine.name, machine.value);
        let helpers = self.helpers();
        Ok(format!("{}{helpers}\n{heap}{calls}", machine.declaration))
    }

    /// Adds the check of finalizers' panics. The heap keeps these, also those of assertions in finalizers.
    fn panics(&mut self) {
        if self.story.parts.iter().any(|part| matches!(part, Part::Call(call) if arms(&call.operation))) {
            let ended = |end| self.story.runs.iter().filter(move |run| run.end == end).count();
            let panics = ended(heapproof_model::End::Panicked);
            self.say(&format!("assert_eq!(heap.finalizer_panics(), {panics});"));
        }
    }

    fn say(&mut self, line: &str) {
        self.text.push_str("    ");
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn import(&self, name: &'static str) {
        self.noticed.borrow_mut().imports.insert(name);
    }

    /// Imports the names that a text uses.
    fn import_for(&self, text: &str) {
        for name in ["Value", "ObjectId", "HeapError", "New", "Budget", "Fault", "Counts", "View", "To"] {
            if text.contains(&format!("{name}::")) || text.contains(&format!("{name} {{")) {
                self.import(name);
            }
        }
    }

    fn notice_variable(&self, variable: &str) {
        self.noticed.borrow_mut().variables.insert(variable.to_owned());
    }

    fn notice_id(&self, variable: &str) {
        self.noticed.borrow_mut().ids.insert(variable.to_owned());
        self.import("ObjectId");
    }

    fn is_used(&self, variable: &str) -> bool {
        self.used.variables.contains(variable) || self.used.ids.contains(variable)
    }

    /// An object as code outside finalizers can name it; `None` where it can't.
    fn object(&self, object: Object) -> Option<String> {
        if let Some(known) = self.known.get(&object) {
            self.notice_variable(known);
            return Some(known.clone());
        }
        if let Some((first, _, head)) =
            self.bulks.iter().find(|(first, length, _)| (*first..first + length).contains(&object.0))
        {
            let links = format!("{head}_links");
            self.notice_variable(&links);
            return Some(format!("{links}[{}]", object.0 - first));
        }
        let home = self.homes.get(&object).filter(|home| home.starts_with("object_"))?;
        self.notice_id(home);
        Some(format!("heap.host().{home}"))
    }

    /// The report that a recovery takes as its hint. That of the last verification is used once.
    fn hint(&self) -> &'static str {
        if self.has_hint { "&hint" } else { "&heap.verify_heap()" }
    }

    fn objects(&self, objects: &[Object]) -> Result<String, String> {
        let objects: Vec<String> = objects.iter().map(|object| self.id(*object)).collect::<Result<_, _>>()?;
        Ok(objects.join(", "))
    }
}

fn arms(operation: &Operation<Object>) -> bool {
    operation.code().arms()
}

/// Names that the test itself uses for other things.
const RESERVED: &[&str] = &[
    "heap", "object", "stale", "log", "sites", "site", "copy", "before", "linked", "at_site", "cycles", "fields",
    "hint",
];

/// A different variable for each name.
fn names(story: &Story) -> BTreeMap<Name, String> {
    let mut names = BTreeMap::new();
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|word| (*word).to_owned()).collect();
    let all: BTreeSet<Name> = story.program.lines().iter().flat_map(heapproof_model::Line::names).collect();
    for name in all {
        let mut variable = story.variable(name);
        if variable.starts_with("object_") || variable.ends_with("_links") {
            variable = format!("name_{variable}_");
        }
        while taken.contains(&variable) {
            variable.push('_');
        }
        taken.insert(variable.clone());
        names.insert(name, variable);
    }
    names
}

/// Writes the references of calls outside finalizers.
impl Refer<Object> for Writer<'_> {
    fn id(&self, object: Object) -> Result<String, String> {
        self.object(object).ok_or_else(|| format!("nothing leads to the object {object}"))
    }
}

impl Place for Writer<'_> {
    fn heap(&self) -> &'static str {
        "&mut heap"
    }

    fn roots(&self) -> Result<String, String> {
        self.objects(&self.roots)
    }

    fn report(&self) -> &'static str {
        self.hint()
    }

    fn by_site(&self) -> bool {
        self.by_site
    }
}

impl Refer<Name> for Writer<'_> {
    fn id(&self, name: Name) -> Result<String, String> {
        let variable = self.names.get(&name).cloned().unwrap_or_default();
        self.notice_variable(&variable);
        Ok(variable)
    }
}
