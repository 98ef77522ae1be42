// FIFO (hdl/src/soc/fifo.rs): one byte, whichever, is followed from the moment it is written to the moment it is
// read. So none is lost, invented or overtaken, and nothing is written into a full FIFO or read from an empty one.
//
// The place of the followed byte, counted from the oldest, sinks by one with each byte that is read. The byte is
// chosen among those that are written to one address, whichever, of the FIFO's memory; `watched_word` is what lies
// there.

module proof(input clock, clear, write, read, input [7:0] d);
  localparam A = 11;
  wire [7:0] q;
  wire [A:0] level;
  wire full;
  `BLOCK dut(.clock(clock), .clear(clear), .write(write), .d(d), .read(read), .q(q), .level(level), .full(full));
  (* hierconn *) wire [A-1:0] \dut.head$now ;
  (* hierconn *) wire [A-1:0] \dut.tail$now ;
  (* hierconn *) wire [A-1:0] \dut.bytes.watched ;
  (* hierconn *) wire [7:0] \dut.bytes.watched_word ;

  wire put = write && !full;
  wire take = read && level != 0;

  // The number of bytes, as it must be.
  reg [A:0] count = 0;
  always @(posedge clock) count <= clear ? 0 : count + put - take;

  (* anyseq *) wire choose;
  reg followed = 0, shown = 0;
  reg [7:0] content = 0;
  reg [A:0] place = 0;
  always @(posedge clock) begin
    // `q` shows it in the cycle after one in which it is the oldest.
    shown <= followed && place == 0;
    if (clear || (followed && take && place == 0)) followed <= 0;
    else if (!followed && put && choose && \dut.tail$now == \dut.bytes.watched ) begin
      followed <= 1;
      content <= d;
      place <= count - take;
    end else if (followed && take) place <= place - 1;
  end

  wire [A-1:0] distance = \dut.tail$now - \dut.head$now ;
  wire [A-1:0] followed_address = \dut.head$now + place;
  always @(*) begin
    assert (level == count);
    assert (full == (count == 1 << A));
    assert (count <= 1 << A);
    if (shown) assert (q == content);
    // What the induction has to know.
    assert (distance == count[A-1:0]);
    if (followed) begin
      assert (place < count);
      assert (followed_address == \dut.bytes.watched );
      assert (\dut.bytes.watched_word == content);
    end
    cover (shown && q == 8'h5a && level == 3);
  end
  always @(posedge clock) cover (take && count == 1 && put);
endmodule
