//! The chip answers at its JTAG port as documented, pin by pin.

use tensority_boards::bitstream;
use tensority_flash::emulator::{Chip, Flash, Origin};

const IDCODE: u32 = 0x4111_3043;
const DONE: u32 = 1 << 8;
const ENABLED: u32 = 1 << 9;
const FAIL: u32 = 1 << 13;
const FIRST_FAILED: u32 = 1 << 22;

/// A bitstream without a frame, which configures nothing and is accepted.
fn empty(usercode: u32) -> Vec<u8> {
    let words = [
        &bitstream::PREAMBLE[..],
        &[0x3b, 0, 0, 0, 0xe2, 0, 0, 0],
        &IDCODE.to_be_bytes(),
        &[0xc2, 0, 0, 0],
        &usercode.to_be_bytes(),
        &[0x5e, 0, 0, 0],
    ];
    words.concat()
}

/// A debugger that moves the pins.
struct Debugger(Chip);

impl Debugger {
    fn new(flash: Flash) -> Self {
        let mut debugger = Self(Chip::new(IDCODE, flash));
        debugger.tms("111110");
        debugger
    }

    fn tms(&mut self, bits: &str) {
        for bit in bits.bytes() {
            self.0.clock(bit == b'1', false);
        }
    }

    /// Shifts bits from Idle through a register and back to Idle; what came out.
    fn scan(&mut self, way: &str, bits: impl ExactSizeIterator<Item = bool>) -> u64 {
        self.tms(way);
        let last = bits.len() - 1;
        let mut out = 0;
        for (place, bit) in bits.enumerate() {
            let came = self.0.clock(place == last, bit);
            out |= u64::from(came)
                .checked_shl(place as u32)
                .unwrap_or_default();
        }
        self.tms("10");
        out
    }

    fn instruction(&mut self, instruction: u8) {
        self.scan("1100", (0..8).map(|bit| instruction >> bit & 1 != 0));
    }

    fn data(&mut self, bits: u32, data: u64) -> u64 {
        self.scan("100", (0..bits).map(|bit| data >> bit & 1 != 0))
    }

    fn status(&mut self) -> u32 {
        self.instruction(0x3c);
        self.data(32, 0) as u32
    }

    fn load(&mut self, bitstream: &[u8]) {
        self.instruction(0xc6);
        self.data(8, 0);
        self.instruction(0x0e);
        self.data(8, 1);
        self.instruction(0x7a);
        let bits: Vec<_> = bitstream
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 != 0))
            .collect();
        self.scan("100", bits.into_iter());
    }
}

#[test]
fn the_idcode_is_there_after_a_reset_and_tdi_comes_behind_it() {
    let mut debugger = Debugger::new(Flash::default());
    let out = debugger.data(40, 0xa5);
    assert_eq!(out as u32, IDCODE);
    assert_eq!(out >> 32, 0xa5);
}

#[test]
fn instructions_that_are_not_known_are_bypassed() {
    let mut debugger = Debugger::new(Flash::default());
    debugger.instruction(0x55);
    assert_eq!(debugger.data(9, 0b1_0110_0101), 0b0_1100_1010);
}

#[test]
fn a_bitstream_is_taken_only_where_configuration_is_enabled() {
    let mut debugger = Debugger::new(Flash::default());
    debugger.load(&empty(7));
    assert_eq!(debugger.status() & (DONE | ENABLED | FAIL), DONE | ENABLED);
    let running = debugger.0.running().expect("it runs");
    assert_eq!((running.origin, running.usercode), (Origin::Jtag, 7));
    debugger.instruction(0xc0);
    assert_eq!(debugger.data(32, 0), 7);
    debugger.instruction(0x26);
    assert_eq!(debugger.status() & (DONE | ENABLED), DONE);

    debugger.instruction(0x0e);
    debugger.data(8, 1);
    assert_eq!(
        debugger.status() & (DONE | FAIL),
        DONE | FAIL,
        "erased without leave"
    );
}

#[test]
fn the_status_tells_why_a_bitstream_is_not_taken() {
    let good = empty(7);
    let mut other = good.clone();
    other[15] ^= 1;
    let mut unknown = good.clone();
    unknown[24] = 0x11;
    // A checksum behind the number, which is wrong.
    let mut checked = good.clone();
    checked[17] = 0x80;
    let short = &good[..good.len() - 4];
    for (bitstream, reason) in [
        (&other[..], 1),
        (&unknown, 2),
        (&checked, 3),
        (&good[1..], 4),
        (short, 5),
    ] {
        let mut debugger = Debugger::new(Flash::default());
        debugger.load(bitstream);
        let status = debugger.status();
        assert_eq!((status & FAIL, status >> 23 & 7), (FAIL, reason));
        assert!(debugger.0.running().is_none());
    }
}

#[test]
fn it_starts_from_address_0_else_from_where_the_last_page_leads() {
    let golden = 0xc0_0000;
    let mut content = vec![0xff; Flash::BYTES];
    content[..28].copy_from_slice(&empty(1));
    content[golden..golden + 28].copy_from_slice(&empty(2));
    let end = Flash::BYTES - 256;
    content[end..].copy_from_slice(&bitstream::jump(golden as u32));
    let mut debugger = Debugger::new(Flash::new(content.clone()));
    assert_eq!(
        debugger.0.running().map(|running| running.usercode),
        Some(1)
    );
    assert_eq!(debugger.status() & FIRST_FAILED, 0);

    debugger.0.flash_mut().content_mut()[15] ^= 1;
    debugger.instruction(0x79);
    let running = debugger.0.running().expect("it runs");
    assert_eq!(
        (running.origin, running.usercode),
        (Origin::Flash(golden), 2)
    );
    assert_eq!(
        debugger.status() & (DONE | FIRST_FAILED),
        DONE | FIRST_FAILED
    );

    debugger.0.flash_mut().content_mut()[end..].fill(0xff);
    debugger.instruction(0x79);
    assert!(debugger.0.running().is_none());
    assert_eq!(debugger.status() & (DONE | FAIL), FAIL);
}
