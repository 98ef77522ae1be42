// Cells of the Lattice ECP5 for simulation: what the primitives use of them, and no more. Another use
// stops the simulator with an error. Synthesis knows the cells and does not read this file.

// Two bits of a carry chain: two LUT4 whose outputs choose between passing the carry and making it.
module CCU2C(
  input CIN,
  input A0, B0, C0, D0, A1, B1, C1, D1,
  output S0, S1, COUT
);
  parameter [15:0] INIT0 = 16'h0000;
  parameter [15:0] INIT1 = 16'h0000;
  parameter INJECT1_0 = "YES";
  parameter INJECT1_1 = "YES";
  generate
    if (INJECT1_0 != "NO" || INJECT1_1 != "NO") begin : gen_check1
      $error("CCU2C: only INJECT1_0, INJECT1_1 = NO");
    end
  endgenerate
  wire lut0 = INIT0[{D0, C0, B0, A0}];
  wire lut1 = INIT1[{D1, C1, B1, A1}];
  wire carry = lut0 ? CIN : INIT0[{2'b00, B0, A0}];
  assign COUT = lut1 ? carry : INIT1[{2'b00, B1, A1}];
  assign S0 = lut0 ^ CIN;
  assign S1 = lut1 ^ carry;
endmodule

// 18 x 18 bit multiplier, unsigned, with its input, pipeline and output registers on one clock.
module MULT18X18D(
  input
    A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
    B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
    C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0,
    SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK0, CE0, RST0,
  output
    P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18,
    P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);
  parameter REG_INPUTA_CLK = "NONE";
  parameter REG_INPUTA_CE = "CE0";
  parameter REG_INPUTA_RST = "RST0";
  parameter REG_INPUTB_CLK = "NONE";
  parameter REG_INPUTB_CE = "CE0";
  parameter REG_INPUTB_RST = "RST0";
  parameter REG_PIPELINE_CLK = "NONE";
  parameter REG_PIPELINE_CE = "CE0";
  parameter REG_PIPELINE_RST = "RST0";
  parameter REG_OUTPUT_CLK = "NONE";
  parameter REG_OUTPUT_CE = "CE0";
  parameter REG_OUTPUT_RST = "RST0";
  parameter CLK0_DIV = "ENABLED";
  parameter GSR = "ENABLED";
  parameter SOURCEB_MODE = "B_SHIFT";
  parameter MULT_BYPASS = "DISABLED";
  parameter RESETMODE = "SYNC";
  generate
    if (REG_INPUTA_CLK != "CLK0" || REG_INPUTB_CLK != "CLK0" || REG_PIPELINE_CLK != "CLK0" ||
        REG_OUTPUT_CLK != "CLK0") begin : gen_check2
      $error("MULT18X18D: only with all registers, on CLK0");
    end
    if (REG_INPUTA_CE != "CE0" || REG_INPUTB_CE != "CE0" || REG_PIPELINE_CE != "CE0" ||
        REG_OUTPUT_CE != "CE0") begin : gen_check3
      $error("MULT18X18D: only with the enable CE0");
    end
    if (REG_INPUTA_RST != "RST0" || REG_INPUTB_RST != "RST0" || REG_PIPELINE_RST != "RST0" ||
        REG_OUTPUT_RST != "RST0") begin : gen_check4
      $error("MULT18X18D: only with the reset RST0");
    end
    if (CLK0_DIV != "ENABLED" || GSR != "DISABLED" || SOURCEB_MODE != "B_SHIFT" ||
        MULT_BYPASS != "DISABLED" || RESETMODE != "SYNC") begin : gen_check5
      $error("MULT18X18D: only as primitives/product.rs sets it");
    end
  endgenerate
  reg [17:0] a, b;
  reg [35:0] pipeline, p;
  initial {a, b, pipeline, p} = 0;
  always @(posedge CLK0)
    if (CE0) begin
      a <= {
        A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0
      };
      b <= {
        B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0
      };
      pipeline <= {18'd0, a} * {18'd0, b};
      p <= pipeline;
      if (RST0 || SIGNEDA || SIGNEDB || SOURCEA || SOURCEB)
        $fatal(1, "MULT18X18D: only unsigned, without reset, from its A and B");
    end
  assign {
    P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18,
    P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
  } = p;
  wire unused = &{1'b0,
    C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0};
endmodule

// Block RAM of 16 Kbit: written through port A, read through port B and its output register, in
// words of 1, 2, 4, 9 or (both ports' data together, four byte enables for an address) 36 bits.
module DP16KD(
  input
    DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4,
    DIA3, DIA2, DIA1, DIA0,
    ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
    CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
    DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4,
    DIB3, DIB2, DIB1, DIB0,
    ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
  output
    DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4,
    DOA3, DOA2, DOA1, DOA0,
    DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4,
    DOB3, DOB2, DOB1, DOB0
);
  parameter DATA_WIDTH_A = 18;
  parameter DATA_WIDTH_B = 18;
  parameter REGMODE_A = "NOREG";
  parameter REGMODE_B = "NOREG";
  parameter RESETMODE = "SYNC";
  parameter ASYNC_RESET_RELEASE = "SYNC";
  parameter CSDECODE_A = "0b000";
  parameter CSDECODE_B = "0b000";
  parameter CLKAMUX = "CLKA";
  parameter CLKBMUX = "CLKB";
  parameter WRITEMODE_A = "NORMAL";
  parameter WRITEMODE_B = "NORMAL";
  parameter GSR = "ENABLED";
  localparam WIDE = DATA_WIDTH_A == 36;
  generate
    if (DATA_WIDTH_A != DATA_WIDTH_B || (DATA_WIDTH_A != 1 && DATA_WIDTH_A != 2 &&
        DATA_WIDTH_A != 4 && DATA_WIDTH_A != 9 && DATA_WIDTH_A != 36)) begin : gen_check6
      $error("DP16KD: only two equal widths of 1, 2, 4, 9 or 36");
    end
    if (REGMODE_B != "OUTREG" || REGMODE_A != "OUTREG") begin : gen_check7
      $error("DP16KD: only REGMODE_A, B = OUTREG");
    end
    if (RESETMODE != "SYNC" || ASYNC_RESET_RELEASE != "SYNC" || CSDECODE_A != "0b000" ||
        CSDECODE_B != "0b000" || CLKAMUX != "CLKA" || CLKBMUX != "CLKB" ||
        WRITEMODE_A != "NORMAL" || WRITEMODE_B != "NORMAL" || GSR != "DISABLED") begin : gen_check8
      $error("DP16KD: only as primitives/block_ram.rs sets it");
    end
  endgenerate
  // 2048 words of 9 bits; narrower words leave bit 8 of them alone.
  reg [8:0] mem [0:2047];
  integer i;
  initial for (i = 0; i < 2048; i = i + 1) mem[i] = 0;
  wire [13:0] written = {
    ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0
  };
  wire [13:0] wanted = {
    ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0
  };
  wire [35:0] d = {
    DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4,
    DIB3, DIB2, DIB1, DIB0,
    DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4,
    DIA3, DIA2, DIA1, DIA0
  };
  reg [35:0] fetched, q;
  initial {fetched, q} = 0;
  always @(posedge CLKA)
    if (RSTA || RSTB || WEB || CSA2 || CSA1 || CSA0 || CSB2 || CSB1 || CSB0)
      $fatal(1, "DP16KD: only without reset, selected, and written through port A");
    else if (CEA && WEA)
      case (DATA_WIDTH_A)
        1: mem[written[13:3]][{1'b0, written[2:0]}] <= d[0];
        2: mem[written[13:3]][{1'b0, written[2:1], 1'b0} +: 2] <= d[1:0];
        4: mem[written[13:3]][{1'b0, written[2], 2'b00} +: 4] <= d[3:0];
        9: mem[written[13:3]] <= d[8:0];
        default: begin
          if (written[0]) mem[{written[13:5], 2'd0}] <= d[8:0];
          if (written[1]) mem[{written[13:5], 2'd1}] <= d[17:9];
          if (written[2]) mem[{written[13:5], 2'd2}] <= d[26:18];
          if (written[3]) mem[{written[13:5], 2'd3}] <= d[35:27];
        end
      endcase
  always @(posedge CLKB) begin
    if (OCEB) q <= fetched;
    if (CEB)
      case (DATA_WIDTH_A)
        1: fetched <= {35'd0, mem[wanted[13:3]][{1'b0, wanted[2:0]}]};
        2: fetched <= {34'd0, mem[wanted[13:3]][{1'b0, wanted[2:1], 1'b0} +: 2]};
        4: fetched <= {32'd0, mem[wanted[13:3]][{1'b0, wanted[2], 2'b00} +: 4]};
        9: fetched <= {27'd0, mem[wanted[13:3]]};
        default:
          fetched <= {
            mem[{wanted[13:5], 2'd3}], mem[{wanted[13:5], 2'd2}],
            mem[{wanted[13:5], 2'd1}], mem[{wanted[13:5], 2'd0}]
          };
      endcase
  end
  assign {
    DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4,
    DOB3, DOB2, DOB1, DOB0,
    DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4,
    DOA3, DOA2, DOA1, DOA0
  } = WIDE ? q : {q[17:0], 18'd0};
  wire unused = &{1'b0, OCEA, written, wanted, d};
endmodule
