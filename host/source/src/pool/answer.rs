//! Answers of pools to submits.

use serde::Deserialize;
use serde_json::Value;

use crate::event::{Answer, Reason};
use crate::excerpt::line;

/// What a reply says, without the share that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether there is a result that is a yes.
    pub is_yes: bool,
    /// The error as it may be shown; with its code if it has one.
    pub error: String,
}

impl Verdict {
    /// Of the fields of a reply.
    pub fn new(result: Option<&Value>, error: Option<&Value>) -> Self {
        Self {
            is_yes: result.is_some_and(is_yes),
            error: error.map_or_else(|| "no reason".to_owned(), |error| line(&describe(error))),
        }
    }

    /// What it means for a share. The message decides, since pools do not agree on codes.
    pub fn answer(&self) -> Answer {
        if self.is_yes {
            return Answer::Accepted;
        }
        let message = self.error.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        let said = &self.error;
        let reject =
            |word: &str| Answer::Rejected(Reason::new(word, format!("the pool says {said:?}")));
        if says(&[
            "stale",
            "expired",
            "job not found",
            "unknown job",
            "old job",
        ]) {
            Answer::Stale(Reason::new("stale", format!("the pool says {said:?}")))
        } else if says(&["submit format"]) {
            // Ours is right, and so Bytom's pool means that the job is of another height.
            let text = format!("the pool says {said:?}, which is how it says that the job is over");
            Answer::Stale(Reason::new("stale", text))
        } else if says(&["low diff", "above target", "high hash"]) {
            reject("low_difficulty")
        } else if says(&["duplicate"]) {
            reject("duplicate")
        } else if says(&[
            "unauthor",
            "not authorized",
            "unsubscribed",
            "not subscribed",
            "login",
        ]) {
            reject(Reason::UNAUTHORIZED)
        } else if says(&["invalid"]) {
            reject("invalid")
        } else {
            reject("other")
        }
    }
}

/// `true`, `{"status":"OK"}`, or another object without a status.
fn is_yes(result: &Value) -> bool {
    match result {
        Value::Bool(yes) => *yes,
        Value::String(status) => status.eq_ignore_ascii_case("ok"),
        Value::Object(fields) => fields.get("status").is_none_or(is_yes),
        _ => false,
    }
}

fn describe(error: &Value) -> String {
    #[derive(Deserialize)]
    struct Fields {
        code: Option<i64>,
        message: String,
    }
    if let Value::String(message) = error {
        return message.clone();
    }
    match Fields::deserialize(error) {
        Ok(Fields { code, message }) => match code {
            Some(code) => format!("{message} (code {code})"),
            None => message,
        },
        // In other dialects a list of code, message and trace.
        Err(_) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The word for a reply.
    fn word(result: Value, error: Value) -> String {
        let present = |value: Value| Some(value).filter(|value| !value.is_null());
        let (result, error) = (present(result), present(error));
        match Verdict::new(result.as_ref(), error.as_ref()).answer() {
            Answer::Accepted => "accepted".to_owned(),
            Answer::Stale(reason) => {
                assert_eq!(reason.word, "stale");
                reason.word
            }
            Answer::Rejected(reason) => reason.word,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_result_is_success_in_each_of_its_forms() {
        for result in [
            json!(true),
            json!({"status": "OK"}),
            json!("ok"),
            json!({"id": "me"}),
        ] {
            assert_eq!(word(result, Value::Null), "accepted");
        }
        for result in [json!(false), json!({"status": "KO"}), json!(null), json!(1)] {
            assert_eq!(word(result, Value::Null), "other");
        }
    }

    #[test]
    fn an_error_means_what_its_message_says() {
        for (code, message, expected) in [
            (21, "Job Not Found", "stale"),
            (-1, "Block expired", "stale"),
            (32, "Invalid Submit Format", "stale"),
            (23, "Low Difficulty Share", "low_difficulty"),
            (-1, "Low difficulty share", "low_difficulty"),
            (22, "Duplicate Share", "duplicate"),
            (24, "Unauthorized Worker", "unauthorized"),
            (25, "Unsubscribed", "unauthorized"),
            (26, "Invalid Solution", "invalid"),
            (20, "Unknown Error", "other"),
        ] {
            let error = json!({"code": code, "message": message});
            assert_eq!(word(Value::Null, error), expected, "{message}");
            let error = json!([code, message, null]);
            assert_eq!(word(Value::Null, error), expected, "{message} in a list");
            assert_eq!(
                word(Value::Null, json!(message)),
                expected,
                "{message} alone"
            );
            let other_code = json!({"code": 20, "message": message});
            assert_eq!(
                word(Value::Null, other_code),
                expected,
                "the code is nothing"
            );
        }
    }

    #[test]
    fn what_is_shown_fits_a_line() {
        let error = json!({"code": 1, "message": "x\n".repeat(9999)});
        let Answer::Rejected(reason) = Verdict::new(None, Some(&error)).answer() else {
            panic!("accepted");
        };
        assert!(
            reason.text.len() < 300 && !reason.text.contains('\n'),
            "{reason:?}"
        );
    }
}
