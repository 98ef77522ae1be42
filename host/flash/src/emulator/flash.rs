//! A serial flash memory, W25Q128JV: 16 MiB in pages of 256 bytes, erased in 4, 32 or 64 KiB.
//!
//! Programming only clears bits. While it programs or erases it answers status reads and nothing else;
//! how long that takes is counted in status bytes read, not in time, but for its registers. Its power can be cut in the middle:
//! what was done until then stays. Its status registers protect blocks (`status.rs`). Without: quad modes, locks
//! of single blocks, suspending, one-time areas.

use std::time::{Duration, Instant};

use super::status::{BUSY, Status, WRITE_ENABLED};

/// A byte that was erased.
pub const ERASED: u8 = 0xff;

/// Maker, kind and size, as the memory tells them.
const JEDEC_ID: [u8; 3] = [0xef, 0x40, 0x18];

const PAGE: usize = 256;

/// Status bytes that are read before a page is programmed, and before something is erased.
const PROGRAM_TIME: u32 = 2;
const ERASE_TIME: u32 = 5;

/// Time of a write of a register, the typical one of the data sheet.
const REGISTER_TIME: Duration = Duration::from_millis(10);

mod command {
    pub const WRITE_STATUS: u8 = 0x01;
    pub const PROGRAM: u8 = 0x02;
    pub const READ: u8 = 0x03;
    pub const WRITE_DISABLE: u8 = 0x04;
    pub const STATUS: u8 = 0x05;
    pub const WRITE_ENABLE: u8 = 0x06;
    pub const FAST_READ: u8 = 0x0b;
    pub const WRITE_STATUS_3: u8 = 0x11;
    pub const STATUS_3: u8 = 0x15;
    pub const ERASE_4K: u8 = 0x20;
    pub const WRITE_STATUS_2: u8 = 0x31;
    pub const STATUS_2: u8 = 0x35;
    pub const ERASE_32K: u8 = 0x52;
    pub const ID: u8 = 0x9f;
    pub const ERASE_ALL: u8 = 0xc7;
    pub const ERASE_64K: u8 = 0xd8;
}

/// A serial flash memory.
#[derive(Clone, Debug)]
pub struct Flash {
    content: Vec<u8>,
    id: [u8; 3],
    status: Status,
    write_enabled: bool,
    /// Status bytes until it is idle.
    busy: u32,
    /// When the last write of a register is done.
    registers_at: Option<Instant>,
    /// Bytes of the current transaction.
    received: Vec<u8>,
    /// Bytes to program or erase before the power goes.
    until_cut: Option<usize>,
    has_power: bool,
    /// A byte that is worn out, and the bits of it that are not.
    stuck: Option<(usize, u8)>,
}

impl Default for Flash {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Flash {
    /// Its size in bytes.
    pub const BYTES: usize = 16 << 20;

    /// A memory with this content, erased behind it; what is more than [`BYTES`](Self::BYTES) is cut off.
    pub fn new(mut content: Vec<u8>) -> Self {
        content.resize(Self::BYTES, ERASED);
        Self {
            content,
            id: JEDEC_ID,
            status: Status::default(),
            write_enabled: false,
            busy: 0,
            registers_at: None,
            received: Vec::new(),
            until_cut: None,
            has_power: true,
            stuck: None,
        }
    }

    /// All bytes, from address 0.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// What it holds, to be changed past its interface.
    pub fn content_mut(&mut self) -> &mut [u8] {
        &mut self.content
    }

    /// Has it tell another maker (JEDEC).
    pub fn set_maker(&mut self, maker: u8) {
        self.id[0] = maker;
    }

    /// Sets the status registers past the interface. With WP# at ground their own bits can lock them.
    pub fn set_status(&mut self, registers: [u8; 3], grounded: bool) {
        self.status = Status::new(registers, grounded);
    }

    /// The status registers.
    pub fn status(&self) -> [u8; 3] {
        [0, 1, 2].map(|number| self.status.read(number))
    }

    /// Cuts the power when so many more bytes have been programmed or erased.
    pub fn cut_after(&mut self, bytes: usize) {
        self.until_cut = Some(bytes);
    }

