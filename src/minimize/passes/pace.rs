//! A setting that makes something happen every few operations is made smaller, and as many lines go at the same time:
//! either alone would shift what happens off the line where it shows.

use crate::minimize::search::Search;
use heapproof_model::{Line, Part};

/// How long a program may be.
const MOST_LINES: usize = 16;
/// The largest number that is tried.
const MOST: u32 = 3;

pub(super) fn run(search: &mut Search<'_>) {
    if search.best().len() > MOST_LINES {
        return;
    }
    loop {
        let lines = search.lines();
        let settings = (0..lines.len()).take_while(|at| lines[*at].operation.code().is_setting());
        let candidates = settings.flat_map(|at| faster(&lines, at)).map(|lines| ((), lines));
        if search.first(candidates).is_none() {
            return;
        }
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
