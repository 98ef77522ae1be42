//! The reference, the crate `tensority`, against every vector.

mod accepted_blocks;
mod bits;
mod hashing;
mod headers;
mod pairs;
mod seeds;
mod traces;
mod units;
