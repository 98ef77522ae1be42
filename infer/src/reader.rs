//! Reader of `.tflite` files: one subgraph of signed bytes, whose operators are those of [`graph`](crate::graph).

mod expect;
mod layers;

use flatbuffers::{ForwardsUOffset, Vector, VerifierOptions};

use crate::generated::tflite as file;
use crate::graph::{Kind, Model, Operator, Shape, Tensor};
use crate::prepare;
use crate::reader::expect::{expect_equal, expect_type, unexpected};

/// Bytes that a tensor may have: more than any network for a microcontroller.
const MOST_BYTES: usize = 1 << 24;

/// Bytes that all tensors that are computed may have.
const MOST_OF_ALL: usize = 1 << 26;

/// Channels of a softmax: of more, a sum of exponentials may have more bits than the shares can be scaled by.
const MOST_OF_SOFTMAX: usize = 511;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is none of these files, or is damaged.
    #[error("expected a TensorFlow Lite model, found {0}")]
    File(String),
    /// It holds what is not read here.
    #[error("{place}: expected {expected}, found {found}")]
    Unexpected {
        /// Tensor or operator.
        place: String,
        /// What could be read.
        expected: String,
        /// What is there.
        found: String,
    },
}

/// Builtin operators by their numbers in the file.
const OPERATORS: [(i32, &str); 10] = [
    (0, "ADD"),
    (1, "AVERAGE_POOL_2D"),
    (3, "CONV_2D"),
    (4, "DEPTHWISE_CONV_2D"),
    (9, "FULLY_CONNECTED"),
    (17, "MAX_POOL_2D"),
    (19, "RELU"),
    (21, "RELU6"),
    (22, "RESHAPE"),
    (25, "SOFTMAX"),
];
const QUANTIZE: i32 = 114;

impl Model {
    /// Reads a `.tflite` file of signed bytes, and prepares it for runs.
    ///
    /// # Errors
    /// If it is no such file, is damaged, or holds a tensor or an operator that is not computed here.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        if !has_identifier(bytes) {
            let found = match bytes.len() {
                0..8 => format!("{} bytes", bytes.len()),
                _ => "another kind of file".into(),
            };
            return Err(ReadError::File(found));
        }
        let options = VerifierOptions {
            max_tables: 100_000,
            ..VerifierOptions::default()
        };
        let model = flatbuffers::root_with_opts::<file::Model>(&options, bytes)
            .map_err(|error| ReadError::File(format!("a damaged one: {}", first_line(&error))))?;
        let graphs = model.subgraphs().map_or(0, |graphs| graphs.len());
        if graphs != 1 {
            return unexpected("model", "one subgraph", graphs);
        }
        let graph = model.subgraphs().into_iter().flatten().next();
        let Some(graph) = graph else {
            return unexpected("model", "one subgraph", 0);
        };
        Reader {
            model,
            graph,
            numbers: Vec::new(),
            tensors: Vec::new(),
        }
        .read()
    }
}

fn first_line(error: &flatbuffers::InvalidFlatbuffer) -> String {
    let text = error.to_string();
    text.lines()
        .next()
        .unwrap_or_default()
        .trim_end_matches('.')
        .into()
}

/// Weights as the file has them: bytes, dimensions, scales.
struct Weights {
    bytes: Vec<i8>,
    form: Vec<usize>,
    scales: Vec<f32>,
}

/// A file that is read, and what is read of it.
struct Reader<'a> {
    model: file::Model<'a>,
    graph: file::SubGraph<'a>,
    /// Numbers of tensors in the file and in the model.
    numbers: Vec<(i32, usize)>,
    tensors: Vec<Tensor>,
}

