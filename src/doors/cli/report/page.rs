//! What all pages have: the frame, sections, tables that scroll by themselves, and texts of others made harmless.

use serde_json::Value;

const STYLE: &str = include_str!("page.css");

/// A whole page.
pub(super) fn whole(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}: heapproof</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// What stands first: a verdict in its colour, a heading, figures, and how it is repeated.
pub(super) fn header(class: &str, verdict: &str, heading: &str, tiles: &[(&str, String)], repeat: &Value) -> String {
    let mut header = format!("<header class=\"{class}\">\n<p class=\"verdict\">{verdict}</p>\n<h1>{heading}</h1>\n");
    if !tiles.is_empty() {
        let tiles: String =
            tiles.iter().map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>")).collect();
        header += &format!("<dl class=\"tiles\">{tiles}</dl>\n");
    }
    if let Some(repeat) = repeat.as_str() {
        header += &format!("<p class=\"repeat\">repeat it: <code>{}</code></p>\n", escaped(repeat));
    }
    header + "</header>\n"
}

pub(super) fn section(title: &str, inner: &str) -> String {
    let id = title.to_lowercase().replace(' ', "-");
    format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{inner}</section>\n")
}

/// A table of a head and rows, which scrolls where the page is too narrow for it, also by keyboard.
pub(super) fn table(head: &str, rows: &str) -> String {
    format!("<div class=\"wide\" tabindex=\"0\"><table>{head}{rows}</table></div>\n")
}

/// A text for a page.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text for a page, in which what stands between backticks is code.
pub(super) fn marked(text: &str) -> String {
    let part = |(number, part): (usize, &str)| match number % 2 {
        0 => escaped(part),
        _ => format!("<code>{}</code>", escaped(part)),
    };
    text.split('`').enumerate().map(part).collect()
}

/// A value of a result as text for a page.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { escaped(&value.to_string()) }, escaped)
}

/// A count with its thousands apart.
pub(super) fn count(value: &Value) -> String {
    let digits = value.as_u64().unwrap_or_default().to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("\u{202f}")
}
