use serde_json::{Value, json};

use super::*;

/// A job in which no integer reads the same in both byte orders.
pub fn job() -> Value {
    json!({
        "version": "0100000000000000",
        "height": "0602000000000000",
        "previous_block_hash": "36".repeat(32),
        "timestamp": "919d026b00000000",
        "transactions_merkle_root": "65".repeat(32),
        "transaction_status_hash": "c9".repeat(32),
        "nonce": "0000000000200100",
        "bits": "cccc0c0000000020",
        "job_id": "16536954303352688513",
        "seed": "9e".repeat(32),
        "target": "c5a70000",
    })
}

/// That job with another value in a field.
pub fn job_with(field: &str, value: impl Into<Value>) -> Value {
    let mut job = job();
    job[field] = value.into();
    job
}

fn read(job: &Value) -> Result<Job, JobError> {
    Job::read(&job.to_string())
}

fn refusal(field: &str, value: impl Into<Value>) -> String {
    read(&job_with(field, value)).unwrap_err().to_string()
}

#[test]
fn integers_are_little_endian_and_hashes_are_as_printed() {
    let mut job = job();
    let hash = hex::encode(std::array::from_fn::<u8, 32, _>(|i| i as u8));
    job["previous_block_hash"] = hash.clone().into();
    let Job { header, .. } = read(&job).unwrap();
    assert_eq!(header.height, 0x206);
    assert_eq!(header.timestamp, 0x6b02_9d91);
    assert_eq!(header.bits, 0x2000_0000_000c_cccc);
    assert_eq!(hex::encode(header.previous_block_hash), hash);
    assert_eq!(header.nonce, 0, "the first nonce is no part of it");
    assert_eq!(read(&job).unwrap().start_nonce, 0x0001_2000_0000_0000);
}

#[test]
fn a_job_in_the_other_byte_order_has_another_hash() {
    let right = read(&job()).unwrap();
    let turned = read(&job_with("height", "0000000000000206")).unwrap();
    assert_ne!(right.header.hash(), turned.header.hash());
    let big_endian = BlockHeader {
        height: right.header.height.swap_bytes(),
        ..right.header
    };
    assert_eq!(turned.header.hash(), big_endian.hash());
}

#[test]
fn a_target_is_of_the_most_significant_bytes() {
    let target = |text: &str| {
        let job = read(&job_with("target", text)).unwrap();
        job.target.to_string().trim_end_matches('0').to_owned()
    };
    assert_eq!(target("c5a70000"), "0000a7c5");
    assert_eq!(target("33333333"), "33333333");
    assert_eq!(target("01"), "01");
    assert_eq!(target("C5A7"), "a7c5");
    assert_eq!(target(&format!("{}ab01", "00".repeat(30))), "01ab");
    let le_bytes: [u8; 32] = std::array::from_fn(|i| i as u8 + 1);
    let job = read(&job_with("target", hex::encode(le_bytes))).unwrap();
    assert_eq!(job.target.to_le_bytes(), le_bytes);
}

#[test]
fn a_hash_may_have_0x_in_front() {
    let plain = job();
    let mut with_prefixes = plain.clone();
    for field in ["previous_block_hash", "seed", "transaction_status_hash"] {
        let digits = plain[field].as_str().unwrap();
        with_prefixes[field] = format!("0x{digits}").into();
    }
    assert_eq!(read(&with_prefixes), read(&plain));
    let parent = Job::read_parent(&plain.to_string());
    assert!(parent.is_some() && Job::read_parent(&with_prefixes.to_string()) == parent);
    assert!(refusal("seed", "0x").contains("hexadecimal"));
}

#[test]
fn a_target_that_is_none_is_refused() {
    for zero in ["00000000", "00", &"00".repeat(32)] {
        let error = read(&job_with("target", zero)).unwrap_err();
        assert_eq!(error, JobError::ZeroTarget);
    }
    for bad in ["", "c5a7000", "0xc5", &"11".repeat(33)] {
        assert!(refusal("target", bad).contains("`target`"), "{bad}");
    }
}

#[test]
fn a_name_is_kept_to_the_last_digit() {
    let id = |text: &str| {
        let json = job().to_string().replace("\"16536954303352688513\"", text);
        Job::read(&json).map(|job| (job.id, job.written_id))
    };
    for number in [
        "9007199254740993",
        "18446744073709551617",
        "0",
        "-1",
        "1.50",
    ] {
        assert_eq!(id(number), Ok((number.to_owned(), number.to_owned())));
    }
    let escaped = r#""a\"\u0041""#;
    assert_eq!(id(escaped), Ok(("a\"A".to_owned(), escaped.to_owned())));
    for bad in ["null", "true", "[1]", &"1".repeat(300)] {
        assert!(id(bad).unwrap_err().to_string().contains("job_id"), "{bad}");
    }
}

#[test]
fn what_no_block_can_hold_is_refused() {
    for (field, value) in [
        ("bits", "0000000000000000"),
        ("bits", "563412000000800f"),
        ("bits", "ffffffffffffffff"),
        ("height", "0000000000000080"),
        ("timestamp", "0102"),
        ("version", "0x0000000000000001"),
        ("seed", "00"),
        ("previous_block_hash", "zz"),
    ] {
        let reason = refusal(field, value);
        assert!(reason.contains(field), "{field}: {reason}");
    }
    assert!(refusal("height", 7).contains("expected a job"));
    assert!(read(&json!([])).is_err());
    let greatest = read(&job_with("height", "ffffffffffffff7f")).unwrap();
    assert_eq!(greatest.header.height, varint63::MAX);
}

#[test]
fn the_root_has_the_nodes_name_too() {
    let text = job().to_string();
    let text = text.replace("transactions_merkle_root", "transaction_merkle_root");
    assert_eq!(Job::read(&text), read(&job()));
}
