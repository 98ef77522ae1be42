// The ports of inference, which a core without it lacks (hdl/src/core/infer.rs).
//
// geometry.h is that of the model: INFER is 1 or 0, TAPE(top) whether a request is for the memory of tapes, and
// TAPE_BYTES the size of that.

#pragma once

#include <cstdint>

#include "Vmodel.h"
#include "geometry.h"

// As Rust reads it (src/model/core.rs).
struct InferState {
    uint64_t paused;
    uint32_t output_count;
    bool ready, fault, claimed;
};

#if INFER

inline uint32_t made_byte(const Vmodel& top) {
    if (!top.trace_made__0240) return 0;
    return 1u << 31 | uint32_t(top.trace_made_report__0240) << 24 |
           uint32_t(top.trace_made_slot__0240) << 16 | uint32_t(top.trace_made_column__0240) << 8 |
           uint32_t(top.trace_made_byte__0240);
}

inline void put_word(Vmodel& top, uint8_t index, uint32_t word, bool write) {
    top.buffer_write__0240 = write;
    top.buffer_index__0240 = index;
    top.buffer_word__0240 = word;
}

inline void start(Vmodel& top, bool storing, uint32_t address, bool begin) {
    top.infer_start__0240 = begin;
    top.infer_storing__0240 = storing;
    top.infer_address__0240 = address;
}

inline void cancel(Vmodel& top, bool cancelled) { top.infer_cancel__0240 = cancelled; }

inline void ask_output(Vmodel& top, uint32_t address) { top.output_address__0240 = address; }

inline uint8_t output_byte(const Vmodel& top) { return top.output_byte__0240; }

inline InferState state(const Vmodel& top) {
    return {top.paused_count__0240, top.output_count__0240, bool(top.infer_ready__0240),
            bool(top.infer_fault__0240), bool(top.tape__0240)};
}

#else

inline void put_word(Vmodel&, uint8_t, uint32_t, bool) {}
inline void start(Vmodel&, bool, uint32_t, bool) {}
inline void cancel(Vmodel&, bool) {}
inline void ask_output(Vmodel&, uint32_t) {}
inline uint8_t output_byte(const Vmodel&) { return 0; }
inline InferState state(const Vmodel&) { return {}; }

#endif
