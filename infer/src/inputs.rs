//! Inputs of networks from files: `.npy` arrays of signed bytes, and lines of numbers.

use npyz::{DType, NpyFile, Order};

/// What is wrong with inputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputsError {
    /// The file is damaged or of another kind.
    #[error("expected {expected}, found {found}")]
    File {
        /// What could be read.
        expected: &'static str,
        /// What is wrong.
        found: String,
    },
    /// An input has another size than the network's.
    #[error("input {number}: expected {expected} numbers, found {found}")]
    Size {
        /// Its number, from 0 on.
        number: usize,
        /// Numbers of an input.
        expected: usize,
        /// Numbers that there are.
        found: usize,
    },
    /// A number is no signed byte.
    #[error("input {number}: expected numbers from -128 to 127, found {found:?}")]
    Number {
        /// The input's number, from 0 on.
        number: usize,
        /// The text.
        found: String,
    },
}

/// Inputs of `size` bytes each: the rows of a `.npy` file, or the lines of a text with numbers between commas.
///
/// # Errors
/// If the file is neither, or does not hold inputs of that size.
pub fn read_inputs(file: &[u8], size: usize) -> Result<Vec<Vec<i8>>, InputsError> {
    match file.starts_with(b"\x93NUMPY") {
        true => npy(file, size),
        false => csv(file, size),
    }
}

fn npy(file: &[u8], size: usize) -> Result<Vec<Vec<i8>>, InputsError> {
    let expected = "a .npy array of signed bytes";
    let refused = |found: String| InputsError::File {
        expected,
        found: line(&found),
    };
    // The library takes memory for a header before it is there.
    let length = match *file {
        [_, _, _, _, _, _, 1, _, a, b, ..] => u32::from_le_bytes([a, b, 0, 0]),
        [_, _, _, _, _, _, _, _, a, b, c, d, ..] => u32::from_le_bytes([a, b, c, d]),
        _ => u32::MAX,
    };
    if length as usize > file.len() {
        return Err(refused("a file that is cut off".into()));
    }
    let array = NpyFile::new(file).map_err(|error| refused(error.to_string()))?;
    let shape = array.shape().to_vec();
    let is_bytes = match array.dtype() {
        DType::Plain(kind) => kind.to_string().ends_with("i1"),
        _ => false,
    };
    if !is_bytes {
        return Err(refused(format!("type {}", array.dtype().descr())));
    }
    if array.order() != Order::C && shape.len() > 1 {
        return Err(refused("one in Fortran's order".into()));
    }
    let sizes = shape.iter();
    let count = sizes.fold(1_u64, |count, size| count.saturating_mul(*size));
    if count > file.len() as u64 {
        return Err(refused(format!(
            "{count} numbers in a file that is cut off"
        )));
    }
    let all = array
        .into_vec::<i8>()
        .map_err(|error| refused(error.to_string()))?;
    // One input may lack the outermost dimension.
    let rows = match all.len() == size {
        true => 1,
        false => shape.first().map_or(1, |rows| *rows as usize).max(1),
    };
    let found = all.len() / rows;
    if found != size {
        let (number, expected) = (0, size);
        return Err(InputsError::Size {
            number,
            expected,
            found,
        });
    }
    Ok(all.chunks(size).map(<[i8]>::to_vec).collect())
}

/// What a library says, as a plain line of at most 100 characters.
fn line(text: &str) -> String {
    let plain = |character: char| {
        if character.is_control() {
            ' '
        } else {
            character
        }
    };
    text.chars().take(100).map(plain).collect()
}

fn csv(file: &[u8], size: usize) -> Result<Vec<Vec<i8>>, InputsError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(file);
    let mut inputs = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(|error| InputsError::File {
            expected: "a .npy file, or lines of numbers between commas",
            found: line(&error.to_string()),
        })?;
        let numbers = record.iter().map(|text| {
            text.parse().map_err(|_| InputsError::Number {
                number,
                found: text.chars().take(20).collect(),
            })
        });
        let input = numbers.collect::<Result<Vec<i8>, _>>()?;
        if input.len() != size {
            return Err(InputsError::Size {
                number,
                expected: size,
                found: input.len(),
            });
        }
        inputs.push(input);
    }
    match inputs.is_empty() {
        true => Err(InputsError::File {
            expected: "an input",
            found: "an empty file".into(),
        }),
        false => Ok(inputs),
    }
}

#[cfg(test)]
mod tests {
    use npyz::WriterBuilder;

    use super::*;

    fn array<T: npyz::AutoSerialize + Copy>(shape: &[u64], numbers: &[T]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let options = npyz::WriteOptions::new().default_dtype().shape(shape);
        let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
        writer.extend(numbers.iter().copied()).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn rows_of_arrays_and_lines_of_numbers_are_inputs() {
        let inputs = vec![vec![1, -2], vec![3, 127]];
        assert_eq!(
            read_inputs(&array(&[2, 2, 1], &[1_i8, -2, 3, 127]), 2),
            Ok(inputs.clone())
        );
        assert_eq!(read_inputs(b"1, -2\n3,127\n", 2), Ok(inputs));
        assert_eq!(
            read_inputs(&array(&[2], &[1_i8, -2]), 2),
            Ok(vec![vec![1, -2]])
        );
    }

    #[test]
    fn what_is_no_input_is_said() {
        let says = |file: &[u8]| read_inputs(file, 2).unwrap_err().to_string();
        assert_eq!(says(b"1\n"), "input 0: expected 2 numbers, found 1");
        assert_eq!(
            says(b"1,2\n3,128\n"),
            "input 1: expected numbers from -128 to 127, found \"128\""
        );
        assert_eq!(says(b""), "expected an input, found an empty file");
        assert!(says(&array(&[1, 2], &[1.0_f32, 2.0])).contains("found type"));
        assert!(says(&array(&[1, 3], &[1_i8, 2, 3])).contains("expected 2 numbers, found 3"));
        let cut = "expected a .npy array of signed bytes, found a file that is cut off";
        assert_eq!(says(b"\x93NUMPY\x01"), cut);
        assert_eq!(says(b"\x93NUMPY\x03\0\xff\xff\xff\x7f{"), cut);
        let of = |order: &str, shape: &str| {
            let text = format!("{{'descr': '|i1', 'fortran_order': {order}, 'shape': {shape}}}");
            [
                b"\x93NUMPY\x01\0\x60\0",
                format!("{text:95}\n").as_bytes(),
                &[1, 2, 3, 4],
            ]
            .concat()
        };
        assert_eq!(read_inputs(&of("False", "(2, 2)"), 2).unwrap().len(), 2);
        assert!(says(&of("True", "(2, 2)")).ends_with("found one in Fortran's order"));
        assert!(
            says(&of("False", "(2, 900)"))
                .ends_with("found 1800 numbers in a file that is cut off")
        );
        assert!(says(&of("False", "(3, 2)")).contains("found "));
    }
}
