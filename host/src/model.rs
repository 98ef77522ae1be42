//! `tensority model`: what networks are made of.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use tensority_command::print_as;
use tensority_infer::graph::{Kind, Model, Shape, Tensor};

use crate::failure::Failure;
use crate::infer::read_model;
use crate::table;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Print the tensors and operators of a network, with their shapes, weights and multiply-accumulates.
    Inspect {
        /// The network, a .tflite file of signed bytes.
        file: PathBuf,
        /// Print JSON on one line.
        #[arg(long)]
        json: bool,
    },
}

/// Prints what a network is made of.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Verb::Inspect { file, json } = &arguments.verb;
    Ok(print_as(*json, &Network::of(&read_model(file)?))?)
}

#[derive(Serialize)]
struct Network {
    input: TensorJson,
    output: TensorJson,
    operators: Vec<OperatorJson>,
    /// Multiply-accumulates of an inference, those with padding too.
    macs: u64,
    weight_bytes: usize,
}

#[derive(Serialize)]
struct TensorJson {
    name: String,
    /// Rows, columns, channels.
    shape: [usize; 3],
    /// A byte stands for `scale * (byte - zero)`.
    scale: f32,
    zero: i8,
}

#[derive(Serialize)]
struct OperatorJson {
    name: &'static str,
    output: TensorJson,
    /// Rows and columns of its window, if it has one.
    window: Option<[usize; 2]>,
    macs: u64,
    weight_bytes: usize,
}

impl TensorJson {
    fn of(tensor: &Tensor) -> Self {
        let Shape {
            height,
            width,
            channels,
        } = tensor.shape;
        Self {
            name: tensor.name.clone(),
            shape: [height, width, channels],
            scale: tensor.scale,
            zero: tensor.zero,
        }
    }

    fn shape(&self) -> String {
        self.shape.map(|size| size.to_string()).join(" x ")
    }
}

impl Network {
    fn of(model: &Model) -> Self {
        let operators = model.operators.iter().map(|operator| {
            let window = match &operator.kind {
                Kind::Convolution(own) | Kind::Depthwise(own) => Some(own.window),
                Kind::AveragePool(window, _) | Kind::MaxPool(window, _) => Some(*window),
                _ => None,
            };
            OperatorJson {
                name: operator.kind.name(),
                output: TensorJson::of(&model.tensors[operator.output]),
                window: window.map(|window| [window.height, window.width]),
                macs: model.macs_of(operator),
                weight_bytes: match &operator.kind {
                    Kind::Convolution(own) | Kind::Depthwise(own) => own.weights.len(),
                    _ => 0,
                },
            }
        });
        let operators: Vec<_> = operators.collect();
        Self {
            input: TensorJson::of(&model.tensors[model.input]),
            output: TensorJson::of(&model.tensors[model.output]),
            macs: operators.iter().map(|operator| operator.macs).sum(),
            weight_bytes: operators.iter().map(|operator| operator.weight_bytes).sum(),
            operators,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, tensor) in [("input", &self.input), ("output", &self.output)] {
            let (shape, scale, zero) = (tensor.shape(), tensor.scale, tensor.zero);
            writeln!(
                f,
                "{what:<6}  {shape}, scale {scale}, zero point {zero} ({})",
                tensor.name.escape_debug()
            )?;
        }
        let names = ["", "operator", "window", "output", "MACs", "weight bytes"];
        let mut rows = vec![names.map(String::from)];
        for (number, operator) in self.operators.iter().enumerate() {
            let window = operator
                .window
                .map(|[rows, columns]| format!("{rows} x {columns}"));
            rows.push([
                number.to_string(),
                operator.name.into(),
                window.unwrap_or_default(),
                operator.output.shape(),
                operator.macs.to_string(),
                operator.weight_bytes.to_string(),
            ]);
        }
        writeln!(f, "{}", table::aligned(&rows))?;
        write!(
            f,
            "{} multiply-accumulates, {} bytes of weights",
            self.macs, self.weight_bytes
        )
    }
}
