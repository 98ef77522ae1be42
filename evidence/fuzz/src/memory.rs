//! Memory that decoding an input takes, held against a limit.

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes that any input may take.
const ALLOWANCE: usize = 4 << 20;

/// Decodes an input. What exceeds the limit is decoded again, since the first time may make what stays.
///
/// # Panics
/// If it takes more than `limit` bytes beyond the allowance at once.
pub fn limited(limit: usize, decode: impl Fn()) {
    let limit = limit + ALLOWANCE;
    let exceeds = || {
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        decode();
        ALLOCATOR.peak_usage().saturating_sub(before) > limit
    };
    assert!(
        !exceeds() || !exceeds(),
        "expected at most {limit} bytes of memory, found more"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_beyond_the_limit_is_noticed_and_what_stays_is_not() {
        let take = |bytes: usize| move || drop(std::hint::black_box(vec![0_u8; bytes]));
        limited(1000, take(ALLOWANCE));
        let more = std::panic::catch_unwind(|| limited(1000, take(ALLOWANCE + 2000)));
        assert!(more.is_err());
        let once = std::sync::OnceLock::new();
        limited(0, || _ = once.get_or_init(|| vec![0_u8; 2 * ALLOWANCE]));
    }
}
