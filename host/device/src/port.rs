//! A serial port, real or a simulated board's.

use std::{
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::MetadataExt,
    path::Path,
    time::{Duration, Instant},
};

use serialport::{SerialPort, SerialPortType, TTYPort, UsbPortInfo};

use crate::transport::Transport;

/// Bits per second that boards come with.
pub const BAUD: u32 = 1_000_000;

/// Bytes that a terminal takes without waiting once it says that it takes some.
const SLICE: usize = 128;
/// Longest time that the port may take nothing.
const SEND_PATIENCE: Duration = Duration::from_secs(5);

/// Why a port cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// There is none.
    #[error("{path}: no such port; `tensority devices` lists those that there are")]
    Missing {
        /// Its path.
        path: String,
    },
    /// The user may not.
    #[error("{path}: permission denied; {advice}")]
    Permission {
        /// Its path.
        path: String,
        /// What to do.
        advice: String,
    },
    /// Someone else has it.
    #[error("{path}: in use by another program; end that one (`fuser {path}` tells which it is)")]
    Busy {
        /// Its path.
        path: String,
    },
    /// Something else.
    #[error("{path}: expected a serial port, found: {reason}")]
    Other {
        /// Its path.
        path: String,
        /// What the system said.
        reason: String,
    },
}

/// A serial port with 8 data bits, no parity and 1 stop bit, that nobody else has open.
pub struct Port {
    port: TTYPort,
    name: String,
}

impl Port {
    /// Opens the port at `path`; a pseudo-terminal takes any `baud`.
    ///
    /// # Errors
    /// [`PortError`], with what to do.
    pub fn open(path: &Path, baud: u32) -> Result<Self, PortError> {
        let name = path.display().to_string();
        let port = TTYPort::open(&serialport::new(&name, baud).timeout(SEND_PATIENCE))
            .map_err(|error| refusal(path, &error))?;
        Ok(Self { port, name })
    }
}

impl Transport for Port {
    fn name(&self) -> &str {
        &self.name
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.set_timeout(SEND_PATIENCE)?;
        bytes
            .chunks(SLICE)
            .try_for_each(|slice| self.port.write_all(slice))
    }

    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize> {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            self.port.set_timeout(left)?;
            match self.port.read(buffer) {
                // A port that was unplugged is readable for ever, and has nothing.
                Ok(0) => return Err(io::Error::new(ErrorKind::UnexpectedEof, "unplugged")),
                Err(error) if error.kind() == ErrorKind::TimedOut => return Ok(0),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }
}

/// A port of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPort {
    /// Its path.
    pub path: String,
    /// Vendor and product, if it is on the USB.
    pub usb: Option<(u16, u16)>,
    /// Serial number of the USB adapter.
    pub usb_serial: Option<String>,
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
            path: port.port_name,
            usb,
            usb_serial,
        }
    });
    listed.collect()
}

fn refusal(path: &Path, error: &serialport::Error) -> PortError {
    let name = path.display().to_string();
    match error.kind() {
        serialport::ErrorKind::Io(ErrorKind::NotFound) => PortError::Missing { path: name },
        serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => {
            let usb = list().into_iter().find(|port| port.path == name);
            let advice =
                permission_advice(group_of(path).as_deref(), usb.and_then(|port| port.usb));
            PortError::Permission { path: name, advice }
        }
        serialport::ErrorKind::NoDevice => PortError::Busy { path: name },
        _ => PortError::Other {
            path: name,
            reason: error.to_string(),
        },
    }
}

/// What to do about a port of this group that may not be opened.
fn permission_advice(group: Option<&str>, usb: Option<(u16, u16)>) -> String {
    match (group, usb) {
        (Some(group), _) if group != "root" => {
            format!("run `sudo usermod -aG {group} $USER` and log in again")
        }
        (_, Some((vendor, product))) => format!(
            "write SUBSYSTEM==\"tty\", ATTRS{{idVendor}}==\"{vendor:04x}\", \
             ATTRS{{idProduct}}==\"{product:04x}\", TAG+=\"uaccess\" to \
             /etc/udev/rules.d/70-tensority.rules, run `sudo udevadm control --reload` and plug it in again"
        ),
        _ => "run as the user who owns it".into(),
    }
}

/// Name of the group that may use the file, if a group may.
fn group_of(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    if metadata.mode() & 0o060 != 0o060 {
        return None;
    }
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    group_name(&groups, metadata.gid())
}

/// The name of a group in the text of `/etc/group`.
fn group_name(groups: &str, id: u32) -> Option<String> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let own: u32 = fields.nth(1)?.parse().ok()?;
        (own == id).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permission_errors_name_the_group_or_the_rule() {
        let groups = "root:x:0:\ndialout:x:20:someone\n";
        assert_eq!(group_name(groups, 20).as_deref(), Some("dialout"));
        assert_eq!(group_name(groups, 21), None);

        let advice = permission_advice(Some("dialout"), Some((0x0403, 0x6010)));
        assert_eq!(
            advice,
            "run `sudo usermod -aG dialout $USER` and log in again"
        );
        let advice = permission_advice(Some("root"), Some((0x0403, 0x6010)));
        assert!(advice.contains(r#"ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6010""#));
        assert_eq!(advice.lines().count(), 1);
    }

    #[test]
    fn denied_and_missing_and_other_files_are_told_apart() {
        let denied = serialport::Error::new(
            serialport::ErrorKind::Io(ErrorKind::PermissionDenied),
            "Permission denied",
        );
        let error = refusal(Path::new("/nowhere"), &denied);
        assert_eq!(
            error.to_string(),
            "/nowhere: permission denied; run as the user who owns it"
        );
        let open = |path: &str| Port::open(Path::new(path), BAUD).err().expect("no port");
        assert!(matches!(open("/nowhere"), PortError::Missing { .. }));
        assert!(matches!(open("/dev/null"), PortError::Other { .. }));
    }
}
