//! The node that is asked.

use tensority_config::{Overrides, SecretOf};
use tensority_source::{Address, Ledger, NodeError};

use super::Arguments;
use crate::failure::Failure;
use crate::{config, mine};

/// A node to ask, and how it is called.
pub struct Node {
    pub url: String,
    pub ledger: Ledger,
}

impl Node {
    /// What the node said instead of an answer, with what was asked.
    pub fn failure(&self, expected: &str, error: &NodeError) -> Failure {
        use tensority_command::exit::{PERMISSION, UNAVAILABLE, USAGE};
        let code = match error {
            NodeError::NoBlock | NodeError::NoAccount => USAGE,
            NodeError::Unauthorized(_) => PERMISSION,
            _ => UNAVAILABLE,
        };
        let url = &self.url;
        Failure::new(
            code,
            format!("expected {expected}, but the node at {url} {error}"),
        )
    }
}

/// The node of the arguments, else the first node of the configuration.
pub fn node(arguments: &Arguments) -> Result<Node, Failure> {
    let environment = tensority_config::of_process();
    let overrides = Overrides {
        urls: arguments.url.iter().cloned().collect(),
        user: arguments.user.clone(),
        pass: arguments.pass.clone(),
        ..Overrides::default()
    };
    let file = arguments.config.as_deref();
    let mut loaded = tensority_config::load_without_secrets(file, &environment, &overrides)?;
    let addresses = config::addresses(&loaded)?;
    config::certificates(&loaded)?;
    let mut nodes = addresses.iter().enumerate();
    let Some((number, url)) = nodes.find_map(|(number, address)| match address {
        Address::Node(url) => Some((number, url)),
        Address::Pool(_) => None,
    }) else {
        let found = match addresses.is_empty() {
            true => "none; give -o http://HOST:PORT",
            false => "a pool, whose blocks pay the pool; give -o http://HOST:PORT",
        };
        return Err(Failure::usage(format!(
            "expected a node to ask, found {found}"
        )));
    };
    loaded.read_secrets(&[SecretOf::Source(number)])?;
    config::warn(&loaded);
    let source = &loaded.config.sources[number];
    let settings = mine::source_settings(source, Address::Node(url.clone()));
    Ok(Node {
        url: url.to_string(),
        ledger: Ledger::new(url, &settings)?,
    })
}