impl<'a> Reader<'a> {
    fn read(mut self) -> Result<Model, ReadError> {
        let one = |numbers: Option<Vector<'a, i32>>, what: &str| {
            let count = numbers.map_or(0, |numbers| numbers.len());
            match (numbers, count) {
                (Some(numbers), 1) => Ok(numbers.get(0)),
                _ => unexpected("model", format!("one {what}"), count),
            }
        };
        let (input, output) = (self.graph.inputs(), self.graph.outputs());
        let (input, output) = (one(input, "input")?, one(output, "output")?);
        let input = self.make(input)?;
        let mut operators = Vec::new();
        let all = self.graph.operators();
        for (n, operator) in all.into_iter().flatten().enumerate() {
            let place = format!("operator {n}");
            operators.push(self.operator(&place, &operator)?);
        }
        let output = self.known("model", output)?;
        Ok(Model {
            tensors: self.tensors,
            operators,
            input,
            output,
        })
    }

    /// A tensor of the file.
    fn tensor(&self, place: &str, number: i32) -> Result<file::Tensor<'a>, ReadError> {
        let tensors = self.graph.tensors();
        let found = usize::try_from(number).ok().zip(tensors);
        match found.filter(|(number, tensors)| *number < tensors.len()) {
            Some((number, tensors)) => Ok(tensors.get(number)),
            None => {
                let count = tensors.map_or(0, |tensors| tensors.len());
                unexpected(place, format!("a tensor below {count}"), number)
            }
        }
    }

    /// The number of a tensor that was made before.
    fn known(&self, place: &str, number: i32) -> Result<usize, ReadError> {
        let found = self.numbers.iter().find(|(own, _)| *own == number);
        match found {
            Some((_, number)) => Ok(*number),
            None => unexpected(
                place,
                "a tensor that was computed before",
                format!("tensor {number}"),
            ),
        }
    }

    /// Takes up a tensor that is computed.
    fn make(&mut self, number: i32) -> Result<usize, ReadError> {
        let tensor = self.tensor("model", number)?;
        let name = tensor.name().unwrap_or("without a name");
        let place = format!("tensor {number} ({})", name.escape_debug());
        if self.numbers.iter().any(|(own, _)| *own == number) {
            return unexpected(&place, "to be made once", "it was made before");
        }
        expect_type(&place, tensor.type_(), file::TensorType::INT8)?;
        let shape = shape(&place, &dimensions(&place, &tensor)?)?;
        let (scale, zero) = one_scale(&place, &tensor)?;
        let before = self.tensors.iter().map(|tensor| tensor.shape.bytes());
        let all = before.sum::<usize>() + shape.bytes();
        if all > MOST_OF_ALL {
            let expected = format!("at most {MOST_OF_ALL} bytes in all tensors");
            return unexpected(&place, expected, all);
        }
        let own = self.tensors.len();
        self.tensors.push(Tensor {
            name: name.into(),
            shape,
            scale,
            zero,
        });
        self.numbers.push((number, own));
        Ok(own)
    }

    /// The bytes of a constant.
    fn constant(&self, place: &str, tensor: &file::Tensor<'a>) -> Result<&'a [u8], ReadError> {
        let number = tensor.buffer() as usize;
        let buffers = self.model.buffers();
        let buffer = buffers.filter(|buffers| number < buffers.len());
        let data = buffer.and_then(|buffers| buffers.get(number).data());
        match data.map(|data| data.bytes()) {
            Some(bytes) if !bytes.is_empty() => Ok(bytes),
            _ => unexpected(place, "constant weights", "none in the file"),
        }
    }

    fn operator(&mut self, place: &str, own: &file::Operator<'a>) -> Result<Operator, ReadError> {
        let code = self.code(place, own)?;
        let inputs: Vec<i32> = own.inputs().into_iter().flatten().collect();
        let outputs: Vec<i32> = own.outputs().into_iter().flatten().collect();
        let (Some(&first), [output]) = (inputs.first(), outputs.as_slice()) else {
            let found = format!("{} and {}", inputs.len(), outputs.len());
            return unexpected(place, "inputs and one output", found);
        };
        let name = match OPERATORS.iter().find(|(number, _)| *number == code) {
            Some((_, name)) => *name,
            None if code == QUANTIZE => "QUANTIZE",
            None => {
                let known: Vec<_> = OPERATORS.iter().map(|(_, name)| *name).collect();
                let expected = format!("one of {}, QUANTIZE", known.join(", "));
                return unexpected(place, expected, format!("builtin operator {code}"));
            }
        };
        let place = &format!("{place} ({name})");
        let input = self.known(place, first)?;
        let output = self.make(*output)?;
        let kind = match name {
            "CONV_2D" => self.convolution(place, own, &inputs, input, output)?,
            "DEPTHWISE_CONV_2D" => self.depthwise(place, own, &inputs, input, output)?,
            "FULLY_CONNECTED" => self.fully_connected(place, own, &inputs, input, output)?,
            "ADD" => self.add(place, own, &inputs, input, output)?,
            "AVERAGE_POOL_2D" | "MAX_POOL_2D" => self.pool(place, own, name, input, output)?,
            "RESHAPE" => {
                let [from, to] = [input, output].map(|n| self.tensors[n].shape.bytes());
                expect_equal(place, "bytes as before", from, to)?;
                Kind::Reshape
            }
            "SOFTMAX" => {
                let options = own.builtin_options_as_softmax_options();
                let beta = options.map_or(0.0, |options| options.beta());
                let (from, to) = (&self.tensors[input], &self.tensors[output]);
                expect_equal(place, "a shape as before", from.shape, to.shape)?;
                if to.zero != -128 || to.scale != 1.0 / 256.0 {
                    let found = format!("scale {} and zero point {}", to.scale, to.zero);
                    return unexpected(
                        place,
                        "an output of scale 1/256 and zero point -128",
                        found,
                    );
                }
                let channels = from.shape.channels;
                if channels > MOST_OF_SOFTMAX {
                    let expected = format!("at most {MOST_OF_SOFTMAX} channels");
                    return unexpected(place, expected, channels);
                }
                match prepare::softmax(from, beta) {
                    Some(softmax) => Kind::Softmax(softmax),
                    None => {
                        let found = format!("{beta} and {}", from.scale);
                        return unexpected(place, "beta and scale above 2^-26 together", found);
                    }
                }
            }
            _ => self.rescale(place, code, input, output)?,
        };
        Ok(Operator {
            kind,
            input,
            output,
        })
    }

    fn code(&self, place: &str, own: &file::Operator<'a>) -> Result<i32, ReadError> {
        let codes: Option<Vector<'a, ForwardsUOffset<file::OperatorCode<'a>>>> =
            self.model.operator_codes();
        let number = own.opcode_index() as usize;
        match codes.filter(|codes| number < codes.len()) {
            Some(codes) => {
                let code = codes.get(number);
                Ok(code
                    .builtin_code()
                    .max(i32::from(code.deprecated_builtin_code())))
            }
            None => unexpected(place, "an operator code of the model", number),
        }
    }

    /// The weights of a layer, of so many dimensions.
    fn weights(&self, place: &str, inputs: &[i32], rank: usize) -> Result<Weights, ReadError> {
        let Some(&number) = inputs.get(1) else {
            return unexpected(place, "weights", "none");
        };
        let tensor = self.tensor(place, number)?;
        let place = &format!("{place}, weights");
        expect_type(place, tensor.type_(), file::TensorType::INT8)?;
        let dimensions = dimensions(place, &tensor)?;
        expect_equal(place, "dimensions", rank, dimensions.len())?;
        let bytes = self.constant(place, &tensor)?;
        expect_equal(place, "bytes", dimensions.iter().product(), bytes.len())?;
        let quantization = tensor.quantization();
        let scales: Vec<f32> = quantization
            .and_then(|own| own.scale())
            .into_iter()
            .flatten()
            .collect();
        let zeros = quantization.and_then(|own| own.zero_point());
        if let Some(zero) = zeros.into_iter().flatten().find(|zero| *zero != 0) {
            return unexpected(place, "zero point 0", zero);
        }
        if let Some(scale) = scales.iter().find(|scale| !is_scale(**scale)) {
            return unexpected(place, "scales above 0", scale);
        }
        let bytes = bytes.iter().map(|byte| byte.cast_signed()).collect();
        Ok(Weights {
            bytes,
            form: dimensions,
            scales,
        })
    }

    /// The bias of a layer of so many channels; 0 if it has none.
    fn bias(&self, place: &str, inputs: &[i32], channels: usize) -> Result<Vec<i32>, ReadError> {
        let Some(&number) = inputs.get(2).filter(|number| **number >= 0) else {
            return Ok(vec![0; channels]);
        };
        let tensor = self.tensor(place, number)?;
        let place = &format!("{place}, bias");
        expect_type(place, tensor.type_(), file::TensorType::INT32)?;
        let bytes = self.constant(place, &tensor)?;
        expect_equal(place, "bytes", 4 * channels, bytes.len())?;
        let (words, _) = bytes.as_chunks();
        Ok(words.iter().map(|word| i32::from_le_bytes(*word)).collect())
    }

    /// A scale for each channel, of as many or of one.
    fn of_channels(
        &self,
        place: &str,
        scales: &[f32],
        channels: usize,
    ) -> Result<Vec<f32>, ReadError> {
        match scales {
            [one] => Ok(vec![*one; channels]),
            many if many.len() == channels => Ok(many.to_vec()),
            other => unexpected(
                place,
                format!("1 or {channels} scales of weights"),
                other.len(),
            ),
        }
    }
}

