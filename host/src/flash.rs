//! `tensority flash`: images for boards, and firmware for their controllers.

mod awaken;
mod firmware;
mod report;

use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};

use awaken::Expected;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use report::{Progress, Report};
use tensority_boards::Board;
use tensority_command::{print, print_json};
use tensority_flash::{
    Cable, CableError, Event, Image, Key, Loader, Named, Plan, Target, UsbDevice, carry_out,
};

use crate::failure::Failure;

const HELP: &str = "\
The flash memory of a board holds two images. The FPGA loads the update; if that does not load, it loads
the golden image, which only --golden writes. Everything is checked before the cable is touched, all that
is written is read back, and in the end the board hashes a known answer (docs/flash.md). openFPGALoader
must be installed.

Exit codes: 0 if the board runs the image and hashes right; 1 if it does not, or is not the board, or has no
golden image, or a flash memory that is protected; 64 for arguments; 65 for an image, signature or configuration
that is not good; 66 for a file that cannot be read; 69 for a missing program, cable or board; 74 for an output
that cannot be written; 77 for a cable or port that may not be opened.";

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The image: a bitstream NAME.bit with its manifest NAME.json beside it.
    #[arg(required_unless_present = "firmware")]
    image: Option<PathBuf>,
    /// The board that it is written to.
    #[arg(long, value_name = "NAME", required_unless_present = "firmware", value_parser = PossibleValuesParser::new(Board::names()).try_map(|name| Board::find(&name)))]
    board: Option<Board>,
    /// Load the image into the FPGA, where it is until the power goes.
    #[arg(long, group = "target")]
    sram: bool,
    /// Write the update slot of the flash memory; this is done without it, too.
    #[arg(long, group = "target")]
    flash: bool,
    /// Write the golden slot of the flash memory, with what leads the FPGA to it.
    #[arg(long, group = "target")]
    golden: bool,
    /// Take the block protection of the flash memory away where it is in the way; without it, nothing is written
    /// then.
    #[arg(long, conflicts_with = "sram")]
    unprotect: bool,
    /// Check the image, print what would be done, and do nothing.
    #[arg(long)]
    plan: bool,
    /// A public key of minisign, which must have signed the manifest; without it, that of the
    /// configuration, if there is one.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Reach the JTAG port through a server of the Xilinx Virtual Cable protocol, by its numbers.
    #[arg(long, value_name = "HOST:PORT")]
    xvc: Option<SocketAddrV4>,
    /// Which board is meant where several are there: the serial number of its USB device, or its place,
    /// such as 1-4.2.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["xvc", "device"])]
    usb: Option<String>,
    /// Which board is meant, by its serial port, at which it answers in the end; with --xvc only the latter.
    #[arg(short, long = "device", value_name = "PATH")]
    device: Option<PathBuf>,
    /// Do not wait for the board, and ask it for nothing.
    #[arg(long)]
    no_self_test: bool,
    /// Write firmware (firmware.bin) to the controller of a board that runs, over its serial line;
    /// it stays only if the board then hashes right.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["image", "board", "target", "unprotect", "plan", "key", "xvc", "usb", "no_self_test"])]
    firmware: Option<PathBuf>,
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
}

/// Does what is asked for.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match (&arguments.firmware, &arguments.image, &arguments.board) {
        (Some(firmware), ..) => {
            firmware::write(firmware, arguments.device.as_deref(), arguments.json)?;
        }
        (None, Some(image), Some(board)) => write(arguments, image, board)?,
        (None, ..) => return Err(Failure::usage("expected an image and a board")),
    }
    Ok(())
}

fn write(arguments: &Arguments, image: &Path, board: &Board) -> Result<(), Failure> {
    let key = key(arguments)?;
    let image = Image::read(image, key.as_ref())?;
    let target = match (arguments.sram, arguments.golden) {
        (true, _) => Target::Sram,
        (_, true) => Target::Golden,
        _ => Target::Update,
    };
    let plan = Plan::new(board, &image, target)?;
    let plan = match arguments.unprotect {
        true => plan.unprotecting(),
        false => plan,
    };
    let device = match arguments.xvc {
        Some(_) => None,
        None => usb_device(arguments, board)?,
    };
    let cable = match arguments.xvc {
        Some(address) => Cable::Xvc(address),
        None => Cable::Usb(device.clone()),
    };
    let loader = Loader::new(board, cable)?;
    let mut report = Report::new(&plan, &loader);
    if !arguments.json {
        print(report.planned(&plan, arguments.plan))?;
    }
    if !arguments.plan {
        let (progress, total, mut step) = (Progress::new(), plan.steps().len(), 0);
        let written = carry_out(&plan, &loader, &mut |event| match event {
            Event::Begins(_) => {
                step += 1;
                progress.show(format_args!("step {step} of {total}"));
            }
            Event::Percent(percent) => {
                progress.show(format_args!("step {step} of {total}, {percent} %"));
            }
        })?;
        drop(progress);
        report.write(written);
        if !arguments.no_self_test {
            let port = || match (&arguments.device, &device) {
                (Some(path), _) => Ok(Some(path.clone())),
                // Its port comes back when openFPGALoader has left it.
                (None, Some(device)) => Ok(device.ports().into_iter().next()),
                (None, None) => awaken::only_port(board),
            };
            let expected = Expected {
                manifest: &image.manifest,
                serial: written.serial.map(|serial| serial.number),
            };
            let awake = awaken::wait(board, &expected, target, port)?;
            report.board = Some(awake);
        }
        if !arguments.json {
            print(report.done())?;
        }
    }
    if arguments.json {
        print_json(&report)?;
    }
    Ok(())
}

/// The board's USB device. Without a board nothing can be done, but planned.
fn usb_device(arguments: &Arguments, board: &Board) -> Result<Option<UsbDevice>, Failure> {
    let port = arguments.device.clone().map(Named::Port);
    let named = port.or_else(|| arguments.usb.clone().map(Named::Usb));
    match UsbDevice::of_board(board, named.as_ref()) {
        Err(CableError::None { .. }) if arguments.plan => Ok(None),
        found => Ok(Some(found?)),
    }
}

/// The key that manifests must be signed with, if one is set.
fn key(arguments: &Arguments) -> Result<Option<Key>, Failure> {
    let path = match &arguments.key {
        Some(path) => Some(path.clone()),
        None => {
            let environment = tensority_config::of_process();
            let loaded =
                tensority_config::load_without_secrets(None, &environment, &Default::default())?;
            loaded.config.flash.key_file
        }
    };
    Ok(path.map(|path| Key::read(&path)).transpose()?)
}
