//! Writes calls as statements: the call, the outcome that it must have, and the variable for its result.

use super::expressions::{self, Gives, Place, Refer, value_of};
use super::{Claim, Operation, Outcome, Part, Writer};
use crate::judge::story::Telling;
use crate::subjects::heap::refusals::{also_done_to, done_to};
use heapproof_heap::Configuration;
use heapproof_model::{Code, Object, Refusal, Value};
use std::fmt::Write as _;

/// A statement, and the variable for its result.
pub(super) struct Statement<'a> {
    pub expression: &'a str,
    pub gives: Gives,
    pub outcome: &'a Outcome,
    /// The object that it is done to, for refusals.
    pub object: &'a str,
    /// The other object that it is done to, if there are two.
    pub other: Option<&'a str>,
    /// The variable for its result, if that is used.
    pub bind: Option<&'a str>,
    /// Whether the test also claims what the contract lets the heap choose.
    pub strict: bool,
}

/// The lines of a statement; `id` writes an object that it returns, where it can.
pub(super) fn lines(statement: &Statement<'_>, id: &dyn Fn(Object) -> Option<String>) -> Vec<String> {
    let Statement { expression, gives, outcome, object, other, bind, strict } = statement;
    let value = match outcome {
        Outcome::Refused(refusal) => {
            let pattern = expressions::error_pattern(*refusal, object, *other);
            return vec![format!("assert!(matches!({expression}, {pattern}));")];
        }
        Outcome::Skipped => return Vec::new(),
        Outcome::Done(value) => value,
    };
    let also = |known: &str| bind.map(|bind| format!("let {bind} = {known};"));
    match (gives, value) {
        (Gives::Nothing, _) => vec![format!("{expression};")],
        (Gives::New, _) => match bind {
            Some(bind) => vec![format!("let {bind} = {expression}.unwrap();")],
            None => vec![format!("{expression}.unwrap();")],
        },
        (Gives::Id, Value::Reference(object)) => match (id(*object), bind) {
            (Some(known), _) => {
                [format!("assert_eq!({expression}, Ok({known}));")].into_iter().chain(also(&known)).collect()
            }
            (None, Some(bind)) => vec![format!("let {bind} = {expression}.unwrap();")],
            (None, None) => vec![format!("{expression}.unwrap();")],
        },
        (Gives::Id, _) => vec![format!("assert_eq!({expression}, Ok(ObjectId::NIL));")],
        (Gives::Value, Value::Reference(object)) => match (id(*object), bind) {
            (Some(known), _) => [format!("assert_eq!({expression}, Ok(Value::Reference({known})));")]
                .into_iter()
                .chain(also(&known))
                .collect(),
            (None, Some(bind)) => {
                let otherwise = "else { panic!(\"no reference\") }";
                vec![format!("let Ok(Value::Reference({bind})) = {expression} {otherwise};")]
            }
            (None, None) => vec![format!("assert!(matches!({expression}, Ok(Value::Reference(_))));")],
        },
        (Gives::Value, plain) => {
            let plain = value_of(plain, &Plain).unwrap_or_default();
            vec![format!("assert_eq!({expression}, Ok({plain}));")]
        }
        (Gives::Plain, plain) => vec![format!("assert_eq!({expression}, Ok({plain}));")],
        (Gives::Collection, Value::Bool(complete)) if *strict => {
            vec![format!("assert!({}{expression}.unwrap().complete);", not(!complete))]
        }
        (Gives::Complete, Value::Bool(complete)) if *strict => {
            vec![format!("assert!({}{expression}.unwrap());", not(!complete))]
        }
        (Gives::Collection | Gives::Complete | Gives::Result, _) => vec![format!("{expression}.unwrap();")],
    }
}

pub(super) fn not(not: bool) -> &'static str {
    if not { "!" } else { "" }
}

/// For values that are not references.
struct Plain;

impl Refer<Object> for Plain {
    fn id(&self, object: Object) -> Result<String, String> {
        Err(format!("{object} is no plain value"))
    }
}

impl Place for Plain {
    fn heap(&self) -> &'static str {
        "heap"
    }

    fn roots(&self) -> Result<String, String> {
        Ok(String::new())
    }

    fn by_site(&self) -> bool {
        false
    }
}

