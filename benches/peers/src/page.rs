//! The page `docs/peers.md`, and its tables: medians, and who is best.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::counts;
use crate::numbers::{NOTHING, grouped, short};
use crate::peers::{OURS, PEERS, PeerKind};
use crate::plot;
use crate::results::{Measured, Measurement, Results};
use crate::row::{Group, ROWS, Row, Unit};
use crate::section::{GARBAGE, PEAK};
use crate::workload::Work;

/// `docs/` of the repository.
fn docs() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))
}

/// Writes the page and its plots from the results that are kept.
///
/// # Errors
/// Results that can't be read, or files that can't be written.
pub fn write() -> Result<(), String> {
    let kept = kept()?;
    if let Some(results) = kept.get(&Work::Beside) {
        for row in plotted() {
            crate::files::write(&docs().join(plot_of(row)), &plot::growth(row, results)?)?;
        }
    }
    crate::files::write(&docs().join("peers.md"), &written(&kept)?)
}

/// The rows whose growth is plotted.
fn plotted() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(|row| row.group == Group::Collections)
}

fn plot_of(row: &Row) -> String {
    format!("peers/{}.svg", row.name)
}

/// The results that are kept.
fn kept() -> Result<Measured, String> {
    let mut kept = Measured::new();
    for work in Work::value_variants() {
        if let Some(results) = Results::read(*work)? {
            kept.insert(*work, results);
        }
    }
    Ok(kept)
}

/// The page.
fn written(kept: &Measured) -> Result<String, String> {
    let mut text = INTRODUCTION.to_owned() + &versions() + &tables(kept) + &counts::page::tables()?;
    if kept.contains_key(&Work::Beside) {
        text +=
            "\n## Growth\n\nThe time of each collection by the number of live objects, both on a logarithmic scale.\n";
        text.extend(plotted().map(|row| format!("\n![{}]({})\n", row.about, plot_of(row))));
    }
    Ok(text)
}

const INTRODUCTION: &str = "# Beside published collectors

`cargo run --release -- tables --write` in `benches/peers/` measures all this and writes this page.

The same operations, drawn before, are done with each crate. Each measurement is a process of its own, in a thread with a large
stack, for several peers recurse. Rounds are interleaved: each peer once, then each again. Times are processor time of the thread,
and medians of the rounds: three, unless the command above a table says otherwise. If others use the machine, times are noisy, most
of all where memory is; instructions, further down, are not. Beside the times stand bytes in use, which the same program with a
counting allocator measures once: *peak* is the most while the row was measured, *garbage* how much of that was not in use before
(where the graph grows, its growth too).

All peers are as released, ours too (`Configuration::default`). Where a collection is timed by itself, no peer collects at other
times. A peer without a trigger of its own is told to collect after each 1,000 objects, in the rows of pauses after each 10,000
steps. `std::rc` and slotmap with counts free no cycles: they are floors, and no ratio is made with them. Objects of gc-arena
are held by registers, for a `Gc` can't leave the arena. Where fields have names, a peer finds the place in one list of four names;
our heap has tables. An id of our heap is a weak reference, for a stale one is refused.

The *ratio* is ours to the best peer: over 1 we lose.
";

/// The versions that are measured, and who collects by itself.
fn versions() -> String {
    let named = |peers: &[&PeerKind]| -> String {
        let words = peers.iter().map(|it| format!("{} {}", it.name, it.version).trim_end().to_owned());
        words.collect::<Vec<_>>().join(", ")
    };
    let versions: Vec<_> = PEERS.iter().filter(|it| !it.version.is_empty()).collect();
    let triggers: Vec<_> = PEERS.iter().filter(|it| it.own_trigger).collect();
    format!("\nVersions: {}. With a trigger of their own: {}.\n", named(&versions), named(&triggers))
}

/// The tables of what was measured.
pub fn tables(measured: &Measured) -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let rows: Vec<&Row> = ROWS.iter().filter(|it| it.group == group && measured.contains_key(&it.work)).collect();
        if rows.is_empty() {
            continue;
        }
        text += &format!("\n## {}\n\n", group.title());
        text += &circumstances(&rows, measured);
        text += &figures(&rows, measured);
        if group != Group::Bytes {
            text += &bytes(&rows, measured);
        }
    }
    text
}

