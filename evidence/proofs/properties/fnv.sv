// FNV (hdl/src/core/fnv.rs): two cycles after `take`, (a * 0x01000193 mod 2^32) ^ b, with `done`; it stays until the
// next `done`.

module proof(input clock, take, input [31:0] a, b);
  wire done;
  wire [31:0] hash;
  `BLOCK dut(.clock(clock), .take(take), .a(a), .b(b), .done(done), .hash(hash));

  reg take1, take2;
  reg [31:0] a1, b1, last, before;
  always @(posedge clock) begin
    {take1, take2} <= {take, take1};
    {a1, b1} <= {a, b};
    last <= (a1 * 32'h01000193) ^ b1;
    before <= hash;
  end

  // Covers count from the cycle on in which what runs through the block came in at its ports.
  reg [2:0] age = 0;
  always @(posedge clock) if (age != 7) age <= age + 1;

  always @(*) begin
    assert (done == take2);
    if (take2) assert (hash == last); else assert (hash == before);
    cover (age == 7 && done && hash == 32'hdeadbeef);
    cover (age == 7 && !done);
  end
endmodule
