//! The register map and the messages as Markdown: `docs/registers.md` and `docs/protocol.md`.

use core::fmt::{self, Display, Formatter};

use crate::code::CodeTable;
use crate::codes::TABLES;
use crate::layout::MessageLayout;
use crate::messages::{Answer, Event, Request};
use crate::register::{Peripheral, Register, Reset};
use crate::registers::{MAP_VERSION, MEMORIES, PERIPHERALS};
use crate::{VERSIONS, frame};

/// `docs/registers.md`.
pub struct Registers;

impl Display for Registers {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Registers\n\n\
             The controller's view of the chip, map version {MAP_VERSION}. Written by `cargo xtask docs` from\n\
             `protocol/src/registers.rs` and `protocol/src/codes.rs`.\n\n\
             Registers are words of 32 bits at multiples of 4. A read of an address that is not listed gives 0, a\n\
             write to it is lost.\n\n\
             ## Memories\n\n\
             | address | bytes | name | |\n|---|---|---|---|"
        )?;
        for memory in MEMORIES {
            let (base, bytes, name, about) = (memory.base, memory.bytes, memory.name, memory.about);
            writeln!(f, "| `0x{base:08x}` | {bytes} | {name} | {about} |")?;
        }
        PERIPHERALS
            .iter()
            .try_for_each(|peripheral| write_peripheral(f, peripheral))
    }
}

fn write_peripheral(f: &mut Formatter<'_>, peripheral: &Peripheral) -> fmt::Result {
    let Peripheral {
        name, base, about, ..
    } = peripheral;
    writeln!(
        f,
        "\n## `{name}` at `0x{base:08x}`\n\n{}\n\n\
         | offset | register | access | bits | after reset | sampled | cleared by | |\n\
         |---|---|---|---|---|---|---|---|",
        about.trim()
    )?;
    peripheral
        .registers
        .iter()
        .try_for_each(|register| write_register(f, register))?;
    let registers = peripheral.registers;
    if registers.iter().any(|register| !register.fields.is_empty()) {
        write_fields(f, registers)?;
    }
    let used = |table: &CodeTable| registers.iter().any(|register| register.uses(table));
    TABLES
        .iter()
        .filter(|table| used(table))
        .try_for_each(|table| write_codes(f, table))
}

fn write_fields(f: &mut Formatter<'_>, registers: &[Register]) -> fmt::Result {
    writeln!(f, "\n| register | bits | field | |\n|---|---|---|---|")?;
    for register in registers {
        for field in register.fields {
            let (high, low) = (field.low + field.width - 1, field.low);
            write!(f, "| {} | ", register.name)?;
            match high == low {
                true => write!(f, "{low}")?,
                false => write!(f, "{high}..{low}")?,
            }
            write!(f, " | {} | {}", field.name, field.about)?;
            write_reference(f, field.codes)?;
            writeln!(f, " |")?;
        }
    }
    Ok(())
}

fn write_register(f: &mut Formatter<'_>, register: &Register) -> fmt::Result {
    write!(f, "| `0x{:03x}", register.offset)?;
    if register.words > 1 {
        write!(
            f,
            "` … `0x{:03x}",
            register.offset + 4 * (register.words - 1)
        )?;
    }
    write!(
        f,
        "` | {} | {} | {} | ",
        register.name,
        register.access.name(),
        register.width
    )?;
    match register.reset {
        Reset::Value(value) if value > 9 => write!(f, "`0x{value:08x}`")?,
        Reset::Value(value) => write!(f, "{value}")?,
        Reset::Build => write!(f, "of the build")?,
        Reset::Kept(since) => write!(f, "kept: {since}")?,
        Reset::Live => write!(f, "live")?,
    }
    let (sampled, cleared, about) = (register.sampled, register.cleared, register.about.trim());
    write!(f, " | {sampled} | {cleared} | {about}")?;
    write_reference(f, register.codes)?;
    writeln!(f, " |")
}

/// Link to the table of a field.
fn write_reference(f: &mut Formatter<'_>, codes: Option<&CodeTable>) -> fmt::Result {
    let Some(CodeTable { name, .. }) = codes else {
        return Ok(());
    };
    write!(f, " [{name}](#")?;
    name.chars()
        .try_for_each(|letter| write!(f, "{}", letter.to_ascii_lowercase()))?;
    write!(f, ")")
}

