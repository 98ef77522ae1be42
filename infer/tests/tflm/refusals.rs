//! What the reader refuses, each by the name of its place.

use tensority_infer::Model;

use crate::file::{
    self, AddOptionsArgs, Conv2DOptionsArgs, FileOperator, FileOptions, FileTensor, Padding,
    SoftmaxOptionsArgs, TensorType,
};

fn tensor(shape: &[usize]) -> FileTensor {
    FileTensor {
        shape: shape.to_vec(),
        kind: TensorType::INT8,
        scales: vec![0.5],
        zero: 0,
        dimension: 0,
        constant: None,
    }
}

fn operator(code: i32, inputs: &[usize], output: usize, options: FileOptions) -> FileOperator {
    FileOperator {
        code,
        inputs: inputs.to_vec(),
        output,
        options,
    }
}

fn error(tensors: &[FileTensor], operators: &[FileOperator]) -> String {
    let read = Model::read(&file::write(tensors, operators));
    read.expect_err("a network is read").to_string()
}

/// A convolution of 3 x 3 over 8 x 8 positions.
fn convolution() -> (Vec<FileTensor>, Conv2DOptionsArgs) {
    let mut weights = tensor(&[4, 3, 3, 2]);
    weights.constant = Some(vec![1; 72]);
    let options = Conv2DOptionsArgs {
        padding: Padding::SAME,
        stride_h: 1,
        stride_w: 1,
        ..Conv2DOptionsArgs::default()
    };
    let tensors = vec![tensor(&[1, 8, 8, 2]), weights, tensor(&[1, 8, 8, 4])];
    (tensors, options)
}

fn of_convolution(change: impl FnOnce(&mut Vec<FileTensor>, &mut Conv2DOptionsArgs)) -> String {
    let (mut tensors, mut options) = convolution();
    change(&mut tensors, &mut options);
    let options = FileOptions::Convolution(options);
    error(&tensors, &[operator(3, &[0, 1], 2, options)])
}

#[test]
fn a_good_convolution_is_read() {
    let (tensors, options) = convolution();
    let operators = [operator(3, &[0, 1], 2, FileOptions::Convolution(options))];
    assert!(Model::read(&file::write(&tensors, &operators)).is_ok());
}

#[test]
fn what_a_convolution_lacks_is_named() {
    assert_eq!(
        of_convolution(|_, options| options.dilation_w = 2),
        "operator 0 (CONV_2D): expected dilation: (1, 1), found (1, 2)"
    );
    assert_eq!(
        of_convolution(|tensors, _| tensors[0].kind = TensorType::FLOAT32),
        "tensor 0 (0): expected type INT8, found FLOAT32"
    );
    assert_eq!(
        of_convolution(|tensors, _| tensors[1].zero = 3),
        "operator 0 (CONV_2D), weights: expected zero point 0, found 3"
    );
    assert_eq!(
        of_convolution(|tensors, _| tensors[1].scales = vec![0.5; 3]),
        "operator 0 (CONV_2D): expected 1 or 4 scales of weights, found 3"
    );
    assert_eq!(
        of_convolution(|tensors, _| tensors[1].constant = Some(vec![1; 71])),
        "operator 0 (CONV_2D), weights: expected bytes: 72, found 71"
    );
    assert_eq!(
        of_convolution(|tensors, _| tensors[2].shape[1] = 7),
        "operator 0 (CONV_2D): expected an output of Shape { height: 8, width: 8, channels: 4 }, \
         found Shape { height: 7, width: 8, channels: 4 }"
    );
    assert_eq!(
        of_convolution(|tensors, _| tensors[0].shape[0] = 2),
        "tensor 0 (0): expected one to four dimensions, the first of four 1, found [2, 8, 8, 2]"
    );
    assert!(
        of_convolution(|_, options| options.stride_h = 0)
            .starts_with("operator 0 (CONV_2D): expected strides and sizes of at least 1")
    );
}

#[test]
fn an_operator_that_is_not_computed_is_named() {
    let two = [tensor(&[1, 4]), tensor(&[1, 4])];
    let said = error(&two, &[operator(14, &[0], 1, FileOptions::None)]);
    assert!(
        said.starts_with("operator 0: expected one of ADD, "),
        "{said}"
    );
    assert!(said.ends_with(", found builtin operator 14"), "{said}");
}

/// For these TensorFlow Lite Micro ends the program.
#[test]
fn what_has_no_answer_is_refused() {
    let softmax = |channels: usize, beta: f32| {
        let mut shares = tensor(&[1, channels]);
        (shares.scales, shares.zero) = (vec![1.0 / 256.0], -128);
        let options = FileOptions::Softmax(SoftmaxOptionsArgs { beta });
        let operators = [operator(25, &[0], 1, options)];
        let file = file::write(&[tensor(&[1, channels]), shares], &operators);
        Model::read(&file).map_err(|error| error.to_string())
    };
    assert!(softmax(511, 1.0).is_ok());
    assert_eq!(
        softmax(512, 1.0).unwrap_err(),
        "operator 0 (SOFTMAX): expected at most 511 channels, found 512"
    );
    assert!(softmax(4, 1e-9).is_err() && softmax(4, f32::NAN).is_err());

    let mut sum = tensor(&[1, 4]);
    sum.scales = vec![0.5 / 1e6];
    let options = FileOptions::Add(AddOptionsArgs::default());
    let said = error(&[tensor(&[1, 4]), sum], &[operator(0, &[0, 0], 1, options)]);
    assert!(
        said.contains("(ADD): expected an output's scale of more than"),
        "{said}"
    );
}
