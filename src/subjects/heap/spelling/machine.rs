//! Writes the host of the heap in a test: what its finalizers and callbacks do, which ids they know, and what they log.

use super::expressions::{self, Gives, Place, Refer};
use super::statements::{Statement, lines};
use super::{Writer, arms};
use crate::judge::code::Sort;
use crate::judge::story::{Part, Run, Step};
use crate::subjects::heap::refusals::{also_done_to, done_to};
use heapproof_model::{End, Name, Object, Operation, Outcome, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A finalizer or callback while its code is written.
struct Within<'w, 's> {
    writer: &'w Writer<'s>,
    sort: Sort,
    /// The variables of this run.
    locals: BTreeMap<Name, String>,
    /// The names of objects in this run.
    objects: BTreeMap<Object, String>,
}

/// The host of a test: its type, a value of it, and the declaration, which `()` has no need of.
pub(super) struct Machine {
    pub(super) name: &'static str,
    pub(super) value: &'static str,
    pub(super) declaration: String,
}

impl Writer<'_> {
    /// The host that the test needs.
    pub(super) fn machine(&mut self) -> Result<Machine, String> {
        let finalizers = self.code_of(Sort::Finalizer)?;
        let callbacks = self.code_of(Sort::Callback)?;
        let armed = self.story.parts.iter().any(|part| matches!(part, Part::Call(call) if arms(&call.operation)));
        if !(armed || self.used.has_log || self.by_site || !self.used.ids.is_empty()) {
            return Ok(Machine { name: "()", value: "()", declaration: String::new() });
        }
        self.import("Host");
        let mut fields = String::new();
        for id in &self.used.ids {
            let _ = writeln!(fields, "        {id}: ObjectId,");
        }
        let mut within = String::new();
        if self.used.has_log {
            self.import("ObjectId");
            fields.push_str("        log: Vec<(&'static str, ObjectId)>,\n");
        }
        if self.by_site {
            self.import("FieldSite");
            fields.push_str("        sites: Vec<FieldSite>,\n");
        }
        let calls_back = self.story.runs.iter().any(|run| run.sort == Sort::Callback);
        if !finalizers.is_empty() || self.used.has_log {
            within.push_str(&self.host_function(Sort::Finalizer, &finalizers));
        }
        if !callbacks.is_empty() || self.used.has_log && calls_back {
            within.push_str(if within.is_empty() { "" } else { "\n" });
            within.push_str(&self.host_function(Sort::Callback, &callbacks));
        }
        if self.used.has_log {
            within.push_str(
                "\n        fn died(&mut self, object: ObjectId) {\n            self.log.push((\"dies\", object));\n        }\n",
            );
        }
        let (value, fields) = match fields.is_empty() {
            true => ("Machine", ";".to_owned()),
            false => ("Machine::default()", format!(" {{\n{fields}    }}")),
        };
        let within = if within.is_empty() { "{}".to_owned() } else { format!("{{\n{within}    }}") };
        let declaration = format!(
            "\n    #[derive(Clone, Default)]\n    struct Machine{fields}\n\n    impl Host for Machine {within}\n"
        );
        Ok(Machine { name: "Machine", value, declaration })
    }

    /// The function of the host that runs code of that sort, which is this.
    fn host_function(&self, sort: Sort, code: &str) -> String {
        self.import("ObjectId");
        let (function, logged) = match sort {
            Sort::Finalizer => ("finalize", "finalizes"),
            Sort::Callback => ("target_died", "calls back"),
        };
        let log = match self.used.has_log {
            true => format!("            heap.host_mut().log.push((\"{logged}\", object));\n"),
            false => String::new(),
        };
        let read = self.used.within.iter().filter(|(of, _)| *of == sort);
        let ids: Vec<&str> = read.map(|(_, id)| id.as_str()).collect();
        let ids = match ids.is_empty() {
            true => String::new(),
            false => format!("            let &Machine {{ {}, .. }} = heap.host();\n", ids.join(", ")),
        };
        format!("        fn {function}(heap: &mut Heap<Self>, object: ObjectId) {{\n{log}{ids}{code}        }}\n")
    }

    /// What each object's code of that sort does.
    fn code_of(&mut self, sort: Sort) -> Result<String, String> {
        let mut text = String::new();
        for run in self.story.runs.iter().filter(|run| run.sort == sort) {
            let body = self.body_of(run)?;
            if body.is_empty() {
                continue;
            }
            let home = self.homes.get(&run.object).ok_or("an object with user code has no name")?;
            self.notice_id(home);
            self.noticed.borrow_mut().within.insert((sort, home.clone()));
            let otherwise = if text.is_empty() { "            " } else { " else " };
            let _ = writeln!(text, "{otherwise}if object == {home} {{");
            for line in body {
                self.import_for(&line);
                let _ = writeln!(text, "                {line}");
            }
            text.push_str("            }");
        }
        if !text.is_empty() {
            text.push('\n');
        }
        Ok(text)
    }

    fn body_of(&self, run: &Run) -> Result<Vec<String>, String> {
        let (sort, locals) = (run.sort, BTreeMap::new());
        let mut within = Within { writer: self, sort, locals, objects: BTreeMap::new() };
        within.objects.insert(run.object, "object".to_owned());
        let mut body = Vec::new();
        for step in &run.steps {
            body.extend(within.step(step)?);
        }
        for left in &run.left {
            let word = sort.word();
            let name = within.object(left.object).ok_or_else(|| format!("what a {word} leaves has no name"))?;
            body.push(match left.given_up_elsewhere {
                true => format!("let _ = heap.dec_ref({name}); // refused if it is held no more"),
                false => format!("heap.dec_ref({name}).unwrap();"),
            });
        }
        if run.end == End::Panicked {
            body.push(format!("std::panic::resume_unwind(Box::new(\"the {} panics\"));", sort.word()));
        }
        Ok(body)
    }

    /// The helper functions of the test.
    pub(super) fn helpers(&self) -> String {
        let mut text = String::new();
        if self.noticed.borrow().helpers.contains("cycles") {
            text.push_str(CYCLES);
        }
        if self.noticed.borrow().helpers.contains("linked") {
            for name in ["ObjectId", "Value"] {
                self.import(name);
            }
            text.push_str(LINKED);
        }
        if self.by_site {
            text.push_str(AT_SITE);
        }
        text
    }
}

