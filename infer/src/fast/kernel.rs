//! The operators that a back end computes in its own way.

use tensority::fast::Backend;

use super::Depthwise;
use super::product::Product;
use crate::graph::{Bounds, Shape, Window};

/// Channels of a depthwise convolution or a pool whose sums stay in registers.
const CHANNELS: usize = 32;

/// The operators that a back end computes in its own way. A value exists only where the processor has the instructions
/// that its methods use.
pub(crate) trait Kernel: Sync {
    /// Output channels of a vector.
    fn lanes(&self) -> usize;

    /// What it adds to the bytes that it multiplies.
    fn offset(&self) -> i32;

    fn product(&self, own: &Product, rows: &[u8], output: &mut [u8]);

    fn depthwise(&self, own: &Depthwise, input: &[u8], from: Shape, to: Shape, output: &mut [u8]);

    #[allow(clippy::too_many_arguments)]
    fn pool(
        &self,
        window: &Window,
        bounds: &Bounds,
        is_mean: bool,
        input: &[u8],
        from: Shape,
        to: Shape,
        output: &mut [u8],
    );
}

/// The kernel that goes with a back end of the hash, which this processor has.
pub(crate) fn of(backend: Backend) -> &'static dyn Kernel {
    match backend.name() {
        #[cfg(target_arch = "x86_64")]
        name => super::x86::of(name),
        #[cfg(target_arch = "aarch64")]
        name => super::aarch64::of(name),
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        _ => &super::portable::Portable,
    }
}

/// Some channels of a position, as many as fill the array or are left, the others 0.
#[inline(always)]
fn channels<T: Copy + Default>(all: &[T], at: usize, count: usize) -> [T; CHANNELS] {
    match all[at..].first_chunk() {
        Some(channels) if count == CHANNELS => *channels,
        _ => {
            let mut channels = [T::default(); CHANNELS];
            channels[..count].copy_from_slice(&all[at..at + count]);
            channels
        }
    }
}

#[inline(always)]
pub(crate) fn depthwise(own: &Depthwise, input: &[u8], from: Shape, to: Shape, output: &mut [u8]) {
    let batch = input.len() / from.bytes();
    let mut runs = Vec::new();
    for position in 0..to.positions() {
        let (y, x) = (position / to.width, position % to.width);
        runs.clear();
        runs.extend(own.window.runs(from, y, x));
        for first in (0..to.channels).step_by(CHANNELS) {
            let count = CHANNELS.min(to.channels - first);
            for n in 0..batch {
                let mut sums = channels(&own.scales.starts, first, count);
                for &(tap, met, length) in &runs {
                    for i in 0..length {
                        let weights =
                            channels(&own.weights, (tap + i) * to.channels + first, count);
                        let at = n * from.bytes() + (met + i) * from.channels + first;
                        let bytes = channels(input, at, count);
                        for c in 0..CHANNELS {
                            // At most 255 * 128.
                            let product = (i16::from(bytes[c]) - own.zero) * weights[c];
                            sums[c] = sums[c].wrapping_add(i32::from(product));
                        }
                    }
                }
                let at = n * to.bytes() + position * to.channels + first;
                own.scales
                    .finish(first, &sums[..count], &mut output[at..at + count]);
            }
        }
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(crate) fn pool(
    window: &Window,
    bounds: &Bounds,
    is_mean: bool,
    input: &[u8],
    from: Shape,
    to: Shape,
    output: &mut [u8],
) {
    for position in 0..to.positions() {
        for first in (0..to.channels).step_by(CHANNELS) {
            let count = CHANNELS.min(to.channels - first);
            let (mut sums, mut largest, mut positions) = ([0_i32; CHANNELS], [0_u8; CHANNELS], 0);
            for (_, met) in window.met(from, position / to.width, position % to.width) {
                let bytes = channels(input, met * from.channels + first, count);
                for c in 0..CHANNELS {
                    sums[c] += i32::from(bytes[c]) - 128;
                    largest[c] = largest[c].max(bytes[c]);
                }
                positions += 1;
            }
            let output = &mut output[position * to.channels + first..][..count];
            for (c, place) in output.iter_mut().enumerate() {
                let byte = match is_mean {
                    true => crate::reference::mean(sums[c], positions),
                    false => i32::from(largest[c]) - 128,
                };
                *place = bounds.clamp(byte).cast_unsigned() ^ 0x80;
            }
        }
    }
}

/// The kernel of a [`Dot`](super::product::Dot) that needs some instructions.
macro_rules! kernel {
    ($dot:ty, $offset:literal $(, $features:literal)?) => {
        impl $crate::fast::kernel::Kernel for $dot {
            fn lanes(&self) -> usize {
                <$dot as $crate::fast::product::Dot>::LANES
            }

            fn offset(&self) -> i32 {
                $offset
            }

            fn product(
                &self,
                own: &$crate::fast::product::Product,
                rows: &[u8],
                output: &mut [u8],
            ) {
                $(#[target_feature(enable = $features)])?
                fn product(
                    dot: $dot,
                    own: &$crate::fast::product::Product,
                    rows: &[u8],
                    output: &mut [u8],
                ) {
                    own.run(dot, rows, output);
                }
                #[allow(unused_unsafe)]
                // SAFETY: a value of this type proves that the processor has the instructions.
                unsafe {
                    product(*self, own, rows, output)
                }
            }

            fn depthwise(
                &self,
                own: &$crate::fast::Depthwise,
                input: &[u8],
                from: $crate::graph::Shape,
                to: $crate::graph::Shape,
                output: &mut [u8],
            ) {
                $(#[target_feature(enable = $features)])?
                fn depthwise(
                    own: &$crate::fast::Depthwise,
                    input: &[u8],
                    from: $crate::graph::Shape,
                    to: $crate::graph::Shape,
                    output: &mut [u8],
                ) {
                    $crate::fast::kernel::depthwise(own, input, from, to, output);
                }
                #[allow(unused_unsafe)]
                // SAFETY: as above.
                unsafe {
                    depthwise(own, input, from, to, output)
                }
            }

            fn pool(
                &self,
                window: &$crate::graph::Window,
                bounds: &$crate::graph::Bounds,
                is_mean: bool,
                input: &[u8],
                from: $crate::graph::Shape,
                to: $crate::graph::Shape,
                output: &mut [u8],
            ) {
                $(#[target_feature(enable = $features)])?
                #[allow(clippy::too_many_arguments)]
                fn pool(
                    window: &$crate::graph::Window,
                    bounds: &$crate::graph::Bounds,
                    is_mean: bool,
                    input: &[u8],
                    from: $crate::graph::Shape,
                    to: $crate::graph::Shape,
                    output: &mut [u8],
                ) {
                    $crate::fast::kernel::pool(window, bounds, is_mean, input, from, to, output);
                }
                #[allow(unused_unsafe)]
                // SAFETY: as above.
                unsafe {
                    pool(window, bounds, is_mean, input, from, to, output)
                }
            }
        }
    };
}
pub(crate) use kernel;
