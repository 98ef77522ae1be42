//! Rows: sums as the instructions of a tape.

use tensority_protocol::tape::{Instruction, Kind, Layer, Row, SPACING};

use super::place::Place;
use super::sums::{Channel, Part, Sums};
use crate::program::push;

/// A tape that grows.
pub struct Rows {
    /// Its words.
    pub words: Vec<u32>,
    /// Cycles in which the array meets positions.
    pub cycles: u64,
    columns: usize,
}

/// A row that is not written yet: it may be the last of its sums.
struct Open<'a> {
    row: Row,
    weights: &'a [i8],
    meets_all: bool,
}

impl Rows {
    /// An empty tape for a state of so many columns.
    pub fn new(columns: usize) -> Self {
        Self {
            words: Vec::new(),
            cycles: 0,
            columns,
        }
    }

    /// Appends an operator; false if its positions are too many for the fields of a row.
    pub fn emit(&mut self, sums: &Sums, from: &Place, to: &Place, report: bool) -> bool {
        let slots = from.slots();
        let (stride_y, stride_x) = sums.strides;
        let down = stride_y * from.shape.width;
        let is_flat = sums.positions.0 == 1 && !sums.whole;
        if slots > 256 || to.shape.positions() > 256 || stride_x > 255 || (down > 255 && !is_flat) {
            return false;
        }
        // xi of all slots that are read.
        let every = Layer {
            stride_x: 1,
            ..Layer::default()
        };
        self.layer(every);
        let xi = Row {
            kind: Kind::Xi,
            first: 0,
            words: 0,
            base: from.base,
            index: 0,
            columns: slots as u16,
            rows: 1,
            addend: 0,
        };
        self.row(xi, &[]);
        for tile in 0..to.tiles() {
            self.layer(Layer {
                advance: !sums.whole,
                stride_x: stride_x as u8,
                stride_y: down as u8,
                stride_out: if sums.whole {
                    0
                } else {
                    sums.positions.1 as u8
                },
                out: to.slot(0, tile),
                zero: sums.zero,
                minimum: sums.bounds.least,
                maximum: sums.bounds.greatest,
            });
            for number in to.channels(tile) {
                let column = (number - to.channels(tile).start) as u8;
                self.channel(sums, number, column, from, report);
            }
        }
        true
    }

    fn channel(&mut self, sums: &Sums, number: usize, column: u8, from: &Place, report: bool) {
        let channel = &sums.channels[number];
        let parts = channel
            .parts
            .iter()
            .flat_map(|part| (0..channel.times).map(move |_| part));
        let mut rows: Vec<Open> = parts
            .map(|part| open(sums, part, from))
            .filter(|open| open.row.words > 0 || open.row.addend != 0)
            .collect();
        let bias = channel.bias.wrapping_mul(channel.times as i32);
        // The last row meets all positions; if none does, one without weights.
        let last = rows.iter().rposition(|open| open.meets_all);
        let last = last.map(|last| rows.remove(last));
        let last = last.unwrap_or_else(|| nothing(sums, from));
        for open in rows {
            self.row(open.row, open.weights);
        }
        let addend = last.row.addend.wrapping_add(bias);
        let row = Row {
            kind: last_kind(channel, column, report),
            addend,
            ..last.row
        };
        self.row(row, last.weights);
    }

    fn layer(&mut self, layer: Layer) {
        push(&mut self.words, &Instruction::Layer(layer));
    }

    fn row(&mut self, row: Row, weights: &[i8]) {
        push(&mut self.words, &Instruction::Row(row));
        let words = weights.chunks(4).map(|chunk| {
            let mut word = [0; 4];
            word[..chunk.len()]
                .copy_from_slice(&chunk.iter().map(|w| w.cast_unsigned()).collect::<Vec<_>>());
            u32::from_le_bytes(word)
        });
        self.words.extend(words);
        let positions = u64::from(row.columns) * u64::from(row.rows);
        self.cycles += positions.max(self.columns as u64 / 4 + SPACING);
    }
}

fn last_kind(channel: &Channel, column: u8, report: bool) -> Kind {
    match report {
        true => Kind::Report(channel.scale),
        false => Kind::Last {
            column,
            scale: channel.scale,
        },
    }
}

/// A part as a row of its weights that are not 0, by words.
fn open<'a>(sums: &Sums, part: &'a Part, from: &Place) -> Open<'a> {
    let is_used = |word: &[i8]| word.iter().any(|weight| *weight != 0);
    let used: Vec<bool> = part.weights.chunks(4).map(is_used).collect();
    let first = used.iter().position(|used| *used).unwrap_or(0);
    let end = used
        .iter()
        .rposition(|used| *used)
        .map_or(first, |word| word + 1);
    let weights = part.weights.get(4 * first..part.weights.len().min(4 * end));
    let (rows, columns) = (part.rows.len(), part.columns.len());
    let position = part.at.0 * from.shape.width + part.at.1;
    let index = match sums.whole {
        true => 0,
        false => part.rows.start * sums.positions.1 + part.columns.start,
    };
    Open {
        row: Row {
            kind: Kind::Add,
            first: first as u8,
            words: (end - first) as u8,
            base: from.slot(position, part.tile),
            index: index as u8,
            columns: columns as u16,
            rows: rows as u16,
            addend: part.addend,
        },
        weights: weights.unwrap_or_default(),
        meets_all: (rows, columns) == sums.positions && !sums.whole,
    }
}

/// A row without weights that meets all positions.
fn nothing<'a>(sums: &Sums, from: &Place) -> Open<'a> {
    let (rows, columns) = sums.positions;
    Open {
        row: Row {
            kind: Kind::Add,
            first: 0,
            words: 0,
            base: from.base,
            index: 0,
            columns: columns as u16,
            rows: rows as u16,
            addend: 0,
        },
        weights: &[],
        meets_all: true,
    }
}