    /// Wears out the byte at `address`: from now on it can be set to no bits but `others`.
    pub fn stick(&mut self, address: usize, others: u8) {
        self.stuck = Some((address, others));
    }

    /// Whether it has power.
    pub fn has_power(&self) -> bool {
        self.has_power
    }

    /// Gives it power again, or anew.
    pub fn power_on(&mut self) {
        self.has_power = true;
        self.status.power_on();
        self.until_cut = None;
        self.write_enabled = false;
        self.busy = 0;
        self.registers_at = None;
        self.received.clear();
    }

    /// Begins a transaction: chip select goes low.
    pub fn select(&mut self) {
        self.received.clear();
    }

    /// The byte that goes out while the next one comes in.
    pub fn output(&self) -> u8 {
        let Some(&instruction) = self.received.first() else {
            return ERASED;
        };
        let place = self.received.len() - 1;
        match instruction {
            command::STATUS => self.first_status(),
            command::STATUS_2 => self.status.read(1),
            command::STATUS_3 => self.status.read(2),
            _ if self.is_busy() => ERASED,
            command::ID => self.id[place % JEDEC_ID.len()],
            command::READ if place >= 3 => self.read(place - 3),
            command::FAST_READ if place >= 4 => self.read(place - 4),
            _ => ERASED,
        }
    }

    /// Takes the byte that comes in, most significant bit first.
    pub fn input(&mut self, byte: u8) {
        if self.received.first() == Some(&command::STATUS) {
            self.busy = self.busy.saturating_sub(1);
        }
        self.received.push(byte);
    }

    /// Ends a transaction: chip select goes high. Now it does what it was told.
    pub fn deselect(&mut self) {
        let received = std::mem::take(&mut self.received);
        let Some(&instruction) = received.first() else {
            return;
        };
        if self.is_busy() || !self.has_power {
            return;
        }
        match instruction {
            command::WRITE_ENABLE => self.write_enabled = true,
            command::WRITE_DISABLE => self.write_enabled = false,
            command::WRITE_STATUS => self.write_status(&received[1..], 0),
            command::WRITE_STATUS_2 => self.write_status(&received[1..], 1),
            command::WRITE_STATUS_3 => self.write_status(&received[1..], 2),
            command::PROGRAM if received.len() > 4 => self.program(&received),
            command::ERASE_4K => self.erase(&received, 4 << 10),
            command::ERASE_32K => self.erase(&received, 32 << 10),
            command::ERASE_64K => self.erase(&received, 64 << 10),
            command::ERASE_ALL => self.erase(&[instruction, 0, 0, 0], Self::BYTES),
            _ => {}
        }
    }

    fn is_busy(&self) -> bool {
        self.busy > 0 || self.registers_at.is_some_and(|done| Instant::now() < done)
    }

    fn first_status(&self) -> u8 {
        let enabled = if self.write_enabled { WRITE_ENABLED } else { 0 };
        let busy = if self.is_busy() { BUSY } else { 0 };
        self.status.read(0) | enabled | busy
    }

    /// Writes registers from `number` on.
    fn write_status(&mut self, values: &[u8], number: usize) {
        if values.is_empty() || !std::mem::take(&mut self.write_enabled) {
            return;
        }
        self.registers_at = Some(Instant::now() + REGISTER_TIME);
        for (place, value) in values.iter().take(3 - number).enumerate() {
            self.status.write(number + place, *value);
        }
    }

    fn read(&self, place: usize) -> u8 {
        let place = (address(&self.received) + place) % Self::BYTES;
        self.content[place]
    }

    fn program(&mut self, received: &[u8]) {
        if !std::mem::take(&mut self.write_enabled) {
            return;
        }
        let start = address(received);
        let page = start - start % PAGE;
        if self.status.protects(&(page..page + PAGE)) {
            return;
        }
        self.busy = PROGRAM_TIME;
        for (place, byte) in received[4..].iter().enumerate() {
            if !self.may_change() {
                return;
            }
            // Behind the end of its page it goes on at the beginning.
            let place = page + (start + place) % PAGE;
            self.set(place, self.content[place] & byte);
        }
    }

