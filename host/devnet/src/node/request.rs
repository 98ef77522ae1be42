//! The body of a request, read as the JSON decoder of Bytom's node reads it.
//!
//! Bytom is written in Go, and what that decoder lets pass is part of the interface: bytes after
//! the first value, unknown fields, field names in any case, and `null`, which is as good as
//! nothing. A body it refuses is answered with its complaint. The recorded complaints are
//! reproduced to the letter; JSON that breaks off or is none is described in other words.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use tensority::BlockHeader;

use crate::node::Submission;

/// Why a request is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The body is not what it should be, for this reason.
    BadBody(String),
    /// The handler of Bytom's node panics, and the connection ends without an answer, for want of
    /// this.
    NoAnswer(&'static str),
}

/// Which block is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BlockName {
    Hash([u8; 32]),
    Height(u64),
}

const NO_BODY: Refused = Refused::NoAnswer("the body is null");
const NO_HEADER: Refused = Refused::NoAnswer("block_header is missing");
const NO_COMMITMENT: Refused = Refused::NoAnswer("block_header.block_commitment is missing");

/// The body of `/submit-work`: `{"block_header": "<hexadecimal>"}`. `None` without a header.
pub fn submit_work(body: &[u8]) -> Result<Option<Submission>, Refused> {
    let text = String::from_utf8_lossy(body);
    let request = top_level(&text, "api.SubmitWorkReq")?.ok_or(NO_BODY)?;
    let Some(header) = request.field("block_header") else {
        return Ok(None);
    };
    let header = string(header)?.ok_or_else(|| {
        let field = "SubmitWorkReq.block_header";
        wrong_type(kind(header), field, "*types.BlockHeader")
    })?;
    let bytes = hexadecimal(&header)?;
    let header = BlockHeader::deserialize(&bytes).map_err(|error| bad(header_complaint(&error)))?;
    Ok(Some(Submission {
        previous_block_hash: header.previous_block_hash,
        timestamp: header.timestamp,
        nonce: header.nonce,
    }))
}

/// The body of `/submit-work-json`: a header with its fields by name, all of which must have the
/// right type although only three are used. A missing integer or hash is zero.
pub fn submit_work_json(body: &[u8]) -> Result<Submission, Refused> {
    let text = String::from_utf8_lossy(body);
    let request = top_level(&text, "api.SubmitWorkJSONReq")?.ok_or(NO_BODY)?;
    let place = "SubmitWorkJSONReq.block_header";
    let header = request.object("block_header", place, "api.BlockHeaderJSON")?;
    let header = header.ok_or(NO_HEADER)?;
    header.integer("version", "BlockHeaderJSON.block_header.version")?;
    header.integer("height", "BlockHeaderJSON.block_header.height")?;
    let previous_block_hash = header.hash("previous_block_hash")?;
    let timestamp = header.integer("timestamp", "BlockHeaderJSON.block_header.timestamp")?;
    let nonce = header.integer("nonce", "BlockHeaderJSON.block_header.nonce")?;
    header.integer("bits", "BlockHeaderJSON.block_header.bits")?;
    let place = "BlockHeaderJSON.block_header.block_commitment";
    let commitment = header.object("block_commitment", place, "types.BlockCommitment")?;
    let commitment = commitment.ok_or(NO_COMMITMENT)?;
    commitment.hash("transaction_merkle_root")?;
    commitment.hash("transaction_status_hash")?;
    Ok(Submission {
        previous_block_hash,
        timestamp,
        nonce,
    })
}

/// The body of `/get-block-header` and `/get-raw-block`: `{"block_height": 1}` or `{"block_hash": "<hexadecimal>"}`. A
/// hash of any length but 32 bytes is not looked at, and no height is height 0.
pub fn block_name(body: &[u8]) -> Result<BlockName, Refused> {
    let text = String::from_utf8_lossy(body);
    let Some(request) = top_level(&text, "api.BlockReq")? else {
        return Ok(BlockName::Height(0));
    };
    let height = request.integer("block_height", "BlockReq.block_height")?;
    if let Some(hash) = request.field("block_hash") {
        let hash = string(hash)?
            .ok_or_else(|| wrong_type(kind(hash), "BlockReq.block_hash", "json.HexBytes"))?;
        if let Ok(hash) = hexadecimal(&hash)?.try_into() {
            return Ok(BlockName::Hash(hash));
        }
    }
    Ok(BlockName::Height(height))
}

/// The body of `/set-mining-address`: `{"mining_address": "sm1…"}`. Without one it is empty.
pub fn set_mining_address(body: &[u8]) -> Result<String, Refused> {
    let text = String::from_utf8_lossy(body);
    let Some(request) = top_level(&text, "struct { MiningAddress string }")? else {
        return Ok(String::new());
    };
    let Some(address) = request.field("mining_address") else {
        return Ok(String::new());
    };
    string(address)?.ok_or_else(|| wrong_type(kind(address), ".mining_address", "string"))
}

