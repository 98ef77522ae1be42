// A synchronous DRAM (single data rate, 16 bits, 4 banks) that knows the rules of its data sheet.
//
// It sees the pins once a cycle, in the middle of the clock's period, and answers a READ so that its
// first column is on the pins CAS latency cycles later. The first broken rule is kept as a sentence.

#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

// Times in picoseconds, as the data sheet has them; Rust fills it by position.
struct SdramRules {
    uint64_t period;
    uint64_t rcd, rp, ras, ras_max, rc, rrd, rfc;
    // In cycles.
    uint64_t wr, mrd;
    uint64_t refresh, start;
    uint64_t rows, columns;
    // Shortest period with CAS latency 2, and with 3.
    uint64_t period_cas2, period_cas3;
};

struct SdramPins {
    bool enable;       // CKE
    bool select;       // CS, low is active
    uint8_t command;   // RAS, CAS, WE, low is active
    uint8_t bank;
    uint16_t line;
    uint8_t mask;      // DQM
    uint16_t column;   // data driven by the controller
    bool drive;
};

class Sdram {
public:
    SdramRules rules{};
    std::vector<uint16_t> words;
    std::string broken;
    uint64_t reads = 0, writes = 0, refreshes = 0, activates = 0;

    explicit Sdram(const SdramRules& given)
        : rules(given), words(4 * given.rows * given.columns) {}

    // Whether the memory drives the data pins, and with what, in this cycle.
    bool drives() const { return out_valid[now % RING]; }
    uint16_t out() const { return out_column[now % RING]; }

    // The pins of this cycle; then the next cycle begins.
    void tick(const SdramPins& pins) {
        if (drives() && pins.drive) fail("both sides drive the data pins", 0, 0);
        out_valid[now % RING] = false;
        ++now;
        if (!pins.enable) {
            if (moded) fail("CKE is low", 0, 1);
            return;
        }
        if (refreshed_once) check_refresh();
        const bool nothing = pins.select || pins.command == 7;
        if (writing > 0) {
            if (!nothing && (pins.command == 4 || pins.command == 5)) writing = 0;
            else write(pins);
        }
        if (nothing) return;
        if (now * rules.period < rules.start) fail("start time", now * rules.period, rules.start);
        if (last_mode && now - last_mode < rules.mrd) fail("tMRD", now - last_mode, rules.mrd);
        switch (pins.command) {
        case 0: mode(pins); break;
        case 1: refresh(); break;
        case 2: precharge(pins); break;
        case 3: activate(pins); break;
        case 4: case 5: burst(pins); break;
        default: fail("burst terminate, which is not used", pins.command, 0);
        }
    }

private:
    static constexpr uint64_t RING = 32;
    struct Bank {
        bool open = false;
        uint64_t row = 0;
        // Cycles of the last such command or column; 0: never.
        uint64_t activated = 0, precharged = 0, written = 0, read_until = 0;
    };
    Bank banks[4];
    uint64_t now = 0, last_mode = 0, last_refresh = 0, last_activate = 0;
    uint64_t cas = 0, start_refreshes = 0;
    bool moded = false, refreshed_once = false;
    // The 8192 latest refreshes: the oldest is overwritten by the next.
    std::vector<uint64_t> history;
    size_t oldest = 0;
    uint64_t writing = 0, write_bank = 0, write_column = 0;
    bool out_valid[RING] = {};
    uint16_t out_column[RING] = {};

    void fail(const char* rule, uint64_t found, uint64_t expected) {
        if (!broken.empty()) return;
        char text[160];
        std::snprintf(text, sizeof text, "%s: expected %" PRIu64 ", found %" PRIu64
                      " in cycle %" PRIu64, rule, expected, found, now);
        broken = text;
    }

    // At least `least` picoseconds since cycle `since`, which may never have been.
    void wait(const char* rule, uint64_t since, uint64_t least) {
        uint64_t passed = (now - since) * rules.period;
        if (since != 0 && passed < least) fail(rule, passed, least);
    }

    void mode(const SdramPins& pins) {
        for (const Bank& bank : banks) {
            if (bank.open) fail("MODE with open banks", 1, 0);
            wait("tRP before MODE", bank.precharged, rules.rp);
        }
        wait("tRFC before MODE", last_refresh, rules.rfc);
        if (start_refreshes < 2) fail("refreshes before MODE", start_refreshes, 2);
        if ((pins.line & 0xf) != 3) fail("MODE burst of 8 in sequence", pins.line & 0xf, 3);
        cas = pins.line >> 4 & 7;
        uint64_t least = cas == 2 ? rules.period_cas2 : cas == 3 ? rules.period_cas3 : UINT64_MAX;
        if (rules.period < least) fail("period for the CAS latency", rules.period, least);
        if (pins.line >> 7 & 7 || pins.bank) fail("MODE bits that are 0", pins.line >> 7, 0);
        last_mode = now;
        moded = true;
    }

