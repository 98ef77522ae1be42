//! Layers: the numbers of each operator of a file, prepared.

use crate::fixed_point::Multiplier;
use crate::generated::tflite as file;
use crate::graph::{Add, Convolution, Kind, Rescale, Shape, Window};
use crate::prepare::{self, Activation, Padding};
use crate::reader::expect::{expect_equal, unexpected};
use crate::reader::{MOST_BYTES, ReadError, Reader, Weights};

impl<'a> Reader<'a> {
    pub(super) fn convolution(
        &self,
        place: &str,
        own: &file::Operator<'a>,
        inputs: &[i32],
        input: usize,
        output: usize,
    ) -> Result<Kind, ReadError> {
        let Some(options) = own.builtin_options_as_conv_2_doptions() else {
            return unexpected(place, "its options", "none");
        };
        expect_equal(
            place,
            "dilation",
            (1, 1),
            (options.dilation_h(), options.dilation_w()),
        )?;
        let Weights {
            bytes: weights,
            form,
            scales,
        } = self.weights(place, inputs, 4)?;
        let (from, to) = (&self.tensors[input], &self.tensors[output]);
        let channels = form[0];
        expect_equal(
            place,
            "input channels of weights",
            from.shape.channels,
            form[3],
        )?;
        let stride = strides(place, options.stride_h(), options.stride_w())?;
        let padding = padding(place, options.padding())?;
        let window = prepare::window(padding, from.shape, (form[1], form[2]), stride, channels);
        let window = fits(place, window, to.shape)?;
        let scales = self.of_channels(place, &scales, channels)?;
        Ok(Kind::Convolution(Convolution {
            window,
            weights,
            bias: self.bias(place, inputs, channels)?,
            multipliers: prepare::products(from, &scales, to),
            zeros: (from.zero, to.zero),
            bounds: activation(place, options.activation())?.bounds(to),
        }))
    }

    pub(super) fn depthwise(
        &self,
        place: &str,
        own: &file::Operator<'a>,
        inputs: &[i32],
        input: usize,
        output: usize,
    ) -> Result<Kind, ReadError> {
        let Some(options) = own.builtin_options_as_depthwise_conv_2_doptions() else {
            return unexpected(place, "its options", "none");
        };
        expect_equal(
            place,
            "dilation",
            (1, 1),
            (options.dilation_h(), options.dilation_w()),
        )?;
        let Weights {
            bytes: weights,
            form,
            scales,
        } = self.weights(place, inputs, 4)?;
        let (from, to) = (&self.tensors[input], &self.tensors[output]);
        let channels = from.shape.channels;
        expect_equal(
            place,
            "channels of weights, one for each of the input",
            channels,
            form[3],
        )?;
        let stride = strides(place, options.stride_h(), options.stride_w())?;
        let padding = padding(place, options.padding())?;
        let window = prepare::window(padding, from.shape, (form[1], form[2]), stride, channels);
        let window = fits(place, window, to.shape)?;
        let scales = self.of_channels(place, &scales, channels)?;
        Ok(Kind::Depthwise(Convolution {
            window,
            weights,
            bias: self.bias(place, inputs, channels)?,
            multipliers: prepare::products(from, &scales, to),
            zeros: (from.zero, to.zero),
            bounds: activation(place, options.activation())?.bounds(to),
        }))
    }

    pub(super) fn fully_connected(
        &self,
        place: &str,
        own: &file::Operator<'a>,
        inputs: &[i32],
        input: usize,
        output: usize,
    ) -> Result<Kind, ReadError> {
        let Some(options) = own.builtin_options_as_fully_connected_options() else {
            return unexpected(place, "its options", "none");
        };
        expect_equal(place, "the weights' format", 0, options.weights_format())?;
        let Weights {
            bytes: weights,
            form,
            scales,
        } = self.weights(place, inputs, 2)?;
        let (from, to) = (&self.tensors[input], &self.tensors[output]);
        let channels = form[0];
        expect_equal(place, "bytes of input", form[1], from.shape.bytes())?;
        let size = (from.shape.height, from.shape.width);
        let window = prepare::window(Padding::Valid, from.shape, size, (1, 1), channels);
        let window = fits(place, window, to.shape)?;
        let scales = self.of_channels(place, &scales, channels)?;
        Ok(Kind::Convolution(Convolution {
            window,
            weights,
            bias: self.bias(place, inputs, channels)?,
            multipliers: prepare::products(from, &scales, to),
            zeros: (from.zero, to.zero),
            bounds: activation(place, options.activation())?.bounds(to),
        }))
    }

