//! The meaning of tapes: a core with inference in software, without cycles.
//!
//! It holds a tape to what the core relies on, too: what a row reads has been written before the layer began, xi
//! of a slot is that of its bytes, and a sum is not met again while it is on its way.

use tensority_protocol::tape::{
    BURST, Instruction, Kind, Layer, MEMORY_BYTES, OUTPUT_BYTES, Row, SLOTS, SPACING, TapeError,
};

/// Words that the machine runs before it gives up a tape that jumps for ever.
const PATIENCE: usize = 1 << 24;

/// Cycles from a sum to the next use of it, if other sums are used between.
const REUSE: u64 = 4;

/// A byte that a row made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Whether it belongs to the output, not to the state.
    pub report: bool,
    /// Slot that it goes to; of output, what that would be.
    pub slot: u8,
    /// Column that it goes to; 0 of output.
    pub column: u8,
    /// The byte.
    pub value: i8,
}

/// What a tape did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// All bytes that its rows made, in order.
    pub made: Vec<Made>,
    /// Those that belong to the output.
    pub output: Vec<i8>,
    /// Cycles that its rows take if their words come in time.
    pub cycles: u64,
    /// Words that it has, with those of data and weights.
    pub words: u64,
}

/// A tape that no core runs as it is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MachineError {
    /// A word that begins no instruction.
    #[error("word {at}: {source}")]
    Word {
        /// Its number in memory.
        at: usize,
        /// What is wrong.
        source: TapeError,
    },
    /// The tape leaves its memory, or jumps for ever.
    #[error("expected the end of the tape, found none within {0} words")]
    Endless(usize),
    /// A jump into a burst.
    #[error("expected a jump to a multiple of {BURST}, found {0:#x}")]
    Jump(u32),
    /// Weights or data beyond the columns of the state.
    #[error("expected at most {columns} columns, found column {found}")]
    Columns {
        /// Columns that there are.
        columns: usize,
        /// The column.
        found: usize,
    },
    /// A row reads a slot that the rows of its layer write.
    #[error(
        "slot {0}: expected a layer between a row that writes it and one that reads it, found none"
    )]
    Unsettled(u8),
    /// A row reads a slot whose xi was not made since its bytes were written, or not in an earlier layer.
    #[error("slot {0}: expected its xi from an earlier layer, found none")]
    NoXi(u8),
    /// A sum is met again too early.
    #[error("sum {0}: expected it again at once or after {REUSE} cycles, found it between")]
    Reuse(u8),
    /// More output than the core keeps.
    #[error("expected at most {OUTPUT_BYTES} bytes of output, found more")]
    Output,
}

/// What is known of a slot's xi.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Xi {
    Missing,
    /// Made in this layer, so that no row may use it yet.
    New,
    Known,
}

/// A core with inference: its state and its sums.
#[derive(Clone, Debug)]
pub struct Machine {
    columns: usize,
    state: Vec<Vec<i8>>,
    xi: Vec<Xi>,
    written: Vec<bool>,
    sums: Vec<i32>,
    /// The cycle of a row's position, that of its first, those in which sums were used, and the last one used.
    cycle: u64,
    row_start: u64,
    used: Vec<Option<u64>>,
    newest: Option<u8>,
    layer: Layer,
}

