//! The metrics, read with a strict parser.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{BOARD, ODD, Served, sample};
use tensority_telemetry::State;

/// The series of a text by name and labels, as `name{label="value",…}` with the labels in order.
type Series = BTreeMap<String, f64>;

/// Reads the text format; the error names the line.
fn parse(text: &str) -> Result<Series, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("no EOF at the end")?;
    let mut families = BTreeSet::new();
    let mut described: Option<&str> = None;
    let mut family: Option<(&str, &str)> = None;
    let mut series = Series::new();
    for line in body.split_terminator('\n') {
        let wrong = |what: &str| format!("{what} in {line:?}");
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').ok_or_else(|| wrong("no help"))?;
            if help.is_empty() || !is_name(name) || !families.insert(name) {
                return Err(wrong("no help, a bad name or a second family of the name"));
            }
            (described, family) = (Some(name), None);
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').ok_or_else(|| wrong("no type"))?;
            if described.take() != Some(name) {
                return Err(wrong("a type without its help"));
            }
            if !["gauge", "counter", "info", "histogram"].contains(&kind) {
                return Err(wrong("an unknown type"));
            }
            family = Some((name, kind));
        } else {
            let (family, kind) = family.ok_or_else(|| wrong("a sample without a family"))?;
            let (name, labels, value) = sample_of(line).ok_or_else(|| wrong("no sample"))?;
            let suffix = name
                .strip_prefix(family)
                .ok_or_else(|| wrong("another family"))?;
            let suffixes: &[&str] = match kind {
                "gauge" => &[""],
                "counter" => &["_total"],
                "info" => &["_info"],
                _ => &["_bucket", "_sum", "_count"],
            };
            if !suffixes.contains(&suffix) || kind != "gauge" && value < 0.0 {
                return Err(wrong("a suffix or a value that the type does not have"));
            }
            if (suffix == "_bucket") != labels.contains_key("le") {
                return Err(wrong("a bucket without bound or the reverse"));
            }
            let labels: Vec<_> = labels.iter().map(|(k, v)| format!("{k}={v:?}")).collect();
            let key = format!("{name}{{{}}}", labels.join(","));
            if series.insert(key, value).is_some() {
                return Err(wrong("a series that was there before"));
            }
        }
    }
    match described {
        Some(name) => Err(format!("{name} has no type")),
        None => Ok(series),
    }
}

fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(word)
}

/// Name, labels and value of a line.
fn sample_of(line: &str) -> Option<(&str, BTreeMap<&str, String>, f64)> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = BTreeMap::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, quoted) = rest.split_once("=\"")?;
            let (value, after) = unquote(quoted)?;
            if !is_name(label) || labels.insert(label, value).is_some() {
                return None;
            }
            rest = after.strip_prefix(',').unwrap_or(after);
            if let Some(after) = after.strip_prefix('}') {
                rest = after;
                break;
            }
        }
    }
    let value = rest.strip_prefix(' ')?;
    let number = !value.is_empty() && value.chars().all(|c| "0123456789.e+-".contains(c));
    (is_name(name) && number).then_some((name, labels, value.parse().ok()?))
}

/// A label's value up to its quote, and what follows.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[place + 1..])),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                same @ ('"' | '\\') => same,
                _ => return None,
            }),
            _ => value.push(character),
        }
    }
    None
}

fn metrics(state: State) -> Series {
    let served = Served::new();
    served.published.publish(state);
    let answer = served.get("/metrics");
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .head
            .contains("content-type: application/openmetrics-text; version=1.0.0")
    );
    parse(&answer.body).unwrap_or_else(|error| panic!("{error}\n{}", answer.body))
}

