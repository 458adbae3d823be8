//! User code in a log: what is done between the line where the code of an object begins and the line where it ends becomes the
//! object's finalizer.
//!
//! A finalizer must be there before its object dies, so its lines stand behind the line that binds the object, as `on x: LINE`.
//! What they name is looked up when they run (SPEC 10.9), so that they stand early does not matter. Names that a run binds end with
//! it: what code allocates can be named by that run and by no other line.

use heapproof_model::script::FUEL;
use std::collections::HashMap;

/// The user code of a log so far.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// Where the objects of the trace are bound, by their names.
    births: HashMap<String, Birth>,
    /// The code that runs, the innermost last.
    running: Vec<Run>,
    /// The line of the log where the code of each object began, by the object's name.
    begun: HashMap<String, usize>,
    /// How many operations all of it is.
    operations: usize,
}

/// Where an object is bound.
#[derive(Debug, Clone)]
struct Birth {
    /// The place of the line that binds it.
    place: usize,
    /// The place of the line outside of all code behind which that stands, or itself.
    outermost: usize,
    /// The name and the address of the object in whose code it is bound.
    within: Option<(String, String)>,
    /// What stands before lines of that code.
    prefix: String,
    /// How many objects' code that is.
    depth: usize,
}

/// Code that runs.
#[derive(Debug)]
struct Run {
    name: String,
    address: String,
    /// The line of the log where it began.
    source: usize,
    /// Where its object is bound.
    birth: Birth,
}

impl Run {
    fn prefix(&self) -> String {
        format!("{}on {}: ", self.birth.prefix, self.name)
    }
}

impl Code {
    /// Where a line of the trace is written now: behind which one, and with what before it.
    pub fn place(&self) -> Option<(usize, String)> {
        self.running.last().map(|run| (run.birth.place, run.prefix()))
    }

    /// Where what was there before the log is allocated: outside of all code, and before it runs.
    pub fn outermost(&self) -> Option<usize> {
        self.running.first().map(|run| run.birth.outermost)
    }

    /// Takes note of the line that binds an object; `is_outside` of all code, whatever runs.
    pub fn bound(&mut self, name: &str, place: usize, is_outside: bool) {
        let birth = match self.running.last().filter(|_| !is_outside) {
            None => Birth { place, outermost: place, within: None, prefix: String::new(), depth: 0 },
            Some(run) => Birth {
                place,
                outermost: run.birth.outermost,
                within: Some((run.name.clone(), run.address.clone())),
                prefix: run.prefix(),
                depth: run.birth.depth + 1,
            },
        };
        self.births.insert(name.to_owned(), birth);
    }

    /// How a line that is written now names the object of that name.
    ///
    /// # Errors
    /// If it can't, since other code has bound the name.
    pub fn spelled<'a>(&self, name: &'a str, address: &str) -> Result<&'a str, String> {
        let run = self.running.last();
        if run.is_some_and(|run| run.name == name) {
            return Ok("self");
        }
        match self.births.get(name).and_then(|birth| birth.within.as_ref()) {
            Some((within, of)) if run.is_none_or(|run| run.name != *within) => Err(format!(
                "{address} was allocated in the user code of {of}, and no line outside of that code can name it"
            )),
            _ => Ok(name),
        }
    }

    /// The code of the object of that name begins.
    ///
    /// # Errors
    /// If no line sets it off, or it has begun before.
    pub fn begin(&mut self, name: Option<&str>, address: &str, source: usize) -> Result<(), String> {
        let birth = name.and_then(|name| Some((name, self.births.get(name)?)));
        let Some((name, birth)) = birth else {
            return Err(format!(
                "the user code of {address} begins, but no line before names {address}: nothing can set its code off"
            ));
        };
        if let Some(first) = self.begun.insert(name.to_owned(), source) {
            return Err(format!("the user code of {address} begins again; it began at line {first}, and runs once"));
        }
        let (name, address) = (name.to_owned(), address.to_owned());
        self.running.push(Run { name, address, source, birth: birth.clone() });
        Ok(())
    }

    /// The code of an object ends.
    ///
    /// # Errors
    /// If it is not the innermost that runs.
    pub fn end(&mut self, address: &str) -> Result<(), String> {
        match self.running.last() {
            None => Err(format!("the user code of {address} ends, but no user code has begun")),
            Some(run) if run.address != address => Err(format!(
                "the user code of {address} ends, but that of {}, which began at line {}, must end first",
                run.address, run.source
            )),
            Some(_) => {
                self.running.pop();
                Ok(())
            }
        }
    }

    /// Counts an operation, which each code around it arms.
    ///
    /// # Errors
    /// If it is one more than code may carry out.
    pub fn count(&mut self) -> Result<(), String> {
        self.operations += self.running.last().map_or(0, |run| run.birth.depth + 1);
        if self.operations > FUEL as usize {
            return Err(format!(
                "all user code of a trace together carries out no more than {FUEL} operations (SPEC 2.12)"
            ));
        }
        Ok(())
    }
}
