// Memory port (hdl/src/core/memory_port.rs): one accepted request, whichever, is followed until the memory takes it. What
// is offered in its turn is what its client asked for, so no request is lost, doubled or overtaken. The beats that the
// memory still owes are counted, and `quiet` tells of a cycle in which nothing was asked for, sent or owed.
//
// The contract with the memory: it delivers no beat that it does not owe, and the beats owed do not exceed 4095.

module proof(
  input clock, reset, stop, row, entry, entry_write, word, sending, request_ready, data_valid,
  input [23:0] row_address, entry_address, word_address, input [31:0] data
);
  wire row_ready, entry_ready, word_ready, arrived, request, request_write, quiet;
  wire [31:0] beat;
  wire [23:0] address;
  wire [7:0] beats;
  `BLOCK dut(
    .clock(clock), .reset(reset), .stop(stop), .row(row), .row_address(row_address), .entry(entry),
    .entry_write(entry_write), .entry_address(entry_address), .word(word), .word_address(word_address),
    .sending(sending), .request_ready(request_ready), .data_valid(data_valid), .data$0(data),
    .row_ready(row_ready), .entry_ready(entry_ready), .word_ready(word_ready), .arrived(arrived), .beat$0(beat),
    .request(request), .request_write(request_write), .address(address), .beats(beats), .quiet(quiet)
  );
  (* hierconn *) wire \dut.waiting$now ;
  (* hierconn *) wire \dut.request_reg$now ;
  (* hierconn *) wire \dut.waiting_write$now ;
  (* hierconn *) wire [23:0] \dut.waiting_address$now ;
  (* hierconn *) wire [7:0] \dut.waiting_beats$now ;
  (* hierconn *) wire \dut.read_taken$now ;
  (* hierconn *) wire [7:0] \dut.read_beats$now ;
  (* hierconn *) wire [11:0] \dut.expected$now ;

  // The sides are never active together.
  always @(*) assume (row + entry + word <= 1);

  wire accepted = (row && row_ready) || (entry && entry_ready) || (word && word_ready);
  wire taken = request && request_ready;
  wire [32:0] asked = word ? {1'b0, word_address, 8'd1}
    : entry ? {entry_write, entry_address, 8'd32}
    : {1'b0, row_address, 8'd64};

  // Requests in the port.
  reg [1:0] held = 0;
  always @(posedge clock) held <= reset ? 0 : held + accepted - taken;

  // The request that is followed, and how many are before it.
  (* anyseq *) wire choose;
  reg followed = 0;
  reg [32:0] content = 0;
  reg [1:0] before = 0;
  always @(posedge clock)
    if (reset || (followed && taken && before == 0)) followed <= 0;
    else if (!followed && accepted && choose) begin
      followed <= 1;
      content <= asked;
      before <= held - taken;
    end else if (followed && taken) before <= before - 1;

  // Beats that the memory owes.
  reg [11:0] owed = 0;
  wire [12:0] owed_next = owed + (taken && !request_write ? beats : 0) - data_valid;
  always @(posedge clock) owed <= reset ? 0 : owed_next;
  always @(*) begin
    assume (!data_valid || owed != 0);
    assume (owed_next < 4096);
    // Jobs end when all has arrived (`control.rs`), so a reset meets no beat.
    assume (!(reset && (data_valid || arrived)));
  end

  reg data_valid_before = 0, busy_before = 1, sending_before = 0, offered_before = 0, taken_before = 0, reset_before = 0;
  reg [31:0] data_before = 0;
  reg [32:0] offer_before = 0;
  always @(posedge clock) begin
    {data_valid_before, data_before} <= {data_valid, data};
    busy_before <= held != 0 || owed != 0 || sending;
    {offered_before, taken_before, offer_before} <= {request, request_ready, {request_write, address, beats}};
    reset_before <= reset;
  end

  always @(*) begin
    // Requests.
    assert (held <= 2);
    assert (request == (held != 0));
    if (followed && before == 0) assert ({request_write, address, beats} == content);
    // A request is held until it is taken.
    if (offered_before && !taken_before && !reset_before)
      assert (request && {request_write, address, beats} == offer_before);
    if (stop) assert (!accepted);
    // Beats.
    assert (arrived == data_valid_before);
    if (arrived) assert (beat == data_before);
    if (quiet) assert (!busy_before);
    // What the induction has to know.
    assert (\dut.waiting$now == (held == 2));
    if (followed) assert (before < held);
    if (followed && before == 1)
      assert ({\dut.waiting_write$now , \dut.waiting_address$now , \dut.waiting_beats$now } == content);
    assert (\dut.expected$now + (\dut.read_taken$now ? \dut.read_beats$now : 0) == owed + arrived);
    cover (quiet);
    cover (held == 2 && followed && before == 1 && request_write);
    cover (owed == 66);
  end
endmodule
