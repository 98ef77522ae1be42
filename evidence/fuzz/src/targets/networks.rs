//! Networks and their inputs.

use tensority::fast::Backend;
use tensority_infer::Model;
use tensority_infer::fast::Engine;
use tensority_infer::inputs::read_inputs;

use super::is_plain_line;
use crate::Target;

pub const NETWORK: Target = Target {
    name: "network",
    about: "a .tflite file",
    claims: "a network that is read runs, and its bytes are the same on the fastest back end; an error is a plain line",
    longest: 20 << 10,
    memory_per_byte: 512,
    seeds: || vec![include_bytes!("../../../../infer/models/digits.tflite").to_vec()],
    check: network,
};

pub const INPUTS: Target = Target {
    name: "inputs",
    about: "inputs of networks: a .npy array, or lines of numbers",
    claims: "each input has as many bytes as were asked for; an error is a plain line",
    longest: 4096,
    memory_per_byte: 64,
    seeds: input_seeds,
    check: inputs,
};

/// Multiply-accumulates and bytes of a network that is run: others would take too long.
const MOST: u64 = 1 << 20;

fn network(bytes: &[u8]) {
    let model = match Model::read(bytes) {
        Ok(model) => model,
        Err(error) => return assert!(is_plain_line(&error.to_string()), "{error:?}"),
    };
    let tensors = model.tensors.iter();
    let size: usize = tensors.map(|tensor| tensor.shape.bytes()).sum();
    // A pool meets at most its whole input at each output.
    let operators = model.operators.iter();
    let met = operators.map(|operator| {
        let [from, to] = [operator.input, operator.output].map(|n| model.tensors[n].shape);
        (from.bytes() as u64).saturating_mul(to.bytes() as u64)
    });
    let work = met.fold(model.macs(), u64::saturating_add);
    if size as u64 > MOST || work > 64 * MOST {
        return;
    }
    let input = vec![-128; model.tensors[model.input].shape.bytes()];
    let expected = model.run(&input).expect("an input of its size");
    let mut engine = Engine::new(model, Backend::fastest());
    assert_eq!(engine.run(&[input]), Ok(vec![expected]));
}

/// Two inputs of two numbers, an array that is cut off, and lines.
fn input_seeds() -> Vec<Vec<u8>> {
    let array = include_bytes!("../../../../infer/models/digits.npy");
    let shape = b"(100, 64)";
    let mut small = array[..128 + 4].to_vec();
    let at = small.windows(shape.len()).position(|part| part == shape);
    let at = at.expect("the shape of the digits");
    small[at..at + shape.len()].copy_from_slice(b"(2, 2)   ");
    vec![small, array[..600].to_vec(), b"1,-2\n3, 4\n".to_vec()]
}

fn inputs(bytes: &[u8]) {
    for size in [1, 2, 64] {
        match read_inputs(bytes, size) {
            Ok(inputs) => assert!(inputs.iter().all(|input| input.len() == size)),
            Err(error) => assert!(is_plain_line(&error.to_string()), "{error:?}"),
        }
    }
}
