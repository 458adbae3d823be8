//! The page: what is in it, in its order.

use super::chart::{bar, columns, line};
use crate::doors::cli::in_address;
use serde_json::Value;

const STYLE: &str = include_str!("page.css");

/// The page of a result.
pub(super) fn of(objects: &[Value]) -> String {
    let start = objects.first().unwrap_or(&Value::Null);
    let of_type = |name: &'static str| objects.iter().filter(move |object| object["type"] == name);
    let summary = of_type("summary").next_back();
    let statistics: Vec<&Value> = of_type("statistics").collect();
    let violations: Vec<&Value> = of_type("violation").collect();
    let spaces: Vec<&Value> = objects
        .iter()
        .filter(|object| ["proved", "tried", "pruned"].iter().any(|name| object["type"] == *name))
        .collect();
    let subject = text(&start["subject"]);
    let property = judged_by(start);
    let mut body = verdict(start, summary, &spaces, !violations.is_empty());
    body += &failures(&violations);
    if !spaces.is_empty() {
        body += &searches(&spaces);
    }
    if let Some(summary) = summary {
        body += &operations(summary);
    }
    if let Some(last) = statistics.last() {
        body += &work(&statistics);
        body += &shapes(last);
        body += &conditions(last);
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{property} of {subject}: heapproof</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// The property of a run, or how many it has; a search has the lockstep and does not say so.
fn judged_by(start: &Value) -> String {
    match (start["property"].as_str(), start["properties"].as_array()) {
        (Some(property), _) => escaped(property),
        (None, Some(properties)) => format!("{} properties", properties.len()),
        (None, None) => "lockstep".to_owned(),
    }
}

/// A text for a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A value of a result as text for a page.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { escaped(&value.to_string()) }, escaped)
}

/// A count with its thousands apart.
fn count(value: &Value) -> String {
    let digits = value.as_u64().unwrap_or_default().to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("\u{202f}")
}

fn section(title: &str, inner: &str) -> String {
    let id = title.to_lowercase().replace(' ', "-");
    format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{inner}</section>\n")
}

fn verdict(start: &Value, summary: Option<&Value>, spaces: &[&Value], fails: bool) -> String {
    let property = judged_by(start);
    let subject = text(&start["subject"]);
    let is_whole = summary.is_some() || spaces.iter().any(|space| space["end"] == "done");
    let is_interrupted = summary.is_some_and(|summary| summary["interrupted"] == true);
    let (class, word) = match (fails, is_whole, is_interrupted) {
        (true, ..) => ("failed", "failed"),
        (false, false, _) => ("stopped", "died before its end"),
        (false, true, true) => ("stopped", "interrupted"),
        (false, true, false) => ("passed", "passed"),
    };
    let mut header = format!(
        "<header class=\"{class}\">\n<p class=\"verdict\">{word}</p>\n<h1><code>{property}</code> of <code>{subject}</code></h1>\n"
    );
    if let Some(summary) = summary {
        let tile = |name: &str, value: String| format!("<div><dt>{name}</dt><dd>{value}</dd></div>");
        let seconds = summary["seconds"].as_f64().unwrap_or_default();
        header += &format!(
            "<dl class=\"tiles\">{}{}{}{}{}</dl>\n<p class=\"repeat\">repeat it: <code>{}</code></p>\n",
            tile("programs", count(&summary["programs"])),
            tile("operations", count(&summary["operations"])),
            tile("seconds", format!("{seconds:.1}")),
            tile("seed", text(&summary["seed"])),
            tile("digest", format!("<code>{}</code>", text(&summary["digest"]))),
            text(&summary["repeat"])
        );
    }
    header + "</header>\n"
}

fn failures(violations: &[&Value]) -> String {
    if violations.is_empty() {
        return String::new();
    }
    let one = |violation: &&Value| {
        let graph = violation["explanation"]["graph"].as_array().map(Vec::as_slice).unwrap_or_default();
        let cell = |value: &Value| format!("<td><code>{}</code></td>", text(value));
        let rows = graph.iter().map(|row| {
            let cells = ["before", "model", "subject"].map(|field| cell(&row[field])).concat();
            format!("<tr><th scope=\"row\"><code>{}</code></th>{cells}</tr>", text(&row["object"]))
        });
        let rows: String = rows.collect();
        let table = format!(
            "<div class=\"wide\" tabindex=\"0\"><table><caption>objects that the failing call changes or names</caption>\
             <tr><th>object</th><th>before</th><th>after, by the model</th><th>in the subject</th></tr>{rows}</table></div>"
        );
        format!(
            "<details open><summary><code>{}</code></summary>\n<pre tabindex=\"0\">{}</pre>\n{}\n{}\n<p>saved as <code>{}</code></p></details>\n",
            text(&violation["signature"]),
            text(&violation["report"]).trim_end(),
            if rows.is_empty() { String::new() } else { table },
            violation["picture"].as_str().map_or_else(String::new, picture),
            text(&violation["path"])
        )
    };
    section("Failures", &violations.iter().map(one).collect::<String>())
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

fn searches(spaces: &[&Value]) -> String {
    let row = |space: &&Value| {
        let fails = space["violations"].as_object().is_some_and(|violations| !violations.is_empty());
        let what = if fails { "failed".to_owned() } else { text(&space["type"]) };
        format!(
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{} of {}</td><td>{}</td><td>{}</td><td>{:.1}</td></tr>\n",
            text(&space["space"]),
            what,
            text(&space["lines"]),
            text(&space["of"]),
            count(&space["states"]),
            count(&space["transitions"]),
            space["seconds"].as_f64().unwrap_or_default()
        )
    };
    let head = "<tr><th>space</th><th></th><th>lines</th><th>states</th><th>transitions</th><th>seconds</th></tr>\n";
    let rows: String = spaces.iter().map(row).collect();
    section("Searches", &format!("<div class=\"wide\" tabindex=\"0\"><table>{head}{rows}</table></div>\n"))
}

fn operations(summary: &Value) -> String {
    let Some(by_operation) = summary["by_operation"].as_object() else { return String::new() };
    let of = |outcomes: &Value| ["done", "refused", "skipped"].map(|name| outcomes[name].as_u64().unwrap_or_default());
    let mut rows: Vec<(&String, [u64; 3])> = by_operation.iter().map(|(name, outcomes)| (name, of(outcomes))).collect();
    rows.sort_by_key(|(_, outcomes)| std::cmp::Reverse(outcomes.iter().sum::<u64>()));
    let most = rows.first().map_or(0, |(_, outcomes)| outcomes.iter().sum());
    let row = |(name, [done, refused, skipped]): &(&String, [u64; 3])| {
        let bar = bar(&[("done", *done), ("refused", *refused), ("skipped", *skipped)], most);
        let [done, refused, skipped] = [done, refused, skipped].map(|number| count(&(*number).into()));
        format!(
            "<tr><th scope=\"row\"><code>{}</code></th><td>{done}</td><td>{refused}</td><td>{skipped}</td><td class=\"bars\">{bar}</td></tr>\n",
            escaped(name)
        )
    };
    let head = "<tr><th>operation</th><th><i class=\"done\"></i>done</th><th><i class=\"refused\"></i>refused</th>\
                <th><i class=\"skipped\"></i>skipped</th><th></th></tr>\n";
    let rows: String = rows.iter().map(row).collect();
    section("Operations", &format!("<div class=\"wide\" tabindex=\"0\"><table>{head}{rows}</table></div>\n"))
}

fn work(statistics: &[&Value]) -> String {
    let at = |object: &Value, field: &str| object[field].as_f64().unwrap_or_default();
    let points = statistics.iter().map(|object| (at(object, "seconds"), at(object, "programs")));
    let points: Vec<(f64, f64)> = [(0.0, 0.0)].into_iter().chain(points).collect();
    let time = line("programs over time", "seconds", "programs so far", &points);
    let growth = statistics.last().and_then(|last| last["growth"].as_array()).map(Vec::as_slice).unwrap_or_default();
    let of = |field: &str| growth.iter().map(|point| (at(point, "observed"), at(point, field))).collect::<Vec<_>>();
    let seen = |name: &'static str, field: &str| {
        line(&format!("{name} over programs"), "observed programs", &format!("{name} so far"), &of(field))
    };
    let (heaps, steps) = (seen("different heaps", "states"), seen("different steps", "situations"));
    let warnings = statistics.last().and_then(|last| last["warnings"].as_array()).into_iter().flatten();
    let warnings: String = warnings.map(|warning| format!("<p class=\"warning\">{}</p>\n", text(warning))).collect();
    section("Work", &format!("<div class=\"charts\">{time}{heaps}{steps}</div>\n{warnings}"))
}

fn shapes(statistics: &Value) -> String {
    let shapes = statistics["shapes"].as_object().into_iter().flatten();
    let row = |(name, spread): (&String, &Value)| {
        let buckets = spread["buckets"].as_array().into_iter().flatten();
        let counts: Vec<u64> = buckets.map(|bucket| bucket[1].as_u64().unwrap_or_default()).collect();
        format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"bars\">{}</td></tr>\n",
            escaped(&name.replace('_', " ")),
            count(&spread["median"]),
            count(&spread["largest"]),
            columns(&counts)
        )
    };
    let head = "<tr><th>shape</th><th>median</th><th>largest</th><th class=\"bars\">from small to large</th></tr>\n";
    let rows: String = shapes.map(row).collect();
    section("Shapes", &format!("<div class=\"wide\" tabindex=\"0\"><table>{head}{rows}</table></div>\n"))
}

fn conditions(statistics: &Value) -> String {
    let conditions = statistics["conditions"].as_object().into_iter().flatten();
    let item = |(name, reached): (&String, &Value)| {
        let (class, by) = match reached.as_u64() {
            None | Some(0) => ("never", "never".to_owned()),
            Some(_) => ("reached", count(reached)),
        };
        format!("<li class=\"{class}\"><span>{}</span> <b>{by}</b></li>\n", escaped(name))
    };
    let items: String = conditions.map(item).collect();
    let observed = count(&statistics["observed"]);
    let text = format!(
        "<p>How many of {observed} observed programs reached each.</p>\n<ul class=\"conditions\">\n{items}</ul>\n"
    );
    section("Conditions", &text)
}