impl Machine {
    /// A machine whose state has so many columns, and is 0.
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            state: vec![vec![0; columns]; SLOTS],
            xi: vec![Xi::Missing; SLOTS],
            written: vec![false; SLOTS],
            sums: vec![0; SLOTS],
            cycle: 0,
            row_start: 0,
            used: vec![None; SLOTS],
            newest: None,
            layer: Layer::default(),
        }
    }

    /// Runs the tape at byte `address` of a memory of words.
    ///
    /// # Errors
    /// If a core would not run it as it is meant.
    pub fn run(&mut self, memory: &[u32], address: u32) -> Result<Outcome, MachineError> {
        let mut outcome = Outcome::default();
        let mut at = start(address)?;
        self.sums.fill(0);
        self.used.fill(None);
        self.newest = None;
        let began = self.cycle;
        while outcome.words < PATIENCE as u64 {
            let mut rest = memory.get(at..).unwrap_or_default().iter().copied();
            let instruction = Instruction::decode(&mut rest)
                .map_err(|source| MachineError::Word { at, source })?;
            let mut used = instruction.encode().1;
            let data = |count: u8| {
                let from = at + used;
                memory.get(from..from + usize::from(count))
            };
            match instruction {
                Instruction::End => {
                    outcome.words += 1;
                    outcome.cycles = self.cycle - began;
                    return Ok(outcome);
                }
                Instruction::Jump(address) => {
                    outcome.words += 1;
                    at = start(address)?;
                    continue;
                }
                Instruction::Layer(layer) => {
                    self.layer = layer;
                    self.written.fill(false);
                    for xi in &mut self.xi {
                        if *xi == Xi::New {
                            *xi = Xi::Known;
                        }
                    }
                }
                Instruction::Load { slot, first, words } => {
                    let data = data(words).ok_or(MachineError::Endless(memory.len()))?;
                    let bytes = self.bytes(first, data)?;
                    let from = 4 * usize::from(first);
                    self.state[usize::from(slot)][from..from + bytes.len()].copy_from_slice(&bytes);
                    self.xi[usize::from(slot)] = Xi::Missing;
                    used += usize::from(words);
                }
                Instruction::Row(row) => {
                    let data = data(row.words).ok_or(MachineError::Endless(memory.len()))?;
                    let weights = self.bytes(row.first, data)?;
                    self.row(&row, &weights, &mut outcome)?;
                    used += usize::from(row.words);
                }
            }
            at += used;
            outcome.words += used as u64;
        }
        Err(MachineError::Endless(PATIENCE))
    }

    /// The bytes of words for the columns from `4 * first` on.
    fn bytes(&self, first: u8, words: &[u32]) -> Result<Vec<i8>, MachineError> {
        let found = 4 * (usize::from(first) + words.len());
        if found > self.columns {
            return Err(MachineError::Columns {
                columns: self.columns,
                found: found - 1,
            });
        }
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        Ok(bytes.map(u8::cast_signed).collect())
    }

    fn row(
        &mut self,
        row: &Row,
        weights: &[i8],
        outcome: &mut Outcome,
    ) -> Result<(), MachineError> {
        let layer = self.layer;
        self.cycle = self
            .cycle
            .max(self.row_start + self.columns as u64 / 4 + SPACING);
        self.row_start = self.cycle;
        for y in 0..row.rows {
            for x in 0..row.columns {
                let step = |count: u16, stride: u8| (count as u8).wrapping_mul(stride);
                let slot = row.base.wrapping_add(step(x, layer.stride_x));
                let slot = slot.wrapping_add(step(y, layer.stride_y));
                let index = row.index.wrapping_add(step(x, u8::from(layer.advance)));
                let index = index.wrapping_add(step(y, layer.stride_out));
                self.position(row, weights, slot, index, outcome)?;
                self.cycle += 1;
            }
        }
        Ok(())
    }

    fn position(
        &mut self,
        row: &Row,
        weights: &[i8],
        slot: u8,
        index: u8,
        outcome: &mut Outcome,
    ) -> Result<(), MachineError> {
        let read = usize::from(slot);
        if self.written[read] {
            return Err(MachineError::Unsettled(slot));
        }
        if row.kind == Kind::Xi {
            self.xi[read] = Xi::New;
            return Ok(());
        }
        if self.xi[read] != Xi::Known {
            return Err(MachineError::NoXi(slot));
        }
        let state = self.state[read].iter().skip(4 * usize::from(row.first));
        let products = state
            .zip(weights)
            .map(|(&s, &w)| i32::from(s) * i32::from(w));
        let dot: i32 = products.sum();
        let used = self.used[usize::from(index)].replace(self.cycle);
        let is_on_its_way = used.is_some_and(|used| self.cycle - used < REUSE);
        if self.newest.replace(index) != Some(index) && is_on_its_way {
            return Err(MachineError::Reuse(index));
        }
        let sum = &mut self.sums[usize::from(index)];
        *sum = sum.wrapping_add(dot).wrapping_add(row.addend);
        let (report, column, scale) = match row.kind {
            Kind::Xi | Kind::Add => return Ok(()),
            Kind::Last { column, scale } => (false, column, scale),
            Kind::Report(scale) => (true, 0, scale),
        };
        let layer = self.layer;
        let scaled = scale.of(*sum).saturating_add(i32::from(layer.zero));
        *sum = 0;
        let value = match scaled {
            low if low < i32::from(layer.minimum) => layer.minimum,
            high if high > i32::from(layer.maximum) => layer.maximum,
            byte => byte as i8,
        };
        let slot = layer.out.wrapping_add(index);
        outcome.made.push(Made {
            report,
            slot,
            column,
            value,
        });
        if report {
            if outcome.output.len() == OUTPUT_BYTES {
                return Err(MachineError::Output);
            }
            outcome.output.push(value);
            return Ok(());
        }
        let written = usize::from(slot);
        let columns = self.columns;
        let place = self.state[written].get_mut(usize::from(column));
        *place.ok_or(MachineError::Columns {
            columns,
            found: usize::from(column),
        })? = value;
        self.written[written] = true;
        self.xi[written] = Xi::Missing;
        Ok(())
    }
}

