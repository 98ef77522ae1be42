//! What was expected of a file, and what was found.

use crate::generated::tflite as file;
use crate::reader::ReadError;

pub fn unexpected<T>(
    place: &str,
    expected: impl ToString,
    found: impl ToString,
) -> Result<T, ReadError> {
    Err(ReadError::Unexpected {
        place: place.into(),
        expected: expected.to_string(),
        found: found.to_string(),
    })
}

pub fn expect_type(
    place: &str,
    found: file::TensorType,
    expected: file::TensorType,
) -> Result<(), ReadError> {
    match found == expected {
        true => Ok(()),
        false => {
            let name = |kind: file::TensorType| kind.variant_name().unwrap_or("an unknown type");
            unexpected(place, format!("type {}", name(expected)), name(found))
        }
    }
}

pub fn expect_equal<T: PartialEq + std::fmt::Debug>(
    place: &str,
    what: &str,
    expected: T,
    found: T,
) -> Result<(), ReadError> {
    match expected == found {
        true => Ok(()),
        false => unexpected(place, format!("{what}: {expected:?}"), format!("{found:?}")),
    }
}
