//! Filling the block RAMs of a routed design: each mark in nextpnr's configuration gives way to its content.
//!
//! A memory of many words or bits lies in several block RAMs, in an arrangement that is the tools' choice. A column
//! of 512 words of one bit is in one block RAM whatever the arrangement, and is looked for in every arrangement there
//! is. (`ecpbram` of Project Trellis does the same, but says nothing when it finds no mark.)

use std::collections::HashMap;

use tensority_hdl::soc::Content;

use super::error::Error;

/// What a block RAM begins with in the configuration: this, its number, and its words of 9 bits.
const BLOCK: &str = ".bram_init ";
/// Words of 9 bits of a block RAM.
const WORDS: usize = 2048;
/// How many words are on a line.
const ON_A_LINE: usize = 8;
/// Words of the shallowest arrangement, and so of a column.
const COLUMN: usize = 512;

/// The arrangements of a block RAM: bits of a port's word; columns; bits that are used of each word of 9 bits.
const ARRANGEMENTS: [(usize, usize, usize); 6] = [
    (1, 32, 8),
    (2, 32, 8),
    (4, 32, 8),
    (9, 36, 9),
    (18, 36, 9),
    (36, 36, 9),
];

type Column = [u64; COLUMN / 64];

/// The configuration with the contents in the place of their marks.
///
/// # Errors
/// If a column of a mark is not there exactly once.
pub fn fill(configuration: &str, contents: &[Content]) -> Result<String, Error> {
    let mut wanted: HashMap<Column, (Column, u32)> = HashMap::new();
    for content in contents {
        let pairs = content
            .mark
            .chunks(COLUMN)
            .zip(content.words.chunks(COLUMN));
        for (mark, words) in pairs {
            for bit in 0..u32::BITS {
                let column = |words: &[u32]| column(|word| words[word] >> bit & 1 == 1);
                wanted.insert(column(mark), (column(words), 0));
            }
        }
    }
    let mut text = String::with_capacity(configuration.len());
    let mut lines = configuration.lines();
    while let Some(line) = lines.next() {
        text += line;
        text.push('\n');
        if line.starts_with(BLOCK) {
            let words = lines.by_ref().take(WORDS / ON_A_LINE);
            let words: Result<Vec<u16>, _> = words
                .flat_map(str::split_whitespace)
                .map(|word| u16::from_str_radix(word, 16))
                .collect();
            let words = words.map_err(Error::output("nextpnr", "configuration"))?;
            if words.len() != WORDS {
                return Err(Error::output("nextpnr", "configuration")(format!(
                    "{} of {WORDS} words in a block RAM",
                    words.len()
                )));
            }
            for line in filled(&words, &mut wanted).chunks(ON_A_LINE) {
                let line: Vec<String> = line.iter().map(|word| format!("{word:03x}")).collect();
                text += &line.join(" ");
                text.push('\n');
            }
        }
    }
    match wanted.values().find(|(_, found)| *found != 1) {
        None => Ok(text),
        Some(&(_, found)) => Err(Error::Mark { found }),
    }
}

/// A block RAM's words with the contents of all columns of marks that are in it.
fn filled(words: &[u16], wanted: &mut HashMap<Column, (Column, u32)>) -> Vec<u16> {
    let mut filled = words.to_vec();
    for (width, columns, used) in ARRANGEMENTS {
        for number in 0..columns {
            // Where a word's bit of this column is: in which word of 9 bits, and where in it.
            let place = |word: usize| {
                let bit = number / width * COLUMN * width + word * width + number % width;
                (bit / used, bit % used)
            };
            let mark = column(|word| {
                let (at, bit) = place(word);
                words[at] >> bit & 1 == 1
            });
            let Some((content, found)) = wanted.get_mut(&mark) else {
                continue;
            };
            *found += 1;
            for word in 0..COLUMN {
                let (at, bit) = place(word);
                let value = content[word / 64] >> (word % 64) & 1;
                filled[at] = filled[at] & !(1 << bit) | (value as u16) << bit;
            }
        }
    }
    filled
}

fn column(bit: impl Fn(usize) -> bool) -> Column {
    let mut column = Column::default();
    for word in 0..COLUMN {
        column[word / 64] |= u64::from(bit(word)) << (word % 64);
    }
    column
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A memory of 512 words of 32 bits in one block RAM, as the widest arrangement has them: four words of 9 bits each.
    fn configuration(words: &[u32]) -> String {
        let parts = words
            .iter()
            .flat_map(|word| (0..4).map(move |part| u64::from(*word) >> (9 * part) & 0x1ff));
        let parts: Vec<String> = parts.map(|part| format!("{part:03x}")).collect();
        let lines: Vec<String> = parts.chunks(ON_A_LINE).map(|line| line.join(" ")).collect();
        format!(
            ".device LFE5U-85F\n\n.bram_init 3\n{}\n\n.tile X\n",
            lines.join("\n")
        )
    }

    fn content() -> Content {
        let mark =
            (1..=512_u32).map(|word| word.wrapping_mul(0x9e37_79b9).rotate_left(word % 31) ^ word);
        Content {
            mark: mark.collect(),
            words: (0..512_u32)
                .map(|word| word.wrapping_mul(0x0101_0101))
                .collect(),
        }
    }

    #[test]
    fn a_mark_gives_way_to_the_content_and_nothing_else_changes() {
        let content = content();
        let filled = fill(
            &configuration(&content.mark),
            std::slice::from_ref(&content),
        )
        .unwrap();
        assert_eq!(filled, configuration(&content.words));
    }

    #[test]
    fn a_mark_that_is_not_there_is_an_error() {
        let content = content();
        let mut other = content.mark.clone();
        other[100] ^= 1 << 7;
        let error = fill(&configuration(&other), &[content]).unwrap_err();
        assert!(matches!(error, Error::Mark { found: 0 }), "{error}");
    }

    #[test]
    fn a_mark_that_is_there_twice_is_an_error() {
        let content = content();
        let twice = configuration(&content.mark).repeat(2);
        let error = fill(&twice, &[content]).unwrap_err();
        assert!(matches!(error, Error::Mark { found: 2 }), "{error}");
    }
}
