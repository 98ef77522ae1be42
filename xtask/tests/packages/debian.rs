//! The Debian package, installed into a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::{command, package, run};

/// A system of which there is nothing but what a package brings.
struct Root(TempDir);

impl Root {
    fn new() -> Self {
        let root = Self(TempDir::new().expect("a folder"));
        for folder in ["info", "updates", "triggers"] {
            fs::create_dir_all(root.path("var/lib/dpkg").join(folder)).expect("a folder");
        }
        fs::write(root.path("var/lib/dpkg/status"), "").expect("a file");
        root
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Runs dpkg as if by root. What the package depends on is not there, and its scripts are told of the folder.
    fn dpkg(&self, arguments: &[&str]) {
        let mut dpkg = command(
            "fakeroot",
            ["dpkg", "--force-script-chrootless", "--force-depends"],
        );
        let log = self.path("var/log-of-dpkg");
        dpkg.arg("--root").arg(self.0.path()).arg("--log").arg(log);
        run(dpkg.args(arguments).env_remove("DPKG_ROOT"));
    }

    fn install(&self) {
        self.dpkg(&["--install", package(".deb").to_str().expect("UTF-8")]);
    }

    /// All files but those of dpkg itself.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        list(self.0.path(), self.0.path(), &mut found);
        found.retain(|file| !file.starts_with("var/lib/dpkg") && file != "var/log-of-dpkg");
        found.sort();
        found
    }
}

fn list(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            list(root, &path, found);
        } else {
            let name = path.strip_prefix(root).expect("below").display();
            found.push(name.to_string());
        }
    }
}

#[test]
#[ignore = "needs packages: cargo xtask package"]
fn it_is_installed_updated_removed_and_purged() {
    let root = Root::new();
    root.install();
    for file in [
        "usr/bin/tensority",
        "usr/lib/systemd/system/tensority.service",
        "usr/lib/udev/rules.d/70-tensority.rules",
        "usr/share/bash-completion/completions/tensority",
        "usr/share/doc/tensority/changelog.gz",
        "usr/share/doc/tensority/copyright",
        "usr/share/doc/tensority/crates.gz",
        "usr/share/doc/tensority/examples/config.toml",
        "usr/share/doc/tensority/examples/grafana/fleet.json",
        "usr/share/doc/tensority/examples/tensority.rules.yml",
        "usr/share/fish/vendor_completions.d/tensority.fish",
        "usr/share/man/man1/tensority-mine.1.gz",
        "usr/share/zsh/vendor-completions/_tensority",
    ] {
        assert!(root.path(file).is_file(), "no {file} in {:?}", root.files());
    }
    let program = root.path("usr/bin/tensority");
    let version = run(Command::new(&program).arg("--version"));
    assert_eq!(
        version,
        format!("tensority {}\n", env!("CARGO_PKG_VERSION"))
    );

    // What a person makes.
    let enable = |verb: &str| {
        let mut systemctl = command("systemctl", ["--quiet", verb, "tensority.service"]);
        systemctl.arg(format!("--root={}", root.0.path().display()));
        systemctl
    };
    run(&mut enable("enable"));
    let link = root.path("etc/systemd/system/multi-user.target.wants/tensority.service");
    assert!(link.is_symlink());
    let config = root.path("etc/tensority/config.toml");
    run(Command::new(&program).args(["config", "init"]).arg(&config));
    let totals = root.path("var/lib/private/tensority/state.json");
    fs::create_dir_all(totals.parent().expect("a folder")).expect("a folder");
    fs::write(&totals, "{}").expect("a file");

    root.install();
    assert!(link.is_symlink() && config.is_file() && totals.is_file());
    root.dpkg(&["--remove", "tensority"]);
    let left = [
        "etc/tensority/config.toml",
        "var/lib/private/tensority/state.json",
    ];
    assert_eq!(root.files(), left);
    root.dpkg(&["--purge", "tensority"]);
    assert_eq!(root.files(), [""; 0]);
}

/// By what may be found fault with though it is right.
const RIGHT: &[&str] = &[
    // The project has no address for mail.
    "bogus-mail-host",
    // The package is not of Debian, whose bugs it does not close.
    "initial-upload-closes-no-bugs",
    // `disable` in a folder that becomes a system has no other name.
    "maintainer-script-calls-systemctl",
];

#[test]
#[ignore = "needs packages: cargo xtask package"]
fn lintian_finds_nothing() {
    let mut lintian = command("lintian", ["--fail-on", "error,warning", "--allow-root"]);
    lintian.arg("--suppress-tags").arg(RIGHT.join(","));
    run(lintian.arg(package(".deb")));
}

#[test]
#[ignore = "needs packages: cargo xtask package"]
fn the_program_runs_where_glibc_is_old() {
    let root = Root::new();
    root.install();
    let symbols = run(command("objdump", ["--dynamic-syms"]).arg(root.path("usr/bin/tensority")));
    let versions = symbols.split("GLIBC_").skip(1).filter_map(|rest| {
        let version = rest
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .next()?;
        let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
        Some((numbers.next()??, numbers.next()??))
    });
    let newest = versions.max().expect("symbols of glibc");
    assert!(newest <= (2, 27), "needs glibc {}.{}", newest.0, newest.1);
    let depends = run(command("dpkg-deb", ["--field"])
        .arg(package(".deb"))
        .arg("Depends"));
    assert_eq!(depends, "libc6 (>= 2.27)\n");
}

#[test]
#[ignore = "needs packages: cargo xtask package"]
fn manual_completions_and_unit_are_understood() {
    let root = Root::new();
    root.install();
    let pages = fs::read_dir(root.path("usr/share/man/man1")).expect("a folder");
    for page in pages {
        let mut man = command("man", ["--warnings", "--local-file"]);
        man.arg(page.expect("a page").path())
            .env("MANWIDTH", "80")
            .env("LC_ALL", "C.UTF-8");
        let output = man.output().expect("man");
        let warnings = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && warnings.is_empty(),
            "{man:?}: {warnings}"
        );
    }
    run(command("bash", ["-n"]).arg(root.path("usr/share/bash-completion/completions/tensority")));

    // On this machine the program is elsewhere.
    let unit = root.path("usr/lib/systemd/system/tensority.service");
    let text = fs::read_to_string(&unit).expect("a unit");
    let program = root.path("usr/bin/tensority").display().to_string();
    let here = root.path("tensority.service");
    fs::write(&here, text.replace("/usr/bin/tensority", &program)).expect("a file");
    let verify = command("systemd-analyze", ["verify", "--man=no"])
        .arg(&here)
        .output();
    let verify = verify.expect("systemd-analyze");
    let complaints = String::from_utf8_lossy(&verify.stderr).into_owned();
    assert!(
        verify.status.success() && complaints.is_empty(),
        "{complaints}"
    );
    // Of 100: 20 is 2.0, "OK".
    let security = ["security", "--offline=true", "--threshold=20", "--no-pager"];
    run(command("systemd-analyze", security).arg(&here));
    fs::write(
        &here,
        text.replace("ProtectSystem=strict", "Protect=strict"),
    )
    .expect("a file");
    let verify = command("systemd-analyze", ["verify", "--man=no"])
        .arg(&here)
        .output();
    assert!(!verify.expect("systemd-analyze").stderr.is_empty());
}
