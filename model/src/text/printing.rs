//! Prints programs, and calls with numbers of objects for names; and parses the values of calls.

use super::{HEADER, NOTE};
use crate::operation::{Line, Operation};
use crate::program::Program;
use crate::value::{Name, Object, Value};
use std::fmt;

/// An operand that is written, in a trace or in a call.
pub(super) trait Printed {
    fn print(&self, out: &mut Printer<'_>);
}

/// Prints operations: fills their forms with operands.
pub(super) struct Printer<'a> {
    /// Spells names; calls have none.
    program: Option<&'a Program>,
    form: &'static str,
    text: String,
}

impl Printer<'_> {
    pub fn operand<T: Printed>(&mut self, operand: &T) {
        let (before, after) = self.form.split_once('$').unwrap_or((self.form, ""));
        self.text.push_str(before);
        self.form = after;
        operand.print(self);
    }

    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub fn name(&mut self, name: Name) {
        let spelled = self.program.map_or_else(|| format!("n{}", name.0), |program| program.spell(name));
        self.text.push_str(&spelled);
    }

    pub fn line(&mut self, line: &Line) {
        if let Some(name) = line.bind {
            self.name(name);
            self.push(" = ");
        }
        self.operation(&line.operation);
    }

    pub fn operation<R>(&mut self, operation: &Operation<R>)
    where
        Operation<R>: Printed,
    {
        let outer = std::mem::replace(&mut self.form, operation.code().text());
        operation.print(self);
        self.text.push_str(self.form);
        self.form = outer;
    }
}

impl Program {
    /// Prints one of its lines, as in its trace.
    pub fn print(&self, line: &Line) -> String {
        let mut printer = Printer { program: Some(self), form: "", text: String::new() };
        printer.line(line);
        printer.text.trim_end().to_owned()
    }
}

/// As in a trace, with numbers of objects for names: `#5.x = #7`.
impl fmt::Display for Operation<Object> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer = Printer { program: None, form: "", text: String::new() };
        printer.operation(self);
        out.write_str(printer.text.trim_end())
    }
}

/// A value, as an operation prints it.
impl fmt::Display for Value<Object> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer = Printer { program: None, form: "", text: String::new() };
        self.print(&mut printer);
        out.write_str(&printer.text)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{HEADER}")?;
        self.lines().iter().enumerate().try_for_each(|(index, line)| match self.note(index) {
            Some(note) => writeln!(out, "{}  {NOTE}{note}", self.print(line)),
            None => writeln!(out, "{}", self.print(line)),
        })
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}