    void refresh() {
        for (const Bank& bank : banks) {
            if (bank.open) fail("REFRESH with open banks", 1, 0);
            wait("tRP before REFRESH", bank.precharged, rules.rp);
            wait("tRC before REFRESH", bank.activated, rules.rc);
        }
        wait("tRFC", last_refresh, rules.rfc);
        last_refresh = now;
        ++refreshes;
        if (!moded) ++start_refreshes;
        refreshed_once = true;
        if (history.size() < rules.rows) {
            history.push_back(now);
        } else {
            history[oldest] = now;
            oldest = (oldest + 1) % history.size();
        }
    }

    // As many refreshes as there are rows in every refresh time, and none put off for long.
    void check_refresh() {
        const uint64_t interval = rules.refresh / rules.rows;
        uint64_t waited = (now - last_refresh) * rules.period;
        if (waited > 9 * interval + 1000 * rules.period) fail("refresh in time", waited, 9 * interval);
        if (history.size() == rules.rows) {
            uint64_t all = (now - history[oldest]) * rules.period;
            uint64_t most = rules.refresh + 9 * interval;
            if (all > most) fail("tREF, the refresh of all rows", all, most);
        }
        for (const Bank& bank : banks) {
            uint64_t open = (now - bank.activated) * rules.period;
            if (bank.open && open > rules.ras_max) fail("tRAS, longest", open, rules.ras_max);
        }
    }

    void precharge(const SdramPins& pins) {
        for (uint32_t number = 0; number < 4; ++number) {
            if (!(pins.line >> 10 & 1) && number != pins.bank) continue;
            Bank& bank = banks[number];
            if (bank.open) {
                wait("tRAS", bank.activated, rules.ras);
                if (bank.written && now - bank.written < rules.wr)
                    fail("tWR", now - bank.written, rules.wr);
                if (writing > 0 && write_bank == number) fail("PRECHARGE in a write", writing, 0);
                if (now < bank.read_until) fail("PRECHARGE in a read", now, bank.read_until);
                bank.precharged = now;
            }
            bank.open = false;
        }
    }

    void activate(const SdramPins& pins) {
        Bank& bank = banks[pins.bank & 3];
        if (!moded) fail("ACTIVATE before MODE", 0, 1);
        if (bank.open) fail("ACTIVATE of an open bank", pins.bank, 0);
        wait("tRP", bank.precharged, rules.rp);
        wait("tRC", bank.activated, rules.rc);
        wait("tRRD", last_activate, rules.rrd);
        wait("tRFC", last_refresh, rules.rfc);
        if (pins.line >= rules.rows) fail("row", pins.line, rules.rows);
        bank.open = true;
        bank.row = pins.line % rules.rows;
        bank.activated = last_activate = now;
        ++activates;
    }

    void burst(const SdramPins& pins) {
        Bank& bank = banks[pins.bank & 3];
        if (!bank.open) fail("READ or WRITE of a closed bank", pins.bank, 0);
        wait("tRCD", bank.activated, rules.rcd);
        if (pins.line >> 10) fail("automatic precharge, which is not used", pins.line, 0);
        if (pins.line >= rules.columns) fail("column", pins.line, rules.columns);
        const uint64_t column = pins.line % rules.columns;
        if (pins.command == 5) {
            ++reads;
            for (uint64_t i = 0; i < 8; ++i) {
                uint64_t place = (now - 1 + cas + i) % RING;
                out_valid[place] = true;
                out_column[place] = words[address(bank, pins.bank, column, i)];
            }
            // PRECHARGE cuts a burst off CAS latency - 1 cycles before its last column.
            bank.read_until = now + 8;
            return;
        }
        ++writes;
        writing = 8;
        write_bank = pins.bank & 3;
        write_column = column;
        for (uint64_t i = 0; i < RING; ++i)
            if (out_valid[i]) fail("WRITE while a read is on its way", i, 0);
        write(pins);
    }

    void write(const SdramPins& pins) {
        Bank& bank = banks[write_bank];
        if (!pins.drive) fail("data of a write", 0, 1);
        uint16_t& word = words[address(bank, write_bank, write_column, 8 - writing)];
        const uint16_t mask = (pins.mask & 1 ? 0x00ff : 0) | (pins.mask & 2 ? 0xff00 : 0);
        word = uint16_t((word & mask) | (pins.column & ~mask));
        bank.written = now;
        --writing;
    }

    // Columns go round within a block of 8.
    uint64_t address(const Bank& bank, uint64_t number, uint64_t column, uint64_t i) const {
        uint64_t wrapped = (column & ~uint64_t(7)) | ((column + i) & 7);
        return ((number & 3) * rules.rows + bank.row) * rules.columns + wrapped;
    }
};

// Where the controller (hdl/src/memory/commands.rs) keeps byte `address` of the matrix list: its word.
inline uint64_t sdram_word(const SdramRules& rules, uint32_t address) {
    const uint64_t bank = (address >> 10 ^ address >> 14) & 3;
    const uint64_t row = address >> 12, column = address >> 1 & 511;
    return (bank * rules.rows + row) * rules.columns + column;
}
