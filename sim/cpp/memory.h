// The memories of the matrix list and of tapes behind a model's memory port (hdl/src/core/memory_port.rs).
//
// Ideal but for what it is told: requests are served in order, a beat a cycle, `latency` cycles after
// they came, with a stall in `stall` of 256 cycles. geometry.h is that of the model.

#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

#include "geometry.h"

constexpr uint32_t MATRIX = DIMENSION * DIMENSION;

struct Memory {
    struct Request { bool write; bool tape; uint32_t address; uint32_t beats; uint64_t due; };

    static constexpr uint32_t BEAT_BYTES = 4 * BEAT_WORDS;
    static constexpr size_t REQUESTS = 8;

    std::vector<uint8_t> bytes = std::vector<uint8_t>(MATRIX * DIMENSION);
    // Of a core with inference.
    std::vector<uint8_t> tapes = std::vector<uint8_t>(TAPE_BYTES);
    std::deque<Request> requests;
    // Requests taken since power-up.
    uint64_t taken = 0;
    uint32_t latency = 1, stall = 0;
    uint64_t random = 1;

    // True in `stall` of 256 cycles; xorshift.
    bool stalls() {
        if (stall == 0) return false;
        random ^= random << 13; random ^= random >> 7; random ^= random << 17;
        return (random >> 32) % 256 < stall;
    }

    // What the memory does in the cycle that begins: answers the oldest request, takes a new one.
    template <class Top>
    void serve(Top& top, uint64_t cycle) {
        top.data_valid = 0;
        top.write_ready = 0;
        if (!requests.empty() && requests.front().due <= cycle && !stalls()) {
            Request& request = requests.front();
            std::vector<uint8_t>& chosen = request.tape ? tapes : bytes;
            uint8_t* place = &chosen[request.address % chosen.size()];
            uint32_t words[BEAT_WORDS];
            bool served = true;
            if (!request.write) {
                std::memcpy(words, place, BEAT_BYTES);
#define X(i, port) top.port = words[i];
                EACH_DATA
#undef X
                top.data_valid = 1;
            } else if (top.write_valid) {
#define X(i, port) words[i] = top.port;
                EACH_WRITE_BEAT
#undef X
                std::memcpy(place, words, BEAT_BYTES);
                top.write_ready = 1;
            } else {
                served = false;
            }
            if (served) {
                request.address += BEAT_BYTES;
                if (--request.beats == 0) requests.pop_front();
            }
        }
        top.request_ready = requests.size() < REQUESTS && !stalls();
        if (top.request && top.request_ready) {
            ++taken;
            requests.push_back(
                {bool(top.request_write), bool(TAPE(top)), top.address, top.beats, cycle + latency});
        }
    }
};
