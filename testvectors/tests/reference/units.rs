use sha2::{Digest, Sha256};
use sha3::Sha3_256;
use tensority::{block_mix, block_words, fnv, le_bytes, reduce, salsa20_8, smix};
use testvectors::units;

#[test]
fn salsa20_8_is_as_known() {
    for vector in units().salsa20_8 {
        let words = |bytes: [u8; 64]| -> [u32; 16] {
            let (words, _) = bytes.as_chunks();
            std::array::from_fn(|i| u32::from_le_bytes(words[i]))
        };
        assert_eq!(salsa20_8(&words(vector.input)), words(vector.output));
    }
}

#[test]
fn block_mix_is_as_known() {
    for vector in units().block_mix {
        assert_eq!(
            block_mix(&block_words(&vector.input)),
            block_words(&vector.output)
        );
    }
}

#[test]
fn smix_is_as_known() {
    for vector in units().smix {
        let mut x = block_words(&vector.input);
        let v = smix(&mut x, vector.entries);
        let bytes: Vec<_> = le_bytes(v.as_flattened()).collect();
        assert_eq!(v[1], block_words(&vector.v_entry_1));
        assert_eq!(Sha256::digest(bytes)[..], vector.v_sha256);
        assert_eq!(x, block_words(&vector.x));
    }
}

#[test]
fn reduce_is_as_known() {
    for vector in units().reduce {
        assert_eq!(reduce(vector.dot), vector.reduced, "{}", vector.dot);
    }
}

#[test]
fn fnv_is_as_known() {
    for vector in units().fnv {
        assert_eq!(
            fnv(vector.a, vector.b),
            vector.result,
            "{:#x}, {:#x}",
            vector.a,
            vector.b
        );
    }
}

/// The reference has no SHA3-256 of its own; this is the crate it uses.
#[test]
fn sha3_256_is_as_known() {
    for vector in units().sha3_256 {
        let length = vector.input.len();
        assert_eq!(
            Sha3_256::digest(vector.input)[..],
            vector.output,
            "{length} bytes"
        );
    }
}

#[test]
fn the_vectors_tell_reduce_from_what_it_is_easily_taken_for() {
    let vectors = units().reduce;
    let fooled_by = |wrong: fn(i32) -> i8| vectors.iter().all(|v| wrong(v.dot) == v.reduced);
    assert!(fooled_by(reduce), "the check itself is sound");
    assert!(!fooled_by(|dot| dot as i8), "a truncation");
    assert!(!fooled_by(|dot| dot.clamp(-128, 127) as i8), "a saturation");
    assert!(!fooled_by(|dot| (dot % 255) as i8), "a modulo");
    assert!(
        !fooled_by(|dot| ((dot & 0xff) + (dot >> 8)).clamp(-128, 127) as i8),
        "a late clamp"
    );
}
