//! Turns a heap's own log into a trace: `cargo run --example log_to_trace < heap.log > found.trace`.
//!
//! The log here has lines like `12:00:01.003 heap: alloc table 0x7f10`, which an allocator may print. Every such program
//! has three tasks. An address is reused for other objects, so each allocation binds a new name. An object may be allocated
//! before the log begins, so the trace allocates it at its first use. All other lines become comments, so that the trace
//! can be compared with the log.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Read;

fn main() -> std::io::Result<()> {
    let mut log = String::new();
    std::io::stdin().read_to_string(&mut log)?;
    print!("{}", trace(&log));
    Ok(())
}

/// Turns a log into a trace.
pub fn trace(log: &str) -> String {
    let mut names = Names { of: HashMap::new(), next: 1, trace: "heapproof trace 1\n".to_owned() };
    for line in log.lines() {
        match names.operation(line) {
            Some(operation) => names.say(&operation),
            None => names.say(&format!("# {line}")),
        }
    }
    names.trace
}

/// The current name of each address, and the trace so far.
struct Names {
    of: HashMap<String, String>,
    next: usize,
    trace: String,
}

impl Names {
    /// The operation of a line of the log, if it has one.
    fn operation(&mut self, line: &str) -> Option<String> {
        let (_, event) = line.split_once("heap: ")?;
        let words: Vec<&str> = event.split_whitespace().collect();
        Some(match words[..] {
            ["alloc", "table", address] => format!("{} = table", self.allocated(address)),
            ["alloc", "array", address, ref elements @ ..] => {
                let elements = self.values(elements);
                format!("{} = array {elements}", self.allocated(address)).trim_end().to_owned()
            }
            ["alloc", "weak", address, target] => {
                let target = self.object(target);
                format!("{} = weak {target}", self.allocated(address))
            }
            ["store", object, field, value] => {
                let value = self.values(&[value]);
                format!("{}.{field} = {value}", self.object(object))
            }
            ["append", array, value] => {
                let value = self.values(&[value]);
                format!("push {} {value}", self.object(array))
            }
            ["retain", object] => format!("take {}", self.object(object)),
            ["release", object] => format!("drop {}", self.object(object)),
            ["gc"] => "collect".to_owned(),
            ["gc", "step", objects] => format!("collect {objects}"),
            _ => return None,
        })
    }

    /// A new name for an address. It replaces an older name.
    fn allocated(&mut self, address: &str) -> String {
        let name = format!("o{}", self.next);
        self.next += 1;
        self.of.insert(address.to_owned(), name.clone());
        name
    }

    /// The name of an address. If the log does not allocate the object, the trace allocates a table.
    fn object(&mut self, address: &str) -> String {
        if address == "nil" {
            return address.to_owned();
        }
        if let Some(name) = self.of.get(address) {
            return name.clone();
        }
        let name = self.allocated(address);
        self.say(&format!("{name} = table  # {address} was there before the log began"));
        name
    }

    fn values(&mut self, words: &[&str]) -> String {
        let value = |word: &&str| if word.starts_with("0x") { self.object(word) } else { (*word).to_owned() };
        words.iter().map(value).collect::<Vec<_>>().join(" ")
    }

    fn say(&mut self, line: &str) {
        let _ = writeln!(self.trace, "{line}");
    }
}
