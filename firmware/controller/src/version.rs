//! Version and fingerprint of the firmware.

/// Fingerprint of the sources.
pub const BUILD: u32 = number(env!("FIRMWARE_FINGERPRINT"));

/// Major, minor and patch number.
pub const VERSION: [u8; 3] = [
    number(env!("CARGO_PKG_VERSION_MAJOR")) as u8,
    number(env!("CARGO_PKG_VERSION_MINOR")) as u8,
    number(env!("CARGO_PKG_VERSION_PATCH")) as u8,
];

const fn number(decimal: &str) -> u32 {
    let digits = decimal.as_bytes();
    let mut value = 0;
    let mut i = 0;
    while i < digits.len() {
        value = 10 * value + (digits[i] - b'0') as u32;
        i += 1;
    }
    value
}