#[test]
fn the_metrics_say_what_the_state_says() {
    let series = metrics(sample());
    for (name, value) in [
        (
            r#"tensority_build_info{backend="avx512vnni",name="tensority",version="0.2.0"}"#,
            1.0,
        ),
        ("tensority_uptime_seconds{}", 3600.5),
        ("tensority_job_age_seconds{}", 12.0),
        ("tensority_job_height{}", 1_000_001.0),
        ("tensority_job_share_difficulty_hashes{}", 1500.0),
        (
            r#"tensority_hashrate_hashes_per_second{device="/dev/ttyUSB0",window="5s"}"#,
            12.5,
        ),
        (
            r#"tensority_hashrate_hashes_per_second{device="/dev/ttyUSB0",window="start"}"#,
            11.75,
        ),
        (
            r#"tensority_verified_hashrate_hashes_per_second{bound="low",device="/dev/ttyUSB0",window="15m"}"#,
            10.5,
        ),
        (
            r#"tensority_expected_hashrate_hashes_per_second{device="/dev/ttyUSB0"}"#,
            12.5,
        ),
        (
            r#"tensority_pool_hashrate_hashes_per_second{bound="value",pool="pool",window="start"}"#,
            12.25,
        ),
        (r#"tensority_hashes_total{device="/dev/ttyUSB0"}"#, 42_300.0),
        (
            r#"tensority_nonces_total{device="/dev/ttyUSB0",result="valid"}"#,
            97.0,
        ),
        (
            r#"tensority_nonces_total{device="/dev/ttyUSB0",result="hw_error"}"#,
            3.0,
        ),
        (
            r#"tensority_nonces_total{device="/dev/ttyUSB0",result="duplicate"}"#,
            1.0,
        ),
        (
            r#"tensority_nonces_total{device="/dev/ttyUSB0",result="stale"}"#,
            2.0,
        ),
        (
            r#"tensority_canaries_total{device="/dev/ttyUSB0",result="wrong"}"#,
            1.0,
        ),
        (
            r#"tensority_losses_ratio{device="/dev/ttyUSB0",part="slow"}"#,
            -0.01,
        ),
        (
            r#"tensority_losses_ratio{device="/dev/ttyUSB0",part="late"}"#,
            0.02,
        ),
        (
            r#"tensority_device_state{device="/dev/ttyUSB0",state="healthy"}"#,
            1.0,
        ),
        (
            r#"tensority_device_state{device="/dev/ttyUSB0",state="dead"}"#,
            0.0,
        ),
        (
            r#"tensority_device_restarts_total{device="/dev/ttyUSB0"}"#,
            2.0,
        ),
        (
            r#"tensority_device_temperature_celsius{device="/dev/ttyUSB0"}"#,
            41.5,
        ),
        (
            r#"tensority_device_last_valid_seconds{device="/dev/ttyUSB0"}"#,
            20.5,
        ),
        (
            r#"tensority_seed_switch_seconds{device="/dev/ttyUSB0"}"#,
            0.104,
        ),
        (r#"tensority_source_up{pool="pool"}"#, 1.0),
        (r#"tensority_jobs_total{pool="pool"}"#, 40.0),
        (
            r#"tensority_shares_total{pool="pool",reason="",result="accepted"}"#,
            28.0,
        ),
        (
            r#"tensority_shares_total{pool="pool",reason="low difficulty",result="rejected"}"#,
            2.0,
        ),
        (
            r#"tensority_shares_total{pool="pool",reason="",result="stale"}"#,
            1.0,
        ),
        (r#"tensority_shares_pending{pool="pool"}"#, 1.0),
        (r#"tensority_shares_waiting{pool="pool"}"#, 2.0),
        (r#"tensority_answer_seconds{pool="pool"}"#, 0.08),
        ("tensority_verify_waiting{}", 1.0),
        ("tensority_verify_busy_seconds_total{}", 1.9),
        (r#"tensority_verify_seconds_bucket{le="0.02"}"#, 10.0),
        (r#"tensority_verify_seconds_bucket{le="0.05"}"#, 90.0),
        (r#"tensority_verify_seconds_bucket{le="+Inf"}"#, 103.0),
        ("tensority_verify_seconds_count{}", 103.0),
        ("tensority_verify_seconds_sum{}", 3.5),
    ] {
        assert_eq!(series.get(name), Some(&value), "{name} of {series:#?}");
    }
}

#[test]
fn the_page_about_the_api_names_every_metric_and_no_other() {
    let page = include_str!("../../../docs/api.md");
    let cells = page
        .lines()
        .filter(|line| line.starts_with("| `tensority_"));
    let cells = cells.flat_map(|line| line.split(" | ").next().unwrap().split('`'));
    let names = cells.filter(|cell| cell.starts_with("tensority_"));
    let named: BTreeSet<_> = names.map(|name| name.split('{').next().unwrap()).collect();
    let series = metrics(sample());
    let series = series.keys().map(|name| name.split('{').next().unwrap());
    let parts = ["_bucket", "_sum", "_count"];
    let family = |name| parts.iter().find_map(|part| str::strip_suffix(name, part));
    let served: BTreeSet<_> = series.map(|name| family(name).unwrap_or(name)).collect();
    assert_eq!(named, served);
}

#[test]
fn a_device_is_in_one_condition() {
    let series = metrics(sample());
    for device in [BOARD, ODD] {
        let states = format!("tensority_device_state{{device={device:?},");
        let states = series.iter().filter(|(name, _)| name.starts_with(&states));
        let states: Vec<_> = states.map(|(_, value)| *value).collect();
        assert_eq!(states.len(), 7, "{device}");
        assert_eq!(states.iter().sum::<f64>(), 1.0, "{device}");
    }
}

#[test]
fn what_is_not_known_is_left_out() {
    let mut state = sample();
    state.job = None;
    state.verification.latency.clear();
    state.devices[0].expected_rate = Some(f64::NAN);
    state.devices[0].temperature_c = Some(f64::INFINITY);
    let series = metrics(state);
    for absent in [
        "tensority_job_",
        "tensority_verify_seconds_",
        "tensority_expected_",
        "tensority_device_temperature_",
        r#"tensority_source_up{pool="node"}"#,
        r#"tensority_answer_seconds{pool="node"}"#,
        r#"tensority_hashrate_hashes_per_second{device="/dev/ttyUSB0",window="15m"}"#,
    ] {
        let found = series.keys().find(|name| name.starts_with(absent));
        assert_eq!(found, None);
    }
    let odd = |name: &&String| name.contains(&format!("{ODD:?}")) && name.contains("hashrate");
    assert_eq!(series.keys().find(odd), None);
}

#[test]
fn a_miner_that_has_just_started_has_metrics() {
    let series = metrics(State::default());
    assert!(series.len() >= 3, "{series:?}");
}

#[test]
fn the_parser_finds_what_is_wrong() {
    let good = "# HELP a b\n# TYPE a gauge\na{x=\"\\\"\\\\\\n\"} 1.5\na 2\n# EOF\n";
    assert_eq!(parse(good).map(|series| series.len()), Ok(2));
    for bad in [
        "# HELP a b\n# TYPE a gauge\na 1\n",
        "# TYPE a gauge\na 1\n# EOF\n",
        "# HELP a b\na 1\n# EOF\n",
        "# HELP a b\n# TYPE a gauge\na 1\na 1\n# EOF\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n# EOF\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"\n\"} 1\n# EOF\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"\\q\"} 1\n# EOF\n",
        "# HELP a b\n# TYPE a gauge\na NaN\n# EOF\n",
        "# HELP a b\n# TYPE a counter\na 1\n# EOF\n",
        "# HELP a b\n# TYPE a gauge\nb 1\n# EOF\n",
        "# HELP a b\n# TYPE a gauge\n# HELP a b\n# TYPE a gauge\n# EOF\n",
    ] {
        assert!(parse(bad).is_err(), "{bad:?}");
    }
}
