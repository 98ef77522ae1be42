// What an ECP5's clock and pad primitives do, as far as the boards use them, for simulation.
//
// A configuration that is not modelled stops the simulation at its start.

// The PLL: the input stands for CLKOP, whatever its real frequency is, so that a simulated cycle is a
// cycle of the core; CLKOS is half as fast.
module EHXPLLL (
  input wire CLKI, input wire CLKFB, output wire CLKOP, output reg CLKOS, output wire LOCK,
  input wire RST, input wire STDBY, input wire PLLWAKESYNC, input wire PHASESEL0, input wire PHASESEL1,
  input wire PHASEDIR, input wire PHASESTEP, input wire PHASELOADREG, input wire ENCLKOP, input wire ENCLKOS
);
  parameter CLKI_DIV = 1;
  parameter CLKFB_DIV = 1;
  parameter CLKOP_DIV = 8;
  parameter CLKOP_CPHASE = 0;
  parameter CLKOS_ENABLE = "DISABLED";
  parameter CLKOS_DIV = 8;
  parameter CLKOS_CPHASE = 0;
  parameter FEEDBK_PATH = "CLKOP";
  assign CLKOP = CLKI;
  assign LOCK = 1'b1;
  initial CLKOS = 1'b0;
  always @(posedge CLKI) CLKOS <= !CLKOS;
  initial if (CLKOS_DIV != 2 * CLKOP_DIV || CLKOS_ENABLE != "ENABLED" || FEEDBK_PATH != "CLKOP"
              || CLKI_DIV < 1 || CLKFB_DIV < 1 || CLKOP_CPHASE != CLKOP_DIV - 1
              || CLKOS_CPHASE != CLKOP_CPHASE)
    $fatal(1, "EHXPLLL: not modelled");
  wire unused = &{1'b0, CLKFB, RST, STDBY, PLLWAKESYNC, PHASESEL0, PHASESEL1, PHASEDIR, PHASESTEP,
                  PHASELOADREG, ENCLKOP, ENCLKOS};
endmodule

module DCCA (input wire CLKI, input wire CE, output wire CLKO);
  assign CLKO = CLKI & CE;
endmodule

// Only as a clock for a memory, whose model is stepped once a cycle: the level does not matter.
module ODDRX1F (input wire SCLK, input wire RST, input wire D0, input wire D1, output wire Q);
  assign Q = D0 | D1;
  wire unused = &{1'b0, SCLK, RST};
endmodule

module OFS1P3BX (input wire PD, input wire D, input wire SP, input wire SCLK, output reg Q);
  initial Q = 1'b1;
  always @(posedge SCLK) if (SP) Q <= D | PD;
endmodule

module OFS1P3DX (input wire CD, input wire D, input wire SP, input wire SCLK, output reg Q);
  initial Q = 1'b0;
  always @(posedge SCLK) if (SP) Q <= D & !CD;
endmodule

module IFS1P3DX (input wire CD, input wire D, input wire SP, input wire SCLK, output reg Q);
  initial Q = 1'b0;
  always @(posedge SCLK) if (SP) Q <= D & !CD;
endmodule

module BB (inout wire B, input wire I, input wire T, output wire O);
  assign B = T ? 1'bz : I;
  assign O = B;
endmodule
