//! Random networks over all operators, with extreme weights, biases, scales and zero points.

use rand::Rng;
use rand::rngs::StdRng;

use crate::file::{
    Activation, AddOptionsArgs, Conv2DOptionsArgs, DepthwiseConv2DOptionsArgs, FileOperator,
    FileOptions, FileTensor, FullyConnectedOptionsArgs, Padding, Pool2DOptionsArgs,
    SoftmaxOptionsArgs, TensorType,
};

/// Names of the operators that networks are made of, and their numbers in the format.
pub const OPERATORS: [(&str, i32); 11] = [
    ("ADD", 0),
    ("AVERAGE_POOL_2D", 1),
    ("CONV_2D", 3),
    ("DEPTHWISE_CONV_2D", 4),
    ("FULLY_CONNECTED", 9),
    ("MAX_POOL_2D", 17),
    ("RELU", 19),
    ("RELU6", 21),
    ("RESHAPE", 22),
    ("SOFTMAX", 25),
    ("QUANTIZE", 114),
];

/// A network as it grows.
pub struct Network {
    pub tensors: Vec<FileTensor>,
    pub operators: Vec<FileOperator>,
    /// The tensor that the next operator reads.
    last: usize,
}

/// A number between two, all magnitudes of which are as likely.
fn magnitude(random: &mut StdRng, least: f32, greatest: f32) -> f32 {
    (random.random_range(least.ln()..=greatest.ln())).exp()
}

fn zero_point(random: &mut StdRng) -> i8 {
    match random.random_range(0..4) {
        0 => -128,
        1 => 127,
        _ => random.random(),
    }
}

fn activation(random: &mut StdRng) -> Activation {
    let all = [
        Activation::NONE,
        Activation::RELU,
        Activation::RELU6,
        Activation::RELU_N1_TO_1,
    ];
    all[random.random_range(0..all.len())]
}

fn padding(random: &mut StdRng) -> Padding {
    match random.random() {
        true => Padding::SAME,
        false => Padding::VALID,
    }
}

/// Bytes of one of several kinds: any, the two extremes, or one byte only.
pub fn bytes(random: &mut StdRng, count: usize) -> Vec<i8> {
    let kind = random.random_range(0..5);
    let all = random.random();
    (0..count)
        .map(|_| match kind {
            0 => -128,
            1 => [-128, 127][random.random_range(0..2)],
            2 => all,
            _ => random.random(),
        })
        .collect()
}

/// The outputs along an axis.
fn outputs(padding: Padding, size: usize, window: usize, stride: usize) -> usize {
    match padding {
        Padding::SAME => size.div_ceil(stride),
        _ => (size - window + 1).div_ceil(stride),
    }
}

impl Network {
    /// A network of one to six operators.
    pub fn random(random: &mut StdRng) -> Self {
        let channels = match random.random_range(0..6) {
            0 => random.random_range(100..300),
            _ => random.random_range(1..20),
        };
        let [height, width] = [(); 2].map(|()| random.random_range(1..10));
        let input = computed(random, vec![1, height, width, channels]);
        let mut network = Self {
            tensors: vec![input],
            operators: Vec::new(),
            last: 0,
        };
        for _ in 0..random.random_range(1..7) {
            network.grow(random);
        }
        network
    }

    fn grow(&mut self, random: &mut StdRng) {
        let is_plane = self.shape().len() == 4;
        match random.random_range(0..11) {
            0 | 1 if is_plane => self.convolution(random),
            2 | 3 if is_plane => self.depthwise(random),
            4 if is_plane => self.pool(random),
            5 => self.add(random),
            6 => self.fully_connected(random),
            7 => self.reshape(),
            8 if self.shape().last().is_some_and(|channels| *channels < 512) => {
                self.softmax(random);
            }
            _ => self.rescale(random),
        }
    }

    fn shape(&self) -> &[usize] {
        &self.tensors[self.last].shape
    }

    fn scale(&self) -> f32 {
        self.tensors[self.last].scales[0]
    }