impl Writer<'_> {
    /// A call outside finalizers.
    pub(super) fn call(&mut self, call: &Telling) -> Result<(), String> {
        self.roots.clone_from(&call.roots);
        if call.operation.code().is_setting() {
            return Ok(()); // the heap is made with them
        }
        if call.fails {
            self.before_it_fails();
        }
        if let Operation::Chain { length } | Operation::Ring { length } = &call.operation {
            return self.bulk(call, *length);
        }
        let (expression, gives) = match &call.line {
            Some(line) => expressions::expression(&line.operation, self)?,
            None => expressions::expression(&call.operation, self)?,
        };
        let object = match &call.line {
            Some(line) => done_to(&line.operation).map(|name| self.id(name)).transpose()?,
            None => done_to(&call.operation).map(|object| self.id(object)).transpose()?,
        };
        let object = object.unwrap_or_else(|| "ObjectId::NIL".to_owned());
        let other = match &call.line {
            Some(line) => also_done_to(&line.operation).map(|name| self.id(name)).transpose()?,
            None => also_done_to(&call.operation).map(|object| self.id(object)).transpose()?,
        };
        let variable = call.line.as_ref().and_then(|line| line.bind).and_then(|name| self.names.get(&name)).cloned();
        let bind = variable.as_deref().filter(|variable| self.is_used(variable));
        if call.fails && call.outcome == Outcome::Refused(Refusal::Inapplicable) {
            return Err("where there is nothing to damage is the heap's to say".to_owned());
        }
        // The test claims how far a slice gets only where exactly that is wrong.
        let strict = call.fails && !self.story.parts.iter().any(|part| matches!(part, Part::Claim(_)));
        let (outcome, object, other) = (&call.outcome, &*object, other.as_deref());
        let statement = Statement { expression: &expression, gives, outcome, object, other, bind, strict };
        for line in lines(&statement, &|object| self.object(object)) {
            self.import_for(&line);
            self.say(&line);
        }
        self.bound(call, variable.as_deref());
        self.has_hint &= !matches!(call.operation, Operation::Recover {} | Operation::RecoverRoots {});
        Ok(())
    }

    /// A verification. Its report is kept if it is the last one before a recovery, which takes it as its hint.
    pub(super) fn verify(&mut self, index: usize) {
        let recovers = |call: &Telling| matches!(call.operation, Operation::Recover {} | Operation::RecoverRoots {});
        let next = self.story.parts[index + 1..].iter().find_map(|part| match part {
            Part::Call(call) if recovers(call) || call.operation == (Operation::Verify {}) => Some(call),
            _ => None,
        });
        self.has_hint = next.is_some_and(recovers);
        let kept = if self.has_hint { "hint" } else { "_" };
        self.say(&format!("let {kept} = heap.verify_heap();"));
        if matches!(&self.story.parts[index], Part::Call(call) if call.fails) {
            self.say("assert!(heap.verify_heap().is_clean());");
        }
    }

    /// From now on a variable stands for the result of a call.
    fn bound(&mut self, call: &Telling, variable: Option<&str>) {
        let (Some(variable), Outcome::Done(Value::Reference(object))) = (variable, &call.outcome) else { return };
        if self.used.ids.contains(variable) {
            self.say(&format!("heap.host_mut().{variable} = {variable};"));
        }
        self.known.entry(*object).or_insert_with(|| variable.to_owned());
    }

    /// Records before the last call what a claim about it needs.
    fn before_it_fails(&mut self) {
        let claims = |wanted: fn(&Claim) -> bool| {
            self.story.parts.iter().any(|part| matches!(part, Part::Claim(claim) if wanted(claim)))
        };
        let (touched, happened) =
            (claims(|claim| matches!(claim, Claim::Touched(_))), claims(|claim| matches!(claim, Claim::Happened(_))));
        if touched {
            self.say("let before = heap.statistics().objects_touched;");
        }
        if happened {
            self.noticed.borrow_mut().has_log = true;
            self.say("heap.host_mut().log.clear();");
        }
    }

    fn bulk(&mut self, call: &Telling, length: u32) -> Result<(), String> {
        let Outcome::Done(value) = &call.outcome else {
            self.say("// a bulk line that is refused whole");
            return Ok(());
        };
        let Value::Reference(Object(first)) = value else { return Ok(()) };
        self.noticed.borrow_mut().helpers.insert("linked");
        self.import("Host");
        let ring = matches!(call.operation, Operation::Ring { .. });
        let name = call.line.as_ref().and_then(|line| line.bind).ok_or("a bulk line binds no name")?;
        let variable = self.names.get(&name).cloned().unwrap_or_default();
        let links = format!("{variable}_links");
        let mut made = format!("linked(&mut heap, {length}, {ring})");
        if self.is_used(&links) {
            self.say(&format!("let {links} = {made};"));
            made = links;
        }
        match self.is_used(&variable) {
            true => self.say(&format!("let {variable} = {made}[0];")),
            false if made.starts_with("linked") => self.say(&format!("{made};")),
            false => {}
        }
        self.bulks.push((*first, length, variable.clone()));
        self.bound(call, Some(&variable));
        Ok(())
    }

    /// The heap, with the settings at the beginning of the program; its host has that type and is made like that.
    pub(super) fn configured(&mut self, host: &str, made: &str) -> String {
        let mut settings = String::new();
        let mut refused = String::new();
        let (mut most, mut is_paced) = (None, false);
        for part in &self.story.parts {
            let Part::Call(call) = part else { continue };
            let Some(setting) = setting(&call.operation) else { continue };
            match call.outcome {
                Outcome::Done(_) => {
                    settings.push_str(&setting);
                    is_paced |= call.operation.code().paces_checks();
                }
                _ => {
                    let _ = writeln!(
                        refused,
                        "    assert!(Configuration::default(){}.is_err());",
                        setting.trim_end_matches(".unwrap()")
                    );
                }
            }
        }
        let program = &self.story.program;
        if program.bulk() + program.len() as u64 > 1_000 {
            // By default, a heap in a debug build verifies itself now and then.
            most = Some(".with_verification_interval(None).unwrap()");
        }
        // Statistics and tuning are claimed as in traces, where cycles are counted.
        let collects = |part: &Part| matches!(part, Part::Call(call) if may_collect(&call.operation));
        let counts = most.is_some() || self.story.parts.iter().any(collects);
        let counted = if counts { ".with_cycle_counts(true)" } else { "" };
        let paced = if !is_paced && self.may_be_checked() { ".with_interval(1_000).unwrap()" } else { "" };
        let settings = format!("{counted}{paced}{}{settings}", most.unwrap_or_default());
        let calls = |part: &Part| matches!(part, Part::Call(call) if !call.operation.code().is_setting());
        let mutable = if self.story.parts.iter().any(calls) { "mut " } else { "" };
        if !refused.is_empty() || !settings.is_empty() {
            self.import("Configuration");
        }
        if settings.is_empty() {
            return format!("{refused}    let {mutable}heap = Heap::<{host}>::new();\n");
        }
        format!(
            "{refused}    let configuration = Configuration::default(){settings};\n    \
             let {mutable}heap = Heap::with_configuration({made}, configuration);\n"
        )
    }

    /// Whether a check may be due if debt paces checks, as it does in a heap for which nothing is set.
    fn may_be_checked(&self) -> bool {
        let due = Configuration::default().debt();
        due.is_some_and(|(allocations, _)| self.allocations() >= allocations.into())
    }

    /// How many objects are allocated, or would be if no call were refused.
    fn allocations(&self) -> u64 {
        let calls = self.story.parts.iter().filter_map(|part| match part {
            Part::Call(call) => Some(&call.operation),
            _ => None,
        });
        let in_code = self.story.runs.iter().flat_map(|run| &run.steps).filter_map(|step| step.operation.as_ref());
        calls.chain(in_code).map(allocated).sum()
    }
}

