//! USB adapter of a serial port, as the kernel describes it in sysfs.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the kernel describes its devices.
const SYSFS: &str = "/sys";

/// What is known of the adapter of a port. What the kernel does not tell is nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adapter {
    /// Of the USB, in Mbit/s: 1.5 (low), 12 (full), 480 (high) or more.
    pub speed: Option<f64>,
    /// How long an FTDI chip keeps bytes back until it has more of them, in milliseconds.
    pub latency: Option<u32>,
    /// The file that sets [`latency`](Self::latency).
    pub latency_file: Option<PathBuf>,
}

impl Adapter {
    /// The adapter of the port at a path, such as `/dev/ttyUSB0`.
    pub fn of(path: &Path) -> Self {
        Self::in_sysfs(path, Path::new(SYSFS))
    }

    fn in_sysfs(path: &Path, sysfs: &Path) -> Self {
        // A link that udev made has another name.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let Some(name) = path.file_name() else {
            return Self::default();
        };
        let Ok(device) = fs::canonicalize(sysfs.join("class/tty").join(name).join("device")) else {
            return Self::default();
        };
        let latency_file = device.join("latency_timer");
        let latency = number(&latency_file);
        // The first folder upwards with a vendor is that of the USB device; others have speeds, too.
        let usb = device
            .ancestors()
            .find(|folder| folder.join("idVendor").is_file());
        Self {
            speed: usb.and_then(|usb| number(&usb.join("speed"))),
            latency,
            latency_file: latency.map(|_| latency_file),
        }
    }
}

fn number<T: std::str::FromStr>(file: &Path) -> Option<T> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn speed_and_latency_are_those_of_the_adapter_and_not_of_the_hub() {
        let folder = tempfile::tempdir().expect("a folder");
        let sysfs = folder.path();
        let port = "devices/usb1/1-1/1-1.2/1-1.2:1.0/ttyUSB7";
        fs::create_dir_all(sysfs.join(port)).expect("a folder");
        for (file, content) in [
            ("devices/usb1/1-1/idVendor", "05e3\n"),
            ("devices/usb1/1-1/speed", "480\n"),
            ("devices/usb1/1-1/1-1.2/idVendor", "0403\n"),
            ("devices/usb1/1-1/1-1.2/speed", "12\n"),
            (
                "devices/usb1/1-1/1-1.2/1-1.2:1.0/ttyUSB7/latency_timer",
                "16\n",
            ),
        ] {
            fs::write(sysfs.join(file), content).expect("a file");
        }
        let tty = sysfs.join("class/tty/ttyUSB7");
        fs::create_dir_all(&tty).expect("a folder");
        symlink(sysfs.join(port), tty.join("device")).expect("a link");
        let adapter = Adapter::in_sysfs(Path::new("/dev/ttyUSB7"), sysfs);
        assert_eq!((adapter.speed, adapter.latency), (Some(12.0), Some(16)));
        let file = adapter.latency_file.expect("a file");
        assert!(
            file.ends_with("ttyUSB7/latency_timer"),
            "{}",
            file.display()
        );
        let other = Adapter::in_sysfs(Path::new("/dev/ttyS0"), sysfs);
        assert_eq!(other, Adapter::default());
    }
}
