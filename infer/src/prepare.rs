//! What is computed before a run: factors, bounds and padding, as TensorFlow Lite Micro prepares them.

use crate::fixed_point::Multiplier;
use crate::graph::{Bounds, Shape, Softmax, Tensor, Window};
use crate::softmax::EXPONENT_BITS;

/// What an activation function does to real numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    None,
    Relu,
    Relu6,
    ReluN1To1,
}

impl Activation {
    /// The bytes of a tensor that the function may give.
    pub fn bounds(self, of: &Tensor) -> Bounds {
        let byte = |real: f32| i32::from(of.zero).saturating_add((real / of.scale).round() as i32);
        let (least, greatest) = match self {
            Self::None => (-128, 127),
            Self::Relu => (byte(0.0), 127),
            Self::Relu6 => (byte(0.0), byte(6.0)),
            Self::ReluN1To1 => (byte(-1.0), byte(1.0)),
        };
        Bounds {
            least: least.clamp(-128, 127) as i8,
            greatest: greatest.clamp(-128, 127) as i8,
        }
    }
}

/// Whether what is outside of the input counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    Same,
    Valid,
}

/// One axis of a window: the outputs, and how far in front of the input it begins.
fn axis(padding: Padding, size: usize, window: usize, stride: usize) -> Option<(usize, usize)> {
    let outputs = match padding {
        Padding::Same => size.div_ceil(stride),
        Padding::Valid => (size + 1).checked_sub(window)?.div_ceil(stride),
    };
    let reach = outputs.checked_sub(1)? * stride + window;
    Some((outputs, reach.saturating_sub(size) / 2))
}

/// A window of `size` (rows, columns) and `stride` over an input, and the shape of its output; none if it does not
/// fit.
pub fn window(
    padding: Padding,
    input: Shape,
    size: (usize, usize),
    stride: (usize, usize),
    channels: usize,
) -> Option<(Window, Shape)> {
    let (height, top) = axis(padding, input.height, size.0, stride.0)?;
    let (width, left) = axis(padding, input.width, size.1, stride.1)?;
    let window = Window {
        height: size.0,
        width: size.1,
        stride_y: stride.0,
        stride_x: stride.1,
        top,
        left,
    };
    let output = Shape {
        height,
        width,
        channels,
    };
    Some((window, output))
}

/// From sums of products to bytes, for each scale of the weights.
pub fn products(input: &Tensor, weights: &[f32], output: &Tensor) -> Vec<Multiplier> {
    let factor =
        |weight: &f32| f64::from(input.scale) * f64::from(*weight) / f64::from(output.scale);
    weights
        .iter()
        .map(|weight| Multiplier::of(factor(weight)))
        .collect()
}

/// From two inputs, times 2^20, to a sum, and from the sum to bytes; none if that is a factor of 1 or more.
pub fn sum(
    one: &Tensor,
    other: &Tensor,
    output: &Tensor,
) -> Option<(Multiplier, Multiplier, Multiplier)> {
    let twice = 2.0 * f64::from(one.scale.max(other.scale));
    let part = |tensor: &Tensor| Multiplier::of(f64::from(tensor.scale) / twice);
    let whole = twice / (f64::from(1 << 20) * f64::from(output.scale));
    (whole < 1.0).then(|| (part(one), part(other), Multiplier::of(whole)))
}

/// From differences of bytes to exponents; none if that is a factor of 1 or less.
pub fn softmax(input: &Tensor, beta: f32) -> Option<Softmax> {
    let factor = f64::from(beta) * f64::from(input.scale) * f64::from(1 << (31 - EXPONENT_BITS));
    if factor.is_nan() || factor <= 1.0 {
        return None;
    }
    let multiplier = Multiplier::of(factor.min((1_i64 << 31) as f64 - 1.0));
    let largest = f64::from((1 << EXPONENT_BITS) - 1) * f64::from(1 << (31 - EXPONENT_BITS));
    let radius = largest / 2_f64.powi(multiplier.shift);
    Some(Softmax {
        multiplier,
        least: -(radius.floor() as i32),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_lie_where_the_format_puts_them() {
        let input = Shape {
            height: 49,
            width: 10,
            channels: 1,
        };
        let (same, shape) = window(Padding::Same, input, (10, 4), (2, 2), 64).unwrap();
        assert_eq!((shape.height, shape.width), (25, 5));
        assert_eq!((same.top, same.left), (4, 1));
        let (valid, shape) = window(Padding::Valid, input, (10, 4), (2, 2), 64).unwrap();
        assert_eq!((shape.height, shape.width), (20, 4));
        assert_eq!((valid.top, valid.left), (0, 0));
        assert_eq!(window(Padding::Valid, input, (50, 1), (1, 1), 1), None);
    }
}
