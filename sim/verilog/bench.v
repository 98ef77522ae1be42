// A board with an ECP5 and an SDRAM on the bench: the module `top` as it is flashed, its pins as plain
// ports.
module bench (
  input  wire        clock,
  input  wire        receive,
  output wire        transmit,
  output wire [7:0]  lights,
  output wire        enable,
  output wire        select,
  output wire [2:0]  command,
  output wire [1:0]  bank,
  output wire [12:0] line,
  output wire [1:0]  mask,
  output wire [15:0] column_out,
  output wire        drive,
  input  wire [15:0] column_in,
  input  wire        column_drive
);
  wire [15:0] pins;
  wire memory_clock;
  assign pins = column_drive ? column_in : 16'bz;
  assign column_out = pins;
  assign drive = !top.released[0];
  top top (
    .clk_25mhz(clock),
    .serial_in(receive),
    .serial_out(transmit),
    .led(lights),
`ifdef ESP32
    .wifi_gpio0(),
`endif
    .sdram_clk(memory_clock),
    .sdram_cke(enable),
    .sdram_csn(select),
    .sdram_rasn(command[2]),
    .sdram_casn(command[1]),
    .sdram_wen(command[0]),
    .sdram_ba(bank),
    .sdram_a(line),
    .sdram_dqm(mask),
    .sdram_d(pins)
  );
  wire unused = &{1'b0, memory_clock};
endmodule
