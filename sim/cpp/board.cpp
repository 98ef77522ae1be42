// The step loop around a chip: clock, serial line, memory, and the loader of matrix lists. chip.h is
// that of the model: soc.h or top.h.

#include <cstdint>
#include <cstring>

#include "chip.h"
#include "line.h"

struct Board {
    Chip chip;
    Sender sender;
    Listener listener;
    std::vector<uint8_t> received;
    uint64_t cycle = 0;
    // Work of the array since the last mark.
    uint64_t first_load = 0, first_issue = 0, last_issue = 0, issued = 0;

    Board(uint32_t divisor, bool loader, uint64_t serial, const SdramRules* rules)
        : chip{loader, serial, rules}, sender{divisor}, listener{divisor} {}

    void tick() {
        chip.tick(cycle);
        chip.top.receive = sender.level(cycle);
        listener.level(chip.top.transmit);
        if (chip.issued()) {
            if (issued++ == 0) first_issue = cycle;
            last_issue = cycle;
        }
        if (first_load == 0 && chip.loading()) first_load = cycle;
        ++cycle;
    }
};

extern "C" {

// `divisor` cycles make a bit of the line; `rules` are of the memory, if the chip has an SDRAM.
Board* board_new(uint32_t divisor, bool loader, uint64_t serial, const SdramRules* rules) {
    return new Board(divisor, loader, serial, rules);
}

void board_delete(Board* board) {
    Verilated::threadContextp(&board->chip.context);
    board->chip.top.final();
    delete board;
}

// Fills the memories that a bitstream fills: firmware bank 0, and the registers that never change.
void board_fill(Board* board, const uint32_t* program, size_t program_words,
                const uint32_t* constants, size_t constant_words) {
    for (size_t i = 0; i < program_words; ++i) board->chip.program()[i] = program[i];
    for (size_t i = 0; i < constant_words; ++i) board->chip.constants()[i] = constants[i];
}

// The first rule of the memory that was broken, or null.
const char* board_broken(const Board* board) { return board->chip.broken(); }

// Steps `cycles` cycles, or until the loader is asked for a matrix list; returns the cycles stepped.
uint64_t board_step(Board* board, uint64_t cycles) {
    uint64_t stepped = 0;
    while (stepped < cycles && !board->chip.asks()) {
        board->tick();
        ++stepped;
    }
    return stepped;
}

// The extended seed that the loader is asked for, 16 lanes; null if it is not.
const uint64_t* board_seed(const Board* board) {
    return board->chip.asks() ? board->chip.seed : nullptr;
}

// The memory is filled; or, without a loader, nothing was asked.
void board_loaded(Board* board) {
    board->chip.load();
}

uint8_t* board_memory(Board* board, size_t* count) {
    return board->chip.list(count);
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
    const uint64_t now[7] = {board->cycle, board->sender.end, board->chip.requests(),
                             board->first_load, board->first_issue, board->last_issue,
                             board->issued};
    std::memcpy(times, now, sizeof now);
}

}  // extern "C"
