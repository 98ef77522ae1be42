//! Corpora: the inputs of each target that are kept, a line of hexadecimal digits each, the shortest first.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Bytes of the inputs that are kept of a target.
pub const MOST_BYTES: usize = 16 << 10;

/// The file of a target's corpus.
pub fn path(target: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    folder.join(format!("{target}.hex"))
}

/// The inputs that are kept of a target; none if there is no file.
///
/// # Errors
/// If the file cannot be read or holds something else.
pub fn read(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let text = match fs::read_to_string(path(target)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text?,
    };
    let line = |line: &str| hex::decode(line).map_err(io::Error::other);
    text.lines().map(line).collect()
}

/// Keeps inputs, the shortest first, as many as [`MOST_BYTES`] hold.
///
/// # Errors
/// If the file cannot be written.
pub fn write(target: &str, mut inputs: Vec<Vec<u8>>) -> io::Result<()> {
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    inputs.dedup();
    let mut bytes = 0;
    let kept = inputs.iter().take_while(|input| {
        bytes += input.len();
        bytes <= MOST_BYTES
    });
    let lines: String = kept.map(|input| hex::encode(input) + "\n").collect();
    tensority_command::write_file(&path(target), lines)
}
