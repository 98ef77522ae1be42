//! Salsa20/8 and the BlockMix of scrypt with r = 1.

/// The Salsa20 core with 8 rounds on 16 words: 4 double rounds, then the input is added.
///
/// Source: Bytom v1.1.0, mining/tensority; the function is that of RFC 7914, section 3.
pub fn salsa20_8(block: &[u32; 16]) -> [u32; 16] {
    let mut state = *block;
    for _ in 0..4 {
        // columns
        quarter_round(&mut state, [0, 4, 8, 12]);
        quarter_round(&mut state, [5, 9, 13, 1]);
        quarter_round(&mut state, [10, 14, 2, 6]);
        quarter_round(&mut state, [15, 3, 7, 11]);
        // rows
        quarter_round(&mut state, [0, 1, 2, 3]);
        quarter_round(&mut state, [5, 6, 7, 4]);
        quarter_round(&mut state, [10, 11, 8, 9]);
        quarter_round(&mut state, [15, 12, 13, 14]);
    }
    core::array::from_fn(|i| state[i].wrapping_add(block[i]))
}

fn quarter_round(state: &mut [u32; 16], [a, b, c, d]: [usize; 4]) {
    state[b] ^= state[a].wrapping_add(state[d]).rotate_left(7);
    state[c] ^= state[b].wrapping_add(state[a]).rotate_left(9);
    state[d] ^= state[c].wrapping_add(state[b]).rotate_left(13);
    state[a] ^= state[d].wrapping_add(state[c]).rotate_left(18);
}

/// BlockMix of 32 words with r = 1: `Y0 = salsa20_8(high ^ low)`, `Y1 = salsa20_8(Y0 ^ high)`,
/// result `Y0 | Y1`. With r = 1 there is nothing to shuffle.
///
/// Source: Bytom v1.1.0, mining/tensority; RFC 7914, section 4.
pub fn block_mix(x: &[u32; 32]) -> [u32; 32] {
    let low = core::array::from_fn(|i| x[i]);
    let high = core::array::from_fn(|i| x[16 + i]);
    let y0 = salsa20_8(&xor(&high, &low));
    let y1 = salsa20_8(&xor(&y0, &high));

    let mut mixed = [0; 32];
    mixed[..16].copy_from_slice(&y0);
    mixed[16..].copy_from_slice(&y1);
    mixed
}

fn xor(a: &[u32; 16], b: &[u32; 16]) -> [u32; 16] {
    core::array::from_fn(|i| a[i] ^ b[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{block_words, le_bytes};
    use alloc::vec::Vec;

    /// The input and output of RFC 7914, section 9.
    #[test]
    fn block_mix_matches_rfc_7914() {
        let input = "f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad\
                     89f68f4811d1e87bcc3bd7400a9ffd29094f0184639574f39ae5a1315217bcd7\
                     894991447213bb226c25b54da86370fbcd984380374666bb8ffcb5bf40c254b0\
                     67d27c51ce4ad5fed829c90b505a571b7f4d1cad6a523cda770e67bceaaf7e89";
        let output = "a41f859c6608cc993b81cacb020cef05044b2181a2fd337dfd7b1c6396682f29\
                      b4393168e3c9e6bcfe6bc5b7a06d96bae424cc102c91745c24ad673dc7618f81\
                      20edc975323881a80540f64c162dcd3c21077cfe5f8d5fe2b1a4168f953678b7\
                      7d3b3d803b60e4ab920996e59b4d53b65d2a225877d5edf5842cb9f14eefe425";
        let mut bytes = [0; 128];
        hex::decode_to_slice(input, &mut bytes).unwrap();
        let mixed = block_mix(&block_words(&bytes));
        assert_eq!(hex::encode(le_bytes(&mixed).collect::<Vec<_>>()), output);
    }
}
