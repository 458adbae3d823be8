//! The lines of the protocol: what the child answers, and what is asked.

use super::Greeting;
use crate::judge::signature::refused_for;
use heapproof_model::{Contents, Counts, Field, Kind, Object, Operation, Refusal, Value};
use std::fmt::Write;

/// A line of the child that answers an operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Died(Object),
    Began(Object),
    Called(Object),
    Took(Vec<Object>),
    Paused,
    Done(Value<Object>),
    Refused(Refusal),
    Skipped,
}

impl Answer {
    pub fn parse(line: &str) -> Option<Answer> {
        let (word, rest) = line.split_once(' ').map_or((line, None), |(word, rest)| (word, Some(rest)));
        let number = || rest?.parse().ok().map(Object);
        Some(match (word, rest) {
            ("done", None) => Answer::Done(Value::Nil),
            ("done", Some(value)) => Answer::Done(value.parse().ok()?),
            // Which reason stands for none does not matter: it is not compared.
            ("refused", None) => Answer::Refused(Refusal::Inapplicable),
            ("refused", Some(reason)) => Answer::Refused(refused_for(&reason.replace('-', "_"))?),
            ("skipped", None) => Answer::Skipped,
            ("died", _) => Answer::Died(number()?),
            ("began", _) => Answer::Began(number()?),
            ("called", _) => Answer::Called(number()?),
            ("took", Some(set)) => {
                Answer::Took(set.split(' ').map(|number| number.parse().map(Object)).collect::<Result<_, _>>().ok()?)
            }
            ("paused", None) => Answer::Paused,
            _ => return None,
        })
    }
}

/// Writes the command that carries out an operation.
pub(super) fn command(operation: &Operation<Object>, out: &mut String) {
    // Lines of user code stay with the parent. Writing to a string can't fail.
    let _ = match operation {
        Operation::On { object: Some(object), .. } | Operation::Inherit { object: Some(object), .. } => {
            writeln!(out, "on #{}", object.0)
        }
        Operation::On { object: None, .. } | Operation::Inherit { object: None, .. } => writeln!(out, "on nil"),
        Operation::When { weak: Some(weak), .. } => writeln!(out, "when #{}", weak.0),
        Operation::When { weak: None, .. } => writeln!(out, "when nil"),
        other => writeln!(out, "{}", with_words(other)),
    };
}

/// A call with a word for its field, since children know only those. What is called and its object stand before the field, so
/// it is the first place that reads so.
fn with_words(operation: &Operation<Object>) -> String {
    let call = operation.to_string();
    match operation.field().map(|field| (field.to_string(), field.to_word())) {
        Some((field, word)) if field != word => call.replacen(&format!(".{field}"), &format!(".{word}"), 1),
        _ => call,
    }
}

/// What a look shows of an object.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Seen {
    pub contents: Contents,
    pub counts: Counts,
    pub strong: u64,
}

impl Seen {
    /// Parses a line of a look, as the greeting promises it.
    pub fn parse(line: &str, greeting: &Greeting) -> Option<(Object, Seen)> {
        let mut words = Words(line);
        let object = Object(words.next()?.parse().ok()?);
        let mut seen = Seen::default();
        let mut items: Vec<&str> = words.collect();
        let counts = match items.iter().position(|item| *item == "|") {
            Some(at) => items.split_off(at).split_off(1),
            None => Vec::new(),
        };
        match (greeting.counts, greeting.strong, &*counts) {
            (true, _, [external, internal, weak]) => {
                let number = |text: &&str| text.parse().ok();
                seen.counts = Counts { external: number(external)?, internal: number(internal)?, weak: number(weak)? };
                seen.strong = u64::from(seen.counts.external) + u64::from(seen.counts.internal);
            }
            (false, true, [strong]) => seen.strong = strong.parse().ok()?,
            (false, false, []) => {}
            _ => return None,
        }
        if greeting.contents {
            seen.contents = contents(&items)?;
        }
        Some((object, seen))
    }
}

