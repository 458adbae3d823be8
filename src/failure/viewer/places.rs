//! Places of objects: each object keeps one place as long as it lives.
//!
//! The layout is that of the union of the graphs of all steps, so that nothing moves from one step to the next. A crate
//! finds layers and their order by Sugiyama's method (1981). Where there are many objects, few live at once. Then a new
//! object gets the place of one that is gone, as in the slots of a heap.

use crate::failure::explain::history::{History, Which};
use crate::failure::explain::state::Look;
use crate::judge::panics;
use heapproof_model::Object;
use rust_sugiyama::configure::{Config, RankingType};
use std::collections::{BTreeMap, BTreeSet};

/// The width of an object.
pub const WIDTH: f64 = 158.0;

/// The height of an object.
pub const HEIGHT: f64 = 76.0;

/// The space between objects.
const SPACE: f64 = 46.0;

/// The space around the picture.
const MARGIN: f64 = 24.0;

/// Up to so many objects, each keeps a place of its own for the whole run.
const OWN: usize = 48;

/// The most places; more can't be read.
const MOST: usize = 120;

/// The places of a history's objects.
#[derive(Debug, Default)]
pub struct Places {
    /// The centre of each object that is drawn.
    pub of: BTreeMap<Object, (f64, f64)>,
    /// The width of the picture.
    pub width: f64,
    /// The height of the picture.
    pub height: f64,
    /// How many objects have no place.
    pub left_out: usize,
}

impl Places {
    /// Places for all objects of a history, as far as they can be drawn.
    pub fn of(history: &History) -> Places {
        let numbers = numbers(history);
        let places = numbers.values().max().map_or(0, |last: &usize| last + 1);
        let edges = edges(history, &numbers);
        let found = laid_out(places, &edges);
        let (width, height) = extent(&found);
        let of: BTreeMap<Object, (f64, f64)> =
            numbers.iter().filter_map(|(object, place)| Some((*object, *found.get(*place)?))).collect();
        let left_out = history.objects.saturating_sub(of.len());
        let (width, height) = (width + WIDTH / 2.0 + MARGIN + SPACE, height + HEIGHT / 2.0 + MARGIN);
        Places { of, width, height, left_out }
    }
}

/// Places in layers. Where layers would be too wide or too high to read, in rows.
fn laid_out(places: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<(f64, f64)> {
    let rows = grid(places);
    if places > OWN {
        return rows;
    }
    let area = |found: &[(f64, f64)]| {
        let (width, height) = extent(found);
        (width + WIDTH) * (height + HEIGHT)
    };
    let layers = panics::catch(|| layers(places, edges)).ok();
    layers.filter(|layers| area(layers) <= 4.0 * area(&rows)).unwrap_or(rows)
}

fn extent(found: &[(f64, f64)]) -> (f64, f64) {
    found.iter().fold((0.0, 0.0), |(width, height), (x, y)| (x.max(width), y.max(height)))
}

/// The number of each object's place.
fn numbers(history: &History) -> BTreeMap<Object, usize> {
    let share = history.objects > OWN;
    let (mut numbers, mut free, mut next) = (BTreeMap::new(), BTreeSet::new(), 0);
    let mut living: [BTreeSet<Object>; 2] = Default::default();
    for moment in &history.moments {
        let mut gone = BTreeSet::new();
        for (which, living) in [Which::Model, Which::Subject].into_iter().zip(&mut living) {
            for (object, look) in &moment.side(which).changes {
                if look.is_none() {
                    living.remove(object);
                    gone.insert(*object);
                    continue;
                }
                living.insert(*object);
                numbers.entry(*object).or_insert_with(|| {
                    free.pop_first().unwrap_or_else(|| {
                        next += 1;
                        next - 1
                    })
                });
            }
        }
        // An object that died is still shown at this step. Its place is free when it is gone on both sides.
        gone.retain(|object| share && living.iter().all(|living| !living.contains(object)));
        free.extend(gone.iter().filter_map(|object| numbers.get(object)));
    }
    numbers.retain(|_, place| *place < MOST);
    numbers
}

/// The references between places, at any step.
fn edges(history: &History, numbers: &BTreeMap<Object, usize>) -> BTreeSet<(usize, usize)> {
    let sides = history.moments.iter().flat_map(|moment| moment.model.changes.iter().chain(&moment.subject.changes));
    let looks = sides.filter_map(|(object, look)| Some((numbers.get(object)?, look.as_deref()?)));
    let references = looks.flat_map(|(from, look): (_, &Look)| {
        look.references().filter_map(move |(_, to, _)| Some((*from, *numbers.get(&to)?)))
    });
    references.filter(|(from, to)| from != to).collect()
}

/// Places in layers, with the connected parts side by side.
fn layers(places: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<(f64, f64)> {
    let vertices: Vec<(u32, (f64, f64))> = (0..places).map(|place| (place as u32, (WIDTH, HEIGHT))).collect();
    let edges: Vec<(u32, u32)> = edges.iter().map(|(from, to)| (*from as u32, *to as u32)).collect();
    // The crate's default, which makes edges short, may never return.
    let config = Config { ranking_type: RankingType::Down, vertex_spacing: SPACE, ..Config::default() };
    let mut parts: Vec<Vec<(usize, (f64, f64))>> =
        rust_sugiyama::from_vertices_and_edges(&vertices, &edges, &config).into_iter().map(|(part, ..)| part).collect();
    parts.sort_by_key(|part| part.iter().map(|(place, _)| *place).min());
    beside(places, &parts)
}

/// Arranges parts of a picture from left to right and in rows, so that it is about as high as it is wide.
fn beside(places: usize, parts: &[Vec<(usize, (f64, f64))>]) -> Vec<(f64, f64)> {
    let mut found = grid(places);
    let widest = ((places as f64).sqrt().ceil() * (WIDTH + SPACE)).max(4.0 * (WIDTH + SPACE)) + 1.0;
    let (mut left, mut top, mut row) = (0.0, 0.0, 0.0_f64);
    for part in parts {
        let low = |of: fn(&(f64, f64)) -> f64| part.iter().map(|(_, at)| of(at)).fold(f64::INFINITY, f64::min);
        let high = |of: fn(&(f64, f64)) -> f64| part.iter().map(|(_, at)| of(at)).fold(f64::NEG_INFINITY, f64::max);
        let (x, y) = (low(|at| at.0), low(|at| at.1));
        let (width, height) = (high(|at| at.0) - x + WIDTH + SPACE, high(|at| at.1) - y + HEIGHT + SPACE);
        if left > 0.0 && left + width > widest {
            (left, top, row) = (0.0, top + row, 0.0);
        }
        for (place, at) in part {
            if let Some(found) = found.get_mut(*place) {
                *found = (left + at.0 - x + WIDTH / 2.0 + MARGIN, top + at.1 - y + HEIGHT / 2.0 + MARGIN);
            }
        }
        left += width;
        row = row.max(height);
    }
    found
}

/// Places in rows, where the crate finds no layers.
fn grid(places: usize) -> Vec<(f64, f64)> {
    let columns = (places as f64).sqrt().ceil().max(1.0) as usize;
    let at = |index: usize, size: f64| (index as f64) * (size + SPACE) + size / 2.0 + MARGIN;
    (0..places).map(|place| (at(place % columns, WIDTH), at(place / columns, HEIGHT))).collect()
}
