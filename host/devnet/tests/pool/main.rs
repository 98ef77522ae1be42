//! The development pool against recorded traffic, good and misbehaving.

mod captures;
mod common;
mod misbehaviour;
mod session;
