// The chip by itself: an ideal memory, and a loader of matrix lists.

#pragma once

#include "clock.h"
#include "geometry.h"
#include "memory.h"
#include "sdram.h"
#include <verilated.h>

struct Chip {
    VerilatedContext context;
    Vmodel top;
    Memory memory;
    uint64_t seed[16];
    uint32_t seed_lanes = 0;
    bool loaded = false;

    Chip(bool loader, uint64_t serial, const SdramRules*)
        : context{}, top{(context.threads(1), &context)} {
        top.clock = 0;
        top.receive = 1;
        top.loader = loader;
        top.serial = serial;
        top.eval();
    }

    void tick(uint64_t cycle) {
        rise(top, top.rootp, 0);
        memory.serve(top, cycle);
        if (top.memory_reset) memory.requests.clear();
        if (top.seed_clear) seed_lanes = 0;
        if (top.seed_valid && seed_lanes < 16) seed[seed_lanes++] = top.seed_lane;
        top.loaded = loaded;
        loaded = false;
    }

    bool issued() const { return top.trace_issued; }
    bool loading() const { return top.trace_loading; }
    uint64_t requests() const { return memory.taken; }
    // The first rule of the memory that was broken; this one has none.
    const char* broken() const { return nullptr; }

    // The loader has the extended seed that it waits for.
    bool asks() const { return seed_lanes == 16; }
    void load() {
        seed_lanes = 0;
        loaded = top.loader;
    }
    uint8_t* list(size_t* count) {
        *count = memory.bytes.size();
        return memory.bytes.data();
    }
    // The memories that are filled from outside.
    auto& program() { return top.rootp->soc__DOT__controller__DOT__code__DOT__bank0__DOT__mem; }
    auto& constants() { return top.rootp->soc__DOT__controller__DOT__chip__DOT__constants__DOT__mem; }
};
