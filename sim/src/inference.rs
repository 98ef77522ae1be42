//! Networks on a simulated core, every byte of every layer held against the reference.

use std::path::Path;
use std::time::{Duration, Instant};

use tensority_hdl::geometry::Geometry;
use tensority_infer::Model;
use tensority_tape::{Program, compile};

use crate::error::Error;
use crate::model::core::CoreModel;
use crate::model::source::{ArrayKind, Variant};
use crate::scoreboard::mismatch::compare;

/// Cycles between two looks at the core.
const SLICE: u64 = 8;

/// Cycles that a tape may take beside those of its positions and words, for each of its words.
const PATIENCE: u64 = 64;

/// The outcome of one inference.
#[derive(Clone, Debug)]
pub struct InferOutcome {
    /// The network's output, what is left to the host included.
    pub output: Vec<i8>,
    /// Cycles from the start to the end of the tape, with the input's loading.
    pub cycles: u64,
    /// Bytes of layers found equal to the reference.
    pub bytes_checked: u64,
    /// How long it took to simulate.
    pub wall: Duration,
}

/// A core with the tape of a network in its memory.
pub struct Inference {
    model: CoreModel,
    network: Model,
    program: Program,
}

impl Inference {
    /// Compiles `network` for a core of `geometry`, and builds or loads its model.
    ///
    /// # Errors
    /// If the core does not do what the network needs, or the model cannot be built.
    pub fn new(
        geometry: &Geometry,
        network: Model,
        models: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let program = compile(&network, geometry.dimension())?;
        let variant = Variant {
            geometry: geometry.with_infer()?,
            array: ArrayKind::Rtl,
            trace: false,
        };
        let mut model = CoreModel::open(&variant, models, progress)?;
        put(&mut model, 0, &program.words);
        Ok(Self {
            model,
            network,
            program,
        })
    }

    /// The network.
    pub fn network(&self) -> &Model {
        &self.network
    }

    /// The core, with the tape from the first byte of its memory of tapes on.
    pub fn model(&mut self) -> &mut CoreModel {
        &mut self.model
    }

    /// Its program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Runs the network on an input.
    ///
    /// # Errors
    /// At the first byte that differs from the reference; if the core does not end; if the input does not fit.
    pub fn run(&mut self, input: &[i8]) -> Result<InferOutcome, Error> {
        let began = Instant::now();
        let expected = self.network.run_all(input)?;
        let load = self.program.load(&self.network, input, 0)?;
        let address = self.program.bytes();
        put(&mut self.model, address, &load);
        self.model.take_made();
        let first = self.model.cycle();
        self.model.infer(address);
        let words = (load.len() + self.program.words.len()) as u64;
        let most = self.program.cycles + PATIENCE * words;
        while !self.model.infer_state().ready {
            self.model.step(SLICE);
            let cycles = self.model.cycle() - first;
            if cycles > most {
                return Err(Error::Hang {
                    cycles,
                    after: "the start of the tape".into(),
                    expected: "its end",
                });
            }
        }
        let cycles = self.model.cycle() - first;
        let made = self.model.take_made();
        for (made, place) in made.iter().zip(&self.program.made) {
            let tensor = self.network.operators[place.operator].output;
            let channels = self.network.tensors[tensor].shape.channels;
            let byte = expected[tensor][place.position * channels + place.channel];
            let places = [
                ("layer", place.operator as u64),
                ("position", place.position as u64),
                ("channel", place.channel as u64),
            ];
            let [byte, found] = [byte, made.value].map(i8::to_le_bytes);
            compare("inference", &places, first + cycles, &byte, &found)?;
        }
        let [wanted, found] = [self.program.made.len(), made.len()].map(usize::to_le_bytes);
        compare("bytes of inference", &[], first + cycles, &wanted, &found)?;
        let reported = self.model.infer_output();
        let output = self.program.finish(&self.network, &reported);
        let as_bytes = |bytes: &[i8]| {
            bytes
                .iter()
                .map(|byte| byte.cast_unsigned())
                .collect::<Vec<_>>()
        };
        let reference = &expected[self.network.output];
        compare(
            "output",
            &[],
            first + cycles,
            &as_bytes(reference),
            &as_bytes(&output),
        )?;
        Ok(InferOutcome {
            output,
            cycles,
            bytes_checked: made.len() as u64,
            wall: began.elapsed(),
        })
    }
}

/// Puts words into the memory of tapes.
fn put(model: &mut CoreModel, address: u32, words: &[u32]) {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    model.tapes()[address as usize..][..bytes.len()].copy_from_slice(&bytes);
}
