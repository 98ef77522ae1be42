//! Seeds of random tests.

use std::env;
use std::hash::{BuildHasher, RandomState};

/// What repeats a run.
const VARIABLE: &str = "TENSORITY_TEST_SEED";

/// The seed of a random test: what `TENSORITY_TEST_SEED` says, else another one each time. It is printed, so that a
/// failure tells how to repeat it.
///
/// # Panics
/// If the variable is no number.
pub fn seed() -> u64 {
    let seed = match env::var(VARIABLE) {
        Ok(text) => read(&text),
        Err(_) => RandomState::new().hash_one(VARIABLE),
    };
    println!("{VARIABLE}={seed}");
    seed
}

fn read(text: &str) -> u64 {
    let seed = text.parse();
    seed.unwrap_or_else(|_| panic!("{VARIABLE}: expected a number below 2^64, found {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_number() {
        assert_eq!(read("18446744073709551615"), u64::MAX);
        assert!(std::panic::catch_unwind(|| read("0x10")).is_err());
    }

    #[test]
    fn without_the_variable_every_test_has_another_seed() {
        let repeated = env::var(VARIABLE).is_ok();
        assert_eq!(seed() == seed(), repeated);
    }
}