fn contents(items: &[&str]) -> Option<Contents> {
    let (word, items) = items.split_first()?;
    let kind = *Kind::ALL.iter().find(|kind| kind.word() == *word)?;
    let mut contents = Contents { kind, ..Contents::default() };
    let value = |item: &&str| item.parse::<Value<Object>>().ok();
    match kind {
        Kind::Table => {
            for item in items {
                let (field, written) = item.split_once('=')?;
                contents.fields.push(Field::of_word(field)?);
                contents.values.push(value(&written)?);
            }
        }
        Kind::Closure => {
            let (function, captures) = items.split_first()?;
            contents.function = function.parse().ok()?;
            contents.values = captures.iter().map(value).collect::<Option<_>>()?;
        }
        Kind::Weak => match (items, value(items.first()?)?) {
            ([_], Value::Nil) => {}
            ([_], Value::Reference(target)) => contents.target = Some(target),
            ([_, kept], key @ (Value::Nil | Value::Reference(_))) => {
                (contents.target, contents.values) = (key.reference(), vec![value(kept)?]);
            }
            _ => return None,
        },
        Kind::Box | Kind::Scalar if items.len() != 1 => return None,
        Kind::Box | Kind::Scalar | Kind::Array => contents.values = items.iter().map(value).collect::<Option<_>>()?,
    }
    Some(contents)
}

/// Cuts a line at its spaces that don't stand in quotes.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (mut quote, mut escaped) = (None, false);
        let end = self.0.find(|c: char| {
            match (quote, c) {
                _ if escaped => escaped = false,
                (Some(_), '\\') => escaped = true,
                (Some(open), _) if open == c => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (None, ' ') => return true,
                _ => {}
            }
            false
        });
        let (word, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.strip_prefix(' ').unwrap_or(rest);
        (!word.is_empty()).then_some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Seen, command};
    use crate::subjects::process::Greeting;
    use heapproof_model::{Field, Kind, Object, Operation, Refusal, Value};

    #[test]
    fn an_answer_is_a_word_and_what_it_is_about() {
        assert_eq!(Answer::parse("done"), Some(Answer::Done(Value::Nil)));
        assert_eq!(Answer::parse("done #7"), Some(Answer::Done(Value::Reference(Object(7)))));
        assert_eq!(Answer::parse("done \"a b\""), Some(Answer::Done(Value::Text("a b".into()))));
        assert_eq!(Answer::parse("refused stale-value"), Some(Answer::Refused(Refusal::StaleValue)));
        assert_eq!(Answer::parse("took 1 2"), Some(Answer::Took(vec![Object(1), Object(2)])));
        for wrong in ["", "Done", "done ", "done #", "done 1 2", "died", "died x", "died 5 6", "refused so", "done\t"] {
            assert_eq!(Answer::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_command_names_objects_by_their_numbers() {
        let mut out = String::new();
        let field = Field::new("x").unwrap();
        command(
            &Operation::WriteField { object: Some(Object(70_000)), field, value: Value::Reference(Object(7)) },
            &mut out,
        );
        command(&Operation::Array { values: Vec::new() }, &mut out);
        command(&Operation::Temp { allocation: Box::new(Operation::Box { value: Value::Nil }) }, &mut out);
        assert_eq!(out, "#70000.x = #7\narray\ntemp box nil\n");
    }

    #[test]
    fn a_child_is_told_of_fields_by_words_and_tells_of_them_so() {
        let both = Greeting { contents: true, ..Greeting::default() };
        for (name, word) in [("on click", "q_on_20_click"), ("q_x", "q_q_5f_x"), ("", "q_"), ("x", "x")] {
            let mut out = String::new();
            let field = Field::new(name).unwrap();
            // A value that reads as the field does stays what it is.
            let text = format!("#1.{field}");
            let written = format!("#1.{word} = {text:?}\n");
            let value = Value::Text(text.into());
            command(&Operation::WriteField { object: Some(Object(1)), field, value }, &mut out);
            assert_eq!(out, written);
            let (_, seen) = Seen::parse(&format!("1 table {word}=1"), &both).unwrap();
            assert_eq!(seen.contents.fields[0].as_str(), name);
        }
        assert_eq!(Seen::parse("1 table q_g_=1", &both), None, "no field has that word");
    }

    #[test]
    fn a_look_shows_what_the_greeting_promises() {
        let both = Greeting { contents: true, counts: true, ..Greeting::default() };
        let (object, seen) = Seen::parse("4 table x=\"a | b\" y=#3 | 1 2 0", &both).unwrap();
        assert_eq!((object, seen.strong, seen.contents.values.len()), (Object(4), 3, 2));
        let (_, seen) = Seen::parse("4 weak #1 | 1 0 0", &both).unwrap();
        assert_eq!((seen.contents.kind, seen.contents.target), (Kind::Weak, Some(Object(1))));
        for wrong in
            ["4 table", "4 table | 1 2", "4 box | 1 2 0", "x table | 1 0 0", "4 heap | 1 0 0", "4 table x | 1 0 0"]
        {
            assert_eq!(Seen::parse(wrong, &both), None, "{wrong}");
        }
        let none = Greeting::default();
        assert!(Seen::parse("4", &none).is_some() && Seen::parse("4 | 1", &none).is_none());
    }
}
