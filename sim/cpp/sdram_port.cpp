// The step loop around an SDRAM controller: requests as the core makes them, and the memory.

#include <cstdint>
#include <cstring>
#include <deque>

#include "clock.h"
#include "geometry.h"
#include "sdram.h"
#include <verilated.h>

struct Port {
    struct Request { bool write; uint32_t address, beats; std::vector<uint8_t> data; };
    static constexpr uint32_t BEAT_BYTES = 4 * BEAT_WORDS;

    VerilatedContext context;
    Vmodel top;
    Sdram memory;
    std::deque<Request> requests;
    // Beats of the write that was taken and not sent yet.
    std::deque<std::vector<uint8_t>> outgoing;
    std::vector<uint8_t> answers, taken;
    uint64_t expected = 0, cycle = 0;

    explicit Port(const SdramRules& rules)
        : context{}, top{(context.threads(1), &context)}, memory{rules} {}

    // As the core does, the next write's beats are offered only when the write was taken.
    bool idle() const { return requests.empty() && outgoing.empty() && answers.size() >= expected; }

    void tick() {
        const bool taken = top.request && top.request_ready;
        const bool sent = top.write_valid && top.write_ready;
        rise(top, top.rootp, 0);
        if (taken) {
            Request& request = requests.front();
            if (request.write) {
                for (uint32_t i = 0; i < request.beats; ++i) {
                    auto first = request.data.begin() + i * BEAT_BYTES;
                    outgoing.emplace_back(first, first + BEAT_BYTES);
                }
            } else {
                expected += uint64_t(request.beats) * BEAT_BYTES;
            }
            requests.pop_front();
        }
        if (sent) outgoing.pop_front();
        if (top.data_valid) {
            uint32_t words[BEAT_WORDS];
#define X(i, port) words[i] = top.port;
            EACH_DATA
#undef X
            auto bytes = reinterpret_cast<const uint8_t*>(words);
            answers.insert(answers.end(), bytes, bytes + BEAT_BYTES);
        }
        top.request = !requests.empty();
        if (top.request) {
            top.request_write = requests.front().write;
            top.address = requests.front().address;
            top.beats = requests.front().beats;
        }
        top.write_valid = !outgoing.empty();
        if (top.write_valid) {
            uint32_t words[BEAT_WORDS];
            std::memcpy(words, outgoing.front().data(), BEAT_BYTES);
#define X(i, port) top.port = words[i];
            EACH_WRITE_BEAT
#undef X
        }
        top.column_in = memory.drives() ? memory.out() : 0xdead;
        memory.tick({true, false, top.command, top.bank, top.line, 0, top.column_out, bool(top.drive)});
        ++cycle;
    }
};

extern "C" {

Port* port_new(const SdramRules* rules) {
    Port* port = new Port(*rules);
    port->top.clock = 0;
    port->top.eval();
    return port;
}

void port_delete(Port* port) {
    Verilated::threadContextp(&port->context);
    port->top.final();
    delete port;
}

// Appends a request; `data` is what is written, or null for a read.
void port_request(Port* port, uint32_t address, uint32_t beats, const uint8_t* data) {
    Port::Request request{data != nullptr, address, beats, {}};
    if (data) request.data.assign(data, data + beats * Port::BEAT_BYTES);
    port->requests.push_back(std::move(request));
}

// Steps until all requests are answered, at most `cycles` times; returns the cycles stepped.
uint64_t port_step(Port* port, uint64_t cycles) {
    uint64_t stepped = 0;
    while (stepped < cycles && !port->idle()) {
        port->tick();
        ++stepped;
    }
    return stepped;
}

// Steps whether or not there is something to do.
void port_wait(Port* port, uint64_t cycles) {
    for (uint64_t i = 0; i < cycles; ++i) port->tick();
}

// Resets the controller for 16 cycles, and forgets all requests.
void port_reset(Port* port) {
    port->requests.clear();
    port->outgoing.clear();
    port->top.request = port->top.write_valid = 0;
    port->top.reset = 1;
    for (int i = 0; i < 16; ++i) port->tick();
    port->top.reset = 0;
    port->answers.clear();
    port->expected = 0;
}

// The bytes read since the last call; valid until the next.
const uint8_t* port_answers(Port* port, size_t* count) {
    port->taken.clear();
    port->taken.swap(port->answers);
    port->expected -= port->taken.size();
    *count = port->taken.size();
    return port->taken.data();
}

uint16_t port_word(const Port* port, uint32_t address) {
    return port->memory.words[sdram_word(port->memory.rules, address)];
}

// Reads, writes, activates and refreshes that the memory has seen.
void port_counts(const Port* port, uint64_t* counts) {
    const Sdram& memory = port->memory;
    const uint64_t now[4] = {memory.reads, memory.writes, memory.activates, memory.refreshes};
    std::memcpy(counts, now, sizeof now);
}

// The first rule that was broken, or null.
const char* port_broken(const Port* port) {
    return port->memory.broken.empty() ? nullptr : port->memory.broken.c_str();
}

}  // extern "C"
