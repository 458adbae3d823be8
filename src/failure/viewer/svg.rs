//! Draws a step as an SVG picture.

use super::places::{HEIGHT, Places, WIDTH};
use super::scene::{Change, Edge, Node, Scene};
use std::fmt::Write as _;

/// The height of a graph's title.
const TITLE: f64 = 30.0;

/// Its colours follow the reader's, also where the picture stands in a page.
const STYLE: &str = concat!(
    include_str!("picture.css"),
    "@media (prefers-color-scheme: dark) { :root { color-scheme: dark;\n",
    include_str!("dark.css"),
    "} }\n"
);

/// The graphs of a step, one below the other.
pub fn svg(caption: &str, scenes: &[Scene], places: &Places) -> String {
    let (width, each) = (places.width.max(360.0), places.height + TITLE);
    let height = each * scenes.len() as f64 + TITLE;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\">\n\
         <title>{0}</title>\n<style>{STYLE}</style>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerUnits=\"userSpaceOnUse\" \
         markerWidth=\"11\" markerHeight=\"11\" \
         orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"caption\" x=\"12\" y=\"20\">{0}</text>\n",
        escaped(caption)
    );
    for (number, scene) in scenes.iter().enumerate() {
        let top = TITLE + each * number as f64;
        let title = escaped(scene.title);
        let _ = writeln!(
            text,
            "<g transform=\"translate(0 {top:.0})\"><text class=\"title\" x=\"12\" y=\"14\">{title}</text>"
        );
        for edge in &scene.edges {
            draw_edge(&mut text, edge, places);
        }
        for node in &scene.nodes {
            draw_node(&mut text, node, places);
        }
        // Last, so that no box and no line hides one.
        for edge in &scene.edges {
            draw_label(&mut text, edge, places);
        }
        text.push_str("</g>\n");
    }
    if places.left_out > 0 {
        let _ =
            writeln!(text, "<text x=\"12\" y=\"{:.0}\">{} objects are not drawn</text>", height - 8.0, places.left_out);
    }
    text.push_str("</svg>\n");
    text
}

fn draw_node(text: &mut String, node: &Node, places: &Places) {
    let Some((x, y)) = places.of.get(&node.object) else { return };
    let (left, top) = (x - WIDTH / 2.0, y - HEIGHT / 2.0);
    let change = match node.change {
        Change::Same => "",
        Change::New => " new",
        Change::Changed => " changed",
        Change::Gone => " gone",
    };
    let garbage = if node.words.contains(&"garbage") { " garbage" } else { "" };
    let cycle = node.cycle.map_or_else(String::new, |cycle| format!(" cycle c{}", cycle % 6));
    let parts = if node.differs { " parts" } else { "" };
    let _ = write!(
        text,
        "<g class=\"node{change}{garbage}{cycle}{parts}\"><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\"/>"
    );
    if node.root {
        let (left, top, width, height) = (left + 3.0, top + 3.0, WIDTH - 6.0, HEIGHT - 6.0);
        let _ = write!(
            text,
            "<rect class=\"root\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>"
        );
    }
    for (word, side) in [("dirty", WIDTH - 12.0), ("candidate", 12.0)] {
        if node.words.contains(&word) {
            let _ =
                write!(text, "<circle class=\"{word}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"/>", left + side, top + 12.0);
        }
    }
    let mut lines = vec![("name", cut(&node.name)), ("about", cut(&node.about))];
    lines.extend(wrapped(&node.words).into_iter().map(|line| ("words", line)));
    for (number, (class, line)) in lines.into_iter().enumerate() {
        let (baseline, line) = (top + 21.0 + 15.5 * number as f64, escaped(&line));
        let _ = write!(text, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{baseline:.1}\">{line}</text>");
    }
    text.push_str("</g>\n");
}

fn draw_edge(text: &mut String, Edge { from, to, weak, .. }: &Edge, places: &Places) {
    let (Some(from), Some(to)) = (places.of.get(from), places.of.get(to)) else { return };
    let weak = if *weak { " weak" } else { "" };
    let (path, _) = route(*from, *to);
    let _ = writeln!(text, "<path class=\"edge{weak}\" d=\"{path}\" marker-end=\"url(#tip)\"/>");
}

fn draw_label(text: &mut String, Edge { from, to, label, .. }: &Edge, places: &Places) {
    let (Some(from), Some(to)) = (places.of.get(from), places.of.get(to)) else { return };
    let (_, (x, y)) = route(*from, *to);
    let _ = writeln!(text, "<text class=\"place\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(label));
}

/// The path from one object to another, and the place of its label. The path is bent, so that the path back differs.
fn route((x, y): (f64, f64), (to_x, to_y): (f64, f64)) -> (String, (f64, f64)) {
    if (x, y) == (to_x, to_y) {
        let (right, top) = (x + WIDTH / 2.0, y - 10.0);
        let path = format!("M{right:.1} {top:.1}c36 -22 36 42 0 20");
        return (path, (right + 26.0, y - 16.0));
    }
    let (across, down) = (to_x - x, to_y - y);
    let length = across.hypot(down);
    let bend = (length * 0.12).min(28.0);
    let (over, under) = (-down / length * bend, across / length * bend);
    let middle = (x + across / 2.0 + over, y + down / 2.0 + under);
    let (start, end) = (border((x, y), middle), border((to_x, to_y), middle));
    let path = format!("M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", start.0, start.1, middle.0, middle.1, end.0, end.1);
    (path, (x + across / 2.0 + over * 0.7, y + down / 2.0 + under * 0.7))
}

/// The point where the line from an object's centre to another point leaves its box.
fn border((x, y): (f64, f64), (to_x, to_y): (f64, f64)) -> (f64, f64) {
    let (across, down) = (to_x - x, to_y - y);
    let scale = (WIDTH / 2.0 / across.abs().max(1e-9)).min(HEIGHT / 2.0 / down.abs().max(1e-9));
    (x + across * scale, y + down * scale)
}

/// A line cut to the width of an object.
fn cut(line: &str) -> String {
    match line.char_indices().nth(19) {
        Some((end, _)) => format!("{}..", &line[..end]),
        None => line.to_owned(),
    }
}

/// Words wrapped into two lines.
fn wrapped(words: &[&str]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (index, word) in words.iter().enumerate() {
        let comma = if index + 1 < words.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(&format!("{word}{comma}")),
            Some(line) if line.len() + word.len() < 21 => line.push_str(&format!(" {word}{comma}")),
            _ => lines.push(format!("{word}{comma}")),
        }
    }
    lines.truncate(2);
    lines
}

/// A text with its special characters escaped.
fn escaped(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    visible.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