    pub(super) fn add(
        &self,
        place: &str,
        own: &file::Operator<'a>,
        inputs: &[i32],
        input: usize,
        output: usize,
    ) -> Result<Kind, ReadError> {
        let Some(options) = own.builtin_options_as_add_options() else {
            return unexpected(place, "its options", "none");
        };
        let [_, other] = inputs else {
            return unexpected(place, "two inputs", inputs.len());
        };
        let number = self.known(place, *other)?;
        let [one, other, to] = [input, number, output].map(|n| &self.tensors[n]);
        expect_equal(place, "inputs of one shape", one.shape, other.shape)?;
        expect_equal(place, "an output of that shape", one.shape, to.shape)?;
        let Some(multipliers) = prepare::sum(one, other, to) else {
            let expected = "an output's scale of more than 2^-19 of its inputs'";
            return unexpected(place, expected, to.scale);
        };
        Ok(Kind::Add(Add {
            other: number,
            zeros: (one.zero, other.zero, to.zero),
            multipliers,
            bounds: activation(place, options.activation())?.bounds(to),
        }))
    }

    pub(super) fn pool(
        &self,
        place: &str,
        own: &file::Operator<'a>,
        name: &str,
        input: usize,
        output: usize,
    ) -> Result<Kind, ReadError> {
        let Some(options) = own.builtin_options_as_pool_2_doptions() else {
            return unexpected(place, "its options", "none");
        };
        let (from, to) = (&self.tensors[input], &self.tensors[output]);
        let same = (from.scale, from.zero);
        expect_equal(
            place,
            "scale and zero point of its input",
            same,
            (to.scale, to.zero),
        )?;
        let stride = strides(place, options.stride_h(), options.stride_w())?;
        let size = strides(place, options.filter_h(), options.filter_w())?;
        let padding = padding(place, options.padding())?;
        let window = prepare::window(padding, from.shape, size, stride, from.shape.channels);
        let window = fits(place, window, to.shape)?;
        let bounds = activation(place, options.activation())?.bounds(to);
        Ok(match name {
            "MAX_POOL_2D" => Kind::MaxPool(window, bounds),
            _ => Kind::AveragePool(window, bounds),
        })
    }

    pub(super) fn rescale(
        &self,
        place: &str,
        code: i32,
        input: usize,
        output: usize,
    ) -> Result<Kind, ReadError> {
        let (from, to) = (&self.tensors[input], &self.tensors[output]);
        expect_equal(place, "a shape as before", from.shape, to.shape)?;
        let same = (from.scale, from.zero) == (to.scale, to.zero);
        // RELU6 keeps its bytes, so that they must mean the same.
        let function = match code {
            19 => Activation::Relu,
            21 => Activation::Relu6,
            _ => Activation::None,
        };
        if function == Activation::Relu6 && !same {
            return unexpected(place, "an output of the input's scale", to.scale);
        }
        let factor = f64::from(from.scale) / f64::from(to.scale);
        Ok(Kind::Rescale(Rescale {
            multiplier: (function != Activation::Relu6).then(|| Multiplier::of(factor)),
            zeros: (from.zero, to.zero),
            bounds: function.bounds(to),
        }))
    }
}

fn strides(place: &str, rows: i32, columns: i32) -> Result<(usize, usize), ReadError> {
    let number = |number: i32| {
        usize::try_from(number)
            .ok()
            .filter(|number| (1..=MOST_BYTES).contains(number))
    };
    match (number(rows), number(columns)) {
        (Some(rows), Some(columns)) => Ok((rows, columns)),
        _ => unexpected(
            place,
            "strides and sizes of at least 1",
            format!("{rows} and {columns}"),
        ),
    }
}

fn padding(place: &str, found: file::Padding) -> Result<Padding, ReadError> {
    match found {
        file::Padding::SAME => Ok(Padding::Same),
        file::Padding::VALID => Ok(Padding::Valid),
        other => unexpected(place, "padding SAME or VALID", other.0),
    }
}

fn activation(place: &str, found: file::Activation) -> Result<Activation, ReadError> {
    Ok(match found {
        file::Activation::NONE => Activation::None,
        file::Activation::RELU => Activation::Relu,
        file::Activation::RELU6 => Activation::Relu6,
        file::Activation::RELU_N1_TO_1 => Activation::ReluN1To1,
        other => {
            let found = other.variant_name().unwrap_or("another");
            return unexpected(place, "activation NONE, RELU, RELU6 or RELU_N1_TO_1", found);
        }
    })
}

/// The window, if its output has the shape that the file says.
fn fits(place: &str, window: Option<(Window, Shape)>, shape: Shape) -> Result<Window, ReadError> {
    match window {
        Some((window, output)) if output == shape => Ok(window),
        Some((_, output)) => unexpected(
            place,
            format!("an output of {output:?}"),
            format!("{shape:?}"),
        ),
        None => unexpected(place, "a window within its input", "a larger one"),
    }
}
