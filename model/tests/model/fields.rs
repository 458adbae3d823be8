//! Fields whose names are no words: in quotes in a trace, not in bytes, and a word of their own for who knows only words.

use heapproof_model::{Field, Program};

fn error(text: &str) -> String {
    text.parse::<Program>().unwrap_err().to_string()
}

#[test]
fn a_field_that_is_no_word_stands_in_quotes_and_one_that_is_does_not() {
    let text = "heapproof trace 1\na = table\na.\"on click\" = a\nb = a.\"0\"\nremove a.\"\"\nexpect a.\"a.b\" = nil\n\
                transfer a.\"=\\\"\" = a\non a: self.\"# log\" = \" # log 2\"  # log 3 it\na.\"q\\\\\\n\"\n";
    let program: Program = text.parse().unwrap();
    assert_eq!(program.to_string(), text);
    assert_eq!(program.note(6), Some("3 it"), "what stands in quotes is no note");
    assert_eq!("a.\"x\"\na.\"nil\" = 1".parse::<Program>().unwrap().to_string(), "heapproof trace 1\na.x\na.nil = 1\n");
}

#[test]
fn what_is_no_name_of_a_field_is_told_with_what_would_be_right() {
    let wanted = "what is no word stands in quotes, like `\"0\"`";
    assert_eq!(error("a = table\n  a.0 = 1"), format!("2:5: expected a field's name, found `0`; {wanted}"));
    assert!(error("a.*x").ends_with("found `*`; what is no word stands in quotes, like `\"on click\"`"));
    assert_eq!(error("a.\"on"), "1:3: expected a closing \", found the end of the line");
    assert_eq!(error("a.'on' = 1"), "1:3: expected one character between the quotes, like 'c'");
    assert!(error("a.\"\\x\" = 1").starts_with("1:3: expected one of the escapes \\n "));
    let most = "é ".repeat(85);
    assert!(format!("a.\"{most}\" = 1").parse::<Program>().is_ok());
    assert_eq!(error(&format!("a.\"{most}x\" = 1")), "1:3: a field's name has at most 255 bytes");
    assert_eq!(error(&format!("a.{} = 1", "x".repeat(256))), "1:3: a field's name has at most 255 bytes");
}

#[test]
fn bytes_leave_out_the_lines_of_fields_that_are_no_words() {
    let text = "a = table\nb = remove a.\"0\"\ntake b\na.x = a\non a: transfer self.\"a b\" = a\na.\"y\" = nil";
    let program: Program = text.parse().unwrap();
    let left: Program = "a = table\ntake b\na.x = a\na.y = nil".parse().unwrap();
    assert_eq!(program.in_bytes(), left);
    assert_eq!(Program::decode(&program.encode()), left);
    assert_eq!(Program::identified(&program.identity()), program, "what is told apart is not");
    // A record of a field that is no word means `next`, as before there were such fields.
    let read = [&[1, 0x10, 0x20, 0, 0, 0, 0xff, 3][..], b"a b"].concat();
    assert_eq!(Program::decode(&read), "a = table\na.next".parse().unwrap());
}

#[test]
fn no_two_fields_have_the_same_word() {
    let names = ["x", "on click", "a.b", "0", "", "q", "q_", "q_x", "_", "a_b", "a_5f_b", "größe", "\u{1f600}", "\n"];
    let words: Vec<String> = names.iter().map(|name| Field::new(name).unwrap().to_word().into_owned()).collect();
    for (name, word) in names.iter().zip(&words) {
        assert!(Field::new(word).unwrap().is_word(), "{word}");
        assert_eq!(Field::of_word(word).unwrap().as_str(), *name);
        assert_eq!(words.iter().filter(|other| *other == word).count(), 1);
    }
    for none in ["q_x_", "q__5f", "q_78_", "q_zz_", "a b", "q__5F_"] {
        assert_eq!(Field::of_word(none), None, "{none}");
    }
}
