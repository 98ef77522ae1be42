// The step loop around the core: clock, memory, and the stages as they pass the trace ports.
//
// geometry.h is written for each model: DIMENSION, LANES, BEAT_WORDS, WORD_LANES, and the lists of
// array ports EACH_DATA, EACH_WRITE_BEAT, EACH_RESULT, EACH_LOADED, EACH_SUM as X(index, port); and
// EACH_FAULT as X(index, signal), the signals of which core_flip inverts a bit; and EACH_COUNT as
// X(index, port), COUNTERS and KINDS, which Rust knows too; and for a core with inference INFER, as infer.h says.

#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

#include "clock.h"
#include "geometry.h"
#include "infer.h"
#include "memory.h"
#include <verilated.h>
#if VM_TRACE
#include <verilated_fst_c.h>
#endif

namespace {

enum Kind : uint32_t { KINDS };

struct Event {
    Kind kind;
    uint32_t detail;
    uint64_t cycle;
    std::vector<uint8_t> bytes;
    std::vector<uint64_t> block_cycles;
};

// An event as Rust reads it (src/model/core.rs).
struct RawEvent {
    uint64_t cycle;
    const uint8_t* bytes;
    size_t byte_count;
    const uint64_t* block_cycles;
    size_t block_count;
    uint32_t kind;
    uint32_t detail;
};

// A stage that leaves the core over many cycles, gathered until it is whole.
struct Gather {
    size_t whole;
    size_t block_bytes;
    std::vector<uint8_t> bytes;
    std::vector<uint64_t> block_cycles;

    uint8_t* grow(size_t count, uint64_t cycle) {
        if (bytes.empty()) bytes.reserve(whole);
        if (bytes.size() % block_bytes == 0) block_cycles.push_back(cycle);
        bytes.resize(bytes.size() + count);
        return bytes.data() + bytes.size() - count;
    }
    bool full() const { return bytes.size() >= whole; }
    void reset() { bytes.clear(); block_cycles.clear(); }
};

}  // namespace

struct Core {
    VerilatedContext context;
    Vmodel top;
#if VM_TRACE
    VerilatedFstC* fst = nullptr;
    uint64_t trace_from = 0, trace_to = 0;
#endif
    uint64_t cycle = 0;
    uint64_t first_issue = 0, last_issue = 0, issued = 0;
    uint64_t counts_at_start[COUNTERS] = {};
    Memory memory;
    std::deque<Event> events;
    Event current{};
    bool results_held = false;
    uint8_t round = 0;
    Gather loaded{MATRIX, DIMENSION * LANES, {}, {}}, multiplied = loaded;
    Gather summed{MATRIX, DIMENSION * WORD_LANES * 4, {}, {}}, folded{DIMENSION, DIMENSION, {}, {}};
    uint8_t digest[32];
    // Bytes that inference made: whether it is output, slot, column and byte, from bit 24 down.
    std::vector<uint32_t> made;

    Core() : context{}, top{(context.threads(1), &context)} {}

    void emit(Kind kind, uint32_t detail, const void* bytes, size_t count) {
        auto begin = static_cast<const uint8_t*>(bytes);
        events.push_back({kind, detail, cycle, {begin, begin + count}, {}});
    }

    void finish(Kind kind, Gather& gather) {
        if (!gather.full()) return;
        events.push_back({kind, 0, cycle, std::move(gather.bytes), std::move(gather.block_cycles)});
        gather.reset();
    }

