//! Writes `docs/zoo.md` from what the zoo says and from what is kept of its measurements.

use super::heap::{Bug, Heap};
use super::result::{self, Answer, Hunt, Measured, Run};
use crate::common::workspace::root;
use anyhow::{Context, Result};
use heapproof_model::Dialect;
use heapproof_model::dialect::{CLAUSES, Clause};
use std::fmt::Write;

const HEAD: &str = "# The zoo

<!-- Written by `cargo xtask zoo`; what it says of heaps stands in `zoo/`. -->

Published heaps, each held to the dialect that it was measured to have. [zoo/README.md](../zoo/README.md) says how a heap gets in;
[SPEC 11](../SPEC.md) defines clauses and answers. `cargo xtask zoo --only NAME` installs a heap by the client of its users, in a
folder of its own, and measures it again.
";

const CLAUSES_HEAD: &str = "
## Heaps by clause

What was measured, not what is documented. Before anybody ran a heap, its answers were guessed ([which of the guesses are not
independent](../zoo/README.md#guesses)); **bold** are the heaps of which the guess was wrong. Behind its
name is a trace with which it fails as another answer, the next stricter one if there is one. A heap stands in no row of a clause if it passed as every other answer too, in two seconds of programs each: mostly it has
no operation that would show it. `depth` is not measured.

| clause | answer | heaps |
|---|---|---|
";

const UNSHOWN: &str = "Without are those of heaps whose processes start too slowly to minimise what fails, what crashes or hangs a
heap, and cells with nothing stricter to try that were measured before such traces were kept: `cargo xtask zoo --traces` looks for them.";

const GUESSES_HEAD: &str = "
## Where good guesses were wrong

The one was guessed by the documentation; the other was measured. The trace shows it: held to the guess, the heap fails.

| heap | clause | guessed | measured | held to the guess |
|---|---|---|---|---|
";

const BUGS_HEAD: &str = "
## Known bugs

Is the known bug of a version what `check` reports first? Six runs each, one job, seeds 1 to 6. *Found*: runs in which the
first report is the bug, within 100,000 operations, by a trace at most two lines longer than the shortest that is known; of these are the
medians. A version with two known bugs has a row for each: one of them comes first in a run. Where the
trigger crashes or hangs the heap, only lengths are kept, and the operations of the program that crashed are not counted.

| heap | bug | told in | found | operations (median) | lines (median) | shortest known |
|---|---|---|--:|--:|--:|--:|
";

/// The whole page.
pub(super) fn written(heaps: &[Heap]) -> Result<String> {
    let mut known = Vec::new();
    let mut missing = Vec::new();
    for heap in heaps {
        match result::kept(&heap.name)? {
            Some(measured) => known.push(Known::of(heap, measured)?),
            None => missing.push(heap),
        }
    }
    let mut page = HEAD.to_owned();
    let (buggy, newest): (Vec<&Known<'_>>, Vec<&Known<'_>>) =
        known.iter().partition(|known| !known.heap.bugs.is_empty());
    overview(&mut page, &newest)?;
    by_clause(&mut page, &newest)?;
    guesses(&mut page, &newest)?;
    known_bugs(&mut page, &buggy)?;
    new_bugs(&mut page, &newest)?;
    for known in &newest {
        alone(&mut page, known)?;
    }
    if !missing.is_empty() {
        page += "\n## Not measured yet\n\n";
        for heap in missing {
            writeln!(page, "- {}: {}", heap.name, heap.about)?;
        }
    }
    Ok(page)
}

/// A heap, and what is kept of it.
struct Known<'a> {
    heap: &'a Heap,
    measured: Measured,
    dialect: Dialect,
}

impl Known<'_> {
    fn of(heap: &Heap, measured: Measured) -> Result<Known<'_>> {
        let dialect = measured.dialect.parse();
        let dialect = dialect.with_context(|| format!("the dialect that is kept of {}", heap.name))?;
        Ok(Known { heap, measured, dialect })
    }

    /// Its answer of a clause.
    fn answer(&self, clause: &Clause) -> &'static str {
        clause.answers().get(clause.of(&self.dialect)).map_or("", |(word, _)| word)
    }

    /// How the heap fails that is held to the guess of a clause, if it does: then the guess was wrong.
    fn wrong_guess(&self, clause: &Clause) -> Option<&Answer> {
        let guess = self.heap.guess.get(clause.name)?;
        self.tried(clause).find(|tried| tried.answer == *guess && !tried.passes)
    }

    /// Whether some program shows which answer the heap gives.
    fn is_told(&self, clause: &Clause) -> bool {
        self.tried(clause).any(|tried| !tried.passes)
    }

    /// A trace with which the heap fails as another answer: so it shows the one that it gives.
    fn trace(&self, clause: &Clause) -> Option<String> {
        let stricter = clause.stricter(clause.of(&self.dialect));
        let is_stricter = |answer: &Answer| {
            let number = clause.answers().iter().position(|(word, _)| *word == answer.answer);
            number.is_some_and(|number| stricter.contains(&number))
        };
        let mut failing: Vec<&Answer> = self.tried(clause).filter(|tried| !tried.passes).collect();
        failing.sort_by_key(|answer| !is_stricter(answer));
        let paths = failing
            .iter()
            .map(|answer| format!("corpus/zoo/{}/{}-{}.trace", self.heap.name, clause.name, answer.answer));
        paths.into_iter().find(|path| root().join(path).is_file())
    }

    fn tried(&self, clause: &Clause) -> impl Iterator<Item = &Answer> {
        self.measured.answers.iter().filter(|tried| tried.clause == clause.name)
    }
}

