//! Replies as text or as JSON.

use std::fmt::Write;

use serde_json::{Map, Value, json};

/// Names and values in order.
pub type Fields = Vec<(&'static str, Value)>;

#[derive(Debug)]
pub enum Rows {
    One(Fields),
    /// One row for each of many things, its number first.
    Many(Vec<Fields>),
}

/// What is said to a command.
#[derive(Debug)]
pub struct Reply {
    /// `S` for success, `E` for an error.
    status: char,
    /// The number of the message, as tools know it.
    code: u32,
    message: String,
    /// The name of the section, and what is in it.
    section: Option<(&'static str, Rows)>,
}

impl Reply {
    /// A section with its message.
    pub fn new(code: u32, message: impl Into<String>, name: &'static str, rows: Rows) -> Self {
        Self {
            status: 'S',
            code,
            message: message.into(),
            section: Some((name, rows)),
        }
    }

    /// There is no such command.
    pub fn invalid_command() -> Self {
        Self::error(14, "Invalid command")
    }

    /// The request starts like JSON and is none.
    pub fn invalid_json() -> Self {
        Self::error(23, "Invalid JSON")
    }

    /// The request is JSON and names no command.
    pub fn no_command() -> Self {
        Self::error(24, "Missing JSON 'command'")
    }

    /// The command changes something.
    pub fn access_denied(command: &str) -> Self {
        Self::error(45, format!("Access denied to '{command}' command"))
    }

    fn error(code: u32, message: impl Into<String>) -> Self {
        Self {
            status: 'E',
            code,
            message: message.into(),
            section: None,
        }
    }
}

pub struct Writer<'a> {
    /// When, in seconds since 1970.
    pub when: u64,
    pub description: &'a str,
    /// As JSON, not as text.
    pub json: bool,
}

impl Writer<'_> {
    /// The reply to a single command.
    pub fn one(&self, reply: &Reply) -> String {
        let mut text = if self.json {
            self.json(reply).to_string()
        } else {
            self.text(reply)
        };
        text.push('\0');
        text
    }

    pub fn several(&self, replies: &[(String, Reply)]) -> String {
        let mut text = String::new();
        if self.json {
            let replies = replies.iter();
            let replies =
                replies.map(|(command, reply)| (command.clone(), json!([self.json(reply)])));
            let mut all: Map<_, _> = replies.collect();
            all.insert("id".to_owned(), json!(1));
            text = Value::Object(all).to_string();
        } else {
            for (command, reply) in replies {
                write!(text, "CMD={}|{}", escaped(command), self.text(reply))
                    .expect("a text takes all");
            }
        }
        text.push('\0');
        text
    }

    fn status(&self, reply: &Reply) -> Fields {
        vec![
            ("STATUS", json!(reply.status)),
            ("When", json!(self.when)),
            ("Code", json!(reply.code)),
            ("Msg", json!(reply.message)),
            ("Description", json!(self.description)),
        ]
    }

    fn json(&self, reply: &Reply) -> Value {
        let mut all = Map::new();
        all.insert("STATUS".to_owned(), json!([object(&self.status(reply))]));
        if let Some((name, rows)) = &reply.section {
            let rows = match rows {
                Rows::One(fields) => vec![object(fields)],
                Rows::Many(rows) => rows.iter().map(object).collect(),
            };
            all.insert((*name).to_owned(), rows.into());
        }
        all.insert("id".to_owned(), json!(1));
        all.into()
    }

    fn text(&self, reply: &Reply) -> String {
        let mut text = line(&self.status(reply));
        match &reply.section {
            Some((name, Rows::One(fields))) => {
                text.push_str(name);
                text.push(',');
                text.push_str(&line(fields));
            }
            Some((_, Rows::Many(rows))) => text.extend(rows.iter().map(|fields| line(fields))),
            None => {}
        }
        text
    }
}

fn object(fields: &Fields) -> Value {
    let fields = fields.iter();
    let fields: Map<_, _> = fields
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    fields.into()
}

fn line(fields: &[(&str, Value)]) -> String {
    let fields = fields.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name}={}", escaped(text)),
        // 0.0000123, not 1.23e-5, which is for JSON.
        Value::Number(number) if number.is_f64() => {
            format!("{name}={}", number.as_f64().unwrap_or_default())
        }
        value => format!("{name}={value}"),
    });
    fields.collect::<Vec<_>>().join(",") + "|"
}

/// A text in which nothing is taken for the end of a value.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' | ',' | '=' | '\\' => escaped.extend(['\\', character]),
            _ if character.is_control() => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_shows_rows_with_their_numbers_first_and_escapes_values() {
        let rows = vec![
            vec![("PGA", json!(0)), ("Name", json!("a|b,c=d\\e\nf"))],
            vec![("PGA", json!(1)), ("MHS av", json!(0.000_012_3))],
        ];
        let writer = Writer {
            when: 7,
            description: "miner 1",
            json: false,
        };
        let reply = Reply::new(9, "2 PGA(s)", "DEVS", Rows::Many(rows));
        assert_eq!(
            writer.one(&reply),
            "STATUS=S,When=7,Code=9,Msg=2 PGA(s),Description=miner 1|\
             PGA=0,Name=a\\|b\\,c\\=d\\\\e f|PGA=1,MHS av=0.0000123|\0"
        );
    }
}
