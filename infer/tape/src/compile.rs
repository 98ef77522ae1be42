//! Compiler: from the operators of a network to rows of weights.
//!
//! A tensor lies in the state as one slot for each position and each `columns` channels. An output
//! channel is a row of weights for each tap of the window and each slot of a position; a tap that falls beside the
//! input has fewer positions. Only a row that meets all positions may complete the sums. The zero point of the
//! input is subtracted with the addends, a row at a time, so that positions at a border need nothing of their own.
//!
//! Where the first operator is a convolution, its input is loaded as the windows that it meets.

mod place;
mod rows;
mod sums;

use tensority_infer::graph::{Convolution, Kind, Model, Shape, Window};
use tensority_protocol::tape::{Instruction, OUTPUT_BYTES, SLOTS};

use crate::compile::place::{Place, Slots};
use crate::compile::rows::Rows;
use crate::program::{InputSlot, MadeByte, Program, push};

/// Why a network is no tape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The core has no way to do it.
    #[error("operator {number} ({name}): expected {expected}, found {found}")]
    Operator {
        /// Number of the operator.
        number: usize,
        /// Its name.
        name: &'static str,
        /// What a core does.
        expected: String,
        /// What the operator needs.
        found: String,
    },
    /// The state is too small.
    #[error(
        "operator {number} ({name}): expected at most {SLOTS} slots for input and output, found {found}"
    )]
    Slots {
        /// Number of the operator.
        number: usize,
        /// Its name.
        name: &'static str,
        /// Slots in use, and wanted.
        found: usize,
    },
    /// There is nothing for the core to do.
    #[error(
        "expected a convolution, a pool or a rescaling, found none in front of what the host does"
    )]
    Nothing,
}

/// The program of a network for a core whose state has so many columns.
///
/// # Errors
/// If an operator is not one that the core does, or a tensor does not fit.
pub fn compile(model: &Model, columns: usize) -> Result<Program, CompileError> {
    let on_host = |kind: &Kind| matches!(kind, Kind::Softmax(_) | Kind::Reshape);
    let tail = model
        .operators
        .iter()
        .rev()
        .take_while(|operator| on_host(&operator.kind));
    let rest = model.operators.len() - tail.count();
    let last = rest.checked_sub(1).ok_or(CompileError::Nothing)?;
    let mut compiler = Compiler {
        model,
        columns,
        slots: Slots::new(),
        places: vec![None; model.tensors.len()],
        rows: Rows::new(columns),
        input: Vec::new(),
        made: Vec::new(),
    };
    for number in 0..rest {
        compiler.operator(number, number == last)?;
    }
    let Compiler {
        mut rows,
        input,
        made,
        ..
    } = compiler;
    push(&mut rows.words, &Instruction::End);
    Ok(Program {
        words: rows.words,
        input,
        made,
        output: model.operators[last].output,
        rest,
        cycles: rows.cycles,
    })
}

struct Compiler<'a> {
    model: &'a Model,
    columns: usize,
    slots: Slots,
    /// Where tensors are.
    places: Vec<Option<Place>>,
    rows: Rows,
    input: Vec<InputSlot>,
    made: Vec<MadeByte>,
}

