//! Programs: the tape of a network, and what goes in and comes out.

use tensority_infer::Model;
use tensority_infer::reference::InputError;
use tensority_protocol::tape::{BURST, Instruction};

/// A network as a core runs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// The tape, to be put at any multiple of [`BURST`] in the memory of tapes.
    pub words: Vec<u32>,
    /// The slots that hold the input.
    pub input: Vec<InputSlot>,
    /// The bytes that the tape makes, in order.
    pub made: Vec<MadeByte>,
    /// Number of the tensor whose bytes are the output of the tape.
    pub output: usize,
    /// Number of the first operator that is left to the host.
    pub rest: usize,
    /// Cycles in which the array meets the tape's positions; the memory may take longer.
    pub cycles: u64,
}

/// A slot of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputSlot {
    /// Which slot.
    pub slot: u8,
    /// For each column from 0 on, the byte of the input, or none: what stands for 0.
    pub bytes: Vec<Option<usize>>,
}

/// A byte that a tape makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeByte {
    /// Number of the operator.
    pub operator: usize,
    /// Position of the operator's output.
    pub position: usize,
    /// Channel of the output.
    pub channel: usize,
}

impl Program {
    /// The tape that loads an input and goes on with the program, which is at byte `program` of the memory.
    ///
    /// # Errors
    /// If the input has another size than the network's.
    pub fn load(&self, model: &Model, input: &[i8], program: u32) -> Result<Vec<u32>, InputError> {
        let tensor = &model.tensors[model.input];
        let (expected, found) = (tensor.shape.bytes(), input.len());
        if expected != found {
            return Err(InputError { expected, found });
        }
        let mut words = Vec::new();
        for InputSlot { slot, bytes } in &self.input {
            let byte = |source: &Option<usize>| source.map_or(tensor.zero, |source| input[source]);
            let bytes: Vec<u8> = bytes.iter().map(byte).map(i8::cast_unsigned).collect();
            let data = bytes.chunks(4).map(|chunk| {
                let mut word = [0; 4];
                word[..chunk.len()].copy_from_slice(chunk);
                u32::from_le_bytes(word)
            });
            let load = Instruction::Load {
                slot: *slot,
                first: 0,
                words: data.len() as u8,
            };
            push(&mut words, &load);
            words.extend(data);
        }
        push(&mut words, &Instruction::Jump(program));
        Ok(words)
    }

    /// The output of the network, from the bytes that the tape reported; what is left to the host is done.
    pub fn finish(&self, model: &Model, reported: &[i8]) -> Vec<i8> {
        let shape = model.tensors[self.output].shape;
        let mut bytes = vec![0; shape.bytes()];
        let last = self.rest.checked_sub(1);
        let made = self.made.iter().filter(|made| Some(made.operator) == last);
        for (made, byte) in made.zip(reported) {
            bytes[made.position * shape.channels + made.channel] = *byte;
        }
        let mut tensors = vec![Vec::new(); model.tensors.len()];
        tensors[self.output] = bytes;
        model.resume(self.rest, &mut tensors);
        tensors.swap_remove(model.output)
    }

    /// Bytes of memory that the tape takes.
    pub fn bytes(&self) -> u32 {
        (4 * self.words.len() as u32).next_multiple_of(BURST)
    }
}

/// Appends an instruction to a tape.
pub(crate) fn push(tape: &mut Vec<u32>, instruction: &Instruction) {
    let (words, count) = instruction.encode();
    tape.extend(&words[..count]);
}
