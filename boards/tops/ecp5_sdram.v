// The pins of a board with an ECP5 and an SDRAM of 16 bits around the module `board`: clocks, and the
// registers in the pads of the memory.
//
// The macro ESP32 says that an ESP32 sits beside the FPGA. The macros PLL_INPUT, PLL_FEEDBACK, PLL_OUTPUT and PLL_CONTROLLER are the PLL's divisors, which the
// build puts in front. The clocks stand still until the PLL is locked, so that every register begins
// with its power-up value and a sound clock.

`default_nettype none

module top (
  input  wire        clk_25mhz,
  input  wire        serial_in,
  output wire        serial_out,
  output wire [7:0]  led,
`ifdef ESP32
  output wire        wifi_gpio0,
`endif
  output wire        sdram_clk,
  output wire        sdram_cke,
  output wire        sdram_csn,
  output wire        sdram_rasn,
  output wire        sdram_casn,
  output wire        sdram_wen,
  output wire [1:0]  sdram_ba,
  output wire [12:0] sdram_a,
  output wire [1:0]  sdram_dqm,
  inout  wire [15:0] sdram_d
);
`ifdef ESP32
  // High, or it takes the board over.
  assign wifi_gpio0 = 1'b1;
`endif

  // Clocks.
  wire locked, pll_core, pll_controller;
  // Kept under these names, to which the constraints refer.
  (* keep *) wire core_clock;
  (* keep *) wire controller_clock;
  (* ICP_CURRENT = "12", LPF_RESISTOR = "8" *)
  EHXPLLL #(
    .CLKI_DIV(`PLL_INPUT),
    .CLKFB_DIV(`PLL_FEEDBACK),
    .CLKOP_DIV(`PLL_OUTPUT),
    .CLKOP_CPHASE(`PLL_OUTPUT - 1),
    .CLKOS_ENABLE("ENABLED"),
    .CLKOS_DIV(`PLL_CONTROLLER),
    .CLKOS_CPHASE(`PLL_OUTPUT - 1),
    .FEEDBK_PATH("CLKOP")
  ) pll (
    .CLKI(clk_25mhz),
    .CLKFB(pll_core),
    .CLKOP(pll_core),
    .CLKOS(pll_controller),
    .LOCK(locked),
    .RST(1'b0),
    .STDBY(1'b0),
    .PLLWAKESYNC(1'b0),
    .PHASESEL0(1'b0),
    .PHASESEL1(1'b0),
    .PHASEDIR(1'b0),
    .PHASESTEP(1'b0),
    .PHASELOADREG(1'b0),
    .ENCLKOP(1'b0),
    .ENCLKOS(1'b0)
  );
  DCCA core_gate (.CLKI(pll_core), .CE(locked), .CLKO(core_clock));
  DCCA controller_gate (.CLKI(pll_controller), .CE(locked), .CLKO(controller_clock));

  // The memory takes commands in the middle of the core's cycle.
  ODDRX1F memory_clock (.SCLK(core_clock), .RST(1'b0), .D0(1'b0), .D1(1'b1), .Q(sdram_clk));
  assign sdram_cke = 1'b1;
  assign sdram_csn = 1'b0;
  assign sdram_dqm = 2'b00;

  // A register in every pad; those that are low for active begin high.
  wire [2:0] command;
  wire [1:0] bank;
  wire [12:0] line;
  wire [15:0] column_out, column_in, column_register, column_pad;
  wire [15:0] released;
  wire drive;
  OFS1P3BX ras (.SCLK(core_clock), .SP(1'b1), .PD(1'b0), .D(command[2]), .Q(sdram_rasn));
  OFS1P3BX cas (.SCLK(core_clock), .SP(1'b1), .PD(1'b0), .D(command[1]), .Q(sdram_casn));
  OFS1P3BX we (.SCLK(core_clock), .SP(1'b1), .PD(1'b0), .D(command[0]), .Q(sdram_wen));
  genvar i;
  generate
    for (i = 0; i < 2; i = i + 1) begin : banks
      OFS1P3DX register (.SCLK(core_clock), .SP(1'b1), .CD(1'b0), .D(bank[i]), .Q(sdram_ba[i]));
    end
    for (i = 0; i < 13; i = i + 1) begin : lines
      OFS1P3DX register (.SCLK(core_clock), .SP(1'b1), .CD(1'b0), .D(line[i]), .Q(sdram_a[i]));
    end
    for (i = 0; i < 16; i = i + 1) begin : columns
      OFS1P3DX out (.SCLK(core_clock), .SP(1'b1), .CD(1'b0), .D(column_out[i]), .Q(column_register[i]));
      OFS1P3BX release_ (.SCLK(core_clock), .SP(1'b1), .PD(1'b0), .D(!drive), .Q(released[i]));
      BB pad (.B(sdram_d[i]), .I(column_register[i]), .T(released[i]), .O(column_pad[i]));
      IFS1P3DX in (.SCLK(core_clock), .SP(1'b1), .CD(1'b0), .D(column_pad[i]), .Q(column_in[i]));
    end
  endgenerate

  board board (
    .clock(controller_clock),
    .core_clock(core_clock),
    .receive(serial_in),
    .transmit(serial_out),
    .serial(64'd0),
    .command(command),
    .bank(bank),
    .line(line),
    .column_out(column_out),
    .drive(drive),
    .column_in(column_in),
    .lights(led),
    .trace_issued(),
    .trace_loading()
  );
endmodule

`default_nettype wire
