// Both ends of a serial line, bit by bit: 8 data bits, no parity, 1 stop bit.

#pragma once

#include <cstdint>
#include <deque>
#include <vector>

// What the host sends, as the level of the line.
struct Sender {
    uint32_t divisor;
    std::deque<uint8_t> bytes;
    uint32_t shift = 0, bits = 0, left = 0;
    // The cycle after the last stop bit.
    uint64_t end = 0;

    // The level in the cycle that begins.
    bool level(uint64_t cycle) {
        if (left == 0) {
            if (bits > 0) { shift >>= 1; --bits; }
            if (bits == 0) {
                if (bytes.empty()) return true;
                shift = uint32_t(bytes.front()) << 1 | 1 << 9;
                bits = 10;
                bytes.pop_front();
                end = cycle + uint64_t(divisor) * 10;
            }
            left = divisor;
        }
        --left;
        return shift & 1;
    }
};

// What the host receives.
struct Listener {
    uint32_t divisor;
    std::vector<uint8_t> bytes;
    uint32_t shift = 0, bits = 0, left = 0;

    void level(bool line) {
        if (bits == 0) {
            if (line) return;
            bits = 10;
            left = divisor / 2;
            shift = 0;
        }
        if (left-- > 0) return;
        left = divisor - 1;
        shift = shift >> 1 | uint32_t(line) << 9;
        if (--bits == 0) bytes.push_back(uint8_t(shift >> 1));
    }
};
