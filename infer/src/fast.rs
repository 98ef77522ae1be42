//! Networks on the processor, as fast as it can: many inputs at a time, by the back ends of the hash.
//!
//! Inside, bytes are kept + 128, which is what `vpdpbusd` multiplies; the sums begin with what that adds. Every byte
//! is the [reference](crate::reference)'s on every back end.

#![expect(
    unsafe_code,
    reason = "weights are read through pointers, and functions are called that need instructions"
)]

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod kernel;
mod portable;
mod product;
mod scales;
mod window;
#[cfg(target_arch = "x86_64")]
mod x86;

use tensority::fast::Backend;

use self::kernel::Kernel;
use self::product::Product;
use self::scales::Scales;
use self::window::Rows;
use crate::graph::{Add, Bounds, Convolution, Kind, Model, Operator, Shape, Softmax, Window};
use crate::reference::InputError;
use crate::softmax::softmax;

/// Rows of windows that are laid out at a time.
const ROWS: usize = 4096;

/// A network that is prepared for a back end.
pub struct Engine {
    model: Model,
    backend: Backend,
    kernel: &'static dyn Kernel,
    steps: Vec<Step>,
    /// Bytes + 128 of each tensor, an input of the batch after the other.
    tensors: Vec<Vec<u8>>,
    /// Windows, laid out.
    rows: Vec<u8>,
}

/// What an operator does.
enum Step {
    Product(Rows, Product),
    Depthwise(Depthwise),
    Add(Box<Sum>),
    Pool(Window, Bounds, bool),
    Table(Box<[u8; 256]>),
    Copy,
    Softmax(Softmax),
}

/// A depthwise convolution.
pub(crate) struct Depthwise {
    pub window: Window,
    /// For each tap, the channels.
    pub weights: Vec<i16>,
    /// The zero point of the input, + 128.
    pub zero: i16,
    pub scales: Scales,
}

/// The parts of a sum for each byte + 128 of its two inputs.
struct Sum {
    other: usize,
    parts: [[i32; 256]; 2],
    own: Add,
}

impl Engine {
    /// Prepares a network for a back end.
    pub fn new(model: Model, backend: Backend) -> Self {
        let kernel = kernel::of(backend);
        let steps = model.operators.iter();
        let steps = steps.map(|operator| step(&model, operator, kernel));
        Self {
            steps: steps.collect(),
            backend,
            kernel,
            tensors: vec![Vec::new(); model.tensors.len()],
            rows: Vec::new(),
            model,
        }
    }

    /// The network.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The back end.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// The outputs of the network for a batch of inputs.
    ///
    /// # Errors
    /// If an input has another size than the network's.
    pub fn run<I: AsRef<[i8]>>(&mut self, inputs: &[I]) -> Result<Vec<Vec<i8>>, InputError> {
        let expected = self.model.tensors[self.model.input].shape.bytes();
        let mut sizes = inputs.iter().map(|input| input.as_ref().len());
        if let Some(found) = sizes.find(|size| *size != expected) {
            return Err(InputError { expected, found });
        }
        for (tensor, bytes) in self.model.tensors.iter().zip(&mut self.tensors) {
            bytes.resize(tensor.shape.bytes() * inputs.len(), 0);
        }
        let places = self.tensors[self.model.input].chunks_mut(expected);
        for (places, input) in places.zip(inputs) {
            let bytes = places.iter_mut().zip(input.as_ref());
            bytes.for_each(|(place, byte)| *place = biased(*byte));
        }
        for number in 0..self.steps.len() {
            self.step(number, inputs.len());
        }
        let size = self.model.tensors[self.model.output].shape.bytes();
        let outputs = self.tensors[self.model.output].chunks(size);
        Ok(outputs
            .map(|output| output.iter().copied().map(signed).collect())
            .collect())
    }