fn overview(page: &mut String, newest: &[&Known<'_>]) -> Result<()> {
    *page +=
        "\n| heap | version | what it is | seconds | programs | operations | result |\n|---|---|---|--:|--:|--:|---|\n";
    for Known { heap, measured, .. } in newest {
        let run = &measured.run;
        let result = run.failure.as_ref().map_or("passes".to_owned(), |failure| format!("fails: {failure}"));
        let Run { seconds, programs, operations, .. } = run;
        let Heap { name, version, about, .. } = heap;
        let anchor = name.replace('.', "");
        writeln!(
            page,
            "| [{name}](#{anchor}) | {version} | {about} | {seconds} | {programs} | {operations} | {result} |"
        )?;
    }
    Ok(())
}

fn by_clause(page: &mut String, newest: &[&Known<'_>]) -> Result<()> {
    *page += CLAUSES_HEAD;
    let (mut cells, mut shown) = (0, 0);
    for clause in CLAUSES {
        for (word, _) in clause.answers() {
            let those = newest.iter().filter(|known| known.answer(clause) == word && known.is_told(clause));
            let names = those.map(|known| {
                let name = known.heap.name.as_str();
                let trace = known.trace(clause);
                (cells, shown) = (cells + 1, shown + usize::from(trace.is_some()));
                let name = trace.map_or(name.to_owned(), |path| format!("[{name}](../{path})"));
                if known.wrong_guess(clause).is_some() { format!("**{name}**") } else { name }
            });
            let names = names.collect::<Vec<String>>().join(", ");
            if !names.is_empty() {
                writeln!(page, "| {} | {word} | {names} |", clause.name)?;
            }
        }
    }
    writeln!(page, "\n{shown} of these {cells} cells have a trace. {UNSHOWN}")?;
    Ok(())
}

fn guesses(page: &mut String, newest: &[&Known<'_>]) -> Result<()> {
    *page += GUESSES_HEAD;
    let mut cells = 0;
    let mut wrong = 0;
    for known in newest {
        for clause in CLAUSES {
            cells += usize::from(known.heap.guess.contains_key(clause.name) && known.is_told(clause));
            let Some(tried) = known.wrong_guess(clause) else { continue };
            wrong += 1;
            let (name, answer, guess) = (&known.heap.name, known.answer(clause), &tried.answer);
            writeln!(page, "| {name} | {} | {guess} | {answer} | {} |", clause.name, fails(name, tried))?;
        }
    }
    writeln!(page, "\n{wrong} of {cells} guesses that a program can judge were wrong.")?;
    Ok(())
}

/// How a heap fails that is held to another answer, and where the trace is.
fn fails(name: &str, Answer { clause, answer, signature, lines, .. }: &Answer) -> String {
    let signature = signature.as_deref().unwrap_or("not always");
    let lines = lines.map_or_else(String::new, |lines| format!(", {lines} lines"));
    let path = format!("corpus/zoo/{name}/{clause}-{answer}.trace");
    match root().join(&path).is_file() {
        true => format!("[{signature}](../{path}){lines}"),
        false => format!("{signature}{lines}"),
    }
}

fn known_bugs(page: &mut String, buggy: &[&Known<'_>]) -> Result<()> {
    *page += BUGS_HEAD;
    for known in buggy {
        for bug in &known.heap.bugs {
            known_bug(page, known, bug)?;
        }
    }
    let is_found = |known: &&&Known<'_>| {
        let finds = |hunt: &&Hunt| known.heap.bugs.iter().any(|bug| hunt.finds(bug));
        known.measured.hunts.iter().filter(finds).count() == known.measured.hunts.len()
    };
    let found = buggy.iter().filter(is_found).count();
    writeln!(page, "\nIn {found} of {} versions the first report of every run is a known bug.", buggy.len())?;
    Ok(())
}

fn known_bug(page: &mut String, Known { heap, measured, .. }: &Known<'_>, bug: &Bug) -> Result<()> {
    let found: Vec<&Hunt> = measured.hunts.iter().filter(|hunt| hunt.finds(bug)).collect();
    let operations = median(found.iter().map(|hunt| hunt.operations));
    let lines = median(found.iter().filter_map(|hunt| hunt.lines.map(|lines| lines as u64)));
    let path = format!("corpus/zoo/{}/{}.trace", heap.name, bug.trace());
    let shortest = match root().join(&path).is_file() {
        true => format!("[{}](../{path})", bug.shortest),
        false => bug.shortest.to_string(),
    };
    let (name, words, told, of, found) = (&heap.name, &bug.words, &bug.told, measured.hunts.len(), found.len());
    writeln!(page, "| {name} | {words} | {told} | {found} of {of} | {operations} | {lines} | {shortest} |")?;
    Ok(())
}

/// The lower median, or `-`.
fn median(numbers: impl Iterator<Item = u64>) -> String {
    let mut sorted: Vec<u64> = numbers.collect();
    sorted.sort_unstable();
    let middle = sorted.len().checked_sub(1).map(|last| sorted[last / 2]);
    middle.map_or("-".to_owned(), |middle| middle.to_string())
}

fn new_bugs(page: &mut String, newest: &[&Known<'_>]) -> Result<()> {
    *page += "\n## Bugs of newest versions\n\n";
    *page +=
        "Each was confirmed by a program on that heap alone. What crashes or hangs is told without its trigger.\n\n";
    for Known { heap, .. } in newest {
        for bug in &heap.new_bugs {
            writeln!(page, "- **{}**: {} Confirmed: {}", heap.name, bug.words, bug.confirmed)?;
        }
    }
    Ok(())
}

/// What there is to say of one heap.
fn alone(page: &mut String, Known { heap, measured, dialect }: &Known<'_>) -> Result<()> {
    let pins: Vec<String> = heap.pins().iter().map(|(name, version)| format!("{name} {version}")).collect();
    writeln!(page, "\n## {}\n\n{}. <{}>. Installed: {}.", heap.name, heap.about, heap.home, pins.join(", "))?;
    if !heap.tests_with.is_empty() {
        writeln!(page, "Its authors test with {}.", heap.tests_with.trim_end_matches('.'))?;
    }
    writeln!(page, "Declares: {dialect}.")?;
    if !heap.without.is_empty() {
        writeln!(page, "Programs leave out: {}.", heap.without.join(", "))?;
    }
    if !measured.run.unchecked.is_empty() {
        writeln!(page, "Not there, or not seen: {}.", measured.run.unchecked.join("; "))?;
    }
    for (clause, words) in &measured.not_told {
        writeln!(page, "No program tells these answers of `{clause}` apart: {}.", words.join(", "))?;
    }
    for (clause, word) in measured.stricter(dialect) {
        let reason = heap.looser.get(clause).map_or("nobody has said why it is not declared", String::as_str);
        writeln!(page, "As `{clause} {word}`, which is stricter, it passed too: {reason}.")?;
    }
    let failing = measured.answers.iter().filter(|answer| !answer.passes).count();
    if !measured.answers.is_empty() {
        writeln!(page, "Held to each of {} other answers, it fails as {failing}.", measured.answers.len())?;
    }
    if let Some(programs) = &measured.programs {
        write!(page, "Of its traces as programs in its own language, {} do as the model says", programs.right)?;
        for (what, those) in [("do not", &programs.wrong), ("can't be spelled", &programs.not_spelled)] {
            if !those.is_empty() {
                write!(page, ", {} {what} ({})", those.len(), those.join(", "))?;
            }
        }
        writeln!(page, ".")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::written;
    use crate::common::workspace::root;
    use crate::zoo::heap;

    #[test]
    fn the_page_is_what_the_command_writes() {
        let page = std::fs::read_to_string(root().join("docs/zoo.md")).unwrap();
        assert_eq!(page, written(&heap::all().unwrap()).unwrap(), "`cargo xtask zoo --page` writes it anew");
    }
}
