//! Tiers of spans: the finer, the sooner they are dropped.

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;
const DAY: u64 = 86_400;

/// Spans of one length, which begin at multiples of it since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The length of a span, in seconds.
    pub span: u64,
    /// How long a span is kept, in seconds.
    pub kept: u64,
}

/// All tiers, the finest first. Each keeps a little more than the day, weeks or months that people ask for.
pub const TIERS: [Tier; 4] = [
    Tier {
        span: MINUTE,
        kept: DAY + 2 * HOUR,
    },
    Tier {
        span: 10 * MINUTE,
        kept: 15 * DAY,
    },
    Tier {
        span: HOUR,
        kept: 93 * DAY,
    },
    Tier {
        span: DAY,
        kept: 3653 * DAY,
    },
];

/// The steps in which a time is shown, in seconds.
const STEPS: [u64; 9] = [
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    4 * HOUR,
    DAY,
    7 * DAY,
    28 * DAY,
];

/// The shortest step that cuts a time into at most `most` pieces, and the tier that it is read from: the coarsest one
/// that still holds the beginning, else that which goes back furthest.
pub fn step(seconds: u64, age: u64, most: u64) -> (u64, Tier) {
    let fits = |step: &u64| seconds.div_ceil(*step) <= most;
    let last = STEPS[STEPS.len() - 1];
    let step = STEPS.into_iter().find(fits).unwrap_or(last);
    let coarse = |tier: &&Tier| step.is_multiple_of(tier.span);
    let holds = |tier: &&Tier| tier.kept >= age;
    // A tier that is too fine for so old a beginning would show nothing of it.
    let tier = TIERS.iter().rev().find(coarse).filter(holds);
    let tier = tier.or_else(|| TIERS.iter().find(holds));
    let tier = tier.unwrap_or(&TIERS[TIERS.len() - 1]);
    (step.max(tier.span), *tier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_a_multiple_of_the_finer_one_and_kept_longer() {
        for pair in TIERS.windows(2) {
            assert!(pair[1].span.is_multiple_of(pair[0].span));
            assert!(pair[1].kept > pair[0].kept);
        }
    }

    #[test]
    fn a_time_is_cut_into_few_pieces_of_the_coarsest_tier_that_has_them() {
        for (seconds, age, most, expected) in [
            (HOUR, HOUR, 360, (MINUTE, MINUTE)),
            (DAY, DAY, 360, (5 * MINUTE, MINUTE)),
            (DAY, DAY, 24, (HOUR, HOUR)),
            (7 * DAY, 7 * DAY, 360, (30 * MINUTE, 10 * MINUTE)),
            (30 * DAY, 30 * DAY, 360, (4 * HOUR, HOUR)),
            (365 * DAY, 365 * DAY, 400, (DAY, DAY)),
            // Ten minutes that were two months ago are known by the hour only.
            (600, 60 * DAY, 360, (HOUR, HOUR)),
            (DAY, 200 * DAY, 360, (DAY, DAY)),
            (DAY, 9999 * DAY, 360, (DAY, DAY)),
        ] {
            let (step, tier) = step(seconds, age, most);
            assert_eq!((step, tier.span), expected, "{seconds} s, {age} s ago");
        }
    }
}
