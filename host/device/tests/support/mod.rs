//! Lines and devices for several tests.

#![allow(dead_code, reason = "each test uses a part")]

pub mod fake;
pub mod model;
pub mod noise;
pub mod record;
pub mod replay;
