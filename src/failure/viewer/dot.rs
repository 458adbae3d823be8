//! Draws a step in Graphviz's language.

use super::scene::{Change, Edge, Node, Scene};
use std::fmt::Write as _;

/// The number of colours in the scheme for cycles.
const COLOURS: usize = 12;

/// The graphs of a step, side by side.
pub fn dot(caption: &str, scenes: &[Scene]) -> String {
    let mut text = String::from("digraph step {\n  node [fontname=\"monospace\" shape=box colorscheme=set312]\n");
    let _ = writeln!(text, "  label={}", quoted(caption));
    for (number, scene) in scenes.iter().enumerate() {
        let id = |object: heapproof_model::Object| format!("\"{number}.{}\"", object.0);
        let _ = writeln!(text, "  subgraph cluster_{number} {{\n    label={}", quoted(scene.title));
        for node in &scene.nodes {
            let _ = writeln!(text, "    {} [{}]", id(node.object), attributes(node));
        }
        for Edge { from, to, label, weak } in &scene.edges {
            let dashed = if *weak { " style=dashed" } else { "" };
            let _ = writeln!(text, "    {} -> {} [label={}{dashed}]", id(*from), id(*to), quoted(label));
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

fn attributes(node: &Node) -> String {
    let words = if node.words.is_empty() { String::new() } else { format!("\n{}", node.words.join(", ")) };
    let label = quoted(&format!("{}\n{}{words}", node.name, node.about));
    let held = if node.root { " peripheries=2" } else { "" };
    let filled = match node.cycle {
        Some(cycle) => format!(" style=filled fillcolor={}", cycle % COLOURS + 1),
        None if node.words.contains(&"garbage") => " style=filled fillcolor=\"/x11/gray80\"".to_owned(),
        None => String::new(),
    };
    let edged = match node.change {
        Change::Same => "",
        Change::New => " color=\"/x11/forestgreen\" penwidth=3",
        Change::Changed => " color=\"/x11/orange3\" penwidth=3",
        Change::Gone => " color=\"/x11/red\" fontcolor=\"/x11/red\" style=dotted",
    };
    format!("label={label}{held}{filled}{edged}")
}

/// A text as a Graphviz string, with its backslashes and quotes escaped.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