fn write_codes(f: &mut Formatter<'_>, table: &CodeTable) -> fmt::Result {
    let CodeTable { name, about, .. } = table;
    let about = about.trim();
    writeln!(f, "\n### {name}\n\n{about}\n\n| code | | |\n|---|---|---|")?;
    table.codes.iter().try_for_each(|code| {
        let (number, name, about) = (code.number, code.name, code.about);
        writeln!(f, "| {number} | {name} | {about} |")
    })
}

/// `docs/protocol.md`.
pub struct Protocol;

impl Display for Protocol {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Link protocol\n\n\
             Between host and device, over a serial line with 8 data bits, no parity and 1 stop bit. Versions {} to\n\
             {}. Written by `cargo xtask docs` from `protocol/src/messages.rs` and `protocol/src/codes.rs`.\n\n\
             ## Frames\n\n\
             ```text\n\
             COBS( version u8 │ kind u8 │ number u16 │ payload │ CRC-32 u32 ) 0x00\n\
             ```\n\n\
             Integers are little-endian. The CRC is CRC-32/ISO-HDLC over everything in front of it. A frame has at\n\
             most {} bytes before stuffing. Empty frames are ignored, so a host that is in doubt sends a 0 first.\n\n\
             - The host numbers its requests, beginning anywhere and leaving out 0, and has one under way at a time.\n  \
               `Identify`, `Status` and `Acknowledge` may be under way beside it.\n\
             - Each request is answered once, under its number. A frame that is the same, number and all, as the\n  \
               request answered last is not done again: its answer is sent again. So a host that misses an answer\n  \
               repeats the request. The three named above do not make the device forget another request's answer.\n\
             - While the answer to `ReadChecksums` or `UpdateStart` is awaited, repetitions of the request are dropped,\n  \
               and other requests, but for the three and `Abort`, refused as `Busy`.\n\
             - A request that cannot be done is answered by `Refused`. What is no frame at all is answered by\n  \
               `Refused` with number 0.\n\
             - Events are numbered by the device. The oldest is sent again every {} ms until the host acknowledges\n  \
               it; later ones wait behind it. A host may therefore see an event twice, and drops the second. A range\n  \
               is refused as `Full` while so many events wait that its own might find no room.\n\
             - A device that starts sends a 0 first, which ends what a reset has cut.\n\
             - A message may grow at its end in a later version. Who reads drops what it does not know; who finds\n  \
               less than the first version refuses.",
            VERSIONS.start(),
            VERSIONS.end(),
            frame::MAX_BODY,
            crate::messages::RESEND_MILLISECONDS,
        )?;
        write_set(f, "Requests", Request::LAYOUT)?;
        write_set(f, "Answers", Answer::LAYOUT)?;
        write_set(f, "Events", Event::LAYOUT)?;
        writeln!(f, "\n## Codes")?;
        let used = |table: &CodeTable| {
            [Request::LAYOUT, Answer::LAYOUT, Event::LAYOUT]
                .into_iter()
                .flatten()
                .any(|message| message.uses(table))
        };
        TABLES
            .iter()
            .filter(|table| used(table))
            .try_for_each(|table| write_codes(f, table))
    }
}

fn write_set(f: &mut Formatter<'_>, title: &str, set: &[MessageLayout]) -> fmt::Result {
    writeln!(f, "\n## {title}")?;
    set.iter().try_for_each(|message| write_message(f, message))
}

fn write_message(f: &mut Formatter<'_>, message: &MessageLayout) -> fmt::Result {
    let MessageLayout {
        name, kind, size, ..
    } = message;
    write!(f, "\n### `0x{kind:02x}` {name}, {size} bytes\n\n")?;
    write_lines(f, message.about)?;
    writeln!(f)?;
    if message.fields.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n| at | field | type | |\n|---|---|---|---|")?;
    let mut at = 0;
    for field in message.fields {
        write!(f, "| {at} | `{}` | ", field.name)?;
        match field.wire {
            "bytes" => write!(f, "{} bytes", field.size)?,
            wire => write!(f, "{wire}")?,
        }
        write!(f, " | ")?;
        write_lines(f, field.about)?;
        write_reference(f, field.codes)?;
        writeln!(f, " |")?;
        at += field.size;
    }
    Ok(())
}

/// The lines of a doc comment, as one.
fn write_lines(f: &mut Formatter<'_>, lines: &[&str]) -> fmt::Result {
    for (index, line) in lines.iter().enumerate() {
        let space = if index > 0 { " " } else { "" };
        write!(f, "{space}{}", line.trim())?;
    }
    Ok(())
}
