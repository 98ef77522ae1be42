//! SMix on 32-bit registers, for every machine.
//!
//! The 16 words of a Salsa20 block are variables of their own, which the compiler keeps in registers
//! as far as there are so many; an array would be kept in memory. V is in the order of the words.

use super::{Loops, Smix};
use crate::fast::memory::{Entries, PreparedMatrix};

/// The make that every machine has.
pub(in crate::fast) const SCALAR: Smix = Smix::new("scalar", &Scalar);

struct Scalar;

impl Loops for Scalar {
    fn fill(
        &self,
        x: &mut [u32; 32],
        v: &mut Entries,
        even: &mut PreparedMatrix,
        odd: &mut PreparedMatrix,
    ) {
        for entry in &mut v.0 {
            *entry = *x;
            *x = block_mix(x);
        }
        let even = even.rows.as_flattened_mut().as_chunks_mut().0;
        let odd = odd.rows.as_flattened_mut().as_chunks_mut().0;
        let pairs = v.0.as_chunks().0;
        for (([first, second], even), odd) in pairs.iter().zip(even).zip(odd) {
            store_words(first, even);
            store_words(second, odd);
        }
    }

    fn mix(&self, x: &mut [u32; 32], v: &Entries) {
        for _ in 0..Entries::LEN {
            let entry = &v.0[x[16] as usize % Entries::LEN];
            *x = block_mix(&core::array::from_fn(|i| x[i] ^ entry[i]));
        }
    }
}

fn store_words(entry: &[u32; 32], place: &mut [i8; 128]) {
    for (word, place) in entry.iter().zip(place.as_chunks_mut().0) {
        *place = word.to_le_bytes().map(u8::cast_signed);
    }
}

#[inline(always)]
fn block_mix(x: &[u32; 32]) -> [u32; 32] {
    let [low, high] = [0, 16].map(|start| core::array::from_fn(|i| x[start + i]));
    let y0 = salsa20_8(&xor(&low, &high));
    let y1 = salsa20_8(&xor(&y0, &high));
    core::array::from_fn(|i| if i < 16 { y0[i] } else { y1[i - 16] })
}

#[inline(always)]
fn xor(x: &[u32; 16], y: &[u32; 16]) -> [u32; 16] {
    core::array::from_fn(|i| x[i] ^ y[i])
}

#[inline(always)]
#[rustfmt::skip]
fn salsa20_8(block: &[u32; 16]) -> [u32; 16] {
    let [
        mut x0, mut x1, mut x2, mut x3, mut x4, mut x5, mut x6, mut x7,
        mut x8, mut x9, mut x10, mut x11, mut x12, mut x13, mut x14, mut x15,
    ] = *block;
    for _ in 0..4 {
        // columns
        [x0, x4, x8, x12] = quarter_round(x0, x4, x8, x12);
        [x5, x9, x13, x1] = quarter_round(x5, x9, x13, x1);
        [x10, x14, x2, x6] = quarter_round(x10, x14, x2, x6);
        [x15, x3, x7, x11] = quarter_round(x15, x3, x7, x11);
        // rows
        [x0, x1, x2, x3] = quarter_round(x0, x1, x2, x3);
        [x5, x6, x7, x4] = quarter_round(x5, x6, x7, x4);
        [x10, x11, x8, x9] = quarter_round(x10, x11, x8, x9);
        [x15, x12, x13, x14] = quarter_round(x15, x12, x13, x14);
    }
    let mixed = [x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15];
    core::array::from_fn(|i| mixed[i].wrapping_add(block[i]))
}

#[inline(always)]
fn quarter_round(mut a: u32, mut b: u32, mut c: u32, mut d: u32) -> [u32; 4] {
    b ^= a.wrapping_add(d).rotate_left(7);
    c ^= b.wrapping_add(a).rotate_left(9);
    d ^= c.wrapping_add(b).rotate_left(13);
    a ^= d.wrapping_add(c).rotate_left(18);
    [a, b, c, d]
}
