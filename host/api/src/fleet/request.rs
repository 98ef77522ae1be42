//! Requests: a text such as `summary` or `summary+devs|`, or JSON such as
//! `{"command":"summary"}`. Parameters are taken and not looked at.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::reply::Reply;

/// Commands in small letters.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    One(String),
    /// Those of a text with `+`, each once.
    Several(Vec<String>),
}

/// Whether nothing more has to come.
pub fn is_whole(bytes: &[u8]) -> bool {
    if bytes.contains(&0) {
        return true;
    }
    if bytes.first() != Some(&b'{') {
        return bytes.contains(&b'\n');
    }
    let parsed: Result<IgnoredAny, _> = serde_json::from_slice(bytes);
    !parsed.is_err_and(|error| error.is_eof())
}

/// Reads a request; one that is none is answered with the reply.
pub fn parse(bytes: &[u8]) -> Result<Request, Reply> {
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let commands = if bytes.first() == Some(&b'{') {
        let value: Value = serde_json::from_slice(bytes).map_err(|_| Reply::invalid_json())?;
        let command = value.get("command").and_then(Value::as_str);
        command.ok_or_else(Reply::no_command)?.to_owned()
    } else {
        let text = String::from_utf8_lossy(bytes);
        let command = text.split(['|', '\r', '\n']).next();
        command.unwrap_or_default().to_owned()
    };
    let commands = commands.trim().to_ascii_lowercase();
    if !commands.contains('+') {
        return Ok(Request::One(commands));
    }
    let mut several: Vec<String> = Vec::new();
    for command in commands.split('+').filter(|command| !command.is_empty()) {
        if !several.iter().any(|known| known == command) {
            several.push(command.to_owned());
        }
    }
    Ok(Request::Several(several))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Request {
        Request::One(text.to_owned())
    }

    #[test]
    fn every_way_to_write_a_command_is_read() {
        for text in [
            "summary",
            "summary|",
            "summary|0\n",
            "SUMMARY\r\n",
            "summary\0rest",
            r#"{"command":"summary"}"#,
            "{\"command\":\"summary\",\"parameter\":\"0\"}\0",
            "{\n \"command\" : \"summary\"\n}\n",
        ] {
            assert_eq!(parse(text.as_bytes()).ok(), Some(one("summary")), "{text}");
        }
    }

    #[test]
    fn joined_commands_are_read_once_each() {
        let several = Request::Several(vec!["devs".to_owned(), "pools".to_owned()]);
        assert_eq!(parse(b"+devs++pools+devs").ok(), Some(several));
    }

    #[test]
    fn a_request_is_whole_at_its_end_and_not_before() {
        let json = br#"{"command":"sum}mary"}"#;
        for length in 0..json.len() {
            assert!(!is_whole(&json[..length]), "{length} bytes");
        }
        assert!(is_whole(json));
        assert!(is_whole(b"{]"), "nothing makes JSON of it");
        assert!(is_whole(b"summary\n") && is_whole(b"summary\0"));
        assert!(!is_whole(b"summary"));
    }
}
