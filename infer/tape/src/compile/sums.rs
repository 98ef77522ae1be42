//! Sums: the parts that each byte of an operator's output is a sum of.

use std::ops::Range;

use tensority_infer::fixed_point::Multiplier;
use tensority_infer::graph::{Bounds, Convolution, Kind, Rescale, Shape, Window};
use tensority_protocol::tape::Scale;

use super::place::Place;

/// An operator as sums of products, a byte each.
#[derive(Clone, Debug, PartialEq)]
pub struct Sums {
    /// Input rows and columns from one output position to the next.
    pub strides: (usize, usize),
    /// The output's positions; one if all are added up.
    pub positions: (usize, usize),
    /// All positions of the input add to one sum.
    pub whole: bool,
    /// Zero point of the output.
    pub zero: i8,
    /// Bounds of the output.
    pub bounds: Bounds,
    /// For each output channel.
    pub channels: Vec<Channel>,
}

/// An output channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// What adds to its sums.
    pub parts: Vec<Part>,
    /// Added to each sum.
    pub bias: i32,
    /// From sum to byte.
    pub scale: Scale,
    /// How often each part and the bias count.
    pub times: usize,
}

/// Weights that meet some of the positions.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Output rows and columns that they add to.
    pub rows: Range<usize>,
    /// See `rows`.
    pub columns: Range<usize>,
    /// Input row and column that the first of them meets.
    pub at: (usize, usize),
    /// Tile of the input's channels.
    pub tile: usize,
    /// Weights of the tile's columns from the first on.
    pub weights: Vec<i8>,
    /// Added to each product: what the zero point of the input is worth.
    pub addend: i32,
}

/// What was expected and found instead.
pub type Refused = (String, String);

/// The sums of an operator whose input is at `from`.
pub fn of(kind: &Kind, from: &Place, to: Shape) -> Result<Sums, Refused> {
    match kind {
        Kind::Convolution(own) if reads_all(own, from) => {
            convolution(&over_all(own, from), from, to)
        }
        Kind::Convolution(own) => convolution(own, from, to),
        Kind::Depthwise(own) => depthwise(own, from, to),
        Kind::AveragePool(window, bounds) => average(window, *bounds, from, to),
        Kind::Rescale(own) => rescale(own, from, to),
        other => Err(("sums of products".into(), other.name().into())),
    }
}

/// Whether a fully connected layer reads a tensor that was reshaped for it.
fn reads_all(own: &Convolution, from: &Place) -> bool {
    let outputs = own.bias.len();
    let taps = own.window.height * own.window.width;
    taps == 1 && from.shape.positions() > 1 && own.weights.len() == outputs * from.shape.bytes()
}

/// The layer with a window over all of its input.
fn over_all(own: &Convolution, from: &Place) -> Convolution {
    let window = Window {
        height: from.shape.height,
        width: from.shape.width,
        ..own.window
    };
    Convolution {
        window,
        ..own.clone()
    }
}

/// The outputs along an axis whose window's offset `at` meets the input, and the input that the first meets.
fn met(
    outputs: usize,
    stride: usize,
    at: usize,
    before: usize,
    size: usize,
) -> (Range<usize>, usize) {
    let met = |out: &usize| Window::meets(*out, stride, at, before, size);
    let first = (0..outputs).find(|out| met(out).is_some());
    let first = first.unwrap_or(outputs);
    let end = (first..outputs)
        .find(|out| met(out).is_none())
        .unwrap_or(outputs);
    (first..end, met(&first).unwrap_or(0))
}

/// For each tap of a window that meets the input: its number, and a part without weights.
fn taps(window: &Window, from: Shape, to: Shape) -> Vec<(usize, Part)> {
    let mut taps = Vec::new();
    for dy in 0..window.height {
        let (rows, y) = met(to.height, window.stride_y, dy, window.top, from.height);
        for dx in 0..window.width {
            let (columns, x) = met(to.width, window.stride_x, dx, window.left, from.width);
            if rows.is_empty() || columns.is_empty() {
                continue;
            }
            let part = Part {
                rows: rows.clone(),
                columns,
                at: (y, x),
                tile: 0,
                weights: Vec::new(),
                addend: 0,
            };
            taps.push((dy * window.width + dx, part));
        }
    }
    taps
}

