// The functional array: what hdl/src/core/array.rs computes, with its ports and its cycles, in C++.
//
// Rows are multiplied when their result is due. That is exact: between the cycle in which a cell
// would read a state byte and the cycle in which the result leaves the line, nothing writes it.

#include <cstdint>
#include <cstring>

#include <svdpi.h>

#include "geometry.h"

namespace {

constexpr uint32_t FIRST = 1 << 10, BANK = 1 << 8, SLOT = 0xff;
constexpr uint32_t CELLS = DIMENSION / 4;
// Cycles from `token` to `token_early` and to `token_out`.
constexpr uint32_t EARLY = CELLS + 6, OUT = CELLS + 10;
constexpr uint32_t RING = 128;

struct Array {
    uint32_t tokens[RING] = {};
    uint32_t now = 0;
    // State bytes in offset form; matrix rows as they are, in two sets that are used in turn.
    alignas(64) uint8_t state[2][DIMENSION][DIMENSION] = {};
    alignas(64) int8_t weights[2][LANES][DIMENSION] = {};
    int32_t bias[2][LANES] = {};
    uint32_t words = 0, filling = 0, filled = 0, used = 0;
};

int32_t dot(const uint8_t* state, const int8_t* weights) {
    int32_t sum = 0;
    for (uint32_t i = 0; i < DIMENSION; ++i) sum += int32_t(state[i]) * int32_t(weights[i]);
    return sum;
}

}  // namespace

extern "C" {

void* array_new() { return new Array; }

void array_weights(void* handle, const svBitVecVal* words) {
    Array& array = *static_cast<Array*>(handle);
    for (uint32_t lane = 0; lane < LANES; ++lane) {
        uint32_t word = words[lane] ^ 0x80808080;
        std::memcpy(&array.weights[array.filling][lane][4 * array.words], &word, 4);
    }
    if (++array.words < CELLS) return;
    for (uint32_t lane = 0; lane < LANES; ++lane) {
        int32_t sum = 0;
        for (int8_t weight : array.weights[array.filling][lane]) sum += weight;
        array.bias[array.filling][lane] = 128 * sum;
    }
    array.words = 0;
    array.filled = array.filling;
    array.filling ^= 1;
}

void array_write(void* handle, int address, int block, const svBitVecVal* bytes) {
    Array& array = *static_cast<Array*>(handle);
    uint8_t* row = array.state[(address & BANK) != 0][address & SLOT] + block * LANES;
    uint8_t copy[(LANES + 3) / 4 * 4];
    std::memcpy(copy, bytes, sizeof copy);
    for (uint32_t lane = 0; lane < LANES; ++lane) row[lane] = copy[lane] ^ 0x80;
}

void array_step(void* handle, int token, int* early, int* out, svBitVecVal* result) {
    Array& array = *static_cast<Array*>(handle);
    array.tokens[array.now % RING] = uint32_t(token);
    // A reset may have cut off the words of the block before.
    if (token & FIRST) array.words = 0;
    *early = int(array.tokens[(array.now - (EARLY - 1)) % RING]);
    uint32_t leaving = array.tokens[(array.now - (OUT - 1)) % RING];
    *out = int(leaving);
    ++array.now;
    if (leaving & FIRST) array.used = array.filled;
    const uint8_t* row = array.state[(leaving & BANK) != 0][leaving & SLOT];
    uint8_t bytes[(LANES + 3) / 4 * 4] = {};
    for (uint32_t lane = 0; lane < LANES; ++lane) {
        int32_t sum = dot(row, array.weights[array.used][lane]) - array.bias[array.used][lane];
        bytes[lane] = uint8_t(sum) + uint8_t(sum >> 8);
    }
    std::memcpy(result, bytes, sizeof bytes);
}

}  // extern "C"
