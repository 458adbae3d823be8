//! What the operations of the hot paths cost, in instructions and cache misses: the same on every run, whatever else the
//! machine does.

mod callgrind;
mod kept;
pub mod page;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Args;

pub use callgrind::Cost;
use kept::Of;

use crate::circumstances::Circumstances;
use crate::one::One;
use crate::peers::{OURS, PEERS, PeerKind};
use crate::row::{self, Row};
use crate::twin::Twin;

/// The stack of a counted run, in MiB: nothing recurses, and valgrind has to map it.
const STACK: usize = 64;

/// Counts instructions and cache misses.
#[derive(Args, Debug)]
pub struct Counts {
    /// Only this row; may be repeated
    #[arg(long, value_name = "ROW", value_parser = row::names(), hide_possible_values = true)]
    only: Vec<String>,
    /// Only these states of our heap; all unless given
    #[arg(long, value_name = "TWIN")]
    twin: Vec<Twin>,
    /// The peers too, in a table of their own
    #[arg(long)]
    peers: bool,
    /// Keeps what was counted of our heap in `counts.json`, of the peers in `results/`, and writes `docs/peers.md`
    #[arg(long)]
    pub write: bool,
}

/// Compares with what is kept in `counts.json`.
#[derive(Args, Debug)]
pub struct CheckCounts {
    /// Only this row; may be repeated
    #[arg(long, value_name = "ROW", value_parser = row::names(), hide_possible_values = true)]
    only: Vec<String>,
}

/// What was counted, by row and twin or peer.
pub type Table = BTreeMap<String, BTreeMap<String, Cost>>;

/// The rows that are counted, of those that were asked for.
fn counted_rows(names: &[String]) -> Result<Vec<(Row, [usize; 2])>, String> {
    let counted: Vec<_> =
        row::select(names).into_iter().filter_map(|row| Some((row, row.work.plan().counted?))).collect();
    if counted.is_empty() {
        return Err(String::from("none of these rows is counted"));
    }
    if !callgrind::is_here() {
        return Err(String::from("valgrind is missing"));
    }
    Ok(counted)
}

fn cost(row: &Row, times: [usize; 2], peer: &PeerKind, twin: Twin) -> Result<Cost, String> {
    let size = row.work.plan().sizes[0];
    let one = One { work: row.work, peer: peer.name.to_owned(), size, times: times[0], twin, stack: STACK };
    callgrind::cost(&one, times)
}

impl Counts {
    /// Counts and prints, a line as soon as it is known.
    ///
    /// # Errors
    /// A run that failed, or a file that could not be written.
    pub fn run(&self) -> Result<(), String> {
        let rows = counted_rows(&self.only)?;
        let twins = if self.twin.is_empty() { Twin::ALL.to_vec() } else { self.twin.clone() };
        println!("{} (instructions an operation, data cache misses)\n", OURS.name);
        heading(twins.iter().map(|it| it.name()));
        let mut ours = Table::new();
        for (row, times) in &rows {
            let of_row = ours.entry(row.name.to_owned()).or_default();
            line(row, twins.iter().map(|twin| (twin.name(), cost(row, *times, &OURS, *twin).map(Some))), of_row)?;
        }
        let all = if self.peers { count_peers(&rows)? } else { Table::new() };
        if self.write {
            Of::Ours.write(ours)?;
            if self.peers {
                Of::Peers.write(all)?;
            }
        }
        Ok(())
    }
}

fn count_peers(rows: &[(Row, [usize; 2])]) -> Result<Table, String> {
    println!("\nAll\n");
    heading(PEERS.iter().map(|it| it.name));
    let mut all = Table::new();
    for (row, times) in rows {
        let of_row = all.entry(row.name.to_owned()).or_default();
        let cost =
            |peer: &PeerKind| peer.suits(&row.work.plan()).then(|| cost(row, *times, peer, Twin::Plain)).transpose();
        line(row, PEERS.iter().map(|peer| (peer.name, cost(peer))), of_row)?;
    }
    Ok(all)
}

fn heading<'a>(columns: impl Iterator<Item = &'a str>) {
    println!("{:<14}{}", "", columns.map(|it| format!("{it:>20}")).collect::<String>());
}

fn line<'a>(
    row: &Row,
    costs: impl Iterator<Item = (&'a str, Result<Option<Cost>, String>)>,
    of_row: &mut BTreeMap<String, Cost>,
) -> Result<(), String> {
    let mut text = format!("{:<14}", row.name);
    for (column, cost) in costs {
        let words = match cost? {
            Some(cost) => {
                of_row.insert(column.to_owned(), cost);
                cost.words()
            }
            None => String::from("-"),
        };
        text += &format!("{words:>20}");
    }
    println!("{text}");
    Ok(())
}

impl CheckCounts {
    /// Counts again, compares, and names each count that has changed: then it ends with 1, or with 3 if another compiler made the code.
    ///
    /// # Errors
    /// A run that failed.
    pub fn run(&self) -> Result<ExitCode, String> {
        let rows = counted_rows(&self.only)?;
        let kept = Of::Ours.read()?.ok_or("counts.json is missing; `counts --write` makes it")?;
        let mut changed = Vec::new();
        for (row, times) in rows {
            for twin in Twin::ALL {
                let Some(before) = kept.counts.get(row.name).and_then(|it| it.get(twin.name())) else {
                    changed.push(format!("{} ({}) is not kept in counts.json", row.name, twin.name()));
                    continue;
                };
                let now = cost(&row, times, &OURS, twin)?;
                changed.extend(kept::change(before, &now).map(|it| format!("{} ({}): {it}", row.name, twin.name())));
            }
        }
        if changed.is_empty() {
            println!("counts: as kept");
            return Ok(ExitCode::SUCCESS);
        }
        let (then, now) = (kept.circumstances.rustc, Circumstances::now().rustc);
        if then != now {
            changed.push(format!("They were counted with {then}; this is {now}."));
        }
        changed.push(String::from("If that is meant, `cargo run --release -- counts --write` keeps it."));
        println!("{}", changed.join("\n"));
        Ok(if then == now { ExitCode::FAILURE } else { ExitCode::from(3) })
    }
}
