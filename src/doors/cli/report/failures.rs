//! Failures, each with its report and the graphs of the step that fails.

use super::page::{escaped, marked, section, table, text};
use crate::doors::cli::in_address;
use serde_json::Value;

/// The failures of a run, or of a night, which also says how each stands.
pub(super) fn failures<'a>(failures: impl IntoIterator<Item = &'a Value>) -> String {
    let failures: String = failures.into_iter().map(failure).collect();
    if failures.is_empty() { failures } else { section("Failures", &failures) }
}

fn failure(failure: &Value) -> String {
    let mut heading = format!("<code>{}</code>", text(&failure["signature"]));
    if let Some(standing) = failure["standing"].as_str() {
        heading += &format!(" by <code>{}</code>: {}", text(&failure["property"]), escaped(standing));
    }
    let known = if failure["known"] == true { " class=\"known\"" } else { "" };
    let mut inner = format!("<details open{known}><summary>{heading}</summary>\n");
    if let Some(about) = failure["about"].as_str() {
        inner += &format!("<p>{}</p>\n", marked(about));
    }
    if let Some(told) = failure["report"].as_str().or(failure["trace"].as_str()) {
        inner += &format!("<pre tabindex=\"0\">{}</pre>\n", escaped(told.trim_end()));
    }
    inner += &objects(&failure["explanation"]["graph"]);
    inner += &failure["picture"].as_str().map_or_else(String::new, picture);
    if let Some(path) = failure["path"].as_str() {
        inner += &format!("<p>saved as <code>{}</code></p>", escaped(path));
    }
    inner + "</details>\n"
}

fn objects(graph: &Value) -> String {
    let row = |row: &Value| {
        let cell = |field: &str| format!("<td><code>{}</code></td>", text(&row[field]));
        let cells = ["before", "model", "subject"].map(cell).concat();
        format!("<tr><th scope=\"row\"><code>{}</code></th>{cells}</tr>", text(&row["object"]))
    };
    let rows: String = graph.as_array().into_iter().flatten().map(row).collect();
    let head = "<caption>objects that the failing call changes or names</caption>\
        <tr><th>object</th><th>before</th><th>after, by the model</th><th>in the subject</th></tr>";
    if rows.is_empty() { rows } else { table(head, &rows) }
}

/// The graphs of the failing step. As an image they keep their own styles, and none of their text is taken for the page's.
fn picture(svg: &str) -> String {
    let title = svg.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
    // It is escaped already, unless the result is somebody else's.
    let title = title.filter(|title| !title.contains(['<', '"'])).unwrap_or_default();
    let address = format!("data:image/svg+xml,{}", in_address(svg));
    format!(
        "<figure class=\"wide\" tabindex=\"0\"><img alt=\"the heap by the model and in the subject at the step that fails, {title}\" \
         src=\"{address}\"><figcaption>the step that fails, {title}</figcaption></figure>"
    )
}
