//! Forms of bytes and integers in the files: a module for each, used as `#[serde(with = "…")]`.

use num_bigint::BigInt;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A fixed number of bytes in hexadecimal, in memory order.
pub(crate) mod bytes {
    use super::*;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; N];
        hex::decode_to_slice(&text, &mut bytes)
            .map_err(|error| unexpected(&format!("{N} bytes in hexadecimal ({error})"), &text))?;
        Ok(bytes)
    }
}

/// Any number of bytes in hexadecimal, in memory order.
pub(crate) mod byte_string {
    use super::*;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(&text).map_err(|error| unexpected(&format!("hexadecimal ({error})"), &text))
    }
}

/// Any number of bytes in hexadecimal, or `null`.
pub(crate) mod optional_byte_string {
    use super::*;

    #[derive(Deserialize)]
    struct ByteString(#[serde(with = "byte_string")] Vec<u8>);

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let optional = Option::<ByteString>::deserialize(deserializer)?;
        Ok(optional.map(|ByteString(bytes)| bytes))
    }
}

/// 32 bytes in hexadecimal, in memory order, where a list of them stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Bytes32(#[serde(with = "bytes")] pub [u8; 32]);

/// 32 bytes in hexadecimal, or `null`.
pub(crate) mod optional_bytes {
    use super::*;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<[u8; 32]>, D::Error> {
        let optional = Option::<Bytes32>::deserialize(deserializer)?;
        Ok(optional.map(|Bytes32(bytes)| bytes))
    }
}

/// An integer of 64 bits as a decimal string.
pub(crate) mod decimal {
    use super::*;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| unexpected("a decimal integer of 64 bits", &text))
    }
}

/// An integer of 64 bits as 16 hexadecimal digits, the most significant first.
pub(crate) mod bits {
    use super::*;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        bytes::deserialize(deserializer).map(u64::from_be_bytes)
    }
}

/// An integer of any size and sign in hexadecimal, the most significant digit first.
pub(crate) mod hexadecimal_integer {
    use super::*;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BigInt, D::Error> {
        integer(deserializer, 16)
    }
}

/// An integer of any size and sign as a decimal string.
pub(crate) mod decimal_integer {
    use super::*;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BigInt, D::Error> {
        integer(deserializer, 10)
    }
}

fn integer<'de, D: Deserializer<'de>>(deserializer: D, radix: u32) -> Result<BigInt, D::Error> {
    let text = String::deserialize(deserializer)?;
    BigInt::parse_bytes(text.as_bytes(), radix)
        .ok_or_else(|| unexpected(&format!("an integer in base {radix}"), &text))
}

fn unexpected<E: Error>(expected: &str, found: &str) -> E {
    E::custom(format!("expected {expected}, found {found:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct FourBytes(#[serde(with = "bytes")] [u8; 4]);

    #[test]
    fn bytes_have_exactly_their_length() {
        let parse = serde_json::from_str::<FourBytes>;
        assert_eq!(parse(r#""01020304""#).unwrap().0, [1, 2, 3, 4]);
        for wrong in [r#""010203""#, r#""0102030405""#, r#""0102030g""#] {
            let error = parse(wrong).unwrap_err().to_string();
            assert!(
                error.starts_with("expected 4 bytes in hexadecimal"),
                "{error}"
            );
        }
    }
}