/// The number of the word that a tape goes on with.
fn start(address: u32) -> Result<usize, MachineError> {
    match address.is_multiple_of(BURST) && address < MEMORY_BYTES {
        true => Ok(address as usize / 4),
        false => Err(MachineError::Jump(address)),
    }
}

#[cfg(test)]
mod tests {
    use tensority_protocol::tape::Scale;

    use super::*;

    const ROW: Row = Row {
        kind: Kind::Add,
        first: 0,
        words: 1,
        base: 0,
        index: 0,
        columns: 1,
        rows: 1,
        addend: 0,
    };

    /// A slot with the bytes 1, 2, 3, 4, whose xi is known.
    fn prepared() -> Vec<u32> {
        let load = Instruction::Load {
            slot: 0,
            first: 0,
            words: 1,
        };
        let mut tape = words(&[load]);
        tape.push(0x0403_0201);
        let xi = Row {
            kind: Kind::Xi,
            words: 0,
            ..ROW
        };
        tape.extend(words(&[layer(), Instruction::Row(xi), layer()]));
        tape
    }

    fn layer() -> Instruction {
        Instruction::Layer(Layer {
            out: 1,
            minimum: -128,
            maximum: 127,
            ..Layer::default()
        })
    }

    fn words(instructions: &[Instruction]) -> Vec<u32> {
        let encoded = instructions.iter().map(Instruction::encode);
        encoded
            .flat_map(|(words, count)| words.into_iter().take(count))
            .collect()
    }

    fn run(tape: &[u32]) -> Result<Outcome, MachineError> {
        Machine::new(32).run(tape, 0)
    }

    const HALF: Scale = Scale {
        multiplier: 1 << 30,
        shift: 0,
    };

    #[test]
    fn two_rows_make_a_byte() {
        let mut tape = prepared();
        tape.extend(words(&[Instruction::Row(ROW)]));
        // 1 * 1 + 2 * 1 + 3 * 1 + 4 * -1 = 2.
        tape.push(0xff01_0101);
        let last = Row {
            kind: Kind::Report(HALF),
            words: 0,
            addend: 20,
            ..ROW
        };
        tape.extend(words(&[Instruction::Row(last), Instruction::End]));
        assert_eq!(run(&tape).unwrap().output, [11]);
    }

    #[test]
    fn what_a_core_would_not_do_as_it_is_meant_is_an_error() {
        let row = |row: Row| [Instruction::Row(row)];
        let last = |column| Row {
            kind: Kind::Last {
                column,
                scale: HALF,
            },
            words: 0,
            ..ROW
        };
        let without_words = Row { words: 0, ..ROW };
        let cases: [(Vec<u32>, MachineError); 5] = [
            (
                words(&row(Row {
                    base: 9,
                    ..without_words
                })),
                MachineError::NoXi(9),
            ),
            (
                words(
                    &[
                        row(last(0)),
                        row(Row {
                            base: 1,
                            ..without_words
                        }),
                    ]
                    .concat(),
                ),
                MachineError::Unsettled(1),
            ),
            (
                words(&row(last(32))),
                MachineError::Columns {
                    columns: 32,
                    found: 32,
                },
            ),
            (words(&[Instruction::Jump(4)]), MachineError::Jump(4)),
            (
                words(&[Instruction::Jump(0)]),
                MachineError::Endless(PATIENCE),
            ),
        ];
        for (more, expected) in cases {
            let tape = [prepared(), more].concat();
            assert_eq!(run(&tape), Err(expected));
        }
        let ended = run(&prepared()).unwrap_err();
        assert!(matches!(
            ended,
            MachineError::Word {
                source: TapeError::Ended,
                ..
            }
        ));
    }
}
