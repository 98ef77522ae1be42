// The accelerator core: from a job to its results.
//
// job ─► hasher (header hash, sequences) ─► sequencer ─► fetch ◄──► memory port
//             ▲                                 │          ▼            ▲
//             │                               issue ◄─ block buffers    │
//             │                                 ▼                       │
//             └──── fold ◄──── writeback ◄─── array              smix, checksum
//
// The trace ports show every stage boundary as it is passed, for checking; hardware leaves them open. The
// contract with the memory is told in memory_port.rs.
//
// Cycles per hash: 252 * dimension^2 / lanes (Geometry::ideal_cycles) while the memory keeps up, since a
// pass follows a pass without a gap and the loads run beside the last passes; plus, once per job, the first
// load (dimension^2 / lanes, Geometry::pass_cycles) and about 6000 cycles for the first nonce's seven
// permutations.
//
// A core with inference (Geometry::with_infer) has the ports of infer.rs too, and runs tapes between the
// passes of hashes, or beside none. It has two memories, of which tape chooses one while nothing is asked for.
// Hashes take the same cycles but for those of paused_count. A job that is begun meanwhile waits for the end.
//
// Byte order: little-endian everywhere; byte 0 of a message, row or beat is in the lowest bits of its first
// lane, word or beat word.
//
// Checked by sim/tests/small_cores.rs, sim/tests/job_switch.rs and sim/tests/faults.rs, stage by stage
// against the reference. It does not keep a queue of jobs: one runs and one is written.
module core (
    input  wire clock,
    input  wire reset,                 // level: as after power-up; resets the memory's requests too
    input  wire start,                 // begin command with the job that was written last; taken if ready
    input  wire [1:0] command,         // what to begin, Command in docs/registers.md
    input  wire cancel,                // end what runs; taken if ready
    input  wire loader,                // static: generate waits for a loader outside instead of making the list
    input  wire loaded,                // one cycle: the loader has filled the memory
    input  wire job_write,             // write a word of the next job; only while ready
    input  wire [5:0] job_address,     // which word: 2l is the low half of lane l, JobLane in docs/registers.md
    input  wire [31:0] job_data,       // the word
    input  wire request_ready,         // memory: the request is taken when request is 1 too
    input  wire write_ready,           // memory: write_beat$i is taken when write_valid is 1 too
    input  wire data_valid,            // memory: data$i is the next beat read
    input  wire [31:0] data$0,         // memory: word i of the beat, lowest address first
    input  wire result_ready,          // the result is handed over when result_valid is 1 too
    input  wire checksum_ready,        // the checksum is handed over when checksum_valid is 1 too
    output wire ready,                 // commands are taken and the next job may be written
    output wire running,               // a command is in work
    output wire request,               // memory: a burst is asked for, until it is taken
    output wire request_write,         // memory: it is written, not read
    output wire [23:0] address,        // memory: byte address of its first beat
    output wire [7:0] beats,           // memory: its length
    output wire write_valid,           // memory: write_beat$i is the next beat to write
    output wire [31:0] write_beat$0,   // memory: word i of the beat, lowest address first
    output wire result_valid,          // the result ports hold a result
    output wire [31:0] result_range,   // id of the range that it belongs to
    output wire [63:0] result_nonce,   // its nonce
    output wire result_hit,            // it meets the target
    output wire [63:0] result_hash$0,  // lane i of its PoW hash, the least significant first
    output wire [63:0] result_hash$1,  // lane i of its PoW hash, the least significant first
    output wire [63:0] result_hash$2,  // lane i of its PoW hash, the least significant first
    output wire [63:0] result_hash$3,  // lane i of its PoW hash, the least significant first
    output wire checksum_valid,        // checksum is that of matrix checksum_index
    output wire [7:0] checksum_index,  // the matrix
    output wire [31:0] checksum,       // as in checksum.rs
    output wire [7:0] round,           // SMix rounds completed
    output wire seed_clear,            // the lanes so far, and the list that they ask for, are not wanted
    output wire seed_valid,            // seed_lane is the next of the 16 lanes of the extended seed, of generate
    output wire [63:0] seed_lane,      // the lane
    output wire [39:0] count$0,        // how the array's time was spent, as in counters.rs
    output wire [39:0] count$1,        // how the array's time was spent, as in counters.rs
    output wire [39:0] count$2,        // how the array's time was spent, as in counters.rs
    output wire [39:0] count$3,        // how the array's time was spent, as in counters.rs
    output wire [39:0] count$4,        // how the array's time was spent, as in counters.rs
    output wire [39:0] count$5,        // how the array's time was spent, as in counters.rs
    output wire trace_digest,          // trace_value is a lane of a digest
    output wire [2:0] trace_kind,      // of which message, as in messages.rs
    output wire [1:0] trace_part,      // which of its kind, and which lane
    output wire [1:0] trace_lane,      // which of its kind, and which lane
    output wire [63:0] trace_value,    // the lane
    output wire trace_issued,          // a token of a multiply is issued
    output wire trace_multiplied,      // trace_result$c are bytes of a multiply
    output wire [7:0] trace_result$0,  // lane c, in the order of blocks, then slots
    output wire trace_loading,         // trace_loaded$c are bytes of a load
    output wire [7:0] trace_loaded$0,  // lane c, in the order of blocks, then slots
    output wire trace_summed,          // trace_sum$q are words of the sum
    output wire [31:0] trace_sum$0,    // word lane q, in the order of blocks, then slots
    output wire trace_folded,          // trace_word is a word of the folded row
    output wire [31:0] trace_word,     // the word, in order
    output wire trace_hash             // a hash is complete, hit or not: the result ports hold it
);
    wire pass_taken;
    reg load_buffer_half$d;  // The block of the load buffer that is read.
    reg load_buffer_half = 0;

    reg [4:0] job$lane_address;
    wire [63:0] job$lane;
    wire control$list_done;
    wire control$ready;
    wire control$running;
    wire control$stop;
    wire control$clear;
    wire control$swap;
    wire control$reading;
    wire [4:0] control$job_address;
    wire control$set_nonce;
    wire control$set_count;
    wire control$set_range;
    wire control$raw;
    wire control$run;
    wire control$extend_seed;
    wire control$sum_start;
    wire hasher$result_ready;
    wire [4:0] hasher$job_address;
    wire hasher$hash_ready;
    wire [63:0] hasher$indices;
    wire hasher$fold_taken;
    wire hasher$seed_valid;
    wire [63:0] hasher$seed_lane;
    wire hasher$seed_done;
    wire hasher$result_valid;
    wire [31:0] hasher$result_range;
    wire [63:0] hasher$result_nonce;
    wire hasher$result_hit;
    wire [63:0] hasher$result_hash$0;
    wire [63:0] hasher$result_hash$1;
    wire [63:0] hasher$result_hash$2;
    wire [63:0] hasher$result_hash$3;
    wire hasher$finished;
    wire hasher$hash_done;
    wire hasher$digest_valid;
    wire [2:0] hasher$digest_kind;
    wire [1:0] hasher$digest_part;
    wire [1:0] hasher$digest_index;
    wire [63:0] hasher$digest;
    wire sequencer$hash_taken;
    wire [4:0] sequencer$sequence_address;
    wire sequencer$pass_valid;
    wire [4:0] sequencer$pass;
    wire [7:0] sequencer$weight_matrix;
    wire [7:0] sequencer$load_matrix;
    wire fetch$pass_valid;
    wire fetch$data_valid;
    wire fetch$pass_ready;
    wire fetch$request;
    wire [23:0] fetch$address;
    wire fetch$write_weights;
    wire fetch$write_load;
    wire fetch$write_half;
    wire [3:0] fetch$write_lane;
    wire [5:0] fetch$write_beat;
    wire fetch$weights_arrived;
    wire fetch$load_arrived;
    wire [31:0] weight_buffer$word$0;
    wire [31:0] load_buffer$word$0;
    wire issue$pass_valid;
    wire issue$pass_ready;
    wire [11:0] issue$token;
    wire issue$weight_valid;
    wire [31:0] issue$weight$0;
    wire [4:0] issue$pass_out;
    wire issue$read;
    wire issue$read_half;
    wire [5:0] issue$read_word;
    wire issue$weights_freed;
    wire issue$issued;
    wire issue$stall_weights;
    wire issue$stall_load;
    wire issue$stall_fold;
    wire issue$idle;
    wire [11:0] array$token_early;
    wire [7:0] array$result$0;
    wire [5:0] load$read_word;
    wire [7:0] load$byte$0;
    wire writeback$write;
    wire [8:0] writeback$write_address;
    wire [7:0] writeback$write_block;
    wire [7:0] writeback$write_byte$0;
    wire writeback$sum;
    wire [1:0] writeback$sum_chain;
    wire [7:0] writeback$block;
    wire [7:0] writeback$slot;
    wire writeback$load_read;
    wire writeback$load_done;
    wire writeback$multiplied;
    wire writeback$loading;
    wire fold$word_valid;
    wire [5:0] fold$word_index;
    wire [31:0] fold$word;
    wire fold$full;
    wire fold$sum_valid;
    wire [31:0] fold$sum$0;
    wire smix$start;
    wire smix$request;
    wire smix$request_write;
    wire [23:0] smix$address;
    wire smix$write_valid;
    wire [31:0] smix$write_beat$0;
    wire smix$sending;
    wire [7:0] smix$round;
    wire smix$finished;
    wire checksums$request;
    wire [23:0] checksums$address;
    wire checksums$valid;
    wire [7:0] checksums$index;
    wire [31:0] checksums$sum;
    wire checksums$finished;
    wire memory$row_ready;
    wire memory$entry_ready;
    wire memory$word_ready;
    wire memory$arrived;
    wire [31:0] memory$beat$0;
    wire memory$request;
    wire memory$request_write;
    wire [23:0] memory$address;
    wire [7:0] memory$beats;
    wire memory$quiet;
    wire counters$event$4;
    wire [39:0] counters$count$0;
    wire [39:0] counters$count$1;
    wire [39:0] counters$count$2;
    wire [39:0] counters$count$3;
    wire [39:0] counters$count$4;
    wire [39:0] counters$count$5;

    job job (
        .clock(clock),
        .swap(control$swap),
        .write(job_write),
        .write_address(job_address),
        .write_data(job_data),
        .lane_address(job$lane_address),
        .lane(job$lane)
    );

    control control (
        .clock(clock),
        .reset(reset),
        .start(start),
        .command(command),
        .cancel(cancel),
        .quiet(memory$quiet),
        .hashes_done(hasher$finished),
        .list_done(control$list_done),
        .checksums_done(checksums$finished),
        .ready(control$ready),
        .running(control$running),
        .stop(control$stop),
        .clear(control$clear),
        .swap(control$swap),
        .reading(control$reading),
        .job_address(control$job_address),
        .set_nonce(control$set_nonce),
        .set_count(control$set_count),
        .set_range(control$set_range),
        .raw(control$raw),
        .run(control$run),
        .extend_seed(control$extend_seed),
        .sum_start(control$sum_start)
    );

    hasher hasher (
        .clock(clock),
        .clear(control$clear),
        .raw(control$raw),
        .set_nonce(control$set_nonce),
        .set_count(control$set_count),
        .set_range(control$set_range),
        .run(control$run),
        .extend_seed(control$extend_seed),
        .job(job$lane),
        .hash_taken(sequencer$hash_taken),
        .sequence_address(sequencer$sequence_address),
        .word_valid(fold$word_valid),
        .word_index(fold$word_index),
        .word(fold$word),
        .fold_full(fold$full),
        .result_ready(hasher$result_ready),
        .job_address(hasher$job_address),
        .hash_ready(hasher$hash_ready),
        .indices(hasher$indices),
        .fold_taken(hasher$fold_taken),
        .seed_valid(hasher$seed_valid),
        .seed_lane(hasher$seed_lane),
        .seed_done(hasher$seed_done),
        .result_valid(hasher$result_valid),
        .result_range(hasher$result_range),
        .result_nonce(hasher$result_nonce),
        .result_hit(hasher$result_hit),
        .result_hash$0(hasher$result_hash$0),
        .result_hash$1(hasher$result_hash$1),
        .result_hash$2(hasher$result_hash$2),
        .result_hash$3(hasher$result_hash$3),
        .finished(hasher$finished),
        .hash_done(hasher$hash_done),
        .digest_valid(hasher$digest_valid),
        .digest_kind(hasher$digest_kind),
        .digest_part(hasher$digest_part),
        .digest_index(hasher$digest_index),
        .digest(hasher$digest)
    );

    sequencer sequencer (
        .clock(clock),
        .clear(control$clear),
        .hash_ready(hasher$hash_ready),
        .indices(hasher$indices),
        .pass_ready(pass_taken),
        .hash_taken(sequencer$hash_taken),
        .sequence_address(sequencer$sequence_address),
        .pass_valid(sequencer$pass_valid),
        .pass(sequencer$pass),
        .weight_matrix(sequencer$weight_matrix),
        .load_matrix(sequencer$load_matrix)
    );

    fetch fetch (
        .clock(clock),
        .clear(control$clear),
        .pass_valid(fetch$pass_valid),
        .pass(sequencer$pass),
        .weight_matrix(sequencer$weight_matrix),
        .load_matrix(sequencer$load_matrix),
        .request_ready(memory$row_ready),
        .data_valid(fetch$data_valid),
        .weights_freed(issue$weights_freed),
        .load_freed(writeback$load_done),
        .pass_ready(fetch$pass_ready),
        .request(fetch$request),
        .address(fetch$address),
        .write_weights(fetch$write_weights),
        .write_load(fetch$write_load),
        .write_half(fetch$write_half),
        .write_lane(fetch$write_lane),
        .write_beat(fetch$write_beat),
        .weights_arrived(fetch$weights_arrived),
        .load_arrived(fetch$load_arrived)
    );

    block_buffer weight_buffer (
        .clock(clock),
        .write(fetch$write_weights),
        .write_half(fetch$write_half),
        .write_lane(fetch$write_lane),
        .write_beat(fetch$write_beat),
        .beat$0(memory$beat$0),
        .read(issue$read),
        .read_half(issue$read_half),
        .read_word(issue$read_word),
        .word$0(weight_buffer$word$0)
    );

    block_buffer load_buffer (
        .clock(clock),
        .write(fetch$write_load),
        .write_half(fetch$write_half),
        .write_lane(fetch$write_lane),
        .write_beat(fetch$write_beat),
        .beat$0(memory$beat$0),
        .read(writeback$load_read),
        .read_half(load_buffer_half),
        .read_word(load$read_word),
        .word$0(load_buffer$word$0)
    );

    issue issue (
        .clock(clock),
        .clear(control$clear),
        .stop(control$stop),
        .pass_valid(issue$pass_valid),
        .pass_in(sequencer$pass),
        .weights_arrived(fetch$weights_arrived),
        .load_arrived(fetch$load_arrived),
        .fold_full(fold$full),
        .word$0(weight_buffer$word$0),
        .pass_ready(issue$pass_ready),
        .token(issue$token),
        .weight_valid(issue$weight_valid),
        .weight$0(issue$weight$0),
        .pass_out(issue$pass_out),
        .read(issue$read),
        .read_half(issue$read_half),
        .read_word(issue$read_word),
        .weights_freed(issue$weights_freed),
        .issued(issue$issued),
        .stall_weights(issue$stall_weights),
        .stall_load(issue$stall_load),
        .stall_fold(issue$stall_fold),
        .idle(issue$idle)
    );

    array array (
        .clock(clock),
        .token(issue$token),
        .weight_valid(issue$weight_valid),
        .weight$0(issue$weight$0),
        .write(writeback$write),
        .write_address(writeback$write_address),
        .write_block(writeback$write_block),
        .write_byte$0(writeback$write_byte$0),
        .token_early(array$token_early),
        .token_out(),
        .result$0(array$result$0)
    );

    load load (
        .clock(clock),
        .token_early(array$token_early),
        .word$0(load_buffer$word$0),
        .read_word(load$read_word),
        .byte$0(load$byte$0)
    );

    writeback writeback (
        .clock(clock),
        .clear(control$clear),
        .token_early(array$token_early),
        .pass(issue$pass_out),
        .result$0(array$result$0),
        .loaded$0(load$byte$0),
        .write(writeback$write),
        .write_address(writeback$write_address),
        .write_block(writeback$write_block),
        .write_byte$0(writeback$write_byte$0),
        .sum(writeback$sum),
        .sum_chain(writeback$sum_chain),
        .block(writeback$block),
        .slot(writeback$slot),
        .load_read(writeback$load_read),
        .load_done(writeback$load_done),
        .multiplied(writeback$multiplied),
        .loading(writeback$loading)
    );

    fold fold (
        .clock(clock),
        .clear(control$clear),
        .token_early(array$token_early),
        .add(writeback$sum),
        .chain(writeback$sum_chain),
        .block(writeback$block),
        .slot(writeback$slot),
        .result$0(array$result$0),
        .taken(hasher$fold_taken),
        .word_valid(fold$word_valid),
        .word_index(fold$word_index),
        .word(fold$word),
        .full(fold$full),
        .sum_valid(fold$sum_valid),
        .sum$0(fold$sum$0)
    );

    smix smix (
        .clock(clock),
        .clear(control$clear),
        .start(smix$start),
        .seed_valid(hasher$seed_valid),
        .seed_lane(hasher$seed_lane),
        .request_ready(memory$entry_ready),
        .write_ready(write_ready),
        .data_valid(memory$arrived),
        .data$0(memory$beat$0),
        .request(smix$request),
        .request_write(smix$request_write),
        .address(smix$address),
        .write_valid(smix$write_valid),
        .write_beat$0(smix$write_beat$0),
        .sending(smix$sending),
        .round(smix$round),
        .finished(smix$finished)
    );

    checksum checksums (
        .clock(clock),
        .clear(control$clear),
        .start(control$sum_start),
        .request_ready(memory$word_ready),
        .data_valid(memory$arrived),
        .data$0(memory$beat$0),
        .ready(checksum_ready),
        .request(checksums$request),
        .address(checksums$address),
        .valid(checksums$valid),
        .index(checksums$index),
        .sum(checksums$sum),
        .finished(checksums$finished)
    );

    memory_port memory (
        .clock(clock),
        .reset(reset),
        .stop(control$stop),
        .row(fetch$request),
        .row_address(fetch$address),
        .entry(smix$request),
        .entry_write(smix$request_write),
        .entry_address(smix$address),
        .word(checksums$request),
        .word_address(checksums$address),
        .sending(smix$sending),
        .request_ready(request_ready),
        .data_valid(data_valid),
        .data$0(data$0),
        .row_ready(memory$row_ready),
        .entry_ready(memory$entry_ready),
        .word_ready(memory$word_ready),
        .arrived(memory$arrived),
        .beat$0(memory$beat$0),
        .request(memory$request),
        .request_write(memory$request_write),
        .address(memory$address),
        .beats(memory$beats),
        .quiet(memory$quiet)
    );

    counters counters (
        .clock(clock),
        .clear(reset),
        .event$0(issue$issued),
        .event$1(issue$stall_weights),
        .event$2(issue$stall_load),
        .event$3(issue$stall_fold),
        .event$4(counters$event$4),
        .event$5(hasher$hash_done),
        .count$0(counters$count$0),
        .count$1(counters$count$1),
        .count$2(counters$count$2),
        .count$3(counters$count$3),
        .count$4(counters$count$4),
        .count$5(counters$count$5)
    );

    always @(*) begin
        load_buffer_half$d = load_buffer_half;
        if (writeback$load_done) begin
            load_buffer_half$d = ~load_buffer_half;
        end
        if (control$clear) begin
            load_buffer_half$d = 1'd0;
        end
    end

    always @(*) begin
        job$lane_address = hasher$job_address;
        if (control$reading) begin
            job$lane_address = control$job_address;
        end
    end

    assign control$list_done = smix$finished | (loader & loaded);
    assign ready = control$ready;
    assign running = control$running;
    assign hasher$result_ready = result_ready | reset;
    assign result_valid = hasher$result_valid;
    assign result_range = hasher$result_range;
    assign result_nonce = hasher$result_nonce;
    assign result_hit = hasher$result_hit;
    assign result_hash$0 = hasher$result_hash$0;
    assign result_hash$1 = hasher$result_hash$1;
    assign result_hash$2 = hasher$result_hash$2;
    assign result_hash$3 = hasher$result_hash$3;
    assign pass_taken = fetch$pass_ready & issue$pass_ready;
    assign fetch$pass_valid = sequencer$pass_valid & issue$pass_ready;
    assign fetch$data_valid = memory$arrived & control$run;
    assign issue$pass_valid = sequencer$pass_valid & fetch$pass_ready;
    assign trace_result$0 = array$result$0;
    assign trace_loaded$0 = load$byte$0;
    assign smix$start = hasher$seed_done & ~loader;
    assign seed_clear = control$clear;
    assign seed_valid = hasher$seed_valid;
    assign seed_lane = hasher$seed_lane;
    assign write_beat$0 = smix$write_beat$0;
    assign checksum_valid = checksums$valid;
    assign checksum_index = checksums$index;
    assign checksum = checksums$sum;
    assign round = smix$round;
    assign request = memory$request;
    assign request_write = memory$request_write;
    assign address = memory$address;
    assign beats = memory$beats;
    assign write_valid = smix$write_valid;
    assign counters$event$4 = issue$idle & control$run;
    assign count$0 = counters$count$0;
    assign count$1 = counters$count$1;
    assign count$2 = counters$count$2;
    assign count$3 = counters$count$3;
    assign count$4 = counters$count$4;
    assign count$5 = counters$count$5;
    assign trace_digest = hasher$digest_valid;
    assign trace_kind = hasher$digest_kind;
    assign trace_part = hasher$digest_part;
    assign trace_lane = hasher$digest_index;
    assign trace_value = hasher$digest;
    assign trace_issued = issue$issued;
    assign trace_multiplied = writeback$multiplied;
    assign trace_loading = writeback$loading;
    assign trace_summed = fold$sum_valid;
    assign trace_sum$0 = fold$sum$0;
    assign trace_folded = fold$word_valid;
    assign trace_word = fold$word;
    assign trace_hash = hasher$hash_done;

    always @(posedge clock) begin
        load_buffer_half <= load_buffer_half$d;
    end
endmodule

// Job memory: what the host wants, in two halves, so that the next job can be written while the
// current one runs.
//
// Which lane of 64 bits holds what: JobLane in docs/registers.md.
//
// Latency 2; one word written and one lane read a cycle. Byte order: bytes are in lanes as in messages: byte 0
// of the header in bits 7..0 of lane 0.
//
// Checked by every whole-hash test and, between jobs, by sim/tests/job_switch.rs. It does not keep the host
// from writing: when it may is control.rs's ready.
module job (
    input  wire clock,
    input  wire swap,                 // the half that was written becomes the one that is read
    input  wire write,                // host: write a word of the other half
    input  wire [5:0] write_address,  // host: word 2l is the low half of lane l
    input  wire [31:0] write_data,    // host: the word
    input  wire [4:0] lane_address,   // the lane wanted
    output wire [63:0] lane           // of the lane_address of two cycles ago
);
    reg half$d;                  // The half that is read.
    reg half = 0;
    wire other_half;
    reg [5:0] read_address = 0;  // A register: the address comes from several blocks.
    wire [5:0] write_lane;       // Lane and half that are written.

    wire low$write;
    wire [31:0] low$q;
    wire high$write;
    wire [31:0] high$q;

    ram_6x32 low (
        .clock(clock),
        .read_address(read_address),
        .write(low$write),
        .write_address(write_lane),
        .d(write_data),
        .q(low$q)
    );

    ram_6x32 high (
        .clock(clock),
        .read_address(read_address),
        .write(high$write),
        .write_address(write_lane),
        .d(write_data),
        .q(high$q)
    );

    always @(*) begin
        half$d = half;
        if (swap) begin
            half$d = ~half;
        end
    end

    assign other_half = ~half;
    assign write_lane = write_address[5:1] | (other_half << 5);
    assign low$write = write & ~write_address[0];
    assign high$write = write & write_address[0];
    assign lane = low$q | (high$q << 32);

    always @(posedge clock) begin
        half <= half$d;
        read_address <= lane_address | (half << 5);
    end
endmodule

