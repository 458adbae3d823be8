use heapproof_model::{Code, Name, Program};

const EVERYTHING: &str = r#"heapproof trace 1
set interval 3
set bounds 1 8
set capacity 100
set counts 9
set generations 2
set checks off
set budget 4
set verify 2
a = table
b = array
c = array nil true false 'c' 5 -5 1.5 "te\"xt" a
d = closure 7 a -0.0
e = box nan
f = scalar inf
g = weak a
h = chain 3
i = ring 4
j = a.x
a.other
k = c[8]
c[0]
l = d{0}
d{1}
m = *e
*e
length c
a.x = b
b[0] = '\''
d{0} = nil
*e = "two\nlines"
push b a
n = pop b
pop b
o = remove a.x
remove a.x
q1 = remove c[0]
remove c[0]
q2 = swap remove c[0]
swap remove c[0]
insert c[0] a
truncate c 2
clear c
swap c[0] c[1]
fill c[0 2] a
transfer a.x = b
transfer b[0] = 1
transfer d{0} = nil
transfer *e = a
transfer push b a
transfer insert b[0] a
take a
take nil
drop nil
p = upgrade g
try take a
pin a
unpin a
collect
check
detect full
detect
detect 3
collect 2
verify
begin 5
r = temp table
s = temp array a nil
t = temp closure 2 a
u = temp box "text"
v = temp scalar 1
w = temp weak a
end
on a: q = table
on a: on self: q.x = self
on a: panic
on a: y = temp box self
fault dangling_field a
fault live_high nil
recover
recover roots
"#;

const EXAMPLES: &str = "expected one like `take x`, `x = table` or `x.f = y`";

fn error(text: &str) -> String {
    text.parse::<Program>().unwrap_err().to_string()
}

#[test]
fn every_operation_is_printed_as_it_is_read() {
    let program: Program = EVERYTHING.parse().unwrap();
    assert_eq!(program.to_string(), EVERYTHING);
    for code in Code::ALL {
        let stands = EVERYTHING.lines().any(|line| {
            let one: Result<Program, _> = format!("on z: {line}").parse();
            let top: Result<Program, _> = line.parse();
            let codes = |program: Program| program.lines().iter().map(|line| line.operation.code()).collect::<Vec<_>>();
            top.or(one).is_ok_and(|program| codes(program).contains(code)) || line.ends_with("panic")
        });
        assert!(stands, "{} is not in the text of this test", code.name());
    }
}

#[test]
fn a_word_that_is_not_reserved_is_a_name_where_it_stands_as_one() {
    let text = "heapproof trace 1\ninsert = array 1\nfill = box insert\ninsert insert[0] fill\nfill insert[0 1] fill\n\
                insert[0] = nil\nswap = insert[0]\nswap.length = fill\nlength insert\ntruncate = remove insert[0]\n\
                swap remove insert[0]\ntruncate insert 0\ntransfer = table\n\
                transfer transfer.x = transfer\ntransfer.transfer = nil\ntransfer push insert transfer\n\
                try = table\ntry take try\ntry.take = try\npin = table\npin pin\nunpin = box pin\nunpin pin\npin.pin = unpin\n\
                clear = array like\nclear clear\nswap clear[0] swap[1]\nlike = table\non like like like\non like: on self like like\nlike.like = clear\n";
    let program: Program = text.parse().unwrap();
    assert_eq!(program.to_string(), text);
    assert_eq!(program.spell(Name(3)), "truncate", "a word is learned as a name only where it is one");
}

#[test]
fn a_program_without_names_of_its_own_is_spelled_by_counting() {
    let program: Program = "kept = table\nother = box kept".parse().unwrap();
    assert_eq!(program.canonical().to_string(), "heapproof trace 1\na = table\nb = box a\n");
    assert_eq!(program, program.canonical());
}

#[test]
fn comments_blank_lines_and_odd_spaces_are_passed_over() {
    let program: Program = "# a story\n\n  a=table # its start\r\n\ta . x=  a".parse().unwrap();
    assert_eq!(program.to_string(), "heapproof trace 1\na = table\na.x = a\n");
}

