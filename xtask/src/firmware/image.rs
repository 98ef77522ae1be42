//! From the linked firmware to the content of the controller's code memory.

use std::fmt;

use object::read::elf::{ElfFile32, ProgramHeader};
use object::{Endianness, Object, ObjectSymbol, elf};

use crate::failure::Failure;

/// The image and what it takes.
#[derive(Debug)]
pub struct Image {
    /// The code memory from its first byte on, a whole number of 32-bit words.
    pub bytes: Vec<u8>,
    /// How much of the memories is taken.
    pub sizes: Sizes,
}

/// How much of the controller's memories the firmware takes, in bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Code, constants, and what `.data` holds at the start.
    image: u64,
    /// The code memory.
    code: u64,
    /// Variables, that is `.data` and `.bss`. The stack has the rest.
    variables: u64,
    /// The RAM.
    ram: u64,
}

/// One of the controller's memories, in bytes.
#[derive(Clone, Copy)]
struct Memory {
    start: u64,
    size: u64,
}

/// A part of the linked firmware.
struct Segment<'a> {
    /// Where the image holds it.
    load_address: u64,
    /// What the image holds of it.
    content: &'a [u8],
    /// Where it is when the firmware runs.
    address: u64,
    /// Its size then, in bytes: zeros follow the content.
    size: u64,
}

impl Image {
    /// Makes the image of the ELF file `linked`; fails if it does not fit into the memories, whose
    /// places and sizes are symbols in it.
    pub fn of(linked: &[u8]) -> Result<Self, Failure> {
        let (segments, code, ram) = parse(linked)?;
        Self::assemble(&segments, code, ram)
    }

    fn assemble(segments: &[Segment], code: Memory, ram: Memory) -> Result<Self, Failure> {
        let loaded = segments
            .iter()
            .filter(|segment| !segment.content.is_empty());
        let image_end = loaded
            .clone()
            .map(|segment| segment.load_address + segment.content.len() as u64);
        let variables_end = segments
            .iter()
            .filter(|segment| segment.address >= ram.start)
            .map(|segment| segment.address + segment.size);
        let sizes = Sizes {
            image: code.used(image_end).next_multiple_of(4),
            code: code.size,
            variables: ram.used(variables_end),
            ram: ram.size,
        };
        sizes.check()?;
        let mut bytes = vec![0; sizes.image as usize];
        for segment in loaded {
            let start = (segment.load_address - code.start) as usize;
            bytes[start..start + segment.content.len()].copy_from_slice(segment.content);
        }
        Ok(Self { bytes, sizes })
    }
}

impl Sizes {
    fn check(&self) -> Result<(), Failure> {
        let parts = [
            ("image", "code memory", self.image, self.code),
            ("variables", "RAM", self.variables, self.ram),
        ];
        for (what, memory, taken, size) in parts {
            if taken > size {
                return Err(Failure::unmet(format!(
                    "the firmware does not fit: {what} of {taken} bytes, {memory} of {size}"
                )));
            }
        }
        Ok(())
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            image,
            code,
            variables,
            ram,
        } = self;
        writeln!(formatter, "image      {image} of {code} bytes")?;
        writeln!(formatter, "variables  {variables} of {ram} bytes")
    }
}

impl Memory {
    /// Bytes up to the last of `ends`.
    fn used(self, ends: impl Iterator<Item = u64>) -> u64 {
        ends.max().unwrap_or(self.start) - self.start
    }
}

/// The segments, the code memory and the RAM.
fn parse(linked: &[u8]) -> Result<(Vec<Segment<'_>>, Memory, Memory), Failure> {
    let wrong = |why: &str| Failure::unmet(format!("the linked firmware cannot be read: {why}"));
    let file = ElfFile32::<Endianness>::parse(linked).map_err(|error| wrong(&error.to_string()))?;
    let endian = file.endian();
    let mut segments = Vec::new();
    for header in file.elf_program_headers() {
        if header.p_type(endian) == elf::PT_LOAD {
            segments.push(Segment {
                load_address: header.p_paddr(endian).into(),
                content: header
                    .data(endian, linked)
                    .map_err(|()| wrong("a segment ends outside the file"))?,
                address: header.p_vaddr(endian).into(),
                size: header.p_memsz(endian).into(),
            });
        }
    }
    let value = |name: &str| match file.symbol_by_name(name) {
        Some(symbol) => Ok(symbol.address()),
        None => Err(wrong(&format!("{name} is missing"))),
    };
    let code = Memory {
        start: value("__code_start")?,
        size: value("__code_size")?,
    };
    let ram = Memory {
        start: value("__ram_start")?,
        size: value("__ram_size")?,
    };
    Ok((segments, code, ram))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: Memory = Memory { start: 0, size: 32 };
    const RAM: Memory = Memory {
        start: 0x1000,
        size: 16,
    };

    /// A program, and variables of which the first four bytes come from the image.
    fn segments<'a>(program: &'a [u8], variables: u64) -> [Segment<'a>; 2] {
        let end = program.len() as u64;
        [
            Segment {
                load_address: 0,
                content: program,
                address: 0,
                size: end,
            },
            Segment {
                load_address: end,
                content: &[1, 2, 3, 4],
                address: RAM.start,
                size: variables,
            },
        ]
    }

    #[test]
    fn initial_values_follow_the_program() {
        let image = Image::assemble(&segments(&[9; 8], 12), CODE, RAM).unwrap();
        assert_eq!(image.bytes, [9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 3, 4]);
        assert_eq!(
            image.sizes,
            Sizes {
                image: 12,
                code: 32,
                variables: 12,
                ram: 16
            }
        );
    }

    #[test]
    fn the_image_is_padded_to_words() {
        let image = Image::assemble(&segments(&[9; 5], 4), CODE, RAM).unwrap();
        assert_eq!(image.bytes, [9, 9, 9, 9, 9, 1, 2, 3, 4, 0, 0, 0]);
    }

    #[test]
    fn both_memories_may_be_filled_and_no_more() {
        assert!(Image::assemble(&segments(&[9; 28], 16), CODE, RAM).is_ok());
        let error = Image::assemble(&segments(&[9; 29], 16), CODE, RAM).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the firmware does not fit: image of 36 bytes, code memory of 32"
        );
        let error = Image::assemble(&segments(&[9; 28], 17), CODE, RAM).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the firmware does not fit: variables of 17 bytes, RAM of 16"
        );
    }
}
