//! Addresses of nodes and pools.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use tensority_secret::Secret;
use ureq::http::Uri;
use ureq::http::uri::Authority;

/// Where a source is. It shows itself without secrets.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Address {
    Node(NodeUrl),
    Pool(PoolUrl),
}

/// Where a node is: `http://HOST:PORT` or `https://HOST:PORT`, with `ID:SECRET@` in front of the host
/// if it asks for an access token, and a path behind it if it is not at the root. It shows itself
/// without the token.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeUrl {
    /// Without the token and without a slash at the end.
    base: String,
    token: Option<(String, Secret)>,
}

/// Where a pool is: `stratum+tcp://HOST:PORT`, or `stratum+ssl://HOST:PORT` over TLS.
#[derive(Clone, PartialEq, Eq)]
pub struct PoolUrl {
    host: String,
    port: u16,
    tls: bool,
}

/// Why a text is no address. It does not repeat the text, which may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct AddressError {
    expected: &'static str,
    found: String,
}

impl AddressError {
    fn new(expected: &'static str, found: impl Into<String>) -> Self {
        let found = found.into();
        Self { expected, found }
    }
}

const ANY: &str = "http[s]://HOST:PORT of a node or stratum+tcp://HOST:PORT (or stratum+ssl://) \
                   of a pool";
const NODE: &str = "http[s]://HOST:PORT of a node";
const POOL: &str = "stratum+tcp://HOST:PORT (or stratum+ssl://) of a pool";

const BAD_PORT: &str = "no port from 1 to 65535 behind the colon";

impl NodeUrl {
    /// The URL of a path that begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Whether an access token stands in it.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// The id and the secret of the access token.
    pub(crate) fn token(&self) -> Option<(&str, &Secret)> {
        let (id, secret) = self.token.as_ref()?;
        Some((id, secret))
    }

    fn new(uri: &Uri, authority: &Authority, scheme: &str) -> Result<Self, AddressError> {
        if uri.query().is_some() {
            return Err(AddressError::new(NODE, "a query"));
        }
        let (token, place) = match authority.as_str().rsplit_once('@') {
            Some((token, place)) => (Some(split_token(token)?), place),
            None => (None, authority.as_str()),
        };
        if authority.port_u16().is_none() && place != authority.host() {
            return Err(AddressError::new(NODE, BAD_PORT));
        }
        let path = uri.path().trim_end_matches('/');
        let base = format!("{scheme}://{place}{path}");
        Ok(Self { base, token })
    }
}

fn split_token(text: &str) -> Result<(String, Secret), AddressError> {
    let no_token = || AddressError::new("ID:SECRET in front of the @", "something else");
    let decode = |text| {
        let text = percent_decode_str(text).decode_utf8();
        text.map_err(|_| no_token())
    };
    let (id, secret) = text.split_once(':').ok_or_else(no_token)?;
    Ok((decode(id)?.into_owned(), Secret::new(decode(secret)?)))
}

impl PoolUrl {
    /// The name or address of the host, an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        self.host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(&self.host)
    }

    /// By default that of the scheme.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the connection is over TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    fn new(uri: &Uri, authority: &Authority, tls: bool) -> Result<Self, AddressError> {
        let found = |found: &str| Err(AddressError::new(POOL, found));
        if authority.as_str().contains('@') {
            return found("a user in front of the host; give it by itself");
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return found("a path behind the port");
        }
        if authority.as_str() == authority.host() {
            return found(
                "no port; ask the pool for it, and put it behind the host, as in `:3333`",
            );
        }
        let Some(port) = authority.port_u16().filter(|&port| port > 0) else {
            return found(BAD_PORT);
        };
        let host = authority.host().to_owned();
        Ok(Self { host, port, tls })
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.contains(char::is_whitespace) {
            return Err(AddressError::new(ANY, "a blank in it; take it out"));
        }
        if let Some(quote) = text.chars().find(|it| {
            "\"'\u{2018}\u{2019}\u{201a}\u{201c}\u{201d}\u{201e}\u{ab}\u{bb}".contains(*it)
        }) {
            return Err(AddressError::new(
                ANY,
                format!("the quotation mark {quote} in it; take it out"),
            ));
        }
        // A scheme is the same in capitals.
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        if is_bare_ipv6(rest) {
            let found = "an IPv6 address without brackets; write it as `[::1]:9888`";
            return Err(AddressError::new(ANY, found));
        }
        let text = match scheme {
            "" => text.to_owned(),
            scheme => format!("{}://{rest}", scheme.to_ascii_lowercase()),
        };
        let Ok(uri) = text.parse::<Uri>() else {
            return Err(AddressError::new(ANY, "what is no URL"));
        };
        let Some(scheme) = uri.scheme_str() else {
            let found = "no scheme; put `http://` or `stratum+tcp://` in front";
            return Err(AddressError::new(ANY, found));
        };
        let Some(authority) = uri.authority().filter(|it| !it.host().is_empty()) else {
            return Err(AddressError::new(ANY, "no host"));
        };
        match scheme {
            "http" | "https" => NodeUrl::new(&uri, authority, scheme).map(Self::Node),
            "stratum+tcp" | "stratum" => PoolUrl::new(&uri, authority, false).map(Self::Pool),
            "stratum+ssl" | "stratum+tls" => PoolUrl::new(&uri, authority, true).map(Self::Pool),
            _ => Err(AddressError::new(ANY, format!("the scheme `{scheme}`"))),
        }
    }
}

