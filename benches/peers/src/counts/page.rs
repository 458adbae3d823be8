//! The tables of counts in `docs/peers.md`.

use super::kept::{Kept, Of};
use crate::peers::PEERS;
use crate::row::ROWS;
use crate::twin::Twin;

const INTRODUCTION: &str = "
## Instructions

Instructions of an operation and, in brackets, data that was not in a simulated first cache of 32 KiB: `cargo run --release --
counts --peers --write`, by valgrind. Each is the difference of two runs with different numbers of operations, so that the set-up
is in neither. These figures do not depend on what else the machine does. The line above a table is that of the last count; rows
and columns that it does not name are older.
";

const TWINS: &str = "
The same of our heap, in other states: a collection in slices is under way, and no check goes on with it; a frame is open; a
detection of live cycles has begun; the objects in use are targets of weak objects. `check-counts` compares with these.

";

/// The tables of what is kept; nothing if nothing is.
///
/// # Errors
/// A file that can't be read.
pub fn tables() -> Result<String, String> {
    let peers: Vec<_> = PEERS.iter().map(|it| it.name).collect();
    let mut text = String::from(INTRODUCTION);
    text.extend(Of::Peers.read()?.map(|kept| format!("\n{}", table(&kept, &peers))));
    text += TWINS;
    text.extend(Of::Ours.read()?.map(|kept| table(&kept, &Twin::ALL.map(Twin::name))));
    Ok(text)
}

fn table(kept: &Kept, columns: &[&str]) -> String {
    let mut text = kept.circumstances.words();
    let names: String = columns.iter().map(|it| format!(" {it} |")).collect();
    text += &format!("| row |{names}\n|---|{}\n", "---:|".repeat(columns.len()));
    for row in ROWS {
        if let Some(costs) = kept.counts.get(row.name) {
            let cell = |column: &&str| format!(" {} |", costs.get(*column).map_or(String::from("-"), |it| it.words()));
            text += &format!("| {} |{}\n", row.name, columns.iter().map(cell).collect::<String>());
        }
    }
    text
}
