// A clock cycle of a model for the price of one evaluation.
//
// Verilator looks for the rising edge by comparing the clock with what it was at the evaluation
// before. Telling it that it was 0 saves the evaluation with the clock at 0, which would only carry
// the inputs through logic that the next evaluation goes through anyway. The class's own eval() also
// looks after threads and messages, of which there are none. A model that writes waveforms shows both
// halves of the clock, so it is evaluated twice.

#pragma once

#include "Vmodel.h"
#include "Vmodel___024root.h"

void Vmodel___024root___eval(Vmodel___024root* root);

// Both halves of a cycle: for models with clocks that are made of their input, each of which Verilator watches.
inline void both_halves(Vmodel& top) {
    top.clock = 0;
    top.eval();
    top.clock = 1;
    top.eval();
}

// The rising edge, with the inputs that are set, of a model whose only clock is its input.
template <class Root>
auto rise(Vmodel&, Root* root, int) -> decltype(root->__Vtrigprevexpr___TOP__clock__0 = 0, void()) {
    root->clock = 1;
    root->__Vtrigprevexpr___TOP__clock__0 = 0;
    Vmodel___024root___eval(root);
}

// The same where Verilator keeps what it was elsewhere.
template <class Root>
void rise(Vmodel& top, Root*, long) {
    both_halves(top);
}
