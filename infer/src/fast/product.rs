//! Products of rows and weights, in tiles whose sums stay in registers.
//!
//! The lanes of a vector are output channels, and a lane holds four weights of its channel:
//!
//! ```text
//! weights: panel p, quad q, lane l, byte b   =   weight of channel 2 LANES p + l, number 4q + b
//! ```
//!
//! so that four bytes of a row are broadcast to all lanes.

use super::scales::{PANEL, Scales};

/// Rows of the largest tile.
const ROWS: usize = 8;

/// Rows that are met by one panel after the other, so that they stay in the second-level cache.
const BLOCK_BYTES: usize = 256 << 10;

/// What a back end multiplies with. A value exists only where the processor has the instructions; its methods become
/// these where they are inlined into a function that says so.
pub(crate) trait Dot: Copy {
    /// Sums of lanes.
    type Sums: Copy;
    /// Four weights of each lane.
    type Weights: Copy;
    /// Four bytes of a row in each lane.
    type Bytes: Copy;

    const LANES: usize;

    /// Whether there are registers for the sums of [`ROWS`] rows.
    const IS_TALL: bool;

    /// # Safety
    /// The pointer must be valid for a read of [`Self::LANES`] sums.
    unsafe fn sums(self, place: *const i32) -> Self::Sums;

    /// # Safety
    /// The pointer must be valid for a write of [`Self::LANES`] sums.
    unsafe fn store(self, place: *mut i32, sums: Self::Sums);

    /// # Safety
    /// The pointer must be valid for a read of four bytes for each lane.
    unsafe fn weights(self, place: *const i8) -> Self::Weights;

    /// Four bytes + 128 for all lanes.
    fn bytes(self, bytes: u32) -> Self::Bytes;

    /// To each lane, the dot product of its four bytes and weights is added.
    fn dot(self, sums: Self::Sums, bytes: Self::Bytes, weights: Self::Weights) -> Self::Sums;

    fn add(self, sums: Self::Sums, more: Self::Sums) -> Self::Sums;
}

/// Weights in panels, and what becomes of their sums.
pub(crate) struct Product {
    packed: Vec<i8>,
    /// Where the weights begin, at the border of a cache line.
    skipped: usize,
    /// Fours of weights of a channel.
    quads: usize,
    scales: Scales,
}

impl Product {
    /// Packs weights, `length` of each channel after those of the channel before.
    pub fn new(weights: &[i8], length: usize, scales: Scales, lanes: usize) -> Self {
        let quads = length.div_ceil(4);
        let width = PANEL * lanes;
        let mut packed = vec![0; scales.starts.len() * quads * 4 + 64];
        let skipped = packed.as_ptr().align_offset(64).min(64);
        for (channel, weights) in weights.chunks(length).enumerate() {
            let panel = channel / width * width * quads * 4;
            for (n, weight) in weights.iter().enumerate() {
                let at = (n / 4 * width + channel % width) * 4 + n % 4;
                packed[skipped + panel + at] = *weight;
            }
        }
        Self {
            packed,
            skipped,
            quads,
            scales,
        }
    }

    /// Bytes + 128 of the output, the channels of each row after those of the row before.
    #[inline(always)]
    pub fn run<D: Dot>(&self, d: D, rows: &[u8], output: &mut [u8]) {
        let length = 4 * self.quads;
        let block = (BLOCK_BYTES / length).next_multiple_of(ROWS);
        let outputs = output.chunks_mut(block * self.scales.channels);
        for (rows, output) in rows.chunks(block * length).zip(outputs) {
            for first in (0..self.scales.channels).step_by(PANEL * D::LANES) {
                self.run_panel(d, first, rows, output);
            }
        }
    }