fn with_weights(part: &Part, tile: usize, weights: Vec<i8>, zero: i8) -> Part {
    let sum: i32 = weights.iter().copied().map(i32::from).sum();
    Part {
        tile,
        weights,
        addend: -sum * i32::from(zero),
        ..part.clone()
    }
}

/// A factor as the core has it: how often a sum counts, and what it is scaled with.
fn scale(multiplier: Multiplier) -> Result<(usize, Scale), Refused> {
    match multiplier.shift {
        -32..=3 => Ok((
            1 << multiplier.shift.max(0),
            Scale {
                multiplier: multiplier.multiplier.cast_unsigned(),
                shift: -multiplier.shift.min(0) as u8,
            },
        )),
        shift => Err((
            "a scale of less than 8".into(),
            format!("one of about 2^{shift}"),
        )),
    }
}

/// A convolution over the input as it lies there.
pub fn convolution(own: &Convolution, from: &Place, to: Shape) -> Result<Sums, Refused> {
    let count = own.window.height * own.window.width;
    let taps = taps(&own.window, from.shape, to);
    let channels = (0..to.channels).map(|channel| {
        let weights = |tap: usize| {
            let at = (channel * count + tap) * from.shape.channels;
            &own.weights[at..at + from.shape.channels]
        };
        let parts = taps.iter().flat_map(|(tap, part)| {
            (0..from.tiles()).map(|tile| {
                let weights = weights(*tap)[from.channels(tile)].to_vec();
                with_weights(part, tile, weights, own.zeros.0)
            })
        });
        let (times, scale) = scale(own.multipliers[channel])?;
        Ok(Channel {
            parts: parts.collect(),
            bias: own.bias[channel],
            scale,
            times,
        })
    });
    Ok(Sums {
        strides: (own.window.stride_y, own.window.stride_x),
        positions: (to.height, to.width),
        whole: false,
        zero: own.zeros.1,
        bounds: own.bounds,
        channels: channels.collect::<Result<_, Refused>>()?,
    })
}

/// The tile of a channel, and a weight for it among the tile's columns.
fn one_weight(from: &Place, channel: usize, weight: i8) -> (usize, Vec<i8>) {
    let tile = (0..from.tiles()).find(|tile| from.channels(*tile).contains(&channel));
    let tile = tile.unwrap_or(0);
    let mut weights = vec![0; channel - from.channels(tile).start];
    weights.push(weight);
    (tile, weights)
}

fn depthwise(own: &Convolution, from: &Place, to: Shape) -> Result<Sums, Refused> {
    let taps = taps(&own.window, from.shape, to);
    let channels = (0..to.channels).map(|channel| {
        let parts = taps.iter().map(|(tap, part)| {
            let weight = own.weights[tap * to.channels + channel];
            let (tile, weights) = one_weight(from, channel, weight);
            with_weights(part, tile, weights, own.zeros.0)
        });
        let (times, scale) = scale(own.multipliers[channel])?;
        Ok(Channel {
            parts: parts.collect(),
            bias: own.bias[channel],
            scale,
            times,
        })
    });
    Ok(Sums {
        strides: (own.window.stride_y, own.window.stride_x),
        positions: (to.height, to.width),
        whole: false,
        zero: own.zeros.1,
        bounds: own.bounds,
        channels: channels.collect::<Result<_, Refused>>()?,
    })
}

