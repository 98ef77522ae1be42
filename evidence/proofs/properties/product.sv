// A product (hdl/src/primitives/product.rs): of the bytes of four cycles ago, (u0 + v1) * (u1 + v0) modulo 2^16.
//
// The specification keeps the bytes for four cycles and multiplies them then.

module proof(input clock, input [7:0] u0, u1, v0, v1);
  wire [15:0] product;
  `BLOCK dut(.clock(clock), .u0(u0), .u1(u1), .v0(v0), .v1(v1), .product(product));

  reg [31:0] past1, past2, past3, past4;
  always @(posedge clock) begin
    past1 <= {u0, u1, v0, v1};
    past2 <= past1;
    past3 <= past2;
    past4 <= past3;
  end
  wire [15:0] left = {8'd0, past4[31:24]} + {8'd0, past4[7:0]};
  wire [15:0] right = {8'd0, past4[23:16]} + {8'd0, past4[15:8]};
  wire [15:0] expected = left * right;

  // Covers count from the cycle on in which what runs through the block came in at its ports.
  reg [2:0] age = 0;
  always @(posedge clock) if (age != 7) age <= age + 1;

  always @(*) begin
    assert (product == expected);
    cover (age == 7 && product == 16'hf804 && left == 16'd510);
  end
endmodule
