//! Windows, laid out as rows of what a product multiplies.

use crate::graph::{Shape, Window};

/// How the rows of a convolution's product come from its input.
pub(crate) enum Rows {
    /// They lie there: an output position's window is the input's position, or the whole input.
    InPlace,
    /// Each is a window, with `zero` for what is outside.
    LaidOut {
        window: Window,
        /// Zero point of the input, + 128.
        zero: u8,
    },
}

impl Rows {
    pub fn new(window: Window, from: Shape, zero: i8) -> Self {
        let size = (window.height, window.width);
        let is_point = size == (1, 1) && (window.stride_y, window.stride_x) == (1, 1);
        let is_whole = size == (from.height, from.width) && (window.top, window.left) == (0, 0);
        let length = size.0 * size.1 * from.channels;
        let one_output = from.height <= window.stride_y && from.width <= window.stride_x;
        let lies_there = is_point || is_whole && (one_output || from.positions() == 1);
        match lies_there && length.is_multiple_of(4) {
            true => Self::InPlace,
            false => Self::LaidOut {
                window,
                zero: zero.cast_unsigned() ^ 0x80,
            },
        }
    }

    /// Rows of one input.
    pub fn of_an_input(&self, to: Shape) -> usize {
        to.positions()
    }

    /// The rows of some inputs, each of a multiple of 4 bytes.
    pub fn lay_out<'a>(
        &self,
        input: &'a [u8],
        from: Shape,
        to: Shape,
        rows: &'a mut Vec<u8>,
    ) -> &'a [u8] {
        let Self::LaidOut { window, zero } = self else {
            return input;
        };
        let channels = from.channels;
        let length = (window.height * window.width * channels).next_multiple_of(4);
        let batch = input.len() / from.bytes();
        rows.clear();
        rows.resize(batch * to.positions() * length, *zero);
        for position in 0..to.positions() {
            let (y, x) = (position / to.width, position % to.width);
            for (tap, met, count) in window.runs(from, y, x) {
                let bytes = count * channels;
                for n in 0..batch {
                    let to = (n * to.positions() + position) * length + tap * channels;
                    let from = n * from.bytes() + met * channels;
                    rows[to..to + bytes].copy_from_slice(&input[from..from + bytes]);
                }
            }
        }
        rows
    }
}