    fn push(&mut self, tensor: FileTensor) -> usize {
        self.tensors.push(tensor);
        self.tensors.len() - 1
    }

    fn operator(&mut self, name: &str, more: &[usize], output: FileTensor, options: FileOptions) {
        let output = self.push(output);
        let known = OPERATORS.iter().find(|(known, _)| *known == name);
        let inputs = [&[self.last], more].concat();
        self.operators.push(FileOperator {
            code: known.expect("a known operator").1,
            inputs,
            output,
            options,
        });
        self.last = output;
    }

    /// Weights whose sums have the range of a byte or so, a bias or none, and the output.
    fn weights(
        &mut self,
        random: &mut StdRng,
        shape: Vec<usize>,
        dimension: usize,
        output: Vec<usize>,
    ) -> (Vec<usize>, FileTensor) {
        let channels = shape[dimension];
        let count: usize = shape.iter().product();
        let input = self.scale();
        let to = computed(random, output);
        let terms = (count / channels) as f32;
        let largest = to.scales[0] / (input * terms.sqrt() * magnitude(random, 0.3, 300.0));
        let number = if random.random() { channels } else { 1 };
        let scales: Vec<f32> = (0..number)
            .map(|_| largest * magnitude(random, 0.01, 1.0))
            .collect();
        let products: Vec<_> = scales.iter().map(|scale| scale * input).collect();
        let values = bytes(random, count);
        let weights = self.push(FileTensor {
            shape,
            kind: TensorType::INT8,
            scales,
            zero: 0,
            dimension: dimension as i32,
            constant: Some(values.iter().map(|byte| byte.cast_unsigned()).collect()),
        });
        let mut more = vec![weights];
        if random.random_range(0..4) > 0 {
            let most = [1_000, 100_000, 1 << 26][random.random_range(0..3)];
            let numbers = (0..channels).map(|_| random.random_range(-most..=most));
            let words: Vec<_> = numbers.flat_map(i32::to_le_bytes).collect();
            more.push(self.push(FileTensor {
                shape: vec![channels],
                kind: TensorType::INT32,
                scales: products,
                zero: 0,
                dimension: 0,
                constant: Some(words),
            }));
        }
        (more, to)
    }

    fn convolution(&mut self, random: &mut StdRng) {
        let (window, stride, padding) = self.window(random);
        let &[_, height, width, from] = self.shape() else {
            return;
        };
        let channels = random.random_range(1..20);
        let output = vec![
            1,
            outputs(padding, height, window.0, stride.0),
            outputs(padding, width, window.1, stride.1),
            channels,
        ];
        let shape = vec![channels, window.0, window.1, from];
        let (more, to) = self.weights(random, shape, 0, output);
        let options = Conv2DOptionsArgs {
            padding,
            stride_h: stride.0 as i32,
            stride_w: stride.1 as i32,
            activation: activation(random),
            ..Conv2DOptionsArgs::default()
        };
        self.operator("CONV_2D", &more, to, FileOptions::Convolution(options));
    }

    fn depthwise(&mut self, random: &mut StdRng) {
        let (window, stride, padding) = self.window(random);
        let &[_, height, width, channels] = self.shape() else {
            return;
        };
        let output = vec![
            1,
            outputs(padding, height, window.0, stride.0),
            outputs(padding, width, window.1, stride.1),
            channels,
        ];
        let shape = vec![1, window.0, window.1, channels];
        let (more, to) = self.weights(random, shape, 3, output);
        let options = DepthwiseConv2DOptionsArgs {
            padding,
            stride_h: stride.0 as i32,
            stride_w: stride.1 as i32,
            depth_multiplier: 1,
            activation: activation(random),
            ..DepthwiseConv2DOptionsArgs::default()
        };
        let options = FileOptions::Depthwise(options);
        self.operator("DEPTHWISE_CONV_2D", &more, to, options);
    }

