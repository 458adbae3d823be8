//! The heap beside the model. What it does is in the library, where the tests run it too.
#![no_main]

use heapproof::{front_doors::fuzz_lockstep, model::Program};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|program: Program| -> Corpus { if fuzz_lockstep(&program) { Corpus::Keep } else { Corpus::Reject } });