    /// The channels of a panel from `first` on.
    #[inline(always)]
    fn run_panel<D: Dot>(&self, d: D, first: usize, rows: &[u8], output: &mut [u8]) {
        let count = rows.len() / (4 * self.quads);
        let mut done = 0;
        while D::IS_TALL && done + ROWS <= count {
            self.run_tile::<D, ROWS, 1>(d, first, done, rows, output);
            done += ROWS;
        }
        while done + 4 <= count {
            self.run_tile::<D, 4, 1>(d, first, done, rows, output);
            done += 4;
        }
        while done < count {
            self.run_tile::<D, 1, 4>(d, first, done, rows, output);
            done += 1;
        }
    }

    /// So many rows of a panel, each of whose sums is kept in `SPLIT` parts.
    #[inline(always)]
    fn run_tile<D: Dot, const COUNT: usize, const SPLIT: usize>(
        &self,
        d: D,
        first: usize,
        done: usize,
        rows: &[u8],
        output: &mut [u8],
    ) {
        let (quads, width) = (self.quads, PANEL * D::LANES);
        let rows: [&[u8]; COUNT] =
            std::array::from_fn(|n| &rows[(done + n) * 4 * quads..][..4 * quads]);
        let weights = &self.packed[self.skipped + first * quads * 4..][..width * quads * 4];
        let starts = &self.scales.starts[first..][..width];
        let zeros = [0_i32; MOST_WIDTH];
        let mut kept = [[0_i32; MOST_WIDTH]; COUNT];
        // SAFETY: a panel has four weights of each lane for each quad, which are as many as each row has; starts
        // and zeros have as many numbers as a panel has lanes.
        let sums = unsafe {
            let start = |part: usize, vector: usize| {
                let from = if part == 0 { starts } else { &zeros[..width] };
                d.sums(from.as_ptr().add(vector * D::LANES))
            };
            let mut sums: [[[D::Sums; PANEL]; COUNT]; SPLIT] = std::array::from_fn(|part| {
                [std::array::from_fn(|vector| start(part, vector)); COUNT]
            });
            let mut q = 0;
            while q + SPLIT <= quads {
                for (part, sums) in sums.iter_mut().enumerate() {
                    dot_quad(d, &rows, weights, q + part, sums);
                }
                q += SPLIT;
            }
            while q < quads {
                dot_quad(d, &rows, weights, q, &mut sums[0]);
                q += 1;
            }
            sums
        };
        for (n, kept) in kept.iter_mut().enumerate() {
            for vector in 0..PANEL {
                let parts = sums[1..].iter().map(|part| part[n][vector]);
                let sum = parts.fold(sums[0][n][vector], |sum, part| d.add(sum, part));
                // SAFETY: no panel is wider.
                unsafe { d.store(kept.as_mut_ptr().add(vector * D::LANES), sum) };
            }
        }
        let channels = self.scales.channels;
        let wanted = width.min(channels - first);
        for (n, kept) in kept.iter().enumerate() {
            let output = &mut output[(done + n) * channels + first..][..wanted];
            self.scales.finish(first, &kept[..width], output);
        }
    }
}

/// Lanes of the widest panel.
const MOST_WIDTH: usize = 32;

/// # Safety
/// `q` must be below the quads of the rows and of the panel.
#[inline(always)]
unsafe fn dot_quad<D: Dot, const COUNT: usize>(
    d: D,
    rows: &[&[u8]; COUNT],
    weights: &[i8],
    q: usize,
    sums: &mut [[D::Sums; PANEL]; COUNT],
) {
    // SAFETY: the caller says so.
    unsafe {
        let place = weights.as_ptr().add(q * PANEL * D::LANES * 4);
        let weights: [D::Weights; PANEL] =
            std::array::from_fn(|vector| d.weights(place.add(vector * D::LANES * 4)));
        for (row, sums) in rows.iter().zip(sums) {
            let bytes = d.bytes(row.as_ptr().cast::<u32>().add(q).read_unaligned());
            for (sum, weights) in sums.iter_mut().zip(weights) {
                *sum = d.dot(*sum, bytes, weights);
            }
        }
    }
}
