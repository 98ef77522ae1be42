//! openFPGALoader: its arguments, its process, and what its output means.

mod memory;
mod output;
mod process;
pub(crate) mod svf;

use std::net::SocketAddrV4;
use std::path::Path;
use std::{fmt, io};

use tensority_boards::{Board, Usb};

use crate::usb::{CableError, UsbDevice};

const PROGRAM: &str = "openFPGALoader";

/// How a board's JTAG port is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cable {
    /// Through the USB device of the board: this one, or the first of its kind, which is only good to
    /// say what would be done.
    Usb(Option<UsbDevice>),
    /// Through a server of the Xilinx Virtual Cable protocol.
    Xvc(SocketAddrV4),
}

/// What it is told to do. Files are names in the folder it runs in, places and sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    /// Tells the IDCODE of the FPGA.
    Detect,
    /// Loads the configuration memory.
    Load { file: &'static str },
    /// Plays a file of SVF.
    Play { file: &'static str },
    /// Writes to the flash memory, reads back and compares, and has the FPGA start.
    Write {
        file: &'static str,
        /// Address of the first byte.
        start: u32,
    },
    /// Reads the flash memory, and has the FPGA start.
    Read {
        /// Where it is put.
        file: &'static str,
        /// Address of the first byte.
        start: u32,
        bytes: u32,
    },
}

/// What came of an action that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// All that it printed.
    pub text: String,
    /// Whether the FPGA runs afterwards.
    pub starts: bool,
}

/// openFPGALoader did not do what it was told.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum LoaderError {
    /// It is not installed.
    #[error("expected the program {PROGRAM}, found none; run: apt-get install openfpgaloader")]
    Missing,
    /// It cannot be run.
    #[error("cannot run {PROGRAM}: {0}")]
    Process(#[from] io::Error),
    /// The board is not on the USB.
    #[error(
        "expected {title} on the USB ({vendor:04x}:{product:04x}), found none; plug it in and \
         switch it on"
    )]
    NoCable {
        title: String,
        vendor: u16,
        product: u16,
    },
    /// This user may not use the USB device.
    #[error(
        "may not open the USB device {vendor:04x}:{product:04x}; write what `tensority generate udev` \
         prints to /etc/udev/rules.d/70-tensority.rules, run `sudo udevadm control --reload` and plug \
         it in again"
    )]
    Permission { vendor: u16, product: u16 },
    /// Another program has the USB device.
    #[error(
        "expected the USB device {vendor:04x}:{product:04x} for itself, found it in use; end the other program"
    )]
    InUse { vendor: u16, product: u16 },
    /// Nobody answers at the address of the virtual cable.
    #[error("expected an XVC server at {0}, found none; start it, or name its address")]
    NoServer(SocketAddrV4),
    /// What was read back is not what was written.
    #[error(
        "expected to read back what was written, found a difference at byte {at}; write it again"
    )]
    Differs {
        /// Place from the beginning of the slot.
        at: String,
    },
    /// openFPGALoader takes the memory for protected, and cannot change that.
    #[error(
        "expected the flash memory to take a write, found its status registers locked; connect its pin WP# to \
         the supply and run again"
    )]
    Locked,
    /// It was quiet for too long, and was ended.
    #[error(
        "expected progress of {PROGRAM}, found none in {seconds} s; check the cable and run again"
    )]
    Silent { seconds: u64 },
    /// It ended for another reason.
    #[error("expected {PROGRAM} to {action}, found {found:?}; check the cable and run again")]
    Failed { action: &'static str, found: String },
}

/// openFPGALoader for one board.
#[derive(Clone, Debug)]
pub struct Loader {
    title: String,
    cable: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Usb(Usb, Option<UsbDevice>),
    Xvc(SocketAddrV4),
}

impl Loader {
    /// That for a board at a cable.
    ///
    /// # Errors
    /// If the cable is the board's USB device, and it has none.
    pub fn new(board: &Board, cable: Cable) -> Result<Self, CableError> {
        let title = board.title.clone();
        let cable = match (cable, &board.usb) {
            (Cable::Xvc(address), _) => Way::Xvc(address),
            (Cable::Usb(device), Some(usb)) => Way::Usb(usb.clone(), device),
            (Cable::Usb(_), None) => return Err(CableError::NoUsb { title }),
        };
        Ok(Self { title, cable })
    }

    fn arguments(&self, action: &Action) -> Vec<String> {
        let cable = match &self.cable {
            Way::Usb(usb, None) => format!("--board {}", usb.loader_board),
            Way::Usb(usb, Some(device)) => format!(
                "--board {} --busdev-num {}:{}",
                usb.loader_board, device.bus, device.address
            ),
            Way::Xvc(address) => format!(
                "--cable xvc-client --ip {} --port {}",
                address.ip(),
                address.port()
            ),
        };
        let action = match action {
            // Only this tells all bits of the IDCODE.
            Action::Detect => "--detect --verbose-level 2".into(),
            Action::Play { file } => (*file).into(),
            Action::Load { file } => format!("--write-sram {file}"),
            // It takes some memories for protected that are not; what is has been seen before.
            Action::Write { file, start } => format!(
                "--write-flash --unprotect-flash --verify --offset {start:#x} --file-type raw {file}"
            ),
            Action::Read { file, start, bytes } => {
                format!("--dump-flash --offset {start:#x} --file-size {bytes} {file}")
            }
        };
        let words = cable.split(' ').chain(action.split(' '));
        words.map(String::from).collect()
    }

    /// The command line, as one would type it.
    pub fn command_line(&self, action: &Action) -> String {
        format!("{PROGRAM} {}", self.arguments(action).join(" "))
    }

    /// Does it in `folder`. `progress` is told per cents of what is under way.
    ///
    /// # Errors
    /// If it was not done.
    pub(crate) fn run(
        &self,
        action: &Action,
        folder: &Path,
        progress: &mut dyn FnMut(u8),
    ) -> Result<Done, LoaderError> {
        let ended = process::run(PROGRAM, &self.arguments(action), folder, progress)?;
        output::judge(self, action, ended)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.words())
    }
}

impl Action {
    fn words(&self) -> &'static str {
        match self {
            Self::Detect => "detect the FPGA",
            Self::Load { .. } => "load the FPGA",
            Self::Play { .. } => "pass instructions to the flash memory",
            Self::Write { .. } => "write the flash memory",
            Self::Read { .. } => "read the flash memory",
        }
    }
}
