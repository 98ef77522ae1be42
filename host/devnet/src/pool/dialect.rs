//! Serialization of messages: right, or as the pool is asked to misbehave.

use rand::Rng;
use serde_json::value::{RawValue, to_raw_value};

use crate::pool::faults::Faults;
use crate::pool::kinds::{Field, Garbage, Oddity};
use crate::pool::message::{Job, Message, Outcome, Reply, raw};
use crate::pool::misbehaviour::Misbehaviour;

/// The longest piece of what is cut, in bytes.
const MAX_PIECE: usize = 64;
/// The length of a huge line, in bytes.
const HUGE: usize = 1 << 20;

/// What a connection has said so far.
#[derive(Debug, Default)]
pub struct Dialect {
    messages: usize,
}

#[derive(Debug, Default)]
pub struct Said {
    /// The pieces, which are written one by one: a message each, unless they are cut. Some miners take no more than a
    /// line of what they read at a time.
    pub pieces: Vec<Vec<u8>>,
    /// Whether the connection ends there, in the middle of a message.
    pub breaks_off: bool,
}

impl Dialect {
    /// Says messages one behind the other.
    pub fn say(&mut self, messages: Vec<Message>, faults: &Faults) -> Said {
        let mut pieces = Vec::new();
        let mut breaks_off = false;
        for mut message in messages {
            let mut bytes = Vec::new();
            let number = self.messages;
            self.messages += 1;
            for garbage in faults.garbage(number) {
                match nonsense(garbage) {
                    Some(line) => bytes.extend(line),
                    None => breaks_off = true,
                }
            }
            for oddity in faults.oddities(number) {
                if oddity == Oddity::UnknownNotification {
                    end_line(&mut bytes, &Message::set_difficulty(8));
                }
                make_odd(&mut message, oddity);
            }
            if let Some(job) = message.job_mut() {
                faults.turned().for_each(|field| turn(job, field));
            }
            if breaks_off {
                let line = message.to_line();
                bytes.extend(&line.as_bytes()[..line.len() / 2]);
                pieces.push(bytes);
                break;
            }
            let is_job = matches!(message, Message::Notification(_));
            if is_job && faults.has(Misbehaviour::NoNewline) {
                bytes.extend(message.to_line().into_bytes());
            } else {
                end_line(&mut bytes, &message);
            }
            pieces.push(bytes);
        }
        if faults.has(Misbehaviour::Split) {
            pieces = cut(&pieces.concat());
        }
        Said { pieces, breaks_off }
    }
}

fn end_line(bytes: &mut Vec<u8>, message: &Message) {
    bytes.extend(message.to_line().into_bytes());
    bytes.push(b'\n');
}

