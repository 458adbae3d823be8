//! Writes the model's claims as assertions on the heap.

use super::expressions::{value_of, values_of};
use super::statements::not;
use super::{Claim, Object, Writer};
use heapproof_model::{Contents, Event, Finding, FindingKind, Kind};
use std::collections::BTreeSet;

impl Writer<'_> {
    pub(super) fn claim(&mut self, claim: &Claim) -> Result<(), String> {
        for line in self.asserted(claim)? {
            self.import_for(&line);
            self.say(&line);
        }
        Ok(())
    }

    fn id_of(&self, object: Object) -> Result<String, String> {
        super::Refer::<Object>::id(self, object)
    }

    fn asserted(&mut self, claim: &Claim) -> Result<Vec<String>, String> {
        let line = match claim {
            Claim::Lives(object, lives) => format!("assert!({}heap.contains({}));", not(!lives), self.id_of(*object)?),
            Claim::Counts(object, counts) => {
                let heapproof_model::Counts { external, internal, weak } = counts;
                let counts = format!("Counts {{ external: {external}, internal: {internal}, weak: {weak} }}");
                format!("assert_eq!(heap.counts({}), Some({counts}));", self.id_of(*object)?)
            }
            Claim::Holds(object, contents) => return self.holds(*object, contents),
            Claim::Happened(events) => {
                let events: Vec<String> = events.iter().map(|event| self.event(event)).collect::<Result<_, _>>()?;
                let events: Vec<String> = events.into_iter().filter(|event| !event.is_empty()).collect();
                match events.is_empty() {
                    true => "assert!(heap.host().log.is_empty());".to_owned(),
                    false => format!("assert_eq!(heap.host().log, [{}]);", events.join(", ")),
                }
            }
            Claim::Statistic("finalizer_panics", value) => format!("assert_eq!(heap.finalizer_panics(), {value});"),
            Claim::Statistic(which, value) => format!("assert_eq!(heap.statistics().{which}, {value});"),
            Claim::Knows(cycles) => format!("assert_eq!(cycles(&heap), {});", self.cycles(cycles)?),
            Claim::Finds(cycles) => {
                let found = format!("assert_eq!(cycles(&copy), {});", self.cycles(cycles)?);
                let detect = "copy.detect_cycles();".to_owned();
                let full = "copy.detect_cycles_full();".to_owned();
                return Ok(vec![copied(), detect.clone(), found.clone(), detect, found.clone(), full, found]);
            }
            Claim::Survives(object, survives) => {
                let survives = format!("assert!({}copy.contains({}));", not(!survives), self.id_of(*object)?);
                let detected = ["copy.detect_cycles();", "copy.detect_cycles();", "copy.detect_cycles_full();"];
                let mut lines = vec![copied()];
                lines.extend(detected.map(str::to_owned));
                lines.extend(["let _ = copy.collect_cycles();".to_owned(), survives]);
                return Ok(lines);
            }
            Claim::Touched(most) => format!("assert!(heap.statistics().objects_touched - before <= {most});"),
            Claim::Rests => {
                let touched = "copy.statistics().objects_touched";
                let (detect, before) = ("copy.detect_cycles();".to_owned(), format!("let before = {touched};"));
                return Ok(vec![copied(), detect.clone(), before, detect, format!("assert_eq!({touched}, before);")]);
            }
            Claim::Sound(roots) => {
                let report = match roots {
                    Some(roots) => format!("heap.verify_heap_with_roots(&[{}])", self.objects(roots)?),
                    None => "heap.verify_heap()".to_owned(),
                };
                return Ok(vec![
                    format!("let report = {report};"),
                    "assert!(report.is_clean(), \"{}\", report.format_report());".to_owned(),
                ]);
            }
            Claim::Reports(finding, roots) => {
                let report = format!("let report = heap.verify_heap_with_roots(&[{}]);", self.objects(roots)?);
                let wanted = self.finding(finding)?;
                let found = format!("assert!(report.iter().any(|error| {wanted}), \"{{}}\", report.format_report());");
                return Ok(vec![report, found]);
            }
            Claim::Empty => "assert!(heap.is_empty());".to_owned(),
        };
        Ok(vec![line])
    }

    fn holds(&self, object: Object, contents: &Contents) -> Result<Vec<String>, String> {
        let id = self.id_of(object)?;
        let values = values_of(&contents.values, self)?;
        let is = |what: &str, values: &str| match contents.values.is_empty() {
            true => format!("{what}.is_empty()"),
            false => format!("*{what} == {values}"),
        };
        let line = match contents.kind {
            Kind::Table => {
                let pairs = contents.fields.iter().zip(&contents.values);
                let pairs =
                    pairs.map(|(field, value)| Ok(format!("({:?}, &{})", field.as_str(), value_of(value, self)?)));
                let pairs: Vec<String> = pairs.collect::<Result<_, String>>()?;
                let table =
                    format!("let Some(View::Table(fields)) = heap.object({id}) else {{ panic!(\"no table\") }};");
                let fields = match pairs.is_empty() {
                    true => "assert!(fields.is_empty());".to_owned(),
                    false => format!("assert_eq!(fields.iter().collect::<Vec<_>>(), [{}]);", pairs.join(", ")),
                };
                self.import("Value");
                return Ok(vec![table, fields]);
            }
            Kind::Array => {
                format!("assert!(matches!(heap.object({id}), Some(View::Array(held)) if {}));", is("held", &values))
            }
            Kind::Closure => {
                let closure = format!("View::Closure {{ function: {}, captures: held }}", contents.function);
                format!("assert!(matches!(heap.object({id}), Some({closure}) if {}));", is("held", &values))
            }
            Kind::Box | Kind::Scalar => {
                let get = if contents.kind == Kind::Box { "get_box" } else { "get_scalar" };
                format!("assert_eq!(heap.{get}({id}), Ok({}));", values.trim_matches(['[', ']']))
            }
            Kind::Weak => {
                let target =
                    contents.target.map_or_else(|| Ok("ObjectId::NIL".to_owned()), |target| self.id_of(target))?;
                if contents.is_ephemeron() {
                    let value = values.trim_matches(['[', ']']);
                    self.import("Value");
                    return Ok(vec![
                        format!(
                            "let Some(View::Ephemeron {{ key, value }}) = heap.object({id}) else {{ panic!(\"no ephemeron\") }};"
                        ),
                        format!("assert_eq!((key, value), ({target}, &{value}));"),
                    ]);
                }
                format!("assert!(matches!(heap.object({id}), Some(View::Weak(target)) if target == {target}));")
            }
        };
        Ok(vec![line])
    }

    /// An entry of the host's log.
    fn event(&self, event: &Event) -> Result<String, String> {
        Ok(match event {
            Event::Began(object) => format!("(\"finalizes\", {})", self.id_of(*object)?),
            Event::Called(weak) => format!("(\"calls back\", {})", self.id_of(*weak)?),
            Event::Died(object) => format!("(\"dies\", {})", self.id_of(*object)?),
            _ => String::new(),
        })
    }

    fn cycles(&self, cycles: &[BTreeSet<Object>]) -> Result<String, String> {
        self.noticed.borrow_mut().helpers.insert("cycles");
        for name in ["Host", "ObjectId"] {
            self.import(name);
        }
        let set = |cycle: &BTreeSet<Object>| {
            let members: Vec<Object> = cycle.iter().copied().collect();
            Ok(format!("BTreeSet::from([{}])", self.objects(&members)?))
        };
        let sets: Vec<String> = cycles.iter().map(set).collect::<Result<_, String>>()?;
        Ok(if sets.is_empty() {
            "BTreeSet::new()".to_owned()
        } else {
            format!("BTreeSet::from([{}])", sets.join(", "))
        })
    }

    fn finding(&self, finding: &Finding) -> Result<String, String> {
        self.import("VerificationErrorKind");
        let kind = match finding.kind {
            FindingKind::CountMismatch => "RefCountMismatch",
            FindingKind::Dangling => "DanglingReference",
            FindingKind::Orphaned => "OrphanedObject",
            FindingKind::Dirty => "DirtyInconsistency",
            FindingKind::ReferenceMismatch => "FieldRefMismatch",
            FindingKind::WeakCorruption => "WeakRefCorruption",
            FindingKind::Leak => "MemoryLeak",
            FindingKind::DoubleFreed => "DoubleFreed",
            FindingKind::Negative => "NegativeRefCount",
        };
        let kind = format!("error.kind == VerificationErrorKind::{kind}");
        Ok(match finding.object {
            Some(object) => format!("{kind} && error.object == {}", self.id_of(object)?),
            None => format!("{kind} && error.object.is_nil()"),
        })
    }
}

fn copied() -> String {
    "let mut copy = heap.clone();".to_owned()
}
