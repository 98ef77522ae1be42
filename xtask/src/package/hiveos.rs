//! The package for HiveOS: an archive `NAME-VERSION.tar.gz` with a folder `NAME`, in which program and scripts are.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::{step, workspace};

/// What HiveOS calls; the first one is only read.
const FILES: [&str; 4] = ["h-manifest.conf", "h-config.sh", "h-run.sh", "h-stats.sh"];

/// Builds it into `packages`.
pub fn build(program: &Path, packages: &Path) -> Result<(), Failure> {
    // In the name of the archive the last dash is before the version.
    let version = env!("CARGO_PKG_VERSION").replace('-', "_");
    let staging = packages.join("hiveos");
    let folder = staging.join("tensority");
    fs::create_dir_all(&folder).map_err(|error| Failure::cannot_write(&folder, &error))?;
    let put = |name: &str, content: Vec<u8>, mode: u32| {
        let path = folder.join(name);
        let written = fs::write(&path, content);
        let written =
            written.and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(mode)));
        written.map_err(|error| Failure::cannot_write(&path, &error))
    };
    let read = |path: &Path| fs::read(path).map_err(|error| Failure::cannot_read(path, &error));
    for name in FILES {
        let text = read(&workspace::root().join("host/system/hiveos").join(name))?;
        let text = String::from_utf8_lossy(&text).replace("@version@", &version);
        let mode = if name.ends_with(".sh") { 0o755 } else { 0o644 };
        put(name, text.into_bytes(), mode)?;
    }
    put("tensority", read(program)?, 0o755)?;
    step::run(Command::new("strip").arg(folder.join("tensority")))?;
    let archive = packages.join(format!("tensority-{version}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.args([
        "--create",
        "--gzip",
        "--owner=root:0",
        "--group=root:0",
        "--sort=name",
    ]);
    step::named(
        "HiveOS package",
        tar.arg("--file")
            .arg(&archive)
            .arg("--directory")
            .arg(&staging)
            .arg("tensority"),
    )?;
    fs::remove_dir_all(&staging).map_err(|error| Failure::cannot_write(&staging, &error))
}
