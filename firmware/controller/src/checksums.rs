//! Collector of the checksums that the core reads back, until all that were asked for are there.

use tensority_protocol::messages::Checksums as Message;

/// Checksums that are asked for at a time.
pub const SUMS: u32 = 16;

/// [`SUMS`] checksums, as far as they are read.
pub struct Checksums {
    message: Message,
    missing: u8,
    done: bool,
}

impl Checksums {
    /// With none wanted.
    pub const fn new() -> Self {
        Self {
            message: Message {
                first: 0,
                sums: [0; 64],
            },
            missing: 0,
            done: false,
        }
    }

    /// Those from matrix `first` on are wanted.
    pub fn begin(&mut self, first: u8) {
        self.message.first = first;
        self.missing = SUMS as u8;
        self.done = false;
    }

    /// Takes a checksum; tells whether it is the last that was wanted.
    pub fn take(&mut self, matrix: u8, sum: u32) -> bool {
        let place = usize::from(matrix.wrapping_sub(self.message.first));
        if let Some(own) = self.message.sums.as_chunks_mut::<4>().0.get_mut(place) {
            *own = sum.to_le_bytes();
            self.missing = self.missing.saturating_sub(1);
            self.done = self.missing == 0;
        }
        self.done
    }

    /// All of them, once.
    pub fn done(&mut self) -> Option<Message> {
        core::mem::take(&mut self.done).then_some(self.message)
    }
}
