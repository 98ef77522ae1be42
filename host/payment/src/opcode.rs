//! Names of the 256 opcodes of Bytom's virtual machine.

use std::borrow::Cow;

/// The names from an opcode on, with no gap between them.
const NAMES: &[(u8, &[&str])] = &[
    (0x00, &["FALSE"]),
    (0x4c, &["PUSHDATA1", "PUSHDATA2", "PUSHDATA4", "1NEGATE"]),
    (0x61, &["NOP"]),
    (0x63, &["JUMP", "JUMPIF"]),
    (0x69, &["VERIFY", "FAIL", "TOALTSTACK", "FROMALTSTACK"]),
    (0x6d, &["2DROP", "2DUP", "3DUP", "2OVER", "2ROT", "2SWAP"]),
    (0x73, &["IFDUP", "DEPTH", "DROP", "DUP", "NIP", "OVER"]),
    (0x79, &["PICK", "ROLL", "ROT", "SWAP", "TUCK"]),
    (0x7e, &["CAT", "SUBSTR", "LEFT", "RIGHT", "SIZE", "INVERT"]),
    (0x84, &["AND", "OR", "XOR", "EQUAL", "EQUALVERIFY"]),
    (0x89, &["CATPUSHDATA"]),
    (
        0x8b,
        &["1ADD", "1SUB", "2MUL", "2DIV", "NEGATE", "ABS", "NOT"],
    ),
    (0x92, &["0NOTEQUAL", "ADD", "SUB", "MUL", "DIV", "MOD"]),
    (0x98, &["LSHIFT", "RSHIFT", "BOOLAND", "BOOLOR"]),
    (0x9c, &["NUMEQUAL", "NUMEQUALVERIFY", "NUMNOTEQUAL"]),
    (0x9f, &["LESSTHAN", "GREATERTHAN", "LESSTHANOREQUAL"]),
    (0xa2, &["GREATERTHANOREQUAL", "MIN", "MAX", "WITHIN"]),
    (0xa8, &["SHA256"]),
    (0xaa, &["SHA3", "HASH160", "CHECKSIG", "CHECKMULTISIG"]),
    (0xae, &["TXSIGHASH"]),
    (0xc0, &["CHECKPREDICATE", "CHECKOUTPUT", "ASSET", "AMOUNT"]),
    (0xc4, &["PROGRAM"]),
    (0xc9, &["INDEX", "ENTRYID", "OUTPUTID"]),
    (0xcd, &["BLOCKHEIGHT"]),
];

/// The name of an opcode. One without meaning, which fails when it is run, is `NOPx` and two hexadecimal digits.
pub fn opcode_name(opcode: u8) -> Cow<'static, str> {
    match opcode {
        0x01..=0x4b => format!("DATA_{opcode}").into(),
        0x51..=0x60 => (opcode - 0x50).to_string().into(),
        _ => {
            let in_row = |(first, names): &(u8, &[&'static str])| {
                let place = opcode.checked_sub(*first)?;
                names.get(usize::from(place)).copied()
            };
            match NAMES.iter().find_map(in_row) {
                Some(name) => name.into(),
                None => format!("NOPx{opcode:02x}").into(),
            }
        }
    }
}
