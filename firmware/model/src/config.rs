//! Configuration of a chip of the model, and its faults.

/// A chip. Times are in clock cycles.
#[derive(Clone, Debug)]
pub struct Config {
    /// Clock in Hz.
    pub clock: u32,
    /// Serial number.
    pub serial: u64,
    /// Matrix rows processed side by side; what is said, not what it takes.
    pub lanes: u16,
    /// Hundredths of a degree Celsius, if there is a sensor.
    pub temperature: Option<i16>,
    /// The matrix list is loaded from outside.
    pub loader: bool,
    /// Cycles of a bit on the line.
    pub divisor: u16,
    /// Time from one access of the controller to the next.
    pub access: u64,
    /// Time from a command to its work.
    pub settle: u64,
    /// Time of a hash.
    pub hash: u64,
    /// Time of a matrix list.
    pub list: u64,
    /// Time of a matrix's checksum.
    pub checksum: u64,
    /// Faults; none by default.
    pub faults: Faults,
}

/// Faults of a chip.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Each hash whose number, from 1, this divides has its first bit flipped.
    pub wrong_hash_each: Option<u64>,
    /// After so many hashes the core does nothing any more, until it is reset.
    pub hang_after: Option<u64>,
    /// The chip restarts once, at this time after it was made.
    pub reset_at: Option<u64>,
    /// Noise on a [`SoftwareBoard`](crate::SoftwareBoard)'s line.
    pub noise: Noise,
}

/// Noise on the line, in both directions; the same for the same seed and traffic.
#[derive(Clone, Copy, Debug, Default)]
pub struct Noise {
    /// Share of the bytes of which a bit is flipped.
    pub flipped: f64,
    /// Share of the bytes that are lost.
    pub lost: f64,
    /// Seed of the random numbers.
    pub seed: u64,
}

impl Default for Config {
    /// A chip at 100 MHz that is as fast as its hashing.
    fn default() -> Self {
        Self {
            clock: 100_000_000,
            serial: 1,
            lanes: 16,
            temperature: None,
            loader: false,
            divisor: 33,
            access: 20,
            settle: 140,
            hash: 10_000,
            list: 1_280_000,
            checksum: 20_000,
            faults: Faults::default(),
        }
    }
}
