//! Blocks of lines that are repeated: they are expanded where a text is read (SPEC 10.22).

use heapproof_model::Program;

fn read(text: &str) -> String {
    let program: Program = text.parse().unwrap();
    program.to_string().lines().skip(1).collect::<Vec<_>>().join("; ")
}

fn error(text: &str) -> String {
    text.parse::<Program>().unwrap_err().to_string()
}

#[test]
fn the_lines_of_a_block_are_there_as_often_as_it_says() {
    assert_eq!(read("a = table\nrepeat 3\ntake a\nend repeat\ndrop a"), "a = table; take a; take a; take a; drop a");
    assert_eq!(read("repeat 2 # twice\n\n  check # log 7\n end  repeat#"), "check  # log 7; check  # log 7");
    assert_eq!(
        read("repeat 2\nrepeat 2\ncheck\nend repeat\ndetect\nend repeat"),
        "check; check; detect; check; check; detect"
    );
    assert_eq!(read("repeat 9\nend repeat"), "");
    assert_eq!(read("set interval 2\nrepeat 2\nset verify 1\nend repeat\ncheck").matches("set").count(), 3);
}

#[test]
fn a_name_that_is_bound_in_a_block_is_another_in_each_round() {
    let text = "a = table\nrepeat 2\nb.x = b\nb = table\non b: c = box a\nend repeat\nb.x = b_1\nb = box nil\nb.y = 1";
    let first = "a = table; b.x = b; b_1 = table; on b_1: c_1 = box a; ";
    let second = "b_1.x = b_1; b_2 = table; on b_2: c_2 = box a; ";
    assert_eq!(read(text), format!("{first}{second}b_2.x = b_1; b = box nil; b.y = 1"));
    assert_eq!(
        read("repeat 1\nrepeat 2\nx = table\nend repeat\ndrop x\nend repeat"),
        "x_1_1 = table; x_1_2 = table; drop x_1_2"
    );
    assert_eq!(error("x_2 = table\nrepeat 2\nx = table\nend repeat"), "3:1: the name `x` is bound twice");
}

#[test]
fn a_line_says_where_it_stands_in_the_text_and_in_which_round() {
    let program: Program = "check\nrepeat 2\n# more\nrepeat 2\ndetect\nend repeat\nend repeat".parse().unwrap();
    let places: Vec<(usize, Vec<u32>)> = (0..program.len())
        .map(|index| program.place(index).map(|place| (place.line(), place.rounds().collect())).unwrap())
        .collect();
    assert_eq!(places, [(1, vec![]), (5, vec![1, 1]), (5, vec![1, 2]), (5, vec![2, 1]), (5, vec![2, 2])]);
    assert_eq!(
        program.to_string().parse::<Program>().unwrap().place(0),
        None,
        "a text without blocks says it by itself"
    );
}

#[test]
fn what_is_wrong_with_a_block_is_told_at_its_place() {
    for (text, wanted) in [
        ("check\nrepeat 2\ncheck", "2:1: this block has no `end repeat`"),
        ("check\n end repeat", "2:2: there is no `repeat` above this `end repeat`"),
        ("repeat\nend repeat", "1:7: expected how often the lines up to `end repeat` are there, as in `repeat 10`"),
        ("repeat 0\nend repeat", "1:8: expected a number from 1 to 4294967295, found `0`"),
        ("repeat x\nend repeat", "1:8: expected a number from 1 to 4294967295, found `x`"),
        ("repeat 2 check", "1:10: what is repeated stands on lines of its own, up to `end repeat`"),
        ("repeat 2\nend repeat 2", "2:12: nothing stands behind `end repeat`"),
        ("repeat 2\nchek\nend repeat", "2:1: no operation begins with `chek`; did you mean `check`?"),
        ("repeat 2\nheapproof trace 1\nend repeat", "2:1: the header is `heapproof trace 1` and stands first"),
        ("repeat 500000\ncheck\nend repeat", ""),
        (
            "check\nrepeat 500001\ncheck\nend repeat",
            "2:8: blocks come to 1000000 lines at most, and with this to 1000002",
        ),
        (
            "repeat 4000000000\nrepeat 4000000000\nrepeat 4000000000\nend repeat\nend repeat\nend repeat",
            "1:8: blocks come to 1000000 lines at most, and with this to 18446744073709551615",
        ),
        (
            &format!("{}{}", "repeat 1\n".repeat(4), "end repeat\n".repeat(4)),
            "4:1: blocks stand at most 3 deep in one another",
        ),
    ] {
        let said = text.parse::<Program>().err().map_or_else(String::new, |error| error.to_string());
        assert_eq!(said, wanted, "{text}");
    }
}

#[test]
fn repeat_can_still_be_a_name() {
    let text = "repeat = table; repeat.x = repeat; take repeat; end";
    assert_eq!(read(&text.replace("; ", "\n")), text);
}
