//! Parts that passes add to programs: slices, and lines on given objects.

use heapproof_model::{Line, Name, Operation, Program};

/// The lines of a program.
pub(super) fn parsed(text: &str) -> Option<Vec<Line>> {
    text.parse::<Program>().ok().map(|program| program.lines().to_vec())
}

pub(super) fn is_slice(line: &Line) -> bool {
    matches!(line.operation, Operation::CollectSlice { .. } | Operation::DetectSlice { .. })
}

/// Slices like that one, with those budgets.
pub(super) fn slices(one: &Line, budgets: &[u32]) -> Vec<Line> {
    let with = |budget: &u32| {
        let mut line = one.clone();
        if let Operation::CollectSlice { objects } | Operation::DetectSlice { objects } = &mut line.operation {
            *objects = *budget;
        }
        line
    };
    budgets.iter().map(with).collect()
}

/// Those lines on the objects of a state: their names become its objects in order from the first, or from the last. Nothing
/// where it has no object.
pub(super) fn on_objects_of(state: &[Line], lines: &[Line]) -> Vec<Vec<Line>> {
    let objects: Vec<Name> = state.iter().filter_map(|line| line.bind).collect();
    let bound: Vec<Name> = lines.iter().flat_map(Line::bound).collect();
    let mut free: Vec<Name> = lines.iter().flat_map(Line::names).filter(|name| *name != Name::SELF).collect();
    free.retain(|name| !bound.contains(name));
    free.sort_unstable();
    free.dedup();
    if objects.is_empty() && !free.is_empty() {
        return Vec::new();
    }
    let onto = |place: &dyn Fn(usize) -> usize| {
        let mut lines = lines.to_vec();
        for line in &mut lines {
            line.rename(&mut |name| {
                if let Some(at) = free.iter().position(|other| other == name) {
                    *name = objects[place(at) % objects.len()];
                } else if *name != Name::SELF {
                    *name = Name(name.0 + objects.len() as u32);
                }
            });
        }
        lines
    };
    let mut each = vec![onto(&|at| at), onto(&|at| objects.len() - 1 - at % objects.len())];
    each.dedup();
    each
}
