//! The controller's program on the model of the chip, turn by turn.

mod bench;
mod endings;
mod events;
mod line;
mod ranges;
mod requests;
mod self_test;
mod soak;
mod update;
mod watchdog;
