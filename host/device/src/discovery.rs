//! Discovery of serial ports at which a board may be.

use std::os::unix::fs::MetadataExt;
use std::{fmt, fs};

use crc::{CRC_64_ECMA_182, Crc};
use serialport::{SerialPortType, UsbPortInfo};

/// A product on the USB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct UsbId {
    pub vendor: u16,
    /// Number that the vendor gave it.
    pub product: u16,
    pub name: &'static str,
}

/// As `lsusb` writes it: `0403:6015`.
impl fmt::Display for UsbId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04x}:{:04x}", self.vendor, self.product)
    }
}

/// What is known to stand between the USB and the serial line of a board. Much else is at such a port, too.
pub const USB_IDS: &[UsbId] = &[
    usb_id(0x0403, 0x6001, "FTDI FT232R"),
    usb_id(0x0403, 0x6010, "FTDI FT2232H"),
    usb_id(0x0403, 0x6011, "FTDI FT4232H"),
    usb_id(0x0403, 0x6014, "FTDI FT232H"),
    usb_id(0x0403, 0x6015, "FTDI FT231X, as on the ULX3S"),
    usb_id(0x10c4, 0xea60, "Silicon Labs CP2102N"),
    usb_id(0x1a86, 0x7523, "WCH CH340"),
];

const fn usb_id(vendor: u16, product: u16, name: &'static str) -> UsbId {
    UsbId {
        vendor,
        product,
        name,
    }
}

/// A port of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct ListedPort {
    pub path: String,
    /// Vendor and product, if it is on the USB.
    pub usb: Option<(u16, u16)>,
    /// Serial number of the USB adapter.
    pub usb_serial: Option<String>,
    /// The inode of its device file: another one whenever it is plugged in.
    pub inode: Option<u64>,
}

/// The products on the USB at whose ports a board may be.
#[derive(Clone, Debug)]
pub struct UsbIds(Vec<UsbId>);

impl UsbIds {
    /// All [`USB_IDS`], and further products, each as vendor and product.
    pub fn with(further: &[(u16, u16)]) -> Self {
        let mut ids = Self(USB_IDS.to_vec());
        for &(vendor, product) in further {
            if ids.find((vendor, product)).is_none() {
                ids.0.push(usb_id(vendor, product, "of the configuration"));
            }
        }
        ids
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &UsbId> {
        self.0.iter()
    }

    /// The one at a port, if there is one.
    pub fn at(&self, port: &ListedPort) -> Option<&UsbId> {
        self.find(port.usb?)
    }

    fn find(&self, usb: (u16, u16)) -> Option<&UsbId> {
        self.iter().find(|id| (id.vendor, id.product) == usb)
    }

    /// The ports of this machine at which a board may be, in the order of their paths.
    pub fn candidates(&self) -> Vec<ListedPort> {
        self.candidates_of(list())
    }

    /// Those of `ports` at which a board may be, in the order of their paths.
    pub fn candidates_of(&self, mut ports: Vec<ListedPort>) -> Vec<ListedPort> {
        ports.retain(|port| self.at(port).is_some());
        ports.sort_by(|one, other| one.path.cmp(&other.path));
        ports.dedup_by(|one, other| one.path == other.path);
        ports
    }
}

/// What stands for the serial number of a board that has none, such as an FPGA board's chip: a number
/// made of its USB adapter's, if the port has one.
pub fn adapters_serial(path: &str) -> Option<u64> {
    let port = list().into_iter().find(|port| port.path == path)?;
    port.usb_serial.as_deref().map(serial_of)
}

/// CRC-64 of a USB serial number: the same in every run, and hardly ever that of two boards.
fn serial_of(usb_serial: &str) -> u64 {
    Crc::<u64>::new(&CRC_64_ECMA_182).checksum(usb_serial.as_bytes())
}

/// The serial ports of this machine; none where the system does not tell.
pub fn list() -> Vec<ListedPort> {
    let ports = serialport::available_ports().unwrap_or_default();
    let listed = ports.into_iter().map(|port| {
        let (usb, usb_serial) = match port.port_type {
            SerialPortType::UsbPort(UsbPortInfo {
                vid,
                pid,
                serial_number,
                ..
            }) => (Some((vid, pid)), serial_number),
            _ => (None, None),
        };
        ListedPort {
            inode: fs::metadata(&port.port_name).ok().map(|file| file.ino()),
            path: port.port_name,
            usb,
            usb_serial,
        }
    });
    listed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(path: &str, usb: Option<(u16, u16)>) -> ListedPort {
        ListedPort {
            path: path.into(),
            usb,
            usb_serial: None,
            inode: None,
        }
    }

    #[test]
    fn boards_are_told_apart_by_their_adapters() {
        assert_eq!(serial_of("K00219"), serial_of("K00219"));
        assert_ne!(serial_of("K00219"), serial_of("K00220"));
        assert_eq!(adapters_serial("/dev/no-port"), None);
    }

    #[test]
    fn a_board_may_be_where_a_known_adapter_is() {
        let known = port("/dev/ttyUSB1", Some((0x0403, 0x6015)));
        let ports = vec![
            known.clone(),
            port("/dev/ttyS0", None),
            // Of the same vendor, and a product of another.
            port("/dev/ttyUSB2", Some((0x0403, 0xffff))),
            port("/dev/ttyUSB3", Some((0x10c4, 0x6015))),
            port("/dev/ttyUSB0", Some((0x1a86, 0x7523))),
            known.clone(),
        ];
        let paths = |ids: &UsbIds| {
            let candidates = ids.candidates_of(ports.clone()).into_iter();
            candidates.map(|port| port.path).collect::<Vec<_>>()
        };
        let ids = UsbIds::with(&[]);
        assert_eq!(paths(&ids), ["/dev/ttyUSB0", "/dev/ttyUSB1"]);
        let name = ids.at(&known).map(|id| id.name);
        assert_eq!(name, Some("FTDI FT231X, as on the ULX3S"));
        let more = UsbIds::with(&[(0x10c4, 0x6015), (0x0403, 0x6015)]);
        assert_eq!(
            paths(&more),
            ["/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB3"]
        );
        assert_eq!(more.iter().count(), USB_IDS.len() + 1);
    }

    #[test]
    fn each_product_is_known_once() {
        for (place, id) in USB_IDS.iter().enumerate() {
            let same = |other: &&UsbId| (other.vendor, other.product) == (id.vendor, id.product);
            assert_eq!(USB_IDS.iter().position(|other| same(&other)), Some(place));
        }
    }
}
