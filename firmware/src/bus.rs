//! The chip's registers: 32-bit words that the hardware may change, and acts upon.

use core::ptr;

use tensority_firmware::Bus;

use crate::stack::Stack;

/// The chip that the program runs on.
pub struct Chip {
    /// Measure of its stack.
    pub stack: Stack,
}

impl Chip {
    /// The one chip that the program runs on.
    pub fn new() -> Self {
        Self {
            stack: Stack::new(),
        }
    }
}

impl Bus for Chip {
    fn read(&mut self, address: u32) -> u32 {
        // SAFETY: the controller reads what the register map lists: registers, and the staging bank,
        // which Rust does not know of. Any word that they answer is a `u32`.
        unsafe { ptr::read_volatile(register(address)) }
    }

    fn write(&mut self, address: u32, value: u32) {
        // SAFETY: as for `read`; code and RAM are never written this way.
        unsafe { ptr::write_volatile(register(address), value) }
    }

    fn stack_used(&mut self) -> u16 {
        self.stack.used()
    }
}

fn register(address: u32) -> *mut u32 {
    ptr::with_exposed_provenance_mut(address as usize)
}
