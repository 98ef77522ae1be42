//! Programs of Bytom's virtual machine: their instructions, their text, and whom they pay.

use crate::opcode::opcode_name;

/// The opcode that a program of a retirement begins with: nobody can ever spend its output.
pub const DESTROY: u8 = 0x6a;

/// The program that everybody satisfies: OP_TRUE.
const ANYONE: &[u8] = &[0x51];
const PUSHDATA1: u8 = 0x4c;
const PUSHDATA2: u8 = 0x4d;
const PUSHDATA4: u8 = 0x4e;
const NUMBER_1: u8 = 0x51;
const NUMBER_16: u8 = 0x60;
const JUMP: u8 = 0x63;
const JUMP_IF: u8 = 0x64;
/// The opcodes that push a hash of 20 and of 32 bytes.
const DATA_20: u8 = 0x14;
const DATA_32: u8 = 0x20;

/// What jump targets are called in a disassembly, in the order of the first jump to them.
const LABELS: [&str; 26] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet",
    "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango",
    "uniform", "victor", "whisky", "xray", "yankee", "zulu",
];

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// The opcode; [`opcode_name`](crate::opcode_name) names it.
    pub opcode: u8,
    /// What it pushes, or the target of a jump as four little-endian bytes.
    pub data: Vec<u8>,
    /// The bytes that it takes in its program.
    length: usize,
}

/// Why bytes are no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// The data of the last instruction is cut short.
    #[error("expected data to the end of an instruction, found the end of the program")]
    Truncated,
    /// The data of an instruction would end beyond 2^32 bytes.
    #[error("expected an instruction that ends within 2^32 bytes, found a longer one")]
    TooLong,
}

