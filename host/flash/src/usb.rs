//! USB devices that are cables of boards, as the kernel describes them in sysfs, and the choice of one.

use std::fs;
use std::path::{Path, PathBuf};

use tensority_boards::{Board, Usb};

/// Where the kernel describes what is on the USB.
const SYSFS: &str = "/sys/bus/usb/devices";

/// A device on the USB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbDevice {
    /// Its place: the bus and the ports on the way to it, such as `1-4.2`.
    pub place: String,
    /// Number of its bus.
    pub bus: u32,
    /// Its address on the bus: another one whenever it is plugged in.
    pub address: u32,
    /// Its serial number, where it has one.
    pub serial: Option<String>,
    folder: PathBuf,
}

/// What says which board is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// The path of its serial port.
    Port(PathBuf),
    /// The serial number or the place of its USB device.
    Usb(String),
}

/// The cable of the board that is meant is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum CableError {
    /// The board has no USB device of its own.
    #[error(
        "expected a board with JTAG on its USB, found {title}; reach its JTAG port through a server \
         with --xvc"
    )]
    NoUsb { title: String },
    /// No such board is on the USB.
    #[error("expected {title} on the USB ({id}), found none; plug it in and switch it on")]
    None { title: String, id: String },
    /// It could be any of several.
    #[error("expected one {title}, found {count}; nothing was done: say which is meant, {choices}")]
    Several {
        title: String,
        count: usize,
        /// Arguments, with `or` between them.
        choices: String,
    },
    /// None of those that are there was named.
    #[error("expected {title} at {named}, found there none; say which is meant, {choices}")]
    Other {
        title: String,
        named: String,
        /// Arguments, with `or` between them.
        choices: String,
    },
}

impl UsbDevice {
    /// The cable of the board that is meant; without a name there must be only one.
    ///
    /// # Errors
    /// If it is not there, or could be any of several.
    pub fn of_board(board: &Board, named: Option<&Named>) -> Result<Self, CableError> {
        let Some(usb) = &board.usb else {
            let title = board.title.clone();
            return Err(CableError::NoUsb { title });
        };
        choose(board, usb, in_sysfs(Path::new(SYSFS), usb), named)
    }

    /// The serial ports that it makes; none while a program drives its pins.
    pub fn ports(&self) -> Vec<PathBuf> {
        let mut names = Vec::new();
        for interface in names_in(&self.folder).filter(|name| name.contains(':')) {
            let interface = self.folder.join(interface);
            // An adapter's port is in its interface, that of a modem in a folder.
            let modems = names_in(&interface.join("tty"));
            let adapters = names_in(&interface).filter(|name| name.starts_with("ttyUSB"));
            names.extend(adapters.chain(modems));
        }
        names.sort();
        let paths = names.into_iter().map(|name| Path::new("/dev").join(name));
        paths.collect()
    }

    fn is(&self, named: &Named) -> bool {
        match named {
            // A link that udev made has another name.
            Named::Port(path) => {
                let path = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
                self.ports().contains(&path)
            }
            Named::Usb(name) => self.place == *name || self.serial.as_deref() == Some(name),
        }
    }

    /// What to type to mean this one of `all`.
    fn choice(&self, all: &[Self]) -> String {
        let alike = all.iter().filter(|other| other.serial == self.serial);
        let name = match &self.serial {
            Some(serial) if alike.count() == 1 => serial,
            _ => &self.place,
        };
        match self.ports().first() {
            Some(port) => format!("--usb {name} ({})", port.display()),
            None => format!("--usb {name}"),
        }
    }
}

fn choose(
    board: &Board,
    usb: &Usb,
    mut devices: Vec<UsbDevice>,
    named: Option<&Named>,
) -> Result<UsbDevice, CableError> {
    let title = board.title.clone();
    let choices: Vec<_> = devices.iter().map(|one| one.choice(&devices)).collect();
    let choices = choices.join(" or ");
    if devices.is_empty() {
        let id = format!("{:04x}:{:04x}", usb.vendor, usb.product);
        return Err(CableError::None { title, id });
    }
    if let Some(named) = named {
        devices.retain(|device| device.is(named));
    }
    match (devices.pop(), named) {
        (Some(device), _) if devices.is_empty() => Ok(device),
        (None, Some(named)) => Err(CableError::Other {
            title,
            named: match named {
                Named::Port(path) => path.display().to_string(),
                Named::Usb(name) => name.clone(),
            },
            choices,
        }),
        _ => Err(CableError::Several {
            title,
            count: devices.len() + 1,
            choices,
        }),
    }
}

