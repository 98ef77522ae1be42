//! Messages of a pool and requests to it, one JSON object each.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::answer::Verdict;
use crate::excerpt::line;

/// An object from a pool.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A job without having been asked, as JSON.
    Job(String),
    /// It wants something else than a job to be done.
    Request(String),
    /// The reply to a request.
    Reply {
        id: Id,
        verdict: Verdict,
        /// The job in its result, as JSON; only the reply to a login has one.
        job: Option<String>,
    },
}

/// What a reply says it replies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    Number(u64),
    Null,
    /// No number of ours.
    Foreign,
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    method: Option<String>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<Value>,
}

impl Message {
    pub fn read(json: &[u8]) -> Result<Self, String> {
        let object: Object<'_> =
            serde_json::from_slice(json).map_err(|error| line(&error.to_string()))?;
        if let Some(method) = object.method {
            return Ok(match (&*method, object.params) {
                ("job", Some(params)) => Self::Job(params.get().to_owned()),
                _ => Self::Request(method),
            });
        }
        if object.id.is_none() && object.result.is_none() && object.error.is_none() {
            return Err("neither method nor result nor error".to_owned());
        }
        let result = object.result.map(RawValue::get).unwrap_or("null");
        let value: Value =
            serde_json::from_str(result).map_err(|error| line(&error.to_string()))?;
        Ok(Self::Reply {
            id: Id::read(object.id),
            verdict: Verdict::new(Some(&value), object.error.as_ref()),
            job: find_job(result),
        })
    }
}

impl Id {
    /// Some pools give back a number as a string.
    fn read(id: Option<&RawValue>) -> Self {
        let Some(id) = id else {
            return Self::Null;
        };
        let id = id.get().trim_matches('"').parse();
        id.map_or(Self::Foreign, Self::Number)
    }
}

fn find_job(result: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Login<'a> {
        #[serde(borrow)]
        job: Option<&'a RawValue>,
    }
    let login: Login<'_> = serde_json::from_str(result).ok()?;
    login.job.map(|job| job.get().to_owned())
}

/// What is said to a pool; nothing else is, since any other method ends the connection.
#[derive(Serialize)]
#[serde(tag = "method", content = "params", rename_all = "lowercase")]
pub enum Request<'a> {
    Login {
        /// ACCOUNT.WORKER.
        login: &'a str,
        pass: &'a str,
        agent: &'a str,
    },
    Submit {
        id: &'a str,
        /// The name of the job, as the pool wrote it.
        job_id: &'a RawValue,
        /// The nonce as a number in 16 lower-case hexadecimal digits, **the greatest first**.
        nonce: String,
    },
}

impl Request<'_> {
    /// The request with its number, as a line.
    pub fn line(&self, id: u64) -> Vec<u8> {
        #[derive(Serialize)]
        struct Numbered<'a> {
            id: u64,
            #[serde(flatten)]
            request: &'a Request<'a>,
        }
        let numbered = Numbered { id, request: self };
        let mut line = serde_json::to_vec(&numbered).expect("texts and integers are JSON");
        line.push(b'\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Message {
        Message::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn requests_are_lines_as_recorded() {
        let login = Request::Login {
            login: "acct.rig1",
            pass: "x",
            agent: "me",
        };
        assert_eq!(
            String::from_utf8(login.line(1)).unwrap(),
            "{\"id\":1,\"method\":\"login\",\
             \"params\":{\"login\":\"acct.rig1\",\"pass\":\"x\",\"agent\":\"me\"}}\n"
        );
        let job_id = RawValue::from_string("\"265281648481808229\"".to_owned()).unwrap();
        let submit = Request::Submit {
            id: "acct.rig1",
            job_id: &job_id,
            nonce: format!("{:016x}", 0x45),
        };
        assert_eq!(
            String::from_utf8(submit.line(2)).unwrap(),
            "{\"id\":2,\"method\":\"submit\",\"params\":{\"id\":\"acct.rig1\",\
             \"job_id\":\"265281648481808229\",\"nonce\":\"0000000000000045\"}}\n"
        );
    }

    #[test]
    fn replies_are_known_by_numbers_as_such_or_as_strings() {
        let id = |json: &str| match read(json) {
            Message::Reply { id, .. } => id,
            other => panic!("{other:?}"),
        };
        assert_eq!(id(r#"{"id":7,"result":true}"#), Id::Number(7));
        assert_eq!(id(r#"{"id":"7","result":true}"#), Id::Number(7));
        assert_eq!(id(r#"{"id":null,"result":true}"#), Id::Null);
        assert_eq!(id(r#"{"error":{"code":1,"message":"x"}}"#), Id::Null);
        for foreign in ["\"x\"", "-1", "7.5", "1e99", "[]", "18446744073709551616"] {
            let json = format!("{{\"id\":{foreign},\"result\":true}}");
            assert_eq!(id(&json), Id::Foreign);
        }
    }

    #[test]
    fn messages_are_told_apart() {
        let job = read(r#"{"jsonrpc":"2.0","method":"job","params":{"a":1}}"#);
        assert_eq!(job, Message::Job(r#"{"a":1}"#.to_owned()));
        let request = read(r#"{"id":1,"method":"client.reconnect","params":[]}"#);
        assert_eq!(request, Message::Request("client.reconnect".to_owned()));
        let Message::Reply { job, verdict, .. } =
            read(r#"{"id":1,"result":{"id":"me","job":{"b":2},"status":"OK"},"error":null}"#)
        else {
            panic!("no reply");
        };
        assert_eq!(job.as_deref(), Some(r#"{"b":2}"#));
        assert!(verdict.is_yes);
        for nothing in ["{}", "{\"method\":1}", "{\"id\":1,\"id\":2}", "{]}", "[]"] {
            assert!(Message::read(nothing.as_bytes()).is_err(), "{nothing}");
        }
    }
}