fn rescale(own: &Rescale, from: &Place, to: Shape) -> Result<Sums, Refused> {
    // Without a factor the byte itself: twice one half of it.
    let half = Multiplier {
        multiplier: 1 << 30,
        shift: 1,
    };
    let (multiplier, zeros) = match own.multiplier {
        Some(multiplier) => (multiplier, own.zeros),
        None => (half, (0, 0)),
    };
    let (times, scale) = scale(multiplier)?;
    let whole = Part {
        rows: 0..to.height,
        columns: 0..to.width,
        at: (0, 0),
        tile: 0,
        weights: Vec::new(),
        addend: 0,
    };
    let channels = (0..to.channels).map(|channel| {
        let (tile, weights) = one_weight(from, channel, times as i8);
        Channel {
            parts: vec![with_weights(&whole, tile, weights, zeros.0)],
            bias: 0,
            scale,
            times: 1,
        }
    });
    Ok(Sums {
        strides: (1, 1),
        positions: (to.height, to.width),
        whole: false,
        zero: zeros.1,
        bounds: own.bounds,
        channels: channels.collect(),
    })
}

fn average(window: &Window, bounds: Bounds, from: &Place, to: Shape) -> Result<Sums, Refused> {
    let taps = taps(window, from.shape, to);
    let all = (0..to.height, 0..to.width);
    let count = window.height * window.width;
    let whole_taps = taps
        .iter()
        .filter(|(_, part)| (part.rows.clone(), part.columns.clone()) == all);
    if whole_taps.count() != count {
        let found = "windows over a border of its input";
        return Err(("windows of one size".into(), found.into()));
    }
    let (weight, scale) = mean(count)?;
    let is_whole = to.positions() == 1 && count == from.shape.positions();
    let channels = (0..to.channels).map(|channel| {
        let (tile, weights) = one_weight(from, channel, weight);
        let parts = match is_whole {
            true => vec![Part {
                rows: 0..from.shape.height,
                columns: 0..from.shape.width,
                at: (0, 0),
                tile,
                weights,
                addend: 0,
            }],
            false => {
                let parts = taps
                    .iter()
                    .map(|(_, part)| with_weights(part, tile, weights.clone(), 0));
                parts.collect()
            }
        };
        Channel {
            parts,
            bias: 0,
            scale,
            times: 1,
        }
    });
    Ok(Sums {
        strides: match is_whole {
            true => (1, 1),
            false => (window.stride_y, window.stride_x),
        },
        positions: (to.height, to.width),
        whole: is_whole,
        zero: 0,
        bounds,
        channels: channels.collect(),
    })
}

/// A weight and a scale that make the mean of `count` bytes, a half rounded away from zero, of every sum that
/// there can be.
fn mean(count: usize) -> Result<(i8, Scale), Refused> {
    let size = count as i32;
    let mean = |sum: i32| match sum {
        1.. => (sum + size / 2) / size,
        _ => (sum - size / 2) / size,
    };
    let weights = [64, 127, 96, 80, 32, 16, 1].into_iter();
    let found = weights.flat_map(|weight: i8| {
        let factor = Multiplier::of(1.0 / (f64::from(weight) * f64::from(size)));
        [0, 1, -1].map(|change| (weight, factor.multiplier + change, factor.shift))
    });
    let mut found = found.filter_map(|(weight, multiplier, shift)| {
        let scale = Scale {
            multiplier: multiplier.cast_unsigned(),
            shift: u8::try_from(-shift).ok()?,
        };
        let exact =
            (-128 * size..=127 * size).all(|sum| scale.of(i32::from(weight) * sum) == mean(sum));
        exact.then_some((weight, scale))
    });
    let exact = count <= 4096;
    exact.then(|| found.next()).flatten().ok_or_else(|| {
        (
            "a window whose mean is exact".into(),
            format!("one of {count} positions"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_of_all_small_windows_are_exact() {
        for count in 1..=130 {
            assert!(mean(count).is_ok(), "{count}");
        }
    }

    #[test]
    fn a_tap_beside_the_input_has_fewer_positions() {
        // Three rows, a window of three, one row of padding.
        assert_eq!(met(3, 1, 0, 1, 3), (1..3, 0));
        assert_eq!(met(3, 1, 1, 1, 3), (0..3, 0));
        assert_eq!(met(3, 1, 2, 1, 3), (0..2, 1));
        assert_eq!(met(1, 1, 5, 0, 3), (1..1, 0));
    }
}
