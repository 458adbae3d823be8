//! Finds a text in a source and replaces it, independent of rustfmt's line breaks.
//!
//! White space counts only between two words. So a text is still found after its source is indented or wrapped in another
//! way.

use std::fmt;

/// Why a text can't be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// The source does not contain it.
    Missing {
        /// The first line of the most similar text, from 1.
        line: usize,
        /// The most similar text.
        nearest: String,
    },
    /// The source contains it more than once.
    Several {
        /// The lines where it begins, from 1.
        lines: Vec<usize>,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Missing { line, nearest } => {
                write!(out, "the text is not there; the nearest is in line {line}:\n{nearest}")
            }
            Mismatch::Several { lines } => write!(out, "the text is there {} times, in lines {lines:?}", lines.len()),
        }
    }
}

impl std::error::Error for Mismatch {}

/// Replaces `find` in the source. An error if it is there never, or more than once.
pub(crate) fn replace(source: &str, find: &str, replacement: &str) -> Result<String, Mismatch> {
    let (text, wanted) = (significant(source), significant(find));
    let fits = |window: &&[(usize, char)]| window.iter().zip(&wanted).all(|(have, want)| have.1 == want.1);
    let mut places = text.windows(wanted.len().max(1)).filter(fits).filter_map(|window| {
        let (first, last) = (window.first()?, window.last()?);
        Some(first.0..last.0 + last.1.len_utf8())
    });
    let Some(place) = places.next() else {
        let (line, nearest) = nearest(source, find);
        return Err(Mismatch::Missing { line, nearest });
    };
    let mut lines: Vec<usize> = places.map(|place| line_of(source, place.start)).collect();
    if !lines.is_empty() {
        lines.insert(0, line_of(source, place.start));
        return Err(Mismatch::Several { lines });
    }
    Ok([&source[..place.start], replacement.trim(), &source[place.end..]].concat())
}

/// Whether two texts differ by more than white space.
pub(crate) fn differ(one: &str, two: &str) -> bool {
    let characters = |text| significant(text).into_iter().map(|(_, character)| character);
    !characters(one).eq(characters(two))
}

/// The characters that count, with their positions. White space between two words becomes one space.
fn significant(text: &str) -> Vec<(usize, char)> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut kept: Vec<(usize, char)> = Vec::new();
    let mut gap = None;
    for (at, character) in text.char_indices() {
        if character.is_whitespace() {
            gap = Some(at);
            continue;
        }
        let after_word = kept.last().is_some_and(|(_, last)| is_word(*last));
        if let Some(gap) = gap.take()
            && after_word
            && is_word(character)
        {
            kept.push((gap, ' '));
        }
        kept.push((at, character));
    }
    kept
}

fn line_of(source: &str, at: usize) -> usize {
    source[..at].matches('\n').count() + 1
}

/// The lines of the source that are most similar to the text, as many as it has, and the number of the first.
fn nearest(source: &str, find: &str) -> (usize, String) {
    let lines: Vec<&str> = source.lines().collect();
    let height = find.trim().lines().count().clamp(1, lines.len().max(1));
    let windows = lines.windows(height).map(|window| window.join("\n")).enumerate();
    let likeness = |text: &str| strsim::sorensen_dice(text, find);
    let best = windows.max_by(|(_, one), (_, two)| likeness(one).total_cmp(&likeness(two)));
    best.map_or((1, String::new()), |(index, text)| (index + 1, text))
}

#[cfg(test)]
mod tests {
    use super::{Mismatch, differ, replace};

    const SOURCE: &str = "fn free(it: Id) {\n    let old = take(&mut it);\n    release(old);\n}\n";

    #[test]
    fn a_text_is_replaced_as_it_stands() {
        let edited = replace(SOURCE, "release(old);", "retain(old);").unwrap();
        assert_eq!(edited, "fn free(it: Id) {\n    let old = take(&mut it);\n    retain(old);\n}\n");
    }

    #[test]
    fn a_text_may_be_deleted() {
        assert_eq!(replace("a; b; c;", "b;", "").unwrap(), "a;  c;");
    }

    #[test]
    fn indentation_is_ignored() {
        let edited = replace(SOURCE, "\nlet old = take(&mut it);\n\t\trelease(old);\n", "leak(it);\n").unwrap();
        assert_eq!(edited, "fn free(it: Id) {\n    leak(it);\n}\n");
    }

    #[test]
    fn line_breaks_are_ignored() {
        let wrapped = "let set = members\n    .filter(\n        |it| lives(it)\n    )\n    .collect();";
        assert_eq!(replace(wrapped, "members.filter(|it| lives(it)).collect()", "all").unwrap(), "let set = all;");
        assert_eq!(replace("a.b(c).d()", "a\n  .b(\n  c)\n  .d()", "e").unwrap(), "e");
    }

    #[test]
    fn a_space_that_parts_words_counts() {
        assert!(replace("let mut it;", "letmut", "").is_err());
        assert!(replace("letmut", "let mut", "").is_err());
        assert_eq!(replace("let\n    mut it;", "let mut it", "it").unwrap(), "it;");
    }

    #[test]
    fn a_text_that_is_there_twice_is_refused() {
        let twice = replace("f(1);\ng();\nf( 1 );\n", "f(1);", "f(2);");
        assert_eq!(twice, Err(Mismatch::Several { lines: vec![1, 3] }));
    }

    #[test]
    fn a_text_that_is_missing_is_answered_with_the_nearest() {
        let missing = replace(SOURCE, "release(&old);", "");
        assert_eq!(missing, Err(Mismatch::Missing { line: 3, nearest: "    release(old);".to_owned() }));
        assert_eq!(replace("", "a\nb", ""), Err(Mismatch::Missing { line: 1, nearest: String::new() }));
    }

    #[test]
    fn characters_of_several_bytes_are_kept_whole() {
        assert_eq!(replace("\"ä\" + \"ö\"", "\"ö\"", "\"ü\"").unwrap(), "\"ä\" + \"ü\"");
    }

    #[test]
    fn texts_differ_by_more_than_white_space() {
        assert!(!differ("f(1, 2)", "f(\n    1,\n    2)"));
        assert!(differ("f(1)", "f(2)"));
    }
}
