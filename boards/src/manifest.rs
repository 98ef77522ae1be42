//! Manifest of an image: board, part and build it is for, size and checksum.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Board;

/// The version of the format that this program writes, and the only one it reads.
const FORMAT: u32 = 1;

/// The description of an image, written as JSON in a file beside the bitstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Manifest {
    format: u32,
    pub board: String,
    /// The FPGA, without package and speed.
    pub device: String,
    pub package: String,
    /// Answer of the FPGA's JTAG port to IDCODE: eight hexadecimal digits in JSON.
    #[serde(with = "digits")]
    pub idcode: u32,
    /// Fingerprint of the build. Where it is in hexadecimal digits, the last eight are the hardware
    /// build that the board tells, so that the two can be compared.
    pub build: String,
    pub lanes: u32,
    /// Clock of the array, in Hz.
    pub clock_hz: u32,
    pub bytes: u32,
    /// SHA-256 of the bitstream: 64 hexadecimal digits in JSON.
    #[serde(with = "hex")]
    pub sha256: [u8; 32],
}

/// An image or its manifest that is not as expected; `expected` is the manifest's or the board's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum ManifestError {
    /// It cannot be read as JSON, or fields are missing, unknown or wrong; `found` says what and where.
    #[error("expected a manifest, found {found}; build the image again")]
    Json { found: String },
    /// It has another version of the format.
    #[error("expected a manifest of format {FORMAT}, found {found}; use the version that wrote it")]
    Format { found: u32 },
    /// It is for another board or FPGA.
    #[error("expected an image for {expected}, found one for {found}; build it for this board")]
    Part { expected: String, found: String },
    /// The bitstream has another size.
    #[error("expected a bitstream of {expected} bytes, found {found}; fetch or build it again")]
    Size { expected: u32, found: usize },
    /// The bitstream has another checksum.
    #[error("expected a bitstream with SHA-256 {expected}, found {found}; fetch or build it again")]
    Checksum { expected: String, found: String },
}

impl Manifest {
    /// Describes `bitstream`, an image for `board` with `lanes` lanes at `clock_hz`. `build` is the
    /// fingerprint of what it was made from.
    ///
    /// # Panics
    /// If the bitstream has 4 GiB or more, which no flash memory here holds.
    pub fn new(
        board: &Board,
        build: impl Into<String>,
        lanes: u32,
        clock_hz: u32,
        bitstream: &[u8],
    ) -> Self {
        Self {
            format: FORMAT,
            board: board.name.clone(),
            device: board.part.device.clone(),
            package: board.part.package.clone(),
            idcode: board.part.idcode,
            build: build.into(),
            lanes,
            clock_hz,
            bytes: u32::try_from(bitstream.len()).expect("a bitstream below 4 GiB"),
            sha256: Sha256::digest(bitstream).into(),
        }
    }

    /// The text of its file, JSON with a line feed at the end.
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self);
        json.expect("numbers and texts have no way to fail") + "\n"
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// If it is no manifest, or has unknown fields or another version.
    pub fn from_json(text: &str) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        // Another version may have other fields, which are not what is wrong with it.
        let version: Version = serde_json::from_str(text).map_err(not_read)?;
        if version.format != FORMAT {
            let found = version.format;
            return Err(ManifestError::Format { found });
        }
        serde_json::from_str(text).map_err(not_read)
    }

    /// Checks that `bitstream` is what this describes, and that it is for `board`.
    ///
    /// # Errors
    /// If it is for another board or FPGA, or has another size or checksum.
    pub fn check(&self, board: &Board, bitstream: &[u8]) -> Result<(), ManifestError> {
        self.check_part(board)?;
        if u32::try_from(bitstream.len()) != Ok(self.bytes) {
            return Err(ManifestError::Size {
                expected: self.bytes,
                found: bitstream.len(),
            });
        }
        let found: [u8; 32] = Sha256::digest(bitstream).into();
        if found != self.sha256 {
            return Err(ManifestError::Checksum {
                expected: hex::encode(self.sha256),
                found: hex::encode(found),
            });
        }
        Ok(())
    }

    /// Checks that the image is for `board`.
    ///
    /// # Errors
    /// If it is not.
    pub fn check_part(&self, board: &Board) -> Result<(), ManifestError> {
        let part = &board.part;
        let named = |board: &str, device: &str, package: &str, idcode: u32| {
            format!("{board} ({device} in {package}, IDCODE {idcode:08x})")
        };
        let expected = named(&board.name, &part.device, &part.package, part.idcode);
        let found = named(&self.board, &self.device, &self.package, self.idcode);
        match expected == found {
            true => Ok(()),
            false => Err(ManifestError::Part {
                expected,
                found: line(&found),
            }),
        }
    }
}

fn not_read(error: serde_json::Error) -> ManifestError {
    let found = line(&error.to_string());
    ManifestError::Json { found }
}

/// What a file says, on one line that a terminal shows as it is.
fn line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A word as eight hexadecimal digits.
mod digits {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(word: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{word:08x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let word = u32::from_str_radix(&text, 16).ok().filter(|_| digits);
        word.ok_or_else(|| {
            D::Error::custom(format!("eight hexadecimal digits needed, not {text:?}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> Board {
        Board::find("ulx3s-85f").unwrap()
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let manifest = Manifest::new(&board(), "0123abcd", 2, 85_000_000, b"bitstream");
        let text = manifest.to_json();
        assert!(text.contains(r#""idcode": "41113043""#), "{text}");
        assert!(text.contains(r#""build": "0123abcd""#), "{text}");
        assert_eq!(Manifest::from_json(&text).unwrap(), manifest);
        manifest.check(&board(), b"bitstream").unwrap();
    }

    #[test]
    fn the_checksum_is_that_of_sha256() {
        // FIPS 180-2, appendix B.1.
        let manifest = Manifest::new(&board(), "", 1, 1, b"abc");
        let digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(manifest.sha256), digits);
    }

    #[test]
    fn another_part_size_or_content_is_refused() {
        let manifest = Manifest::new(&board(), "", 1, 1, b"bitstream");
        let mut other = board();
        other.part.device = "LFE5U-45F".into();
        other.part.idcode = 0x4111_2043;
        let error = manifest.check(&other, b"bitstream").unwrap_err();
        assert!(matches!(error, ManifestError::Part { .. }), "{error}");
        assert!(error.to_string().contains("IDCODE 41113043"), "{error}");

        let error = manifest.check(&board(), b"bitstrea").unwrap_err();
        assert_eq!(
            error,
            ManifestError::Size {
                expected: 9,
                found: 8
            }
        );
        let error = manifest.check(&board(), b"bitstreaM").unwrap_err();
        assert!(matches!(error, ManifestError::Checksum { .. }), "{error}");
    }

    #[test]
    fn unknown_fields_and_versions_are_refused() {
        let text = Manifest::new(&board(), "", 1, 1, b"").to_json();
        let more = text.replace("\"lanes\"", "\"colour\": 1,\n  \"lanes\"");
        let error = Manifest::from_json(&more).unwrap_err().to_string();
        assert!(error.contains("unknown field `colour`"), "{error}");

        let later = more.replace("\"format\": 1", "\"format\": 2");
        let error = Manifest::from_json(&later).unwrap_err();
        assert_eq!(error, ManifestError::Format { found: 2 });

        let odd = text.replace("41113043", "+1113043");
        assert!(matches!(
            Manifest::from_json(&odd),
            Err(ManifestError::Json { .. })
        ));
        assert!(matches!(
            Manifest::from_json("[]"),
            Err(ManifestError::Json { .. })
        ));
    }
}
