//! The program of the on-chip controller, a PicoRV32 without interrupts (RV32I).
//!
//! What it does is in the crate `tensority-firmware`; here is the way to the registers, the start-up,
//! and the loop.
#![no_std]
#![no_main]

mod bus;
mod stack;
mod start;

use tensority_firmware::Controller;

/// In `.bss`, where its size can be seen, and not on the stack.
static mut CONTROLLER: Controller = Controller::new();

/// Looks at everything, over and over.
extern "C" fn main() -> ! {
    let controller = &raw mut CONTROLLER;
    // SAFETY: the start-up code calls this once, there are no interrupts, and nothing else names it.
    let controller = unsafe { &mut *controller };
    let mut chip = bus::Chip::new();
    controller.start(&mut chip);
    loop {
        controller.turn(&mut chip);
        chip.stack.turn();
    }
}
