//! What several tests need.

#![allow(dead_code, reason = "each test uses a part")]

pub mod fake;
pub mod model;
pub mod noise;