/// The devices of this kind, by their places.
fn in_sysfs(sysfs: &Path, usb: &Usb) -> Vec<UsbDevice> {
    let devices = names_in(sysfs).filter_map(|place| {
        let folder = sysfs.join(&place);
        let text = |name: &str| -> Option<String> {
            let text = fs::read_to_string(folder.join(name)).ok()?;
            Some(text.trim().to_owned())
        };
        let id = |name: &str| u16::from_str_radix(&text(name)?, 16).ok();
        let number = |name: &str| text(name)?.parse().ok();
        let is_one = (id("idVendor")?, id("idProduct")?) == (usb.vendor, usb.product);
        is_one.then_some(UsbDevice {
            bus: number("busnum")?,
            address: number("devnum")?,
            serial: text("serial").filter(|serial| !serial.is_empty()),
            place,
            folder,
        })
    });
    let mut devices: Vec<_> = devices.collect();
    devices.sort_by(|one, other| one.place.cmp(&other.place));
    devices
}

fn names_in(folder: &Path) -> impl Iterator<Item = String> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::loader::{Action, Cable, Loader};

    /// A machine with these devices: place, product, address, serial number, port.
    fn machine(devices: &[(&str, &str, u32, &str, &str)]) -> TempDir {
        let sysfs = TempDir::new().unwrap();
        for (place, product, address, serial, port) in devices {
            let folder = sysfs.path().join(place);
            fs::create_dir_all(folder.join(format!("{place}:1.0")).join(port)).unwrap();
            for (name, content) in [
                ("idVendor", "0403"),
                ("idProduct", product),
                ("busnum", "1"),
                ("devnum", &address.to_string()),
                ("serial", serial),
            ] {
                fs::write(folder.join(name), format!("{content}\n")).unwrap();
            }
        }
        // An interface has no vendor.
        fs::create_dir_all(sysfs.path().join("1-1:1.0")).unwrap();
        sysfs
    }

    fn chosen(sysfs: &TempDir, named: Option<Named>) -> Result<UsbDevice, CableError> {
        let board = Board::find("ulx3s-85f").unwrap();
        let usb = board.usb.clone().unwrap();
        choose(&board, &usb, in_sysfs(sysfs.path(), &usb), named.as_ref())
    }

    const PORT_0: &str = "ttyUSB0";
    const PORT_1: &str = "ttyUSB1";

    fn port(name: &str) -> Option<Named> {
        Some(Named::Port(Path::new("/dev").join(name)))
    }

    fn usb(name: &str) -> Option<Named> {
        Some(Named::Usb(name.into()))
    }

    #[test]
    fn the_board_that_is_named_is_meant_by_port_serial_number_or_place() {
        let sysfs = machine(&[
            ("1-1", "6015", 7, "D00084", PORT_0),
            ("1-2.3", "6015", 9, "D00217", PORT_1),
            ("1-4", "6001", 11, "A1", "ttyUSB2"),
        ]);
        for named in [port(PORT_1), usb("D00217"), usb("1-2.3")] {
            let device = chosen(&sysfs, named).unwrap();
            assert_eq!((device.bus, device.address), (1, 9));
            assert_eq!(device.ports(), [Path::new("/dev/ttyUSB1")]);
            let board = Board::find("ulx3s-85f").unwrap();
            let loader = Loader::new(&board, Cable::Usb(Some(device))).unwrap();
            let line = loader.command_line(&Action::Detect);
            assert!(line.contains("--board ulx3s --busdev-num 1:9 "), "{line}");
        }
        assert_eq!(chosen(&sysfs, port(PORT_0)).unwrap().address, 7);
        // An adapter of another kind is no cable of the board.
        for named in [port("ttyUSB2"), port("ttyUSB5"), usb("A1")] {
            let error = chosen(&sysfs, named).unwrap_err();
            assert!(matches!(error, CableError::Other { .. }), "{error}");
        }
    }

    #[test]
    fn of_two_boards_none_is_taken_and_both_are_listed_with_what_to_type() {
        let apart = machine(&[
            ("1-1", "6015", 7, "D00084", PORT_0),
            ("1-2", "6015", 8, "D00217", PORT_1),
        ]);
        let error = chosen(&apart, None).unwrap_err().to_string();
        assert_eq!(
            error,
            "expected one ULX3S with ECP5-85F, found 2; nothing was done: say which is meant, \
             --usb D00084 (/dev/ttyUSB0) or --usb D00217 (/dev/ttyUSB1)"
        );
        let alike = machine(&[
            ("1-1", "6015", 7, "0001", PORT_0),
            ("1-2", "6015", 8, "0001", ""),
        ]);
        for named in [None, usb("0001")] {
            let error = chosen(&alike, named).unwrap_err().to_string();
            let listed = "--usb 1-1 (/dev/ttyUSB0) or --usb 1-2";
            assert!(error.ends_with(listed), "{error}");
        }
    }

    #[test]
    fn the_only_board_is_meant_without_a_name() {
        let sysfs = machine(&[("1-1", "6015", 7, "", PORT_0)]);
        let device = chosen(&sysfs, None).unwrap();
        assert_eq!((device.address, device.serial), (7, None));
        let none = machine(&[("1-1", "6001", 7, "", PORT_0)]);
        let error = chosen(&none, None).unwrap_err().to_string();
        assert!(error.contains("0403:6015"), "{error}");
    }
}
