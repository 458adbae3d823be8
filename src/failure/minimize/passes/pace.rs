//! Makes smaller a setting by which something happens every few operations, and leaves out as many lines at the same
//! time. Either alone would move the event away from the line where it shows. A program may still be long only because
//! checks are rare by default; so this pass also sets frequent checks. Debt becomes a short interval, which is simpler, where that does.

use super::related::last_lines;
use crate::failure::minimize::search::Search;
use heapproof_model::{Line, Name, Operation, Part};

/// The longest program for which settings are made smaller one by one. A longer one is only tried with frequent checks.
const MOST_LINES: usize = 16;
/// The largest number that is tried.
const MOST: u32 = 3;
/// How many of the last lines of a long program are tried with frequent checks.
const LAST: [usize; 4] = [2, 4, 8, 16];

pub(super) fn run(search: &mut Search<'_>) {
    if search.best().len() > MOST_LINES {
        let lines = search.lines();
        search.first(with_frequent_checks(&lines).into_iter().map(|lines| ((), lines)));
        return;
    }
    loop {
        let lines = search.lines();
        let settings = (0..lines.len()).take_while(|at| lines[*at].operation.code().is_setting());
        let candidates = settings.flat_map(|at| [by_interval(&lines, at), faster(&lines, at)].concat());
        let candidates = candidates.map(|lines| ((), lines));
        if search.first(candidates).is_none() {
            return;
        }
    }
}

/// A short interval instead of debt.
fn by_interval(lines: &[Line], at: usize) -> Vec<Vec<Line>> {
    let replaced = |operations| {
        let mut lines = lines.to_vec();
        lines[at].operation = Operation::SetInterval { operations };
        lines
    };
    match lines[at].operation {
        Operation::SetDebt { .. } => (1..=MOST).map(replaced).collect(),
        _ => Vec::new(),
    }
}

fn faster(lines: &[Line], at: usize) -> Vec<Vec<Line>> {
    let mut programs = Vec::new();
    let places = lines[at].clone().operation.parts().len();
    for (place, to) in (0..places).flat_map(|place| (1..=MOST).map(move |to| (place, to))) {
        let mut lines = lines.to_vec();
        let Some(Part::Number(number)) = lines[at].operation.parts().into_iter().nth(place) else { continue };
        let Some(fewer) = number.checked_sub(to).filter(|fewer| *fewer > 0) else { continue };
        *number = to;
        let (fewer, first) = (fewer as usize, at + 1);
        for start in first..=lines.len().saturating_sub(fewer).max(first) {
            let end = (start + fewer).min(lines.len());
            programs.push(lines[..start].iter().chain(&lines[end..]).cloned().collect());
        }
    }
    programs
}

/// The last lines and those that bind their names, with a check at every operation or every few.
fn with_frequent_checks(lines: &[Line]) -> Vec<Vec<Line>> {
    let names: Vec<Vec<Name>> = lines.iter().map(Line::names).collect();
    let set = |operation| Line { bind: None, operation };
    let mut programs = Vec::new();
    for last in LAST.into_iter().filter(|last| *last < lines.len() / 2) {
        let kept = last_lines(&names, lines, lines.len() - last..lines.len());
        let kept = kept.into_iter().map(|at| lines[at].clone());
        let kept: Vec<Line> = kept.filter(|line| !line.operation.code().paces_checks()).collect();
        for operations in 1..=MOST {
            let frequent = [
                set(Operation::SetInterval { operations }),
                set(Operation::SetBounds { least: 1, greatest: operations }),
            ];
            programs.extend([&frequent[..1], &frequent].map(|settings| [settings, &kept].concat()));
        }
    }
    programs
}
