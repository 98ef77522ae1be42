//! Start-up from reset to `main`, and the panic handler.

use core::arch::global_asm;
use core::panic::PanicInfo;

/// What the stack is filled with at the start, so that its greatest depth can be seen later: the
/// lowest word of RAM above `__bss_end` that differs.
pub const STACK_PAINT: u32 = 0xDEAD_C0DE;

// The processor starts here with its registers undefined, and nothing in RAM. The linker script
// (`memory.x`) has aligned all bounds to words.
global_asm!(
    "
    .section .start, \"ax\"
    .globl _start
_start:
    la   sp, __stack_top

    la   t0, __data_image
    la   t1, __data_start
    la   t2, __data_end
    j    2f
1:  lw   t3, 0(t0)              # what .data holds at the start
    sw   t3, 0(t1)
    addi t0, t0, 4
    addi t1, t1, 4
2:  bltu t1, t2, 1b

    la   t1, __bss_start
    la   t2, __bss_end
    j    4f
3:  sw   zero, 0(t1)            # .bss
    addi t1, t1, 4
4:  bltu t1, t2, 3b

    li   t0, {paint}
    j    6f
5:  sw   t0, 0(t1)              # the stack, from the end of .bss
    addi t1, t1, 4
6:  bltu t1, sp, 5b

    j    {main}
    ",
    paint = const STACK_PAINT,
    main = sym crate::main,
);

unsafe extern "C" {
    /// Nowhere to be found: if a path of the program can panic, it does not link.
    safe fn this_firmware_can_panic() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    this_firmware_can_panic()
}