// Memory of depth words with one write port and one registered read port.
//
// Read latency 1, one read and one write a cycle. depth is at most 2^A. Up to 64 words are kept
// in LUTs, whose access time is a third of a block RAM's.
//
// By hand for no_rw_check: no user needs the collision logic that Yosys adds without it. Writes
// are blocking, after the read, in the only process that touches the memory: the same hardware,
// and a simulator need not keep the value for later.
//
// Checked by sim/tests/primitives.rs. Has no reset.
module ram_6x32 (
    input  wire clock,
    input  wire [5:0] read_address,   // word to read
    input  wire write,                // write d
    input  wire [5:0] write_address,  // word to write
    input  wire [31:0] d,             // value to write
    output reg  [31:0] q              // word at last cycle's read_address, before that cycle's write
);
    (* no_rw_check, ram_style = "distributed" *) reg [31:0] mem [0:63];
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      q <= mem[read_address[5:0]];
      if (write) mem[write_address[5:0]] = d;
    end
    wire unused = &{1'b0, read_address, write_address};
endmodule

// Control: takes commands, ends what runs, and starts the next job only when all is quiet.
//
// Commands: Command in docs/registers.md. End is a port of its own.
//
// A job that is ended leaves nothing behind: for at least DRAIN_CYCLES = 128 cycles nothing is issued, so
// that the line of cells runs empty, and all beats asked for have arrived; only then everything is
// cleared. What completes meanwhile is reported under the old range. Latency about 140 cycles from
// start to work. stop, clear and swap, which go all over the core, are registers.
//
// Checked by sim/tests/control_path/control.rs with commands at random, and in the core by
// sim/tests/job_switch.rs. It does not look at the job: what a range is is hasher.rs's affair.
module control (
    input  wire clock,
    input  wire reset,              // level: back to the state after power-up
    input  wire start,              // begin command with the job that was written last; taken if ready
    input  wire [1:0] command,      // what to begin
    input  wire cancel,             // end what runs; taken if ready
    input  wire quiet,              // the memory port is quiet
    input  wire hashes_done,        // level: this is complete, for Range and Hash, Generate, Checksums
    input  wire list_done,          // level: this is complete, for Range and Hash, Generate, Checksums
    input  wire checksums_done,     // level: this is complete, for Range and Hash, Generate, Checksums
    output wire ready,              // commands are taken and the next job may be written
    output wire running,            // a command is in work
    output wire stop,               // issue no tokens, ask for nothing
    output wire clear,              // one cycle: forget all work
    output wire swap,               // one cycle: the job written last is the current one
    output wire reading,            // control is reading the job memory
    output reg  [4:0] job_address,  // lane that it reads
    output reg  set_nonce,          // one cycle: the job memory's lane is this value
    output reg  set_count,          // one cycle: the job memory's lane is this value
    output reg  set_range,          // one cycle: the job memory's lane is this value
    output wire raw,                // the command is Hash
    output wire run,                // hashes may be worked on
    output wire extend_seed,        // one cycle: begin the list, begin the checksums
    output wire sum_start           // one cycle: begin the list, begin the checksums
);
    localparam [2:0] POWER_UP = 3'd0;
    localparam [2:0] IDLE = 3'd1;
    localparam [2:0] DRAIN = 3'd2;
    localparam [2:0] CLEAR = 3'd3;
    localparam [2:0] READ = 3'd4;
    localparam [2:0] BEGIN = 3'd5;
    localparam [2:0] RUN = 3'd6;
    localparam [1:0] RANGE = 2'd0;
    localparam [1:0] HASH = 2'd1;
    localparam [1:0] GENERATE = 2'd2;
    localparam [1:0] CHECKSUMS = 2'd3;
    localparam [2:0] ASK_NONCE = 3'd0;
    localparam [2:0] ASK_COUNT = 3'd1;
    localparam [2:0] ASK_RANGE = 3'd2;
    localparam [2:0] TAKE_COUNT = 3'd3;
    localparam [2:0] TAKE_RANGE = 3'd4;

    reg [2:0] state = POWER_UP;
    reg [2:0] state_next;
    reg [1:0] command_reg$d;
    reg [1:0] command_reg = RANGE;
    reg reading_reg = 0;
    reg stop_reg = 0;
    reg clear_reg = 0;
    reg swap_reg = 0;
    reg cancelled$d;          // No job follows the one that is ended.
    reg cancelled = 0;
    reg [7:0] drain_count$d;  // Cycles of Drain, up to DRAIN_CYCLES.
    reg [7:0] drain_count = 0;
    localparam [2:0] drain_bit = 3'd7;
    wire drained;
    reg [2:0] read$d;
    reg [2:0] read = ASK_NONCE;
    localparam [4:0] nonce_lane = 5'h1c;
    localparam [4:0] count_lane = 5'h1d;
    localparam [4:0] range_lane = 5'h1e;
    wire take;
    reg done;


    always @(*) begin
        command_reg$d = command_reg;
        cancelled$d = cancelled;
        drain_count$d = drain_count;
        read$d = read;
        set_nonce = 1'd0;
        set_count = 1'd0;
        set_range = 1'd0;
        state_next = state;
        case (state)
            POWER_UP: begin
                state_next = IDLE;
            end
            IDLE: begin
                drain_count$d = 8'd0;
            end
            DRAIN: begin
                if (drained) begin
                    if (quiet) begin
                        state_next = CLEAR;
                    end
                end else begin
                    drain_count$d = drain_count + 1;
                end
            end
            CLEAR: begin
                read$d = ASK_NONCE;
                state_next = READ;
                if (cancelled) begin
                    state_next = IDLE;
                end
            end
            READ: begin
                case (read)
                    ASK_NONCE: begin
                        read$d = ASK_COUNT;
                    end
                    ASK_COUNT: begin
                        read$d = ASK_RANGE;
                    end
                    ASK_RANGE: begin
                        read$d = TAKE_COUNT;
                        set_nonce = 1'd1;
                    end
                    TAKE_COUNT: begin
                        read$d = TAKE_RANGE;
                        set_count = 1'd1;
                    end
                    TAKE_RANGE: begin
                        set_range = 1'd1;
                        state_next = BEGIN;
                    end
                    default: ;
                endcase
            end
            BEGIN: begin
                state_next = RUN;
            end
            RUN: begin
                drain_count$d = 8'd0;
                if (done) begin
                    state_next = IDLE;
                end
            end
            default: ;
        endcase
        if (take) begin
            state_next = DRAIN;
            cancelled$d = ~start;
            if (start) begin
                command_reg$d = command;
            end
        end
        if (reset) begin
            state_next = POWER_UP;
        end
    end

    assign ready = (state == IDLE) | (state == RUN);
    assign take = (start | cancel) & ready;
    assign running = (state != POWER_UP) & (state != IDLE);
    assign stop = stop_reg;
    assign clear = clear_reg;
    assign swap = swap_reg;
    assign reading = reading_reg;
    assign raw = command_reg == HASH;
    assign run = (state == RUN) & ((command_reg == RANGE) | (command_reg == HASH));
    assign extend_seed = (state == BEGIN) & (command_reg == GENERATE);
    assign sum_start = (state == BEGIN) & (command_reg == CHECKSUMS);

    always @(*) begin
        done = hashes_done;
        if (command_reg == GENERATE) begin
            done = list_done;
        end
        if (command_reg == CHECKSUMS) begin
            done = checksums_done;
        end
    end

    always @(*) begin
        job_address = nonce_lane;
        if (read == ASK_COUNT) begin
            job_address = count_lane;
        end
        if (read == ASK_RANGE) begin
            job_address = range_lane;
        end
    end

    assign drained = drain_count[drain_bit];

    always @(posedge clock) begin
        state <= state_next;
        command_reg <= command_reg$d;
        reading_reg <= state_next == READ;
        stop_reg <= (state_next == DRAIN) | (state_next == CLEAR);
        clear_reg <= (state_next == CLEAR) | (state == POWER_UP) | reset;
        swap_reg <= (state_next == CLEAR) & ~cancelled;
        cancelled <= cancelled$d;
        drain_count <= drain_count$d;
        read <= read$d;
    end
endmodule

// The hasher: everything that takes SHA3-256, one message after the other on one Keccak (the reference's
// header hash, sequences, extended seed and PoW hash).
//
// Three kinds of work, each done to its end: the header hash and the four sequences of the next
// nonce, one nonce ahead of the array; the PoW hash of a folded row, with the comparison to the
// target; the extended seed.
//
// Latency of a permutation: BLOCK_CYCLES(crate::core::hasher::BLOCK_CYCLES) cycles. A nonce takes 7 of
// them (4 if raw), a PoW hash 1 + \[dimension > 128\] and 8 cycles to compare. Nonces at or above
// 2^63 are never tried: Bytom cannot store them. A range that would go on ends before.
//
// Byte order: lane 0 of a hash or target is its least significant (comparison.rs); bytes of messages as in
// keccak.rs.
//
// Checked by sim/tests/control_path/hasher.rs against the reference, and by every whole-hash test, digest by
// digest. It does not multiply, and knows nothing of matrices: it asks for a nonce's folded row by having its
// sequences ready.
module hasher (
    input  wire clock,
    input  wire clear,                   // forget all work; a result that waits is kept
    input  wire raw,                     // one hash of the job's header hash instead of a range of nonces
    input  wire set_nonce,               // job is the first nonce, their number, the range's id
    input  wire set_count,               // job is the first nonce, their number, the range's id
    input  wire set_range,               // job is the first nonce, their number, the range's id
    input  wire run,                     // nonces may be prepared
    input  wire extend_seed,             // one cycle: send the extended seed
    input  wire [63:0] job,              // job memory: the lane job_address of two cycles ago
    input  wire hash_taken,              // the sequencer has taken the sequences
    input  wire [4:0] sequence_address,  // half (bit 4), chain and lane of the sequences that the sequencer reads
    input  wire word_valid,              // word is a word of the folded row
    input  wire [5:0] word_index,        // which
    input  wire [31:0] word,             // the word
    input  wire fold_full,               // level: all words have come
    input  wire result_ready,            // the result is handed over when result_valid is 1 too
    output reg  [4:0] job_address,       // lane of the job memory, JobLane in docs/registers.md
    output wire hash_ready,              // level: the sequences of a nonce are there
    output wire [63:0] indices,          // the lane sequence_address of the last cycle
    output reg  fold_taken,              // one cycle: the folded row is used up
    output wire seed_valid,              // seed_lane is the next of the 16 lanes of the extended seed
    output reg  [63:0] seed_lane,        // the lane
    output reg  seed_done,               // one cycle, after the last of them
    output wire result_valid,            // the result ports hold a result
    output wire [31:0] result_range,     // id of the range that it belongs to
    output wire [63:0] result_nonce,     // its nonce
    output wire result_hit,              // it meets the target
    output wire [63:0] result_hash$0,    // lane i of its PoW hash
    output wire [63:0] result_hash$1,    // lane i of its PoW hash
    output wire [63:0] result_hash$2,    // lane i of its PoW hash
    output wire [63:0] result_hash$3,    // lane i of its PoW hash
    output wire finished,                // level: the range is done and every result handed over; a cycle late
    output wire hash_done,               // trace: one cycle, a hash is complete, hit or not; the result ports hold it
    output wire digest_valid,            // trace: a lane of a digest
    output wire [2:0] digest_kind,       // trace: of which message, as in messages.rs
    output wire [1:0] digest_part,       // trace: which of its kind
    output wire [1:0] digest_index,      // trace: which lane
    output wire [63:0] digest            // trace: the lane
);
    localparam [2:0] HEADER = 3'd0;
    localparam [2:0] HEADER_TAIL = 3'd1;
    localparam [2:0] ENTRY_ID = 3'd2;
    localparam [2:0] CHUNK = 3'd3;
    localparam [2:0] SEED = 3'd4;
    localparam [2:0] FOLD = 3'd5;
    localparam [2:0] FOLD_TAIL = 3'd6;
    localparam [2:0] IDLE = 3'd0;
    localparam [2:0] START = 3'd1;
    localparam [2:0] PERMUTE = 3'd2;
    localparam [2:0] COMPARE = 3'd3;
    localparam [2:0] CONCLUDE = 3'd4;

    reg [2:0] digest_address$d;
    reg [2:0] digest_address = 0;
    reg [4:0] fold_address = 0;
    reg [2:0] state$d;
    reg [2:0] state = IDLE;
    reg [2:0] kind$d;
    reg [2:0] kind = HEADER;
    reg [1:0] part$d;
    reg [1:0] part = 0;
    reg seed_wanted$d;
    reg seed_wanted = 0;
    localparam fold_has_tail = 1'd0;
    reg permuted = 0;       // The permutation finished in the last cycle.
    wire [5:0] asked;       // Bit 5, a lane is asked for, and its index; the same as the lane arrives.
    wire absorbed;
    wire [4:0] absorbed_index;
    reg [63:0] nonce$d;     // Nonces: the one to prepare, how many are left, and the one that the array completes next.
    reg [63:0] nonce = 0;
    reg [63:0] left$d;
    reg [63:0] left = 0;
    reg [63:0] completing$d;
    reg [63:0] completing = 0;
    reg [31:0] range = 0;
    reg hash_ready_reg$d;
    reg hash_ready_reg = 0;
    reg half$d;             // The half of the sequences that is written next.
    reg half = 0;
    reg [2:0] in_flight$d;  // Nonces that are prepared and not complete.
    reg [2:0] in_flight = 0;
    reg prepared;
    reg completed;
    reg exhausted = 0;
    reg [2:0] compare_index$d;
    reg [2:0] compare_index = 0;
    reg [2:0] compare_asked;
    localparam [4:0] target_lane = 5'h18;
    reg hash_done_reg = 0;
    reg finished_reg = 0;
    reg result_valid_reg$d;
    reg result_valid_reg = 0;
    reg result_hit_reg$d;
    reg result_hit_reg = 0;
    reg [31:0] result_range_reg = 0;
    reg [63:0] result_nonce_reg = 0;

    wire keccak$start;
    wire keccak$fresh;
    wire keccak$absorbing;
    wire [4:0] keccak$lane_index;
    wire keccak$digest_valid;
    wire [1:0] keccak$digest_index;
    wire [63:0] keccak$digest;
    wire keccak$finished;
    wire [63:0] messages$fold;
    wire [4:0] messages$job_address;
    wire [2:0] messages$digest_address;
    wire [4:0] messages$fold_address;
    wire [63:0] messages$lane;
    reg [2:0] digests$write_address;
    wire [63:0] digests$q;
    wire sequences$write;
    wire [4:0] sequences$write_address;
    wire [63:0] sequences$q;
    wire fold_even$write;
    wire [31:0] fold_even$q;
    wire fold_odd$write;
    wire [31:0] fold_odd$q;
    wire [5:0] asked_late$q;
    wire comparison$fresh;
    wire comparison$meets;
    wire [63:0] comparison$kept$0;
    wire [63:0] comparison$kept$1;
    wire [63:0] comparison$kept$2;
    wire [63:0] comparison$kept$3;
    wire [2:0] compare_late$q;

    keccak keccak (
        .clock(clock),
        .clear(clear),
        .start(keccak$start),
        .fresh(keccak$fresh),
        .lane(messages$lane),
        .absorbing(keccak$absorbing),
        .lane_index(keccak$lane_index),
        .busy(),
        .digest_valid(keccak$digest_valid),
        .digest_index(keccak$digest_index),
        .digest(keccak$digest),
        .finished(keccak$finished)
    );

    messages messages (
        .clock(clock),
        .raw(raw),
        .kind(kind),
        .part(part),
        .lane_index(keccak$lane_index),
        .nonce(nonce),
        .job(job),
        .digest(digests$q),
        .fold(messages$fold),
        .job_address(messages$job_address),
        .digest_address(messages$digest_address),
        .fold_address(messages$fold_address),
        .lane(messages$lane)
    );

    ram_3x64 digests (
        .clock(clock),
        .read_address(digest_address),
        .write(keccak$digest_valid),
        .write_address(digests$write_address),
        .d(keccak$digest),
        .q(digests$q)
    );

    ram_5x64 sequences (
        .clock(clock),
        .read_address(sequence_address),
        .write(sequences$write),
        .write_address(sequences$write_address),
        .d(keccak$digest),
        .q(sequences$q)
    );

    ram_5x32 fold_even (
        .clock(clock),
        .read_address(fold_address),
        .write(fold_even$write),
        .write_address(word_index[5:1]),
        .d(word),
        .q(fold_even$q)
    );

    ram_5x32 fold_odd (
        .clock(clock),
        .read_address(fold_address),
        .write(fold_odd$write),
        .write_address(word_index[5:1]),
        .d(word),
        .q(fold_odd$q)
    );

    delay_6 asked_late (
        .clock(clock),
        .d(asked),
        .q(asked_late$q)
    );

    comparison comparison (
        .clock(clock),
        .fresh(comparison$fresh),
        .valid(compare_late$q[2]),
        .index(compare_late$q[1:0]),
        .hash(digests$q),
        .target(job),
        .meets(comparison$meets),
        .kept$0(comparison$kept$0),
        .kept$1(comparison$kept$1),
        .kept$2(comparison$kept$2),
        .kept$3(comparison$kept$3)
    );

    delay_3 compare_late (
        .clock(clock),
        .d(compare_asked),
        .q(compare_late$q)
    );

    always @(*) begin
        state$d = state;
        kind$d = kind;
        part$d = part;
        seed_wanted$d = seed_wanted;
        nonce$d = nonce;
        left$d = left;
        completing$d = completing;
        hash_ready_reg$d = hash_ready_reg;
        half$d = half;
        in_flight$d = in_flight;
        compare_index$d = compare_index;
        result_valid_reg$d = result_valid_reg;
        result_hit_reg$d = result_hit_reg;
        if (result_valid_reg & result_ready) begin
            result_valid_reg$d = 1'd0;
        end
        prepared = 1'd0;
        completed = 1'd0;
        seed_done = 1'd0;
        fold_taken = 1'd0;
        case (state)
            IDLE: begin
                part$d = 2'd0;
                compare_index$d = 3'd0;
                if (fold_full & ~result_valid_reg) begin
                    kind$d = FOLD;
                    state$d = START;
                end else if (seed_wanted) begin
                    kind$d = SEED;
                    state$d = START;
                    seed_wanted$d = 1'd0;
                end else if (run & ~exhausted & ~hash_ready_reg) begin
                    kind$d = HEADER;
                    if (raw) begin
                        kind$d = CHUNK;
                    end
                    state$d = START;
                end
            end
            START: begin
                state$d = PERMUTE;
            end
            PERMUTE: begin
                if (permuted) begin
                    state$d = START;
                    case (kind)
                        HEADER: begin
                            kind$d = HEADER_TAIL;
                        end
                        HEADER_TAIL: begin
                            kind$d = ENTRY_ID;
                        end
                        ENTRY_ID: begin
                            kind$d = CHUNK;
                        end
                        CHUNK: begin
                            part$d = part + 1;
                            if (part == 3) begin
                                state$d = IDLE;
                                prepared = 1'd1;
                            end
                        end
                        SEED: begin
                            part$d = part + 1;
                            if (part == 2) begin
                                state$d = IDLE;
                                seed_done = 1'd1;
                            end
                        end
                        FOLD: begin
                            kind$d = FOLD_TAIL;
                            if (~(|fold_has_tail)) begin
                                state$d = COMPARE;
                            end
                        end
                        FOLD_TAIL: begin
                            state$d = COMPARE;
                        end
                        default: ;
                    endcase
                end
            end
            COMPARE: begin
                compare_index$d = compare_index + 1;
                if (compare_index == 6) begin
                    state$d = CONCLUDE;
                end
            end
            CONCLUDE: begin
                state$d = IDLE;
                completed = 1'd1;
                fold_taken = 1'd1;
                result_hit_reg$d = comparison$meets;
                result_valid_reg$d = raw | comparison$meets;
            end
            default: ;
        endcase
        if (set_nonce) begin
            nonce$d = job;
            completing$d = job;
        end
        if (set_count) begin
            left$d = job;
            if (raw) begin
                left$d = 1;
            end
        end
        if (extend_seed) begin
            seed_wanted$d = 1'd1;
        end
        if (hash_taken) begin
            hash_ready_reg$d = 1'd0;
        end
        if (prepared) begin
            hash_ready_reg$d = 1'd1;
            half$d = ~half;
            nonce$d = nonce + 1;
            left$d = left - 1;
        end
        if (completed) begin
            completing$d = completing + 1;
        end
        if (prepared & ~completed) begin
            in_flight$d = in_flight + 1;
        end
        if (completed & ~prepared) begin
            in_flight$d = in_flight - 1;
        end
        if (clear) begin
            state$d = IDLE;
            seed_wanted$d = 1'd0;
            left$d = 0;
            hash_ready_reg$d = 1'd0;
            half$d = 1'd0;
            in_flight$d = 3'd0;
        end
    end

    assign keccak$start = state == START;
    assign keccak$fresh = (kind != HEADER_TAIL) & (kind != FOLD_TAIL);
    assign messages$fold = fold_even$q | (fold_odd$q << 32);

    always @(*) begin
        job_address = messages$job_address;
        digest_address$d = messages$digest_address;
        if (state == COMPARE) begin
            job_address = compare_index | target_lane;
            digest_address$d = compare_index;
        end
    end

    always @(*) begin
        digests$write_address = keccak$digest_index;
        if (kind == ENTRY_ID) begin
            digests$write_address = keccak$digest_index | 4;
        end
    end

    assign sequences$write = keccak$digest_valid & (kind == CHUNK);
    assign sequences$write_address = keccak$digest_index | (part << 2) | (half << 4);
    assign indices = sequences$q;
    assign digest_valid = keccak$digest_valid;
    assign digest_kind = kind;
    assign digest_part = part;
    assign digest_index = keccak$digest_index;
    assign digest = keccak$digest;
    assign asked = keccak$lane_index | (keccak$absorbing << 5);
    assign absorbed = asked_late$q[5];
    assign absorbed_index = asked_late$q[4:0];
    assign seed_valid = (kind == SEED) & (keccak$digest_valid | ((part == 0) & absorbed & (absorbed_index < 4)));

    always @(*) begin
        seed_lane = messages$lane;
        if (keccak$digest_valid) begin
            seed_lane = keccak$digest;
        end
    end

    assign fold_even$write = word_valid & ~word_index[0];
    assign fold_odd$write = word_valid & word_index[0];

    always @(*) begin
        compare_asked = 3'd0;
        if ((state == COMPARE) & (compare_index < 4)) begin
            compare_asked = compare_index | 4;
        end
    end

    assign comparison$fresh = state == IDLE;
    assign result_hash$0 = comparison$kept$0;
    assign result_hash$1 = comparison$kept$1;
    assign result_hash$2 = comparison$kept$2;
    assign result_hash$3 = comparison$kept$3;
    assign result_range = result_range_reg;
    assign result_nonce = result_nonce_reg;
    assign result_hit = result_hit_reg;
    assign result_valid = result_valid_reg;
    assign hash_done = hash_done_reg;
    assign hash_ready = hash_ready_reg;
    assign finished = finished_reg;

    always @(posedge clock) begin
        digest_address <= digest_address$d;
        fold_address <= messages$fold_address;
        state <= state$d;
        kind <= kind$d;
        part <= part$d;
        seed_wanted <= seed_wanted$d;
        permuted <= keccak$finished;
        nonce <= nonce$d;
        left <= left$d;
        completing <= completing$d;
        if (set_range) range <= job[31:0];
        hash_ready_reg <= hash_ready_reg$d;
        half <= half$d;
        in_flight <= in_flight$d;
        exhausted <= (left == 0) | nonce[63];
        compare_index <= compare_index$d;
        hash_done_reg <= completed;
        finished_reg <= run & exhausted & (in_flight == 0) & (state == IDLE) & ~result_valid_reg;
        result_valid_reg <= result_valid_reg$d;
        result_hit_reg <= result_hit_reg$d;
        if (state == COMPARE) result_range_reg <= range;
        if (state == COMPARE) result_nonce_reg <= completing;
    end
endmodule

// Keccak-f\[1600\], one lane per cycle, with the absorb pass in front: a block of SHA3-256.
//
// The state of 25 lanes lies in two banks of one RAM; each round reads one bank in the order in
// which pi delivers the lanes and writes the other, so that theta, rho, pi, chi and iota are one
// pass. Lane x + 5y is FIPS-202's A\[x,y\], bit 0 its least significant.
//
// start to finished, both counted: 1 + 28 + 24 * 34 = 845 cycles (CYCLES), whatever the data. The
// next start may be in the cycle after finished.
//
// Byte order: the message's bytes 0 … 7 are lane 0, byte 0 in bits 7..0; so the digest of the
// empty message, a7 ff c6 f8 bf 1e d7 66 …, begins with the lane 0x66d71ebff8c6ffa7.
//
// Checked by sim/tests/blocks.rs against SHA3-256 on random messages. It does no padding: that
// is messages.rs.
module keccak (
    input  wire clock,
    input  wire clear,               // stop; the next block must be fresh
    input  wire start,               // absorb one block, then permute; only while busy is 0
    input  wire fresh,               // with start: begin from the zero state
    input  wire [63:0] lane,         // the lane asked for three cycles ago
    output wire absorbing,           // lane_index asks for a lane
    output wire [4:0] lane_index,    // 0 … 24; 17 … 24 must be answered with 0
    output wire busy,                // a block is absorbed or permuted
    output wire digest_valid,        // digest is lane digest_index of the result
    output wire [1:0] digest_index,  // 0 … 3, in order, one per cycle
    output wire [63:0] digest,       // the lane
    output reg  finished             // one cycle: the whole state is written
);
    localparam [1:0] IDLE = 2'd0;
    localparam [1:0] ABSORB = 2'd1;
    localparam [1:0] PERMUTE = 2'd2;

    reg [1:0] state$d;
    reg [1:0] state = IDLE;
    reg fresh_reg$d;                                                                                                                // The block begins from the zero state.
    reg fresh_reg = 0;
    reg [5:0] step$d;                                                                                                               // Cycle within the absorb pass or the round.
    reg [5:0] step = 0;
    reg [4:0] round$d;
    reg [4:0] round = 0;
    localparam [4:0] last_round = 5'h17;
    localparam [5:0] lane_count = 6'h19;
    localparam [5:0] last_absorb_step = 6'h1b;
    localparam [5:0] last_round_step = 6'h21;
    reg [2:0] column$d;                                                                                                             // step modulo 5, of the lane that is being written.
    reg [2:0] column = 0;
    reg [5:0] read_address$d;                                                                                                       // The address that is read.
    reg [5:0] read_address = 0;
    reg [5:0] asked;                                                                                                                // Absorb: bit 5, a lane is asked for, and its index; the same as the lane arrives.
    wire absorb_write;
    wire [4:0] absorb_index;
    reg [63:0] parity$0$d;                                                                                                          // Column parities of the state that is being written, and theta's effect on the one read.
    reg [63:0] parity$0 = 0;
    reg [63:0] parity$1$d;
    reg [63:0] parity$1 = 0;
    reg [63:0] parity$2$d;
    reg [63:0] parity$2 = 0;
    reg [63:0] parity$3$d;
    reg [63:0] parity$3 = 0;
    reg [63:0] parity$4$d;
    reg [63:0] parity$4 = 0;
    reg [63:0] effect$0 = 0;
    reg [63:0] effect$1 = 0;
    reg [63:0] effect$2 = 0;
    reg [63:0] effect$3 = 0;
    reg [63:0] effect$4 = 0;
    wire [511:0] route = 512'h235290f278e37683e4238770f510a2b24051b8412140893196d064701213d562d30030a14891c630e9815722b4c2c260000;  // Source lane (bits 4..0), its x (7..5) and its rho rotation (13..8) per step, 16 bits each; steps above 24 read zeros.
    wire [8:0] route_offset;
    wire [13:0] source;
    reg [2:0] rotation_left = 0;
    reg [1:0] routed;                                                                                                               // Bit 0, a lane of the round is read, and bit 1, the last of a row; the same beside the rotated lane.
    wire gather_lane;
    wire gather_last;
    reg [63:0] theta$d;
    reg [63:0] theta = 0;
    reg [63:0] by1;                                                                                                                 // rho, by powers of two, with a register in the middle.
    reg [63:0] by2;
    reg [63:0] by4;
    reg [63:0] turning = 0;
    reg [63:0] by8;
    reg [63:0] by16;
    reg [63:0] rotated;
    reg [63:0] gather$0 = 0;                                                                                                        // The row that is being gathered, and the one that chi is working on.
    reg [63:0] gather$1 = 0;
    reg [63:0] gather$2 = 0;
    reg [63:0] gather$3 = 0;
    reg [63:0] row$0$d;
    reg [63:0] row$0 = 0;
    reg [63:0] row$1$d;
    reg [63:0] row$1 = 0;
    reg [63:0] row$2$d;
    reg [63:0] row$2 = 0;
    reg [63:0] row$3$d;
    reg [63:0] row$3 = 0;
    reg [63:0] row$4$d;
    reg [63:0] row$4 = 0;
    wire [255:0] iota = 256'h7421587966164852535d4f3f26350c0e5579211f705e1a01;                                                      // The seven iota bits per round, at positions 2^j - 1 of the lane.
    wire [7:0] iota_offset;
    reg [6:0] iota_bits = 0;
    wire [63:0] iota_lane;
    reg [63:0] chi;
    reg [4:0] write_index$d;
    reg [4:0] write_index = 0;
    reg chi_write = 0;
    reg [63:0] written;
    wire writing;
    wire [4:0] other_bank;

    reg [5:0] lanes$write_address;
    wire [63:0] lanes$q;
    wire [5:0] asked_late$q;
    wire [2:0] source_x$q;
    wire [5:0] rotation$q;
    wire [1:0] routed_late$q;

    ram_6x64 lanes (
        .clock(clock),
        .read_address(read_address),
        .write(writing),
        .write_address(lanes$write_address),
        .d(written),
        .q(lanes$q)
    );

    delay_6 asked_late (
        .clock(clock),
        .d(asked),
        .q(asked_late$q)
    );

    delay_3 source_x (
        .clock(clock),
        .d(source[7:5]),
        .q(source_x$q)
    );

    delay_6 rotation (
        .clock(clock),
        .d(source[13:8]),
        .q(rotation$q)
    );

    delay_2 routed_late (
        .clock(clock),
        .d(routed),
        .q(routed_late$q)
    );

    always @(*) begin
        state$d = state;
        fresh_reg$d = fresh_reg;
        step$d = step;
        round$d = round;
        column$d = column;
        write_index$d = write_index;
        if (writing) begin
            column$d = column + 1;
            if (column == 4) begin
                column$d = 3'd0;
            end
        end
        if (chi_write) begin
            write_index$d = write_index + 1;
        end
        finished = 1'd0;
        if (state == IDLE) begin
            step$d = 6'd0;
            round$d = 5'd0;
            column$d = 3'd0;
            write_index$d = 5'd0;
            if (start) begin
                state$d = ABSORB;
                fresh_reg$d = fresh;
            end
        end else begin
            step$d = step + 1;
        end
        if ((state == ABSORB) & (step == last_absorb_step)) begin
            state$d = PERMUTE;
            step$d = 6'd0;
        end
        if ((state == PERMUTE) & (step == last_round_step)) begin
            step$d = 6'd0;
            write_index$d = 5'd0;
            round$d = round + 1;
            if (round == last_round) begin
                state$d = IDLE;
                finished = 1'd1;
            end
        end
        if (clear) begin
            state$d = IDLE;
        end
    end

    assign route_offset = step << 4;
    assign source = route[route_offset +: 14];

    always @(*) begin
        read_address$d = step - 1;
        if (state == PERMUTE) begin
            read_address$d = source[4:0] | (round[0] << 5);
        end
    end

    assign absorbing = (state == ABSORB) & (step < lane_count);
    assign lane_index = step[4:0];

    always @(*) begin
        asked = step & 31;
        if ((state == ABSORB) & (step < lane_count)) begin
            asked = step | 32;
        end
    end

    assign absorb_write = asked_late$q[5];
    assign absorb_index = asked_late$q[4:0];

    always @(*) begin
        routed = 2'd0;
        if ((state == PERMUTE) & (step < lane_count)) begin
            routed = 2'd1;
            if ((step == 4) | (step == 9) | (step == 14) | (step == 19) | (step == 24)) begin
                routed = 2'd3;
            end
        end
    end

    assign gather_lane = routed_late$q[0];
    assign gather_last = routed_late$q[1];

    always @(*) begin
        theta$d = lanes$q ^ effect$0;
        if (source_x$q == 1) begin
            theta$d = lanes$q ^ effect$1;
        end
        if (source_x$q == 2) begin
            theta$d = lanes$q ^ effect$2;
        end
        if (source_x$q == 3) begin
            theta$d = lanes$q ^ effect$3;
        end
        if (source_x$q == 4) begin
            theta$d = lanes$q ^ effect$4;
        end
    end

    always @(*) begin
        by1 = theta;
        if (rotation$q[0]) begin
            by1 = (theta << 1) | (theta >> 63);
        end
    end

    always @(*) begin
        by2 = by1;
        if (rotation$q[1]) begin
            by2 = (by1 << 2) | (by1 >> 62);
        end
    end

    always @(*) begin
        by4 = by2;
        if (rotation$q[2]) begin
            by4 = (by2 << 4) | (by2 >> 60);
        end
    end

    always @(*) begin
        by8 = turning;
        if (rotation_left[0]) begin
            by8 = (turning << 8) | (turning >> 56);
        end
    end

    always @(*) begin
        by16 = by8;
        if (rotation_left[1]) begin
            by16 = (by8 << 16) | (by8 >> 48);
        end
    end

    always @(*) begin
        rotated = by16;
        if (rotation_left[2]) begin
            rotated = (by16 << 32) | (by16 >> 32);
        end
    end

    always @(*) begin
        row$0$d = row$1;
        row$1$d = row$2;
        row$2$d = row$3;
        row$3$d = row$4;
        row$4$d = row$0;
        if (gather_last) begin
            row$0$d = gather$0;
            row$1$d = gather$1;
            row$2$d = gather$2;
            row$3$d = gather$3;
            row$4$d = rotated;
        end
    end

    assign iota_offset = round << 3;
    assign iota_lane = iota_bits[0] | (iota_bits[1] << 1) | (iota_bits[2] << 3) | (iota_bits[3] << 7) | (iota_bits[4] << 15) | (iota_bits[5] << 31) | (iota_bits[6] << 63);

    always @(*) begin
        chi = row$0 ^ (~row$1 & row$2);
        if (write_index == 0) begin
            chi = row$0 ^ (~row$1 & row$2) ^ iota_lane;
        end
    end

    assign other_bank = ~round;
    assign writing = absorb_write | chi_write;

    always @(*) begin
        written = chi;
        lanes$write_address = write_index | (other_bank[0] << 5);
        if (absorb_write) begin
            lanes$write_address = absorb_index;
            written = lane ^ lanes$q;
            if (fresh_reg) begin
                written = lane;
            end
        end
    end

    always @(*) begin
        parity$0$d = parity$0;
        if (writing & (column == 0)) begin
            parity$0$d = parity$0 ^ written;
        end
        if ((state != IDLE) & (step == 0)) begin
            parity$0$d = 0;
        end
    end

    always @(*) begin
        parity$1$d = parity$1;
        if (writing & (column == 1)) begin
            parity$1$d = parity$1 ^ written;
        end
        if ((state != IDLE) & (step == 0)) begin
            parity$1$d = 0;
        end
    end

    always @(*) begin
        parity$2$d = parity$2;
        if (writing & (column == 2)) begin
            parity$2$d = parity$2 ^ written;
        end
        if ((state != IDLE) & (step == 0)) begin
            parity$2$d = 0;
        end
    end

    always @(*) begin
        parity$3$d = parity$3;
        if (writing & (column == 3)) begin
            parity$3$d = parity$3 ^ written;
        end
        if ((state != IDLE) & (step == 0)) begin
            parity$3$d = 0;
        end
    end

    always @(*) begin
        parity$4$d = parity$4;
        if (writing & (column == 4)) begin
            parity$4$d = parity$4 ^ written;
        end
        if ((state != IDLE) & (step == 0)) begin
            parity$4$d = 0;
        end
    end

    assign busy = state != IDLE;
    assign digest_valid = chi_write & (round == last_round) & (write_index < 4);
    assign digest_index = write_index[1:0];
    assign digest = chi;

    always @(posedge clock) begin
        state <= state$d;
        fresh_reg <= fresh_reg$d;
        step <= step$d;
        round <= round$d;
        column <= column$d;
        read_address <= read_address$d;
        parity$0 <= parity$0$d;
        parity$1 <= parity$1$d;
        parity$2 <= parity$2$d;
        parity$3 <= parity$3$d;
        parity$4 <= parity$4$d;
        if ((state == PERMUTE) & (step == 0)) effect$0 <= parity$4 ^ (parity$1 << 1) ^ (parity$1 >> 63);
        if ((state == PERMUTE) & (step == 0)) effect$1 <= parity$0 ^ (parity$2 << 1) ^ (parity$2 >> 63);
        if ((state == PERMUTE) & (step == 0)) effect$2 <= parity$1 ^ (parity$3 << 1) ^ (parity$3 >> 63);
        if ((state == PERMUTE) & (step == 0)) effect$3 <= parity$2 ^ (parity$4 << 1) ^ (parity$4 >> 63);
        if ((state == PERMUTE) & (step == 0)) effect$4 <= parity$3 ^ (parity$0 << 1) ^ (parity$0 >> 63);
        rotation_left <= rotation$q[5:3];
        theta <= theta$d;
        turning <= by4;
        if (gather_lane) gather$0 <= gather$1;
        if (gather_lane) gather$1 <= gather$2;
        if (gather_lane) gather$2 <= gather$3;
        if (gather_lane) gather$3 <= rotated;
        row$0 <= row$0$d;
        row$1 <= row$1$d;
        row$2 <= row$2$d;
        row$3 <= row$3$d;
        row$4 <= row$4$d;
        iota_bits <= iota[iota_offset +: 7];
        write_index <= write_index$d;
        chi_write <= (state == PERMUTE) & (step >= 8) & (step < last_round_step);
    end
endmodule

// Memory of depth words with one write port and one registered read port.
//
// Read latency 1, one read and one write a cycle. depth is at most 2^A. Up to 64 words are kept
// in LUTs, whose access time is a third of a block RAM's.
//
// By hand for no_rw_check: no user needs the collision logic that Yosys adds without it. Writes
// are blocking, after the read, in the only process that touches the memory: the same hardware,
// and a simulator need not keep the value for later.
//
// Checked by sim/tests/primitives.rs. Has no reset.
module ram_6x64 (
    input  wire clock,
    input  wire [5:0] read_address,   // word to read
    input  wire write,                // write d
    input  wire [5:0] write_address,  // word to write
    input  wire [63:0] d,             // value to write
    output reg  [63:0] q              // word at last cycle's read_address, before that cycle's write
);
    (* no_rw_check, ram_style = "distributed" *) reg [63:0] mem [0:63];
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      q <= mem[read_address[5:0]];
      if (write) mem[write_address[5:0]] = d;
    end
    wire unused = &{1'b0, read_address, write_address};
endmodule

// Delay line: q is the d of stages cycles ago.
//
// Latency stages, at least 1; one value a cycle. By hand as one shift register, which a
// simulator moves in one piece; registers one after the other would be moved one by one.
//
// Checked by sim/tests/primitives.rs. Has neither reset nor enable.
module delay_6 (
    input  wire clock,
    input  wire [5:0] d,  // value
    output reg  [5:0] q   // the same, later; 0 until then
);
    reg [17:0] line;
    initial line = 0;
    always @(posedge clock) line <= {line[11:0], d};
    always @(*) q = line[17:12];
endmodule

// Delay line: q is the d of stages cycles ago.
//
// Latency stages, at least 1; one value a cycle. By hand as one shift register, which a
// simulator moves in one piece; registers one after the other would be moved one by one.
//
// Checked by sim/tests/primitives.rs. Has neither reset nor enable.
module delay_3 (
    input  wire clock,
    input  wire [2:0] d,  // value
    output reg  [2:0] q   // the same, later; 0 until then
);
    reg [5:0] line;
    initial line = 0;
    always @(posedge clock) line <= {line[2:0], d};
    always @(*) q = line[5:3];
endmodule

// Delay line: q is the d of stages cycles ago.
//
// Latency stages, at least 1; one value a cycle. By hand as one shift register, which a
// simulator moves in one piece; registers one after the other would be moved one by one.
//
// Checked by sim/tests/primitives.rs. Has neither reset nor enable.
module delay_2 (
    input  wire clock,
    input  wire [1:0] d,  // value
    output reg  [1:0] q   // the same, later; 0 until then
);
    reg [7:0] line;
    initial line = 0;
    always @(posedge clock) line <= {line[5:0], d};
    always @(*) q = line[7:6];
endmodule

// The SHA3-256 messages of Tensority, lane by lane, padded (the reference's header hash, sequences,
// extended seed and PoW hash).
//
// | kind | block | lanes |
// | 0 Header | 136 bytes: header prefix, nonce | 17 |
// | 1 HeaderTail | the padding that follows exactly 136 bytes | 0 |
// | 2 EntryId | "entryid:blockheader:" and the digest of kinds 0, 1: 52 bytes | 6½ |
// | 3 Chunk | lane part of the header hash | 1 |
// | 4 Seed | the seed (part 0), or the digest before | 4 |
// | 5 Fold | the folded row, at most 17 lanes | dimension / 8 |
// | 6 FoldTail | what is left of it | dimension / 8 - 17 |
//
// Padding is byte 0x06 after the message and 0x80 in the last byte of the block (lane 16).
//
// Latency 3, one lane a cycle. Byte order: byte 0 of a lane in bits 7..0, as in keccak.rs; so the first
// lane of EntryId is 0x3a64697972746e65, "entryid:".
//
// Checked by every whole-hash test, digest by digest (sim/tests/small_cores.rs, sim/tests/faults.rs). It
// does not choose messages: that is hasher.rs.
module messages (
    input  wire clock,
    input  wire raw,                   // the header hash is the job's, not computed
    input  wire [2:0] kind,            // the message, stable while a block is absorbed
    input  wire [1:0] part,            // which of its kind, stable while a block is absorbed
    input  wire [4:0] lane_index,      // the lane asked for, 0 … 24
    input  wire [63:0] nonce,          // lane 16 of the header
    input  wire [63:0] job,            // job memory: the lane job_address of two cycles ago
    input  wire [63:0] digest,         // digests: the lane digest_address of two cycles ago
    input  wire [63:0] fold,           // folded row: the lane fold_address of two cycles ago
    output reg  [4:0] job_address,     // lane of the job memory, JobLane in docs/registers.md
    output reg  [2:0] digest_address,  // 0 … 3 last digest, 4 … 7 header hash
    output reg  [4:0] fold_address,    // lane of the folded row
    output wire [63:0] lane            // the lane asked for three cycles ago
);
    localparam [2:0] HEADER = 3'd0;
    localparam [2:0] HEADER_TAIL = 3'd1;
    localparam [2:0] ENTRY_ID = 3'd2;
    localparam [2:0] CHUNK = 3'd3;
    localparam [2:0] SEED = 3'd4;
    localparam [2:0] FOLD = 3'd5;
    localparam [2:0] FOLD_TAIL = 3'd6;

    reg is_chunk = 0;   // What the kind means, a cycle late: a block is begun a cycle before its first lane is asked for.
    reg is_seed = 0;
    localparam [4:0] header_hash_lane = 5'h10;
    localparam [4:0] seed_lane = 5'h14;
    localparam [4:0] rate_lanes = 5'h11;
    localparam [4:0] last_lane = 5'h10;
    reg [4:0] count$d;  // Lanes of the message in this block; the padding begins behind them; it ends in this block.
    reg [4:0] count = 0;
    reg pad$d;
    reg pad = 0;
    reg closes$d;
    reg closes = 0;
    reg [63:0] digest_reg = 0;
    reg [63:0] data;
    reg [63:0] lane_reg$d;
    reg [63:0] lane_reg = 0;
    reg [63:0] entry;
    localparam [63:0] entry0 = 64'h3a64697972746e65;
    localparam [63:0] entry1 = 64'h6165686b636f6c62;
    localparam [63:0] entry2 = 64'h3a726564;
    localparam [63:0] entry6 = 64'h600000000;
    localparam [63:0] last_byte = 64'h8000000000000000;
    localparam [4:0] fold_lanes = 5'd4;
    localparam fold_ends = 1'd1;
    localparam [4:0] fold_tail_lanes = 5'd0;

    wire [4:0] lane_index_late$q;

    delay_5 lane_index_late (
        .clock(clock),
        .d(lane_index),
        .q(lane_index_late$q)
    );

    always @(*) begin
        job_address = lane_index;
        if (is_chunk) begin
            job_address = part | header_hash_lane;
        end
        if (is_seed) begin
            job_address = lane_index | seed_lane;
        end
    end

    always @(*) begin
        digest_address = lane_index[2:0];
        if (kind == ENTRY_ID) begin
            digest_address = lane_index[2:0] - 2;
        end
        if (kind == CHUNK) begin
            digest_address = part | 4;
        end
    end

    always @(*) begin
        fold_address = lane_index;
        if (kind == FOLD_TAIL) begin
            fold_address = lane_index + rate_lanes;
        end
    end

    always @(*) begin
        entry = (digest_reg >> 32) | (digest << 32);
        if (lane_index_late$q == 0) begin
            entry = entry0;
        end
        if (lane_index_late$q == 1) begin
            entry = entry1;
        end
        if (lane_index_late$q == 2) begin
            entry = entry2 | (digest << 32);
        end
        if (lane_index_late$q == 6) begin
            entry = (digest_reg >> 32) | entry6;
        end
    end

    always @(*) begin
        count$d = 5'd0;
        pad$d = 1'd1;
        closes$d = 1'd1;
        data = fold;
        case (kind)
            HEADER: begin
                count$d = rate_lanes;
                pad$d = 1'd0;
                closes$d = 1'd0;
                data = job;
                if (lane_index_late$q == last_lane) begin
                    data = nonce;
                end
            end
            HEADER_TAIL: begin
                count$d = 5'd0;
            end
            ENTRY_ID: begin
                count$d = 5'd7;
                pad$d = 1'd0;
                data = entry;
            end
            CHUNK: begin
                count$d = 5'd1;
                data = digest;
                if (raw) begin
                    data = job;
                end
            end
            SEED: begin
                count$d = 5'd4;
                data = digest;
                if (part == 0) begin
                    data = job;
                end
            end
            FOLD: begin
                count$d = fold_lanes;
                pad$d = |fold_ends;
                closes$d = |fold_ends;
            end
            FOLD_TAIL: begin
                count$d = fold_tail_lanes;
            end
            default: ;
        endcase
    end

    assign lane = lane_reg;

    always @(*) begin
        lane_reg$d = 0;
        if (lane_index_late$q < count) begin
            lane_reg$d = data;
        end else if ((lane_index_late$q == count) & pad) begin
            lane_reg$d = 6;
        end
        if ((lane_index_late$q == last_lane) & closes) begin
            lane_reg$d = last_byte;
            if ((count == last_lane) & pad) begin
                lane_reg$d = last_byte | 6;
            end
        end
    end

    always @(posedge clock) begin
        is_chunk <= kind == CHUNK;
        is_seed <= kind == SEED;
        count <= count$d;
        pad <= pad$d;
        closes <= closes$d;
        digest_reg <= digest;
        lane_reg <= lane_reg$d;
    end
endmodule

// Delay line: q is the d of stages cycles ago.
//
// Latency stages, at least 1; one value a cycle. By hand as one shift register, which a
// simulator moves in one piece; registers one after the other would be moved one by one.
//
// Checked by sim/tests/primitives.rs. Has neither reset nor enable.
module delay_5 (
    input  wire clock,
    input  wire [4:0] d,  // value
    output reg  [4:0] q   // the same, later; 0 until then
);
    reg [9:0] line;
    initial line = 0;
    always @(posedge clock) line <= {line[4:0], d};
    always @(*) q = line[9:5];
endmodule

// Memory of depth words with one write port and one registered read port.
//
// Read latency 1, one read and one write a cycle. depth is at most 2^A. Up to 64 words are kept
// in LUTs, whose access time is a third of a block RAM's.
//
// By hand for no_rw_check: no user needs the collision logic that Yosys adds without it. Writes
// are blocking, after the read, in the only process that touches the memory: the same hardware,
// and a simulator need not keep the value for later.
//
// Checked by sim/tests/primitives.rs. Has no reset.
module ram_3x64 (
    input  wire clock,
    input  wire [2:0] read_address,   // word to read
    input  wire write,                // write d
    input  wire [2:0] write_address,  // word to write
    input  wire [63:0] d,             // value to write
    output reg  [63:0] q              // word at last cycle's read_address, before that cycle's write
);
    (* no_rw_check, ram_style = "distributed" *) reg [63:0] mem [0:7];
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      q <= mem[read_address[2:0]];
      if (write) mem[write_address[2:0]] = d;
    end
    wire unused = &{1'b0, read_address, write_address};
endmodule

// Memory of depth words with one write port and one registered read port.
//
// Read latency 1, one read and one write a cycle. depth is at most 2^A. Up to 64 words are kept
// in LUTs, whose access time is a third of a block RAM's.
//
// By hand for no_rw_check: no user needs the collision logic that Yosys adds without it. Writes
// are blocking, after the read, in the only process that touches the memory: the same hardware,
// and a simulator need not keep the value for later.
//
// Checked by sim/tests/primitives.rs. Has no reset.
module ram_5x64 (
    input  wire clock,
    input  wire [4:0] read_address,   // word to read
    input  wire write,                // write d
    input  wire [4:0] write_address,  // word to write
    input  wire [63:0] d,             // value to write
    output reg  [63:0] q              // word at last cycle's read_address, before that cycle's write
);
    (* no_rw_check, ram_style = "distributed" *) reg [63:0] mem [0:31];
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      q <= mem[read_address[4:0]];
      if (write) mem[write_address[4:0]] = d;
    end
    wire unused = &{1'b0, read_address, write_address};
endmodule

// Memory of depth words with one write port and one registered read port.
//
// Read latency 1, one read and one write a cycle. depth is at most 2^A. Up to 64 words are kept
// in LUTs, whose access time is a third of a block RAM's.
//
// By hand for no_rw_check: no user needs the collision logic that Yosys adds without it. Writes
// are blocking, after the read, in the only process that touches the memory: the same hardware,
// and a simulator need not keep the value for later.
//
// Checked by sim/tests/primitives.rs. Has no reset.
module ram_5x32 (
    input  wire clock,
    input  wire [4:0] read_address,   // word to read
    input  wire write,                // write d
    input  wire [4:0] write_address,  // word to write
    input  wire [31:0] d,             // value to write
    output reg  [31:0] q              // word at last cycle's read_address, before that cycle's write
);
    (* no_rw_check, ram_style = "distributed" *) reg [31:0] mem [0:31];
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      q <= mem[read_address[4:0]];
      if (write) mem[write_address[4:0]] = d;
    end
    wire unused = &{1'b0, read_address, write_address};
endmodule

// The comparison of a hash with the target, lane by lane, the least significant first (the reference's
// Target).
//
// Latency 2, one lane a cycle. A lane decides, unless it is equal; so the last that differs counts, and no
// lane waits for another. Example: hash lanes 5, 0, 0, 1 miss the target 4, 9, 9, 0 in lane 3.
//
// Byte order: bits 63..0 of lane 0 are the least significant bytes of hash and target.
//
// Checked by every whole-hash test (sim/tests/small_cores.rs, sim/tests/faults.rs). It does not ask for
// the lanes: that is hasher.rs.
module comparison (
    input  wire clock,
    input  wire fresh,          // level before the first lane: nothing is compared yet
    input  wire valid,          // hash and target are lanes
    input  wire [1:0] index,    // which lanes
    input  wire [63:0] hash,    // the lane of the hash
    input  wire [63:0] target,  // the lane of the target
    output wire meets,          // hash <= target, as little-endian 256-bit numbers; two cycles after the last lanes
    output wire [63:0] kept$0,  // lane i of the hash that was compared, until the next one's lanes
    output wire [63:0] kept$1,  // lane i of the hash that was compared, until the next one's lanes
    output wire [63:0] kept$2,  // lane i of the hash that was compared, until the next one's lanes
    output wire [63:0] kept$3   // lane i of the hash that was compared, until the next one's lanes
);
    reg [63:0] lanes$0 = 0;
    reg [63:0] lanes$1 = 0;
    reg [63:0] lanes$2 = 0;
    reg [63:0] lanes$3 = 0;
    reg smaller = 0;  // The lane that came last is smaller or larger than the target's; what all so far have decided.
    reg larger = 0;
    reg below$d;
    reg below = 0;


    always @(*) begin
        below$d = below;
        if (fresh | smaller) begin
            below$d = 1'd1;
        end
        if (larger) begin
            below$d = 1'd0;
        end
    end

    assign kept$0 = lanes$0;
    assign kept$1 = lanes$1;
    assign kept$2 = lanes$2;
    assign kept$3 = lanes$3;
    assign meets = below;

    always @(posedge clock) begin
        if (valid & (index == 0)) lanes$0 <= hash;
        if (valid & (index == 1)) lanes$1 <= hash;
        if (valid & (index == 2)) lanes$2 <= hash;
        if (valid & (index == 3)) lanes$3 <= hash;
        smaller <= valid & (hash < target);
        larger <= valid & (hash > target);
        below <= below$d;
    end
endmodule

// Sequencer: plans the passes of a hash, four chains of 64 multiplies, one pass ahead (the order of the
// reference's chain).
//
// The passes of a hash are the load of chain 0, then per chain the multiplies 2 … 63, and a last
// pass that is multiply 64 together with the load of the next chain's first matrix. In the last
// pass of chain 3 the next chain is the next hash's, if its sequences are there in time.
//
// A pass every CYCLES = 5 cycles. A hash uses the halves of the sequence RAM in turn. Byte order: index 0
// of eight in bits 7..0.
//
// Checked by sim/tests/control_path/sequencer.rs against the order of the reference, and by every whole-hash test.
// It does not know how long a pass takes, nor whether its matrices have arrived.
module sequencer (
    input  wire clock,
    input  wire clear,                   // forget the hash
    input  wire hash_ready,              // the sequences of a hash are there
    input  wire [63:0] indices,          // eight matrix indices, of the last cycle's sequence_address
    input  wire pass_ready,              // the pass is taken when pass_valid is 1 too
    output reg  hash_taken,              // one cycle: the sequences are taken
    output reg  [4:0] sequence_address,  // half (bit 4), chain (bits 3..2) and lane (bits 1..0) of eight indices
    output wire pass_valid,              // the next ports describe a pass, until it is taken
    output reg  [4:0] pass,              // what the pass does, fields as in pass.rs
    output wire [7:0] weight_matrix,     // the matrix that is multiplied, if the pass multiplies
    output wire [7:0] load_matrix        // the matrix that is loaded, if the pass loads
);
    localparam [2:0] DECIDE = 3'd0;
    localparam [2:0] ASK_WEIGHTS = 3'd1;
    localparam [2:0] ASK_LOAD = 3'd2;
    localparam [2:0] TAKE_LOAD = 3'd3;
    localparam [2:0] OFFER = 3'd4;

    reg [2:0] state$d;
    reg [2:0] state = DECIDE;
    reg active$d;          // A hash is loaded, and its next multiply is number step + 1 of chain.
    reg active = 0;
    reg [1:0] chain$d;
    reg [1:0] chain = 0;
    reg [5:0] step$d;
    reg [5:0] step = 0;
    localparam [1:0] last_chain = 2'd3;
    localparam [5:0] last_step = 6'h3f;
    wire last;             // The multiply is the last of its chain.
    reg load$d;            // The pass loads, and what it loads belongs to the next hash.
    reg load = 0;
    reg load_next_hash$d;
    reg load_next_hash = 0;
    reg next_half$d;       // The half of the sequence RAM that holds the next hash's sequences, this hash's, and the load's.
    reg next_half = 0;
    wire half;
    reg load_half;
    reg [1:0] load_chain;
    wire [5:0] index_bit;  // Lowest bit of the multiply's index among the eight.
    localparam [7:0] index_mask = 8'h1f;
    reg [7:0] weight_matrix_reg = 0;
    reg [7:0] load_matrix_reg = 0;


    always @(*) begin
        state$d = state;
        active$d = active;
        chain$d = chain;
        step$d = step;
        next_half$d = next_half;
        load$d = load;
        load_next_hash$d = load_next_hash;
        hash_taken = 1'd0;
        case (state)
            DECIDE: begin
                load$d = 1'd0;
                load_next_hash$d = 1'd0;
                if (active) begin
                    state$d = ASK_WEIGHTS;
                    if (last) begin
                        load$d = (chain != last_chain) | hash_ready;
                        load_next_hash$d = chain == last_chain;
                    end
                end else if (hash_ready) begin
                    state$d = ASK_WEIGHTS;
                    load$d = 1'd1;
                    load_next_hash$d = 1'd1;
                end
            end
            ASK_WEIGHTS: begin
                state$d = ASK_LOAD;
            end
            ASK_LOAD: begin
                state$d = TAKE_LOAD;
            end
            TAKE_LOAD: begin
                state$d = OFFER;
            end
            OFFER: begin
                if (pass_ready) begin
                    state$d = DECIDE;
                    step$d = step + 1;
                    if (~active | last) begin
                        active$d = load;
                        step$d = 6'd1;
                        chain$d = load_chain;
                        if (load & load_next_hash) begin
                            hash_taken = 1'd1;
                            next_half$d = ~next_half;
                        end
                    end
                end
            end
            default: ;
        endcase
        if (clear) begin
            state$d = DECIDE;
            active$d = 1'd0;
            next_half$d = 1'd0;
        end
    end

    assign half = ~next_half;

    always @(*) begin
        load_half = half;
        load_chain = chain + 1;
        if (load_next_hash) begin
            load_half = next_half;
            load_chain = 2'd0;
        end
    end

    always @(*) begin
        sequence_address = step[4:3] | (chain << 2) | (half << 4);
        if (state == ASK_LOAD) begin
            sequence_address = (load_chain << 2) | (load_half << 4);
        end
    end

    assign index_bit = step[2:0] << 3;
    assign last = active & (step == last_step);
    assign pass_valid = state == OFFER;

    always @(*) begin
        pass[0] = active;
        pass[1] = load;
        pass[2] = last;
        pass[4:3] = chain;
    end

    assign weight_matrix = weight_matrix_reg;
    assign load_matrix = load_matrix_reg;

    always @(posedge clock) begin
        state <= state$d;
        active <= active$d;
        chain <= chain$d;
        step <= step$d;
        load <= load$d;
        load_next_hash <= load_next_hash$d;
        next_half <= next_half$d;
        if (state == ASK_LOAD) weight_matrix_reg <= indices[index_bit +: 8] & index_mask;
        if (state == TAKE_LOAD) load_matrix_reg <= indices[7:0] & index_mask;
    end
endmodule

// Matrix fetch: turns passes into row bursts, and the rows that return into full block buffers.
//
// For every block of a pass it asks for the rows of the matrix that is multiplied, then for those
// of the matrix that is loaded. A normal multiply and the load take row n of a matrix for lane
// n mod lanes of block n / lanes. The last multiply of a chain takes the rows in the order that
// completes words of the sum: with four lanes or more row n / 4 + (n mod 4) * dimension/4, with
// one lane row n, with two lanes the mixture (Geometry::matrix_row).
//
// Latency 1 from a row that may be asked for to its request, and none from data_valid to the writes; one
// request and one beat a cycle. Up to two blocks per buffer are asked for ahead; so it stalls when both are
// full, and goes on in the cycle after one is freed.
//
// Checked by sim/tests/control_path/fetch.rs against the order of rows, and by every whole-hash test. It does
// not see the data: beats go from the memory port to the buffers.
module fetch (
    input  wire clock,
    input  wire clear,                // forget everything; no row may be on its way
    input  wire pass_valid,           // the next ports describe a pass; taken when pass_ready is 1 too
    input  wire [4:0] pass,           // what the pass does, fields as in pass.rs
    input  wire [7:0] weight_matrix,  // the matrices that are multiplied and loaded
    input  wire [7:0] load_matrix,    // the matrices that are multiplied and loaded
    input  wire request_ready,        // the request is taken when request is 1 too
    input  wire data_valid,           // the next beat of the rows asked for, in order
    input  wire weights_freed,        // one cycle: a block of this buffer has been used up
    input  wire load_freed,           // one cycle: a block of this buffer has been used up
    output wire pass_ready,           // no pass is in work
    output wire request,              // read one matrix row, of dimension bytes
    output wire [23:0] address,       // byte address of the row: matrix * dimension^2 + row * dimension
    output wire write_weights,        // store the beat in this buffer, in the cycle of data_valid
    output wire write_load,           // store the beat in this buffer, in the cycle of data_valid
    output reg  write_half,           // block of the buffer to store it in
    output wire [3:0] write_lane,     // lane to store it in
    output wire [5:0] write_beat,     // beat within the row
    output wire weights_arrived,      // one cycle, after the last beat: a block is complete
    output wire load_arrived          // one cycle, after the last beat: a block is complete
);
    reg active$d;                        // The pass in work.
    reg active = 0;
    reg [4:0] pass_reg$d;
    reg [4:0] pass_reg = 0;
    reg [7:0] weight_matrix_reg = 0;
    reg [7:0] load_matrix_reg = 0;
    wire take;
    reg finish;
    reg [7:0] first_row$d;               // The row to ask for next: first row of the block, lane, and which matrix.
    reg [7:0] first_row = 0;
    reg [3:0] lane$d;
    reg [3:0] lane = 0;
    reg for_load$d;
    reg for_load = 0;
    reg [7:0] row;
    reg [7:0] matrix;
    reg credit;
    wire ask;
    reg request_reg$d;                   // The request that is offered to the memory port.
    reg request_reg = 0;
    reg [23:0] address_reg = 0;
    wire open;                           // The first row of a block is asked for; for the load.
    reg open_reg$d;
    reg open_reg = 0;
    reg open_load_reg = 0;
    localparam [3:0] last_lane = 4'd0;
    localparam [7:0] lanes = 8'd1;
    localparam [7:0] last_first_row = 8'h1f;
    localparam [4:0] row_bits = 5'd5;
    localparam [4:0] matrix_bits = 5'ha;
    localparam [7:0] high_mask = 8'h18;  // The order of the last multiply: parts of the row number, and where they move.
    localparam [7:0] low_mask = 8'd0;
    localparam [3:0] low_shift = 4'd3;
    localparam [3:0] group_shift = 4'd0;
    localparam [7:0] group_mask = 8'd7;
    reg [1:0] weights_free$d;            // Free blocks per buffer.
    reg [1:0] weights_free = 0;
    reg [1:0] load_free$d;
    reg [1:0] load_free = 0;
    wire open_weights;
    wire open_load;
    reg [2:0] blocks$d;                  // The blocks on their way: how many, and bit i: block i is for the load.
    reg [2:0] blocks = 0;
    reg [3:0] order$d;
    reg [3:0] order = 0;
    reg head;                            // The block that arrives is for the load.
    reg close;                           // Its last beat arrives.
    reg close_reg$d;
    reg close_reg = 0;
    reg close_weights_reg = 0;
    reg close_load_reg = 0;
    reg [3:0] shifted;                   // order and blocks without a block that has left.
    reg [2:0] place;
    reg [3:0] arriving_lane$d;
    reg [3:0] arriving_lane = 0;
    reg [5:0] arriving_beat$d;
    reg [5:0] arriving_beat = 0;
    reg weights_half$d;
    reg weights_half = 0;
    reg load_half$d;
    reg load_half = 0;
    localparam [5:0] last_beat = 6'd7;


    always @(*) begin
        active$d = active;
        pass_reg$d = pass_reg;
        first_row$d = first_row;
        lane$d = lane;
        for_load$d = for_load;
        request_reg$d = request_reg;
        weights_free$d = weights_free;
        load_free$d = load_free;
        arriving_lane$d = arriving_lane;
        arriving_beat$d = arriving_beat;
        weights_half$d = weights_half;
        load_half$d = load_half;
        if (request_ready) begin
            request_reg$d = 1'd0;
        end
        if (ask) begin
            request_reg$d = 1'd1;
        end
        open_reg$d = open;
        finish = 1'd0;
        if (ask) begin
            lane$d = lane + 1;
            if (lane == last_lane) begin
                lane$d = 4'd0;
                if (~for_load & pass_reg[1]) begin
                    for_load$d = 1'd1;
                end else begin
                    for_load$d = ~pass_reg[0];
                    first_row$d = first_row + lanes;
                    finish = first_row == last_first_row;
                end
            end
        end
        if (finish) begin
            active$d = 1'd0;
        end
        if (take) begin
            active$d = 1'd1;
            pass_reg$d = pass;
            first_row$d = 8'd0;
            for_load$d = ~pass[0];
        end
        close = 1'd0;
        if (data_valid) begin
            arriving_beat$d = arriving_beat + 1;
            if (arriving_beat == last_beat) begin
                arriving_beat$d = 6'd0;
                arriving_lane$d = arriving_lane + 1;
                if (arriving_lane == last_lane) begin
                    arriving_lane$d = 4'd0;
                    close = 1'd1;
                end
            end
        end
        close_reg$d = close;
        if (close) begin
            if (head) begin
                load_half$d = ~load_half;
            end else begin
                weights_half$d = ~weights_half;
            end
        end
        order$d = shifted;
        blocks$d = place;
        if (open_reg) begin
            blocks$d = place + 1;
            order$d = shifted | (open_load_reg << place);
        end
        if (weights_freed & ~open_weights) begin
            weights_free$d = weights_free + 1;
        end
        if (~weights_freed & open_weights) begin
            weights_free$d = weights_free - 1;
        end
        if (load_freed & ~open_load) begin
            load_free$d = load_free + 1;
        end
        if (~load_freed & open_load) begin
            load_free$d = load_free - 1;
        end
        if (clear) begin
            active$d = 1'd0;
            request_reg$d = 1'd0;
            open_reg$d = 1'd0;
            lane$d = 4'd0;
            weights_free$d = 2'd2;
            load_free$d = 2'd2;
            blocks$d = 3'd0;
            order$d = 4'd0;
            close_reg$d = 1'd0;
            arriving_lane$d = 4'd0;
            arriving_beat$d = 6'd0;
            weights_half$d = 1'd0;
            load_half$d = 1'd0;
        end
    end

    always @(*) begin
        row = first_row + lane;
        matrix = load_matrix_reg;
        credit = load_free != 0;
        if (~for_load) begin
            matrix = weight_matrix_reg;
            credit = weights_free != 0;
            if (pass_reg[2]) begin
                row = (row & high_mask) | ((row & low_mask) << low_shift) | ((row >> group_shift) & group_mask);
            end
        end
    end

    assign ask = active & ((lane != 0) | credit) & (~request_reg | request_ready);
    assign request = request_reg;
    assign address = address_reg;
    assign open = ask & (lane == 0);
    assign open_weights = open & ~for_load;
    assign open_load = open & for_load;
    assign pass_ready = ~active;
    assign take = pass_valid & ~active;

    always @(*) begin
        head = order[0];
        if (close_reg) begin
            head = order[1];
        end
    end

    assign write_weights = data_valid & ~head;
    assign write_load = data_valid & head;

    always @(*) begin
        write_half = weights_half;
        if (head) begin
            write_half = load_half;
        end
    end

    assign write_lane = arriving_lane;
    assign write_beat = arriving_beat;
    assign weights_arrived = close_weights_reg;
    assign load_arrived = close_load_reg;

    always @(*) begin
        shifted = order;
        place = blocks;
        if (close_reg) begin
            shifted = order >> 1;
            place = blocks - 1;
        end
    end

    always @(posedge clock) begin
        active <= active$d;
        pass_reg <= pass_reg$d;
        if (take) weight_matrix_reg <= weight_matrix;
        if (take) load_matrix_reg <= load_matrix;
        first_row <= first_row$d;
        lane <= lane$d;
        for_load <= for_load$d;
        request_reg <= request_reg$d;
        if (ask) address_reg <= (matrix << matrix_bits) | (row << row_bits);
        open_reg <= open_reg$d;
        open_load_reg <= for_load;
        weights_free <= weights_free$d;
        load_free <= load_free$d;
        blocks <= blocks$d;
        order <= order$d;
        close_reg <= close_reg$d;
        close_weights_reg <= close & ~head;
        close_load_reg <= close & head;
        arriving_lane <= arriving_lane$d;
        arriving_beat <= arriving_beat$d;
        weights_half <= weights_half$d;
        load_half <= load_half$d;
    end
endmodule

// Buffer of two blocks of matrix rows on their way from memory to the array.
//
// Written a beat of one row at a time, read a word of every row at a time. A block is one matrix
// row of dimension / 4 words a lane; a beat has a word a lane. Read latency 2, one read and one
// write a cycle.
//
// By hand for its two widths and for the cells of the ECP5.
//
// Checked by sim/tests/primitives.rs. What is read while it is written is not defined. It does
// not know what is full: core/fetch.rs and core/issue.rs do, with credits.
module block_buffer (
    input  wire clock,
    input  wire write,             // store the beat beat$i
    input  wire write_half,        // with write: which of the two blocks
    input  wire [3:0] write_lane,  // with write: matrix row within the block
    input  wire [5:0] write_beat,  // with write: beat within the row
    input  wire [31:0] beat$0,     // word i of the beat, lowest address first
    input  wire read,              // read a word of every row
    input  wire read_half,         // with read: which of the two blocks
    input  wire [5:0] read_word,   // with read: word within the row
    output reg  [31:0] word$0      // that word of lane i, two cycles after read and until after the next
);
    (* no_rw_check *) reg [31:0] lane0 [0:15];
    reg [31:0] fetched0;
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      word$0 <= fetched0;
      if (read) begin
        fetched0 <= lane0[{read_half, read_word[2:0]}];
      end
      if (write) begin
        if (write_lane == 0) lane0[{write_half, write_beat[2:0]}] = {beat$0};
      end
    end
    wire unused = &{1'b0, read_word, write_beat};
endmodule

// Issue: feeds the array one token per cycle, and the weights behind the tokens.
//
// It waits only in front of a block: for its weights, for the block that is loaded beside it, or,
// in front of the last pass of chain 3, for the fold of the hash before to be used up.
//
// Latency 2 from issued to token, while the first words come out of the block buffer. Throughput one
// token per cycle, also across passes and chains. What arrives is seen two cycles later.
//
// Byte order: a word's bytes stay where they are; each is XORed with 0x80.
//
// Checked by sim/tests/control_path/issue.rs with blocks that arrive at random, and by every whole-hash test. It
// does not know which matrices the blocks are of.
module issue (
    input  wire clock,
    input  wire clear,            // forget all passes
    input  wire stop,             // issue nothing
    input  wire pass_valid,       // pass_in is queued when pass_ready is 1 too
    input  wire [4:0] pass_in,    // what the pass does, fields as in pass.rs
    input  wire weights_arrived,  // one cycle: a block of this buffer is complete
    input  wire load_arrived,     // one cycle: a block of this buffer is complete
    input  wire fold_full,        // level: the fold of a hash is not yet used up
    input  wire [31:0] word$0,    // lane c of the word asked for two cycles ago
    output wire pass_ready,       // a pass can be queued
    output wire [11:0] token,     // to the array, fields as in token.rs
    output wire weight_valid,     // weight$c is a word of the rows of the block
    output wire [31:0] weight$0,  // to the array: word$c in offset form
    output wire [4:0] pass_out,   // the pass that is issued, fields as in pass.rs
    output wire read,             // to the block buffer of the weights: read a word of every row
    output wire read_half,        // to the block buffer: which of its blocks
    output wire [5:0] read_word,  // to the block buffer: which word
    output reg  weights_freed,    // one cycle: the block is read to its end
    output wire issued,           // trace: a token of a multiply is issued in this cycle
    output wire stall_weights,    // trace: none is, for want of this; the first that is missing
    output wire stall_load,       // trace: none is, for want of this; the first that is missing
    output wire stall_fold,       // trace: none is, for want of this; the first that is missing
    output wire idle              // trace: there is no pass to issue
);
    reg current$d;                          // The pass that is issued and the one that waits.
    reg current = 0;
    reg [4:0] current_pass$d;
    reg [4:0] current_pass = 0;
    reg current_needs_fold$d;
    reg current_needs_fold = 0;
    reg waiting$d;
    reg waiting = 0;
    reg [4:0] waiting_pass$d;
    reg [4:0] waiting_pass = 0;
    reg waiting_needs_fold$d;
    reg waiting_needs_fold = 0;
    wire needs_fold;
    localparam [1:0] last_chain = 2'd3;
    wire promote;
    wire accept;
    reg [7:0] slot$d;
    reg [7:0] slot = 0;
    reg [7:0] block$d;
    reg [7:0] block = 0;
    reg bank$d;
    reg bank = 0;
    localparam [7:0] last_but_one = 8'h1e;  // The slot before the last of a block.
    localparam [7:0] last_block = 8'h1f;
    reg at_first_slot$d;                    // Where the next token is, decided with the one before: first or last of a block, in the first or the last block, and last of the last block, which ends the pass.
    reg at_first_slot = 0;
    reg at_last_slot$d;
    reg at_last_slot = 0;
    reg at_first_block$d;
    reg at_first_block = 0;
    reg at_last_block = 0;
    reg at_end$d;
    reg at_end = 0;
    wire opens_block;                       // The next token, if it goes, opens a block.
    reg [2:0] absent;                       // What is not there, and resources that the next block still lacks, computed one cycle early for the pass in work and for the one that waits. What is there by then is seen a cycle late, and nothing is used up just before.
    reg [2:0] current_lacks;
    reg [2:0] waiting_lacks;
    reg [2:0] lacks_next;
    reg [2:0] lacks = 0;
    reg lacks_any = 0;
    reg fold_full_reg = 0;
    wire go;
    wire ends;
    wire first;
    wire take_load;
    reg [11:0] token_issued;                // The token waits for the first words to come out of the block buffer.
    reg [11:0] token_late$0 = 0;
    reg [11:0] token_late$1 = 0;
    reg [1:0] weights_there$d;              // Complete blocks that are not issued yet.
    reg [1:0] weights_there = 0;
    reg [1:0] load_there$d;
    reg [1:0] load_there = 0;
    reg reading$d;
    reg reading = 0;
    reg [5:0] read_word_reg$d;
    reg [5:0] read_word_reg = 0;
    reg read_half_reg$d;
    reg read_half_reg = 0;
    localparam [5:0] last_word = 6'd7;
    reg word_early = 0;                     // word$c is valid in the next cycle; in this one; weight$c is.
    reg word_valid = 0;
    reg weight_valid_reg = 0;
    localparam [31:0] offset = 32'h80808080;
    reg [31:0] weight_reg$0 = 0;


    always @(*) begin
        current$d = current;
        current_pass$d = current_pass;
        current_needs_fold$d = current_needs_fold;
        waiting$d = waiting;
        waiting_pass$d = waiting_pass;
        waiting_needs_fold$d = waiting_needs_fold;
        slot$d = slot;
        block$d = block;
        bank$d = bank;
        at_first_slot$d = at_first_slot;
        at_last_slot$d = at_last_slot;
        at_first_block$d = at_first_block;
        at_end$d = at_end;
        weights_there$d = weights_there;
        load_there$d = load_there;
        reading$d = reading;
        read_word_reg$d = read_word_reg;
        read_half_reg$d = read_half_reg;
        if (go) begin
            slot$d = slot + 1;
            at_first_slot$d = at_last_slot;
            at_last_slot$d = slot == last_but_one;
            at_end$d = (slot == last_but_one) & at_last_block;
            if (at_last_slot) begin
                slot$d = 8'd0;
                block$d = block + 1;
                at_first_block$d = at_last_block;
                if (at_last_block) begin
                    block$d = 8'd0;
                    bank$d = ~bank;
                end
            end
        end
        if (ends) begin
            current$d = 1'd0;
        end
        if (promote) begin
            current$d = 1'd1;
            current_pass$d = waiting_pass;
            current_needs_fold$d = waiting_needs_fold;
            waiting$d = 1'd0;
        end
        if (accept) begin
            waiting$d = 1'd1;
            waiting_pass$d = pass_in;
            waiting_needs_fold$d = needs_fold;
        end
        if (weights_arrived & ~first) begin
            weights_there$d = weights_there + 1;
        end
        if (~weights_arrived & first) begin
            weights_there$d = weights_there - 1;
        end
        if (load_arrived & ~take_load) begin
            load_there$d = load_there + 1;
        end
        if (~load_arrived & take_load) begin
            load_there$d = load_there - 1;
        end
        weights_freed = 1'd0;
        if (first) begin
            reading$d = 1'd1;
            read_word_reg$d = 6'd1;
        end
        if (reading) begin
            read_word_reg$d = read_word_reg + 1;
            if (read_word_reg == last_word) begin
                read_word_reg$d = 6'd0;
                reading$d = 1'd0;
                read_half_reg$d = ~read_half_reg;
                weights_freed = 1'd1;
            end
        end
        if (clear) begin
            waiting$d = 1'd0;
            current$d = 1'd0;
            slot$d = 8'd0;
            block$d = 8'd0;
            at_first_slot$d = 1'd1;
            at_last_slot$d = 1'd0;
            at_first_block$d = 1'd1;
            at_end$d = 1'd0;
            weights_there$d = 2'd0;
            load_there$d = 2'd0;
            reading$d = 1'd0;
            read_word_reg$d = 6'd0;
            read_half_reg$d = 1'd0;
        end
    end

    assign go = current & ~stop & ~(at_first_slot & lacks_any);
    assign ends = current & ~stop & at_end;
    assign opens_block = go & at_first_slot;
    assign first = opens_block & current_pass[0];
    assign take_load = opens_block & current_pass[1];

    always @(*) begin
        token_issued[8:0] = slot | (bank << 8);
        token_issued[9] = go;
        token_issued[10] = first;
        token_issued[11] = opens_block & at_first_block;
    end

    assign token = token_late$1;
    assign needs_fold = pass_in[0] & pass_in[2] & (pass_in[4:3] == last_chain);
    assign pass_ready = ~waiting;
    assign accept = pass_valid & ~waiting;
    assign promote = waiting & (~current | ends);
    assign pass_out = current_pass;

    always @(*) begin
        absent[0] = weights_there == 0;
        absent[1] = load_there == 0;
        absent[2] = fold_full_reg;
    end

    always @(*) begin
        current_lacks[0] = absent[0] & current_pass[0];
        current_lacks[1] = absent[1] & current_pass[1];
        current_lacks[2] = absent[2] & current_needs_fold & at_first_block;
    end

    always @(*) begin
        waiting_lacks[0] = absent[0] & waiting_pass[0];
        waiting_lacks[1] = absent[1] & waiting_pass[1];
        waiting_lacks[2] = absent[2] & waiting_needs_fold;
    end

    always @(*) begin
        lacks_next = current_lacks;
        if (promote) begin
            lacks_next = waiting_lacks;
        end
    end

    assign read = at_first_slot | reading;
    assign read_half = read_half_reg;
    assign read_word = read_word_reg;
    assign weight_valid = weight_valid_reg;
    assign weight$0 = weight_reg$0;
    assign issued = go & current_pass[0];
    assign stall_weights = current & at_first_slot & lacks[0];
    assign stall_load = current & at_first_slot & ~lacks[0] & lacks[1];
    assign stall_fold = current & at_first_slot & ~lacks[0] & ~lacks[1] & lacks[2];
    assign idle = ~current;

    always @(posedge clock) begin
        current <= current$d;
        current_pass <= current_pass$d;
        current_needs_fold <= current_needs_fold$d;
        waiting <= waiting$d;
        waiting_pass <= waiting_pass$d;
        waiting_needs_fold <= waiting_needs_fold$d;
        slot <= slot$d;
        block <= block$d;
        bank <= bank$d;
        at_first_slot <= at_first_slot$d;
        at_last_slot <= at_last_slot$d;
        at_first_block <= at_first_block$d;
        at_last_block <= block == last_block;
        at_end <= at_end$d;
        lacks <= lacks_next;
        lacks_any <= lacks_next[0] | lacks_next[1] | lacks_next[2];
        fold_full_reg <= fold_full;
        token_late$0 <= token_issued;
        token_late$1 <= token_late$0;
        weights_there <= weights_there$d;
        load_there <= load_there$d;
        reading <= reading$d;
        read_word_reg <= read_word_reg$d;
        read_half_reg <= read_half_reg$d;
        word_early <= first | reading;
        word_valid <= word_early;
        weight_valid_reg <= word_valid;
        if (word_valid) weight_reg$0 <= word$0 ^ offset;
    end
endmodule

// The array: multiplies the state by a block of matrix rows for every row of the state, reduces the
// products to bytes (the reference's multiply and reduce), and keeps the state.
//
// One token, that is one state row, enters cell 0 per cycle and moves on by one cell per cycle;
// lanes partial sums travel with it. When the token that opens a block reaches a cell, the cell's
// lanes latch their weights, so the weights of a block follow its first token like a second wave.
// At the end of the line xi and eta are subtracted and the sum is reduced to a byte.
//
// Latency token to token_out: cells + 10 cycles (latency); write to a token that may read it: 2
// (WRITE_LATENCY). So a row may be written while the tokens of the next pass already run, as
// long as cells + 12 <= dimension; xi follows in time if dimension >= 14. Throughput: one token per
// cycle, 4 * cells * lanes multiply-accumulates.
//
// Weights and writes reach the cells through a register for every eight of them (GROUP), so that no
// wire has to cross the whole array in a cycle.
//
// Byte order: byte j of a word, in bits 8j+7..8j, is column 4g + j. Example: the state row 1, 2, 0, … and
// the matrix row 3, -4, 0, … give 3 - 8 = -5 = 0xfffffffb, and reduce makes 0xfb + 0xff = 0xfa of it.
//
// Multipliers with FIP: 2 * cells * lanes in the cells, 2 * lanes for eta, max(1, lanes/2) for xi. With
// inference, lane 0 and its eta are of 24 bits, the lowest 16 of which are what they are without.
//
// Checked by sim/tests/array.rs alone, by every whole-hash test against the reference, multiply by
// multiply, and against the functional array of the simulator, which has these ports and these cycles.
// It does not know passes or chains, and does not wait: whoever sends a token has the weights ready.
module array (
    input  wire clock,
    input  wire [11:0] token,         // the state row that enters the line, fields as in token.rs; first only every dimension cycles or later
    input  wire weight_valid,         // 1 in the cycles 1 … cells after a first token
    input  wire [31:0] weight$0,      // word g of lane c's matrix row in cycle 1 + g, offset form
    input  wire write,                // store write_byte$c
    input  wire [8:0] write_address,  // bank (bit 8) and slot
    input  wire [7:0] write_block,    // the columns are write_block * lanes + c
    input  wire [7:0] write_byte$0,   // signed bytes
    output wire [11:0] token_early,   // the token_out of four cycles later (EARLY)
    output wire [11:0] token_out,     // the token that result$c belongs to
    output wire [7:0] result$0        // reduce(row of the state . matrix row of lane c)
);
    reg [11:0] token_reg = 0;                      // The token in front of the first cell, and on its way from the last one to token_out.
    reg [11:0] token_late$0 = 0;
    reg [11:0] token_late$1 = 0;
    reg [11:0] token_late$2 = 0;
    reg [11:0] token_late$3 = 0;
    reg [11:0] token_late$4 = 0;
    reg [11:0] token_late$5 = 0;
    reg [11:0] token_late$6 = 0;
    reg [11:0] token_late$7 = 0;
    reg [11:0] token_late$8 = 0;
    reg [15:0] correction$0 = 0;                   // xi + eta.
    reg [15:0] dot$0 = 0;
    reg [7:0] reduced$0 = 0;
    reg write_reg = 0;                             // The write, one cycle later: in offset form, with the cell that it concerns.
    reg [8:0] write_address_reg = 0;
    reg [7:0] write_block_reg = 0;
    reg [7:0] write_byte_reg$0 = 0;
    reg [7:0] write_cell = 0;
    reg [3:0] write_enables = 0;
    reg [31:0] group_weight$0 = 0;                 // Copies for each group of cells: number lane * groups + group.
    reg [7:0] group_byte$0 = 0;
    reg [8:0] group_address$0 = 0;
    reg [7:0] group_cell$0 = 0;                    // Which of the group's cells the write concerns, as in cell_number, and its byte enables.
    reg [3:0] group_enables$0$d;
    reg [3:0] group_enables$0 = 0;
    localparam [7:0] group_number$0 = 8'd0;
    localparam [7:0] group_bits = 8'd3;            // log2 of the write_cell values of a group.
    localparam [7:0] group_mask = 8'd7;
    localparam [7:0] blocks_per_cell_bits = 8'd2;  // With fewer than four lanes a cell is written in 4 / lanes blocks.
    localparam [7:0] lane_bits = 8'd0;             // log2 of the columns of a cell that one block writes.
    wire [7:0] column_in_cell;
    localparam [3:0] byte_enables = 4'd1;
    localparam [7:0] cell_number$0 = 8'd0;         // The group_cell that concerns cell g.
    localparam [7:0] cell_number$1 = 8'd1;
    localparam [7:0] cell_number$2 = 8'd2;
    localparam [7:0] cell_number$3 = 8'd3;
    localparam [7:0] cell_number$4 = 8'd4;
    localparam [7:0] cell_number$5 = 8'd5;
    localparam [7:0] cell_number$6 = 8'd6;
    localparam [7:0] cell_number$7 = 8'd7;

    reg [3:0] cells$0$write;
    wire [11:0] cells$0$token_out;
    wire cells$0$latch;
    wire [31:0] cells$0$state;
    reg [3:0] cells$1$write;
    wire [11:0] cells$1$token_out;
    wire cells$1$latch;
    wire [31:0] cells$1$state;
    reg [3:0] cells$2$write;
    wire [11:0] cells$2$token_out;
    wire cells$2$latch;
    wire [31:0] cells$2$state;
    reg [3:0] cells$3$write;
    wire [11:0] cells$3$token_out;
    wire cells$3$latch;
    wire [31:0] cells$3$state;
    reg [3:0] cells$4$write;
    wire [11:0] cells$4$token_out;
    wire cells$4$latch;
    wire [31:0] cells$4$state;
    reg [3:0] cells$5$write;
    wire [11:0] cells$5$token_out;
    wire cells$5$latch;
    wire [31:0] cells$5$state;
    reg [3:0] cells$6$write;
    wire [11:0] cells$6$token_out;
    wire cells$6$latch;
    wire [31:0] cells$6$state;
    reg [3:0] cells$7$write;
    wire [11:0] cells$7$token_out;
    wire cells$7$latch;
    wire [31:0] cells$7$state;
    wire [15:0] lanes$0$sum_out;
    wire [15:0] lanes$1$sum_out;
    wire [15:0] lanes$2$sum_out;
    wire [15:0] lanes$3$sum_out;
    wire [15:0] lanes$4$sum_out;
    wire [15:0] lanes$5$sum_out;
    wire [15:0] lanes$6$sum_out;
    wire [15:0] lanes$7$sum_out;
    wire [15:0] etas$0$eta;
    wire xi$first;
    wire [15:0] xi$xi;

    array_cell cells$0 (
        .clock(clock),
        .token_in(token_reg),
        .write(cells$0$write),
        .write_address(group_address$0),
        .d0(group_byte$0),
        .d1(group_byte$0),
        .d2(group_byte$0),
        .d3(group_byte$0),
        .token_out(cells$0$token_out),
        .latch(cells$0$latch),
        .state(cells$0$state)
    );

    array_cell cells$1 (
        .clock(clock),
        .token_in(cells$0$token_out),
        .write(cells$1$write),
        .write_address(group_address$0),
        .d0(group_byte$0),
        .d1(group_byte$0),
        .d2(group_byte$0),
        .d3(group_byte$0),
        .token_out(cells$1$token_out),
        .latch(cells$1$latch),
        .state(cells$1$state)
    );

    array_cell cells$2 (
        .clock(clock),
        .token_in(cells$1$token_out),
        .write(cells$2$write),
        .write_address(group_address$0),
        .d0(group_byte$0),
        .d1(group_byte$0),
        .d2(group_byte$0),
        .d3(group_byte$0),
        .token_out(cells$2$token_out),
        .latch(cells$2$latch),
        .state(cells$2$state)
    );

    array_cell cells$3 (
        .clock(clock),
        .token_in(cells$2$token_out),
        .write(cells$3$write),
        .write_address(group_address$0),
        .d0(group_byte$0),
        .d1(group_byte$0),
        .d2(group_byte$0),
        .d3(group_byte$0),
        .token_out(cells$3$token_out),
        .latch(cells$3$latch),
        .state(cells$3$state)
    );

    array_cell cells$4 (
        .clock(clock),
        .token_in(cells$3$token_out),
        .write(cells$4$write),
        .write_address(group_address$0),
        .d0(group_byte$0),
        .d1(group_byte$0),
        .d2(group_byte$0),
        .d3(group_byte$0),
        .token_out(cells$4$token_out),
        .latch(cells$4$latch),
        .state(cells$4$state)
    );

    array_cell cells$5 (
        .clock(clock),
        .token_in(cells$4$token_out),
        .write(cells$5$write),
        .write_address(group_address$0),
        .d0(group_byte$0),
        .d1(group_byte$0),
        .d2(group_byte$0),
        .d3(group_byte$0),
        .token_out(cells$5$token_out),
        .latch(cells$5$latch),
        .state(cells$5$state)
    );

    array_cell cells$6 (
        .clock(clock),
        .token_in(cells$5$token_out),
        .write(cells$6$write),
        .write_address(group_address$0),
        .d0(group_byte$0),
        .d1(group_byte$0),
        .d2(group_byte$0),
        .d3(group_byte$0),
        .token_out(cells$6$token_out),
        .latch(cells$6$latch),
        .state(cells$6$state)
    );

    array_cell cells$7 (
        .clock(clock),
        .token_in(cells$6$token_out),
        .write(cells$7$write),
        .write_address(group_address$0),
        .d0(group_byte$0),
        .d1(group_byte$0),
        .d2(group_byte$0),
        .d3(group_byte$0),
        .token_out(cells$7$token_out),
        .latch(cells$7$latch),
        .state(cells$7$state)
    );

    lane lanes$0 (
        .clock(clock),
        .latch(cells$0$latch),
        .weight(group_weight$0),
        .state(cells$0$state),
        .sum_in(16'd0),
        .sum_out(lanes$0$sum_out)
    );

    lane lanes$1 (
        .clock(clock),
        .latch(cells$1$latch),
        .weight(group_weight$0),
        .state(cells$1$state),
        .sum_in(lanes$0$sum_out),
        .sum_out(lanes$1$sum_out)
    );

    lane lanes$2 (
        .clock(clock),
        .latch(cells$2$latch),
        .weight(group_weight$0),
        .state(cells$2$state),
        .sum_in(lanes$1$sum_out),
        .sum_out(lanes$2$sum_out)
    );

    lane lanes$3 (
        .clock(clock),
        .latch(cells$3$latch),
        .weight(group_weight$0),
        .state(cells$3$state),
        .sum_in(lanes$2$sum_out),
        .sum_out(lanes$3$sum_out)
    );

    lane lanes$4 (
        .clock(clock),
        .latch(cells$4$latch),
        .weight(group_weight$0),
        .state(cells$4$state),
        .sum_in(lanes$3$sum_out),
        .sum_out(lanes$4$sum_out)
    );

    lane lanes$5 (
        .clock(clock),
        .latch(cells$5$latch),
        .weight(group_weight$0),
        .state(cells$5$state),
        .sum_in(lanes$4$sum_out),
        .sum_out(lanes$5$sum_out)
    );

    lane lanes$6 (
        .clock(clock),
        .latch(cells$6$latch),
        .weight(group_weight$0),
        .state(cells$6$state),
        .sum_in(lanes$5$sum_out),
        .sum_out(lanes$6$sum_out)
    );

    lane lanes$7 (
        .clock(clock),
        .latch(cells$7$latch),
        .weight(group_weight$0),
        .state(cells$7$state),
        .sum_in(lanes$6$sum_out),
        .sum_out(lanes$7$sum_out)
    );

    eta etas$0 (
        .clock(clock),
        .first(token_reg[10]),
        .more(weight_valid),
        .weight(weight$0),
        .take(token_late$4[10]),
        .eta(etas$0$eta)
    );

    xi xi (
        .clock(clock),
        .read_address(token_late$3[8:0]),
        .write(write_reg),
        .write_address(write_address_reg),
        .first(xi$first),
        .odd(write_block_reg[0]),
        .byte$0(write_byte_reg$0),
        .xi(xi$xi)
    );

    assign token_early = token_late$4;
    assign token_out = token_late$8;
    assign result$0 = reduced$0;
    assign column_in_cell = (write_block << lane_bits) & 3;

    always @(*) begin
        group_enables$0$d = 4'd0;
        if (write_reg & ((write_cell >> group_bits) == group_number$0)) begin
            group_enables$0$d = write_enables;
        end
    end

    always @(*) begin
        cells$0$write = 4'd0;
        if (group_cell$0 == cell_number$0) begin
            cells$0$write = group_enables$0;
        end
    end

    always @(*) begin
        cells$1$write = 4'd0;
        if (group_cell$0 == cell_number$1) begin
            cells$1$write = group_enables$0;
        end
    end

    always @(*) begin
        cells$2$write = 4'd0;
        if (group_cell$0 == cell_number$2) begin
            cells$2$write = group_enables$0;
        end
    end

    always @(*) begin
        cells$3$write = 4'd0;
        if (group_cell$0 == cell_number$3) begin
            cells$3$write = group_enables$0;
        end
    end

    always @(*) begin
        cells$4$write = 4'd0;
        if (group_cell$0 == cell_number$4) begin
            cells$4$write = group_enables$0;
        end
    end

    always @(*) begin
        cells$5$write = 4'd0;
        if (group_cell$0 == cell_number$5) begin
            cells$5$write = group_enables$0;
        end
    end

    always @(*) begin
        cells$6$write = 4'd0;
        if (group_cell$0 == cell_number$6) begin
            cells$6$write = group_enables$0;
        end
    end

    always @(*) begin
        cells$7$write = 4'd0;
        if (group_cell$0 == cell_number$7) begin
            cells$7$write = group_enables$0;
        end
    end

    assign xi$first = write_block_reg == 0;

    always @(posedge clock) begin
        token_reg <= token;
        token_late$0 <= cells$7$token_out;
        token_late$1 <= token_late$0;
        token_late$2 <= token_late$1;
        token_late$3 <= token_late$2;
        token_late$4 <= token_late$3;
        token_late$5 <= token_late$4;
        token_late$6 <= token_late$5;
        token_late$7 <= token_late$6;
        token_late$8 <= token_late$7;
        correction$0 <= xi$xi + etas$0$eta;
        dot$0 <= lanes$7$sum_out - correction$0;
        reduced$0 <= dot$0[7:0] + dot$0[15:8];
        write_reg <= write;
        write_address_reg <= write_address;
        write_block_reg <= write_block;
        write_byte_reg$0 <= write_byte$0 ^ 128;
        write_cell <= write_block >> blocks_per_cell_bits;
        write_enables <= byte_enables << column_in_cell;
        if (weight_valid) group_weight$0 <= weight$0;
        group_byte$0 <= write_byte_reg$0;
        group_address$0 <= write_address_reg;
        group_cell$0 <= write_cell & group_mask;
        group_enables$0 <= group_enables$0$d;
    end
endmodule

// One cell of the line: four columns of the state, for all rows, in two banks; and the token.
//
// Latency 2 from token_in to state; one token a cycle. One 512 x 32 block RAM. Byte order: column 4g + j
// in bits 8j+7..8j.
//
// Checked by sim/tests/array.rs and every whole-hash test, as part of the array. It does not multiply:
// that is lane.rs.
module array_cell (
    input  wire clock,
    input  wire [11:0] token_in,      // from the cell before, fields as in token.rs
    input  wire [3:0] write,          // byte enables; bit j is column 4g + j
    input  wire [8:0] write_address,  // bank (bit 8) and slot
    input  wire [7:0] d0,             // bytes of columns 4g … 4g + 3 in offset form
    input  wire [7:0] d1,             // bytes of columns 4g … 4g + 3 in offset form
    input  wire [7:0] d2,             // bytes of columns 4g … 4g + 3 in offset form
    input  wire [7:0] d3,             // bytes of columns 4g … 4g + 3 in offset form
    output wire [11:0] token_out,     // token_in, one cycle later
    output wire latch,                // the token that leaves opens a block: the lanes take their weights
    output wire [31:0] state          // columns 4g … 4g + 3 of the row of the token that left a cycle ago
);
    reg [11:0] token = 0;

    wire [31:0] ram$q;

    byte_ram_9 ram (
        .clock(clock),
        .read_address(token_in[8:0]),
        .write(write),
        .write_address(write_address),
        .d0(d0),
        .d1(d1),
        .d2(d2),
        .d3(d3),
        .q(ram$q)
    );

    assign token_out = token;
    assign latch = token[10];
    assign state = ram$q;

    always @(posedge clock) begin
        token <= token_in;
    end
endmodule

// Memory of depth words of 32 bits with byte write enables and a two-stage read.
//
// Read latency 2: the memory and its output register, without which a block RAM is slow. One read
// and one write a cycle. depth is at most 2^A. Example: d0 to d3 1, 2, 3, 4 make the word
// 0x04030201.
//
// By hand for the byte enables, no_rw_check and the cells of the ECP5. Writes are blocking,
// after the read, in the only process that touches the memory: the same hardware, and four
// deferred writes a cycle less to simulate.
//
// Checked by sim/tests/primitives.rs. What is read while it is written is not defined; all is 0
// at power-up, and no reset changes it.
module byte_ram_9 (
    input  wire clock,
    input  wire [8:0] read_address,   // word to read
    input  wire [3:0] write,          // bytes to write: bit i for d i
    input  wire [8:0] write_address,  // word to write
    input  wire [7:0] d0,             // byte for bits 7..0
    input  wire [7:0] d1,             // byte for bits 15..8
    input  wire [7:0] d2,             // byte for bits 23..16
    input  wire [7:0] d3,             // byte for bits 31..24
    output reg  [31:0] q              // word at the read_address of two cycles ago
);
    (* ram_style = "block", no_rw_check *) reg [31:0] mem [0:511];
    reg [31:0] fetched;
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      q <= fetched;
      fetched <= mem[read_address[8:0]];
      if (|write) begin
        if (write[0]) mem[write_address[8:0]][7:0] = d0;
        if (write[1]) mem[write_address[8:0]][15:8] = d1;
        if (write[2]) mem[write_address[8:0]][23:16] = d2;
        if (write[3]) mem[write_address[8:0]][31:24] = d3;
      end
    end
    /* verilator lint_on BLKSEQ */
    wire unused = &{1'b0, read_address, write_address};
endmodule

// One lane of one cell: four weights held, four columns multiplied a cycle, one link of the partial sum.
//
// Latency 6 from state (LATENCY), 1 from sum_in; one row per cycle. Two 9 x 9 multipliers with FIP,
// four 8 x 8 without. Byte order: weight 0x04030201 meets state 0x40302010 as 1*10h + 2*20h + ….
//
// Checked by sim/tests/blocks.rs against the product of bytes. It subtracts neither xi nor eta:
// that is array.rs.
module lane (
    input  wire clock,
    input  wire latch,          // take weight at this edge
    input  wire [31:0] weight,  // four weights in offset form, column 0 in bits 7..0
    input  wire [31:0] state,   // four state bytes in offset form, one cycle after the latch's token
    input  wire [15:0] sum_in,  // from the cell before, for the same state row
    output wire [15:0] sum_out  // sum_in plus this cell's products, modulo 2^16
);
    reg [31:0] held = 0;
    wire [15:0] product$0;
    wire [15:0] product$1;
    reg [15:0] dot = 0;
    reg [15:0] sum = 0;

    wire [15:0] dots$0$dot;

    dot dots$0 (
        .clock(clock),
        .state(state),
        .weight(held),
        .dot(dots$0$dot)
    );

    assign product$0 = dots$0$dot;
    assign product$1 = 16'd0;
    assign sum_out = sum;

    always @(posedge clock) begin
        if (latch) held <= weight;
        dot <= product$0 + product$1;
        sum <= sum_in + dot;
    end
endmodule

// The arithmetic of one pair of columns: products of state and weight bytes modulo 2^16.
//
// State and weights are kept in offset form, u = byte + 128, so that the multipliers are
// unsigned. The signed dot product of a row pair by pair is then, modulo 2^16 and over an even
// number of at least 16 pairs,
//
// FIP    sum (u0 + v1) * (u1 + v0)  -  sum (u0 + 128) * (u1 + 128)  -  sum (v0 + 128) * (v1 + 128)
// plain  sum u0 * v0 + u1 * v1      -  sum 128 * (u0 + u1)          -  sum 128 * (v0 + v1)
//
// because the constants that are left over add up to multiples of 2^16. The first sum is the
// cells'; the second, xi, belongs to the state row alone and the third, eta, to the matrix row
// alone, so neither is computed in a cell. FIP is Winograd's inner product of 1968 (Pogue and
// Nicolici, arXiv 2311.12224): half the multipliers.
//
// A pair of FIP is primitives/product.rs, also for the corrections, with 128 as the other pair. The
// blocks of this file are for what FIP does not compute, and for multipliers that are left to the
// tool, which may as well choose what is done in which stage: a lane's sum is made at once and kept
// in one shift register, half of what a simulator moves for two products. All take as long as a
// Product(crate::primitives::Product).
//
// sim/tests/blocks.rs checks each on random bytes.
//
// The dot product of four columns: (u0 + v1) * (u1 + v0) of two pairs with FIP, u0 * v0 + u1 * v1
// of two pairs without.
//
// Latency 4 (product::LATENCY), one sum a cycle. Two 9 x 9 bit multipliers with FIP, four 8 x 8 bit
// multipliers without. Example: the states 1, 2, 0, 0 and the weights 3, 4, 0, 0 give
// (1 + 4) * (2 + 3) = 25 with FIP and 1 * 3 + 2 * 4 = 11 without.
//
// Checked by sim/tests/blocks.rs as part of a lane. It does not correct for the offsets.
module dot (
    input  wire clock,
    input  wire [31:0] state,   // four state bytes in offset form, column 0 in bits 7..0
    input  wire [31:0] weight,  // four weights in offset form, column 0 in bits 7..0
    output wire [15:0] dot      // the sum of the products of four cycles ago, modulo 2^16
);
    wire [15:0] u$0;
    wire [15:0] u$1;
    wire [15:0] u$2;
    wire [15:0] u$3;
    wire [15:0] v$0;
    wire [15:0] v$1;
    wire [15:0] v$2;
    wire [15:0] v$3;
    wire [15:0] product$0;  // Of each pair with FIP, of each column without.
    wire [15:0] product$1;
    reg [15:0] total;

    wire [15:0] stages$q;

    delay_16 stages (
        .clock(clock),
        .d(total),
        .q(stages$q)
    );

    assign u$0 = state[7:0];
    assign v$0 = weight[7:0];
    assign u$1 = state[15:8];
    assign v$1 = weight[15:8];
    assign u$2 = state[23:16];
    assign v$2 = weight[23:16];
    assign u$3 = state[31:24];
    assign v$3 = weight[31:24];
    assign product$0 = $unsigned((u$0 + v$1) * (u$1 + v$0));
    assign product$1 = $unsigned((u$2 + v$3) * (u$3 + v$2));

    always @(*) begin
        total = product$0;
        total = total + product$1;
    end

    assign dot = stages$q;
endmodule

// Delay line: q is the d of stages cycles ago.
//
// Latency stages, at least 1; one value a cycle. By hand as one shift register, which a
// simulator moves in one piece; registers one after the other would be moved one by one.
//
// Checked by sim/tests/primitives.rs. Has neither reset nor enable.
module delay_16 (
    input  wire clock,
    input  wire [15:0] d,  // value
    output reg  [15:0] q   // the same, later; 0 until then
);
    reg [63:0] line;
    initial line = 0;
    always @(posedge clock) line <= {line[47:0], d};
    always @(*) q = line[63:48];
endmodule

// eta of one lane: what a matrix row alone adds to every dot product of the block.
//
// Accumulates the corrections of pair.rs over the words of one matrix row as they pass on their
// way to the cells.
//
// Latency 1 from take, which comes LATENCY cycles after the last word or later, and before the
// next row's first word has passed as many. One word a cycle. Two multipliers with FIP, none without.
//
// Checked by sim/tests/array.rs and every whole-hash test, as part of the array. It does not know of
// state rows: that is xi.rs.
module eta (
    input  wire clock,
    input  wire first,          // weight is word 0 of a row
    input  wire more,           // weight is one of the other words
    input  wire [31:0] weight,  // four weights in offset form, column 0 in bits 7..0
    input  wire take,           // the row is complete: present it
    output wire [15:0] eta      // of the row last taken, modulo 2^16
);
    wire [15:0] product$0;
    wire [15:0] product$1;
    wire [1:0] marks;  // first in bit 0 and more in bit 1, now and beside the products.
    wire first_late;
    reg [15:0] sum$d;
    reg [15:0] sum = 0;
    reg [15:0] eta_reg = 0;

    wire [15:0] fip$0$product;
    wire [15:0] fip$1$product;
    wire [1:0] marks_late$q;

    product fip$0 (
        .clock(clock),
        .u0(weight[7:0]),
        .u1(weight[15:8]),
        .v0(8'h80),
        .v1(8'h80),
        .product(fip$0$product)
    );

    product fip$1 (
        .clock(clock),
        .u0(weight[23:16]),
        .u1(weight[31:24]),
        .v0(8'h80),
        .v1(8'h80),
        .product(fip$1$product)
    );

    delay_2 marks_late (
        .clock(clock),
        .d(marks),
        .q(marks_late$q)
    );

    assign product$0 = fip$0$product;
    assign product$1 = fip$1$product;
    assign marks = first | (more << 1);

    always @(*) begin
        sum$d = sum + product$0 + product$1;
        if (first_late) begin
            sum$d = product$0 + product$1;
        end
    end

    assign first_late = marks_late$q[0];
    assign eta = eta_reg;

    always @(posedge clock) begin
        if (|marks_late$q) sum <= sum$d;
        if (take) eta_reg <= sum;
    end
endmodule

// Product of a pair in Winograd's inner product: (u0 + v1) * (u1 + v0) modulo 2^16.
//
// A 9 x 9 bit multiplier behind two adders. Latency LATENCY, one product a cycle, whatever it
// is made of: the * of Verilog; a MULT18X18D of the ECP5 with its input, pipeline and output
// registers, behind one for the factors, which come from afar; or carry chains of CCU2C. Example:
// the bytes 1, 2 and 3, 4 give (1 + 4) * (2 + 3) = 25.
//
// The carry chains take 118 LUT4: 10 for each factor, 98 for the product. Each bit of a chain adds
// two AND gates and the carry, so that five partial sums of two rows each (the last of one) remain
// of the nine rows of the product, and four chains to add them up.
//
// By hand for the vendor's cells.
//
// Checked by sim/tests/products.rs: all three with the product over all factors, and the cells'
// models with those that Yosys brings. It does not know signs: the array takes care of them.
module product (
    input  wire clock,
    input  wire [7:0] u0,       // first byte of a pair of one factor
    input  wire [7:0] u1,       // its second byte
    input  wire [7:0] v0,       // first byte of a pair of the other factor
    input  wire [7:0] v1,       // its second byte
    output reg  [15:0] product  // the product of four cycles ago
);
    wire [15:0] left = {8'd0, u0} + {8'd0, v1};
    wire [15:0] right = {8'd0, u1} + {8'd0, v0};
    reg [63:0] stages;
    initial stages = 0;
    always @(posedge clock) stages <= {stages[47:0], left * right};
    always @(*) product = stages[63:48];
endmodule

// xi: what a state row alone adds to each of its dot products in the next multiply.
//
// While a multiply writes its results, block by block, the corrections of pair.rs are
// accumulated per state row; when its last block is written, xi is complete. Both banks are kept,
// like the state's.
//
// Latency 8 from write to a read_address that sees it (LATENCY); the writes of one slot are
// as far apart or more. One write and one read a cycle. max(1, lanes/2) multipliers with FIP, none
// without.
//
// Checked by sim/tests/array.rs and every whole-hash test, as part of the array. It does not know of
// matrix rows: that is eta.rs.
module xi (
    input  wire clock,
    input  wire [8:0] read_address,   // bank (bit 8) and slot whose xi is wanted
    input  wire write,                // byte$c are written into the state
    input  wire [8:0] write_address,  // bank and slot
    input  wire first,                // block 0: begin from 0
    input  wire odd,                  // odd block; with one lane a pair is complete then
    input  wire [7:0] byte$0,         // the bytes written, lane c, in offset form
    output wire [15:0] xi             // of the read_address of two cycles ago, modulo 2^16
);
    reg [11:0] entry;     // The write as given, a cycle before its products, beside them, beside their total, and beside the sum.
    wire [11:0] multiplying;
    reg [11:0] adding = 0;
    reg [11:0] summing = 0;
    reg [11:0] storing = 0;
    wire [15:0] pairs$0;  // The bytes of each pair; with one lane the even byte comes from even_bytes.
    reg write_reg$0 = 0;
    reg [8:0] write_address_reg$0 = 0;
    reg [7:0] byte_reg$0 = 0;
    wire [15:0] product$0;
    wire [15:0] total$0;
    reg [15:0] total_reg$d;
    reg [15:0] total_reg = 0;
    reg [15:0] kept;
    reg [15:0] sum = 0;

    wire [11:0] entry_late$q;
    wire [15:0] fip$0$product;
    wire [7:0] byte_late$0$q;
    wire [7:0] even_bytes$0$q;
    wire [15:0] current$q;
    wire [15:0] growing$q;

    delay_12 entry_late (
        .clock(clock),
        .d(entry),
        .q(entry_late$q)
    );

    product fip$0 (
        .clock(clock),
        .u0(pairs$0[7:0]),
        .u1(pairs$0[15:8]),
        .v0(8'h80),
        .v1(8'h80),
        .product(fip$0$product)
    );

    delay_8 byte_late$0 (
        .clock(clock),
        .d(byte$0),
        .q(byte_late$0$q)
    );

    block_ram_8x8 even_bytes$0 (
        .clock(clock),
        .read_address(write_address[7:0]),
        .write(write_reg$0),
        .write_address(write_address_reg$0[7:0]),
        .d(byte_reg$0),
        .q(even_bytes$0$q)
    );

    block_ram_9x16 current (
        .clock(clock),
        .read_address(read_address),
        .write(storing[11]),
        .write_address(storing[8:0]),
        .d(sum),
        .q(current$q)
    );

    block_ram_9x16 growing (
        .clock(clock),
        .read_address(multiplying[8:0]),
        .write(storing[11]),
        .write_address(storing[8:0]),
        .d(sum),
        .q(growing$q)
    );

    always @(*) begin
        entry[8:0] = write_address;
        entry[9] = first;
        entry[10] = odd;
        entry[11] = write;
    end

    assign multiplying = entry_late$q;
    assign pairs$0 = even_bytes$0$q | (byte_late$0$q << 8);
    assign product$0 = fip$0$product;
    assign total$0 = product$0;

    always @(*) begin
        total_reg$d = total$0;
        if (~adding[10]) begin
            total_reg$d = 16'd0;
        end
    end

    always @(*) begin
        kept = growing$q;
        if (summing[9]) begin
            kept = 16'd0;
        end
    end

    assign xi = current$q;

    always @(posedge clock) begin
        adding <= multiplying;
        summing <= adding;
        storing <= summing;
        write_reg$0 <= write;
        write_address_reg$0 <= write_address;
        byte_reg$0 <= byte$0;
        total_reg <= total_reg$d;
        sum <= kept + total_reg;
    end
endmodule

// Delay line: q is the d of stages cycles ago.
//
// Latency stages, at least 1; one value a cycle. By hand as one shift register, which a
// simulator moves in one piece; registers one after the other would be moved one by one.
//
// Checked by sim/tests/primitives.rs. Has neither reset nor enable.
module delay_12 (
    input  wire clock,
    input  wire [11:0] d,  // value
    output reg  [11:0] q   // the same, later; 0 until then
);
    reg [59:0] line;
    initial line = 0;
    always @(posedge clock) line <= {line[47:0], d};
    always @(*) q = line[59:48];
endmodule

// Delay line: q is the d of stages cycles ago.
//
// Latency stages, at least 1; one value a cycle. By hand as one shift register, which a
// simulator moves in one piece; registers one after the other would be moved one by one.
//
// Checked by sim/tests/primitives.rs. Has neither reset nor enable.
module delay_8 (
    input  wire clock,
    input  wire [7:0] d,  // value
    output reg  [7:0] q   // the same, later; 0 until then
);
    reg [15:0] line;
    initial line = 0;
    always @(posedge clock) line <= {line[7:0], d};
    always @(*) q = line[15:8];
endmodule

// Memory of depth words with one write port and one read port behind two registers.
//
// Read latency 2: the memory and its output register, without which a block RAM is slow. One read
// and one write a cycle. depth is at most 2^A, W at most 32.
//
// By hand for no_rw_check and for the cells of the ECP5, whose output register no synthesis
// infers.
//
// Checked by sim/tests/primitives.rs. What is read while it is written is not defined; all is 0
// at power-up, and no reset changes it.
module block_ram_8x8 (
    input  wire clock,
    input  wire [7:0] read_address,   // word to read
    input  wire write,                // write d
    input  wire [7:0] write_address,  // word to write
    input  wire [7:0] d,              // value to write
    output reg  [7:0] q               // word at the read_address of two cycles ago
);
    (* ram_style = "block", no_rw_check *) reg [7:0] mem [0:255];
    reg [7:0] fetched;
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      q <= fetched;
      fetched <= mem[read_address[7:0]];
      if (write) mem[write_address[7:0]] = d;
    end
    /* verilator lint_on BLKSEQ */
    wire unused = &{1'b0, read_address, write_address};
endmodule

// Memory of depth words with one write port and one read port behind two registers.
//
// Read latency 2: the memory and its output register, without which a block RAM is slow. One read
// and one write a cycle. depth is at most 2^A, W at most 32.
//
// By hand for no_rw_check and for the cells of the ECP5, whose output register no synthesis
// infers.
//
// Checked by sim/tests/primitives.rs. What is read while it is written is not defined; all is 0
// at power-up, and no reset changes it.
module block_ram_9x16 (
    input  wire clock,
    input  wire [8:0] read_address,   // word to read
    input  wire write,                // write d
    input  wire [8:0] write_address,  // word to write
    input  wire [15:0] d,             // value to write
    output reg  [15:0] q              // word at the read_address of two cycles ago
);
    (* ram_style = "block", no_rw_check *) reg [15:0] mem [0:511];
    reg [15:0] fetched;
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      q <= fetched;
      fetched <= mem[read_address[8:0]];
      if (write) mem[write_address[8:0]] = d;
    end
    /* verilator lint_on BLKSEQ */
    wire unused = &{1'b0, read_address, write_address};
endmodule

// The first multiply of a chain, by the identity, as a load: a matrix, transposed and fixed
// (the reference's load).
//
// reduce of the single product m is m for m >= 0 and m - 1 for m < 0, so state row r of a chain
// begins as the column r of its first matrix, less one where negative. A block of matrix rows is
// lanes columns of the state: for every slot, byte reverse(slot) of each matrix row is picked
// from the block buffer. The load runs beside the last multiply of the chain before, whose results
// leave the write port of the state free.
//
// Latency 4 from token_early, array::EARLY(crate::core::array::EARLY); one byte per lane and cycle.
// Byte order: byte j of a row is in bits 8 (j mod 4) + 7 … of word j / 4. Example: at dimension 256 slot 1
// is row 128, so byte 128 of each matrix row, bits 7..0 of word 32.
//
// Checked by sim/tests/blocks.rs for every byte. It does not know whether there is a load: its bytes are
// used only then (writeback.rs).
module load (
    input  wire clock,
    input  wire [11:0] token_early,  // the token for which byte$c is wanted four cycles later, fields as in token.rs
    input  wire [31:0] word$0,       // the word asked for two cycles ago, of matrix row c of the block
    output wire [5:0] read_word,     // the word of the rows that is wanted, to the block buffer
    output wire [7:0] byte$0         // signed byte for the state, lane c
);
    wire [8:0] address;
    wire [7:0] mirrored;
    wire [7:0] row;
    localparam [3:0] excess = 4'd3;  // 8 - log2(dimension): the mirror image of a slot stands that much too high.
    reg [4:0] bit_in_word = 0;       // Lowest bit of the byte that is wanted, one and two cycles later.
    reg [4:0] bit_in_word_reg = 0;
    reg [7:0] picked$0 = 0;
    reg [7:0] fixed$0 = 0;

    assign address = token_early[8:0];
    assign mirrored = (address[0] << 7) | (address[1] << 6) | (address[2] << 5) | (address[3] << 4) | (address[4] << 3) | (address[5] << 2) | (address[6] << 1) | address[7];
    assign row = mirrored >> excess;
    assign read_word = row[7:2];
    assign byte$0 = fixed$0;

    always @(posedge clock) begin
        bit_in_word <= row[1:0] << 3;
        bit_in_word_reg <= bit_in_word;
        picked$0 <= word$0[bit_in_word_reg +: 8];
        fixed$0 <= picked$0 - picked$0[7];
    end
endmodule

// Write-back: where the bytes at the end of the array go: into the state, into the sum of the chains, or
// both at once in the last pass of a chain, whose results are summed while the next chain is loaded.
//
// Latency 4 from token_early (array::EARLY(crate::core::array::EARLY)), none from the bytes; lanes
// bytes a cycle. A pass lasts longer than the array's latency, so its attributes may be sampled from the
// issue when its first token leaves the line.
//
// Checked by every whole-hash test, byte by byte (sim/tests/small_cores.rs). It does not add
// (fold.rs) and does not transpose (load.rs).
module writeback (
    input  wire clock,
    input  wire clear,                // begin with block 0
    input  wire [11:0] token_early,   // from the array, fields as in token.rs
    input  wire [4:0] pass,           // the pass that is being issued, fields as in pass.rs
    input  wire [7:0] result$0,       // from the array, four cycles after token_early
    input  wire [7:0] loaded$0,       // from the load, four cycles after token_early
    output wire write,                // to the array: store write_byte$c
    output wire [8:0] write_address,  // to the array: bank (bit 8) and slot; the bank that is not read
    output wire [7:0] write_block,    // to the array: block of the bytes
    output reg  [7:0] write_byte$0,   // to the array: loaded bytes if the pass loads, results otherwise
    output wire sum,                  // result$c belongs to the sum
    output wire [1:0] sum_chain,      // chain whose result it is
    output wire [7:0] block,          // of the bytes in this cycle
    output wire [7:0] slot,           // of the bytes in this cycle
    output wire load_read,            // the block buffer of the load is being read
    output wire load_done,            // one cycle: it has been read to its end
    output wire multiplied,           // trace: result$c are bytes of a multiply
    output wire loading               // trace: write_byte$c are loaded bytes
);
    reg [11:0] token_late$0 = 0;  // The token of token_early one to four cycles later; the last is that of the bytes.
    reg [11:0] token_late$1 = 0;
    reg [11:0] token_late$2 = 0;
    reg [11:0] token_late$3 = 0;
    wire [11:0] token;
    wire [7:0] slot_early;
    reg [4:0] pass_late$d;        // The pass whose bytes are there now.
    reg [4:0] pass_late = 0;
    reg load_early$d;             // load of the pass whose tokens are token_early.
    reg load_early = 0;
    reg [7:0] block_reg$d;
    reg [7:0] block_reg = 0;
    localparam [8:0] other_bank = 9'h100;
    localparam [7:0] last_slot = 8'h1f;
    localparam [7:0] last_block = 8'h1f;


    always @(*) begin
        pass_late$d = pass_late;
        if (token_late$2[11]) begin
            pass_late$d = pass;
        end
    end

    always @(*) begin
        load_early$d = load_early;
        if (token_early[11]) begin
            load_early$d = pass[1];
        end
    end

    always @(*) begin
        block_reg$d = block_reg;
        if (token[9] & (slot == last_slot)) begin
            block_reg$d = block_reg + 1;
            if (block_reg == last_block) begin
                block_reg$d = 8'd0;
            end
        end
        if (clear) begin
            block_reg$d = 8'd0;
        end
    end

    assign token = token_late$3;
    assign slot = token[8:0] & 8'hff;
    assign slot_early = token_early[8:0] & 8'hff;
    assign load_read = token_early[9] & (load_early | token_early[11]);
    assign load_done = token_early[9] & load_early & (slot_early == last_slot);
    assign block = block_reg;
    assign write = token[9] & (pass_late[1] | ~pass_late[2]);
    assign write_address = token[8:0] ^ other_bank;
    assign write_block = block_reg;

    always @(*) begin
        write_byte$0 = result$0;
        if (pass_late[1]) begin
            write_byte$0 = loaded$0;
        end
    end

    assign sum = token[9] & pass_late[2];
    assign sum_chain = pass_late[4:3];
    assign multiplied = token[9] & pass_late[0];
    assign loading = token[9] & pass_late[1];

    always @(posedge clock) begin
        token_late$0 <= token_early;
        token_late$1 <= token_late$0;
        token_late$2 <= token_late$1;
        token_late$3 <= token_late$2;
        pass_late <= pass_late$d;
        load_early <= load_early$d;
        block_reg <= block_reg$d;
    end
endmodule

// Sum and fold: adds the four chains up and folds the rows of the sum into one, as they arrive (the
// reference's add and fold).
//
// The last word of the fold follows the last byte of the last chain by 2 + 2 log2(dimension) cycles,
// and one more per word lane. Throughput: lanes bytes a cycle. Cost: log2(dimension) FNV steps per word
// lane.
//
// Byte order: word i of a row is its columns i, i + D/4, i + D/2 and i + 3D/4, the first in bits 7..0
// (sum.rs).
//
// Checked by every whole-hash test, word by word (sim/tests/small_cores.rs, sim/tests/faults.rs). It
// does not hold a hash back: that the words of the hash before are taken in time is issue.rs's care.
module fold (
    input  wire clock,
    input  wire clear,               // begin a hash
    input  wire [11:0] token_early,  // the token of four cycles later, fields as in token.rs
    input  wire add,                 // result$c is a chain's result
    input  wire [1:0] chain,         // 0: begin a sum, 3: the sum is complete and is folded
    input  wire [7:0] block,         // position of the bytes
    input  wire [7:0] slot,          // position of the bytes
    input  wire [7:0] result$0,      // lane c
    input  wire taken,               // one cycle: the folded row is used up
    output wire word_valid,          // word is word word_index of the folded row
    output wire [5:0] word_index,    // 0 … dimension/4 - 1, in order
    output wire [31:0] word,         // FNV of that word of all rows, joined two by two
    output wire full,                // level: all words of a hash were written and not yet taken
    output wire sum_valid,           // trace: sum$q are words of the complete sum
    output wire [31:0] sum$0         // trace: word lane q, in the order of blocks, then slots
);
    reg [7:0] block_early$d;             // Block and slot of token_early, and the group of words of both.
    reg [7:0] block_early = 0;
    wire [7:0] slot_early;
    localparam [7:0] last_slot = 8'h1f;
    localparam [7:0] last_block = 8'h1f;
    localparam [7:0] group_mask = 8'd7;
    localparam [3:0] slot_bits = 4'd5;
    wire [13:0] group_early;
    reg [13:0] address_early = 0;
    wire [13:0] group;
    wire [13:0] address;
    localparam [3:0] part_shift = 4'd3;  // With fewer than four lanes: which part of its words a block delivers.
    localparam [3:0] part_bits = 4'd0;
    wire [7:0] part;
    localparam [7:0] last_part = 8'd3;
    localparam [3:0] byte_enables = 4'd1;
    reg sum_valid_reg = 0;
    reg [31:0] queue$0$d;                // The folded words of a group, sent one by one.
    reg [31:0] queue$0 = 0;
    reg [2:0] queued$d;
    reg [2:0] queued = 0;
    localparam [2:0] group_words = 3'd1;
    reg [5:0] word_index_reg$d;
    reg [5:0] word_index_reg = 0;
    localparam [5:0] last_index = 6'd7;
    reg full_reg$d;
    reg full_reg = 0;

    wire [3:0] lanes$0$enables;
    wire lanes$0$first_chain;
    wire [31:0] lanes$0$word;
    wire levels$0$out_valid;
    wire [31:0] levels$0$out;
    wire levels$1$out_valid;
    wire [31:0] levels$1$out;
    wire levels$2$out_valid;
    wire [31:0] levels$2$out;
    wire levels$3$out_valid;
    wire [31:0] levels$3$out;
    wire levels$4$out_valid;
    wire [31:0] levels$4$out;

    sum_lane lanes$0 (
        .clock(clock),
        .address_early(address_early),
        .address(address),
        .add(add),
        .enables(lanes$0$enables),
        .first_chain(lanes$0$first_chain),
        .d0(result$0),
        .d1(result$0),
        .d2(result$0),
        .d3(result$0),
        .word(lanes$0$word)
    );

    fold_level levels$0 (
        .clock(clock),
        .clear(clear),
        .valid(sum_valid_reg),
        .word(lanes$0$word),
        .out_valid(levels$0$out_valid),
        .out(levels$0$out)
    );

    fold_level levels$1 (
        .clock(clock),
        .clear(clear),
        .valid(levels$0$out_valid),
        .word(levels$0$out),
        .out_valid(levels$1$out_valid),
        .out(levels$1$out)
    );

    fold_level levels$2 (
        .clock(clock),
        .clear(clear),
        .valid(levels$1$out_valid),
        .word(levels$1$out),
        .out_valid(levels$2$out_valid),
        .out(levels$2$out)
    );

    fold_level levels$3 (
        .clock(clock),
        .clear(clear),
        .valid(levels$2$out_valid),
        .word(levels$2$out),
        .out_valid(levels$3$out_valid),
        .out(levels$3$out)
    );

    fold_level levels$4 (
        .clock(clock),
        .clear(clear),
        .valid(levels$3$out_valid),
        .word(levels$3$out),
        .out_valid(levels$4$out_valid),
        .out(levels$4$out)
    );

    always @(*) begin
        block_early$d = block_early;
        queued$d = queued;
        word_index_reg$d = word_index_reg;
        full_reg$d = full_reg;
        if (token_early[9] & (slot_early == last_slot)) begin
            block_early$d = block_early + 1;
            if (block_early == last_block) begin
                block_early$d = 8'd0;
            end
        end
        queue$0$d = queue$0;
        if (queued != 0) begin
            queued$d = queued - 1;
            word_index_reg$d = word_index_reg + 1;
            if (word_index_reg == last_index) begin
                word_index_reg$d = 6'd0;
                full_reg$d = 1'd1;
            end
        end
        if (levels$4$out_valid) begin
            queued$d = group_words;
            queue$0$d = levels$4$out;
        end
        if (taken) begin
            full_reg$d = 1'd0;
        end
        if (clear) begin
            full_reg$d = 1'd0;
            word_index_reg$d = 6'd0;
            queued$d = 3'd0;
            block_early$d = 8'd0;
        end
    end

    assign slot_early = token_early[8:0] & 8'hff;
    assign group_early = $unsigned(block_early & group_mask);
    assign group = $unsigned(block & group_mask);
    assign address = (group << slot_bits) | slot;
    assign part = block >> part_shift;
    assign lanes$0$first_chain = chain == 0;
    assign lanes$0$enables = byte_enables << (part << part_bits);
    assign sum$0 = lanes$0$word;
    assign sum_valid = sum_valid_reg;
    assign word_valid = queued != 0;
    assign word_index = word_index_reg;
    assign word = queue$0;
    assign full = full_reg;

    always @(posedge clock) begin
        block_early <= block_early$d;
        address_early <= (group_early << slot_bits) | slot_early;
        sum_valid_reg <= add & (chain == 3) & (part == last_part);
        queue$0 <= queue$0$d;
        queued <= queued$d;
        word_index_reg <= word_index_reg$d;
        full_reg <= full_reg$d;
    end
endmodule

// One word lane of the sum of the four chains: W\[r\]\[i\] holds the bytes of row r in the columns
// i, i + D/4, i + D/2 and i + 3D/4.
//
// One SumLane keeps every word_lanes-th word of all rows. The last multiply of a chain takes
// its matrix rows in an order that delivers a whole word per cycle where there are four lanes or
// more (fetch.rs); with fewer lanes the bytes of a word arrive in different blocks.
//
// Latency 1; the sum is written back a cycle later. One word a cycle. One block RAM of
// dimension^2 / 4 / word_lanes words. Byte order: d0 is added to bits 7..0, d3 to bits 31..24, each
// modulo 2^8.
//
// Checked by every whole-hash test (sim/tests/small_cores.rs, sim/tests/faults.rs). It does not see
// its own writes of the last three cycles: the words of one address are a block apart.
module sum_lane (
    input  wire clock,
    input  wire [13:0] address_early,  // the address of three cycles later
    input  wire [13:0] address,        // word: group of words * dimension + slot
    input  wire add,                   // the bytes are valid
    input  wire [3:0] enables,         // which of the bytes; bit j is dj
    input  wire first_chain,           // chain 0: begin from 0
    input  wire [7:0] d0,              // bytes of a chain's result
    input  wire [7:0] d1,              // bytes of a chain's result
    input  wire [7:0] d2,              // bytes of a chain's result
    input  wire [7:0] d3,              // bytes of a chain's result
    output wire [31:0] word            // the word with the bytes added, one cycle after them
);
    reg [31:0] found = 0;
    reg [31:0] kept;  // The bytes so far; 0 in chain 0.
    reg [7:0] s0;
    reg [7:0] s1;
    reg [7:0] s2;
    reg [7:0] s3;
    reg [31:0] word_reg = 0;
    reg [3:0] write;
    reg [3:0] write_reg = 0;
    reg [13:0] address_reg = 0;

    wire [31:0] ram$q;

    byte_ram_14 ram (
        .clock(clock),
        .read_address(address_early),
        .write(write_reg),
        .write_address(address_reg),
        .d0(word_reg[7:0]),
        .d1(word_reg[15:8]),
        .d2(word_reg[23:16]),
        .d3(word_reg[31:24]),
        .q(ram$q)
    );

    always @(*) begin
        kept = found;
        if (first_chain) begin
            kept = 0;
        end
    end

    always @(*) begin
        s0 = kept[7:0];
        if (enables[0]) begin
            s0 = kept[7:0] + d0;
        end
    end

    always @(*) begin
        s1 = kept[15:8];
        if (enables[1]) begin
            s1 = kept[15:8] + d1;
        end
    end

    always @(*) begin
        s2 = kept[23:16];
        if (enables[2]) begin
            s2 = kept[23:16] + d2;
        end
    end

    always @(*) begin
        s3 = kept[31:24];
        if (enables[3]) begin
            s3 = kept[31:24] + d3;
        end
    end

    always @(*) begin
        write = 4'd0;
        if (add) begin
            write = enables;
        end
    end

    assign word = word_reg;

    always @(posedge clock) begin
        found <= ram$q;
        word_reg <= s0 | (s1 << 8) | (s2 << 16) | (s3 << 24);
        write_reg <= write;
        address_reg <= address;
    end
endmodule

// Memory of depth words of 32 bits with byte write enables and a two-stage read.
//
// Read latency 2: the memory and its output register, without which a block RAM is slow. One read
// and one write a cycle. depth is at most 2^A. Example: d0 to d3 1, 2, 3, 4 make the word
// 0x04030201.
//
// By hand for the byte enables, no_rw_check and the cells of the ECP5. Writes are blocking,
// after the read, in the only process that touches the memory: the same hardware, and four
// deferred writes a cycle less to simulate.
//
// Checked by sim/tests/primitives.rs. What is read while it is written is not defined; all is 0
// at power-up, and no reset changes it.
module byte_ram_14 (
    input  wire clock,
    input  wire [13:0] read_address,   // word to read
    input  wire [3:0] write,           // bytes to write: bit i for d i
    input  wire [13:0] write_address,  // word to write
    input  wire [7:0] d0,              // byte for bits 7..0
    input  wire [7:0] d1,              // byte for bits 15..8
    input  wire [7:0] d2,              // byte for bits 23..16
    input  wire [7:0] d3,              // byte for bits 31..24
    output reg  [31:0] q               // word at the read_address of two cycles ago
);
    (* ram_style = "block", no_rw_check *) reg [31:0] mem [0:255];
    reg [31:0] fetched;
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
      q <= fetched;
      fetched <= mem[read_address[7:0]];
      if (|write) begin
        if (write[0]) mem[write_address[7:0]][7:0] = d0;
        if (write[1]) mem[write_address[7:0]][15:8] = d1;
        if (write[2]) mem[write_address[7:0]][23:16] = d2;
        if (write[3]) mem[write_address[7:0]][31:24] = d3;
      end
    end
    /* verilator lint_on BLKSEQ */
    wire unused = &{1'b0, read_address, write_address};
endmodule

// One halving of the fold: joins the words of a stream two by two (a turn of the reference's fold).
//
// Because the slots run through the rows in bit-reversed order (token.rs), the two rows that a
// halving joins always follow each other in the stream.
//
// Latency 2 from the second word (fnv::LATENCY(crate::core::fnv::LATENCY)); one word a cycle.
//
// Checked by every whole-hash test (sim/tests/small_cores.rs, sim/tests/faults.rs). It does not know
// which row a word is of: the order of the stream says it.
module fold_level (
    input  wire clock,
    input  wire clear,        // forget a word that waits for its partner
    input  wire valid,        // there is a word
    input  wire [31:0] word,  // W\[j\], then W\[j + k\]
    output wire out_valid,    // out is a new word
    output wire [31:0] out    // fnv(W\[j\], W\[j + k\])
);
    reg waiting$d;
    reg waiting = 0;
    reg [31:0] first = 0;

    wire fnv$take;
    wire fnv$done;
    wire [31:0] fnv$hash;

    fnv fnv (
        .clock(clock),
        .take(fnv$take),
        .a(first),
        .b(word),
        .done(fnv$done),
        .hash(fnv$hash)
    );

    always @(*) begin
        waiting$d = waiting;
        if (valid) begin
            waiting$d = ~waiting;
        end
        if (clear) begin
            waiting$d = 1'd0;
        end
    end

    assign fnv$take = valid & waiting;
    assign out_valid = fnv$done;
    assign out = fnv$hash;

    always @(posedge clock) begin
        waiting <= waiting$d;
        if (valid & ~waiting) first <= word;
    end
endmodule

// One step of the 32-bit FNV, (a * 0x01000193 mod 2^32) ^ b, by shifts and adds (the reference's fnv).
//
// Latency 2 (LATENCY), one step per cycle. 0x01000193 = 2^24 + 2^8 + 2^7 + 2^4 + 2 + 1, so it takes five
// adders and no multiplier.
//
// Checked by sim/tests/blocks.rs against the reference on random words. It keeps no running hash: that is
// its user's.
module fnv (
    input  wire clock,
    input  wire take,        // a and b are valid
    input  wire [31:0] a,    // what is multiplied
    input  wire [31:0] b,    // what is XORed
    output wire done,        // hash is new: two cycles after take
    output wire [31:0] hash  // until the next done
);
    reg [31:0] low = 0;  // The two halves of the product's five summands, added up.
    reg [31:0] high = 0;
    reg [31:0] b_reg = 0;
    reg take_reg = 0;
    reg [31:0] hash_reg = 0;
    reg done_reg = 0;
    wire [31:0] product;

    assign product = low + high;
    assign done = done_reg;
    assign hash = hash_reg;

    always @(posedge clock) begin
        if (take) low <= a + (a << 1) + (a << 4);
        if (take) high <= (a << 7) + (a << 8) + (a << 24);
        if (take) b_reg <= b;
        take_reg <= take;
        if (take_reg) hash_reg <= product ^ b_reg;
        done_reg <= take_reg;
    end
endmodule

// SMix: generates the matrix list of a seed and writes it to its place in memory (the reference's smix).
//
// Each of dimension / 2 rounds fills the array V of dimension^2 / 64 entries of 128 bytes and
// mixes X with it; even entries make matrix 2i, odd ones matrix 2i + 1. Entry k of round i lies at
// byte (2i + (k & 1)) * dimension^2 + (k >> 1) * 128, where the matrices are read later. X after
// the last round is never used, so the last round's mixing is left out.
//
// An entry is filled in max(73, 2 * beats + 3) cycles, CYCLES(crate::core::block_mix::CYCLES) = 70 of them BlockMix, the next
// of which runs while it is written; a mixing step takes 75 + memory latency + beats. The memory's answers
// are registered before they move the 1024 bits of an entry: a beat is offered every other cycle.
//
// Byte order: word i of X is bytes 4i … 4i + 3 of the entry, byte 4i in bits 7..0.
//
// Checked by sim/tests/small_cores.rs against the reference, round by round and matrix by matrix, and by
// sim/tests/faults.rs. It does not make the extended seed: that is hasher.rs.
module smix (
    input  wire clock,
    input  wire clear,                // stop; no burst may be under way
    input  wire start,                // begin, after the last lane of the seed
    input  wire seed_valid,           // seed_lane is the next lane of the extended seed
    input  wire [63:0] seed_lane,     // 16 of them fill X
    input  wire request_ready,        // the request is taken when request is 1 too
    input  wire write_ready,          // the beat is taken when write_valid is 1 too
    input  wire data_valid,           // data$i is the next beat of the entry that is read
    input  wire [31:0] data$0,        // word i of the beat, lowest address first
    output wire request,              // one entry is written or read
    output wire request_write,        // it is written
    output wire [23:0] address,       // byte address of the entry
    output wire write_valid,          // write_beat$i is the next beat of the entry that is written
    output wire [31:0] write_beat$0,  // word i of the beat, lowest address first
    output wire sending,              // a write was requested and not all its beats are taken
    output wire [7:0] round,          // the round in work; dimension / 2 when all are done
    output wire finished              // level: all rounds are in memory, until clear
);
    localparam [2:0] STATE_IDLE = 3'd0;
    localparam [2:0] WRITE_ENTRY = 3'd1;
    localparam [2:0] ASK_ENTRY = 3'd2;
    localparam [2:0] XOR_ENTRY = 3'd3;
    localparam [2:0] BLOCK_MIX = 3'd4;
    localparam [2:0] FINISH = 3'd5;
    localparam [1:0] WRITING_IDLE = 2'd0;
    localparam [1:0] ASK = 2'd1;
    localparam [1:0] SEND = 2'd2;

    reg [2:0] state$d;
    reg [2:0] state = STATE_IDLE;
    reg mixing$d;           // V is filled, and X is mixed with it.
    reg mixing = 0;
    reg [9:0] entry$d;
    reg [9:0] entry = 0;
    reg [7:0] round_reg$d;
    reg [7:0] round_reg = 0;
    localparam [7:0] rounds = 8'h10;
    localparam [7:0] last_round = 8'hf;
    localparam [9:0] last_entry = 10'hf;
    localparam [4:0] matrix_bits = 5'ha;
    reg [5:0] beats_left$d;
    reg [5:0] beats_left = 0;
    localparam [5:0] beats = 6'h20;
    reg [1:0] writing$d;
    reg [1:0] writing = WRITING_IDLE;
    reg [9:0] write_entry$d;
    reg [9:0] write_entry = 0;
    reg [5:0] write_left$d;
    reg [5:0] write_left = 0;
    reg [31:0] outgoing$0$d;
    reg [31:0] outgoing$0 = 0;
    reg [31:0] outgoing$1$d;
    reg [31:0] outgoing$1 = 0;
    reg [31:0] outgoing$2$d;
    reg [31:0] outgoing$2 = 0;
    reg [31:0] outgoing$3$d;
    reg [31:0] outgoing$3 = 0;
    reg [31:0] outgoing$4$d;
    reg [31:0] outgoing$4 = 0;
    reg [31:0] outgoing$5$d;
    reg [31:0] outgoing$5 = 0;
    reg [31:0] outgoing$6$d;
    reg [31:0] outgoing$6 = 0;
    reg [31:0] outgoing$7$d;
    reg [31:0] outgoing$7 = 0;
    reg [31:0] outgoing$8$d;
    reg [31:0] outgoing$8 = 0;
    reg [31:0] outgoing$9$d;
    reg [31:0] outgoing$9 = 0;
    reg [31:0] outgoing$10$d;
    reg [31:0] outgoing$10 = 0;
    reg [31:0] outgoing$11$d;
    reg [31:0] outgoing$11 = 0;
    reg [31:0] outgoing$12$d;
    reg [31:0] outgoing$12 = 0;
    reg [31:0] outgoing$13$d;
    reg [31:0] outgoing$13 = 0;
    reg [31:0] outgoing$14$d;
    reg [31:0] outgoing$14 = 0;
    reg [31:0] outgoing$15$d;
    reg [31:0] outgoing$15 = 0;
    reg [31:0] outgoing$16$d;
    reg [31:0] outgoing$16 = 0;
    reg [31:0] outgoing$17$d;
    reg [31:0] outgoing$17 = 0;
    reg [31:0] outgoing$18$d;
    reg [31:0] outgoing$18 = 0;
    reg [31:0] outgoing$19$d;
    reg [31:0] outgoing$19 = 0;
    reg [31:0] outgoing$20$d;
    reg [31:0] outgoing$20 = 0;
    reg [31:0] outgoing$21$d;
    reg [31:0] outgoing$21 = 0;
    reg [31:0] outgoing$22$d;
    reg [31:0] outgoing$22 = 0;
    reg [31:0] outgoing$23$d;
    reg [31:0] outgoing$23 = 0;
    reg [31:0] outgoing$24$d;
    reg [31:0] outgoing$24 = 0;
    reg [31:0] outgoing$25$d;
    reg [31:0] outgoing$25 = 0;
    reg [31:0] outgoing$26$d;
    reg [31:0] outgoing$26 = 0;
    reg [31:0] outgoing$27$d;
    reg [31:0] outgoing$27 = 0;
    reg [31:0] outgoing$28$d;
    reg [31:0] outgoing$28 = 0;
    reg [31:0] outgoing$29$d;
    reg [31:0] outgoing$29 = 0;
    reg [31:0] outgoing$30$d;
    reg [31:0] outgoing$30 = 0;
    reg [31:0] outgoing$31$d;
    reg [31:0] outgoing$31 = 0;
    wire capture;           // outgoing takes X; a beat is taken, and outgoing moves on; one of the two.
    reg capture_reg$d;
    reg capture_reg = 0;
    wire sent;
    reg sent_reg = 0;
    reg outgoing_enable$d;
    reg outgoing_enable = 0;
    reg mix_start$d;        // BlockMix begins.
    reg mix_start = 0;
    reg [9:0] asked_entry;  // The entry that is asked for.
    wire [23:0] matrix;
    wire [23:0] offset;

    wire block_mix$rotate;
    wire block_mix$done;
    wire [31:0] block_mix$x$0;
    wire [31:0] block_mix$x$1;
    wire [31:0] block_mix$x$2;
    wire [31:0] block_mix$x$3;
    wire [31:0] block_mix$x$4;
    wire [31:0] block_mix$x$5;
    wire [31:0] block_mix$x$6;
    wire [31:0] block_mix$x$7;
    wire [31:0] block_mix$x$8;
    wire [31:0] block_mix$x$9;
    wire [31:0] block_mix$x$10;
    wire [31:0] block_mix$x$11;
    wire [31:0] block_mix$x$12;
    wire [31:0] block_mix$x$13;
    wire [31:0] block_mix$x$14;
    wire [31:0] block_mix$x$15;
    wire [31:0] block_mix$x$16;
    wire [31:0] block_mix$x$17;
    wire [31:0] block_mix$x$18;
    wire [31:0] block_mix$x$19;
    wire [31:0] block_mix$x$20;
    wire [31:0] block_mix$x$21;
    wire [31:0] block_mix$x$22;
    wire [31:0] block_mix$x$23;
    wire [31:0] block_mix$x$24;
    wire [31:0] block_mix$x$25;
    wire [31:0] block_mix$x$26;
    wire [31:0] block_mix$x$27;
    wire [31:0] block_mix$x$28;
    wire [31:0] block_mix$x$29;
    wire [31:0] block_mix$x$30;
    wire [31:0] block_mix$x$31;

    block_mix block_mix (
        .clock(clock),
        .clear(clear),
        .start(mix_start),
        .shift(seed_valid),
        .lane(seed_lane),
        .rotate(block_mix$rotate),
        .beat$0(data$0),
        .busy(),
        .done(block_mix$done),
        .x$0(block_mix$x$0),
        .x$1(block_mix$x$1),
        .x$2(block_mix$x$2),
        .x$3(block_mix$x$3),
        .x$4(block_mix$x$4),
        .x$5(block_mix$x$5),
        .x$6(block_mix$x$6),
        .x$7(block_mix$x$7),
        .x$8(block_mix$x$8),
        .x$9(block_mix$x$9),
        .x$10(block_mix$x$10),
        .x$11(block_mix$x$11),
        .x$12(block_mix$x$12),
        .x$13(block_mix$x$13),
        .x$14(block_mix$x$14),
        .x$15(block_mix$x$15),
        .x$16(block_mix$x$16),
        .x$17(block_mix$x$17),
        .x$18(block_mix$x$18),
        .x$19(block_mix$x$19),
        .x$20(block_mix$x$20),
        .x$21(block_mix$x$21),
        .x$22(block_mix$x$22),
        .x$23(block_mix$x$23),
        .x$24(block_mix$x$24),
        .x$25(block_mix$x$25),
        .x$26(block_mix$x$26),
        .x$27(block_mix$x$27),
        .x$28(block_mix$x$28),
        .x$29(block_mix$x$29),
        .x$30(block_mix$x$30),
        .x$31(block_mix$x$31)
    );

    always @(*) begin
        state$d = state;
        mixing$d = mixing;
        entry$d = entry;
        round_reg$d = round_reg;
        beats_left$d = beats_left;
        writing$d = writing;
        write_left$d = write_left;
        write_entry$d = write_entry;
        capture_reg$d = capture;
        mix_start$d = capture;
        outgoing_enable$d = capture | sent;
        if ((writing == ASK) & request_ready) begin
            writing$d = SEND;
            write_left$d = beats;
        end
        if (sent_reg) begin
            write_left$d = write_left - 1;
            if (write_left == 1) begin
                writing$d = WRITING_IDLE;
            end
        end
        case (state)
            STATE_IDLE: begin
                mixing$d = 1'd0;
                entry$d = 10'd0;
                if (start) begin
                    state$d = WRITE_ENTRY;
                    round_reg$d = 8'd0;
                end
            end
            WRITE_ENTRY: begin
                if (capture) begin
                    writing$d = ASK;
                    write_entry$d = entry;
                    state$d = BLOCK_MIX;
                end
            end
            ASK_ENTRY: begin
                if (request_ready & (writing == WRITING_IDLE)) begin
                    state$d = XOR_ENTRY;
                    beats_left$d = beats;
                end
            end
            XOR_ENTRY: begin
                if (data_valid) begin
                    beats_left$d = beats_left - 1;
                end
                if (beats_left == 0) begin
                    mix_start$d = 1'd1;
                    state$d = BLOCK_MIX;
                end
            end
            BLOCK_MIX: begin
                if (block_mix$done) begin
                    entry$d = entry + 1;
                    state$d = WRITE_ENTRY;
                    if (mixing) begin
                        state$d = ASK_ENTRY;
                    end
                    if (entry == last_entry) begin
                        entry$d = 10'd0;
                        mixing$d = ~mixing;
                        state$d = ASK_ENTRY;
                        if (mixing) begin
                            state$d = WRITE_ENTRY;
                            round_reg$d = round_reg + 1;
                        end else if (round_reg == last_round) begin
                            state$d = FINISH;
                        end
                    end
                end
            end
            FINISH: begin
                if (writing == WRITING_IDLE) begin
                    state$d = STATE_IDLE;
                    round_reg$d = round_reg + 1;
                end
            end
            default: ;
        endcase
        if (clear) begin
            state$d = STATE_IDLE;
            capture_reg$d = 1'd0;
            mix_start$d = 1'd0;
            outgoing_enable$d = 1'd0;
            writing$d = WRITING_IDLE;
            round_reg$d = 8'd0;
        end
    end

    assign block_mix$rotate = (state == XOR_ENTRY) & data_valid;
    assign capture = (state == WRITE_ENTRY) & (writing == WRITING_IDLE);
    assign write_valid = (writing == SEND) & ~sent_reg;
    assign sent = write_valid & write_ready;

    always @(*) begin
        outgoing$0$d = outgoing$1;
        outgoing$1$d = outgoing$2;
        outgoing$2$d = outgoing$3;
        outgoing$3$d = outgoing$4;
        outgoing$4$d = outgoing$5;
        outgoing$5$d = outgoing$6;
        outgoing$6$d = outgoing$7;
        outgoing$7$d = outgoing$8;
        outgoing$8$d = outgoing$9;
        outgoing$9$d = outgoing$10;
        outgoing$10$d = outgoing$11;
        outgoing$11$d = outgoing$12;
        outgoing$12$d = outgoing$13;
        outgoing$13$d = outgoing$14;
        outgoing$14$d = outgoing$15;
        outgoing$15$d = outgoing$16;
        outgoing$16$d = outgoing$17;
        outgoing$17$d = outgoing$18;
        outgoing$18$d = outgoing$19;
        outgoing$19$d = outgoing$20;
        outgoing$20$d = outgoing$21;
        outgoing$21$d = outgoing$22;
        outgoing$22$d = outgoing$23;
        outgoing$23$d = outgoing$24;
        outgoing$24$d = outgoing$25;
        outgoing$25$d = outgoing$26;
        outgoing$26$d = outgoing$27;
        outgoing$27$d = outgoing$28;
        outgoing$28$d = outgoing$29;
        outgoing$29$d = outgoing$30;
        outgoing$30$d = outgoing$31;
        outgoing$31$d = outgoing$0;
        if (capture_reg) begin
            outgoing$0$d = block_mix$x$0;
            outgoing$1$d = block_mix$x$1;
            outgoing$2$d = block_mix$x$2;
            outgoing$3$d = block_mix$x$3;
            outgoing$4$d = block_mix$x$4;
            outgoing$5$d = block_mix$x$5;
            outgoing$6$d = block_mix$x$6;
            outgoing$7$d = block_mix$x$7;
            outgoing$8$d = block_mix$x$8;
            outgoing$9$d = block_mix$x$9;
            outgoing$10$d = block_mix$x$10;
            outgoing$11$d = block_mix$x$11;
            outgoing$12$d = block_mix$x$12;
            outgoing$13$d = block_mix$x$13;
            outgoing$14$d = block_mix$x$14;
            outgoing$15$d = block_mix$x$15;
            outgoing$16$d = block_mix$x$16;
            outgoing$17$d = block_mix$x$17;
            outgoing$18$d = block_mix$x$18;
            outgoing$19$d = block_mix$x$19;
            outgoing$20$d = block_mix$x$20;
            outgoing$21$d = block_mix$x$21;
            outgoing$22$d = block_mix$x$22;
            outgoing$23$d = block_mix$x$23;
            outgoing$24$d = block_mix$x$24;
            outgoing$25$d = block_mix$x$25;
            outgoing$26$d = block_mix$x$26;
            outgoing$27$d = block_mix$x$27;
            outgoing$28$d = block_mix$x$28;
            outgoing$29$d = block_mix$x$29;
            outgoing$30$d = block_mix$x$30;
            outgoing$31$d = block_mix$x$31;
        end
    end

    assign write_beat$0 = outgoing$0;
    assign sending = writing == SEND;
    assign request = (writing == ASK) | ((state == ASK_ENTRY) & (writing == WRITING_IDLE));
    assign request_write = writing == ASK;

    always @(*) begin
        asked_entry = block_mix$x$16[9:0] & last_entry;
        if (writing == ASK) begin
            asked_entry = write_entry;
        end
    end

    assign matrix = (round_reg << 1) | asked_entry[0];
    assign offset = asked_entry[9:1] << 7;
    assign address = (matrix << matrix_bits) | offset;
    assign round = round_reg;
    assign finished = round_reg == rounds;

    always @(posedge clock) begin
        state <= state$d;
        mixing <= mixing$d;
        entry <= entry$d;
        round_reg <= round_reg$d;
        beats_left <= beats_left$d;
        writing <= writing$d;
        write_entry <= write_entry$d;
        write_left <= write_left$d;
        if (outgoing_enable) outgoing$0 <= outgoing$0$d;
        if (outgoing_enable) outgoing$1 <= outgoing$1$d;
        if (outgoing_enable) outgoing$2 <= outgoing$2$d;
        if (outgoing_enable) outgoing$3 <= outgoing$3$d;
        if (outgoing_enable) outgoing$4 <= outgoing$4$d;
        if (outgoing_enable) outgoing$5 <= outgoing$5$d;
        if (outgoing_enable) outgoing$6 <= outgoing$6$d;
        if (outgoing_enable) outgoing$7 <= outgoing$7$d;
        if (outgoing_enable) outgoing$8 <= outgoing$8$d;
        if (outgoing_enable) outgoing$9 <= outgoing$9$d;
        if (outgoing_enable) outgoing$10 <= outgoing$10$d;
        if (outgoing_enable) outgoing$11 <= outgoing$11$d;
        if (outgoing_enable) outgoing$12 <= outgoing$12$d;
        if (outgoing_enable) outgoing$13 <= outgoing$13$d;
        if (outgoing_enable) outgoing$14 <= outgoing$14$d;
        if (outgoing_enable) outgoing$15 <= outgoing$15$d;
        if (outgoing_enable) outgoing$16 <= outgoing$16$d;
        if (outgoing_enable) outgoing$17 <= outgoing$17$d;
        if (outgoing_enable) outgoing$18 <= outgoing$18$d;
        if (outgoing_enable) outgoing$19 <= outgoing$19$d;
        if (outgoing_enable) outgoing$20 <= outgoing$20$d;
        if (outgoing_enable) outgoing$21 <= outgoing$21$d;
        if (outgoing_enable) outgoing$22 <= outgoing$22$d;
        if (outgoing_enable) outgoing$23 <= outgoing$23$d;
        if (outgoing_enable) outgoing$24 <= outgoing$24$d;
        if (outgoing_enable) outgoing$25 <= outgoing$25$d;
        if (outgoing_enable) outgoing$26 <= outgoing$26$d;
        if (outgoing_enable) outgoing$27 <= outgoing$27$d;
        if (outgoing_enable) outgoing$28 <= outgoing$28$d;
        if (outgoing_enable) outgoing$29 <= outgoing$29$d;
        if (outgoing_enable) outgoing$30 <= outgoing$30$d;
        if (outgoing_enable) outgoing$31 <= outgoing$31$d;
        capture_reg <= capture_reg$d;
        sent_reg <= sent;
        outgoing_enable <= outgoing_enable$d;
        mix_start <= mix_start$d;
    end
endmodule

// BlockMix with r = 1 (the reference's block_mix): two Salsa20/8 on the two halves of X, in place, and the
// ways X is filled.
//
// X is 32 words of 32 bits, word 0 first. A Salsa20/8 takes 35 cycles: one to mix the halves, 32
// quarters of rounds, two to add. A quarter changes one word of every column; then the words of a
// column move on by one place, so that the next quarter finds its words where this one did. After
// every round the words are transposed, so that each round is a column round. After every Salsa20/8
// the halves change places: it is always the low half that is mixed and added to.
//
// Latency, start to the cycle after done: 2 * 35 = 70 cycles (CYCLES). shift and rotate take effect
// one cycle late; start may be in the cycle after them. Four 32-bit adders for the rounds, sixteen to
// add. Byte order: word i of X is bytes 4i … 4i+3, byte 4i in bits 7..0.
//
// X has 1024 bits all over the chip: what becomes of them is decided a cycle ahead, so that its
// enables and selects are registers.
//
// Checked by sim/tests/blocks.rs against the reference on random X, and whole by every generated matrix
// list. It does not write X anywhere: that is smix.rs.
module block_mix (
    input  wire clock,
    input  wire clear,          // stop; X is worth nothing then
    input  wire start,          // X becomes BlockMix(X); only while busy is 0
    input  wire shift,          // X moves down by two words, lane enters at the top
    input  wire [63:0] lane,    // two words, the first in bits 31..0
    input  wire rotate,         // X rotates by one beat, XORed with the beat on the way
    input  wire [31:0] beat$0,  // word i of the beat
    output wire busy,           // X is being mixed
    output wire done,           // one cycle, the last of busy
    output wire [31:0] x$0,     // word i of X
    output wire [31:0] x$1,     // word i of X
    output wire [31:0] x$2,     // word i of X
    output wire [31:0] x$3,     // word i of X
    output wire [31:0] x$4,     // word i of X
    output wire [31:0] x$5,     // word i of X
    output wire [31:0] x$6,     // word i of X
    output wire [31:0] x$7,     // word i of X
    output wire [31:0] x$8,     // word i of X
    output wire [31:0] x$9,     // word i of X
    output wire [31:0] x$10,    // word i of X
    output wire [31:0] x$11,    // word i of X
    output wire [31:0] x$12,    // word i of X
    output wire [31:0] x$13,    // word i of X
    output wire [31:0] x$14,    // word i of X
    output wire [31:0] x$15,    // word i of X
    output wire [31:0] x$16,    // word i of X
    output wire [31:0] x$17,    // word i of X
    output wire [31:0] x$18,    // word i of X
    output wire [31:0] x$19,    // word i of X
    output wire [31:0] x$20,    // word i of X
    output wire [31:0] x$21,    // word i of X
    output wire [31:0] x$22,    // word i of X
    output wire [31:0] x$23,    // word i of X
    output wire [31:0] x$24,    // word i of X
    output wire [31:0] x$25,    // word i of X
    output wire [31:0] x$26,    // word i of X
    output wire [31:0] x$27,    // word i of X
    output wire [31:0] x$28,    // word i of X
    output wire [31:0] x$29,    // word i of X
    output wire [31:0] x$30,    // word i of X
    output wire [31:0] x$31     // word i of X
);
    localparam [2:0] IDLE = 3'd0;
    localparam [2:0] STATE_MIX = 3'd1;
    localparam [2:0] ROUNDS = 3'd2;
    localparam [2:0] STATE_ADD = 3'd3;
    localparam [2:0] KEEP = 3'd4;
    localparam [1:0] SHIFT = 2'd0;
    localparam [1:0] ROTATE = 2'd1;
    localparam [1:0] UPDATE_MIX = 2'd2;
    localparam [1:0] SWAP = 2'd3;
    localparam [1:0] WORK_UPDATE_ADD = 2'd0;
    localparam [1:0] WORK_UPDATE_MIX = 2'd1;
    localparam [1:0] QUARTER = 2'd2;
    localparam [1:0] TRANSPOSE = 2'd3;

    reg [31:0] words$0$d;
    reg [31:0] words$0 = 0;
    reg [31:0] words$1$d;
    reg [31:0] words$1 = 0;
    reg [31:0] words$2$d;
    reg [31:0] words$2 = 0;
    reg [31:0] words$3$d;
    reg [31:0] words$3 = 0;
    reg [31:0] words$4$d;
    reg [31:0] words$4 = 0;
    reg [31:0] words$5$d;
    reg [31:0] words$5 = 0;
    reg [31:0] words$6$d;
    reg [31:0] words$6 = 0;
    reg [31:0] words$7$d;
    reg [31:0] words$7 = 0;
    reg [31:0] words$8$d;
    reg [31:0] words$8 = 0;
    reg [31:0] words$9$d;
    reg [31:0] words$9 = 0;
    reg [31:0] words$10$d;
    reg [31:0] words$10 = 0;
    reg [31:0] words$11$d;
    reg [31:0] words$11 = 0;
    reg [31:0] words$12$d;
    reg [31:0] words$12 = 0;
    reg [31:0] words$13$d;
    reg [31:0] words$13 = 0;
    reg [31:0] words$14$d;
    reg [31:0] words$14 = 0;
    reg [31:0] words$15$d;
    reg [31:0] words$15 = 0;
    reg [31:0] words$16$d;
    reg [31:0] words$16 = 0;
    reg [31:0] words$17$d;
    reg [31:0] words$17 = 0;
    reg [31:0] words$18$d;
    reg [31:0] words$18 = 0;
    reg [31:0] words$19$d;
    reg [31:0] words$19 = 0;
    reg [31:0] words$20$d;
    reg [31:0] words$20 = 0;
    reg [31:0] words$21$d;
    reg [31:0] words$21 = 0;
    reg [31:0] words$22$d;
    reg [31:0] words$22 = 0;
    reg [31:0] words$23$d;
    reg [31:0] words$23 = 0;
    reg [31:0] words$24$d;
    reg [31:0] words$24 = 0;
    reg [31:0] words$25$d;
    reg [31:0] words$25 = 0;
    reg [31:0] words$26$d;
    reg [31:0] words$26 = 0;
    reg [31:0] words$27$d;
    reg [31:0] words$27 = 0;
    reg [31:0] words$28$d;
    reg [31:0] words$28 = 0;
    reg [31:0] words$29$d;
    reg [31:0] words$29 = 0;
    reg [31:0] words$30$d;
    reg [31:0] words$30 = 0;
    reg [31:0] words$31$d;
    reg [31:0] words$31 = 0;
    reg [31:0] work$0$d;  // The words under Salsa20/8, and X XORed half by half.
    reg [31:0] work$0 = 0;
    reg [31:0] work$1$d;
    reg [31:0] work$1 = 0;
    reg [31:0] work$2$d;
    reg [31:0] work$2 = 0;
    reg [31:0] work$3$d;
    reg [31:0] work$3 = 0;
    reg [31:0] work$4$d;
    reg [31:0] work$4 = 0;
    reg [31:0] work$5$d;
    reg [31:0] work$5 = 0;
    reg [31:0] work$6$d;
    reg [31:0] work$6 = 0;
    reg [31:0] work$7$d;
    reg [31:0] work$7 = 0;
    reg [31:0] work$8$d;
    reg [31:0] work$8 = 0;
    reg [31:0] work$9$d;
    reg [31:0] work$9 = 0;
    reg [31:0] work$10$d;
    reg [31:0] work$10 = 0;
    reg [31:0] work$11$d;
    reg [31:0] work$11 = 0;
    reg [31:0] work$12$d;
    reg [31:0] work$12 = 0;
    reg [31:0] work$13$d;
    reg [31:0] work$13 = 0;
    reg [31:0] work$14$d;
    reg [31:0] work$14 = 0;
    reg [31:0] work$15$d;
    reg [31:0] work$15 = 0;
    wire [31:0] mixed$0;
    wire [31:0] mixed$1;
    wire [31:0] mixed$2;
    wire [31:0] mixed$3;
    wire [31:0] mixed$4;
    wire [31:0] mixed$5;
    wire [31:0] mixed$6;
    wire [31:0] mixed$7;
    wire [31:0] mixed$8;
    wire [31:0] mixed$9;
    wire [31:0] mixed$10;
    wire [31:0] mixed$11;
    wire [31:0] mixed$12;
    wire [31:0] mixed$13;
    wire [31:0] mixed$14;
    wire [31:0] mixed$15;
    wire [31:0] pair$0;   // Sums of two words, and the word that a quarter changes.
    wire [31:0] pair$1;
    wire [31:0] pair$2;
    wire [31:0] pair$3;
    reg [31:0] turned$0;
    reg [31:0] turned$1;
    reg [31:0] turned$2;
    reg [31:0] turned$3;
    wire [31:0] changed$0;
    wire [31:0] changed$1;
    wire [31:0] changed$2;
    wire [31:0] changed$3;
    reg [2:0] state$d;
    reg [2:0] state = IDLE;
    reg second_half$d;
    reg second_half = 0;
    wire mix_first;       // A Salsa20/8 begins: the second goes on from the first.
    wire mix_second;
    wire mix;
    reg [4:0] quarter$d;
    reg [4:0] quarter = 0;
    localparam [4:0] last_quarter = 5'h1f;
    reg [1:0] update$d;   // What changes in this cycle, and to what.
    reg [1:0] update = SHIFT;
    reg low_enable = 0;
    reg high_enable = 0;
    reg [1:0] work_update$d;
    reg [1:0] work_update = WORK_UPDATE_ADD;
    reg work_enable = 0;

    wire [63:0] lane_reg$q;
    wire [31:0] beat_reg$0$q;

    delay_64 lane_reg (
        .clock(clock),
        .d(lane),
        .q(lane_reg$q)
    );

    delay_32 beat_reg$0 (
        .clock(clock),
        .d(beat$0),
        .q(beat_reg$0$q)
    );

    always @(*) begin
        state$d = state;
        second_half$d = second_half;
        quarter$d = quarter;
        case (state)
            IDLE: begin
                second_half$d = 1'd0;
                quarter$d = 5'd0;
                if (start) begin
                    state$d = STATE_MIX;
                end
            end
            STATE_MIX: begin
                state$d = ROUNDS;
            end
            ROUNDS: begin
                quarter$d = quarter + 1;
                if (quarter == last_quarter) begin
                    state$d = STATE_ADD;
                end
            end
            STATE_ADD: begin
                state$d = KEEP;
            end
            KEEP: begin
                state$d = IDLE;
                if (mix_second) begin
                    state$d = STATE_MIX;
                    second_half$d = 1'd1;
                end
            end
            default: ;
        endcase
        if (clear) begin
            state$d = IDLE;
        end
    end

    assign x$0 = words$0;

    always @(*) begin
        words$0$d = words$2;
        words$1$d = words$3;
        words$2$d = words$4;
        words$3$d = words$5;
        words$4$d = words$6;
        words$5$d = words$7;
        words$6$d = words$8;
        words$7$d = words$9;
        words$8$d = words$10;
        words$9$d = words$11;
        words$10$d = words$12;
        words$11$d = words$13;
        words$12$d = words$14;
        words$13$d = words$15;
        words$14$d = words$16;
        words$15$d = words$17;
        words$16$d = words$18;
        words$17$d = words$19;
        words$18$d = words$20;
        words$19$d = words$21;
        words$20$d = words$22;
        words$21$d = words$23;
        words$22$d = words$24;
        words$23$d = words$25;
        words$24$d = words$26;
        words$25$d = words$27;
        words$26$d = words$28;
        words$27$d = words$29;
        words$28$d = words$30;
        words$29$d = words$31;
        words$30$d = lane_reg$q[31:0];
        words$31$d = lane_reg$q[63:32];
        if (update == ROTATE) begin
            words$0$d = words$1;
            words$1$d = words$2;
            words$2$d = words$3;
            words$3$d = words$4;
            words$4$d = words$5;
            words$5$d = words$6;
            words$6$d = words$7;
            words$7$d = words$8;
            words$8$d = words$9;
            words$9$d = words$10;
            words$10$d = words$11;
            words$11$d = words$12;
            words$12$d = words$13;
            words$13$d = words$14;
            words$14$d = words$15;
            words$15$d = words$16;
            words$16$d = words$17;
            words$17$d = words$18;
            words$18$d = words$19;
            words$19$d = words$20;
            words$20$d = words$21;
            words$21$d = words$22;
            words$22$d = words$23;
            words$23$d = words$24;
            words$24$d = words$25;
            words$25$d = words$26;
            words$26$d = words$27;
            words$27$d = words$28;
            words$28$d = words$29;
            words$29$d = words$30;
            words$30$d = words$31;
            words$31$d = words$0;
            words$31$d = words$0 ^ beat_reg$0$q;
        end
        if (update == UPDATE_MIX) begin
            words$0$d = mixed$0;
        end
        if (update == SWAP) begin
            words$0$d = words$16;
            words$16$d = work$0;
        end
        if (update == UPDATE_MIX) begin
            words$1$d = mixed$1;
        end
        if (update == SWAP) begin
            words$1$d = words$17;
            words$17$d = work$1;
        end
        if (update == UPDATE_MIX) begin
            words$2$d = mixed$2;
        end
        if (update == SWAP) begin
            words$2$d = words$18;
            words$18$d = work$2;
        end
        if (update == UPDATE_MIX) begin
            words$3$d = mixed$3;
        end
        if (update == SWAP) begin
            words$3$d = words$19;
            words$19$d = work$3;
        end
        if (update == UPDATE_MIX) begin
            words$4$d = mixed$4;
        end
        if (update == SWAP) begin
            words$4$d = words$20;
            words$20$d = work$4;
        end
        if (update == UPDATE_MIX) begin
            words$5$d = mixed$5;
        end
        if (update == SWAP) begin
            words$5$d = words$21;
            words$21$d = work$5;
        end
        if (update == UPDATE_MIX) begin
            words$6$d = mixed$6;
        end
        if (update == SWAP) begin
            words$6$d = words$22;
            words$22$d = work$6;
        end
        if (update == UPDATE_MIX) begin
            words$7$d = mixed$7;
        end
        if (update == SWAP) begin
            words$7$d = words$23;
            words$23$d = work$7;
        end
        if (update == UPDATE_MIX) begin
            words$8$d = mixed$8;
        end
        if (update == SWAP) begin
            words$8$d = words$24;
            words$24$d = work$8;
        end
        if (update == UPDATE_MIX) begin
            words$9$d = mixed$9;
        end
        if (update == SWAP) begin
            words$9$d = words$25;
            words$25$d = work$9;
        end
        if (update == UPDATE_MIX) begin
            words$10$d = mixed$10;
        end
        if (update == SWAP) begin
            words$10$d = words$26;
            words$26$d = work$10;
        end
        if (update == UPDATE_MIX) begin
            words$11$d = mixed$11;
        end
        if (update == SWAP) begin
            words$11$d = words$27;
            words$27$d = work$11;
        end
        if (update == UPDATE_MIX) begin
            words$12$d = mixed$12;
        end
        if (update == SWAP) begin
            words$12$d = words$28;
            words$28$d = work$12;
        end
        if (update == UPDATE_MIX) begin
            words$13$d = mixed$13;
        end
        if (update == SWAP) begin
            words$13$d = words$29;
            words$29$d = work$13;
        end
        if (update == UPDATE_MIX) begin
            words$14$d = mixed$14;
        end
        if (update == SWAP) begin
            words$14$d = words$30;
            words$30$d = work$14;
        end
        if (update == UPDATE_MIX) begin
            words$15$d = mixed$15;
        end
        if (update == SWAP) begin
            words$15$d = words$31;
            words$31$d = work$15;
        end
    end

    assign x$1 = words$1;
    assign x$2 = words$2;
    assign x$3 = words$3;
    assign x$4 = words$4;
    assign x$5 = words$5;
    assign x$6 = words$6;
    assign x$7 = words$7;
    assign x$8 = words$8;
    assign x$9 = words$9;
    assign x$10 = words$10;
    assign x$11 = words$11;
    assign x$12 = words$12;
    assign x$13 = words$13;
    assign x$14 = words$14;
    assign x$15 = words$15;
    assign x$16 = words$16;
    assign x$17 = words$17;
    assign x$18 = words$18;
    assign x$19 = words$19;
    assign x$20 = words$20;
    assign x$21 = words$21;
    assign x$22 = words$22;
    assign x$23 = words$23;
    assign x$24 = words$24;
    assign x$25 = words$25;
    assign x$26 = words$26;
    assign x$27 = words$27;
    assign x$28 = words$28;
    assign x$29 = words$29;
    assign x$30 = words$30;
    assign x$31 = words$31;
    assign mixed$0 = words$0 ^ words$16;
    assign mixed$1 = words$1 ^ words$17;
    assign mixed$2 = words$2 ^ words$18;
    assign mixed$3 = words$3 ^ words$19;
    assign mixed$4 = words$4 ^ words$20;
    assign mixed$5 = words$5 ^ words$21;
    assign mixed$6 = words$6 ^ words$22;
    assign mixed$7 = words$7 ^ words$23;
    assign mixed$8 = words$8 ^ words$24;
    assign mixed$9 = words$9 ^ words$25;
    assign mixed$10 = words$10 ^ words$26;
    assign mixed$11 = words$11 ^ words$27;
    assign mixed$12 = words$12 ^ words$28;
    assign mixed$13 = words$13 ^ words$29;
    assign mixed$14 = words$14 ^ words$30;
    assign mixed$15 = words$15 ^ words$31;

    always @(*) begin
        work$0$d = work$0 + words$0;
        work$1$d = work$1 + words$1;
        work$2$d = work$2 + words$2;
        work$3$d = work$3 + words$3;
        work$4$d = work$4 + words$4;
        work$5$d = work$5 + words$5;
        work$6$d = work$6 + words$6;
        work$7$d = work$7 + words$7;
        work$8$d = work$8 + words$8;
        work$9$d = work$9 + words$9;
        work$10$d = work$10 + words$10;
        work$11$d = work$11 + words$11;
        work$12$d = work$12 + words$12;
        work$13$d = work$13 + words$13;
        work$14$d = work$14 + words$14;
        work$15$d = work$15 + words$15;
        if (work_update == WORK_UPDATE_MIX) begin
            work$0$d = mixed$0;
            work$1$d = mixed$1;
            work$2$d = mixed$2;
            work$3$d = mixed$3;
            work$4$d = mixed$4;
            work$5$d = mixed$5;
            work$6$d = mixed$6;
            work$7$d = mixed$7;
            work$8$d = mixed$8;
            work$9$d = mixed$9;
            work$10$d = mixed$10;
            work$11$d = mixed$11;
            work$12$d = mixed$12;
            work$13$d = mixed$13;
            work$14$d = mixed$14;
            work$15$d = mixed$15;
        end
        if ((work_update == QUARTER) | (work_update == TRANSPOSE)) begin
            work$0$d = changed$0;
            work$4$d = work$8;
            work$8$d = work$12;
            work$12$d = work$0;
            work$5$d = changed$1;
            work$9$d = work$13;
            work$13$d = work$1;
            work$1$d = work$5;
            work$10$d = changed$2;
            work$14$d = work$2;
            work$2$d = work$6;
            work$6$d = work$10;
            work$15$d = changed$3;
            work$3$d = work$7;
            work$7$d = work$11;
            work$11$d = work$15;
        end
        if (work_update == TRANSPOSE) begin
            work$1$d = work$8;
            work$2$d = work$12;
            work$3$d = work$0;
            work$6$d = work$13;
            work$7$d = work$1;
            work$4$d = work$5;
            work$11$d = work$2;
            work$8$d = work$6;
            work$9$d = work$10;
            work$12$d = work$7;
            work$13$d = work$11;
            work$14$d = work$15;
        end
    end

    assign pair$0 = work$0 + work$12;

    always @(*) begin
        turned$0 = (pair$0 << 7) | (pair$0 >> 25);
        if (quarter[1:0] == 1) begin
            turned$0 = (pair$0 << 9) | (pair$0 >> 23);
        end
        if (quarter[1:0] == 2) begin
            turned$0 = (pair$0 << 13) | (pair$0 >> 19);
        end
        if (quarter[1:0] == 3) begin
            turned$0 = (pair$0 << 18) | (pair$0 >> 14);
        end
    end

    assign changed$0 = work$4 ^ turned$0;
    assign pair$1 = work$5 + work$1;

    always @(*) begin
        turned$1 = (pair$1 << 7) | (pair$1 >> 25);
        if (quarter[1:0] == 1) begin
            turned$1 = (pair$1 << 9) | (pair$1 >> 23);
        end
        if (quarter[1:0] == 2) begin
            turned$1 = (pair$1 << 13) | (pair$1 >> 19);
        end
        if (quarter[1:0] == 3) begin
            turned$1 = (pair$1 << 18) | (pair$1 >> 14);
        end
    end

    assign changed$1 = work$9 ^ turned$1;
    assign pair$2 = work$10 + work$6;

    always @(*) begin
        turned$2 = (pair$2 << 7) | (pair$2 >> 25);
        if (quarter[1:0] == 1) begin
            turned$2 = (pair$2 << 9) | (pair$2 >> 23);
        end
        if (quarter[1:0] == 2) begin
            turned$2 = (pair$2 << 13) | (pair$2 >> 19);
        end
        if (quarter[1:0] == 3) begin
            turned$2 = (pair$2 << 18) | (pair$2 >> 14);
        end
    end

    assign changed$2 = work$14 ^ turned$2;
    assign pair$3 = work$15 + work$11;

    always @(*) begin
        turned$3 = (pair$3 << 7) | (pair$3 >> 25);
        if (quarter[1:0] == 1) begin
            turned$3 = (pair$3 << 9) | (pair$3 >> 23);
        end
        if (quarter[1:0] == 2) begin
            turned$3 = (pair$3 << 13) | (pair$3 >> 19);
        end
        if (quarter[1:0] == 3) begin
            turned$3 = (pair$3 << 18) | (pair$3 >> 14);
        end
    end

    assign changed$3 = work$3 ^ turned$3;
    assign busy = state != IDLE;
    assign done = (state == KEEP) & second_half;
    assign mix_first = (state == IDLE) & start;
    assign mix_second = (state == KEEP) & ~second_half;
    assign mix = mix_first | mix_second;

    always @(*) begin
        update$d = SHIFT;
        if (rotate) begin
            update$d = ROTATE;
        end
        if (mix) begin
            update$d = UPDATE_MIX;
        end
        if (state == STATE_ADD) begin
            update$d = SWAP;
        end
    end

    always @(*) begin
        work_update$d = QUARTER;
        if (mix) begin
            work_update$d = WORK_UPDATE_MIX;
        end
        if (state == ROUNDS) begin
            if (quarter[1:0] == 2) begin
                work_update$d = TRANSPOSE;
            end
            if (quarter == last_quarter) begin
                work_update$d = WORK_UPDATE_ADD;
            end
        end
    end

    always @(posedge clock) begin
        if (low_enable) words$0 <= words$0$d;
        if (low_enable) words$1 <= words$1$d;
        if (low_enable) words$2 <= words$2$d;
        if (low_enable) words$3 <= words$3$d;
        if (low_enable) words$4 <= words$4$d;
        if (low_enable) words$5 <= words$5$d;
        if (low_enable) words$6 <= words$6$d;
        if (low_enable) words$7 <= words$7$d;
        if (low_enable) words$8 <= words$8$d;
        if (low_enable) words$9 <= words$9$d;
        if (low_enable) words$10 <= words$10$d;
        if (low_enable) words$11 <= words$11$d;
        if (low_enable) words$12 <= words$12$d;
        if (low_enable) words$13 <= words$13$d;
        if (low_enable) words$14 <= words$14$d;
        if (low_enable) words$15 <= words$15$d;
        if (high_enable) words$16 <= words$16$d;
        if (high_enable) words$17 <= words$17$d;
        if (high_enable) words$18 <= words$18$d;
        if (high_enable) words$19 <= words$19$d;
        if (high_enable) words$20 <= words$20$d;
        if (high_enable) words$21 <= words$21$d;
        if (high_enable) words$22 <= words$22$d;
        if (high_enable) words$23 <= words$23$d;
        if (high_enable) words$24 <= words$24$d;
        if (high_enable) words$25 <= words$25$d;
        if (high_enable) words$26 <= words$26$d;
        if (high_enable) words$27 <= words$27$d;
        if (high_enable) words$28 <= words$28$d;
        if (high_enable) words$29 <= words$29$d;
        if (high_enable) words$30 <= words$30$d;
        if (high_enable) words$31 <= words$31$d;
        if (work_enable) work$0 <= work$0$d;
        if (work_enable) work$1 <= work$1$d;
        if (work_enable) work$2 <= work$2$d;
        if (work_enable) work$3 <= work$3$d;
        if (work_enable) work$4 <= work$4$d;
        if (work_enable) work$5 <= work$5$d;
        if (work_enable) work$6 <= work$6$d;
        if (work_enable) work$7 <= work$7$d;
        if (work_enable) work$8 <= work$8$d;
        if (work_enable) work$9 <= work$9$d;
        if (work_enable) work$10 <= work$10$d;
        if (work_enable) work$11 <= work$11$d;
        if (work_enable) work$12 <= work$12$d;
        if (work_enable) work$13 <= work$13$d;
        if (work_enable) work$14 <= work$14$d;
        if (work_enable) work$15 <= work$15$d;
        state <= state$d;
        second_half <= second_half$d;
        quarter <= quarter$d;
        update <= update$d;
        low_enable <= shift | rotate | (state == STATE_ADD) | mix;
        high_enable <= shift | rotate | (state == STATE_ADD);
        work_update <= work_update$d;
        work_enable <= mix | (state == STATE_MIX) | (state == ROUNDS);
    end
endmodule

// Delay line: q is the d of stages cycles ago.
//
// Latency stages, at least 1; one value a cycle. By hand as one shift register, which a
// simulator moves in one piece; registers one after the other would be moved one by one.
//
// Checked by sim/tests/primitives.rs. Has neither reset nor enable.
module delay_64 (
    input  wire clock,
    input  wire [63:0] d,  // value
    output reg  [63:0] q   // the same, later; 0 until then
);
    reg [63:0] line;
    initial line = 0;
    always @(posedge clock) line <= d;
    always @(*) q = line[63:0];
endmodule

// Delay line: q is the d of stages cycles ago.
//
// Latency stages, at least 1; one value a cycle. By hand as one shift register, which a
// simulator moves in one piece; registers one after the other would be moved one by one.
//
// Checked by sim/tests/primitives.rs. Has neither reset nor enable.
module delay_32 (
    input  wire clock,
    input  wire [31:0] d,  // value
    output reg  [31:0] q   // the same, later; 0 until then
);
    reg [31:0] line;
    initial line = 0;
    always @(posedge clock) line <= d;
    always @(*) q = line[31:0];
endmodule

// Checksum: reads the matrix list back, one checksum per matrix.
//
// The checksum of a matrix is FNV over its 32-bit words in memory order, from the basis
// 0x811c9dc5: h = (h * 0x01000193 mod 2^32) ^ word (checksum::of_matrix).
//
// A beat of W words takes 3 W + 2 + memory latency cycles. Byte order: byte 4i of a matrix is in bits 7..0 of
// its word i.
//
// Checked by sim/tests/small_cores.rs and sim/tests/faults.rs against checksum::of_matrix. It compares with
// nothing: the host knows what the sums have to be.
module checksum (
    input  wire clock,
    input  wire clear,           // stop; no beat may be on its way
    input  wire start,           // begin with matrix 0
    input  wire request_ready,   // the request is taken when request is 1 too
    input  wire data_valid,      // data$i is the beat asked for
    input  wire [31:0] data$0,   // word i of the beat, lowest address first
    input  wire ready,           // the checksum is handed over when valid is 1 too
    output wire request,         // one beat is read
    output wire [23:0] address,  // byte address of the beat
    output wire valid,           // sum is the checksum of matrix index
    output wire [7:0] index,     // the matrix
    output wire [31:0] sum,      // its checksum
    output wire finished         // level, until the next start
);
    localparam [2:0] IDLE = 3'd0;
    localparam [2:0] ASK = 3'd1;
    localparam [2:0] WAIT = 3'd2;
    localparam [2:0] TAKE = 3'd3;
    localparam [2:0] HASH = 3'd4;
    localparam [2:0] KEEP = 3'd5;
    localparam [2:0] DELIVER = 3'd6;

    reg [2:0] state$d;
    reg [2:0] state = IDLE;
    reg [7:0] matrix$d;
    reg [7:0] matrix = 0;
    reg [15:0] position$d;  // Byte within the matrix.
    reg [15:0] position = 0;
    localparam [7:0] last_matrix = 8'h1f;
    localparam [15:0] last_position = 16'h3fc;
    localparam [15:0] beat_bytes = 16'd4;
    localparam [4:0] matrix_bits = 5'ha;
    reg [31:0] words$0 = 0;
    reg [4:0] words_left$d;
    reg [4:0] words_left = 0;
    localparam [4:0] beat_words = 5'd1;
    reg filling$d;          // The state is Wait, is Keep: registers of their own, as they enable the words, which are many.
    reg filling = 0;
    reg shifting$d;
    reg shifting = 0;
    reg [31:0] hash$d;
    reg [31:0] hash = 0;
    localparam [31:0] basis = 32'h811c9dc5;

    wire fnv$take;
    wire [31:0] fnv$hash;

    fnv fnv (
        .clock(clock),
        .take(fnv$take),
        .a(hash),
        .b(words$0),
        .done(),
        .hash(fnv$hash)
    );

    always @(*) begin
        state$d = state;
        matrix$d = matrix;
        position$d = position;
        words_left$d = words_left;
        hash$d = hash;
        filling$d = 1'd0;
        shifting$d = 1'd0;
        case (state)
            IDLE: begin
                matrix$d = 8'd0;
                position$d = 16'd0;
                hash$d = basis;
                if (start) begin
                    state$d = ASK;
                end
            end
            ASK: begin
                if (request_ready) begin
                    state$d = WAIT;
                    filling$d = 1'd1;
                end
            end
            WAIT: begin
                words_left$d = beat_words;
                filling$d = 1'd1;
                if (data_valid) begin
                    state$d = TAKE;
                    filling$d = 1'd0;
                end
            end
            TAKE: begin
                state$d = HASH;
            end
            HASH: begin
                state$d = KEEP;
                shifting$d = 1'd1;
            end
            KEEP: begin
                state$d = TAKE;
                hash$d = fnv$hash;
                words_left$d = words_left - 1;
                if (words_left == 1) begin
                    position$d = position + beat_bytes;
                    state$d = ASK;
                    if (position == last_position) begin
                        position$d = 16'd0;
                        state$d = DELIVER;
                    end
                end
            end
            DELIVER: begin
                if (ready) begin
                    hash$d = basis;
                    matrix$d = matrix + 1;
                    state$d = ASK;
                    if (matrix == last_matrix) begin
                        state$d = IDLE;
                    end
                end
            end
            default: ;
        endcase
        if (clear) begin
            state$d = IDLE;
            filling$d = 1'd0;
            shifting$d = 1'd0;
        end
    end

    assign request = state == ASK;
    assign address = (matrix << matrix_bits) | position;

    always @(*) begin
        if (shifting) begin
        end
    end

    assign fnv$take = state == TAKE;
    assign valid = state == DELIVER;
    assign index = matrix;
    assign sum = hash;
    assign finished = state == IDLE;

    always @(posedge clock) begin
        state <= state$d;
        matrix <= matrix$d;
        position <= position$d;
        if (filling | shifting) words$0 <= data$0;
        words_left <= words_left$d;
        filling <= filling$d;
        shifting <= shifting$d;
        hash <= hash$d;
    end
endmodule

// Memory port: one request at a time from fetch, SMix or checksum to the memory of the matrix list.
//
// The contract with the memory: requests are served in order. A read answers with beats beats,
// each announced by data_valid, whenever it likes; the core always takes them. A write takes
// beats beats that the core offers after the request. A burst never crosses 256 bytes and is
// aligned to its length, so SDRAM, DDR and on-chip RAM can all serve it.
//
// The three sides are never active in one job, so there is no arbitration beyond an order.
// A second request waits behind the one that is offered to the memory, so that no client has to wait
// for the memory's answer within a cycle. Latency 1 from a client's request, and 1 from the memory's
// beat; one request and one beat a cycle.
//
// Byte order: byte 0 of a beat in bits 7..0 of its word 0.
//
// Checked by sim/tests/small_cores.rs with memories that stall, and by sim/tests/job_switch.rs. Beats to
// write do not go through it: they go from SMix to the memory.
module memory_port (
    input  wire clock,
    input  wire reset,                 // forget all requests, with the memory
    input  wire stop,                  // take no new requests
    input  wire row,                   // fetch: read a matrix row
    input  wire [23:0] row_address,    // fetch: its byte address
    input  wire entry,                 // SMix: an entry of V
    input  wire entry_write,           // SMix: write it, not read
    input  wire [23:0] entry_address,  // SMix: its byte address
    input  wire word,                  // checksum: read one beat
    input  wire [23:0] word_address,   // checksum: its byte address
    input  wire sending,               // SMix has beats to write
    input  wire request_ready,         // memory: the request is taken when request is 1 too
    input  wire data_valid,            // memory: data$i is the next beat read
    input  wire [31:0] data$0,         // memory: word i of the beat, lowest address first
    output wire row_ready,             // the client's request is taken when it is 1 too
    output wire entry_ready,           // the client's request is taken when it is 1 too
    output wire word_ready,            // the client's request is taken when it is 1 too
    output wire arrived,               // beat$i is the next beat read, for the client that asked
    output wire [31:0] beat$0,         // word i of the beat, lowest address first
    output wire request,               // memory: a burst is asked for; held until it is taken
    output wire request_write,         // memory: it is written, not read
    output wire [23:0] address,        // memory: byte address of its first beat
    output wire [7:0] beats,           // memory: its length
    output wire quiet                  // nothing is asked for, sent or on its way; a cycle late
);
    reg client_write;       // The client's request.
    reg [23:0] client_address;
    reg [7:0] client_beats;
    localparam [7:0] row_beats = 8'd8;
    localparam [7:0] entry_beats = 8'h20;
    wire take;
    wire accept;
    reg request_reg$d;      // The request that is offered to the memory.
    reg request_reg = 0;
    reg request_write_reg$d;
    reg request_write_reg = 0;
    reg [23:0] address_reg$d;
    reg [23:0] address_reg = 0;
    reg [7:0] beats_reg$d;
    reg [7:0] beats_reg = 0;
    wire advance;           // It is taken, or there is none: the next one takes its place.
    reg waiting$d;          // The request behind it.
    reg waiting = 0;
    reg waiting_write = 0;
    reg [23:0] waiting_address = 0;
    reg [7:0] waiting_beats = 0;
    reg read_taken$d;       // A read was taken, of so many beats.
    reg read_taken = 0;
    reg [7:0] read_beats = 0;
    reg [11:0] expected$d;  // Beats of the reads before that did not arrive yet, and of this one too.
    reg [11:0] expected = 0;
    reg [11:0] asked;
    reg quiet_reg = 0;
    reg arrived_reg = 0;
    reg [31:0] beat_reg$0 = 0;


    always @(*) begin
        request_reg$d = request_reg;
        waiting$d = waiting;
        if (advance) begin
            request_reg$d = waiting | accept;
            waiting$d = 1'd0;
        end else if (accept) begin
            waiting$d = 1'd1;
        end
        read_taken$d = request_reg & request_ready & ~(|request_write_reg);
        expected$d = asked;
        if (arrived_reg) begin
            expected$d = asked - 1;
        end
        if (reset) begin
            request_reg$d = 1'd0;
            waiting$d = 1'd0;
            read_taken$d = 1'd0;
            expected$d = 12'd0;
        end
    end

    assign take = ~stop & ~waiting;
    assign accept = take & (row | entry | word);
    assign advance = ~request_reg | request_ready;
    assign row_ready = take;
    assign entry_ready = take;
    assign word_ready = take;

    always @(*) begin
        client_write = 1'd0;
        client_address = row_address;
        client_beats = row_beats;
        if (entry) begin
            client_write = entry_write;
            client_address = entry_address;
            client_beats = entry_beats;
        end
        if (word) begin
            client_address = word_address;
            client_beats = 8'd1;
        end
    end

    always @(*) begin
        request_write_reg$d = client_write;
        address_reg$d = client_address;
        beats_reg$d = client_beats;
        if (waiting) begin
            request_write_reg$d = waiting_write;
            address_reg$d = waiting_address;
            beats_reg$d = waiting_beats;
        end
    end

    assign request = request_reg;
    assign request_write = |request_write_reg;
    assign address = address_reg;
    assign beats = beats_reg;
    assign arrived = arrived_reg;
    assign beat$0 = beat_reg$0;

    always @(*) begin
        asked = expected;
        if (read_taken) begin
            asked = expected + read_beats;
        end
    end

    assign quiet = quiet_reg;

    always @(posedge clock) begin
        request_reg <= request_reg$d;
        if (advance) request_write_reg <= request_write_reg$d;
        if (advance) address_reg <= address_reg$d;
        if (advance) beats_reg <= beats_reg$d;
        waiting <= waiting$d;
        if (take) waiting_write <= client_write;
        if (take) waiting_address <= client_address;
        if (take) waiting_beats <= client_beats;
        read_taken <= read_taken$d;
        read_beats <= beats_reg;
        expected <= expected$d;
        quiet_reg <= ~request_reg & ~waiting & ~sending & ~read_taken & (expected == 0);
        arrived_reg <= data_valid;
        if (data_valid) beat_reg$0 <= data$0;
    end
endmodule

// Counters: how the array's time was spent since the last reset.
//
// An event is counted two cycles later; every cycle can count. Events and counts are
// numbered as Counter in docs/registers.md says.
//
// Checked by sim/tests/small_cores.rs. They are not cleared by a new job, and do not stop at their end.
module counters (
    input  wire clock,
    input  wire clear,           // all to 0
    input  wire event$0,         // count this cycle
    input  wire event$1,         // count this cycle
    input  wire event$2,         // count this cycle
    input  wire event$3,         // count this cycle
    input  wire event$4,         // count this cycle
    input  wire event$5,         // count this cycle
    output wire [39:0] count$0,  // cycles counted, modulo 2^40
    output wire [39:0] count$1,  // cycles counted, modulo 2^40
    output wire [39:0] count$2,  // cycles counted, modulo 2^40
    output wire [39:0] count$3,  // cycles counted, modulo 2^40
    output wire [39:0] count$4,  // cycles counted, modulo 2^40
    output wire [39:0] count$5   // cycles counted, modulo 2^40
);
    reg event_reg$0 = 0;
    reg event_reg$1 = 0;
    reg event_reg$2 = 0;
    reg event_reg$3 = 0;
    reg event_reg$4 = 0;
    reg event_reg$5 = 0;
    reg [39:0] count_reg$0$d;
    reg [39:0] count_reg$0 = 0;
    reg [39:0] count_reg$1$d;
    reg [39:0] count_reg$1 = 0;
    reg [39:0] count_reg$2$d;
    reg [39:0] count_reg$2 = 0;
    reg [39:0] count_reg$3$d;
    reg [39:0] count_reg$3 = 0;
    reg [39:0] count_reg$4$d;
    reg [39:0] count_reg$4 = 0;
    reg [39:0] count_reg$5$d;
    reg [39:0] count_reg$5 = 0;


    always @(*) begin
        count_reg$0$d = count_reg$0 + 1;
        if (clear) begin
            count_reg$0$d = 40'd0;
        end
    end

    assign count$0 = count_reg$0;

    always @(*) begin
        count_reg$1$d = count_reg$1 + 1;
        if (clear) begin
            count_reg$1$d = 40'd0;
        end
    end

    assign count$1 = count_reg$1;

    always @(*) begin
        count_reg$2$d = count_reg$2 + 1;
        if (clear) begin
            count_reg$2$d = 40'd0;
        end
    end

    assign count$2 = count_reg$2;

    always @(*) begin
        count_reg$3$d = count_reg$3 + 1;
        if (clear) begin
            count_reg$3$d = 40'd0;
        end
    end

    assign count$3 = count_reg$3;

    always @(*) begin
        count_reg$4$d = count_reg$4 + 1;
        if (clear) begin
            count_reg$4$d = 40'd0;
        end
    end

    assign count$4 = count_reg$4;

    always @(*) begin
        count_reg$5$d = count_reg$5 + 1;
        if (clear) begin
            count_reg$5$d = 40'd0;
        end
    end

    assign count$5 = count_reg$5;

    always @(posedge clock) begin
        event_reg$0 <= event$0;
        event_reg$1 <= event$1;
        event_reg$2 <= event$2;
        event_reg$3 <= event$3;
        event_reg$4 <= event$4;
        event_reg$5 <= event$5;
        if (event_reg$0 | clear) count_reg$0 <= count_reg$0$d;
        if (event_reg$1 | clear) count_reg$1 <= count_reg$1$d;
        if (event_reg$2 | clear) count_reg$2 <= count_reg$2$d;
        if (event_reg$3 | clear) count_reg$3 <= count_reg$3$d;
        if (event_reg$4 | clear) count_reg$4 <= count_reg$4$d;
        if (event_reg$5 | clear) count_reg$5 <= count_reg$5$d;
    end
endmodule
