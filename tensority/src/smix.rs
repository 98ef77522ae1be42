//! The SMix (ROMix) of scrypt with r = 1, of which Tensority keeps the array V.

use crate::salsa::block_mix;
use alloc::vec::Vec;

/// Mixes the 32 words of `x` in place and returns V, `entries` blocks of 32 words as the fill
/// loop wrote them. `entries` is scrypt's N, 1024 in Bytom.
///
/// Unlike in scrypt the output is V; `x` after the mix loop is the input of the next round.
/// There is no PBKDF2.
///
/// Source: Bytom v1.1.0, mining/tensority; the loops are those of RFC 7914, section 5.
///
/// # Panics
///
/// If `entries` is not a power of two, for then Integerify cannot be a mask.
pub fn smix(x: &mut [u32; 32], entries: usize) -> Vec<[u32; 32]> {
    assert!(
        entries.is_power_of_two(),
        "SMix with {entries} entries, not a power of two"
    );
    let mut v = Vec::with_capacity(entries);
    for _ in 0..entries {
        v.push(*x);
        *x = block_mix(x);
    }
    for _ in 0..entries {
        // Integerify is the 64-bit start of the last 64 bytes; its low word is enough.
        let j = x[16] as usize & (entries - 1);
        *x = block_mix(&core::array::from_fn(|i| x[i] ^ v[j][i]));
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v_starts_with_the_input_and_is_a_chain_of_block_mixes() {
        let input = core::array::from_fn(|i| i as u32);
        let mut x = input;
        let v = smix(&mut x, 16);
        assert_eq!(v.len(), 16);
        assert_eq!(v[0], input);
        assert!(v.windows(2).all(|pair| pair[1] == block_mix(&pair[0])));
        assert_ne!(x, block_mix(&v[15]), "the mix loop did nothing");
    }
}
