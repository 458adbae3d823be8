//! The code of all fuzz targets. A target is a property. The library does all the work, so the tests run it too.

use heapproof::front_doors::{fuzz, fuzz_in_short};
use heapproof::mutate::{cross_bytes, mutate_bytes};
use heapproof::properties::Property;
use libfuzzer_sys::{Corpus, fuzzer_mutate};
use std::sync::LazyLock;

pub use heapproof::properties::Property as AnyProperty;

/// `HEAPPROOF_MUTATOR=off` turns the mutator off, to measure its worth.
static MUTATES: LazyLock<bool> = LazyLock::new(|| !is_off("HEAPPROOF_MUTATOR"));

/// `HEAPPROOF_REPORT=off` turns reports off: a night minimises later, one failure for each signature.
static REPORTS: LazyLock<bool> = LazyLock::new(|| !is_off("HEAPPROOF_REPORT"));

fn is_off(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| value == "off")
}

/// Runs an input. The fuzzer does not keep an input that was not worth running.
pub fn run(property: Property, bytes: &[u8]) -> Corpus {
    let worth_it = if *REPORTS { fuzz(property, bytes) } else { fuzz_in_short(property, bytes) };
    if worth_it { Corpus::Keep } else { Corpus::Reject }
}

/// Mutates an input.
pub fn mutate(property: Property, data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    if *MUTATES {
        mutate_bytes(property, data, size, most, seed, &mut fuzzer_mutate)
    } else {
        fuzzer_mutate(data, size, most)
    }
}

/// Crosses two inputs. With the mutator off it returns 0, and libFuzzer crosses the bytes itself.
pub fn cross(property: Property, first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    if *MUTATES { cross_bytes(property, first, second, out, seed) } else { 0 }
}

/// The fuzz target of a property.
#[macro_export]
macro_rules! target {
    ($property:ident) => {
        const PROPERTY: $crate::AnyProperty = $crate::AnyProperty::$property;

        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| -> libfuzzer_sys::Corpus { $crate::run(PROPERTY, bytes) });

        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate(PROPERTY, data, size, max_size, seed)
        });

        libfuzzer_sys::fuzz_crossover!(|data1: &[u8], data2: &[u8], out: &mut [u8], seed: u32| {
            $crate::cross(PROPERTY, data1, data2, out, seed)
        });
    };
}