fn cut(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = bytes;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let length = rand::rng().random_range(1..=MAX_PIECE.min(rest.len()));
        let (piece, after) = rest.split_at(length);
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

/// A line of nonsense with its end, or none where a message breaks off instead.
fn nonsense(garbage: Garbage) -> Option<Vec<u8>> {
    let line = match garbage {
        Garbage::NotJson => "HTTP/1.1 400 Bad Request",
        Garbage::BrokenJson => r#"{"jsonrpc":"2.0","method":"job","params":{"version":"01000"#,
        Garbage::HugeLine => return Some([vec![b'x'; HUGE], vec![b'\n']].concat()),
        Garbage::WrongTypes => {
            r#"{"jsonrpc":2,"method":["job"],"params":{"version":true,"height":{},"previous_block_hash":[],"job_id":null,"target":1.5}}"#
        }
        Garbage::GreatIntegers => {
            r#"{"jsonrpc":"2.0","method":"job","params":{"version":9007199254740993,"height":9223372036854775809,"timestamp":18446744073709551617,"job_id":1e400}}"#
        }
        Garbage::NotUtf8 => return Some(b"{\"method\":\"\xff\xfe\"}\n".to_vec()),
        Garbage::HalfMessage => return None,
    };
    Some(format!("{line}\n").into_bytes())
}

fn make_odd(message: &mut Message, oddity: Oddity) {
    if let Message::Reply(reply) = message {
        make_reply_odd(reply, oddity);
    }
    if let Some(job) = message.job_mut() {
        make_job_odd(job, oddity);
    }
}

fn make_reply_odd(reply: &mut Reply, oddity: Oddity) {
    match oddity {
        Oddity::BareTrue => {
            if matches!(reply.result, Some(Outcome::Accepted { .. })) {
                reply.result = Some(Outcome::Bare(true));
            }
        }
        Oddity::MinusOne => {
            if let Some(error) = &mut reply.error {
                error.message = match error.code {
                    23 => "Low difficulty share".to_owned(),
                    21 | 32 => "Block expired".to_owned(),
                    _ => error.message.clone(),
                };
                error.code = -1;
            }
        }
        Oddity::TextIds if !reply.id.get().starts_with('"') => reply.id = raw(reply.id.get()),
        Oddity::NullIds => reply.id = RawValue::NULL.to_owned(),
        Oddity::IdOne => {
            if matches!(reply.result, Some(Outcome::LoggedIn { .. })) {
                reply.id = to_raw_value(&1).expect("a number");
            }
        }
        _ => {}
    }
}

fn make_job_odd(job: &mut Job, oddity: Oddity) {
    match oddity {
        Oddity::NumberJobId => {
            let digits = job.job_id.get().trim_matches('"').to_owned();
            job.job_id = RawValue::from_string(digits).expect("digits are a number");
        }
        Oddity::ShortTarget => {
            // The most significant byte is the last.
            let bytes = job.target.len() / 2;
            let zeros = (0..bytes)
                .rev()
                .take_while(|&byte| &job.target[2 * byte..2 * byte + 2] == "00");
            let kept = (zeros.count() + 1).min(bytes);
            job.target = job.target.split_off(2 * (bytes - kept));
        }
        Oddity::LongTarget => job.target = format!("{:0>64}", job.target),
        Oddity::UpperCase => {
            for field in [
                &mut job.version,
                &mut job.height,
                &mut job.previous_block_hash,
                &mut job.timestamp,
                &mut job.transactions_merkle_root,
                &mut job.transaction_status_hash,
                &mut job.nonce,
                &mut job.bits,
                &mut job.seed,
                &mut job.target,
            ] {
                field.make_ascii_uppercase();
            }
        }
        _ => {}
    }
}

fn turn(job: &mut Job, field: Field) {
    let field = match field {
        Field::Version => &mut job.version,
        Field::Height => &mut job.height,
        Field::Timestamp => &mut job.timestamp,
        Field::Nonce => &mut job.nonce,
        Field::Bits => &mut job.bits,
        Field::Target => &mut job.target,
    };
    let digits = field.as_bytes().rchunks(2).flatten();
    *field = digits.copied().map(char::from).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::code::Code;

    fn say(faults: &[Misbehaviour]) -> Said {
        let messages = vec![
            Message::refused(None, Code::Unknown),
            Message::accepted(None),
        ];
        Dialect::default().say(messages, &Faults::new(faults))
    }

    #[test]
    fn pieces_are_messages_or_cuts_of_what_is_said() {
        let [whole, cut] = [say(&[]), say(&[Misbehaviour::Split])];
        assert_eq!(whole.pieces.len(), 2, "one for each message");
        assert!(cut.pieces.len() > 1);
        assert!(
            cut.pieces
                .iter()
                .all(|piece| (1..=MAX_PIECE).contains(&piece.len()))
        );
        assert_eq!(cut.pieces.concat(), whole.pieces.concat());
    }

    #[test]
    fn nothing_is_said_after_half_a_message() {
        let said = say(&[Misbehaviour::Garbage(Some(Garbage::HalfMessage))]);
        assert!(said.breaks_off && !say(&[]).breaks_off);
        let half = said.pieces.concat();
        assert!(!half.is_empty() && say(&[]).pieces[0].starts_with(&half));
        assert!(!half.contains(&b'\n'));
    }

    #[test]
    fn a_short_target_is_not_easier_and_not_zero() {
        for (target, short) in [
            ("33333333", "33"),
            ("c5a70000", "a70000"),
            ("000000ff", "ff"),
        ] {
            let template = crate::Template {
                header: tensority::BlockHeader::default(),
                seed: [0; 32],
            };
            let mut job = Job::new(&template, 1, 0, target);
            make_job_odd(&mut job, Oddity::ShortTarget);
            assert_eq!(job.target, short);
        }
    }
}
