//! The fuzz target that `TENSORITY_FUZZ_TARGET` names when this is built, under libFuzzer. What only others call is not
//! linked, so that libFuzzer has few edges to look at behind every input.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tensority_fuzz::Target;

const TARGET: Target = Target::named(env!("TENSORITY_FUZZ_TARGET"));

fuzz_target!(|bytes: &[u8]| TARGET.run(bytes));