impl Within<'_, '_> {
    fn step(&mut self, step: &Step) -> Result<Vec<String>, String> {
        let print = || self.writer.story.program.print(&step.line);
        let Some(operation) = &step.operation else { return Ok(vec![format!("// skipped: {}", print())]) };
        if step.outcome == Outcome::Skipped {
            return Ok(vec![format!("// skipped: {}", print())]);
        }
        let name = step.line.bind;
        let variable = name.and_then(|name| self.writer.names.get(&name)).cloned();
        let given = match &step.outcome {
            Outcome::Done(Value::Reference(object)) => Some(*object),
            _ => None,
        };
        let home = given.filter(|_| makes(operation)).and_then(|object| self.writer.homes.get(&object)).cloned();
        let kept = home.filter(|home| self.writer.used.ids.contains(home));
        let bind = variable.as_deref().filter(|variable| self.writer.is_used(variable) || kept.is_some());
        let mut code = match operation {
            Operation::Chain { length } | Operation::Ring { length } => {
                self.writer.noticed.borrow_mut().helpers.insert("linked");
                let ring = matches!(operation, Operation::Ring { .. });
                match (given, bind) {
                    (None, _) => Vec::new(),
                    (Some(_), Some(bind)) => vec![format!("let {bind} = linked(heap, {length}, {ring})[0];")],
                    (Some(_), None) => vec![format!("linked(heap, {length}, {ring});")],
                }
            }
            _ => {
                let (expression, gives) = expressions::expression(&step.line.operation, self)?;
                let object = done_to(&step.line.operation).map(|name| self.id(name)).transpose()?;
                let object = object.unwrap_or_else(|| "ObjectId::NIL".to_owned());
                let other = also_done_to(&step.line.operation).map(|name| self.id(name)).transpose()?;
                let (outcome, strict, object) = (&step.outcome, gives == Gives::Nothing, &*object);
                let other = other.as_deref();
                let statement = Statement { expression: &expression, gives, outcome, object, other, bind, strict };
                lines(&statement, &|object| self.object(object))
            }
        };
        if let (Some(home), Some(bind)) = (&kept, bind) {
            code.push(format!("heap.host_mut().{home} = {bind};"));
        }
        if let (Some(name), Some(variable), Some(object)) = (name, variable, given) {
            self.objects.entry(object).or_insert_with(|| variable.clone());
            self.locals.insert(name, variable);
        }
        Ok(code)
    }

