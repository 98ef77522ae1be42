//! Frames: a header, a payload and a CRC, stuffed so that the byte 0 only ends a frame.
//!
//! ```text
//! COBS( version u8 │ kind u8 │ number u16 │ payload │ CRC-32 u32 ) 0x00
//! ```
//!
//! The CRC is CRC-32/ISO-HDLC (that of Ethernet and zip) over everything in front of it. The number
//! is the request's, repeated by its answer, or counts the events. Empty frames are nothing: a 0 at
//! any time starts afresh.

use cobs::{CobsEncoder, DecodeResult, DecoderState};

use crate::VERSION;
use crate::crc::{Crc, Digest};
use crate::messages::{Answer, Event, Request};

/// The CRC of frames and of firmware images.
pub const CRC: Crc = Crc;

/// Bytes of version, kind and number.
pub const HEADER: usize = 4;
/// Bytes of the CRC.
pub const CRC_BYTES: usize = 4;
/// Bytes of the longest payload that is understood.
pub const MAX_PAYLOAD: usize = max(Request::MAX_SIZE, max(Answer::MAX_SIZE, Event::MAX_SIZE));
/// Bytes of the longest frame before stuffing. Later versions of a message may be longer than ours.
pub const MAX_BODY: usize = 256;
/// Bytes of the longest frame on the line, with the 0 that ends it.
pub const MAX_FRAME: usize = MAX_BODY + MAX_BODY / 254 + 2;

const _: () = assert!(HEADER + MAX_PAYLOAD + CRC_BYTES <= MAX_BODY);

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

/// Front part of a frame, [`HEADER`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version of the protocol.
    pub version: u8,
    /// Kind byte of the message.
    pub kind: u8,
    /// Number of the request or event; 0 is no request.
    pub number: u16,
}

/// A message of any set, to be sent.
pub trait Message {
    /// Kind byte of the frame.
    fn kind(&self) -> u8;
    /// Writes the payload to the front of `bytes` and returns its length.
    fn put(&self, bytes: &mut [u8; MAX_PAYLOAD]) -> usize;
}

macro_rules! message {
    ($($set:ty),*) => {$(
        impl Message for $set {
            fn kind(&self) -> u8 {
                self.kind()
            }
            fn put(&self, bytes: &mut [u8; MAX_PAYLOAD]) -> usize {
                self.put(bytes)
            }
        }
    )*};
}
message!(Request, Answer, Event);

/// Writes a frame, with the 0 that ends it, to `line`; returns its length.
pub fn encode(number: u16, message: &impl Message, line: &mut [u8; MAX_FRAME]) -> usize {
    let mut payload = [0; MAX_PAYLOAD];
    let size = message.put(&mut payload);
    let header = Header {
        version: VERSION,
        kind: message.kind(),
        number,
    };
    encode_parts(header, payload.get(..size).unwrap_or(&payload), line)
}

/// As [`encode`], with any header and payload; a payload of more than `MAX_BODY` - 8 bytes is cut.
/// Returns 0 if `line` is too short; [`MAX_FRAME`] bytes are always enough.
pub fn encode_parts(header: Header, payload: &[u8], line: &mut [u8]) -> usize {
    let payload = payload
        .get(..MAX_BODY - HEADER - CRC_BYTES)
        .unwrap_or(payload);
    let [low, high] = header.number.to_le_bytes();
    let head = [header.version, header.kind, low, high];
    let mut digest = CRC.digest();
    digest.update(&head);
    digest.update(payload);
    let crc = digest.finalize().to_le_bytes();
    let mut encoder = CobsEncoder::new(line);
    let fits = [&head, payload, &crc]
        .iter()
        .try_for_each(|part| encoder.push(part));
    let stuffed = encoder.finalize();
    match (fits, line.get_mut(stuffed)) {
        (Ok(()), Some(end)) => {
            *end = 0;
            stuffed + 1
        }
        _ => 0,
    }
}

/// Fault of the bytes up to a 0 that are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A run of COBS ends too early, or there is less than a header and a CRC.
    #[error("not a frame")]
    Broken,
    /// Longer than [`MAX_BODY`].
    #[error("frame of more than {MAX_BODY} bytes")]
    Oversized,
    /// The CRC does not fit.
    #[error("frame with CRC {computed:08x}, but {found:08x} stands behind it")]
    Checksum {
        /// Of the bytes that came.
        computed: u32,
        /// Behind them.
        found: u32,
    },
}

/// A frame that came whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its header; the version may be one that is not spoken.
    pub header: Header,
    /// The payload.
    pub payload: &'a [u8],
    /// The CRC, which tells a repeated frame from a new one.
    pub crc: u32,
}

/// Takes the line's bytes one by one.
///
/// The CRC is computed on the way, so that little is left to do after the last byte.
pub struct Decoder {
    state: DecoderState,
    body: [u8; MAX_BODY],
    length: usize,
    digest: Digest,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// Waits for a frame to begin.
    pub const fn new() -> Self {
        Self {
            state: DecoderState::Idle,
            body: [0; MAX_BODY],
            length: 0,
            digest: CRC.digest(),
        }
    }

    /// Takes a byte; returns a frame, or why there is none, with the 0 that ends it.
    pub fn feed(&mut self, byte: u8) -> Option<Result<Frame<'_>, FrameError>> {
        match self.state.feed(byte) {
            Ok(DecodeResult::NoData) => None,
            Ok(DecodeResult::DataStart) => {
                self.length = 0;
                self.digest = CRC.digest();
                None
            }
            Ok(DecodeResult::DataContinue(byte)) => {
                self.keep(byte);
                None
            }
            Ok(DecodeResult::DataComplete) => Some(self.frame()),
            Err(_) => Some(Err(match self.length > MAX_BODY {
                true => FrameError::Oversized,
                false => FrameError::Broken,
            })),
        }
    }

    /// Keeps a byte, if there is room; the CRC follows four bytes behind, since those may be the
    /// CRC itself.
    fn keep(&mut self, byte: u8) {
        if let Some(place) = self.body.get_mut(self.length) {
            *place = byte;
            if let Some(covered) = self.length.checked_sub(CRC_BYTES) {
                let byte = self.body.get(covered).copied().unwrap_or_default();
                self.digest.update(&[byte]);
            }
        }
        self.length = (self.length + 1).min(MAX_BODY + 1);
    }

    fn frame(&self) -> Result<Frame<'_>, FrameError> {
        let body = self.body.get(..self.length).ok_or(FrameError::Oversized)?;
        let (rest, found) = body.split_last_chunk().ok_or(FrameError::Broken)?;
        let (head, payload) = rest.split_first_chunk().ok_or(FrameError::Broken)?;
        let [version, kind, low, high] = *head;
        let computed = self.digest.finalize();
        let found = u32::from_le_bytes(*found);
        if computed != found {
            return Err(FrameError::Checksum { computed, found });
        }
        let number = u16::from_le_bytes([low, high]);
        Ok(Frame {
            header: Header {
                version,
                kind,
                number,
            },
            payload,
            crc: found,
        })
    }
}
