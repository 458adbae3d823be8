use heapproof_model::{Code, Fault, Program, bytes};

#[test]
fn what_was_encoded_decodes_to_an_equal_program() {
    let text = "set bounds 1 8\na = table\nb = array a 5 -1 1.5 'x' \"text\" nil true\na.strange_name = b\nx = pop b\n\
                pop b\non a: c = a.next\non b: on a: take self\ny = upgrade b\ntake unbound\ndrop nil\nd = closure 3 a b\n\
                begin 3\nt = temp array a 1\non a: u = temp box self\nfault dangling_box a\nrecover roots\ncollect 4\nend";
    let program: Program = text.parse().unwrap();
    assert_eq!(Program::decode(&program.encode()), program);
    assert_eq!(Program::decode(&program.encode()).to_string(), program.canonical().to_string());
}

#[test]
fn any_bytes_decode_and_their_program_decodes_to_itself() {
    let mut state = 1u64;
    for length in 0..400 {
        let mut bytes: Vec<u8> = (0..length)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 33) as u8 % 0x74
            })
            .collect();
        bytes.insert(0, bytes::VERSION);
        let program = Program::decode(&bytes);
        assert_eq!(Program::decode(&program.encode()), program);
        let read: Program = program.to_string().parse().unwrap();
        assert_eq!(read, program);
    }
}

#[test]
fn what_is_at_a_limit_survives_bytes_and_text() {
    let mut not_a_text = vec![bytes::VERSION, 0x14, 5, 0xff, 0xff, 0, 0, 0, 0, 0, 0];
    not_a_text.extend([0xff; 65_535]);
    let mut many_names = vec![bytes::VERSION];
    many_names.extend([0x10; 65_600]);
    many_names.extend([0x40, 0xfd, 0xff]);
    for bytes in [not_a_text, many_names] {
        let program = Program::decode(&bytes);
        assert!(!program.is_empty());
        assert_eq!(Program::decode(&program.encode()), program);
        assert_eq!(program.to_string().parse(), Ok(program));
    }
}

#[test]
fn a_text_has_more_names_than_bytes_can_tell_and_the_lines_of_the_others_are_left_out() {
    let mut text: String = (0..65_540).map(|number| format!("n{number} = table\n")).collect();
    text += "n65539.x = n1\non n65538: take self\nexpect n65539.x = n1\nn2.x = n3\ntake unbound";
    let program: Program = text.parse().unwrap();
    assert_eq!(program.to_string().parse(), Ok(program.clone()));
    assert_eq!(Program::identified(&program.identity()), program);
    let rest = Program::decode(&program.encode());
    assert_eq!(rest.len(), 65_534 + 1);
    assert_eq!(rest.lines().last().map(|line| rest.print(line)), Some("c.x = d".to_owned()));
}

#[test]
fn bytes_of_another_version_are_the_empty_program() {
    assert!(Program::decode(&[]).is_empty());
    assert!(Program::decode(&[2, 0x10, 0x10]).is_empty());
}

#[test]
fn a_byte_that_is_no_tag_is_passed_over_by_itself() {
    assert_eq!(Program::decode(&[1, 0xff, 0x10, 0xfe, 0x50]), "a = table\ncollect".parse().unwrap());
}

#[test]
fn tags_differ_and_mean_for_good_what_they_meant_first() {
    let tags: Vec<String> =
        Code::ALL.iter().map(|code| format!("{:02x} {}", code.tag().unwrap(), code.name())).collect();
    let mut sorted = tags.clone();
    sorted.sort();
    let expected = "01 SetInterval, 02 SetBounds, 03 SetCapacity, 04 SetCounts, 05 SetGenerations, 06 SetChecks, \
                    07 SetBudget, 08 SetVerify, 09 SetDebt, 10 Table, 11 Array, 12 Closure, 13 Box, 14 Scalar, 15 Weak, 16 Chain, \
                    17 Ring, 18 Temp, 19 Ephemeron, 1a TableLike, 20 ReadField, 21 ReadElement, 22 ReadCapture, 23 ReadBox, 24 Length, 30 WriteField, \
                    31 WriteElement, 32 WriteCapture, 33 WriteBox, 34 Push, 35 Pop, 36 Remove, \
                    37 Insert, 38 RemoveElement, 39 SwapRemove, 3a Truncate, 3b Fill, \
                    3c Transfer, 3d Clear, 3e Swap, 40 Take, 41 Drop, \
                    42 Upgrade, 43 TryTake, 44 Pin, 45 Unpin, 50 Collect, 51 Check, 52 DetectFull, 53 Detect, \
                    54 DetectSlice, 55 CollectSlice, 56 Begin, 57 End, 58 Verify, 59 Shrink, 60 On, 61 Panic, 62 When, 63 Inherit, 70 Fault, 71 Recover, 72 RecoverRoots";
    assert_eq!(sorted.join(", "), expected);
}

#[test]
fn faults_keep_their_bytes() {
    let words: Vec<&str> = Fault::ALL.iter().map(|fault| fault.word()).collect();
    let expected = "external_high external_low internal_low weak_high weak_low live_high live_low internal_high \
                    external_wrapped internal_wrapped weak_wrapped live_wrapped dangling_field dangling_element \
                    dangling_capture dangling_box dangling_weak weak_entry_missing weak_entry_extra dirty_flag \
                    dirty_entry free_live free_twice free_beyond free_missing candidate_flag candidate_entry \
                    index_missing index_extra shape_link_missing shape_link_extra cycle_entry_missing \
                    cycle_entry_extra pass_entry_missing pass_entry_extra temporary_flag temporary_entry queue_flag \
                    queue_entry callback_entry";
    assert_eq!(words.join(" "), expected);
    for (byte, fault) in Fault::ALL.iter().enumerate() {
        assert_eq!(Program::decode(&[1, 0x70, byte as u8, 0xff, 0xff]).to_string().lines().nth(1).unwrap(), {
            format!("fault {} nil", fault.word())
        });
    }
}

#[test]
fn a_fault_of_an_unknown_byte_and_a_temporary_that_is_no_single_object_are_passed_over() {
    // A transfer of a pop: its tag is passed over, and the pop stands alone.
    let popped = Program::decode(&[1, 0x11, 0, 0x3c, 0x35, 0, 0, 0]);
    assert_eq!(popped, "a = array\npop a".parse().unwrap());
    assert_eq!(Program::decode(&[1, 0x70, 0xfe, 0xff, 0xff]), Program::default());
    assert_eq!(Program::decode(&[1, 0x18, 0x10]), "a = temp table".parse().unwrap());
    assert_eq!(Program::decode(&[1, 0x18, 0x18, 0x10]), "a = temp table".parse().unwrap());
    // Only its tag is passed over, so what it would have allocated is read as a line.
    assert_eq!(Program::decode(&[1, 0x18, 0x17, 0, 0, 0, 0]), "a = ring 0".parse().unwrap());
}
