//! High-water mark of the stack: the start-up has painted it, and the lowest word that has another
//! colour was used.

use core::ptr;

use crate::start::STACK_PAINT;

/// Words that are looked at in a turn, so that no turn is long.
const WORDS_IN_A_TURN: usize = 8;

unsafe extern "C" {
    static __bss_end: u32;
    static __stack_top: u32;
}

/// Looks up from the bottom of the stack, a few words in a turn.
pub struct Stack {
    at: *const u32,
    used: u16,
}

impl Stack {
    /// Begins at the bottom.
    pub fn new() -> Self {
        Self {
            at: bottom(),
            used: 0,
        }
    }

    /// Looks at a few words.
    pub fn turn(&mut self) {
        for _ in 0..WORDS_IN_A_TURN {
            // SAFETY: `at` lies between the end of the variables and the stack's used part, which
            // this very call has made not empty: RAM that the start-up has filled.
            if unsafe { ptr::read_volatile(self.at) } != STACK_PAINT {
                self.used = (top() as usize - self.at as usize) as u16;
                self.at = bottom();
                return;
            }
            self.at = self.at.wrapping_add(1);
        }
    }

    /// Bytes, as far as it has looked.
    pub fn used(&self) -> u16 {
        self.used
    }
}

fn bottom() -> *const u32 {
    &raw const __bss_end
}

fn top() -> *const u32 {
    &raw const __stack_top
}
