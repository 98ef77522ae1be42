// The step loop around a single block. ports.h is written for each model: PORTS as X(name, member),
// and CLOCK(block, level), which does nothing for a block without a clock.

#include <cstdint>
#include <cstring>

#include "Vmodel.h"
#include "ports.h"
#include <verilated.h>

struct Block {
    VerilatedContext context;
    Vmodel top;
    Block() : context{}, top{(context.threads(1), &context)} {}
};

extern "C" {

Block* block_new() {
    Block* block = new Block;
    CLOCK(block, 0);
    block->top.eval();
    return block;
}

void block_delete(Block* block) {
    Verilated::threadContextp(&block->context);
    block->top.final();
    delete block;
}

// Applies the inputs without a clock edge.
void block_settle(Block* block) { block->top.eval(); }

void block_step(Block* block, uint64_t cycles) {
    while (cycles--) {
        CLOCK(block, 1);
        block->top.eval();
        CLOCK(block, 0);
        block->top.eval();
    }
}

// Where a port lies and how many bytes it has; null if there is none of that name.
void* block_port(Block* block, const char* name, size_t* bytes) {
#define X(port, member) \
    if (!std::strcmp(name, #port)) { *bytes = sizeof block->top.member; return &block->top.member; }
    PORTS
#undef X
    return nullptr;
}

}  // extern "C"
