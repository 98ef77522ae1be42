//! Divisors of an ECP5's PLL (EHXPLLL) for the two clocks of a board.
//!
//! ```text
//! oscillator / input * feedback = core clock;  VCO = core clock * output, 400 to 800 MHz
//! controller clock = core clock / 2
//! ```
//! The limits are those of the ECP5's data sheet (FPGA-DS-02012, sysCLOCK PLL timing).

/// Limits in Hz: phase detector, VCO.
const DETECTOR: std::ops::RangeInclusive<u64> = 10_000_000..=400_000_000;
const VCO: std::ops::RangeInclusive<u64> = 400_000_000..=800_000_000;
/// Target of the VCO in Hz, in the middle of its range.
const VCO_AIM: u64 = 600_000_000;
/// Largest divisor of each kind.
const MOST: u64 = 128;
/// Core clock cycles of a cycle of the controller.
pub const CONTROLLER_DIVISOR: u32 = 2;

/// Divisors, and the clock that they make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pll {
    /// `CLKI_DIV`.
    pub input: u32,
    /// `CLKFB_DIV`.
    pub feedback: u32,
    /// `CLKOP_DIV`.
    pub output: u32,
    /// The core's clock in Hz.
    pub core_clock: u32,
}

/// The PLL cannot make that clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a clock that a PLL makes of {oscillator} Hz, found {wanted} Hz; the nearest is {nearest} Hz"
)]
pub struct PllError {
    oscillator: u32,
    wanted: u32,
    nearest: u32,
}

impl Pll {
    /// The divisors that make exactly `clock` Hz of an oscillator's clock.
    ///
    /// # Errors
    /// If there are none.
    pub fn new(oscillator: u32, clock: u32) -> Result<Self, PllError> {
        let plans = (1..=MOST).flat_map(|input| (1..=MOST).map(move |feedback| (input, feedback)));
        let made = plans.filter_map(|(input, feedback)| plan(oscillator.into(), input, feedback));
        let distance = |pll: &Self| (pll.core_clock.abs_diff(clock), pll.input);
        let best = made.min_by_key(distance);
        match best {
            Some(pll) if pll.core_clock == clock => Ok(pll),
            other => Err(PllError {
                oscillator,
                wanted: clock,
                nearest: other.map_or(0, |pll| pll.core_clock),
            }),
        }
    }

    /// The controller's clock in Hz.
    pub fn controller_clock(&self) -> u32 {
        self.core_clock / CONTROLLER_DIVISOR
    }
}

/// The plan with these divisors; none if the PLL cannot run with them, or the clock is not a whole
/// number of Hz.
fn plan(oscillator: u64, input: u64, feedback: u64) -> Option<Pll> {
    if !DETECTOR.contains(&(oscillator / input))
        || !(oscillator * feedback).is_multiple_of(2 * input)
    {
        return None;
    }
    let clock = oscillator * feedback / input;
    let output = (VCO_AIM + clock / 2) / clock;
    let fits = VCO.contains(&(clock * output)) && 2 * output <= MOST;
    fits.then_some(Pll {
        input: input as u32,
        feedback: feedback as u32,
        output: output as u32,
        core_clock: clock as u32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_divisors_make_the_clock_within_the_limits() {
        for clock in (4..11).map(|step| step * 12_500_000) {
            let pll = Pll::new(25_000_000, clock).unwrap();
            let made = 25_000_000 / u64::from(pll.input) * u64::from(pll.feedback);
            assert_eq!(made, u64::from(clock));
            assert!(VCO.contains(&(made * u64::from(pll.output))), "{pll:?}");
        }
    }

    #[test]
    fn a_clock_between_two_is_refused_with_the_nearest() {
        let error = Pll::new(25_000_000, 100_000_001).unwrap_err();
        assert_eq!(error.nearest, 100_000_000);
    }
}