/// How many objects an operation allocates, if it is not refused.
fn allocated(operation: &Operation<Object>) -> u64 {
    match operation {
        Operation::Chain { length } | Operation::Ring { length } => (*length).into(),
        Operation::Temp { .. } => 1,
        _ => operation.code().allocates_plainly().into(),
    }
}

/// Whether an operation collects, or lets others do so.
fn may_collect(operation: &Operation<Object>) -> bool {
    let code = operation.code();
    code.paces_checks() || matches!(code, Code::Collect | Code::CollectSlice | Code::Check | Code::End)
}

fn setting(operation: &Operation<Object>) -> Option<String> {
    Some(match operation {
        Operation::SetInterval { operations } => format!(".with_interval({operations}).unwrap()"),
        Operation::SetBounds { least, greatest } => format!(".with_bounds({least}, {greatest}).unwrap()"),
        Operation::SetCapacity { objects } => format!(".with_capacity({objects}).unwrap()"),
        Operation::SetCounts { ceiling } => format!(".with_count_ceiling({ceiling}).unwrap()"),
        Operation::SetGenerations { ceiling } => format!(".with_generation_ceiling({ceiling}).unwrap()"),
        Operation::SetChecks { on } => format!(".with_automatic_checks({on})"),
        Operation::SetBudget { objects } => format!(".with_budget({objects}).unwrap()"),
        Operation::SetDebt { allocations, objects } => format!(".with_debt({allocations}, {objects}).unwrap()"),
        Operation::SetVerify { operations } => format!(".with_verification_interval(Some({operations})).unwrap()"),
        _ => return None,
    })
}
