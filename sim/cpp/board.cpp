// The step loop around a chip: clock, serial line, memory, and the loader of matrix lists.

#include <cstdint>
#include <cstring>

#include "clock.h"
#include "geometry.h"
#include "line.h"
#include "memory.h"
#include <verilated.h>

struct Board {
    VerilatedContext context;
    Vmodel top;
    Memory memory;
    Sender sender;
    Listener listener;
    std::vector<uint8_t> received;
    uint64_t cycle = 0;
    uint64_t seed[16];
    uint32_t seed_lanes = 0;
    bool loaded = false;
    // Work of the array since the last mark.
    uint64_t first_load = 0, first_issue = 0, last_issue = 0, issued = 0;

    explicit Board(uint32_t divisor)
        : context{}, top{(context.threads(1), &context)}, sender{divisor}, listener{divisor} {}

    void tick() {
        rise(top, top.rootp, 0);
        memory.serve(top, cycle);
        if (top.memory_reset) memory.requests.clear();
        top.receive = sender.level(cycle);
        listener.level(top.transmit);
        if (top.seed_clear) seed_lanes = 0;
        if (top.seed_valid && seed_lanes < 16) seed[seed_lanes++] = top.seed_lane;
        top.loaded = loaded;
        loaded = false;
        if (top.trace_issued) {
            if (issued++ == 0) first_issue = cycle;
            last_issue = cycle;
        }
        if (first_load == 0 && top.trace_loading) first_load = cycle;
        ++cycle;
    }

    // The loader has the extended seed that it waits for.
    bool asks() const { return seed_lanes == 16; }
};

extern "C" {

Board* board_new(uint32_t divisor, bool loader, uint64_t serial) {
    Board* board = new Board(divisor);
    board->top.clock = 0;
    board->top.receive = 1;
    board->top.loader = loader;
    board->top.serial = serial;
    board->top.eval();
    return board;
}

void board_delete(Board* board) {
    Verilated::threadContextp(&board->context);
    board->top.final();
    delete board;
}

// Fills firmware bank 0.
void board_firmware(Board* board, const uint32_t* words, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        board->top.rootp->soc__DOT__code__DOT__bank0__DOT__mem[i] = words[i];
    }
}

// Steps `cycles` cycles, or until the loader is asked for a matrix list; returns the cycles stepped.
uint64_t board_step(Board* board, uint64_t cycles) {
    uint64_t stepped = 0;
    while (stepped < cycles && !board->asks()) {
        board->tick();
        ++stepped;
    }
    return stepped;
}

// The extended seed that the loader is asked for, 16 lanes; null if it is not.
const uint64_t* board_seed(const Board* board) {
    return board->asks() ? board->seed : nullptr;
}

// The memory is filled; or, without a loader, nothing was asked.
void board_loaded(Board* board) {
    board->seed_lanes = 0;
    board->loaded = board->top.loader;
}

uint8_t* board_memory(Board* board, size_t* count) {
    *count = board->memory.bytes.size();
    return board->memory.bytes.data();
}

// Bytes for the line, behind those that wait.
void board_send(Board* board, const uint8_t* bytes, size_t count) {
    board->sender.bytes.insert(board->sender.bytes.end(), bytes, bytes + count);
}

size_t board_unsent(const Board* board) { return board->sender.bytes.size(); }

// The bytes that came from the line since the last call; valid until the next call.
const uint8_t* board_receive(Board* board, size_t* count) {
    board->received.clear();
    board->received.swap(board->listener.bytes);
    *count = board->received.size();
    return board->received.data();
}

void board_mark(Board* board) {
    board->first_load = board->first_issue = board->last_issue = board->issued = 0;
}

// Cycle now; end of the last byte sent; memory requests; first byte of a load, first and last issue
// and issues since the mark.
void board_times(const Board* board, uint64_t* times) {
    const uint64_t now[7] = {board->cycle, board->sender.end, board->memory.taken,
                             board->first_load, board->first_issue, board->last_issue,
                             board->issued};
    std::memcpy(times, now, sizeof now);
}

}  // extern "C"
