//! The reference: what a network computes, operator by operator, as its definition says.

use crate::graph::{Add, Bounds, Convolution, Kind, Model, Operator, Rescale, Shape, Window};
use crate::softmax::softmax;

/// Input of a wrong size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an input of {expected} bytes, found {found}")]
pub struct InputError {
    /// Bytes of the network's input.
    pub expected: usize,
    /// Bytes that were given.
    pub found: usize,
}

impl Model {
    /// The output of the network for an input, signed bytes.
    ///
    /// # Errors
    /// If the input has another size.
    pub fn run(&self, input: &[i8]) -> Result<Vec<i8>, InputError> {
        Ok(self.run_all(input)?.swap_remove(self.output))
    }

    /// All tensors of the network for an input, by their numbers.
    ///
    /// # Errors
    /// If the input has another size.
    pub fn run_all(&self, input: &[i8]) -> Result<Vec<Vec<i8>>, InputError> {
        let expected = self.tensors[self.input].shape.bytes();
        if input.len() != expected {
            let found = input.len();
            return Err(InputError { expected, found });
        }
        let mut tensors = vec![Vec::new(); self.tensors.len()];
        tensors[self.input] = input.to_vec();
        self.resume(0, &mut tensors);
        Ok(tensors)
    }

    /// Runs the operators from number `first` on, where the tensors that they read are known.
    pub fn resume(&self, first: usize, tensors: &mut [Vec<i8>]) {
        for operator in self.operators.iter().skip(first) {
            tensors[operator.output] = self.operate(operator, tensors);
        }
    }

    fn operate(&self, operator: &Operator, tensors: &[Vec<i8>]) -> Vec<i8> {
        let [from, to] = [operator.input, operator.output].map(|n| self.tensors[n].shape);
        let input = &tensors[operator.input];
        match &operator.kind {
            Kind::Convolution(own) => convolution(own, input, from, to),
            Kind::Depthwise(own) => depthwise(own, input, from, to),
            Kind::Add(own) => add(own, input, &tensors[own.other]),
            Kind::AveragePool(window, bounds) => pool(window, bounds, input, from, to, average),
            Kind::MaxPool(window, bounds) => pool(window, bounds, input, from, to, |bytes| {
                bytes.iter().copied().max().map_or(0, i32::from)
            }),
            Kind::Rescale(own) => input.iter().map(|&byte| rescale(own, byte)).collect(),
            Kind::Reshape => input.clone(),
            Kind::Softmax(own) => {
                let positions = input.chunks(from.channels);
                positions
                    .flat_map(|channels| softmax(own, channels))
                    .collect()
            }
        }
    }
}

/// All positions of a shape and their channels, in the order of memory.
fn outputs(shape: Shape) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..shape.bytes()).map(move |n| {
        let position = n / shape.channels;
        (
            position / shape.width,
            position % shape.width,
            n % shape.channels,
        )
    })
}

fn convolution(own: &Convolution, input: &[i8], from: Shape, to: Shape) -> Vec<i8> {
    let taps = own.window.height * own.window.width;
    let bytes = outputs(to).map(|(y, x, channel)| {
        let mut sum = own.bias[channel];
        for (tap, position) in own.window.met(from, y, x) {
            let weights = &own.weights[(channel * taps + tap) * from.channels..][..from.channels];
            let bytes = &input[position * from.channels..][..from.channels];
            for (&weight, &byte) in weights.iter().zip(bytes) {
                sum = add_product(sum, weight, byte, own.zeros.0);
            }
        }
        finish(own, channel, sum)
    });
    bytes.collect()
}

fn depthwise(own: &Convolution, input: &[i8], from: Shape, to: Shape) -> Vec<i8> {
    let bytes = outputs(to).map(|(y, x, channel)| {
        let mut sum = own.bias[channel];
        for (tap, position) in own.window.met(from, y, x) {
            let weight = own.weights[tap * from.channels + channel];
            let byte = input[position * from.channels + channel];
            sum = add_product(sum, weight, byte, own.zeros.0);
        }
        finish(own, channel, sum)
    });
    bytes.collect()
}

fn add_product(sum: i32, weight: i8, byte: i8, zero: i8) -> i32 {
    sum.wrapping_add(i32::from(weight) * (i32::from(byte) - i32::from(zero)))
}

fn finish(own: &Convolution, channel: usize, sum: i32) -> i8 {
    let scaled = own.multipliers[channel].scale(sum);
    own.bounds
        .clamp(scaled.wrapping_add(i32::from(own.zeros.1)))
}

fn add(own: &Add, one: &[i8], other: &[i8]) -> Vec<i8> {
    let (zero, other_zero, out_zero) = own.zeros;
    let (multiplier, other_multiplier, out_multiplier) = own.multipliers;
    let part = |byte: i8, zero: i8| (i32::from(byte) - i32::from(zero)) << 20;
    let pairs = one.iter().zip(other);
    let bytes = pairs.map(|(&a, &b)| {
        let sum = multiplier.scale(part(a, zero)) + other_multiplier.scale(part(b, other_zero));
        own.bounds
            .clamp(out_multiplier.scale(sum) + i32::from(out_zero))
    });
    bytes.collect()
}

fn pool(
    window: &Window,
    bounds: &Bounds,
    input: &[i8],
    from: Shape,
    to: Shape,
    of: impl Fn(&[i8]) -> i32,
) -> Vec<i8> {
    let bytes = outputs(to).map(|(y, x, channel)| {
        let positions = window.met(from, y, x);
        let bytes = positions.map(|(_, position)| input[position * from.channels + channel]);
        bounds.clamp(of(&bytes.collect::<Vec<_>>()))
    });
    bytes.collect()
}

fn average(bytes: &[i8]) -> i32 {
    mean(bytes.iter().copied().map(i32::from).sum(), bytes.len())
}

/// The mean of so many bytes, a half rounded away from zero.
pub(crate) fn mean(sum: i32, count: usize) -> i32 {
    let (sum, count) = (i64::from(sum), count.max(1) as i64);
    let half = if sum > 0 { count / 2 } else { -(count / 2) };
    ((sum + half) / count) as i32
}

/// A byte with another scale, zero point or bounds.
pub(crate) fn rescale(own: &Rescale, byte: i8) -> i8 {
    let scaled = match &own.multiplier {
        Some(multiplier) => {
            let scaled = multiplier.scale(i32::from(byte) - i32::from(own.zeros.0));
            scaled.wrapping_add(i32::from(own.zeros.1))
        }
        None => i32::from(byte),
    };
    own.bounds.clamp(scaled)
}
