//! Messages to the host, kept as they go into a frame: the kind and the payload's bytes.
//!
//! Writing them at once, where they are made, takes less code than to hand them on as the protocol's
//! structs.

use tensority_protocol::VERSION;
use tensority_protocol::frame::{CRC_BYTES, HEADER, Header, encode_parts};
use tensority_protocol::layout::Payload;

/// Bytes that a frame of less than 254 has on the line beside its payload: stuffing adds one, and a 0
/// ends it.
pub const FRAME: usize = HEADER + CRC_BYTES + 2;

/// A message of at most `N` bytes of payload.
pub struct Message<const N: usize> {
    kind: u8,
    length: u8,
    bytes: [u8; N],
}

impl<const N: usize> Message<N> {
    /// Empty, of kind 0.
    pub const NONE: Self = Self {
        kind: 0,
        length: 0,
        bytes: [0; N],
    };

    /// Takes the place of what it held.
    #[inline]
    pub fn put<P: Payload>(&mut self, payload: &P) {
        const { assert!(P::SIZE <= N && N + FRAME < 254) };
        self.kind = P::KIND;
        self.length = P::SIZE as u8;
        payload.put(&mut self.bytes);
    }

    /// Writes the frame to `line`, of `N` + [`FRAME`] bytes at least; returns its length.
    pub fn encode(&self, number: u16, line: &mut [u8]) -> usize {
        let header = Header {
            version: VERSION,
            kind: self.kind,
            number,
        };
        let payload = self.bytes.get(..usize::from(self.length));
        encode_parts(header, payload.unwrap_or_default(), line)
    }
}