    void observe() {
        if (top.trace_issued) {
            if (issued++ == 0) first_issue = cycle;
            last_issue = cycle;
        }
        if (top.trace_multiplied) {
            uint8_t* bytes = multiplied.grow(LANES, cycle);
#define X(i, port) bytes[i] = top.port;
            EACH_RESULT
#undef X
            finish(MULTIPLIED, multiplied);
        }
        if (top.trace_loading) {
            uint8_t* bytes = loaded.grow(LANES, cycle);
#define X(i, port) bytes[i] = top.port;
            EACH_LOADED
#undef X
            finish(LOADED, loaded);
        }
        if (top.trace_summed) {
            uint8_t* bytes = summed.grow(4 * WORD_LANES, cycle);
            uint32_t word;
#define X(i, port) word = top.port; std::memcpy(bytes + 4 * i, &word, 4);
            EACH_SUM
#undef X
            finish(SUMMED, summed);
        }
        if (top.trace_folded) {
            uint32_t word = top.trace_word;
            std::memcpy(folded.grow(4, cycle), &word, 4);
            finish(FOLDED, folded);
        }
        if (top.trace_digest) {
            uint64_t lane = top.trace_value;
            std::memcpy(digest + 8 * top.trace_lane, &lane, 8);
            if (top.trace_lane == 3) emit(DIGEST, top.trace_kind | top.trace_part << 8, digest, 32);
        }
        if (top.trace_hash) result(HASHED);
        if (top.result_valid && top.result_ready) result(RESULT);
        if (top.checksum_valid) {
            uint32_t sum = top.checksum;
            emit(CHECKSUM, top.checksum_index, &sum, 4);
        }
        if (top.round != round) {
            round = top.round;
            emit(ROUND, round, nullptr, 0);
        }
#if INFER
        if (made_byte(top)) made.push_back(made_byte(top));
#endif
        // A job that begins leaves no stage of the one before.
        if (!top.ready) { loaded.reset(); multiplied.reset(); summed.reset(); folded.reset(); }
    }

    // Hash, nonce, range id.
    void result(Kind kind) {
        uint64_t lanes[5] = {top.result_hash__0240, top.result_hash__0241, top.result_hash__0242,
                             top.result_hash__0243, top.result_nonce};
        uint8_t bytes[44];
        uint32_t range = top.result_range;
        std::memcpy(bytes, lanes, 40);
        std::memcpy(bytes + 40, &range, 4);
        emit(kind, top.result_hit, bytes, 44);
    }

    void read_counters(uint64_t* counts) const {
#define X(i, port) counts[i] = top.port;
        EACH_COUNT
#undef X
    }

    void tick() {
#if VM_TRACE
        top.clock = 0;
        top.eval();
        dump(0);
        top.clock = 1;
        top.eval();
        dump(1);
#else
        rise(top, top.rootp, 0);
#endif
        top.result_ready = !results_held;
        memory.serve(top, cycle);
        observe();
        ++cycle;
    }

#if VM_TRACE
    void dump(int half) {
        if (fst && cycle >= trace_from && cycle < trace_to) fst->dump(2 * cycle + half);
    }
#endif
};

