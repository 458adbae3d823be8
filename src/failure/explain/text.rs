//! Prints an explanation for a terminal.

use super::graph::Row;
use super::{Explanation, TraceLine};
use std::fmt::Write as _;

/// The longest trace that is shown whole. Of longer ones only the lines that matter and those near the failing one are
/// shown.
const WHOLE: usize = 60;

/// How many lines on each side of the failing one are shown of a long trace.
const AROUND: usize = 5;

/// How many steps of the end are shown.
const MOST_STEPS: usize = 10;

/// The greatest width of a column of the graph's table.
const WIDEST: usize = 44;

/// Whether a text has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paint {
    /// It has no colours.
    #[default]
    Plain,
    /// It has the colour codes of terminals.
    Coloured,
}

impl Paint {
    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Paint::Plain => text.to_owned(),
            Paint::Coloured => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }
}

impl Explanation {
    /// The whole explanation as text.
    pub fn text(&self) -> String {
        self.painted(Paint::Plain)
    }

    /// The whole explanation as text, in colours or not.
    pub fn painted(&self, paint: Paint) -> String {
        let mut text = self.marked(paint);
        let Explanation { place, model, subject, .. } = self;
        let claimant = if self.expected { "the line" } else { "the subject" };
        let _ = write!(
            text,
            "\n{}:\n  the model says    {}\n  {:17} {}\n",
            paint.bold(place),
            paint.green(model),
            format!("{claimant} says"),
            paint.red(subject)
        );
        if !self.facts.is_empty() {
            let _ = writeln!(text, "{}", paint.bold("why:"));
            for fact in &self.facts {
                let _ = writeln!(text, "  {}", fact.text);
            }
        }
        if !self.contracts.is_empty() {
            let _ = writeln!(text, "{}", paint.bold("no violation in the dialect of a heap that is meant so:"));
            for contract in &self.contracts {
                let _ = writeln!(text, "  {contract}");
            }
        }
        self.table(paint, &mut text);
        if !self.variations.is_empty() {
            let title = format!("could be different, and it still fails (by {} trials):", self.trials);
            let _ = writeln!(text, "{}", paint.bold(&title));
            for variation in &self.variations {
                let _ = writeln!(text, "  {}", variation.text);
            }
        }
        text
    }

    /// The trace, with marks before the failing line and before the lines that facts depend on.
    fn marked(&self, paint: Paint) -> String {
        let mut text = String::new();
        let last = self.trace.last().map_or(0, |line| line.number);
        let failing = self.trace.iter().find(|line| line.fails).map_or(last, |line| line.number);
        // Of a long trace not all lines are here.
        let is_whole = last <= WHOLE;
        let shown = |line: &&TraceLine| is_whole || line.matters || line.number.abs_diff(failing) <= AROUND;
        let mut next = 1;
        for line in self.trace.iter().filter(shown) {
            left_out(&mut text, next..line.number, paint);
            next = line.number + 1;
            let mark = if line.fails {
                '>'
            } else if line.matters {
                '*'
            } else {
                ' '
            };
            let line = format!("{mark}{:4}  {}", line.number, line.text);
            let line = match mark {
                '>' => paint.red(&line),
                '*' => line,
                _ => paint.dim(&line),
            };
            let _ = writeln!(text, "{line}");
        }
        left_out(&mut text, next..last + 1, paint);
        if failing >= last && !self.trace.last().is_some_and(|line| line.fails) {
            self.marked_end(paint, &mut text);
        }
        text
    }

    /// The steps of what follows the last line, the last ones of many.
    fn marked_end(&self, paint: Paint, text: &mut String) {
        if !self.end.iter().any(|step| step.fails) {
            let _ = writeln!(text, "{}", paint.red(">      (the end)"));
            return;
        }
        let _ = writeln!(text, "{}", paint.dim("       (the end)"));
        let skipped = self.end.len().saturating_sub(MOST_STEPS);
        if skipped > 0 {
            let _ = writeln!(text, "{}", paint.dim(&format!("        .. {skipped} steps")));
        }
        for step in &self.end[skipped..] {
            let line = format!("{}      {}", if step.fails { '>' } else { ' ' }, step.text);
            let _ = writeln!(text, "{}", if step.fails { paint.red(&line) } else { paint.dim(&line) });
        }
    }

    fn table(&self, paint: Paint, text: &mut String) {
        if self.graph.is_empty() {
            return;
        }
        let all_alike = self.graph.iter().all(|row| row.subject == row.model);
        let width = |of: fn(&Row) -> &String, title: &str| {
            let widest = self.graph.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
            widest.clamp(title.chars().count(), WIDEST)
        };
        let (name, before) = (width(|row| &row.object, "object"), width(|row| &row.before, "before"));
        let model = width(|row| &row.model, "after, by the model");
        let title = format!(
            "  {:name$}  {:before$}  {:model$}  {}",
            "object",
            "before",
            "after, by the model",
            if all_alike { "" } else { "in the subject" }
        );
        let _ = writeln!(text, "{}", paint.bold(title.trim_end()));
        for row in &self.graph {
            let after = if row.model == row.before { "same".to_owned() } else { cut(&row.model) };
            let subject = if row.subject == row.model { String::new() } else { cut(&row.subject) };
            let line = format!("  {:name$}  {:before$}  {after:model$}  ", row.object, cut(&row.before));
            let line = if subject.is_empty() { line.trim_end().to_owned() } else { line + &paint.red(&subject) };
            let _ = writeln!(text, "{line}");
        }
        if self.left_out > 0 {
            let _ = writeln!(text, "  and {} more", self.left_out);
        }
        let _ = writeln!(text, "{}", paint.dim("  (counts: external+internal~weak; - is gone or not there yet)"));
    }
}

fn left_out(text: &mut String, numbers: std::ops::Range<usize>, paint: Paint) {
    if !numbers.is_empty() {
        let _ = writeln!(text, "{}", paint.dim(&format!("        .. {} lines", numbers.len())));
    }
}

fn cut(cell: &str) -> String {
    match cell.char_indices().nth(WIDEST) {
        Some(_) => cell.chars().take(WIDEST - 2).collect::<String>() + "..",
        None => cell.to_owned(),
    }
}
