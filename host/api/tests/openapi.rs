//! The description of the API holds for what is served.

mod common;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{Served, TOKEN, sample, settings};
use serde_json::{Value, json};
use tensority_api::Settings;
use tensority_history::Recorder;
use tensority_secret::Secret;
use tensority_telemetry::State;
use tensority_telemetry::command::Command;

/// What of a value the schema of a document does not allow: the first place, or nothing. A field
/// that the schema does not name is not allowed.
fn fault(document: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').expect("it is of this document");
        let schema = document.pointer(pointer);
        return fault(document, schema.expect(reference), value, place);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return fault(document, &joined(document, parts), value, place);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = |choice: &&Value| fault(document, choice, value, place).is_none();
        let fitting = choices.iter().filter(fits).count();
        return (fitting != 1).then(|| format!("{place}: {fitting} choices fit {value}"));
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let is = |kind: &Value| match kind.as_str().expect("a type is a text") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        kind => panic!("{place}: unknown type {kind}"),
    };
    if !kinds.iter().any(is) {
        return Some(format!("{place}: expected {kinds:?}, found {value}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Some(format!("{place}: expected one of {words:?}, found {value}"));
    }
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(i, item)| fault(document, &schema["items"], item, &format!("{place}/{i}"))),
        Value::Object(fields) => {
            let required = schema["required"].as_array().into_iter().flatten();
            let mut missing = required.filter(|name| !fields.contains_key(name.as_str().unwrap()));
            if let Some(name) = missing.next() {
                return Some(format!("{place}: {name} is missing"));
            }
            fields.iter().find_map(|(name, value)| {
                let place = format!("{place}/{name}");
                let own = schema["properties"].get(name);
                match own.or_else(|| schema.get("additionalProperties")) {
                    Some(schema) => fault(document, schema, value, &place),
                    None => Some(format!("{place} is not described")),
                }
            })
        }
        _ => None,
    }
}

/// The schema of an object that has all fields of several.
fn joined(document: &Value, parts: &[Value]) -> Value {
    let mut all = json!({ "type": "object", "properties": {}, "required": [] });
    for part in parts {
        let part = match part["$ref"].as_str() {
            Some(reference) => document.pointer(&reference[1..]).expect(reference),
            None => part,
        };
        let part = match part["allOf"].as_array() {
            Some(parts) => &joined(document, parts),
            None => part,
        };
        for (name, schema) in part["properties"].as_object().expect("an object") {
            all["properties"][name] = schema.clone();
        }
        let required = part["required"].as_array().into_iter().flatten().cloned();
        all["required"]
            .as_array_mut()
            .expect("an array")
            .extend(required);
    }
    all
}

fn document() -> Value {
    let answer = Served::new().get("/api/v0/openapi.json");
    assert_eq!(answer.status, 200);
    answer.json()
}

#[test]
fn the_state_is_what_is_described() {
    let document = document();
    let schema = &document["components"]["schemas"]["State"];
    for state in [sample(), State::default()] {
        let state = serde_json::to_value(state).unwrap();
        assert_eq!(fault(&document, schema, &state, ""), None);
    }
}

#[test]
fn every_command_is_described() {
    let document = document();
    let schema = &document["components"]["schemas"]["Command"];
    let device = || "cpu".to_owned();
    for command in [
        Command::Pause,
        Command::Resume,
        Command::Disable { device: device() },
        Command::Enable { device: device() },
        Command::Reset { device: device() },
    ] {
        let command = serde_json::to_value(command).unwrap();
        assert_eq!(fault(&document, schema, &command, ""), None);
    }
    assert!(fault(&document, schema, &json!({"command": "stop"}), "").is_some());
}

#[test]
fn a_state_that_is_not_described_is_found() {
    let document = document();
    let schema = &document["components"]["schemas"]["State"];
    for (place, value) in [
        ("/devices/0/condition", json!("connecting")),
        ("/sources/0/condition", json!("healthy")),
        ("/devices/0/kind", json!("pool")),
        ("/devices/0/lanes", json!("16")),
        ("/devices/0/nonces", json!({"valid": 1})),
        ("/total/losses/good", Value::Null),
        ("/job", json!(7)),
        ("/sources/0/jobs", json!(1.5)),
        ("/sources/0/shares/rejected", json!({"other": "1"})),
        ("/verification", json!([])),
        (
            "/program",
            json!({"name": "", "version": "", "backend": "", "more": 1}),
        ),
    ] {
        let mut state = serde_json::to_value(sample()).unwrap();
        *state.pointer_mut(place).expect(place) = value;
        let found = fault(&document, schema, &state, "");
        assert!(
            found.is_some_and(|found| found.starts_with(place)),
            "{place}"
        );
    }
}

#[test]
fn every_described_answer_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("history.db");
    let mut recorder = Recorder::open(&history).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    recorder.observe(&sample(), now.as_secs(), Duration::from_secs(1));
    assert!(recorder.end().is_none());
    let served = Served::with(Settings {
        token: Some(Secret::new(TOKEN)),
        history: Some(history),
        ..settings()
    });
    let document = document();
    let mut checked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{path} has no summary");
            let content = &operation["responses"]["200"]["content"];
            if path.ends_with("/events") {
                assert!(content["text/event-stream"].is_object());
                continue;
            }
            let target = path.replace("{name}", "%2Fdev%2FttyUSB0");
            let method = method.to_ascii_uppercase();
            let answer = served.ask(&format!(
                "{method} {target} HTTP/1.1\r\nHost: localhost\r\n"
            ));
            if method == "POST" {
                // Without the token.
                assert_eq!(answer.status, 401, "{path}");
                let schema = &operation["responses"]["401"]["content"]["application/json"];
                let fault = fault(&document, &schema["schema"], &answer.json(), path);
                assert_eq!(fault, None);
                continue;
            }
            assert_eq!(answer.status, 200, "{method} {path}");
            let Some(json) = content.get("application/json") else {
                assert!(
                    content
                        .as_object()
                        .is_some_and(|content| content.len() == 1)
                );
                continue;
            };
            if !path.ends_with("/openapi.json") {
                let fault = fault(&document, &json["schema"], &answer.json(), path);
                assert_eq!(fault, None);
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 11);
}