extern "C" {

Core* core_new() {
    Core* core = new Core;
    core->top.clock = 0;
    core->top.checksum_ready = 1;
    core->top.eval();
    return core;
}

bool core_trace_close(Core* core);

void core_delete(Core* core) {
    core_trace_close(core);
    Verilated::threadContextp(&core->context);
    core->top.final();
    delete core;
}

// Steps until an event is there, at most `cycles` times; returns the cycles stepped.
uint64_t core_step(Core* core, uint64_t cycles) {
    uint64_t stepped = 0;
    while (stepped < cycles && core->events.empty()) {
        core->tick();
        ++stepped;
    }
    return stepped;
}

// Shows the next event, if there is one; what it points to stays valid until the next call.
bool core_event(Core* core, RawEvent* raw) {
    if (core->events.empty()) return false;
    core->current = std::move(core->events.front());
    core->events.pop_front();
    const Event& event = core->current;
    *raw = {event.cycle, event.bytes.data(), event.bytes.size(), event.block_cycles.data(),
            event.block_cycles.size(), event.kind, event.detail};
    return true;
}

uint8_t* core_memory(Core* core, size_t* count) {
    *count = core->memory.bytes.size();
    return core->memory.bytes.data();
}

// `latency` cycles from a request to its first beat; stalls in `stall` of 256 cycles.
void core_set_memory(Core* core, uint32_t latency, uint32_t stall, uint64_t seed) {
    core->memory.latency = latency;
    core->memory.stall = stall;
    core->memory.random = seed | 1;
}

void core_hold_results(Core* core, bool held) { core->results_held = held; }

void core_write_job(Core* core, uint8_t word, uint32_t value) {
    core->top.job_write = 1;
    core->top.job_address = word;
    core->top.job_data = value;
    core->tick();
    core->top.job_write = 0;
}

void core_start(Core* core, uint8_t command) {
    core->issued = 0;
    core->read_counters(core->counts_at_start);
    core->top.start = 1;
    core->top.command = command;
    core->tick();
    core->top.start = 0;
}

void core_cancel(Core* core) {
    core->top.cancel = 1;
    core->tick();
    core->top.cancel = 0;
}

// Resets core and memory for as long as a chip does.
void core_reset(Core* core) {
    core->top.reset = 1;
    for (int i = 0; i < 16; ++i) {
        core->tick();
        core->memory.requests.clear();
    }
    core->top.reset = 0;
}

void core_flip(Core* core, uint32_t fault) {
    (void)core;
#define X(index, signal) if (fault == index) core->top.rootp->signal ^= 1;
    EACH_FAULT
#undef X
}

// Puts a word into the buffer of inference.
void core_infer_word(Core* core, uint8_t index, uint32_t word) {
    put_word(core->top, index, word, true);
    core->tick();
    put_word(core->top, index, word, false);
}

// Starts inference: a tape, or the writing of the buffer.
void core_infer_start(Core* core, bool storing, uint32_t address) {
    start(core->top, storing, address, true);
    core->tick();
    start(core->top, storing, address, false);
}

void core_infer_cancel(Core* core) {
    cancel(core->top, true);
    core->tick();
    cancel(core->top, false);
}

InferState core_infer_state(const Core* core) { return state(core->top); }

// A byte of the output; takes two cycles.
uint8_t core_output_byte(Core* core, uint32_t address) {
    ask_output(core->top, address);
    core->tick();
    core->tick();
    return output_byte(core->top);
}

// The bytes made since they were forgotten.
const uint32_t* core_made(const Core* core, size_t* count) {
    *count = core->made.size();
    return core->made.data();
}

void core_forget_made(Core* core) { core->made.clear(); }

uint8_t* core_tapes(Core* core, size_t* count) {
    *count = core->memory.tapes.size();
    return core->memory.tapes.data();
}

bool core_ready(const Core* core) { return core->top.ready; }
bool core_running(const Core* core) { return core->top.running; }
uint64_t core_cycle(const Core* core) { return core->cycle; }
uint64_t core_first_issue(const Core* core) { return core->first_issue; }
uint64_t core_last_issue(const Core* core) { return core->last_issue; }

// The counters since the last start, by their numbers.
void core_counters(const Core* core, uint64_t* counts) {
    core->read_counters(counts);
    for (int i = 0; i < COUNTERS; ++i) counts[i] -= core->counts_at_start[i];
}

// Opens a waveform for the cycles `from` … `to` - 1; false if this model has none.
bool core_trace(Core* core, const char* path, uint64_t from, uint64_t to) {
#if VM_TRACE
    core->context.traceEverOn(true);
    core->fst = new VerilatedFstC;
    core->top.trace(core->fst, 99);
    core->fst->open(path);
    core->trace_from = from;
    core->trace_to = to;
    return core->fst->isOpen();
#else
    (void)core; (void)path; (void)from; (void)to;
    return false;
#endif
}

// Completes the waveform, if there is one; false if it cannot be written.
bool core_trace_close(Core* core) {
#if VM_TRACE
    VerilatedFstC* fst = core->fst;
    core->fst = nullptr;
    if (!fst) return true;
    try {
        fst->close();
    } catch (...) {
        // Its destructor would try again, and throw. What it holds is lost with the program.
        return false;
    }
    delete fst;
#else
    (void)core;
#endif
    return true;
}

}  // extern "C"
