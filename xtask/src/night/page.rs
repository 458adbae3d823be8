//! The page of a ledger: plots over all nights, and a table of the last ones. It needs no other file, no network and no script.

use super::ledger::Line;
use super::plot::over_nights;
use anyhow::Result;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The look of all pages of this project.
const STYLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../src/doors/cli/report/page.css"));

/// Plots in the colours of the page.
const PLOTS: &str = "\
.charts { grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
.charts text { fill: var(--quiet); }
.charts polyline, .charts line { stroke: var(--edge); } .charts [stroke=\"#0969DA\"] { stroke: var(--first); }
.charts circle, .charts rect { fill: var(--first); stroke: none; }
";

/// How many nights the table has.
const ROWS: usize = 40;

/// The page of these nights; `bad` lines of the ledger were none, and the last night may have a page of its own beside this one.
pub(super) fn page(nights: &[Line], bad: usize, last: Option<&str>) -> Result<String> {
    let mut body = head(nights, bad);
    body.extend(last.map(|page| format!("<p><a href=\"{page}\">the last night</a>: its failures and figures</p>\n")));
    body += &section("All targets and parts", &whole(nights)?);
    body += &section("Coverage of each target", &coverage(nights)?);
    body += &section("Nights", &table(nights));
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Nights: heapproof</title>\n<style>\n{STYLE}{PLOTS}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    ))
}

fn head(nights: &[Line], bad: usize) -> String {
    let (class, words) = match nights.last() {
        Some(last) if last.end == "passed" => ("passed", format!("the last night, {}, passed", last.date)),
        Some(last) if last.end == "failed" => ("failed", format!("the last night, {}, failed", last.date)),
        Some(last) => ("stopped", format!("the last night, {}: {}", last.date, last.end)),
        None => ("stopped", "no night yet".to_owned()),
    };
    let bad = if bad == 0 {
        String::new()
    } else {
        format!("<p class=\"warning\">lines of the ledger that are no night: {bad}</p>\n")
    };
    format!(
        "<header class=\"{class}\">\n<h1>{} nights</h1>\n<p class=\"verdict\">{words}</p>\n</header>\n{bad}",
        nights.len()
    )
}

/// One number a night.
type Number = fn(&Line) -> Option<f64>;

/// What all targets came to, and the other parts.
fn whole(nights: &[Line]) -> Result<String> {
    let numbers: [(&str, Number); 5] = [
        ("executions of all targets", |night| {
            (!night.targets.is_empty()).then(|| night.targets.values().map(|one| one.executions).sum::<u64>() as f64)
        }),
        ("different heaps in the soak", |night| night.soak.as_ref().map(|soak| soak.states as f64)),
        ("seeded bugs found, in percent", |night| {
            night.kills.as_ref().map(|kills| 100.0 * kills.found as f64 / kills.of.max(1) as f64)
        }),
        ("failures that are not known", |night| Some((night.failures.len() - night.failures("known")) as f64)),
        ("inputs kept, all corpora", |night| {
            (!night.targets.is_empty()).then(|| night.targets.values().map(|one| one.inputs).sum::<usize>() as f64)
        }),
    ];
    let mut charts = String::new();
    for (title, number) in numbers {
        let values: Vec<Option<f64>> = nights.iter().map(number).collect();
        // Of what no night has done there is nothing to draw.
        if values.iter().any(Option::is_some) {
            charts += &figure(title, nights, &values)?;
        }
    }
    Ok(format!("<div class=\"charts\">\n{charts}</div>\n"))
}

/// The edges that each target reached.
fn coverage(nights: &[Line]) -> Result<String> {
    let targets: BTreeSet<&String> = nights.iter().flat_map(|night| night.targets.keys()).collect();
    let mut charts = String::new();
    for target in targets {
        let edges = |night: &Line| night.targets.get(target).map(|one| one.coverage as f64);
        charts += &figure(target, nights, &nights.iter().map(edges).collect::<Vec<_>>())?;
    }
    Ok(format!("<div class=\"charts\">\n{charts}</div>\n"))
}

fn figure(title: &str, nights: &[Line], values: &[Option<f64>]) -> Result<String> {
    let dates: Vec<String> = nights.iter().map(|night| night.date.strftime("%m-%d").to_string()).collect();
    Ok(format!("<figure>{}</figure>\n", over_nights(title, &dates, values)?))
}

fn table(nights: &[Line]) -> String {
    let heads =
        ["night", "commit", "end", "executions", "heaps", "kills", "new", "known", "expired", "flaky", "left out"];
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let mut rows = String::new();
    for night in nights.iter().rev().take(ROWS) {
        let dash = || "–".to_owned();
        let heaps = night.soak.as_ref().map_or_else(dash, |soak| soak.states.to_string());
        let kills = night.kills.as_ref().map_or_else(dash, |kills| format!("{} of {}", kills.found, kills.of));
        let executions: u64 = night.targets.values().map(|one| one.executions).sum();
        let cells = ["new", "known", "expired", "flaky"].map(|standing| night.failures(standing).to_string());
        let _ = write!(rows, "<tr><th scope=\"row\">{}</th>", night.date);
        let _ = write!(rows, "<td><code>{}</code></td>", night.commit.as_deref().unwrap_or("–"));
        let _ = write!(rows, "<td>{}</td><td>{executions}</td><td>{heaps}</td><td>{kills}</td>", night.end);
        cells.iter().for_each(|cell| rows += &format!("<td>{cell}</td>"));
        let _ = writeln!(rows, "<td>{}</td></tr>", night.left_out);
    }
    format!(
        "<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn section(title: &str, inner: &str) -> String {
    let id = title.to_lowercase().replace(' ', "-");
    format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{inner}</section>\n")
}

#[cfg(test)]
mod tests {
    use super::super::ledger::tests::line;
    use super::page;

    #[test]
    fn the_page_has_a_plot_for_each_number_and_needs_no_other_file() {
        let nights: Vec<_> = (1..=9).map(line).collect();
        let page = page(&nights, 1, Some("night.html")).unwrap();
        for part in [
            "<h1>9 nights</h1>",
            "the last night, 2026-11-09, failed",
            "9 of 10",
            "that are no night: 1<",
            "href=\"night.html\"",
        ] {
            assert!(page.contains(part), "no {part:?}");
        }
        assert_eq!(page.matches("<svg role=\"img\"").count(), 5 + 2);
        for foreign in ["<script", "<link", "url(", "src="] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_ledger_without_a_night_has_a_page() {
        assert!(page(&[], 0, None).unwrap().contains("no night yet"));
    }
}