    /// Size, strides and padding of a window that fits.
    fn window(&self, random: &mut StdRng) -> ((usize, usize), (usize, usize), Padding) {
        let [size, stride] = [1, 2].map(|first| {
            [first, first + 1].map(|axis| {
                let most = self.shape().get(axis).map_or(1, |size| (*size).min(5));
                random.random_range(1..=most)
            })
        });
        (
            (size[0], size[1]),
            (stride[0], stride[1].min(3)),
            padding(random),
        )
    }

    fn pool(&mut self, random: &mut StdRng) {
        let (window, stride, padding) = self.window(random);
        let &[_, height, width, channels] = self.shape() else {
            return;
        };
        let mut to = self.tensors[self.last].clone();
        to.shape = vec![
            1,
            outputs(padding, height, window.0, stride.0),
            outputs(padding, width, window.1, stride.1),
            channels,
        ];
        let options = Pool2DOptionsArgs {
            padding,
            stride_h: stride.0 as i32,
            stride_w: stride.1 as i32,
            filter_h: window.0 as i32,
            filter_w: window.1 as i32,
            activation: activation(random),
        };
        let name = ["AVERAGE_POOL_2D", "MAX_POOL_2D"][random.random_range(0..2)];
        self.operator(name, &[], to, FileOptions::Pool(options));
    }

    /// The sum with another tensor of the shape, or with itself.
    fn add(&mut self, random: &mut StdRng) {
        let is_like = |tensor: &FileTensor| {
            tensor.constant.is_none() && tensor.shape == self.tensors[self.last].shape
        };
        let like: Vec<_> = (0..self.tensors.len())
            .filter(|n| is_like(&self.tensors[*n]))
            .collect();
        let other = like[random.random_range(0..like.len())];
        let largest = self.scale().max(self.tensors[other].scales[0]);
        let mut to = computed(random, self.shape().to_vec());
        to.scales = vec![largest * magnitude(random, 0.1, 10.0)];
        let options = AddOptionsArgs {
            activation: activation(random),
        };
        self.operator("ADD", &[other], to, FileOptions::Add(options));
    }

    fn fully_connected(&mut self, random: &mut StdRng) {
        let from: usize = self.shape().iter().product();
        let channels = random.random_range(1..30);
        let (more, to) = self.weights(random, vec![channels, from], 0, vec![1, channels]);
        let options = FullyConnectedOptionsArgs {
            activation: activation(random),
            weights_format: 0,
        };
        let options = FileOptions::FullyConnected(options);
        self.operator("FULLY_CONNECTED", &more, to, options);
    }

    fn reshape(&mut self) {
        let mut to = self.tensors[self.last].clone();
        to.shape = vec![1, self.shape().iter().product()];
        self.operator("RESHAPE", &[], to, FileOptions::None);
    }

    fn softmax(&mut self, random: &mut StdRng) {
        let to = FileTensor {
            scales: vec![1.0 / 256.0],
            zero: -128,
            ..computed(random, self.shape().to_vec())
        };
        let beta = magnitude(random, 0.3, 3.0);
        self.operator(
            "SOFTMAX",
            &[],
            to,
            FileOptions::Softmax(SoftmaxOptionsArgs { beta }),
        );
    }

    fn rescale(&mut self, random: &mut StdRng) {
        let (scale, zero) = (self.scale(), self.tensors[self.last].zero);
        let mut to = computed(random, self.shape().to_vec());
        to.scales = vec![scale * magnitude(random, 0.2, 5.0)];
        let name = ["RELU", "RELU6", "QUANTIZE"][random.random_range(0..3)];
        if name == "RELU6" {
            (to.scales, to.zero) = (vec![scale], zero);
        }
        self.operator(name, &[], to, FileOptions::None);
    }
}

/// A tensor that is computed.
fn computed(random: &mut StdRng, shape: Vec<usize>) -> FileTensor {
    FileTensor {
        shape,
        kind: TensorType::INT8,
        scales: vec![magnitude(random, 1e-3, 1.0)],
        zero: zero_point(random),
        dimension: 0,
        constant: None,
    }
}
