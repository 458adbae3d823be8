//! Programs that libFuzzer makes, and changes as programs rather than as bytes.
#![no_main]

use heapproof::front_doors::fuzz_subject;
use heapproof::mutate::{cross_bytes, mutate_bytes};
use heapproof::properties::Property;
use libfuzzer_sys::{Corpus, fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};
use my_heap_proof::MY_HEAP;

const PROPERTY: Property = Property::Lockstep;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // Programs that allocate too much are not run, and not kept.
    if fuzz_subject(PROPERTY, &MY_HEAP, bytes) { Corpus::Keep } else { Corpus::Reject }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate_bytes(PROPERTY, data, size, max_size, seed, &mut fuzzer_mutate)
});

fuzz_crossover!(|data1: &[u8], data2: &[u8], out: &mut [u8], seed: u32| {
    cross_bytes(PROPERTY, data1, data2, out, seed)
});
