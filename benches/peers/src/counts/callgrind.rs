//! Instructions and cache misses of one operation, by valgrind.
//!
//! Two runs differ in nothing but the number of operations, so that the difference of their counts is what the operations
//! took, without the set-up. The simulated data cache has 32 KiB, whatever the machine has.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::one::One;

/// What one operation takes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// Instructions.
    pub instructions: f64,
    /// Data that was not in the first cache, read or written.
    pub misses: f64,
}

impl Cost {
    /// The instructions, and the misses behind them.
    pub fn words(self) -> String {
        // The difference of two runs may be less than nothing by a hair.
        format!("{:.1} ({:.2})", self.instructions, self.misses.max(0.0))
    }
}

/// Whether valgrind is here.
pub fn is_here() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|it| it.success())
}

/// What an operation costs, from runs with these numbers of operations.
///
/// # Errors
/// A run that failed.
pub fn cost(one: &One, times: [usize; 2]) -> Result<Cost, String> {
    let [few, many] = times;
    let [less, more] = times.map(|times| One { times, ..one.clone() });
    // One on each core.
    let (less, more) = std::thread::scope(|scope| {
        let other = scope.spawn(|| counted(&less));
        (other.join(), counted(&more))
    });
    let (less, more) = (less.map_err(|_| String::from("the thread died"))??, more?);
    let per_operation = |index: usize| (more[index] - less[index]) / (many - few) as f64;
    Ok(Cost { instructions: per_operation(0), misses: per_operation(1) })
}

/// The instructions and the misses of a whole process.
fn counted(one: &One) -> Result<[f64; 2], String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let file = program.with_file_name(format!("callgrind.{}.{}", std::process::id(), one.times));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--cache-sim=yes", "--I1=32768,8,64", "--D1=32768,8,64", "--LL=33554432,16,64"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(&program)
        .args(one.arguments())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{}` failed: {}", one.arguments().join(" "), String::from_utf8_lossy(&output.stderr)));
    }
    let totals = read_totals(&file);
    // What is left behind would only take room.
    _ = std::fs::remove_file(&file);
    totals
}

/// The sums at the end of what callgrind has written.
fn read_totals(file: &PathBuf) -> Result<[f64; 2], String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let words = |label: &str| {
        let line = text.lines().rev().find_map(|line| line.strip_prefix(label));
        line.map(|it| it.split_whitespace().collect::<Vec<_>>()).unwrap_or_default()
    };
    let (events, totals) = (words("events:"), words("totals:"));
    let total = |event: &str| {
        let at = events.iter().position(|it| *it == event)?;
        totals.get(at)?.parse::<f64>().ok()
    };
    match (total("Ir"), total("D1mr"), total("D1mw")) {
        (Some(instructions), Some(read), Some(written)) => Ok([instructions, read + written]),
        _ => Err(format!("{} has no totals", file.display())),
    }
}
