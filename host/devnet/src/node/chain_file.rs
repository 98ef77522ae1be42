//! The file a chain is kept in: one line per block, block 0 first, each the block hash and the
//! serialized block in hexadecimal with a space between them.
//!
//! A line is on the disk before [`ChainFile::append`] returns. Lines are only ever added, so a
//! crash can leave nothing worse than a last line without its end, which [`ChainFile::open`] cuts
//! off. One process at a time has the file: it is locked until it is dropped.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tensority_payment::Block;

use crate::node::chain::{Mismatch, same};

/// Why a chain file cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum FileError {
    /// The file cannot be opened, read or written.
    #[error("cannot {action} the chain file {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// Another node has the file.
    #[error(
        "expected the chain file {} to be free, found it locked by another node; \
         stop that node or choose another file",
        path.display()
    )]
    InUse { path: PathBuf },
    /// The chain starts with other bits.
    #[error(
        "{}, line 1: expected bits {expected}, found {found}; \
         start the node with the bits of the file, or choose another file",
        path.display()
    )]
    OtherBits {
        path: PathBuf,
        /// The bits the node was given.
        expected: u64,
        /// The bits of the file's block 0.
        found: u64,
    },
    /// A line is not what belongs there.
    #[error("{}, line {line}: {mismatch}; cut the file before that line, or choose another file", path.display())]
    Corrupt {
        path: PathBuf,
        /// The number of the line, from 1.
        line: u64,
        mismatch: Mismatch,
    },
}

/// A last line that a crash left without its end, and that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Recovery {
    pub path: PathBuf,
    /// The number of the line, from 1.
    pub line: u64,
    /// The bytes that were cut off.
    pub bytes: u64,
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, bytes } = self;
        let path = path.display();
        write!(
            f,
            "{path}, line {line}: expected a whole line, found {bytes} bytes without an end; cut them off and went on"
        )
    }
}

#[derive(Debug)]
pub struct ChainFile {
    path: PathBuf,
    file: File,
    /// The bytes of all whole lines.
    length: u64,
}

