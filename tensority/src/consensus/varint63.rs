//! Integers of a serialized block: little-endian base 128 (LEB128), at most 2^63 - 1.
//!
//! Source: Bytom v1.1.0, encoding/blockchain.

use alloc::vec::Vec;

use crate::Error;

/// The greatest integer a block can hold, so the greatest nonce, timestamp and bits.
pub const MAX: u64 = (1 << 63) - 1;

/// Appends `value` to `out`, seven bits in a byte, the lowest first; all bytes but the last have
/// their top bit set.
///
/// # Errors
///
/// [`Error::OutOfRange`] with the name of the `field` if the value exceeds [`MAX`].
pub fn write(out: &mut Vec<u8>, field: &'static str, value: u64) -> Result<(), Error> {
    let mut rest = at_most(MAX, field, value)?;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    Ok(())
}

/// Takes one integer off the front of `input`. A form longer than needed is accepted, as Bytom
/// does.
///
/// # Errors
///
/// With the name of the `field`: [`Error::Truncated`] if the input ends first,
/// [`Error::VarintOverflow`] past 64 bits, [`Error::OutOfRange`] above [`MAX`].
pub fn read(input: &mut &[u8], field: &'static str) -> Result<u64, Error> {
    let mut value = 0;
    for position in 0.. {
        let Some((&byte, rest)) = input.split_first() else {
            return Err(Error::Truncated {
                field,
                expected: position + 1,
                found: position,
            });
        };
        *input = rest;
        // The tenth byte has room for bit 63 alone.
        if position > 9 || (position == 9 && byte > 1) {
            return Err(Error::VarintOverflow { field });
        }
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte < 0x80 {
            break;
        }
    }
    at_most(MAX, field, value)
}

/// The value itself if it does not exceed the limit.
pub(crate) fn at_most(limit: u64, field: &'static str, value: u64) -> Result<u64, Error> {
    if value > limit {
        return Err(Error::OutOfRange {
            field,
            limit,
            found: value,
        });
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut bytes: &[u8]) -> Result<u64, Error> {
        read(&mut bytes, "test")
    }

    #[test]
    fn reads_back_what_it_writes() {
        for value in [0, 1, 0x7f, 0x80, 300, 1 << 62, MAX] {
            let mut bytes = Vec::new();
            write(&mut bytes, "test", value).unwrap();
            bytes.push(0xaa);
            let mut input = &bytes[..];
            assert_eq!(read(&mut input, "test"), Ok(value));
            assert_eq!(input, [0xaa], "the next field is left");
        }
    }

    #[test]
    fn refuses_what_does_not_fit_63_bits() {
        let found = 1 << 63;
        let too_great = Error::OutOfRange {
            field: "test",
            limit: MAX,
            found,
        };
        assert_eq!(
            write(&mut Vec::new(), "test", found),
            Err(too_great.clone())
        );
        let mut bytes = [0x80; 10];
        bytes[9] = 1;
        assert_eq!(read_all(&bytes), Err(too_great));
        bytes[9] = 2;
        assert_eq!(
            read_all(&bytes),
            Err(Error::VarintOverflow { field: "test" })
        );
        assert_eq!(
            read_all(&[0x80; 99]),
            Err(Error::VarintOverflow { field: "test" })
        );
    }

    #[test]
    fn refuses_an_end_inside_an_integer() {
        let error = Error::Truncated {
            field: "test",
            expected: 3,
            found: 2,
        };
        assert_eq!(read_all(&[0x80, 0x80]), Err(error));
    }
}