/// Whom a program pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "to", content = "hash", rename_all = "snake_case")]
pub enum Payee {
    /// Who signs with the ed25519 key whose RIPEMD-160 this is: `00 14` and the hash (P2WPKH).
    PublicKey(#[serde(with = "hex::serde")] [u8; 20]),
    /// Who satisfies the script whose SHA3-256 this is: `00 20` and the hash (P2WSH).
    Script(#[serde(with = "hex::serde")] [u8; 32]),
    /// Anyone: `51`.
    Anyone,
    /// Nobody, ever: `6a` and anything behind it.
    Nobody,
    /// Not known: two pushes that a node takes for one of the first two, and for which it prints the address of
    /// version 0, although they are another program.
    OtherVersion,
    /// Not known: another program.
    Other,
}

/// The instructions of a program.
///
/// # Errors
/// [`ProgramError`] for data that does not end in the program.
pub fn instructions(program: &[u8]) -> Result<Vec<Instruction>, ProgramError> {
    let mut instructions = Vec::new();
    let mut place = 0;
    while place < program.len() {
        let instruction = Instruction::at(program, place)?;
        place += instruction.length;
        instructions.push(instruction);
    }
    Ok(instructions)
}

impl Instruction {
    fn at(program: &[u8], place: usize) -> Result<Self, ProgramError> {
        let behind = &program[place + 1..];
        let opcode = program[place];
        let size = |bytes: usize| {
            let field = behind.get(..bytes).ok_or(ProgramError::Truncated)?;
            let low_first = field.iter().rev();
            Ok(low_first.fold(0u64, |size, byte| size << 8 | u64::from(*byte)))
        };
        let (skipped, length) = match opcode {
            0x01..PUSHDATA1 => (0, u64::from(opcode)),
            PUSHDATA1 => (1, size(1)?),
            PUSHDATA2 => (2, size(2)?),
            PUSHDATA4 => (4, size(4)?),
            JUMP | JUMP_IF => (0, 4),
            NUMBER_1..=NUMBER_16 => {
                let data = vec![opcode - NUMBER_1 + 1];
                return Ok(Self {
                    opcode,
                    data,
                    length: 1,
                });
            }
            _ => (0, 0),
        };
        let end = (place + 1 + skipped) as u64 + length;
        if end > u64::from(u32::MAX) {
            return Err(ProgramError::TooLong);
        }
        let data = behind.get(skipped..skipped + length as usize);
        let data = data.ok_or(ProgramError::Truncated)?.to_vec();
        Ok(Self {
            opcode,
            length: 1 + skipped + data.len(),
            data,
        })
    }

    /// The target of a jump, in bytes from the beginning of the program.
    fn target(&self) -> Option<u32> {
        let target = <[u8; 4]>::try_from(&*self.data).ok()?;
        matches!(self.opcode, JUMP | JUMP_IF).then_some(u32::from_le_bytes(target))
    }
}

/// A program as one line: data as `0x…`, other instructions by their name, targets of jumps as `$alpha`, `$bravo`.
///
/// # Errors
/// As [`instructions`].
pub fn disassembly(program: &[u8]) -> Result<String, ProgramError> {
    let instructions = instructions(program)?;
    let mut targets: Vec<u32> = Vec::new();
    for target in instructions.iter().filter_map(Instruction::target) {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let label = |target: usize| {
        let number = targets.iter().position(|it| *it as usize == target)?;
        let (round, name) = (number / LABELS.len(), LABELS[number % LABELS.len()]);
        Some(match round {
            0 => format!("${name}"),
            _ => format!("${name}{}", round + 1),
        })
    };
    let mut words = Vec::new();
    let mut place = 0;
    for instruction in &instructions {
        words.extend(label(place));
        let name = opcode_name(instruction.opcode);
        words.push(match instruction.target() {
            Some(target) => format!("{name}:{}", label(target as usize).unwrap_or_default()),
            None if instruction.data.is_empty() => name.into_owned(),
            None => format!("0x{}", hex::encode(&instruction.data)),
        });
        place += instruction.length;
    }
    words.extend(label(place));
    Ok(words.join(" "))
}

/// A program as a node's `decode-program` prints it: an instruction a line, its name, a space and its data in
/// hexadecimal. For P2WPKH and P2WSH of version 0 that is the program which runs, not the one that stands there.
///
/// # Errors
/// As [`instructions`].
pub fn listing(program: &[u8]) -> Result<String, ProgramError> {
    let runs = match payee(program) {
        Payee::PublicKey(hash) => {
            [&[0x76, 0xab, DATA_20], &hash[..], &[0x88, 0xae, 0x7c, 0xac]].concat()
        }
        Payee::Script(hash) => {
            let limit = [&[0x08], &[0xff; 8][..]].concat();
            let end = [0x7c, 0x00, 0xc0];
            [&[0x76, 0xaa, DATA_32], &hash[..], &[0x88], &limit, &end].concat()
        }
        _ => program.to_vec(),
    };
    let lines = instructions(&runs)?.into_iter().map(|instruction| {
        let Instruction { opcode, data, .. } = instruction;
        format!("{} {}\n", opcode_name(opcode), hex::encode(data))
    });
    Ok(lines.collect())
}

/// Whom a program pays.
pub fn payee(program: &[u8]) -> Payee {
    match program {
        ANYONE => Payee::Anyone,
        [DESTROY, ..] => Payee::Nobody,
        [0x00, DATA_20, hash @ ..] if hash.len() == 20 => {
            Payee::PublicKey(hash.try_into().unwrap_or_default())
        }
        [0x00, DATA_32, hash @ ..] if hash.len() == 32 => {
            Payee::Script(hash.try_into().unwrap_or_default())
        }
        _ if witness_hash(program).is_some() => Payee::OtherVersion,
        _ => Payee::Other,
    }
}

/// The hash in a program that a node takes for P2WPKH (20 bytes) or P2WSH (32 bytes): two instructions, the first
/// of an opcode up to 0x60, the second a push of the hash. **Other programs than those of version 0 pass, too.**
pub fn witness_hash(program: &[u8]) -> Option<Vec<u8>> {
    match instructions(program).ok()?.as_slice() {
        [version, push]
            if version.opcode <= NUMBER_16 && matches!(push.opcode, DATA_20 | DATA_32) =>
        {
            Some(push.data.clone())
        }
        _ => None,
    }
}

/// Whether a node lets an output of BTM have this program.
pub fn is_standard(program: &[u8]) -> bool {
    match payee(program) {
        Payee::PublicKey(_) | Payee::Script(_) | Payee::Anyone | Payee::OtherVersion => true,
        Payee::Nobody => true,
        Payee::Other => false,
    }
}
