//! Charts as SVG, drawn here: a line over an axis, and bars in tables.

use std::fmt::Write;

// About as wide as its place on the page, so that its text is about as large as others.
const WIDTH: f64 = 370.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 34.0;

/// A line through points from left to right; `title` says what is shown, `across` and `up` what the axes are.
pub(super) fn line(title: &str, across: &str, up: &str, points: &[(f64, f64)]) -> String {
    let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(0.0, f64::max).max(1e-9);
    let (right, top) = (most(|point| point.0), most(|point| point.1));
    let x = |value: f64| LEFT + value / right * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\n");
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (at, value) = (y(top * part), number(top * part));
        let _ = writeln!(svg, "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>", WIDTH - RIGHT);
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>", LEFT - 6.0, at + 4.0);
    }
    let below = HEIGHT - BOTTOM + 15.0;
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"{below}\">0</text>");
    let _ = writeln!(svg, "<text x=\"{}\" y=\"{below}\" text-anchor=\"end\">{}</text>", WIDTH - RIGHT, number(right));
    let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
    let _ = writeln!(svg, "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{across}</text>", HEIGHT - 4.0);
    let points: Vec<String> = points.iter().map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value))).collect();
    format!("<figure><figcaption>{up}</figcaption>{svg}<polyline points=\"{}\"/>\n</svg></figure>\n", points.join(" "))
}

/// A bar of parts, each with its class, as long as their sum is of `most`.
pub(super) fn bar(parts: &[(&str, u64)], most: u64) -> String {
    let mut bar = "<span class=\"bar\" aria-hidden=\"true\">".to_owned();
    for (class, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let _ =
            write!(bar, "<i class=\"{class}\" style=\"width:{:.2}%\"></i>", 100.0 * *count as f64 / most.max(1) as f64);
    }
    bar + "</span>"
}

/// How often numbers of each size occurred, as a row of columns.
pub(super) fn columns(counts: &[u64]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let width = 6 * counts.len().max(1);
    let mut svg =
        format!("<svg class=\"spread\" viewBox=\"0 0 {width} 24\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (place, count) in counts.iter().enumerate() {
        let height = (24.0 * *count as f64 / most as f64).max(if *count > 0 { 1.0 } else { 0.0 });
        let _ =
            write!(svg, "<rect x=\"{}\" y=\"{:.1}\" width=\"5\" height=\"{height:.1}\"/>", 6 * place, 24.0 - height);
    }
    svg + "</svg>"
}

/// A number in a few characters.
fn number(value: f64) -> String {
    match value {
        value if value >= 10_000_000.0 => format!("{:.0} M", value / 1e6),
        value if value >= 1_000_000.0 => format!("{:.1} M", value / 1e6),
        value if value >= 10_000.0 => format!("{:.0} k", value / 1e3),
        value if value >= 100.0 || value.fract() < 1e-9 => format!("{value:.0}"),
        value => format!("{value:.1}"),
    }
}