/// When and where, once for rows that were measured alike.
fn circumstances(rows: &[&Row], measured: &Measured) -> String {
    let mut lines: Vec<String> = Vec::new();
    for row in rows {
        let line = measured[&row.work].circumstances.words();
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.concat()
}

fn heading(columns: &[&str]) -> String {
    let names: String = PEERS.iter().map(|it| format!(" {} |", it.name)).collect();
    let others: String = columns.iter().map(|it| format!(" {it} |")).collect();
    format!("| row | |{names}{others}\n|---|---|{}\n", "---:|".repeat(PEERS.len() + columns.len()))
}

/// The lines of a row: one for each size.
fn lines(row: &Row, about: &str, measured: &Measured, cells: impl Fn(&Results, usize) -> String) -> String {
    let results = &measured[&row.work];
    let sizes = row.work.plan().sizes;
    let mut text = String::new();
    for &size in sizes {
        let name = if sizes.len() > 1 { format!("{} {}", row.name, grouped(size as f64)) } else { row.name.to_owned() };
        text += &format!("| {name} | {about} |{}\n", cells(results, size));
    }
    text
}

fn figures(rows: &[&Row], measured: &Measured) -> String {
    let mut text = heading(&["best peer", "ratio"]);
    for row in rows {
        let about = format!("{}, {}", row.about, row.unit.name());
        text += &lines(row, &about, measured, |results, size| {
            let cell = |peer: &PeerKind| match results.find(peer.name, size) {
                Some(measurement) => format!(" {} |", figure(row, measurement)),
                None => String::from(" |"),
            };
            let cells: String = PEERS.iter().map(cell).collect();
            let (best, ratio) = best(row, results, size).unwrap_or_default();
            format!("{cells} {best} | {ratio} |")
        });
    }
    text
}

fn figure(row: &Row, measurement: &Measurement) -> String {
    match (measurement.median(row.figure), &measurement.failure) {
        (Some(figure), None) => short(row.unit.scaled(figure)),
        (_, Some(failure)) => failure.clone(),
        (None, None) => String::from("-"),
    }
}

/// The best of the peers that free cycles, and our ratio to it.
fn best(row: &Row, results: &Results, size: usize) -> Option<(String, String)> {
    let median = |peer: &PeerKind| results.find(peer.name, size)?.median(row.figure).filter(|it| it.is_finite());
    let peers = PEERS.iter().filter(|it| it.cycles && it.name != OURS.name);
    let figures = peers.filter_map(|it| Some((it.name, median(it)?)));
    let ours = median(&OURS)?;
    let by_figure = |one: &(&str, f64), other: &(&str, f64)| one.1.total_cmp(&other.1);
    let (name, best) = if row.unit.is_more_better() { figures.max_by(by_figure) } else { figures.min_by(by_figure) }?;
    let ratio = if row.unit.is_more_better() { best / ours } else { ours / best };
    let words = if best < NOTHING { String::from("-") } else { format!("{ratio:.2}") };
    Some((name.to_owned(), words))
}

/// Peak and garbage, in KiB.
fn bytes(rows: &[&Row], measured: &Measured) -> String {
    let mut text = format!("\nBytes in use meanwhile, peak / garbage in KiB:\n\n{}", heading(&[]));
    for row in rows.iter().filter(|it| !it.unit.is_more_better()) {
        let figure = if row.unit == Unit::Ms && row.group == Group::Pauses { "all" } else { row.figure };
        text += &lines(row, row.about, measured, |results, size| {
            let cell = |peer: &PeerKind| {
                let measurement = results.find(peer.name, size)?;
                let kib = |kind: &str| measurement.memory.get(&format!("{figure} {kind}")).map(|it| it / 1024.0);
                Some(format!("{} / {}", grouped(kib(PEAK)?), grouped(kib(GARBAGE)?)))
            };
            PEERS.iter().map(|peer| format!(" {} |", cell(peer).unwrap_or_default())).collect()
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{docs, kept, written};

    #[test]
    fn the_page_is_what_the_command_writes() {
        assert_eq!(std::fs::read_to_string(docs().join("peers.md")).unwrap(), written(&kept().unwrap()).unwrap());
    }
}
