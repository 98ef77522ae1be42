//! Recorded exchanges with a node over HTTP.

use serde::Deserialize;

use crate::{Origin, load};

/// A request to a node, a POST, and its answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeCapture {
    pub name: String,
    pub origin: Origin,
    /// The exchanges with the same flow happened in this order.
    pub flow: String,
    pub note: String,
    pub request: NodeRequest,
    /// Nothing if the node closed the connection instead.
    pub response: Option<NodeResponse>,
}

/// The request of a [`NodeCapture`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeRequest {
    pub path: String,
    /// The body to the last byte.
    pub body: String,
}

/// The answer of a [`NodeCapture`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeResponse {
    pub status: u16,
    /// The body to the last byte.
    pub body: String,
}

/// Recorded exchanges with a node that gives out work.
pub fn node_captures() -> Vec<NodeCapture> {
    load(include_str!("../data/node_captures.json"))
}