#[test]
fn a_byte_order_mark_is_ignored_at_the_very_start() {
    let program: Program = "\u{feff}heapproof trace 1\na = table".parse().unwrap();
    assert_eq!(program.to_string(), "heapproof trace 1\na = table\n");
    assert!(error("a = table\n\u{feff}take a").starts_with("2:1: "));
}

#[test]
fn what_is_beyond_a_limit_is_an_error() {
    type Line = fn(usize) -> String;
    let limits: [(usize, Line); 4] = [
        (255, |values| format!("a = array{}", " 1".repeat(values))),
        (255, |values| format!("a = closure 7{}", " nil".repeat(values))),
        (65_535, |bytes| format!("a = box \"{}\"", "x".repeat(bytes))),
        (255, |bytes| format!("nil.{} = 1", "x".repeat(bytes))),
    ];
    for (limit, line) in limits {
        assert!(line(limit).parse::<Program>().is_ok(), "{limit}");
        assert!(line(limit + 1).parse::<Program>().is_err(), "{limit}");
    }
}

#[test]
fn a_typo_is_located_and_what_was_meant_is_named() {
    assert_eq!(error("a = table\nb = tabel"), "2:5: no operation begins with `tabel`; did you mean `table`?");
    assert_eq!(error("dorp a"), "1:1: no operation begins with `dorp`; did you mean `drop`?");
    assert_eq!(error("a = table\na.x 5"), "2:5: expected the end of the line or `=`, found `5`");
    assert_eq!(
        error("set bounds 1"),
        "1:13: expected a number from 0 to 4294967295, found the end of the line; the form is `set bounds 0 1`"
    );
    assert_eq!(
        error("set boundz 1 2"),
        "1:5: expected `interval` or `bounds` or `capacity` or `counts` or `generations` or `checks` or `budget` or `verify` or `debt`, found `boundz`"
    );
    assert_eq!(error("set checks maybe"), "1:12: expected `on` or `off`, found `maybe`; the form is `set checks on`");
    assert_eq!(
        error("a = table a"),
        "1:11: expected the end of the line or `like`, found `a`; the forms are `x = table` and `x = table like x y z`"
    );
    assert_eq!(error("take"), "1:5: expected a name or `nil`, found the end of the line; the form is `take x`");
    assert_eq!(
        error("detect ful"),
        "1:8: expected `full` or the end of the line or a number from 0 to 4294967295, found `ful`"
    );
    assert_eq!(
        error("fault dangling a"),
        "1:7: expected a kind of fault, like `dangling_box`, found `dangling`; the form is `fault dangling_field x`"
    );
    assert_eq!(
        error("recover root"),
        "1:9: expected the end of the line or `roots`, found `root`; the forms are `recover` and `recover roots`"
    );
    assert_eq!(
        error("a = array 1\nremove a{0}"),
        "2:9: expected `.` or `[`, found `{`; the forms are `remove x.f` and `remove x[0]`"
    );
    assert_eq!(
        error("a = array 1\nfill a[0] 1"),
        "2:9: expected a number from 0 to 4294967295, found `]`; the form is `fill x[0 1] y`"
    );
    assert_eq!(
        error("transfer pop a"),
        "1:10: only what stores one value can be transferred, like `x.f = y` or `push x y`"
    );
    assert_eq!(
        error("transfer a.x"),
        "1:10: only what stores one value can be transferred, like `x.f = y` or `push x y`"
    );
    assert_eq!(
        error("a = array 1\nswap a[0]"),
        "2:10: expected a name or `nil`, found the end of the line; the form is `swap x[0] y[1]`"
    );
    assert_eq!(error("a = array 1\nswap a.x"), "2:7: expected `[`, found `.`; the form is `swap x[0] y[1]`");
    assert_eq!(
        error("a = table\non a likes a"),
        "2:6: expected `:` or `like`, found `likes`; the forms are `on x: y = table` and `on x like y`"
    );
    assert_eq!(error("a = box 'ab'"), "1:9: expected one character between the quotes, like 'c'");
    assert_eq!(error("a = box \"ab"), "1:9: expected a closing \", found the end of the line");
    assert_eq!(error("a = "), "1:4: expected an operation, found the end of the line");
    assert_eq!(error("?"), "1:1: no operation begins with `?`: expected one like `take x`, `x = table` or `x.f = y`");
}

