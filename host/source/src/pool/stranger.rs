//! Servers that are no pools, by the first bytes that they say.

use crate::event::Reason;

/// What a server seems to speak that is no pool of this kind, by what it says first. A pool behind a broken proxy may
/// begin so, too.
pub fn recognise(first: &[u8], is_tls: bool) -> Option<Reason> {
    // An alert or a handshake, of some version 3.
    if !is_tls && matches!(first, [0x15 | 0x16, 3, ..]) {
        let text = "the pool speaks TLS at this port; write its address as stratum+ssl://HOST:PORT";
        return Some(Reason::new("tls", text));
    }
    if first.starts_with(b"HTTP/") {
        let scheme = if is_tls { "https" } else { "http" };
        let text = format!(
            "the server speaks HTTP and not stratum; write the address of a node as {scheme}://HOST:PORT, and \
             look for another port if it is a pool"
        );
        return Some(Reason::new("http", text));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pool_is_known_by_its_first_bytes() {
        let says = |first: &[u8], is_tls| recognise(first, is_tls).map(|reason| reason.text);
        assert!(
            says(b"\x15\x03\x01\x00\x02", false)
                .unwrap()
                .contains("stratum+ssl://")
        );
        assert!(
            says(b"HTTP/1.1 400 Bad Request", false)
                .unwrap()
                .contains("as http://")
        );
        assert!(
            says(b"HTTP/1.1 400 Bad Request", true)
                .unwrap()
                .contains("as https://")
        );
        for pool in [&b"{\"id\":1"[..], b"", b"\x15", b"HTTP", b"\n{"] {
            assert_eq!(says(pool, false), None);
        }
    }
}