fn dimensions(place: &str, tensor: &file::Tensor) -> Result<Vec<usize>, ReadError> {
    let numbers = tensor.shape().into_iter().flatten();
    let sizes: Vec<_> = numbers
        .map(|number| usize::try_from(number).unwrap_or(0))
        .collect();
    let bytes = sizes
        .iter()
        .try_fold(1_usize, |bytes, size| bytes.checked_mul(*size));
    match bytes {
        Some(1..=MOST_BYTES) => Ok(sizes),
        _ => unexpected(
            place,
            format!("a fixed shape of at most {MOST_BYTES} bytes"),
            format!("{sizes:?}"),
        ),
    }
}

fn shape(place: &str, dimensions: &[usize]) -> Result<Shape, ReadError> {
    let (height, width, channels) = match *dimensions {
        [channels] | [1, channels] => (1, 1, channels),
        [1, width, channels] => (1, width, channels),
        [1, height, width, channels] => (height, width, channels),
        _ => {
            let found = format!("{dimensions:?}");
            return unexpected(place, "one to four dimensions, the first of four 1", found);
        }
    };
    Ok(Shape {
        height,
        width,
        channels,
    })
}

fn is_scale(scale: f32) -> bool {
    scale.is_finite() && scale > 0.0
}

/// Scale and zero point of a tensor that is computed.
fn one_scale(place: &str, tensor: &file::Tensor) -> Result<(f32, i8), ReadError> {
    let own = tensor.quantization();
    let scales: Vec<f32> = own
        .and_then(|own| own.scale())
        .into_iter()
        .flatten()
        .collect();
    let zeros: Vec<i64> = own
        .and_then(|own| own.zero_point())
        .into_iter()
        .flatten()
        .collect();
    match (scales.as_slice(), zeros.as_slice()) {
        ([scale], [zero]) if is_scale(*scale) => match i8::try_from(*zero) {
            Ok(zero) => Ok((*scale, zero)),
            Err(_) => unexpected(place, "a zero point of a signed byte", zero),
        },
        _ => unexpected(
            place,
            "one scale above 0 and one zero point",
            format!("{scales:?}, {zeros:?}"),
        ),
    }
}

/// Whether the file says that it is a TensorFlow Lite model.
fn has_identifier(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(file::MODEL_IDENTIFIER.as_bytes())
}
