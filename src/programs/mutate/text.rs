//! Mutates traces as text. The result may be no trace: a parser must also be right about texts that are wrong.

use super::shrink::shrunk;
use heapproof_model::text::HEADER;
use heapproof_model::{Code, Program};
use rand::seq::IndexedRandom;
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
pub(super) fn mutate(input: &[u8], rng: &mut dyn Rng, most_lines: usize, most: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(input);
    if let Ok(program) = text.parse::<Program>()
        && rng.random_bool(0.5)
    {
        return fitting(lines(&super::mutate(&program, rng, most_lines).to_string()), rng, most);
    }
    let mut lines: Vec<String> = lines(&text).into_iter().take(most_lines).collect();
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
    fitting(lines, rng, most)
}

/// Shrinks the text as a program if it parses as one; otherwise lines, a word or a character are left out.
pub(super) fn shrink(input: &[u8], rng: &mut dyn Rng, most: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(input);
    if let Ok(program) = text.parse::<Program>()
        && rng.random_bool(0.5)
    {
        let printed = |program: &Program| match text.contains(HEADER) {
            true => program.to_string(),
            false => program.to_string().replacen(HEADER, "", 1).trim_start().to_owned(),
        };
        let smaller = shrunk(&program, rng, &|program| printed(program).len() <= most);
        return fitting(lines(&printed(&smaller)), rng, most);
    }
    let mut lines = lines(&text);
    let at = rng.random_range(0..lines.len());
    match rng.random_range(0..8) {
        0..3 => drop(lines.remove(at)),
        3 => drop(lines.drain(at..rng.random_range(at..=lines.len()))),
        4 => {
            let characters: Vec<(usize, char)> = lines[at].char_indices().collect();
            if let Some((start, _)) = characters.choose(rng) {
                lines[at].remove(*start);
            }
        }
        _ => {
            let (start, end) = any_word(&lines[at], rng);
            lines[at].replace_range(start..end, "");
        }
    }
    fitting(lines, rng, most)
}

/// Lines of both, in their order.
pub(super) fn cross(first: &[u8], second: &[u8], rng: &mut dyn Rng, most_lines: usize, most: usize) -> Vec<u8> {
    let (first, second) = (String::from_utf8_lossy(first), String::from_utf8_lossy(second));
    if let (Ok(first), Ok(second)) = (first.parse(), second.parse())
        && rng.random_bool(0.5)
    {
        return fitting(lines(&super::cross(&first, &second, rng, most_lines).to_string()), rng, most);
    }
    let (first, second) = (lines(&first), lines(&second));
    let head = &first[..rng.random_range(0..=first.len())];
    let tail = &second[rng.random_range(0..=second.len())..];
    fitting(head.iter().chain(tail).take(most_lines).cloned().collect(), rng, most)
}

/// At least one, which may be empty.
fn lines(text: &str) -> Vec<String> {
    text.split('\n').map(str::to_owned).collect()
}

/// The lines in at most that many bytes. Of a longer text lines are left out, anywhere; of a longer line its last words.
fn fitting(mut lines: Vec<String>, rng: &mut dyn Rng, most: usize) -> Vec<u8> {
    let mut size: usize = lines.iter().map(|line| line.len() + 1).sum();
    while lines.len() > 1 && size > most + 1 {
        size -= lines.remove(rng.random_range(0..lines.len())).len() + 1;
    }
    if let [line] = &mut lines[..] {
        let end = edges(line).into_iter().rfind(|edge| *edge <= most);
        line.truncate(end.unwrap_or(0));
    }
    lines.join("\n").into_bytes()
}

/// A line of some operation, with random words for its operands.
fn line(rng: &mut dyn Rng) -> String {
    let form = Code::EVERY[rng.random_range(0..Code::EVERY.len())].text();
    let line: String = form.split_inclusive('$').map(|part| part.replace('$', &word(rng))).collect();
    if rng.random_bool(0.5) { format!("{} = {line}", word(rng)) } else { line }
}

fn word(rng: &mut dyn Rng) -> String {
    if rng.random_bool(0.7) {
        return WORDS[rng.random_range(0..WORDS.len())].to_owned();
    }
    let form = Code::EVERY[rng.random_range(0..Code::EVERY.len())].text();
    form.split(' ').next().unwrap_or_default().to_owned()
}

/// Leaves out, doubles, inserts or replaces a word, or cuts the line.
fn change_word(line: &mut String, rng: &mut dyn Rng) {
    let (start, end) = any_word(line, rng);
    let old = line[start..end].to_owned();
    match rng.random_range(0..6) {
        0 => line.replace_range(start..end, ""),
        1 => line.insert_str(start, &old),
        2 => line.insert_str(start, &word(rng)),
        3 => line.truncate(start),
        _ => line.replace_range(start..end, &word(rng)),
    }
}

/// Where a word begins and ends, or both at the end of the line.
fn any_word(line: &str, rng: &mut dyn Rng) -> (usize, usize) {
    let edges = edges(line);
    let start = edges[rng.random_range(0..edges.len())];
    (start, edges.into_iter().find(|edge| *edge > start).unwrap_or(start))
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