    /// An object as this run can name it; `None` where it can't.
    fn object(&self, object: Object) -> Option<String> {
        if let Some(known) = self.objects.get(&object) {
            if known != "object" {
                self.writer.notice_variable(known);
            }
            return Some(known.clone());
        }
        let home = self.writer.homes.get(&object)?;
        self.know(home);
        Some(home.clone())
    }

    /// Notes an id from outside the run, which this run reads from the host.
    fn know(&self, id: &str) {
        self.writer.notice_id(id);
        self.writer.noticed.borrow_mut().within.insert((self.sort, id.to_owned()));
    }
}

/// Whether an operation allocates the object that it returns.
fn makes<R>(operation: &Operation<R>) -> bool {
    !matches!(operation, Operation::Upgrade { .. }) && operation.code().gives() == heapproof_model::Gives::New
}

impl Refer<Name> for Within<'_, '_> {
    fn id(&self, name: Name) -> Result<String, String> {
        if name == Name::SELF {
            return Ok("object".to_owned());
        }
        if let Some(local) = self.locals.get(&name) {
            self.writer.notice_variable(local);
            return Ok(local.clone());
        }
        let variable = self.writer.names.get(&name).cloned().unwrap_or_default();
        self.know(&variable);
        Ok(variable)
    }
}

impl Place for Within<'_, '_> {
    fn heap(&self) -> &'static str {
        "heap"
    }

    /// Recovery is refused in finalizers.
    fn roots(&self) -> Result<String, String> {
        Ok(String::new())
    }

    fn by_site(&self) -> bool {
        self.writer.by_site
    }
}

const CYCLES: &str = "
    fn cycles<H: Host>(heap: &Heap<H>) -> BTreeSet<BTreeSet<ObjectId>> {
        heap.cycles().map(|cycle| cycle.iter().copied().collect()).collect()
    }
";

const LINKED: &str = "
    /// Tables, each the field `next` of the one before; the first is held.
    fn linked<H: Host>(heap: &mut Heap<H>, length: u32, ring: bool) -> Vec<ObjectId> {
        let (checks, verifications) =
            (heap.configuration().automatic_checks(), heap.configuration().verification_interval());
        heap.set_automatic_checks(false);
        heap.set_verification_interval(None).unwrap();
        let mut all = vec![heap.allocate_table().unwrap()];
        for at in 1..length as usize {
            all.push(heap.allocate_table().unwrap());
            heap.set_field(all[at - 1], \"next\", Value::Reference(all[at])).unwrap();
            heap.dec_ref(all[at]).unwrap();
        }
        if ring {
            heap.set_field(all[all.len() - 1], \"next\", Value::Reference(all[0])).unwrap();
        }
        heap.set_automatic_checks(checks);
        heap.set_verification_interval(verifications).unwrap();
        all
    }
";

const AT_SITE: &str = "
    /// A field, found by one of few places that remember where they found it last.
    fn at_site<T>(
        heap: &mut Heap<Machine>,
        name: &str,
        access: impl FnOnce(&mut Heap<Machine>, &mut FieldSite) -> T,
    ) -> T {
        let sites = &mut heap.host_mut().sites;
        let known = sites.iter().position(|site| site.name() == name);
        let mut site = known.map_or_else(|| FieldSite::new(name), |at| sites.remove(at));
        let result = access(heap, &mut site);
        let sites = &mut heap.host_mut().sites;
        if sites.len() == 4 {
            sites.remove(0);
        }
        sites.push(site);
        result
    }
";
