//! Keys in the bytes that a terminal sends.

/// A key that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A printable ASCII character.
    Char(char),
    /// The character with the control key, in lower case.
    Control(char),
    Tab,
    BackTab,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Other,
}

const ESCAPE: u8 = 0x1b;
/// No sequence that is one key is longer.
const LONGEST: usize = 32;

/// The keys in what was read. What is left in `bytes` is the beginning of one.
pub fn take(bytes: &mut Vec<u8>) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = &bytes[..];
    while let Some((key, length)) = first(rest) {
        keys.push(key);
        rest = &rest[length..];
    }
    *bytes = rest.to_vec();
    keys
}

/// The first key and its bytes, if it is whole.
fn first(bytes: &[u8]) -> Option<(Key, usize)> {
    let (&byte, rest) = bytes.split_first()?;
    let key = match byte {
        ESCAPE => {
            return match rest.first() {
                Some(b'[' | b'O') => sequence(bytes),
                Some(&ESCAPE) | None => Some((Key::Other, 1)),
                // A character with Alt.
                Some(_) => Some((Key::Other, 2)),
            };
        }
        b'\t' => Key::Tab,
        1..=26 => Key::Control(char::from(byte - 1 + b'a')),
        b' '..=b'~' => Key::Char(char::from(byte)),
        _ => Key::Other,
    };
    Some((key, 1))
}

/// The key of `ESC [` or `ESC O`, parameters and a final byte.
fn sequence(bytes: &[u8]) -> Option<(Key, usize)> {
    let parameters = &bytes[2..];
    let Some(end) = parameters
        .iter()
        .position(|byte| !(0x20..0x40).contains(byte))
    else {
        return (bytes.len() > LONGEST).then_some((Key::Other, bytes.len()));
    };
    let key = match (&parameters[..end], parameters[end]) {
        (_, b'A') => Key::Up,
        (_, b'B') => Key::Down,
        (_, b'H') | (b"1" | b"7", b'~') => Key::Home,
        (_, b'F') | (b"4" | b"8", b'~') => Key::End,
        (_, b'Z') => Key::BackTab,
        (b"5", b'~') => Key::PageUp,
        (b"6", b'~') => Key::PageDown,
        _ => Key::Other,
    };
    Some((key, 2 + end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_known_by_its_bytes() {
        let sent =
            b"qY?\t\x03\x0c\x1b[A\x1bOB\x1b[Z\x1b[5~\x1b[6~\x1b[1;5H\x1b[4~\x1b[200~\xc3\xa9k";
        let expected = [
            Key::Char('q'),
            Key::Char('Y'),
            Key::Char('?'),
            Key::Tab,
            Key::Control('c'),
            Key::Control('l'),
            Key::Up,
            Key::Down,
            Key::BackTab,
            Key::PageUp,
            Key::PageDown,
            Key::Home,
            Key::End,
            Key::Other,
            Key::Other,
            Key::Other,
            Key::Char('k'),
        ];
        assert_eq!(take(&mut sent.to_vec()), expected);
    }

    #[test]
    fn a_sequence_in_two_pieces_is_one_key() {
        let mut bytes = b"\x1b[".to_vec();
        assert_eq!(take(&mut bytes), []);
        bytes.extend(b"5");
        assert_eq!(take(&mut bytes), []);
        bytes.extend(b"~j");
        assert_eq!(take(&mut bytes), [Key::PageUp, Key::Char('j')]);
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_sequence_without_an_end_is_given_up() {
        let mut bytes = b"\x1b[".to_vec();
        for _ in 0..1000 {
            bytes.push(b'1');
            take(&mut bytes);
            assert!(bytes.len() <= LONGEST);
        }
    }

    #[test]
    fn alt_with_a_character_is_not_the_character() {
        assert_eq!(take(&mut b"\x1by\x1b".to_vec()), [Key::Other, Key::Other]);
    }
}
