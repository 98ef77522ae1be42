//! Hexadecimal digits as people copy them: in either case, with or without `0x` in front.

/// The digits without the `0x` that may stand in front.
pub fn hex_digits(text: &str) -> &str {
    let without = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    without.unwrap_or(text)
}

/// A number in decimal, or in hexadecimal behind `0x`.
///
/// # Errors
/// As for the digits of any number.
pub fn number(text: &str) -> Result<u64, std::num::ParseIntError> {
    match hex_digits(text) {
        digits if digits.len() < text.len() => u64::from_str_radix(digits, 16),
        digits => digits.parse(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_belongs_to_no_digits() {
        for text in ["ab", "0xab", "0Xab"] {
            assert_eq!(hex_digits(text), "ab");
        }
        assert_eq!(hex_digits("x0"), "x0");
        let numbers = ["12", "0x0c", "0X0C"].map(|text| number(text).unwrap());
        assert_eq!(numbers, [12; 3]);
        assert!(number("0x").is_err() && number("0c").is_err());
    }
}
