//! The page of a night: what `.ci/nightly` has written of it.

use super::failures::failures;
use super::page::{count, escaped, header, marked, section, table, text, whole};
use serde_json::{Map, Value};

/// The page of a night.
pub(super) fn page(night: &Value) -> String {
    let date = text(&night["date"]);
    let mut body = head(night, &date);
    body += &failures(items(&night["failures"]));
    body += &list("Trouble", &night["trouble"], |trouble| format!("<pre tabindex=\"0\">{}</pre>\n", escaped(trouble)));
    if let Some(targets) = night["targets"].as_object().filter(|targets| !targets.is_empty()) {
        body += &fuzzed(targets);
    }
    let parts: String = items(&night["parts"]).map(part).collect();
    if !parts.is_empty() {
        let head = "<tr><th>part</th><th></th><th>seconds</th><th class=\"words\">its last words</th></tr>\n";
        body += &section("Parts", &table(head, &parts));
    }
    body += &list("Left out", &night["left_out"], |left_out| format!("<p>{}</p>\n", marked(left_out)));
    whole(&format!("Night of {date}"), &body)
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn head(night: &Value, date: &str) -> String {
    let end = night["end"].as_str().unwrap_or("not at its end");
    let class = match end {
        "passed" | "failed" => end,
        _ => "stopped",
    };
    let verdict = format!("{}: {}", escaped(end), text(&night["verdict"]));
    let fuzzed = night["targets"].as_object().into_iter().flatten();
    let executions: u64 = fuzzed.filter_map(|(_, target)| target["executions"].as_u64()).sum();
    let mut tiles = vec![
        ("time", format!("{} s", count(&night["seconds"]))),
        ("executions", count(&executions.into())),
        ("seed", text(&night["seed"])),
        ("commit", format!("<code>{}</code>", night["commit"].as_str().map_or_else(|| "–".to_owned(), escaped))),
    ];
    if night["soak"].is_object() {
        tiles.push(("programs of the soak", count(&night["soak"]["programs"])));
    }
    if night["kills"].is_object() {
        let kills = &night["kills"];
        tiles.push(("seeded bugs found", format!("{} of {}", text(&kills["found"]), text(&kills["of"]))));
    }
    header(class, &verdict, &format!("Night of {date}"), &tiles, &night["repeat"])
}

fn fuzzed(targets: &Map<String, Value>) -> String {
    let row = |(name, target): (&String, &Value)| {
        let figures = ["executions", "coverage", "features", "inputs", "failing"];
        let cells = figures.map(|figure| format!("<td>{}</td>", count(&target[figure]))).concat();
        format!("<tr><th scope=\"row\"><code>{}</code></th>{cells}</tr>\n", escaped(name))
    };
    let head = "<tr><th>target</th><th>executions</th><th>coverage</th><th>features</th><th>inputs</th>\
        <th>that fail</th></tr>\n";
    section("Targets", &table(head, &targets.iter().map(row).collect::<String>()))
}

fn part(part: &Value) -> String {
    let [name, verdict] = ["part", "verdict"].map(|field| text(&part[field]));
    let (seconds, words) = (count(&part["seconds"]), marked(part["words"].as_str().unwrap_or_default()));
    format!(
        "<tr><th scope=\"row\">{name}</th><td>{verdict}</td><td>{seconds}</td><td class=\"words\">{words}</td></tr>\n"
    )
}

fn list(title: &str, list: &Value, shown: impl Fn(&str) -> String) -> String {
    let lines: String = items(list).filter_map(Value::as_str).map(shown).collect();
    if lines.is_empty() { lines } else { section(title, &lines) }
}
