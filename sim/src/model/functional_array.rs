//! Functional array as a Verilog module: the ports of the core's array, the work in
//! `cpp/array.cpp`.

use std::fmt::Write;

use tensority_hdl::geometry::Geometry;

/// The module that takes the place of the array's module `name`.
///
/// The array of C++ code multiplies only for tokens that are there (bit 9 of a token is "valid"),
/// so an idle array costs nothing.
pub fn module(name: &str, geometry: &Geometry) -> String {
    let lanes = geometry.lanes();
    let each = |port: &str| {
        (0..lanes)
            .map(|c| format!("{port}${c}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let reversed = |port: &str| {
        (0..lanes)
            .rev()
            .map(|c| format!("{port}${c}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut text = format!(
        "module {name}(clock, token, weight_valid, {weight}, token_early, token_out, {result}, write,
    write_address, write_block, {byte});
  input wire clock;
  input wire [11:0] token;
  input wire weight_valid;
  input wire [31:0] {weight};
  output reg [11:0] token_early;
  output reg [11:0] token_out;
  output wire [7:0] {result};
  input wire write;
  input wire [8:0] write_address;
  input wire [7:0] write_block;
  input wire [7:0] {byte};

  import \"DPI-C\" function chandle array_new();
  import \"DPI-C\" function void array_weights(input chandle array, input bit [{word_top}:0] words);
  import \"DPI-C\" function void array_write(input chandle array, input int address,
    input int block, input bit [{byte_top}:0] bytes);
  import \"DPI-C\" function void array_step(input chandle array, input int token,
    output int early, output int out, output bit [{byte_top}:0] result);

  chandle array;
  initial array = array_new();
  int early_next, out_next;
  bit [{byte_top}:0] result_next;
  reg [{byte_top}:0] result;
  always @(posedge clock) begin
    array_step(array, {{20'd0, token}}, early_next, out_next, result_next);
    if (weight_valid) array_weights(array, {{{weights}}});
    if (write) array_write(array, {{23'd0, write_address}}, {{24'd0, write_block}}, {{{bytes}}});
    token_early <= early_next[11:0];
    token_out <= out_next[11:0];
    result <= result_next;
  end
",
        weight = each("weight"),
        result = each("result"),
        byte = each("write_byte"),
        weights = reversed("weight"),
        bytes = reversed("write_byte"),
        word_top = 32 * lanes - 1,
        byte_top = 8 * lanes - 1,
    );
    for c in 0..lanes {
        let _ = writeln!(
            text,
            "  assign result${c} = result[{}:{}];",
            8 * c + 7,
            8 * c
        );
    }
    text + "endmodule\n"
}
