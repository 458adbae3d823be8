#!/usr/bin/env bash
# Crates triomphe 0.1.17, servo_arc 0.6.0, im-rc 15.1.0, imbl 7.0.2 and rpds 1.2.1.
#
# Guess from the docs: `==` of a shared pointer or of a persistent collection is that of the contents, as with `Arc`, `Vec` and `BTreeMap`: a
# value with a NaN in it is not equal to its clone. (`Rc` and `Arc` look at the address first, but only if the contents are `Eq`.) How a
# collection came about, and what it shares with another, is seen in time and memory, not in `==`.
# What happens: triomphe's and servo_arc's Arc are equal to their clones whatever is in them, and so are rpds' maps, but not its Vector and
# List; triomphe's OffsetArc is not. The OrdMap of im and imbl, alone among their collections, passes over each node that two maps share:
# with one NaN in a thousand entries a map is equal to its clone; a write to a far key and back leaves it so; a write to a key beside the NaN
# and back, and the same two maps with the same entries differ for good. Nothing about this is in their docs.
#
# For who compares states of a heap that share parts (before and after a collection, a step and its replay): what is shared is not compared,
# so an `==` that would fail is not called, and the same comparison fails once something near was written. Compare against a value that was
# built anew, without sharing, and give floats an equality by bits.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' '[dependencies]' \
    'triomphe = "=0.1.17"' 'servo_arc = "=0.6.0"' 'im-rc = "=15.1.0"' 'imbl = "=7.0.2"' 'rpds = "=1.2.1"' > Cargo.toml
cat > src/main.rs <<'X'
use std::{collections::BTreeMap, f64::NAN, iter::repeat};

fn clone<T: Clone + PartialEq>(what: &str, value: T) {
    let clone = value.clone();
    println!("{what}: equal to its clone {}, unequal {}", value == clone, value != clone);
}

/// A map of a thousand entries, one of them NaN, and its clone after other keys were written and set back.
macro_rules! history {
    ($what:literal, $map:ty, $write:ident) => {{
        let original: $map = (0..1000).map(|key| (key, if key == 500 { NAN } else { 0.0 })).collect();
        let mut copy = original.clone();
        let cloned = original == copy;
        copy.$write(0, 1.0);
        let written = original == copy;
        copy.$write(0, 0.0);
        let far = original == copy;
        copy.$write(499, 1.0);
        copy.$write(499, 0.0);
        println!("{}: equal to its clone {cloned}, one key written {written}, set back {far}, a key beside the NaN written and set back {}", $what, original == copy);
    }};
}

fn main() {
    clone("std Arc", std::sync::Arc::new(NAN));
    clone("triomphe Arc", triomphe::Arc::new(NAN));
    clone("Vec of triomphe Arc", vec![triomphe::Arc::new(NAN)]);
    clone("triomphe ThinArc", triomphe::ThinArc::from_header_and_iter((), [NAN].into_iter()));
    clone("triomphe OffsetArc", triomphe::Arc::into_raw_offset(triomphe::Arc::new(NAN)));
    clone("servo_arc Arc", servo_arc::Arc::new(NAN));
    clone("rpds Vector", repeat(NAN).take(100).collect::<rpds::Vector<f64>>());
    clone("rpds List", repeat(NAN).take(100).collect::<rpds::List<f64>>());
    clone("imbl Vector", repeat(NAN).take(1000).collect::<imbl::Vector<f64>>());
    history!("std BTreeMap", BTreeMap<i32, f64>, insert);
    history!("rpds HashTrieMap", rpds::HashTrieMap<i32, f64>, insert_mut);
    history!("rpds RedBlackTreeMap", rpds::RedBlackTreeMap<i32, f64>, insert_mut);
    history!("im HashMap", im_rc::HashMap<i32, f64>, insert);
    history!("im OrdMap", im_rc::OrdMap<i32, f64>, insert);
    history!("imbl HashMap", imbl::HashMap<i32, f64>, insert);
    history!("imbl OrdMap", imbl::OrdMap<i32, f64>, insert);
}
X
timeout 560 cargo build -q -j1 2>/dev/null
grep -A1 -E '^name = "(triomphe|servo_arc|im-rc|imbl|rpds)"' Cargo.lock | grep -v -- -- | paste - -
out=$(timeout 60 "$tmp/target/debug/p"); echo "$out"
want='std Arc: equal to its clone false, unequal true
triomphe Arc: equal to its clone true, unequal false
Vec of triomphe Arc: equal to its clone true, unequal false
triomphe ThinArc: equal to its clone true, unequal false
triomphe OffsetArc: equal to its clone false, unequal true
servo_arc Arc: equal to its clone true, unequal false
rpds Vector: equal to its clone false, unequal true
rpds List: equal to its clone false, unequal true
imbl Vector: equal to its clone false, unequal true
std BTreeMap: equal to its clone false, one key written false, set back false, a key beside the NaN written and set back false
rpds HashTrieMap: equal to its clone true, one key written false, set back false, a key beside the NaN written and set back false
rpds RedBlackTreeMap: equal to its clone true, one key written false, set back false, a key beside the NaN written and set back false
im HashMap: equal to its clone false, one key written false, set back false, a key beside the NaN written and set back false
im OrdMap: equal to its clone true, one key written false, set back true, a key beside the NaN written and set back false
imbl HashMap: equal to its clone false, one key written false, set back false, a key beside the NaN written and set back false
imbl OrdMap: equal to its clone true, one key written false, set back true, a key beside the NaN written and set back false'
[ "$out" = "$want" ] || { echo "changed: equality looks at the address, or at the contents, where it did not"; exit 1; }
