//! The page of a run: what is in it, in its order.

use super::chart::{bar, columns, line};
use super::failures::failures;
use super::page::{count, escaped, header, section, table, text, whole};
use serde_json::Value;

/// The page of a result.
pub(super) fn page(objects: &[Value]) -> String {
    let start = objects.first().unwrap_or(&Value::Null);
    let of_type = |name: &'static str| objects.iter().filter(move |object| object["type"] == name);
    let summary = of_type("summary").next_back();
    let statistics: Vec<&Value> = of_type("statistics").collect();
    let violations: Vec<&Value> = of_type("violation").collect();
    let ends = ["proved", "tried", "pruned", "unsound"];
    let spaces: Vec<&Value> = objects.iter().filter(|object| ends.iter().any(|name| object["type"] == *name)).collect();
    let subject = text(&start["subject"]);
    let property = judged_by(start);
    let mut body = verdict(start, summary, &spaces, !violations.is_empty());
    body += &failures(violations);
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
    whole(&format!("{property} of {subject}"), &body)
}

/// The property of a run, or how many it has; a search has the lockstep and does not say so.
fn judged_by(start: &Value) -> String {
    match (start["property"].as_str(), start["properties"].as_array()) {
        (Some(property), _) => escaped(property),
        (None, Some(properties)) => format!("{} properties", properties.len()),
        (None, None) => "lockstep".to_owned(),
    }
}

fn verdict(start: &Value, summary: Option<&Value>, spaces: &[&Value], fails: bool) -> String {
    let property = judged_by(start);
    let subject = text(&start["subject"]);
    let is_whole = summary.is_some() || spaces.iter().any(|space| space["end"] == "done");
    let is_interrupted = summary.is_some_and(|summary| summary["interrupted"] == true);
    let last = spaces.last().and_then(|space| space["end"].as_str()).unwrap_or_default();
    let (class, word) = match (fails, is_whole, is_interrupted) {
        (true, ..) => ("failed", "failed"),
        (false, _, true) => ("stopped", "interrupted"),
        (false, true, false) => ("passed", "passed"),
        (false, false, false) => match last {
            "stopped" => ("stopped", "interrupted"),
            "out_of_memory" => ("stopped", "out of memory"),
            "unsound" => ("stopped", "unsound: different states have one digest"),
            _ => ("stopped", "died before its end"),
        },
    };
    let heading = format!("<code>{property}</code> of <code>{subject}</code>");
    let Some(summary) = summary else { return header(class, word, &heading, &[], &Value::Null) };
    let tiles = [
        ("programs", count(&summary["programs"])),
        ("operations", count(&summary["operations"])),
        ("seconds", format!("{:.1}", summary["seconds"].as_f64().unwrap_or_default())),
        ("seed", text(&summary["seed"])),
        ("digest", format!("<code>{}</code>", text(&summary["digest"]))),
    ];
    header(class, word, &heading, &tiles, &summary["repeat"])
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
    section("Searches", &table(head, &rows))
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
    section("Operations", &table(head, &rows))
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
    section("Shapes", &table(head, &rows))
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
