//! The development node against recorded traffic and over HTTP.

mod captures;
mod common;
mod payments;
mod server;
