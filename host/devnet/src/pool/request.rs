//! Requests of a miner, one in each line.
//!
//! The pool is written in Go: bytes that are no UTF-8 are read as U+FFFD, unknown fields are passed
//! over, and a missing text is an empty one.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// A line of a miner. Anything else that is JSON, or none, ends the connection.
#[derive(Debug, Deserialize)]
pub struct Request<'a> {
    /// What the answer is to be known by, any JSON.
    #[serde(borrow, default)]
    pub id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub method: Cow<'a, str>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub struct Login {
    /// The account, and with a full stop behind it the worker. Anything goes.
    #[serde(default)]
    pub login: String,
    #[serde(default)]
    pub agent: String,
}

#[derive(Debug, Deserialize)]
pub struct Submit {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub job_id: serde_json::Value,
    /// The nonce, hexadecimal, the most significant digit first.
    #[serde(default)]
    pub nonce: String,
}

impl<'a> Request<'a> {
    /// Reads a line, without its end.
    pub fn parse(line: &'a str) -> Option<Self> {
        // A list would be read as the fields in their order.
        let request = line.trim_start().starts_with('{');
        request.then(|| serde_json::from_str(line).ok()).flatten()
    }

    /// The parameters, if they are an object with the right types.
    pub fn params<P: DeserializeOwned>(&self) -> Option<P> {
        let params = self.params?.get();
        let object = params.starts_with('{');
        object.then(|| serde_json::from_str(params).ok()).flatten()
    }
}

/// A job id: a decimal number of 64 bits, in quotes.
pub fn job_id(value: &serde_json::Value) -> Option<u64> {
    let text = value.as_str()?;
    // Rust takes a sign, which Go does not.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// A nonce: 1 to 16 hexadecimal digits, lower case, the most significant first.
pub fn nonce(text: &str) -> Option<u64> {
    let digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let good = text.len() <= 16 && text.bytes().all(digit);
    good.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_kept_as_they_were_written() {
        for id in ["1", "\"a\"", "1.50", "18446744073709551616", "[1, {}]"] {
            let line = format!(r#"{{"id": {id}, "method": "x"}}"#);
            assert_eq!(Request::parse(&line).unwrap().id.unwrap().get(), id);
        }
        for line in [r#"{"method": "x"}"#, r#"{"id": null}"#] {
            assert!(Request::parse(line).unwrap().id.is_none());
        }
    }

    #[test]
    fn what_is_no_request_is_none() {
        for line in [
            "",
            "[]",
            "[1, \"login\"]",
            "null",
            "{",
            "{} {}",
            r#"{"method": 1}"#,
        ] {
            assert!(Request::parse(line).is_none(), "{line}");
        }
    }

    #[test]
    fn parameters_of_a_wrong_shape_are_none() {
        let login = |params: &str| {
            let line = format!(r#"{{"method": "login", "params": {params}}}"#);
            Request::parse(&line).unwrap().params::<Login>()
        };
        assert_eq!(login(r#"{"login": "a", "pass": 1}"#).unwrap().login, "a");
        for params in ["null", "[\"a\", \"x\"]", r#"{"login": 1}"#] {
            assert!(login(params).is_none(), "{params}");
        }
    }

    #[test]
    fn job_ids_are_decimal_and_quoted_and_nonces_lower_case() {
        assert_eq!(job_id(&json!("18446744073709551615")), Some(u64::MAX));
        for bad in [
            json!("18446744073709551616"),
            json!("+1"),
            json!(""),
            json!(1),
        ] {
            assert_eq!(job_id(&bad), None, "{bad}");
        }
        assert_eq!(nonce("1f"), Some(31));
        assert_eq!(nonce("ffffffffffffffff"), Some(u64::MAX));
        for bad in ["", "1F", "+1", "0x1", "00000000000000000"] {
            assert_eq!(nonce(bad), None, "{bad}");
        }
    }
}
