//! Access rules against strangers, and web pages that make a browser talk to the miner.
//!
//! A page of another site may send requests here (its `Origin` tells), or have the name of its own
//! site resolve to this machine (the name in `Host` tells). Neither gets an answer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;
use tensority_secret::Secret;

use crate::refusal::Refusal;

#[derive(Debug)]
pub struct Guard {
    token: Option<Secret>,
    allowed_hosts: Vec<String>,
}

impl Guard {
    /// Asks for the token where something is changed; the hosts are names of this machine.
    pub fn new(token: Option<Secret>, allowed_hosts: Vec<String>) -> Self {
        Self {
            token,
            allowed_hosts,
        }
    }

    /// Whether a client that sends these headers may change something. How long that takes tells
    /// nothing of the token but its length.
    pub fn may_write(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(token) = &self.token else {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "expected a miner that takes commands, found one without a token: give it `token` or \
                 `token_file` under [api], and send that as `Authorization: Bearer TOKEN`",
            ));
        };
        let found = match headers.get(AUTHORIZATION).map(bearer) {
            Some(Some(sent)) if sent.ct_eq(token.reveal().as_bytes()).into() => return Ok(()),
            Some(Some(_)) => "another token",
            Some(None) => "another scheme",
            None => "no such header",
        };
        let error =
            format!("expected `Authorization: Bearer` with the miner's token, found {found}");
        Err(Refusal::new(StatusCode::UNAUTHORIZED, error))
    }

    /// Whether a client that connected to `address` and sends these headers means this machine, and
    /// is no page of another one.
    fn may_ask(&self, request: &Request, address: IpAddr) -> Result<(), Refusal> {
        let host = only_host(request.headers())?;
        // The target of a request can name a host too, and then counts more than the header.
        let target = request.uri().authority().unwrap_or(&host);
        for named in [&host, target] {
            if !self.is_allowed(named, address) {
                return Err(Refusal::new(
                    StatusCode::MISDIRECTED_REQUEST,
                    format!(
                        "expected the name of this machine in the URL, found {:?}: use localhost or \
                         {address}, or add the name to the allowed hosts of the miner's API",
                        named.host()
                    ),
                ));
            }
        }
        for origin in request.headers().get_all(ORIGIN) {
            if !is_same_site(origin, &host) {
                return Err(Refusal::new(
                    StatusCode::FORBIDDEN,
                    format!(
                        "expected a request from http://{host} or from no web page, found one from {origin:?}"
                    ),
                ));
            }
        }
        Ok(())
    }

    fn is_allowed(&self, named: &Authority, address: IpAddr) -> bool {
        if named.as_str().contains('@') {
            return false;
        }
        let name = named.host();
        let literal = name.trim_matches(['[', ']']);
        match literal.parse::<IpAddr>() {
            Ok(ip) => {
                let own: [IpAddr; 3] = [
                    Ipv4Addr::LOCALHOST.into(),
                    Ipv6Addr::LOCALHOST.into(),
                    address,
                ];
                own.contains(&ip.to_canonical()) || self.lists(name)
            }
            Err(_) => name.eq_ignore_ascii_case("localhost") || self.lists(name),
        }
    }

    fn lists(&self, name: &str) -> bool {
        let mut allowed = self.allowed_hosts.iter();
        allowed.any(|host| host.eq_ignore_ascii_case(name))
    }
}

fn bearer(authorization: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = authorization.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
}

/// The host that a request names; there must be one.
fn only_host(headers: &HeaderMap) -> Result<Authority, Refusal> {
    let mut all = headers.get_all(HOST).iter();
    let only = match (all.next(), all.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).ok(),
        _ => None,
    };
    only.ok_or_else(|| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "expected one Host header with the name of this machine, found none, several or another thing",
        )
    })
}

/// Whether an origin is a page that came from the host, by whatever scheme.
fn is_same_site(origin: &HeaderValue, host: &Authority) -> bool {
    let origin = origin.to_str().unwrap_or_default();
    let site = ["http://", "https://"]
        .iter()
        .find_map(|scheme| origin.strip_prefix(scheme));
    site.is_some_and(|site| site.eq_ignore_ascii_case(host.as_str()))
}

/// Lets those through that may ask, over a connection to the address.
pub async fn watch(
    State((guard, address)): State<(Arc<Guard>, IpAddr)>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match guard.may_ask(&request, address) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
