//! The picture of the chip.
