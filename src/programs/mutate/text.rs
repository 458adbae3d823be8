//! Mutates traces as text. The result may be no trace: a parser must also be right about texts that are wrong.

use heapproof_model::{Code, Program};
use rand::{Rng, RngExt};

/// What a trace is made of besides the words of its operations.
const WORDS: &[&str] = &[
    "=",
    ".",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ":",
    "*",
    "#",
    "'c'",
    "'\\u{1f600}'",
    "\"text\"",
    "\"\\n",
    "\"",
    "'",
    "\\",
    "a",
    "b",
    "self",
    "nil",
    "true",
    "false",
    "5",
    "-5",
    "1.5",
    "-inf",
    "nan",
    "1e400",
    "4294967296",
    "99999999999999999999",
    "on",
    "off",
    "on a:",
    "a = ",
    "heapproof trace 1",
    "heapproof trace 2",
    "\r\n",
    "\n",
    "\u{feff}",
    "\u{a0}",
    "\u{e9}",
];

/// Changes the text as a program if it parses as one, and word by word otherwise.
pub(super) fn mutate(input: &[u8], rng: &mut dyn Rng, most_lines: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(input);
    if let Ok(program) = text.parse::<Program>()
        && rng.random_bool(0.5)
    {
        return super::mutate(&program, rng, most_lines).to_string().into_bytes();
    }
    let mut lines: Vec<String> = text.split('\n').take(most_lines).map(str::to_owned).collect();
    let at = rng.random_range(0..lines.len());
    match rng.random_range(0..8) {
        0 => lines.swap_remove(at).clear(),
        1 => lines.insert(at, lines[at].clone()),
        2 => {
            let to = rng.random_range(0..lines.len());
            lines.swap(at, to);
        }
        3 => lines.insert(at, line(rng)),
        _ => change_word(&mut lines[at], rng),
    }
    lines.join("\n").into_bytes()
}

/// Lines of both, in their order.
pub(super) fn cross(first: &[u8], second: &[u8], rng: &mut dyn Rng, most_lines: usize) -> Vec<u8> {
    let (first, second) = (String::from_utf8_lossy(first), String::from_utf8_lossy(second));
    if let (Ok(first), Ok(second)) = (first.parse(), second.parse())
        && rng.random_bool(0.5)
    {
        return super::cross(&first, &second, rng, most_lines).to_string().into_bytes();
    }
    let (first, second): (Vec<&str>, Vec<&str>) = (first.split('\n').collect(), second.split('\n').collect());
    let head = &first[..rng.random_range(0..=first.len())];
    let tail = &second[rng.random_range(0..=second.len())..];
    head.iter().chain(tail).take(most_lines).copied().collect::<Vec<_>>().join("\n").into_bytes()
}

/// A line of some operation, with random words for its operands.
fn line(rng: &mut dyn Rng) -> String {
    let form = Code::ALL[rng.random_range(0..Code::ALL.len())].text();
    let line: String = form.split_inclusive('$').map(|part| part.replace('$', &word(rng))).collect();
    if rng.random_bool(0.5) { format!("{} = {line}", word(rng)) } else { line }
}

fn word(rng: &mut dyn Rng) -> String {
    if rng.random_bool(0.7) {
        return WORDS[rng.random_range(0..WORDS.len())].to_owned();
    }
    let form = Code::ALL[rng.random_range(0..Code::ALL.len())].text();
    form.split(' ').next().unwrap_or_default().to_owned()
}

/// Leaves out, doubles, inserts or replaces a word, or cuts the line.
fn change_word(line: &mut String, rng: &mut dyn Rng) {
    let edges: Vec<usize> = edges(line);
    let start = edges[rng.random_range(0..edges.len())];
    let end = edges.iter().copied().find(|edge| *edge > start).unwrap_or(start);
    let old = line[start..end].to_owned();
    match rng.random_range(0..6) {
        0 => line.replace_range(start..end, ""),
        1 => line.insert_str(start, &old),
        2 => line.insert_str(start, &word(rng)),
        3 => line.truncate(start),
        _ => line.replace_range(start..end, &word(rng)),
    }
}

/// Where words begin or end, the line's own ends included.
fn edges(line: &str) -> Vec<usize> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut edges = vec![0];
    let mut before = None;
    for (at, character) in line.char_indices() {
        if before.is_some_and(|before| !(is_word(before) && is_word(character))) {
            edges.push(at);
        }
        before = Some(character);
    }
    edges.push(line.len());
    edges
}
