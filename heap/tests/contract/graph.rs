use crate::support::{TestHeap, drop_ref, garbage_ring, heap, link, table};
use heapproof_heap::ObjectId;

/// The line of the picture that describes an object.
fn line(heap: &TestHeap, object: ObjectId) -> String {
    let picture = heap.graph().to_string();
    let begin = format!("  \"{object}\" [");
    picture.lines().find(|line| line.starts_with(&begin)).unwrap().to_owned()
}

#[test]
fn an_object_shows_its_kind_and_its_counts() {
    let mut heap = heap();
    let parent = table(&mut heap);
    let child = heap.allocate_box(7.into()).unwrap();
    link(&mut heap, parent, "child", child);
    heap.allocate_weak(child).unwrap();
    assert!(line(&heap, child).contains("box\\nexternal 1, internal 1, weak 1"));
    assert!(line(&heap, child).contains("peripheries=2"));
}

#[test]
fn each_sort_of_object_has_a_shape_of_its_own() {
    let mut heap = heap();
    let table = table(&mut heap);
    let drawn = [
        (table, "box"),
        (heap.allocate_scalar(7.into()).unwrap(), "plaintext"),
        (heap.allocate_closure(1, &[]).unwrap(), "cds"),
        (heap.allocate_weak(table).unwrap(), "ellipse"),
    ];
    for (object, shape) in drawn {
        assert!(line(&heap, object).contains(&format!(" shape={shape} ")), "{}", line(&heap, object));
    }
}

#[test]
fn references_are_labelled_with_their_places_and_weak_ones_are_dashed() {
    let mut heap = heap();
    let target = table(&mut heap);
    let array = heap.allocate_array(&[1.into(), target.into()]).unwrap();
    let weak = heap.allocate_weak(target).unwrap();
    let picture = heap.graph().to_string();
    assert!(picture.contains(&format!("\"{array}\" -> \"{target}\" [label=\"1\"]")));
    assert!(picture.contains(&format!("\"{weak}\" -> \"{target}\" [label=\"\" style=dashed]")));
}

#[test]
fn members_of_a_cycle_share_a_colour_that_others_have_not() {
    let mut heap = heap();
    let rings = [garbage_ring(&mut heap, 2), garbage_ring(&mut heap, 3)];
    let colour = |object| {
        let line = line(&heap, object);
        line.split("fillcolor=").nth(1).unwrap().split([' ', ']']).next().unwrap().to_owned()
    };
    assert_eq!(colour(rings[1][0]), colour(rings[1][2]));
    assert_ne!(colour(rings[0][0]), colour(rings[1][0]));
    assert!(line(&heap, rings[0][0]).contains("in a cycle, garbage"));
}

#[test]
fn garbage_dirty_objects_and_candidates_are_told_from_others() {
    let mut heap = heap();
    let (held, leaf) = (table(&mut heap), table(&mut heap));
    link(&mut heap, held, "leaf", leaf);
    heap.detect_cycles();
    assert!(!line(&heap, held).contains("dirty"));
    drop_ref(&mut heap, leaf);
    assert!(line(&heap, leaf).contains("candidate"));
    link(&mut heap, leaf, "up", held);
    assert!(line(&heap, leaf).contains("in a cycle, dirty, candidate"));
    drop_ref(&mut heap, held);
    assert!(line(&heap, held).contains("garbage"));
}

#[test]
fn names_of_fields_may_have_quotes_and_backslashes() {
    let mut heap = heap();
    let object = table(&mut heap);
    link(&mut heap, object, "a\"b\\c\n", object);
    assert!(heap.graph().to_string().contains(r#"[label="a\"b\\c\n"]"#));
}

#[test]
fn drawing_changes_nothing() {
    let mut heap = heap();
    garbage_ring(&mut heap, 3);
    let before = heap.statistics();
    let first = heap.graph().to_string();
    assert_eq!(heap.graph().to_string(), first);
    assert_eq!(heap.statistics(), before);
}
