//! What a node says over HTTP.

use crate::{Origin, load};
use serde::Deserialize;

/// A request to a node, a POST, and what the node answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeCapture {
    /// What the exchange is called.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The exchanges with the same flow happened in this order.
    pub flow: String,
    /// What it shows.
    pub note: String,
    /// What was asked.
    pub request: NodeRequest,
    /// What was answered, or nothing if the node closed the connection instead.
    pub response: Option<NodeResponse>,
}

/// The request of a [`NodeCapture`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeRequest {
    /// The path of the URL.
    pub path: String,
    /// The body to the last byte.
    pub body: String,
}

/// The answer of a [`NodeCapture`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body to the last byte.
    pub body: String,
}

/// Recorded exchanges with a node that gives out work.
pub fn node_captures() -> Vec<NodeCapture> {
    load(include_str!("../data/node_captures.json"))
}
