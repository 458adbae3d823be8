//! The heap as a picture: objects, references and what is known of them, in Graphviz's language.
//!
//! What a colour says, the text says too. A held or pinned object has two borders; a cycle has a colour, all
//! of its members the same; garbage is grey; a dirty object and a candidate have a border of their
//! own. Weak references are dashed. A reference to an object that is gone, which only a damaged
//! heap has, leads to a red cross.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use crate::header::{Header, Mark};
use crate::{Heap, Host, ObjectId, Value, View};

/// The number of colours in the scheme that cycles are painted from.
const COLOURS: usize = 12;

/// A picture of a heap; its `Display` is the picture. See [`Heap::graph`].
#[derive(Debug)]
pub struct Graph<'a, H: Host>(&'a Heap<H>);

impl<H: Host> Heap<H> {
    /// The objects and references as they are now, to be drawn by Graphviz's `dot`.
    ///
    /// Nothing is changed, and no earlier detection is needed: cycles and garbage are looked for
    /// in the whole heap, in linear time.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// let mut heap = Heap::<()>::new();
    /// let ring = heap.allocate_table()?;
    /// heap.set_field(ring, "me", ring.into())?;
    /// let picture = heap.graph().to_string();
    /// assert!(picture.starts_with("digraph heap {"));
    /// assert!(picture.contains(r#""0.1" -> "0.1" [label="me"]"#));
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    #[must_use]
    pub fn graph(&self) -> Graph<'_, H> {
        Graph(self)
    }
}

impl<H: Host> fmt::Display for Graph<'_, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heap = self.0;
        let (cycles, reachable) = (self.cycles(), heap.arena.reached_from(heap.arena.roots()));
        let mut gone = BTreeSet::new();
        writeln!(f, "digraph heap {{")?;
        writeln!(f, "  node [fontname=\"monospace\" colorscheme=set312]")?;
        for object in heap.objects() {
            let Ok(header) = heap.arena.headers.find(object) else { continue };
            let cycle = cycles.get(&object.slot()).copied();
            node(f, heap, object, header, cycle, reachable.get(object.slot() as usize) == Some(&true))?;
            for (place, target, weak) in references(heap, object) {
                let dashed = if weak { " style=dashed" } else { "" };
                writeln!(f, "  \"{object}\" -> \"{target}\" [label=\"{place}\"{dashed}]")?;
                if !heap.contains(target) {
                    gone.insert(target);
                }
            }
        }
        for object in gone {
            writeln!(f, "  \"{object}\" [label=\"{object}\\ngone\" shape=Mdiamond color=\"/x11/red\"]")?;
        }
        writeln!(f, "}}")
    }
}

impl<H: Host> Graph<'_, H> {
    /// For each slot whose object is in a cycle, the number of the cycle.
    fn cycles(&self) -> BTreeMap<u32, usize> {
        let cycles = self.0.cycles_now();
        let numbered = cycles.iter().enumerate();
        numbered.flat_map(|(number, cycle)| cycle.iter().map(move |&slot| (slot, number))).collect()
    }
}

fn node<H: Host>(
    f: &mut fmt::Formatter<'_>,
    heap: &Heap<H>,
    object: ObjectId,
    header: &Header,
    cycle: Option<usize>,
    reachable: bool,
) -> fmt::Result {
    let counts = heap.counts(object).unwrap_or_default();
    write!(f, "  \"{object}\" [label=\"{object} ")?;
    if let Some(kind) = heap.kind(object) {
        write!(f, "{kind}")?;
    }
    write!(f, "\\nexternal {}, internal {}, weak {}", counts.external, counts.internal, counts.weak)?;
    let (dirty, candidate) = (header.marks.has(Mark::Dirty), header.marks.has(Mark::Candidate));
    let known = [(cycle.is_some(), "in a cycle"), (!reachable, "garbage")];
    let known = known.into_iter().filter(|(so, _)| *so).map(|(_, word)| word);
    let said: Vec<&str> = known.chain(heap.marks(object)).collect();
    if !said.is_empty() {
        write!(f, "\\n{}", said.join(", "))?;
    }
    let shape = match heap.object(object) {
        Some(View::Weak(_) | View::Ephemeron { .. }) => "ellipse",
        Some(View::Scalar(_)) => "plaintext",
        Some(View::Closure { .. }) => "cds",
        _ => "box",
    };
    write!(f, "\" shape={shape}")?;
    if header.is_held_or_pinned() {
        write!(f, " peripheries=2")?;
    }
    match (cycle, reachable) {
        (Some(cycle), _) => write!(f, " style=filled fillcolor={}", cycle % COLOURS + 1)?,
        (None, false) => write!(f, " style=filled fillcolor=\"/x11/gray80\"")?,
        (None, true) => {}
    }
    match (dirty, candidate) {
        (true, _) => write!(f, " color=\"/x11/orange3\" penwidth=3")?,
        (false, true) => write!(f, " color=\"/x11/blue3\" penwidth=3")?,
        (false, false) => {}
    }
    writeln!(f, "]")
}

/// Where in an object a reference is, as the label of its arrow.
enum Place<'a> {
    /// Where there is but one.
    Only(&'static str),
    Element(usize),
    Field(&'a str),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Only(label) => f.write_str(label),
            Place::Element(index) => write!(f, "{index}"),
            Place::Field(name) => escaped(f, name),
        }
    }
}

/// Where an object refers to others, to which, and whether weakly.
fn references<H: Host>(heap: &Heap<H>, object: ObjectId) -> Vec<(Place<'_>, ObjectId, bool)> {
    fn strong<'a>((place, value): (Place<'a>, &Value)) -> Option<(Place<'a>, ObjectId, bool)> {
        Some((place, value.reference()?, false))
    }
    match heap.object(object) {
        Some(View::Table(fields)) => {
            fields.iter().map(|(name, value)| (Place::Field(name), value)).filter_map(strong).collect()
        }
        Some(View::Array(values) | View::Closure { captures: values, .. }) => {
            values.iter().enumerate().map(|(index, value)| (Place::Element(index), value)).filter_map(strong).collect()
        }
        Some(View::Box(value)) => strong((Place::Element(0), value)).into_iter().collect(),
        Some(View::Weak(target)) if !target.is_nil() => vec![(Place::Only(""), target, true)],
        Some(View::Ephemeron { key, value }) => {
            let key = (!key.is_nil()).then_some((Place::Only(""), key, true));
            key.into_iter().chain(strong((Place::Only("value"), value))).collect()
        }
        Some(View::Weak(_) | View::Scalar(_)) | None => Vec::new(),
    }
}

/// Writes a text between quotes: Graphviz reads backslashes and quotes its own way.
fn escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if !text.contains(['\\', '"', '\n']) {
        return f.write_str(text);
    }
    text.chars().try_for_each(|character| match character {
        '\n' => f.write_str("\\n"),
        '\\' | '"' => write!(f, "\\{character}"),
        _ => f.write_char(character),
    })
}