impl ChainFile {
    /// Opens and locks a file, or makes an empty one, and reads its blocks.
    ///
    /// The hash of each line is compared with its header; how the blocks belong together is left
    /// to the caller.
    ///
    /// # Errors
    /// All [`FileError`]s but [`OtherBits`](FileError::OtherBits).
    pub fn open(path: &Path) -> Result<(Self, Vec<Block>, Option<Recovery>), FileError> {
        let at = |action| {
            let path = path.to_owned();
            move |source| FileError::Io {
                action,
                path,
                source,
            }
        };
        let mut options = OpenOptions::new();
        let options = options.read(true).append(true).create(true);
        let mut file = options.open(path).map_err(at("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let path = path.to_owned();
                return Err(FileError::InUse { path });
            }
            Err(TryLockError::Error(source)) => return Err(at("lock")(source)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(at("read"))?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n');
        let (whole, torn) = bytes.split_at(whole.map_or(0, |end| end + 1));

        let mut blocks = Vec::new();
        for (line, text) in (1..).zip(whole.split_inclusive(|&byte| byte == b'\n')) {
            let block = parse(text.trim_ascii_end()).map_err(|mismatch| FileError::Corrupt {
                path: path.to_owned(),
                line,
                mismatch,
            })?;
            blocks.push(block);
        }
        if !could_be_ours(torn) {
            return Err(FileError::Corrupt {
                path: path.to_owned(),
                line: blocks.len() as u64 + 1,
                mismatch: Mismatch {
                    field: "a block hash and a block",
                    expected: "in hexadecimal".to_owned(),
                    found: format!("{} bytes of something else", torn.len()),
                },
            });
        }
        let recovery = (!torn.is_empty()).then(|| Recovery {
            path: path.to_owned(),
            line: blocks.len() as u64 + 1,
            bytes: torn.len() as u64,
        });
        let length = whole.len() as u64;
        if recovery.is_some() {
            file.set_len(length).map_err(at("write"))?;
        }
        if length == 0 {
            keep_name(path).map_err(at("create"))?;
        }
        let path = path.to_owned();
        Ok((Self { path, file, length }, blocks, recovery))
    }

    /// Adds a block. It is on the disk when this returns.
    ///
    /// # Errors
    /// [`FileError::Io`]; what was written of the line is cut off by the next call.
    ///
    /// # Panics
    /// If the block cannot be serialized.
    pub fn append(&mut self, block: &Block) -> Result<(), FileError> {
        let serialized = block.encode().expect("integers of 63 bits");
        let (hash, serialized) = (hex::encode(block.header.hash()), hex::encode(serialized));
        let line = format!("{hash} {serialized}\n");
        self.write(&line).map_err(|source| FileError::Io {
            action: "write",
            path: self.path.clone(),
            source,
        })
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.write_all(line.as_bytes())?;
        self.file.sync_all()?;
        self.length += line.len() as u64;
        Ok(())
    }
}

/// Whether this may be the beginning of a line, and not the end of a file that holds no chain.
fn could_be_ours(torn: &[u8]) -> bool {
    const HASH_DIGITS: usize = 64;
    torn.iter().enumerate().all(|(place, byte)| match place {
        HASH_DIGITS => *byte == b' ',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// Brings the name of a new file to the disk.
fn keep_name(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn parse(line: &[u8]) -> Result<Block, Mismatch> {
    let wrong = |field, expected: &str, found: String| {
        let expected = expected.to_owned();
        Mismatch {
            field,
            expected,
            found,
        }
    };
    let text = String::from_utf8_lossy(line);
    let (hash, serialized) = text.split_once(' ').ok_or_else(|| {
        let found = format!("{} characters without one", text.chars().count());
        wrong("a block hash and a block", "with a space between", found)
    })?;
    let serialized = hex::decode(serialized)
        .map_err(|error| wrong("a block", "in hexadecimal", error.to_string()))?;
    let block = Block::decode(&serialized)
        .map_err(|error| wrong("a block", "in Bytom's form", error.to_string()))?;
    same(
        "block hash",
        hex::encode(block.header.hash()).as_str(),
        hash,
    )?;
    Ok(block)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::SOLONET_BITS;
    use crate::node::template::genesis;

    fn block(height: u64) -> Block {
        let mut block = genesis(SOLONET_BITS).unwrap();
        block.header.height = height;
        block
    }

    /// A file of three lines, and its text.
    fn three_lines(folder: &Path) -> (PathBuf, String) {
        let path = folder.join("chain");
        let (mut file, blocks, recovery) = ChainFile::open(&path).unwrap();
        assert_eq!((blocks, recovery), (Vec::new(), None));
        for height in 0..3 {
            file.append(&block(height)).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 3);
        (path, text)
    }

    #[test]
    fn reads_back_what_it_wrote_and_goes_on_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = three_lines(folder.path());
        let (mut file, blocks, recovery) = ChainFile::open(&path).unwrap();
        assert_eq!(blocks, [block(0), block(1), block(2)]);
        assert_eq!(recovery, None);
        file.append(&block(3)).unwrap();
        drop(file);
        assert_eq!(ChainFile::open(&path).unwrap().1.len(), 4);
    }

    #[test]
    fn a_last_line_cut_anywhere_is_recovered_and_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let (path, text) = three_lines(folder.path());
        let second_end = text.rmatch_indices('\n').nth(1).unwrap().0 + 1;
        for length in [second_end + 1, second_end + 70, text.len() - 1] {
            fs::write(&path, &text[..length]).unwrap();
            let (mut file, blocks, recovery) = ChainFile::open(&path).unwrap();
            assert_eq!(blocks, [block(0), block(1)], "{length} bytes");
            let recovery = recovery.expect("a torn line");
            let bytes = (length - second_end) as u64;
            assert_eq!((recovery.line, recovery.bytes), (3, bytes));
            assert_eq!(fs::metadata(&path).unwrap().len(), second_end as u64);
            file.append(&block(2)).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::write(&path, &text[..second_end]).unwrap();
        assert_eq!(ChainFile::open(&path).unwrap().2, None, "nothing is torn");
    }

    #[test]
    fn a_file_that_holds_something_else_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        for text in ["abc to do", "to do\n", "\n"] {
            fs::write(&path, text).unwrap();
            let error = ChainFile::open(&path).unwrap_err();
            assert!(
                matches!(error, FileError::Corrupt { line: 1, .. }),
                "{error}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_changed_digit_is_found_in_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let (path, text) = three_lines(folder.path());
        let line = text.lines().next().unwrap().len() + 1;
        let refused = |place: usize, byte: &str| {
            let mut text = text.clone();
            text.replace_range(place..place + 1, byte);
            fs::write(&path, text).unwrap();
            ChainFile::open(&path).unwrap_err().to_string()
        };
        // The first digit of the timestamp's low seven bits, far inside the header.
        let other = if &text[line + 140..line + 141] == "0" {
            "1"
        } else {
            "0"
        };
        for (place, byte, words) in [
            (line + 140, other, "expected block hash"),
            (line + 140, "x", "expected a block in hexadecimal"),
            (line + 64, "_", "expected a block hash and a block"),
            (line + 65 + 1, "4", "expected a block in Bytom's form"),
        ] {
            let error = refused(place, byte);
            assert!(error.contains("line 2: "), "{error}");
            assert!(error.contains(words), "no {words:?} in: {error}");
            assert!(error.contains("cut the file before that line"), "{error}");
        }
    }

    #[test]
    fn one_node_at_a_time_has_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain");
        let first = ChainFile::open(&path).unwrap();
        let second = ChainFile::open(&path).unwrap_err();
        assert!(matches!(second, FileError::InUse { .. }), "{second}");
        drop(first);
        assert!(ChainFile::open(&path).is_ok());
    }

    #[test]
    fn a_place_without_a_folder_cannot_be_opened() {
        let error = ChainFile::open(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(error.to_string().contains("cannot open"), "{error}");
    }
}
