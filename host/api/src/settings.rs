//! Settings of the API: addresses, token, allowed host names.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::uri::Authority;
use tensority_secret::Secret;

/// Addresses and access rules. By default nothing is served.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where the HTTP API and the metrics are; port 0 is any free port. An address that is not of
    /// the loopback interface needs a token.
    pub listen: Option<SocketAddr>,
    /// What a client must know to ask for something; without one nobody can. Looking needs none.
    pub token: Option<Secret>,
    /// Names by which clients may call this machine, without ports, beside `localhost` and the
    /// address that they connect to.
    pub allowed_hosts: Vec<String>,
    /// Where the API of fleet tools is, on port 4028 by custom. Whoever reaches it can look.
    pub fleet_listen: Option<SocketAddr>,
    /// The file of the history that the miner keeps, if it keeps one.
    pub history: Option<PathBuf>,
}

impl Settings {
    /// Whether this is safe to serve and makes sense.
    pub(crate) fn check(&self) -> Result<(), StartError> {
        if let Some(token) = self.token.as_ref().map(Secret::reveal) {
            if token.is_empty() {
                return Err(StartError::EmptyToken);
            }
            if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(StartError::BadToken);
            }
        }
        let loopback = |address: &SocketAddr| address.ip().to_canonical().is_loopback();
        match &self.listen {
            Some(address) if !loopback(address) && self.token.is_none() => {
                return Err(StartError::NotLoopback(*address));
            }
            _ => {}
        }
        let bad = self.allowed_hosts.iter().find(|name| !is_host(name));
        bad.map_or(Ok(()), |name| Err(StartError::BadHost(name.clone())))
    }
}

/// Whether this is the name of a host and nothing else.
fn is_host(name: &str) -> bool {
    let authority: Result<Authority, _> = name.parse();
    authority.is_ok_and(|authority| authority.host() == name)
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can be reached from elsewhere, and there is no token.
    #[error(
        "expected a loopback address for the API, found {0}, which other machines reach: \
         use 127.0.0.1 or [::1], or configure a token"
    )]
    NotLoopback(SocketAddr),
    /// The token is empty.
    #[error("expected a token for the API, found an empty one: write one, or leave it out")]
    EmptyToken,
    /// The token cannot stand in the header of a request.
    #[error(
        "expected a token of visible ASCII characters for the API, found others: \
         leave out spaces, line ends and accents"
    )]
    BadToken,
    /// What should be the name of a host is none.
    #[error(
        "expected a host's name such as miner.lan among those allowed, found {0:?}: \
         leave out scheme, port and path"
    )]
    BadHost(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another port, or 0 for any")]
    #[allow(missing_docs)]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    /// The system gives no thread to serve with.
    #[error("cannot start to serve: {0}")]
    Thread(#[source] io::Error),
}