/// The fields of a JSON object, none of them `null`.
struct Object<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Object<'a> {
    fn parse(raw: &'a RawValue) -> Result<Self, Refused> {
        let mut fields: BTreeMap<String, &RawValue> =
            serde_json::from_str(raw.get()).map_err(|error| bad(error.to_string()))?;
        fields.retain(|_, value| kind(value) != "null");
        Ok(Self(fields))
    }

    fn field(&self, name: &str) -> Option<&'a RawValue> {
        let folded = || {
            let mut fields = self.0.iter();
            fields.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
        };
        self.0.get(name).or_else(folded).copied()
    }

    fn object(&self, name: &str, place: &str, go_type: &str) -> Result<Option<Self>, Refused> {
        match self.field(name) {
            Some(raw) if kind(raw) == "object" => Self::parse(raw).map(Some),
            Some(raw) => Err(wrong_type(kind(raw), place, go_type)),
            None => Ok(None),
        }
    }

    fn integer(&self, name: &str, place: &str) -> Result<u64, Refused> {
        let Some(raw) = self.field(name) else {
            return Ok(0);
        };
        raw.get().parse().map_err(|_| match kind(raw) {
            "number" => wrong_type(&format!("number {}", raw.get()), place, "uint64"),
            other => wrong_type(other, place, "uint64"),
        })
    }

    fn hash(&self, name: &str) -> Result<[u8; 32], Refused> {
        let Some(raw) = self.field(name) else {
            return Ok([0; 32]);
        };
        let text = string(raw)?.ok_or_else(|| wrong_value(kind(raw), "string"))?;
        if text.len() != 64 {
            return Err(bad(format!("bad length hash string {}", text.len())));
        }
        let bytes = hexadecimal(&text)?;
        Ok(bytes.try_into().expect("64 digits are 32 bytes"))
    }
}

/// The object a body begins with, or nothing if that is `null`.
fn top_level<'a>(text: &'a str, go_type: &str) -> Result<Option<Object<'a>>, Refused> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let raw = match values.next() {
        Some(Ok(raw)) => raw,
        Some(Err(error)) if error.is_eof() => return Err(bad("unexpected EOF")),
        Some(Err(error)) => return Err(bad(error.to_string())),
        None => return Err(bad("EOF")),
    };
    match kind(raw) {
        "object" => Object::parse(raw).map(Some),
        "null" => Ok(None),
        other => Err(wrong_value(other, go_type)),
    }
}

/// What Go calls the kind of a JSON value.
fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "bool",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// The text of a JSON string, or nothing if the value is none.
fn string(raw: &RawValue) -> Result<Option<String>, Refused> {
    if kind(raw) != "string" {
        return Ok(None);
    }
    let text = serde_json::from_str(raw.get());
    text.map(Some).map_err(|error| bad(error.to_string()))
}

fn hexadecimal(text: &str) -> Result<Vec<u8>, Refused> {
    if let Some(byte) = text.bytes().find(|byte| !byte.is_ascii_hexdigit()) {
        let found = char::from(byte);
        let code = format!("U+{byte:04X}");
        let name = if found.is_control() {
            code
        } else {
            format!("{code} '{found}'")
        };
        return Err(bad(format!("encoding/hex: invalid byte: {name}")));
    }
    hex::decode(text).map_err(|_| bad("encoding/hex: odd length hex string"))
}

/// What Bytom's node says of a header it cannot read.
fn header_complaint(error: &tensority::Error) -> String {
    match error {
        tensority::Error::SerializationFlag { found } => {
            format!("unsupported serialization flags {found:#04x}")
        }
        // An empty header is taken for one whose flag is 0.
        tensority::Error::Truncated {
            field: "serialization flag",
            ..
        } => "unsupported serialization flags 0x00".to_owned(),
        tensority::Error::Truncated { found: 0, .. } => "EOF".to_owned(),
        tensority::Error::Truncated { .. } => "unexpected EOF".to_owned(),
        tensority::Error::OutOfRange { .. } => "value out of range".to_owned(),
        tensority::Error::VarintOverflow { .. } => {
            "binary: varint overflows a 64-bit integer".to_owned()
        }
        other => other.to_string(),
    }
}

fn wrong_type(found: &str, place: &str, go_type: &str) -> Refused {
    bad(format!(
        "json: cannot unmarshal {found} into Go struct field {place} of type {go_type}"
    ))
}

fn wrong_value(found: &str, go_type: &str) -> Refused {
    bad(format!(
        "json: cannot unmarshal {found} into Go value of type {go_type}"
    ))
}

