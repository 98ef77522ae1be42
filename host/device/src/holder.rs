//! Programs that have a device file open.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The programs that have the device file at a path open, as [`holders`] names them; none if there is no such file.
pub fn holders_of(path: &Path) -> Vec<String> {
    let device = fs::metadata(path).map(|metadata| metadata.rdev());
    device.map(holders).unwrap_or_default()
}

/// The programs, by name and process id, that have the device of this number open beside this one.
///
/// A program need not lock a port to use it, and a change of the line's speed would disturb it. Only
/// programs of the same user are seen, and all by the administrator.
pub fn holders(device: u64) -> Vec<String> {
    let own = std::process::id().to_string();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut holders = Vec::new();
    for process in processes {
        let id = process.file_name();
        let Some(id) = id
            .to_str()
            .filter(|id| id.bytes().all(|b| b.is_ascii_digit()))
        else {
            continue;
        };
        let files = fs::read_dir(process.path().join("fd"));
        let mut files = files.into_iter().flatten().flatten();
        let has = |file: fs::DirEntry| {
            fs::metadata(file.path()).is_ok_and(|metadata| metadata.rdev() == device)
        };
        if id != own && files.any(has) {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            holders.push(format!("{} ({id})", name.trim_end()));
        }
    }
    holders
}
