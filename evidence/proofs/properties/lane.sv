// Lane (hdl/src/core/lane.rs): from any state, `sum_out` is `sum_in` of a cycle ago and the products of the state of six
// cycles ago with the weights that were held then, all modulo 2^16; the weights held change with `latch` alone.

module proof(input clock, latch, input [31:0] weight, state, input [15:0] sum_in);
  wire [15:0] sum_out;
  `BLOCK dut(.clock(clock), .latch(latch), .weight(weight), .state(state), .sum_in(sum_in), .sum_out(sum_out));
  (* hierconn *) wire [31:0] \dut.held$now ;

  function [15:0] products(input [31:0] u, v);
`ifdef PLAIN
    products = {8'd0, u[7:0]} * {8'd0, v[7:0]} + {8'd0, u[15:8]} * {8'd0, v[15:8]}
      + {8'd0, u[23:16]} * {8'd0, v[23:16]} + {8'd0, u[31:24]} * {8'd0, v[31:24]};
`else
    products = ({8'd0, u[7:0]} + {8'd0, v[15:8]}) * ({8'd0, u[15:8]} + {8'd0, v[7:0]})
      + ({8'd0, u[23:16]} + {8'd0, v[31:24]}) * ({8'd0, u[31:24]} + {8'd0, v[23:16]});
`endif
  endfunction

  reg [31:0] u1, u2, u3, u4, u5, u6, v1, v2, v3, v4, v5, v6, held_before, weight_before;
  reg [15:0] sum_before;
  reg latch_before;
  always @(posedge clock) begin
    {u1, u2, u3, u4, u5, u6} <= {state, u1, u2, u3, u4, u5};
    {v1, v2, v3, v4, v5, v6} <= {\dut.held$now , v1, v2, v3, v4, v5};
    sum_before <= sum_in;
    {latch_before, weight_before, held_before} <= {latch, weight, \dut.held$now };
  end

  // Covers count from the cycle on in which what runs through the block came in at its ports.
  reg [2:0] age = 0;
  always @(posedge clock) if (age != 7) age <= age + 1;

  always @(*) begin
    assert (sum_out == sum_before + products(u6, v6));
    assert (\dut.held$now == (latch_before ? weight_before : held_before));
    cover (age == 7 && sum_out == 16'h1234 && u6 != 0 && v6 != v5);
  end
endmodule
