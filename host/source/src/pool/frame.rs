//! JSON objects out of a stream of bytes.

use crate::excerpt::quote;

/// The longest object that is taken, in bytes. A job takes less than a thousand.
pub const MAX_OBJECT_BYTES: usize = 1 << 16;
/// As much of what is no object is kept as is quoted.
const MAX_JUNK_BYTES: usize = 240;

/// What is in a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// From a brace to its counterpart. What is between them may be no JSON.
    Object(Vec<u8>),
    /// Something else than an object, or one that a line's end cuts short: its beginning, in quotes.
    Junk(String),
    /// An object longer than [`MAX_OBJECT_BYTES`]. What follows cannot be understood.
    TooLong,
}

/// Finds objects by their braces, since some pools end no lines, and by lines: an object is over at
/// the end of its line at the latest.
#[derive(Debug, Default)]
pub struct Framer {
    bytes: Vec<u8>,
    depth: u32,
    in_string: bool,
    /// The character before was a backslash in a string.
    is_escaped: bool,
}

impl Framer {
    /// Takes bytes; what is complete by them, in order.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Frame> {
        bytes.iter().filter_map(|&byte| self.take(byte)).collect()
    }

    fn take(&mut self, byte: u8) -> Option<Frame> {
        match byte {
            b'\n' => self.cut(),
            _ if self.depth > 0 => self.take_inside(byte),
            b'{' => {
                let junk = self.cut();
                self.bytes.push(byte);
                self.depth = 1;
                junk
            }
            _ => {
                if self.bytes.len() < MAX_JUNK_BYTES {
                    self.bytes.push(byte);
                }
                None
            }
        }
    }

    fn take_inside(&mut self, byte: u8) -> Option<Frame> {
        if self.bytes.len() == MAX_OBJECT_BYTES {
            *self = Self::default();
            return Some(Frame::TooLong);
        }
        self.bytes.push(byte);
        if self.in_string {
            self.in_string = self.is_escaped || byte != b'"';
            self.is_escaped = !self.is_escaped && byte == b'\\';
            return None;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' => self.depth += 1,
            b'}' => self.depth -= 1,
            _ => {}
        }
        let bytes = (self.depth == 0).then(|| std::mem::take(&mut self.bytes))?;
        Some(Frame::Object(bytes))
    }

    /// Ends what is not complete.
    fn cut(&mut self) -> Option<Frame> {
        let bytes = std::mem::take(self).bytes;
        let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
        (!is_blank).then(|| Frame::Junk(quote(&bytes)))
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn object(text: &str) -> Frame {
        Frame::Object(text.into())
    }

    fn frames(text: &str) -> Vec<Frame> {
        Framer::default().push(text.as_bytes())
    }

    #[test]
    fn objects_need_no_line_and_lines_may_end_in_two_ways() {
        let expected = [object("{}"), object(r#"{"a":{}}"#), object("{ }")];
        for text in [
            "{}{\"a\":{}}{ }",
            "{}\n{\"a\":{}}\n{ }\n",
            "\r\n{}\r\n\r\n{\"a\":{}} \t{ }\r\n",
        ] {
            assert_eq!(frames(text), expected);
            let mut framer = Framer::default();
            let one_by_one: Vec<_> = text.bytes().flat_map(|byte| framer.push(&[byte])).collect();
            assert_eq!(one_by_one, expected);
        }
    }

    #[test]
    fn braces_in_strings_are_text() {
        for text in [r#"{"a":"}{"}"#, r#"{"\"}":"\\"}"#, r#"{"a":"\\\"}"}"#] {
            assert_eq!(frames(&format!("{text}{{}}")), [object(text), object("{}")]);
        }
    }

    #[test]
    fn half_an_object_ends_with_its_line() {
        let frames = frames("{\"a\":\"b\n{}\n{\"a\":{\n{}");
        let [half, whole, other_half, other_whole] = &frames[..] else {
            panic!("{frames:?}");
        };
        assert!(matches!(half, Frame::Junk(text) if text.contains("b")));
        assert!(matches!(other_half, Frame::Junk(_)));
        assert_eq!([whole, other_whole], [&object("{}"); 2]);
    }

    #[test]
    fn what_is_no_object_is_told_in_short() {
        let junk = |text: &str| Frame::Junk(format!("{text:?}"));
        assert_eq!(
            frames("hello\n[1]{}"),
            [junk("hello"), junk("[1]"), object("{}")]
        );
        let long = "x".repeat(1_000_000);
        let mut framer = Framer::default();
        assert!(framer.push(long.as_bytes()).is_empty());
        assert!(framer.bytes.capacity() < 1000);
        assert!(matches!(&framer.push(b"\n")[..], [Frame::Junk(text)] if text.len() < 100));
    }

    #[test]
    fn an_object_has_an_end() {
        let inside = "x".repeat(MAX_OBJECT_BYTES - 2);
        assert!(matches!(
            frames(&format!("{{{inside}}}"))[..],
            [Frame::Object(_)]
        ));
        assert_eq!(frames(&format!("{{{inside}x}}"))[0], Frame::TooLong);
        assert_eq!(frames(&"{".repeat(MAX_OBJECT_BYTES + 1)), [Frame::TooLong]);
    }

    #[test]
    fn no_bytes_make_it_panic_or_grow() {
        let seed = testvectors::seed();
        let mut random = StdRng::seed_from_u64(seed);
        const BYTES: &[u8] = b"{{{}}}\"\"\\\n\rax0\xff[]:,";
        let mut framer = Framer::default();
        for _ in 0..2000 {
            let count = random.random_range(0..300);
            let bytes: Vec<_> = (0..count)
                .map(|_| BYTES[random.random_range(0..BYTES.len())])
                .collect();
            let kept = framer.bytes.len();
            let frames = framer.push(&bytes);
            let told: usize = frames
                .iter()
                .map(|frame| match frame {
                    Frame::Object(bytes) => bytes.len(),
                    _ => 0,
                })
                .sum();
            assert!(told <= kept + count);
            assert!(framer.bytes.len() <= MAX_OBJECT_BYTES);
        }
    }
}
