//! The controller's processor: PicoRV32, a RISC-V (RV32I) by Claire Wolf, as it comes from its
//! package.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level; it starts at address 0 afterwards |
//! | `ready` | in | 1 | the access is done in this cycle |
//! | `read_data` | in | 32 | with `ready`: what was read, byte i in bits 8 i + 7 .. 8 i |
//! | `valid` | out | 1 | an access; held with all that belongs to it until `ready` |
//! | `address` | out | 32 | with `valid`: byte address, a multiple of 4 |
//! | `enables` | out | 4 | with `valid`: bytes to write, bit i for byte i; none for a read |
//! | `write_data` | out | 32 | with `valid`: value to write |
//!
//! 5 to 6 cycles an instruction with memories that answer in the second cycle. An illegal
//! instruction or a misaligned access stops it; the watchdog then resets the chip.
//!
//! Checked by `sim/tests/chip.rs`, with the firmware. No multiplier, no counters, no interrupts:
//! the accelerator takes the multipliers that a board has, and the firmware polls. The module
//! `picorv32` is not part of the emitted text.

use rust_hdl::prelude::*;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Cpu {
    pub clock: Signal<In, Clock>,

    pub reset: Signal<In, Bit>,

    pub ready: Signal<In, Bit>,
    pub read_data: Signal<In, Bits<32>>,

    pub valid: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<32>>,
    pub enables: Signal<Out, Bits<4>>,
    pub write_data: Signal<Out, Bits<32>>,
}

impl Logic for Cpu {
    /// RustHDL's simulator is not given a processor.
    fn update(&mut self) {}

    fn connect(&mut self) {
        self.valid.connect();
        self.address.connect();
        self.enables.connect();
        self.write_data.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(
            "wire core_valid;
wire [31:0] core_address;
wire [31:0] core_write_data;
wire [3:0] core_enables;
always @(*) begin
  valid = core_valid;
  address = core_address;
  write_data = core_write_data;
  enables = core_enables;
end
picorv32 #(
  .ENABLE_COUNTERS(0),
  .ENABLE_COUNTERS64(0),
  .CATCH_MISALIGN(1),
  .CATCH_ILLINSN(1),
  .PROGADDR_RESET(32'h0000_0000)
) core (
  .clk(clock),
  .resetn(!reset),
  .mem_valid(core_valid),
  .mem_ready(ready),
  .mem_addr(core_address),
  .mem_wdata(core_write_data),
  .mem_wstrb(core_enables),
  .mem_rdata(read_data),
  .pcpi_wr(1'b0),
  .pcpi_rd(32'd0),
  .pcpi_wait(1'b0),
  .pcpi_ready(1'b0),
  .irq(32'd0)
);
"
            .into(),
        )
    }
}
