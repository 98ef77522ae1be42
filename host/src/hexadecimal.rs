//! Hexadecimal arguments.

use std::str::FromStr;

use tensority_command::hex_digits;

/// 32 bytes: a hash or a seed, 64 hexadecimal digits in memory order.
#[derive(Debug, Clone, Copy)]
pub struct Bytes32(pub [u8; 32]);

impl FromStr for Bytes32 {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = hex_digits(text);
        check_digits(text)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)
            .map_err(|_| format!("expected 64 hexadecimal digits, found {}", text.len()))?;
        Ok(Self(bytes))
    }
}

/// Any number of bytes, two hexadecimal digits each.
#[derive(Debug, Clone)]
pub struct Bytes(pub Vec<u8>);

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = hex_digits(text);
        check_digits(text)?;
        let bytes = hex::decode(text).map_err(|_| {
            let digits = text.len();
            format!("expected an even number of hexadecimal digits, found {digits}")
        })?;
        Ok(Self(bytes))
    }
}

fn check_digits(text: &str) -> Result<(), String> {
    match text
        .chars()
        .enumerate()
        .find(|(_, c)| !c.is_ascii_hexdigit())
    {
        Some((place, found)) => {
            let place = place + 1;
            Err(format!(
                "expected a hexadecimal digit at place {place}, found {found:?}"
            ))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_with_and_without_a_prefix() {
        let digits = "ab".repeat(32);
        for text in [digits.clone(), format!("0x{digits}"), format!("0X{digits}")] {
            assert_eq!(text.parse::<Bytes32>().map(|it| it.0), Ok([0xab; 32]));
            assert_eq!(text.parse::<Bytes>().map(|it| it.0), Ok(vec![0xab; 32]));
        }
        let error = "0x0x"
            .parse::<Bytes>()
            .map(|it| it.0)
            .expect_err("no digits");
        assert!(error.contains("at place 2"), "{error}");
    }
}
