//! Tape: the instructions that a core with inference runs, as words of 32 bits in its memory.
//!
//! | instruction | words | fields, by their lowest bit |
//! |---|---|---|
//! | `End` | 1 | operation 0 |
//! | `Layer` | 2 | operation 1, advance 3, `stride_x` 8, `stride_y` 16, `stride_out` 24; `out` 0, `zero` 8, `minimum` 16, `maximum` 24 |
//! | `Load` | 1, then data | operation 2, `first` 8, `words` 16, `slot` 24 |
//! | `Row` | 3 or 5, then weights | operation 3, kind 3, `first` 8, `words` 16, `column` 24; `base` 0, `index` 8, `columns` - 1 16, `rows` - 1 24; `addend`; then of the last row of a sum `multiplier`; `shift` - 1 0, whether `shift` is 0 5 |
//! | `Jump` | 1 | operation 4, `address` 8 |
//!
//! What they do is told in `hdl/src/core/infer.rs`. Data and weights are signed bytes, column 4g + j in bits
//! 8j+7..8j of word g.

use core::ops::RangeInclusive;

/// Bytes of a burst, on a multiple of which a tape begins and jumps.
pub const BURST: u32 = 128;

/// Slots, each of which holds a row of the state.
pub const SLOTS: usize = 256;

/// Cycles from the first position of a row of weights to that of the next, beyond a quarter of the columns, at
/// least.
pub const SPACING: u64 = 8;

/// Bytes that the results of a tape's rows of kind [`Kind::Report`] may have in all.
pub const OUTPUT_BYTES: usize = 2048;

/// Bytes of memory that tapes may take.
pub const MEMORY_BYTES: u32 = 1 << 24;

/// One instruction, without the words of data or weights that follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// The tape ends.
    End,
    /// The parameters of the rows that follow.
    Layer(Layer),
    /// `words` words of data follow, for the columns from `4 * first` on of one slot.
    #[allow(missing_docs)]
    Load { slot: u8, first: u8, words: u8 },
    /// A row of weights meets the slots of a rectangle of positions.
    Row(Row),
    /// The tape goes on at a byte address.
    Jump(u32),
}

/// How the positions of rows lie in the state, and how sums become bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Whether each position of a rectangle's row has a sum of its own; else they add to one.
    pub advance: bool,
    /// Slots from one position to the next, and from one row of positions to the next.
    pub stride_x: u8,
    /// See `stride_x`.
    pub stride_y: u8,
    /// Sums from one row of positions to the next.
    pub stride_out: u8,
    /// The slot that the bytes of sum 0 go to.
    pub out: u8,
    /// Zero point of the bytes.
    pub zero: i8,
    /// Bounds of the bytes.
    pub minimum: i8,
    /// See `minimum`.
    pub maximum: i8,
}

/// A row of weights: `words` words from column `4 * first` on follow, and the other weights are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Row {
    pub kind: Kind,
    pub first: u8,
    /// 0 to a quarter of the columns.
    pub words: u8,
    /// Slot of the first position.
    pub base: u8,
    /// Sum of the first position.
    pub index: u8,
    /// Positions of a row of the rectangle, 1 to 256.
    pub columns: u16,
    /// Rows of the rectangle, 1 to 256.
    pub rows: u16,
    /// Added to each dot product.
    pub addend: i32,
}

/// What becomes of the dot products of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Each is the xi of its slot: the row has no weights.
    Xi,
    /// They are added to the sums.
    Add,
    /// They complete sums, whose bytes go into a column of the state.
    #[allow(missing_docs)]
    Last { column: u8, scale: Scale },
    /// They complete sums, whose bytes go to the output, in the order of positions.
    Report(Scale),
}

/// A factor of at least 0 and less than 1: `multiplier / 2^31 / 2^shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// 0 to 2^31 - 1.
    pub multiplier: u32,
    /// One of [`SHIFTS`](Self::SHIFTS).
    pub shift: u8,
}

impl Scale {
    /// The shifts that there are.
    pub const SHIFTS: RangeInclusive<u8> = 0..=32;

    /// `sum` times the factor, as gemmlowp rounds it: to nearest after the multiplier, a half up; and to
    /// nearest after the shift, a half away from zero.
    pub fn of(self, sum: i32) -> i32 {
        let product = i64::from(sum) * i64::from(self.multiplier);
        let high = (product + (1 << 30)) >> 31;
        let half = (1 << self.shift) >> 1;
        let nearest = match self.shift {
            0 => high,
            _ => (high + half - i64::from(high < 0)) >> self.shift,
        };
        nearest as i32
    }
}

/// What a word, or the end of the words, is instead of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapeError {
    /// This word begins none.
    Unknown(u32),
    /// The words end within one.
    Ended,
}

impl core::fmt::Display for TapeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Unknown(word) => {
                write!(f, "expected an instruction, found the word {word:#010x}")
            }
            Self::Ended => f.write_str("expected the rest of an instruction, found the end"),
        }
    }
}

impl core::error::Error for TapeError {}