    fn erase(&mut self, received: &[u8], bytes: usize) {
        if received.len() != 4 || !std::mem::take(&mut self.write_enabled) {
            return;
        }
        let start = address(received) / bytes * bytes;
        if self.status.protects(&(start..start + bytes)) {
            return;
        }
        self.busy = ERASE_TIME;
        for place in start..start + bytes {
            if !self.may_change() {
                return;
            }
            self.set(place, ERASED);
        }
    }

    fn set(&mut self, place: usize, byte: u8) {
        self.content[place] = match self.stuck {
            Some((stuck, others)) if stuck == place => byte & others,
            _ => byte,
        };
    }

    /// Whether there is power to change another byte.
    fn may_change(&mut self) -> bool {
        match &mut self.until_cut {
            Some(0) => self.has_power = false,
            Some(left) => *left -= 1,
            None => {}
        }
        self.has_power
    }
}

/// The address behind an instruction.
fn address(received: &[u8]) -> usize {
    let [high, middle, low] = [received[1], received[2], received[3]];
    u32::from_be_bytes([0, high, middle, low]) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends bytes, and returns what came out meanwhile.
    fn send(flash: &mut Flash, bytes: &[u8]) -> Vec<u8> {
        flash.select();
        let answer = bytes.iter().map(|byte| {
            let output = flash.output();
            flash.input(*byte);
            output
        });
        let answer = answer.collect();
        flash.deselect();
        answer
    }

    fn wait(flash: &mut Flash) {
        for _ in 0..100 {
            if send(flash, &[command::STATUS, 0])[1] & BUSY == 0 {
                return;
            }
        }
        panic!("expected it to be idle after 100 looks");
    }

    fn write(flash: &mut Flash, bytes: &[u8]) {
        send(flash, &[command::WRITE_ENABLE]);
        send(flash, bytes);
    }

    #[test]
    fn it_says_who_it_is() {
        let mut flash = Flash::default();
        assert_eq!(send(&mut flash, &[0x9f, 0, 0, 0])[1..], JEDEC_ID);
    }

    #[test]
    fn programming_clears_bits_and_erasing_sets_them() {
        let mut flash = Flash::default();
        write(&mut flash, &[command::PROGRAM, 0, 1, 0, 0xf0, 0x0f]);
        wait(&mut flash);
        write(&mut flash, &[command::PROGRAM, 0, 1, 0, 0xaa]);
        wait(&mut flash);
        let read = send(&mut flash, &[command::READ, 0, 1, 0, 0, 0, 0]);
        assert_eq!(read[4..], [0xa0, 0x0f, 0xff]);
        write(&mut flash, &[command::ERASE_4K, 0, 0x0f, 0xff]);
        wait(&mut flash);
        assert_eq!(flash.content()[0x100], ERASED);
    }

    #[test]
    fn nothing_is_written_unless_it_is_enabled_and_idle() {
        let mut flash = Flash::default();
        send(&mut flash, &[command::PROGRAM, 0, 0, 0, 0]);
        assert_eq!(flash.content()[0], ERASED);
        write(&mut flash, &[command::PROGRAM, 0, 0, 0, 1]);
        write(&mut flash, &[command::PROGRAM, 0, 0, 0, 0]);
        assert_eq!(flash.content()[0], 1, "the second came while it was busy");
    }

    #[test]
    fn a_page_ends_where_it_begins() {
        let mut flash = Flash::default();
        write(&mut flash, &[command::PROGRAM, 0, 0, 0xff, 1, 2]);
        assert_eq!(flash.content()[0xff], 1);
        assert_eq!(flash.content()[0], 2);
        assert_eq!(flash.content()[0x100], ERASED);
    }

    #[test]
    fn a_cut_leaves_what_was_done() {
        let mut flash = Flash::new(vec![0; 0x20000]);
        flash.cut_after(0x8000);
        write(&mut flash, &[command::ERASE_64K, 0, 0, 0]);
        assert!(!flash.has_power());
        assert_eq!(flash.content()[0x7fff], ERASED);
        assert_eq!(flash.content()[0x8000], 0);
        flash.power_on();
        write(&mut flash, &[command::ERASE_64K, 0, 0, 0]);
        assert_eq!(flash.content()[0xffff], ERASED);
        assert_eq!(flash.content()[0x10000], 0);
    }
}
