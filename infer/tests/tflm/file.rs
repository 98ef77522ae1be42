//! Writer of `.tflite` files, by the accessors that the reader uses.

#[allow(
    clippy::all,
    dead_code,
    deprecated,
    missing_docs,
    unused_imports,
    unsafe_op_in_unsafe_fn,
    mismatched_lifetime_syntaxes
)]
#[path = "../../src/tflite_generated.rs"]
mod generated;

use flatbuffers::{FlatBufferBuilder, UnionWIPOffset, WIPOffset};
pub use generated::tflite::*;

type Builder = FlatBufferBuilder<'static>;

/// A tensor of a file.
#[derive(Clone, Debug)]
pub struct FileTensor {
    pub shape: Vec<usize>,
    pub kind: TensorType,
    /// One, or one for each channel of weights.
    pub scales: Vec<f32>,
    pub zero: i8,
    /// The dimension that several scales are of.
    pub dimension: i32,
    /// Bytes of a constant.
    pub constant: Option<Vec<u8>>,
}

/// The options of an operator.
pub enum FileOptions {
    None,
    Convolution(Conv2DOptionsArgs),
    Depthwise(DepthwiseConv2DOptionsArgs),
    Pool(Pool2DOptionsArgs),
    FullyConnected(FullyConnectedOptionsArgs),
    Softmax(SoftmaxOptionsArgs),
    Add(AddOptionsArgs),
}

/// An operator of a file.
pub struct FileOperator {
    /// Its number in the format.
    pub code: i32,
    pub inputs: Vec<usize>,
    pub output: usize,
    pub options: FileOptions,
}

/// The bytes of a file, whose first tensor is its input and whose last operator makes its output.
pub fn write(tensors: &[FileTensor], operators: &[FileOperator]) -> Vec<u8> {
    let mut own = Builder::new();
    let builder = &mut own;
    let mut buffers = vec![Buffer::create(builder, &BufferArgs { data: None })];
    let mut offsets = Vec::new();
    for (number, tensor) in tensors.iter().enumerate() {
        let buffer = match &tensor.constant {
            Some(bytes) => {
                let data = Some(builder.create_vector(bytes));
                buffers.push(Buffer::create(builder, &BufferArgs { data }));
                buffers.len() - 1
            }
            None => 0,
        };
        offsets.push(write_tensor(builder, number, tensor, buffer as u32));
    }
    let mut codes: Vec<i32> = operators.iter().map(|operator| operator.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let made: Vec<_> = operators
        .iter()
        .map(|operator| write_operator(builder, operator, &codes))
        .collect();
    let output = operators.last().map_or(0, |operator| operator.output) as i32;
    let graph = SubGraphArgs {
        tensors: Some(builder.create_vector(&offsets)),
        inputs: Some(builder.create_vector(&[0_i32])),
        outputs: Some(builder.create_vector(&[output])),
        operators: Some(builder.create_vector(&made)),
        name: None,
    };
    let graph = SubGraph::create(builder, &graph);
    let write_code = |code: &i32| {
        let args = OperatorCodeArgs {
            deprecated_builtin_code: i8::try_from(*code).unwrap_or(127),
            builtin_code: *code,
            ..OperatorCodeArgs::default()
        };
        OperatorCode::create(builder, &args)
    };
    let codes: Vec<_> = codes.iter().map(write_code).collect();
    let model = ModelArgs {
        version: 3,
        operator_codes: Some(builder.create_vector(&codes)),
        subgraphs: Some(builder.create_vector(&[graph])),
        description: None,
        buffers: Some(builder.create_vector(&buffers)),
    };
    let model = Model::create(builder, &model);
    finish_model_buffer(builder, model);
    own.finished_data().to_vec()
}

/// A tensor, whose name is its number.
fn write_tensor(
    builder: &mut Builder,
    number: usize,
    tensor: &FileTensor,
    buffer: u32,
) -> WIPOffset<Tensor<'static>> {
    let zeros = vec![i64::from(tensor.zero); tensor.scales.len()];
    let quantization = QuantizationParametersArgs {
        scale: Some(builder.create_vector(&tensor.scales)),
        zero_point: Some(builder.create_vector(&zeros)),
        quantized_dimension: tensor.dimension,
    };
    let quantization = QuantizationParameters::create(builder, &quantization);
    let shape: Vec<_> = tensor.shape.iter().map(|&size| size as i32).collect();
    let args = TensorArgs {
        shape: Some(builder.create_vector(&shape)),
        type_: tensor.kind,
        buffer,
        name: Some(builder.create_string(&number.to_string())),
        quantization: Some(quantization),
    };
    Tensor::create(builder, &args)
}

fn write_operator(
    builder: &mut Builder,
    operator: &FileOperator,
    codes: &[i32],
) -> WIPOffset<Operator<'static>> {
    let (options_type, options) = write_options(builder, &operator.options);
    let inputs: Vec<_> = operator.inputs.iter().map(|&n| n as i32).collect();
    let code = codes.iter().position(|code| *code == operator.code);
    let args = OperatorArgs {
        opcode_index: code.expect("all codes are there") as u32,
        inputs: Some(builder.create_vector(&inputs)),
        outputs: Some(builder.create_vector(&[operator.output as i32])),
        builtin_options_type: options_type,
        builtin_options: options,
    };
    Operator::create(builder, &args)
}

fn write_options(
    builder: &mut Builder,
    options: &FileOptions,
) -> (Options, Option<WIPOffset<UnionWIPOffset>>) {
    let (kind, offset) = match options {
        FileOptions::None => return (Options::NONE, None),
        FileOptions::Convolution(args) => (
            Options::Conv2DOptions,
            Conv2DOptions::create(builder, args).as_union_value(),
        ),
        FileOptions::Depthwise(args) => (
            Options::DepthwiseConv2DOptions,
            DepthwiseConv2DOptions::create(builder, args).as_union_value(),
        ),
        FileOptions::Pool(args) => (
            Options::Pool2DOptions,
            Pool2DOptions::create(builder, args).as_union_value(),
        ),
        FileOptions::FullyConnected(args) => (
            Options::FullyConnectedOptions,
            FullyConnectedOptions::create(builder, args).as_union_value(),
        ),
        FileOptions::Softmax(args) => (
            Options::SoftmaxOptions,
            SoftmaxOptions::create(builder, args).as_union_value(),
        ),
        FileOptions::Add(args) => (
            Options::AddOptions,
            AddOptions::create(builder, args).as_union_value(),
        ),
    };
    (kind, Some(offset))
}