impl Compiler<'_> {
    fn operator(&mut self, number: usize, last: bool) -> Result<(), CompileError> {
        let operator = &self.model.operators[number];
        let refused = |expected: &str, found: &str| CompileError::Operator {
            number,
            name: operator.kind.name(),
            expected: expected.into(),
            found: found.into(),
        };
        match &operator.kind {
            Kind::Add(_) => return Err(refused("sums of products", "a sum of two tensors")),
            Kind::MaxPool(..) => return Err(refused("sums of products", "a maximum")),
            Kind::Softmax(_) => return Err(refused("softmax at the end, for the host", "more")),
            _ => {}
        }
        let unfolded = match (&operator.kind, operator.input == self.model.input) {
            (Kind::Convolution(own), true) => Some(self.unfold(number, own)?),
            (_, true) => {
                self.load_whole(number)?;
                None
            }
            _ => None,
        };
        let from = self.places[operator.input].clone();
        let from = from.ok_or_else(|| refused("an input that was computed", "none"))?;
        if operator.kind == Kind::Reshape {
            // The same bytes in the same places.
            self.places[operator.output] = Some(from);
            return Ok(());
        }
        let shape = self.model.tensors[operator.output].shape;
        let to = match last {
            true if shape.bytes() > OUTPUT_BYTES => {
                let expected = format!("at most {OUTPUT_BYTES} bytes of output");
                return Err(refused(&expected, &shape.bytes().to_string()));
            }
            // Output takes no slots.
            true => Place::new(0, shape, self.columns),
            false => self.place(number, shape)?,
        };
        let sums = match &unfolded {
            Some(convolution) => sums::convolution(convolution, &from, shape),
            None => sums::of(&operator.kind, &from, shape),
        };
        let sums = sums.map_err(|(expected, found)| refused(&expected, &found))?;
        if !self.rows.emit(&sums, &from, &to, last) {
            let expected = "strides and positions of less than 256 slots";
            return Err(refused(expected, &format!("{:?}", from.shape)));
        }
        self.made.extend((0..shape.channels).flat_map(|channel| {
            (0..shape.positions()).map(move |position| MadeByte {
                operator: number,
                position,
                channel,
            })
        }));
        self.places[operator.output] = Some(to);
        self.release(number);
        Ok(())
    }

    /// Slots for a tensor.
    fn place(&mut self, number: usize, shape: Shape) -> Result<Place, CompileError> {
        let count = Place::new(0, shape, self.columns).slots();
        match self.slots.take(count) {
            Some(base) => Ok(Place::new(base, shape, self.columns)),
            None => Err(CompileError::Slots {
                number,
                name: self.model.operators[number].kind.name(),
                found: self.slots.taken() + count,
            }),
        }
    }

    /// Gives back the slots of tensors that no later operator reads.
    fn release(&mut self, number: usize) {
        let later = self.model.operators[number + 1..].iter();
        let is_read = |tensor: usize| {
            later.clone().any(|operator| {
                let other = matches!(&operator.kind, Kind::Add(add) if add.other == tensor);
                operator.input == tensor || other
            })
        };
        // A reshaped tensor has the slots of the one before.
        let kept: Vec<u8> = (0..self.places.len())
            .filter(|tensor| is_read(*tensor))
            .filter_map(|tensor| Some(self.places[tensor].as_ref()?.base))
            .collect();
        for tensor in 0..self.places.len() {
            if !is_read(tensor)
                && let Some(place) = self.places[tensor].take()
                && !kept.contains(&place.base)
            {
                self.slots.give_back(place.base);
            }
        }
    }

    /// Loads the input as it is.
    fn load_whole(&mut self, number: usize) -> Result<(), CompileError> {
        let shape = self.model.tensors[self.model.input].shape;
        let place = self.place(number, shape)?;
        for tile in 0..place.tiles() {
            let channels = place.channels(tile);
            for position in 0..shape.positions() {
                let byte = |channel: usize| Some(position * shape.channels + channel);
                self.input.push(InputSlot {
                    slot: place.slot(position, tile),
                    bytes: channels.clone().map(byte).collect(),
                });
            }
        }
        self.places[self.model.input] = Some(place);
        Ok(())
    }

    /// Loads the input as the windows of a convolution; the convolution as one of 1 x 1 over them.
    fn unfold(&mut self, number: usize, own: &Convolution) -> Result<Convolution, CompileError> {
        let model = self.model;
        let from = model.tensors[model.input].shape;
        let to = model.tensors[model.operators[number].output].shape;
        let taps = own.window.height * own.window.width;
        let shape = Shape {
            channels: taps * from.channels,
            ..to
        };
        let place = self.place(number, shape)?;
        for tile in 0..place.tiles() {
            let channels = place.channels(tile);
            for position in 0..shape.positions() {
                let (y, x) = (position / to.width, position % to.width);
                let byte = |channel: usize| {
                    let (tap, channel) = (channel / from.channels, channel % from.channels);
                    let (dy, dx) = (tap / own.window.width, tap % own.window.width);
                    let met = own.window.position(from, y, x, dy, dx)?;
                    Some(met * from.channels + channel)
                };
                self.input.push(InputSlot {
                    slot: place.slot(position, tile),
                    bytes: channels.clone().map(byte).collect(),
                });
            }
        }
        self.places[model.input] = Some(place);
        Ok(Convolution {
            window: Window {
                height: 1,
                width: 1,
                stride_y: 1,
                stride_x: 1,
                top: 0,
                left: 0,
            },
            ..own.clone()
        })
    }
}
