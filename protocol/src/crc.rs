//! CRC-32/ISO-HDLC, that of Ethernet and zip: polynomial 0x04c11db7, bits reflected, all ones at the
//! beginning and inverted at the end.
//!
//! Half a byte at a time: the controller has little room for tables, and little time for bits.

/// The CRC-32/ISO-HDLC.
#[derive(Clone, Copy, Debug)]
pub struct Crc;

impl Crc {
    /// The CRC of bytes.
    pub fn checksum(self, bytes: &[u8]) -> u32 {
        let mut digest = self.digest();
        digest.update(bytes);
        digest.finalize()
    }

    /// The CRC of bytes that come by and by.
    pub const fn digest(self) -> Digest {
        Digest { crc: 0 }
    }
}

/// The CRC of the bytes so far.
#[derive(Clone, Debug)]
pub struct Digest {
    crc: u32,
}

impl Digest {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut rest = !self.crc;
        for byte in bytes {
            rest ^= u32::from(*byte);
            rest = rest >> 4 ^ TABLE[rest as usize & 15];
            rest = rest >> 4 ^ TABLE[rest as usize & 15];
        }
        self.crc = !rest;
    }

    /// The CRC of all bytes.
    pub const fn finalize(&self) -> u32 {
        self.crc
    }
}

/// Effect that four bits which leave at the low end have on the rest.
static TABLE: [u32; 16] = {
    let mut table = [0; 16];
    let mut i = 0;
    while i < 16 {
        let mut rest = i as u32;
        let mut bit = 0;
        while bit < 4 {
            let reduce = if rest & 1 == 1 { 0xedb8_8320 } else { 0 };
            rest = rest >> 1 ^ reduce;
            bit += 1;
        }
        table[i] = rest;
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogues_check_value_comes_out() {
        assert_eq!(Crc.checksum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn it_is_the_crc_of_a_crate_that_shares_no_code() {
        let theirs = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
        let bytes: [u8; 600] = core::array::from_fn(|i| (i * i / 7) as u8);
        for length in 0..bytes.len() {
            let (left, right) = bytes[..length].split_at(length / 3);
            let mut digest = Crc.digest();
            digest.update(left);
            digest.update(right);
            assert_eq!(digest.finalize(), theirs.checksum(&bytes[..length]));
        }
    }
}