#[test]
fn what_other_languages_allow_is_answered_with_what_to_write_instead() {
    let one_thing = "a line does one thing: read this into a name on a line before, `x = a.f`, then use `x`";
    assert_eq!(error("a = table\na.x = a.x"), format!("2:8: {one_thing}"));
    assert_eq!(error("a = table\ntake a.x"), format!("2:7: {one_thing}"));
    assert_eq!(
        error("a = table\na.x = table"),
        "2:7: `table` allocates on a line of its own: `x = table`, then `x` here"
    );
    assert_eq!(
        error("a = table\nb = a"),
        "2:5: `a` alone does nothing; a name stands for one object and is not copied"
    );
    assert_eq!(
        error("a = temp ring 3"),
        "1:10: expected `table` or `array` or `closure` or `box` or `scalar` or `weak` or `ephemeron`, found `ring`; the form is `x = temp table`"
    );
    assert_eq!(error("a = array 1, 2"), "1:12: values are separated by spaces, without commas");
}

#[test]
fn a_line_that_cannot_stand_where_it_does_is_an_error() {
    assert_eq!(error("a = table\na = table"), "2:1: the name `a` is bound twice");
    assert_eq!(error("a = table\non a: a = box 1"), "2:7: the name `a` is bound twice");
    assert_eq!(error("take self"), "1:6: `self` stands only in a finalizer or callback");
    assert_eq!(error("on self: collect"), "1:4: `self` stands only in a finalizer or callback");
    assert_eq!(error("panic"), "1:1: `panic` stands only in a finalizer or callback: `on x: panic`");
    assert_eq!(error("on a: set interval 1"), "1:7: a setting can't stand in a finalizer or callback");
    assert_eq!(error("on a: fault live_high a"), "1:7: a fault can't stand in a finalizer or callback");
    assert_eq!(error("temp table"), "1:1: what this gives needs a name: `x = temp`");
    assert_eq!(error("a = table\nset interval 1"), "2:1: a setting stands before the first operation");
    assert_eq!(error("table"), "1:1: what this gives needs a name: `x = table`");
    assert_eq!(error("x = collect"), "1:1: this operation gives nothing to bind to a name");
    assert_eq!(error("drop = table"), "1:1: expected a name, found the word `drop`, which can't be one");
    assert_eq!(error("a = table\nheapproof trace 1"), "2:1: the header is `heapproof trace 1` and stands first");
    assert_eq!(error("heapproof trace 2"), "1:1: the header is `heapproof trace 1` and stands first");
    let deep = "finalizers and callbacks stand at most 3 deep in one another";
    assert_eq!(error("on a: when a: on a: when a: collect"), format!("1:29: {deep}"));
}

#[test]
fn what_is_no_trace_is_known_without_reading_all_of_it() {
    let long = "=".repeat(5_000_000);
    assert_eq!(error(&long), "1:1001: no line has more than 1000 words and marks");
    let word = "a".repeat(5_000_000);
    assert_eq!(error(&word), format!("1:1: no operation begins with `{}..`: {EXAMPLES}", &word[..40]));
    assert!(error(&format!("a = table\nfault {word} a")).len() < 150);
    assert!(error(&format!("{word} = table\n{word} = table")).len() < 150);
}

#[test]
fn an_error_shows_escapes_for_what_a_terminal_obeys() {
    assert_eq!(error("\u{1b}[31m a"), format!("1:1: no operation begins with `\\u{{1b}}`: {EXAMPLES}"));
}

#[test]
fn any_line_of_a_program_can_be_deleted() {
    let lines: Vec<&str> = EVERYTHING.lines().collect();
    for gone in 0..lines.len() {
        let rest: Vec<&str> =
            lines.iter().enumerate().filter(|(index, _)| *index != gone).map(|(_, line)| *line).collect();
        assert!(rest.join("\n").parse::<Program>().is_ok(), "without {}", lines[gone]);
    }
}