/// Whether what follows a scheme begins with an IPv6 address that has no brackets.
fn is_bare_ipv6(rest: &str) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let place = authority
        .rsplit_once('@')
        .map_or(authority, |(_, place)| place);
    !place.starts_with('[') && place.matches(':').count() > 1
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(url) => fmt::Display::fmt(url, f),
            Self::Pool(url) => fmt::Display::fmt(url, f),
        }
    }
}

impl fmt::Display for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

impl fmt::Display for PoolUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls {
            "stratum+ssl"
        } else {
            "stratum+tcp"
        };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for PoolUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Result<String, String> {
        let address = text.parse::<Address>().map_err(|error| error.to_string())?;
        Ok(address.to_string())
    }

    #[test]
    fn an_address_says_itself_in_one_way() {
        for (text, shown) in [
            ("http://10.0.0.1:9888", "http://10.0.0.1:9888"),
            ("http://10.0.0.1:9888/", "http://10.0.0.1:9888"),
            ("https://node", "https://node"),
            ("http://[::1]:9888/x/", "http://[::1]:9888/x"),
            ("stratum+tcp://pool:3333", "stratum+tcp://pool:3333"),
            ("stratum://pool:3333/", "stratum+tcp://pool:3333"),
            ("stratum+ssl://[::1]:443", "stratum+ssl://[::1]:443"),
            ("stratum+tls://pool:443", "stratum+ssl://pool:443"),
            ("HTTP://10.0.0.1:9888", "http://10.0.0.1:9888"),
            ("Stratum+TCP://pool:3333", "stratum+tcp://pool:3333"),
        ] {
            assert_eq!(show(text).as_deref(), Ok(shown));
            assert_eq!(show(shown).as_deref(), Ok(shown));
        }
    }

    #[test]
    fn a_pool_has_a_host_a_port_and_perhaps_tls() {
        let Ok(Address::Pool(url)) = "stratum+tls://[::1]:443".parse() else {
            panic!("no pool");
        };
        assert_eq!((url.host(), url.port(), url.is_tls()), ("::1", 443, true));
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_is_wrong() {
        for (bad, word) in [
            ("gopher://node:1", "`gopher`"),
            ("10.0.0.1:9888", "http://"),
            ("", "no URL"),
            ("http://", "no URL"),
            ("http://node/?x=1", "query"),
            ("http://token@node", "ID:SECRET"),
            ("stratum+tcp://pool", "no port; ask"),
            ("stratum+tcp://[::1]", "no port; ask"),
            ("stratum+tcp://pool:", "no port from"),
            ("stratum+tcp://pool:0", "no port from"),
            ("stratum+tcp://pool:99999", "no port from"),
            ("stratum+tcp://::1:3333", "brackets"),
            ("http://me:hush@fe80::1", "brackets"),
            ("http://node:9888 ", "a blank"),
            ("stratum+tcp://me:hush @pool:1", "a blank"),
            ("http://node:99999", "port"),
            ("stratum+tcp://pool:1/x", "path"),
            ("stratum+tcp://me:hush@pool:1", "user"),
        ] {
            let reason = show(bad).unwrap_err();
            assert!(reason.contains(word), "{bad}: {reason}");
            assert!(!reason.contains("hush"), "{reason}");
        }
    }

    #[test]
    fn a_token_is_kept_and_never_shown() {
        let address = "http://me:hu%40sh@node:1".parse().unwrap();
        assert_eq!(
            format!("{address} {address:?}"),
            "http://node:1 http://node:1"
        );
        let Address::Node(url) = address else {
            panic!("no node");
        };
        assert_eq!(url.token(), Some(("me", &Secret::new("hu@sh"))));
        assert_eq!(url.join("/get-work"), "http://node:1/get-work");
    }
}
