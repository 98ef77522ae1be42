//! Hexadecimal arguments.

use std::str::FromStr;

/// 32 bytes: a hash or a seed, 64 hexadecimal digits in memory order.
#[derive(Debug, Clone, Copy)]
pub struct Bytes32(pub [u8; 32]);

impl FromStr for Bytes32 {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
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