impl Instruction {
    /// The instruction as words: up to five, and how many they are.
    pub fn encode(&self) -> ([u32; 5], usize) {
        let word = |fields: [u8; 4]| u32::from_le_bytes(fields);
        match *self {
            Self::End => ([0; 5], 1),
            Self::Layer(layer) => {
                let operation = 1 | u8::from(layer.advance) << 3;
                let [zero, minimum, maximum] =
                    [layer.zero, layer.minimum, layer.maximum].map(i8::cast_unsigned);
                let strides = word([operation, layer.stride_x, layer.stride_y, layer.stride_out]);
                let bytes = word([layer.out, zero, minimum, maximum]);
                ([strides, bytes, 0, 0, 0], 2)
            }
            Self::Load { slot, first, words } => ([word([2, first, words, slot]), 0, 0, 0, 0], 1),
            Self::Row(row) => {
                let (kind, column, scale) = match row.kind {
                    Kind::Add => (0, 0, None),
                    Kind::Xi => (1, 0, None),
                    Kind::Last { column, scale } => (2, column, Some(scale)),
                    Kind::Report(scale) => (6, 0, Some(scale)),
                };
                let less = |count: u16| count.wrapping_sub(1) as u8;
                let head = word([3 | kind << 3, row.first, row.words, column]);
                let positions = word([row.base, row.index, less(row.columns), less(row.rows)]);
                let addend = row.addend.cast_unsigned();
                let Some(scale) = scale else {
                    return ([head, positions, addend, 0, 0], 3);
                };
                let shift = match scale.shift {
                    0 => 1 << 5,
                    shift => u32::from(shift) - 1,
                };
                ([head, positions, addend, scale.multiplier, shift], 5)
            }
            Self::Jump(address) => ([4 | address << 8, 0, 0, 0, 0], 1),
        }
    }

    /// The instruction that begins with the next word; the words of data or weights are left.
    ///
    /// # Errors
    /// If the word begins none, or the words end within it.
    pub fn decode(words: &mut impl Iterator<Item = u32>) -> Result<Self, TapeError> {
        let mut next = || words.next().ok_or(TapeError::Ended);
        let word = next()?;
        let [operation, second, third, fourth] = word.to_le_bytes();
        Ok(match operation & 7 {
            0 => Self::End,
            1 => {
                let [out, zero, minimum, maximum] = next()?.to_le_bytes();
                Self::Layer(Layer {
                    advance: operation & 8 != 0,
                    stride_x: second,
                    stride_y: third,
                    stride_out: fourth,
                    out,
                    zero: zero.cast_signed(),
                    minimum: minimum.cast_signed(),
                    maximum: maximum.cast_signed(),
                })
            }
            2 => Self::Load {
                slot: fourth,
                first: second,
                words: third,
            },
            3 => {
                let [base, index, columns, rows] = next()?.to_le_bytes();
                let addend = next()?.cast_signed();
                let scale = match operation & 0x10 {
                    0 => None,
                    _ => Some((next()?, next()?)),
                };
                let scale = scale.map(|(multiplier, shift)| Scale {
                    multiplier: multiplier & 0x7fff_ffff,
                    shift: match shift & 0x20 {
                        0 => 1 + (shift & 0x1f) as u8,
                        _ => 0,
                    },
                });
                let kind = match (scale, operation & 0x28) {
                    (Some(scale), 0 | 8) => Kind::Last {
                        column: fourth,
                        scale,
                    },
                    (Some(scale), _) => Kind::Report(scale),
                    (None, 0 | 0x20) => Kind::Add,
                    (None, _) => Kind::Xi,
                };
                Self::Row(Row {
                    kind,
                    first: second,
                    words: third,
                    base,
                    index,
                    columns: 1 + u16::from(columns),
                    rows: 1 + u16::from(rows),
                    addend,
                })
            }
            4 => Self::Jump(word >> 8),
            _ => return Err(TapeError::Unknown(word)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_is_read_as_it_was_written() {
        let scale = Scale {
            multiplier: 0x7654_3210,
            shift: 32,
        };
        let kinds = [
            Kind::Xi,
            Kind::Add,
            Kind::Report(Scale { shift: 0, ..scale }),
            Kind::Last { column: 200, scale },
        ];
        let rows = kinds.map(|kind| {
            Instruction::Row(Row {
                kind,
                first: 3,
                words: 64,
                base: 7,
                index: 9,
                columns: 256,
                rows: 1,
                addend: -5,
            })
        });
        let layer = Instruction::Layer(Layer {
            advance: true,
            stride_x: 2,
            stride_y: 10,
            stride_out: 5,
            out: 100,
            zero: -128,
            minimum: -128,
            maximum: 127,
        });
        let load = Instruction::Load {
            slot: 255,
            first: 63,
            words: 1,
        };
        let others = [Instruction::End, layer, load, Instruction::Jump(0xff_ff80)];
        for instruction in others.into_iter().chain(rows) {
            let (words, count) = instruction.encode();
            let mut words = words.into_iter().take(count);
            assert_eq!(Instruction::decode(&mut words), Ok(instruction));
            assert_eq!(words.next(), None);
        }
        let unknown = Instruction::decode(&mut [7].into_iter());
        assert_eq!(unknown, Err(TapeError::Unknown(7)));
        assert_eq!(
            Instruction::decode(&mut [3, 0].into_iter()),
            Err(TapeError::Ended)
        );
    }

    #[test]
    fn a_scale_rounds_halves_as_gemmlowp_does() {
        // A quarter: halves away from zero after the shift.
        let quarter = Scale {
            multiplier: 1 << 30,
            shift: 1,
        };
        let sums = [-6, -5, -2, -1, 0, 1, 2, 5, 6];
        // 2^30 / 2^31 rounds a half up first: -5 / 2 is -2, 5 / 2 is 3.
        let expected = [-2, -1, -1, 0, 0, 1, 1, 2, 2];
        assert_eq!(sums.map(|sum| quarter.of(sum)), expected);
    }
}
