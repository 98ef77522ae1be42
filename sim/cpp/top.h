// A board's top as it is flashed: its matrix lists are made on it, and its memory is an SDRAM that checks every
// rule.

#pragma once

#include "clock.h"
#include "geometry.h"
#include "sdram.h"
#include <verilated.h>

struct Chip {
    VerilatedContext context;
    Vmodel top;
    Sdram memory;

    Chip(bool, uint64_t, const SdramRules* rules)
        : context{}, top{(context.threads(1), &context)}, memory{*rules} {
        top.clock = 0;
        top.receive = 1;
        top.eval();
    }

    void tick(uint64_t) {
        both_halves(top);
        // For the next edge.
        top.column_drive = memory.drives();
        top.column_in = memory.out();
        memory.tick({bool(top.enable), bool(top.select), top.command, top.bank, top.line, top.mask,
                     top.column_out, bool(top.drive)});
    }

    bool issued() const { return top.rootp->bench__DOT__top__DOT__board__DOT__trace_issued; }
    bool loading() const { return top.rootp->bench__DOT__top__DOT__board__DOT__trace_loading; }
    uint64_t requests() const { return memory.reads + memory.writes; }
    const char* broken() const { return memory.broken.empty() ? nullptr : memory.broken.c_str(); }

    // There is no loader.
    static constexpr uint64_t* seed = nullptr;
    bool asks() const { return false; }
    void load() {}
    uint8_t* list(size_t* count) {
        *count = 0;
        return nullptr;
    }

    // The memories that the bitstream fills.
    auto& program() {
        return top.rootp->bench__DOT__top__DOT__board__DOT__controller__DOT__code__DOT__bank0__DOT__mem;
    }
    auto& constants() {
        return top.rootp->bench__DOT__top__DOT__board__DOT__controller__DOT__chip__DOT__constants__DOT__mem;
    }
};