    fn step(&mut self, number: usize, batch: usize) {
        let operator = &self.model.operators[number];
        let [from, to] = [operator.input, operator.output].map(|n| self.model.tensors[n].shape);
        let mut output = std::mem::take(&mut self.tensors[operator.output]);
        let input = &self.tensors[operator.input];
        match &self.steps[number] {
            Step::Product(rows, product) => {
                let at_a_time = (ROWS / rows.of_an_input(to)).max(1);
                let inputs = input.chunks(at_a_time * from.bytes());
                for (input, output) in inputs.zip(output.chunks_mut(at_a_time * to.bytes())) {
                    let rows = rows.lay_out(input, from, to, &mut self.rows);
                    self.kernel.product(product, rows, output);
                }
            }
            Step::Depthwise(own) => self.kernel.depthwise(own, input, from, to, &mut output),
            Step::Add(own) => {
                let pairs = input.iter().zip(&self.tensors[own.other]);
                for (place, (one, other)) in output.iter_mut().zip(pairs) {
                    *place = own.of(*one, *other);
                }
            }
            Step::Pool(window, bounds, is_mean) => {
                for n in 0..batch {
                    let input = &input[n * from.bytes()..][..from.bytes()];
                    let output = &mut output[n * to.bytes()..][..to.bytes()];
                    self.kernel
                        .pool(window, bounds, *is_mean, input, from, to, output);
                }
            }
            Step::Table(table) => {
                let places = output.iter_mut().zip(input);
                places.for_each(|(place, byte)| *place = table[usize::from(*byte)]);
            }
            Step::Copy => output.copy_from_slice(input),
            Step::Softmax(own) => {
                let positions = input.chunks(from.channels);
                for (input, output) in positions.zip(output.chunks_mut(from.channels)) {
                    let channels: Vec<_> = input.iter().copied().map(signed).collect();
                    let shares = softmax(own, &channels);
                    output
                        .iter_mut()
                        .zip(shares)
                        .for_each(|(place, share)| *place = biased(share));
                }
            }
        }
        self.tensors[operator.output] = output;
    }
}

fn biased(byte: i8) -> u8 {
    byte.cast_unsigned() ^ 0x80
}

fn signed(byte: u8) -> i8 {
    (byte ^ 0x80).cast_signed()
}

/// A value for each byte + 128.
fn table<T: Copy + Default>(of: impl Fn(i8) -> T) -> [T; 256] {
    let mut table = [T::default(); 256];
    for (place, byte) in table.iter_mut().zip(i8::MIN..=i8::MAX) {
        *place = of(byte);
    }
    table
}

fn step(model: &Model, operator: &Operator, kernel: &dyn Kernel) -> Step {
    let from = model.tensors[operator.input].shape;
    match &operator.kind {
        Kind::Convolution(own) => convolution(own, from, kernel),
        Kind::Depthwise(own) => Step::Depthwise(Depthwise {
            window: own.window,
            weights: own.weights.iter().copied().map(i16::from).collect(),
            zero: i16::from(own.zeros.0) + 128,
            scales: Scales::of(own, own.bias.clone(), kernel.lanes()),
        }),
        Kind::Add(own) => {
            let part = |zero: i8, byte: i8| (i32::from(byte) - i32::from(zero)) << 20;
            let (one, other, _) = own.multipliers;
            Step::Add(Box::new(Sum {
                other: own.other,
                parts: [
                    table(|byte| one.scale(part(own.zeros.0, byte))),
                    table(|byte| other.scale(part(own.zeros.1, byte))),
                ],
                own: *own,
            }))
        }
        Kind::AveragePool(window, bounds) => Step::Pool(*window, *bounds, true),
        Kind::MaxPool(window, bounds) => Step::Pool(*window, *bounds, false),
        Kind::Rescale(own) => Step::Table(Box::new(table(|byte| {
            biased(crate::reference::rescale(own, byte))
        }))),
        Kind::Reshape => Step::Copy,
        Kind::Softmax(own) => Step::Softmax(*own),
    }
}

fn convolution(own: &Convolution, from: Shape, kernel: &dyn Kernel) -> Step {
    let length = own.window.height * own.window.width * from.channels;
    let offset = kernel.offset() + i32::from(own.zeros.0);
    let weights = own.weights.chunks(length).zip(&own.bias);
    let starts = weights.map(|(weights, bias)| {
        let sum: i32 = weights.iter().copied().map(i32::from).sum();
        bias.wrapping_sub(sum.wrapping_mul(offset))
    });
    let scales = Scales::of(own, starts.collect(), kernel.lanes());
    let rows = Rows::new(own.window, from, own.zeros.0);
    let product = Product::new(&own.weights, length, scales, kernel.lanes());
    Step::Product(rows, product)
}

impl Sum {
    fn of(&self, one: u8, other: u8) -> u8 {
        let [parts, other_parts] = &self.parts;
        let sum = parts[usize::from(one)].wrapping_add(other_parts[usize::from(other)]);
        let scaled = self.own.multipliers.2.scale(sum);
        let byte = scaled.wrapping_add(i32::from(self.own.zeros.2));
        biased(self.own.bounds.clamp(byte))
    }
}