fn bad(reason: impl Into<String>) -> Refused {
    Refused::BadBody(reason.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn complaint<T: std::fmt::Debug>(result: Result<T, Refused>) -> String {
        match result {
            Err(Refused::BadBody(reason)) => reason,
            other => panic!("expected a complaint, found {other:?}"),
        }
    }

    fn json(header: &str) -> Result<Submission, Refused> {
        submit_work_json(format!(r#"{{"block_header": {header}}}"#).as_bytes())
    }

    #[test]
    fn what_follows_the_first_value_is_ignored() {
        let body = br#" {"block_header": null} ]]] {"#;
        assert_eq!(submit_work(body), Ok(None));
        assert_eq!(complaint(submit_work(b"")), "EOF");
        assert_eq!(complaint(submit_work(b" \n")), "EOF");
        assert_eq!(complaint(submit_work(b"{\"block_")), "unexpected EOF");
        assert!(matches!(submit_work(b"\xff\x00"), Err(Refused::BadBody(_))));
    }

    #[test]
    fn names_match_in_any_case_and_missing_integers_are_zero() {
        let header = r#"{"NONCE": 3, "Timestamp": null, "unknown": [], "block_commitment": {}}"#;
        let submission = Submission {
            previous_block_hash: [0; 32],
            timestamp: 0,
            nonce: 3,
        };
        assert_eq!(json(header), Ok(submission));
        let both = r#"{"Nonce": 3, "nonce": 4, "block_commitment": {}}"#;
        assert_eq!(json(both).unwrap().nonce, 4);
    }

    #[test]
    fn null_where_a_handler_needs_something_gets_no_answer() {
        assert_eq!(submit_work(b"null"), Err(NO_BODY));
        assert_eq!(submit_work_json(b"null"), Err(NO_BODY));
        assert_eq!(json("null"), Err(NO_HEADER));
        assert_eq!(json(r#"{"block_commitment": null}"#), Err(NO_COMMITMENT));
        assert_eq!(block_name(b"null"), Ok(BlockName::Height(0)));
    }

    #[test]
    fn each_wrong_type_is_named_with_its_place() {
        let nonce = |value: &str| complaint(json(&format!(r#"{{"nonce": {value}}}"#)));
        let suffix = "into Go struct field BlockHeaderJSON.block_header.nonce of type uint64";
        for (value, found) in [
            ("-1", "number -1"),
            ("1.0", "number 1.0"),
            ("1e3", "number 1e3"),
            ("true", "bool"),
            ("[1]", "array"),
            ("{}", "object"),
        ] {
            assert_eq!(
                nonce(value),
                format!("json: cannot unmarshal {found} {suffix}")
            );
        }
        assert_eq!(
            complaint(submit_work(br#"{"block_header": {"nonce": 1}}"#)),
            "json: cannot unmarshal object into Go struct field SubmitWorkReq.block_header \
             of type *types.BlockHeader"
        );
        assert_eq!(
            complaint(json(r#""00""#)),
            "json: cannot unmarshal string into Go struct field SubmitWorkJSONReq.block_header \
             of type api.BlockHeaderJSON"
        );
        assert_eq!(
            complaint(submit_work(b"[]")),
            "json: cannot unmarshal array into Go value of type api.SubmitWorkReq"
        );
    }

    #[test]
    fn each_fault_of_a_header_has_its_words() {
        let header = |hex: &str| {
            complaint(submit_work(
                format!(r#"{{"block_header": "{hex}"}}"#).as_bytes(),
            ))
        };
        assert_eq!(header(""), "unsupported serialization flags 0x00");
        assert_eq!(header("01"), "EOF");
        assert_eq!(header("010102aabb"), "unexpected EOF");
        assert_eq!(header("0101\\u0001"), "encoding/hex: invalid byte: U+0001");
        assert_eq!(header("010"), "encoding/hex: odd length hex string");
        assert_eq!(
            header("01ffffffffffffffffffff01"),
            "binary: varint overflows a 64-bit integer"
        );
    }

    #[test]
    fn a_block_is_named_by_hash_or_height() {
        let hash = "ab".repeat(32);
        let body = format!(r#"{{"block_hash": "{hash}", "block_height": 2}}"#);
        let name = block_name(body.as_bytes());
        assert_eq!(name, Ok(BlockName::Hash([0xab; 32])));
        let short = br#"{"block_hash": "ab", "block_height": 2}"#;
        assert_eq!(block_name(short), Ok(BlockName::Height(2)));
        assert_eq!(block_name(b"{}"), Ok(BlockName::Height(0)));
        assert_eq!(complaint(block_name(b"")), "EOF");
    }
}
