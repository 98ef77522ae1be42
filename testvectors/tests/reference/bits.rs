use num_bigint::BigInt;
use tensority::{
    BlockHeader, Error, Target, bits_to_value, next_bits, value_to_bits, varint63, work,
};

#[test]
fn bits_have_the_known_value_and_work() {
    for vector in testvectors::bits().bits_to_value {
        let bits = vector.bits;
        let value = bits_to_value(bits);
        assert_eq!(value, vector.value, "{bits:016x}");
        assert_eq!(value_to_bits(&value), vector.value_bits, "{bits:016x}");
        assert_eq!(BigInt::from(work(bits)), vector.work, "{bits:016x}");
    }
}

#[test]
fn values_have_the_known_bits() {
    for vector in testvectors::bits().value_to_bits {
        assert_eq!(
            value_to_bits(&vector.value),
            vector.bits,
            "{:x}",
            vector.value
        );
        assert_eq!(
            bits_to_value(vector.bits),
            vector.bits_value,
            "{:x}",
            vector.value
        );
    }
}

#[test]
fn a_target_is_the_value_of_its_bits_where_that_is_one() {
    let zero = BigInt::ZERO;
    let limit = BigInt::from(1) << 256;
    for vector in testvectors::bits().bits_to_value {
        let target = Target::from_bits(vector.bits);
        match target {
            Err(Error::NegativeTarget { .. }) => assert!(vector.value < zero),
            Err(Error::ZeroTarget { .. }) => assert_eq!(vector.value, zero),
            Err(error) => panic!("{:016x}: {error}", vector.bits),
            Ok(target) => assert_eq!(target.to_value(), vector.value.min(&limit - 1)),
        }
    }
}

#[test]
fn retargets_are_as_known() {
    for vector in testvectors::bits().retarget {
        let last = BlockHeader {
            height: vector.last_height,
            bits: vector.last_bits,
            timestamp: vector.last_timestamp,
            ..BlockHeader::default()
        };
        let compare = BlockHeader {
            timestamp: vector.compare_timestamp,
            ..BlockHeader::default()
        };
        assert_eq!(next_bits(&last, &compare), vector.next_bits, "{vector:?}");
    }
}

#[test]
fn varints_are_as_known_both_ways() {
    for vector in testvectors::varint63() {
        let mut written = Vec::new();
        let result = varint63::write(&mut written, "test", vector.value);
        match vector.encoded {
            Some(encoded) => {
                assert_eq!(result, Ok(()));
                assert_eq!(written, encoded, "{}", vector.value);
                let mut input = &encoded[..];
                assert_eq!(varint63::read(&mut input, "test"), Ok(vector.value));
                assert!(input.is_empty(), "{}: all bytes are read", vector.value);
            }
            None => {
                let found = vector.value;
                let error = Error::OutOfRange {
                    field: "test",
                    limit: varint63::MAX,
                    found,
                };
                assert_eq!(result, Err(error));
            }
        }
    }
}

#[test]
fn the_vectors_tell_bytoms_bits_from_bitcoins() {
    // Bitcoin moves a mantissa above 0x7fffff to the next exponent.
    let moved = |bits: u64| match bits & 0xff_ffff {
        mantissa @ 0x80_0000.. => ((bits >> 56) + 1) << 56 | mantissa >> 8,
        _ => bits,
    };
    let vectors = testvectors::bits().value_to_bits;
    assert!(
        vectors
            .iter()
            .any(|vector| moved(vector.bits) != vector.bits)
    );
}
