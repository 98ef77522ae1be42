//! Networks: tensors of bytes, and the operators between them with all their numbers prepared.

use crate::fixed_point::Multiplier;

/// A network with one input and one output.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The tensors that are computed; constants are part of the operators.
    pub tensors: Vec<Tensor>,
    /// In the order in which they run.
    pub operators: Vec<Operator>,
    /// Number of the tensor that is given.
    pub input: usize,
    /// Number of the tensor that is wanted.
    pub output: usize,
}

impl Model {
    /// Multiply-accumulates of an inference, those with padding too.
    pub fn macs(&self) -> u64 {
        self.operators
            .iter()
            .map(|operator| self.macs_of(operator))
            .sum()
    }

    /// Multiply-accumulates of an operator.
    pub fn macs_of(&self, operator: &Operator) -> u64 {
        let [from, to] = [operator.input, operator.output].map(|n| self.tensors[n].shape);
        let products = |own: &Convolution, channels: usize| {
            let taps = own.window.height as u64 * own.window.width as u64;
            to.bytes() as u64 * taps * channels as u64
        };
        match &operator.kind {
            Kind::Convolution(own) => products(own, from.channels),
            Kind::Depthwise(own) => products(own, 1),
            _ => 0,
        }
    }
}

/// Signed bytes, each of which stands for `scale * (byte - zero)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its name in the file.
    pub name: String,
    /// Its form, where a list of n numbers is of 1 x 1 positions with n channels.
    pub shape: Shape,
    /// The step from a byte to the next.
    pub scale: f32,
    /// The byte that stands for 0.
    pub zero: i8,
}

/// Rows and columns of positions, each with channels, which follow one another in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Shape {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

impl Shape {
    /// Bytes of the tensor.
    pub fn bytes(&self) -> usize {
        self.positions() * self.channels
    }

    /// Positions.
    pub fn positions(&self) -> usize {
        self.height * self.width
    }
}

/// One operator: tensors in, a tensor out.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// What it computes.
    pub kind: Kind,
    /// Number of the tensor it reads.
    pub input: usize,
    /// Number of the tensor it makes.
    pub output: usize,
}

/// What an operator computes. Sums are 32 bits; bytes are within `bounds`.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Every output channel is a sum over a window of all input channels. A fully connected layer is one
    /// whose window is all of its input.
    Convolution(Convolution),
    /// Every channel is a sum over a window of its own.
    Depthwise(Convolution),
    /// The sum with a second tensor of the same shape.
    Add(Add),
    /// The mean of a window, a half rounded away from zero.
    AveragePool(Window, Bounds),
    /// The largest byte of a window.
    MaxPool(Window, Bounds),
    /// Other scale, other zero point, or other bounds.
    Rescale(Rescale),
    /// The same bytes in another form.
    Reshape,
    /// Shares of 256, less 128, by a softmax over the channels.
    Softmax(Softmax),
}

impl Kind {
    /// The name of the operator.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Convolution(_) => "convolution",
            Self::Depthwise(_) => "depthwise convolution",
            Self::Add(_) => "addition",
            Self::AveragePool(..) => "average pool",
            Self::MaxPool(..) => "maximum pool",
            Self::Rescale(_) => "rescaling",
            Self::Reshape => "reshape",
            Self::Softmax(_) => "softmax",
        }
    }
}

/// A rectangle that moves over the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Window {
    pub height: usize,
    pub width: usize,
    /// Input positions from one output position to the next.
    pub stride_y: usize,
    pub stride_x: usize,
    /// Rows above the input, and columns left of it, where the window begins. What is outside counts as 0.
    pub top: usize,
    pub left: usize,
}

impl Window {
    /// The input row or column that offset `at` of the window meets at output `out`; none outside.
    pub fn meets(
        out: usize,
        stride: usize,
        at: usize,
        before: usize,
        size: usize,
    ) -> Option<usize> {
        (out * stride + at)
            .checked_sub(before)
            .filter(|&met| met < size)
    }

    /// The input position that offset `(dy, dx)` of the window meets at output position `(y, x)`.
    pub fn position(&self, of: Shape, y: usize, x: usize, dy: usize, dx: usize) -> Option<usize> {
        let row = Self::meets(y, self.stride_y, dy, self.top, of.height)?;
        let column = Self::meets(x, self.stride_x, dx, self.left, of.width)?;
        Some(row * of.width + column)
    }

    /// The offsets at output position `(y, x)` that meet the input, each with its number and the position that it meets.
    pub fn met(self, of: Shape, y: usize, x: usize) -> impl Iterator<Item = (usize, usize)> {
        let runs = self.runs(of, y, x);
        runs.flat_map(|(tap, position, count)| (tap..tap + count).zip(position..))
    }

    /// The same as runs of neighbours, a row of the window each: first offset, first position, and how many.
    pub fn runs(
        self,
        of: Shape,
        y: usize,
        x: usize,
    ) -> impl Iterator<Item = (usize, usize, usize)> {
        let along = |out: usize, stride: usize, size: usize, before: usize, of: usize| {
            let first = before.saturating_sub(out * stride).min(size);
            let end = (of + before).saturating_sub(out * stride).min(size);
            first..end
        };
        let rows = along(y, self.stride_y, self.height, self.top, of.height);
        let columns = along(x, self.stride_x, self.width, self.left, of.width);
        let is_met = !columns.is_empty();
        rows.filter(move |_| is_met).map(move |dy| {
            let row = (y * self.stride_y + dy - self.top) * of.width;
            let column = x * self.stride_x + columns.start - self.left;
            let tap = dy * self.width + columns.start;
            (tap, row + column, columns.len())
        })
    }
}

/// The least and the greatest byte of an output: activation functions are bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Bounds {
    pub least: i8,
    pub greatest: i8,
}

impl Bounds {
    /// The nearest byte within the bounds.
    pub fn clamp(&self, value: i32) -> i8 {
        match value {
            low if low < i32::from(self.least) => self.least,
            high if high > i32::from(self.greatest) => self.greatest,
            byte => byte as i8,
        }
    }
}

/// A convolution of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// What each sum is over.
    pub window: Window,
    /// Signed bytes: for each output channel the rows of the window, their positions, their input
    /// channels; of a depthwise convolution, the rows of the window, their positions, the channels.
    pub weights: Vec<i8>,
    /// Added to each sum of an output channel.
    pub bias: Vec<i32>,
    /// From the sums of an output channel to its bytes.
    pub multipliers: Vec<Multiplier>,
    /// Zero points of input and output.
    pub zeros: (i8, i8),
    /// Bounds of the output.
    pub bounds: Bounds,
}

/// A sum of two tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Add {
    /// Number of the second tensor.
    pub other: usize,
    /// Zero points of the two inputs and of the output.
    pub zeros: (i8, i8, i8),
    /// From an input, less its zero point and times 2^20, to its part of the sum; and from the sum to bytes.
    pub multipliers: (Multiplier, Multiplier, Multiplier),
    /// Bounds of the output.
    pub bounds: Bounds,
}

/// Bytes with another meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rescale {
    /// From a byte, less its zero point, to the new one; none where they are the same.
    pub multiplier: Option<Multiplier>,
    /// Zero points of input and output.
    pub zeros: (i8, i8),
    /// Bounds of the output.
    pub bounds: Bounds,
}

/// A softmax over channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Softmax {
    /// From a difference of bytes to its exponent, 26 bits of which are behind the point.
    pub multiplier: Multiplier,
    /// The least difference that counts.
    pub least: i32,
}
