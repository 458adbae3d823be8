//! The rows of the tables: which figure of which workload, and how it is read.

use clap::builder::PossibleValuesParser;

use crate::workload::{TIME, Work, beside, bytes, steady};

/// A row of the tables, for each size of its workload.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is measured, for a reader.
    pub about: &'static str,
    /// The table in which it stands.
    pub group: Group,
    /// The workload.
    pub work: Work,
    /// The figure of the workload.
    pub figure: &'static str,
    /// How the figure is read.
    pub unit: Unit,
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What a program does all the time.
    Hot,
    /// Garbage, and each collector's own trigger.
    Garbage,
    /// Collections that are asked for.
    Collections,
    /// What a program that goes on notices.
    Pauses,
    /// Large structures that die.
    Deaths,
    /// Memory.
    Bytes,
}

impl Group {
    /// All, in order.
    pub const ALL: [Self; 6] = [Self::Hot, Self::Garbage, Self::Collections, Self::Pauses, Self::Deaths, Self::Bytes];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Hot => "Hot paths",
            Self::Garbage => "Garbage rings, collected as each peer thinks fit",
            Self::Collections => "Collections that are asked for",
            Self::Pauses => "Pauses",
            Self::Deaths => "Large structures that die",
            Self::Bytes => "Bytes",
        }
    }
}

/// How a figure is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Ns,
    /// Nanoseconds, shown as milliseconds.
    Ms,
    /// Thousands a second: more is better.
    Rate,
    /// Thousands: more is better.
    Thousands,
    /// Bytes, which the other program measures.
    Bytes,
}

impl Unit {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ns => "ns",
            Self::Ms => "ms",
            Self::Rate => "1,000/s",
            Self::Thousands => "1,000",
            Self::Bytes => "bytes",
        }
    }

    /// The figure in this unit.
    pub fn scaled(self, figure: f64) -> f64 {
        match self {
            Self::Ns | Self::Bytes => figure,
            Self::Ms => figure / 1e6,
            Self::Rate | Self::Thousands => figure / 1e3,
        }
    }

    /// Whether more is better.
    pub fn is_more_better(self) -> bool {
        matches!(self, Self::Rate | Self::Thousands)
    }
}

const fn row(
    name: &'static str,
    about: &'static str,
    group: Group,
    work: Work,
    figure: &'static str,
    unit: Unit,
) -> Row {
    Row { name, about, group, work, figure, unit }
}

const fn hot(name: &'static str, about: &'static str, work: Work) -> Row {
    row(name, about, Group::Hot, work, TIME, Unit::Ns)
}

const fn beside(name: &'static str, about: &'static str, figure: &'static str) -> Row {
    row(name, about, Group::Collections, Work::Beside, figure, Unit::Ms)
}

const fn pause(name: &'static str, about: &'static str, work: Work) -> Row {
    row(name, about, Group::Pauses, work, steady::PAUSE, Unit::Ms)
}

const fn rate(name: &'static str, about: &'static str, work: Work) -> Row {
    row(name, about, Group::Pauses, work, steady::STEPS, Unit::Rate)
}

const fn death(name: &'static str, about: &'static str, work: Work) -> Row {
    row(name, about, Group::Deaths, work, TIME, Unit::Ns)
}

const fn size(name: &'static str, about: &'static str, figure: &'static str) -> Row {
    row(name, about, Group::Bytes, Work::Bytes, figure, Unit::Bytes)
}

/// All rows, in the order of the tables.
pub const ROWS: &[Row] = &[
    hot("hold", "a reference to one of 1,000 objects taken and given up", Work::Hold),
    hot("leaf", "an object without edges allocated and given up", Work::Leaf),
    hot("tree", "an object with two leaves allocated and given up", Work::Tree),
    hot("set-slot", "a random edge of one of 100,000 live objects overwritten, by number", Work::SetSlot),
    hot("set-name", "the same by name", Work::SetName),
    hot("set-symbol", "the same by a symbol; peers by a number in the list", Work::SetSymbol),
    hot("set-site", "the same by a site; peers by number", Work::SetSite),
    hot("try-hold", "what is named weakly held and given up", Work::TryHold),
    hot("try-hold-dead", "what is named weakly is dead", Work::TryHoldDead),
    hot("weak-object", "a weak object made, upgraded and dropped", Work::WeakObject),
    row("rings", "rings of so many objects, an object", Group::Garbage, Work::Rings, TIME, Unit::Ns),
    beside("pairs", "1,000 dead pairs beside so many live objects", beside::PAIRS),
    beside("into-live", "the same, and they refer to live objects that nobody holds", beside::INTO_LIVE),
    beside("rewritten", "1,000 edges of live objects rewritten, hardly any garbage", beside::REWRITTEN),
    beside("full", "all of so many live objects with three edges each, after they were made", beside::FULL),
    pause("steady-pause", "a dead pair at each step beside 1 M live objects: longest 16 steps", Work::Steady),
    rate("steady-rate", "the same: steps", Work::Steady),
    pause("into-live-pause", "the pair refers to live objects, and a live edge is rewritten", Work::SteadyIntoLive),
    rate("into-live-rate", "the same: steps", Work::SteadyIntoLive),
    pause("growing-pause", "such a pair and a new live object at each step, from 10 k to 4 M", Work::Growing),
    rate("growing-rate", "the same: steps", Work::Growing),
    row(
        "growing-reached",
        "the same: live objects after 10 s at most",
        Group::Pauses,
        Work::Growing,
        steady::REACHED,
        Unit::Thousands,
    ),
    death("list", "a list of 1 M objects, an object", Work::List),
    death("release", "a tree without cycles, by release, an object", Work::ReleasedTree),
    death("set", "a tree with parent pointers, as one set of garbage, an object", Work::GarbageSet),
    death("parents", "such trees built, given up and collected, an object", Work::Parents),
    size("bytes-leaf", "an object without edges", bytes::LEAF),
    size("bytes-three", "an object with three edges", bytes::THREE),
    size("bytes-collector", "what a collection of all takes on top, for each live object", bytes::COLLECTOR),
];

/// What `--only` takes: the names of rows.
pub fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(ROWS.iter().map(|it| it.name))
}

/// The rows of these names, or all if none is named.
pub fn select(names: &[String]) -> Vec<Row> {
    ROWS.iter().filter(|it| names.is_empty() || names.iter().any(|name| it.name == name)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::{Group, ROWS, Row};
    use crate::peers::PEERS;
    use crate::twin::Twin;
    use crate::workload::Request;

    /// A row with each peer; some recurse, and need a large stack.
    fn measure(row: &'static Row) {
        let plan = row.work.plan();
        let size = plan.sizes[0].min(10_050);
        let request = Request { work: row.work, size, times: 400, twin: Twin::Plain };
        for peer in PEERS.iter().filter(|it| it.suits(&plan)) {
            let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(move || (peer.run)(&request)).unwrap();
            assert!(thread.join().unwrap().contains_key(row.figure), "{} with {}", row.name, peer.name);
        }
    }

    #[test]
    fn each_row_shows_a_figure_that_its_workload_gives_with_each_peer() {
        ROWS.iter().for_each(measure);
    }

    #[test]
    fn no_two_rows_have_one_name_and_each_group_has_rows() {
        for (number, row) in ROWS.iter().enumerate() {
            assert!(ROWS[..number].iter().all(|it| it.name != row.name), "{}", row.name);
        }
        assert!(Group::ALL.iter().all(|group| ROWS.iter().any(|row| row.group == *group)));
    }
}
