//! Instructions for the flash memory as SVF, which openFPGALoader plays through any cable.
//!
//! The FPGA is cleared, since its design may drive the memory's pins, and then passes on what is shifted:
//! each `SDR` is a transaction. Bits leave from the lowest of the last byte; the memory takes the highest
//! of a byte first, so bytes are reversed both ways. What comes back is not printed unless it differs from
//! what the file expects; so a file that reads expects what cannot be.

use std::fmt::Write;

/// What the FPGA is told before: clear (enable, erase, disable), then pass on.
const OPEN: &str = "\
SIR 8 TDI (C6);
SDR 8 TDI (00);
RUNTEST IDLE 2 TCK 1.0E-2 SEC;
SIR 8 TDI (0E);
SDR 8 TDI (01);
RUNTEST IDLE 2 TCK 2.0E-1 SEC;
SIR 8 TDI (26);
RUNTEST IDLE 2 TCK 1.0E-2 SEC;
SIR 8 TDI (3A);
SDR 16 TDI (68FE);
RUNTEST IDLE 2 TCK 1.0E-2 SEC;
";

/// Longest time of a write of a register, and some more.
const WRITTEN: &str = "RUNTEST IDLE 2 TCK 5.0E-2 SEC;\n";

const IDENTIFY: u8 = 0x9f;
const WRITE_ENABLE: u8 = 0x06;

/// What openFPGALoader says in front of and behind what came, byte by byte from the last, in hexadecimal digits without
/// leading zeros.
pub const BEFORE: &str = "TDO value ";
const BEHIND: &str = " isn't the one expected";
/// What it says in front of the number of the line.
const AT: &str = "at line ";

/// Times that a register is sent in one transaction: enough to know its digits.
const TIMES: usize = 3;

/// Reads a register, of a memory of this maker only, if one is named: others may take the instruction
/// for something else.
pub fn read(instruction: u8, maker: Option<u8>) -> String {
    let mut text = String::from(OPEN);
    if let Some(maker) = maker {
        compare(&mut text, &[IDENTIFY, 0], &[0, maker], &[0, 0xff]);
    }
    // No byte is 00 and FF.
    compare(
        &mut text,
        &[instruction, 0, 0, 0],
        &[0, 0, 0xff, 0],
        &[0, 0xff, 0xff, 0],
    );
    text
}

/// Writes registers: an instruction and a byte each.
pub fn write(registers: &[[u8; 2]]) -> String {
    let mut text = String::from(OPEN);
    for register in registers {
        for transaction in [&[WRITE_ENABLE][..], register] {
            let (bits, data) = (8 * transaction.len(), digits(transaction));
            text.push_str(&format!("SDR {bits} TDI ({data});\n"));
        }
        text.push_str(WRITTEN);
    }
    text
}

/// What came of a file that reads a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Register(u8),
    /// The memory is of another maker, and was not asked.
    OtherMaker,
}

/// What came of the file that [`read`] made, if openFPGALoader says it.
pub fn answer(said: &str, played: &str) -> Option<Answer> {
    let (_, line) = said.split_once(AT)?;
    let line = line.split_whitespace().next()?;
    // Version 0.10 has the number of the line in hexadecimal digits, too.
    let is = |number: usize| line == number.to_string() || line == format!("{number:X}");
    let last = played.lines().count();
    let is_compared = played.lines().filter(|line| line.contains("TDO")).count() == 2;
    if is_compared && is(last - 1) {
        return Some(Answer::OtherMaker);
    }
    let (_, digits) = said.split_once(BEFORE).filter(|_| is(last))?;
    let (digits, _) = digits.split_once(BEHIND)?;
    // The last byte is the one that came with the instruction.
    let width = match digits.len() {
        4 | 5 => 1,
        7 | 8 => 2,
        _ => return None,
    };
    let digits = digits.get(..TIMES * width)?;
    let register = digits.get(..width)?;
    let sent = u8::from_str_radix(register, 16).ok()?.reverse_bits();
    (register.repeat(TIMES) == digits).then_some(Answer::Register(sent))
}

/// A transaction whose answer is compared where the mask has ones.
fn compare(text: &mut String, sent: &[u8], expected: &[u8], mask: &[u8]) {
    let [sent_digits, expected, mask] = [sent, expected, mask].map(digits);
    let bits = 8 * sent.len();
    // Writing to a text does not fail.
    let _ = writeln!(
        text,
        "SDR {bits} TDI ({sent_digits}) TDO ({expected}) MASK ({mask});"
    );
}

/// Bytes as SVF has them.
fn digits(bytes: &[u8]) -> String {
    let bytes = bytes.iter().rev();
    bytes
        .map(|byte| format!("{:02X}", byte.reverse_bits()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_out_from_the_last_digit_and_reversed() {
        assert_eq!(digits(&[0x9f, 0x01]), "80F9");
        assert!(write(&[[0x01, 0x80]]).contains("SDR 16 TDI (0180);\n"));
    }

    #[test]
    fn a_register_is_known_from_digits_without_leading_zeros() {
        let played = read(0x05, None);
        let line = played.lines().count();
        for (register, first) in [
            (0x00, 0xff),
            (0x80, 0),
            (0x14, 0xff),
            (0x88, 0xff),
            (0xff, 0),
        ] {
            let came = [register, register, register, first].map(u8::reverse_bits);
            let digits: String = came.iter().map(|byte| format!("{byte:X}")).collect();
            let said = format!(
                "TDO value {digits} isn't the one expected: 00FF0000\n\
                 Cannot proceed because of error(s) at line {line:X}\n"
            );
            let expected = Some(Answer::Register(register));
            assert_eq!(answer(&said, &played), expected, "{said}");
            let later = said.replace(&format!("line {line:X}"), &format!("line {line}"));
            assert_eq!(answer(&later, &played), expected, "{later}");
            // That is a line earlier than the last.
            let of_maker = read(0x35, Some(0xef));
            assert_eq!(answer(&said, &of_maker), Some(Answer::OtherMaker));
        }
        let mixed = format!("TDO value 112FF isn't the one expected\n at line {line:X}\n");
        assert_eq!(answer(&mixed, &played), None);
    }
}
