//! Interpretation of the output of openFPGALoader 0.10, which exits with 1 for everything.

use super::process::Ended;
use super::{Action, Done, Loader, LoaderError, Way, svf};

/// After every access to the flash memory the FPGA is started; this is said if nothing loads. That is
/// no failure of the access itself, and right where nothing has been written yet.
const NOT_STARTED: &str = "Refresh: FAIL";

/// Says it before it changes a status register, and the other when it goes on.
const UNLOCK: &str = "unlock blocks";
const ERASE: &str = "Erasing";

/// Says it whenever something failed, and nothing else.
const NO_NEWS: &str = "Error: Failed to program FPGA";

/// Tells whether an action was done.
pub fn judge(loader: &Loader, action: &Action, ended: Ended) -> Result<Done, LoaderError> {
    let Ended { well, text } = ended;
    if let Some((_, at)) = text.split_once("Verification failed at ") {
        let at = at.lines().next().unwrap_or_default().into();
        return Err(LoaderError::Differs { at });
    }
    let started = !text.contains(NOT_STARTED);
    let answered = matches!(action, Action::Play { .. }) && text.contains(svf::BEFORE);
    if well || answered || (!started && was_transferred(action, &text)) {
        return Ok(Done {
            text,
            starts: started,
        });
    }
    let unlocking = text.split_once(UNLOCK).map(|(_, rest)| rest);
    if unlocking.is_some_and(|rest| !rest.contains(ERASE)) {
        return Err(LoaderError::Locked);
    }
    Err(
        of_cable(loader, &text).unwrap_or_else(|| LoaderError::Failed {
            action: action.words(),
            found: last_words(&text),
        }),
    )
}

/// Whether all bytes were read from the flash memory, which writing ends with, too.
fn was_transferred(action: &Action, text: &str) -> bool {
    let reading = match action {
        Action::Detect | Action::Load { .. } | Action::Play { .. } => return false,
        Action::Write { .. } => "Verifying write",
        Action::Read { .. } => "Read flash",
    };
    let read = text.split_once(reading).map(|(_, rest)| rest);
    read.is_some_and(|rest| rest.lines().any(|line| line.trim() == "Done"))
}

/// What is wrong with the cable, if that is it.
fn of_cable(loader: &Loader, text: &str) -> Option<LoaderError> {
    let (vendor, product) = match &loader.cable {
        Way::Usb(usb, _) => (usb.vendor, usb.product),
        Way::Xvc(address) => {
            let unreachable = text.contains("Connection error");
            return unreachable.then_some(LoaderError::NoServer(*address));
        }
    };
    // Numbers of libftdi's ftdi_usb_open_dev.
    let (_, code) = text.split_once("unable to open ftdi device: ")?;
    match code.split_whitespace().next()? {
        "-3" => Some(LoaderError::NoCable {
            title: loader.title.clone(),
            vendor,
            product,
        }),
        "-4" | "-8" => Some(LoaderError::Permission { vendor, product }),
        "-5" | "-6" => Some(LoaderError::InUse { vendor, product }),
        _ => None,
    }
}

/// The last line that says something.
fn last_words(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let mut telling =
        lines.filter(|line| !line.is_empty() && !line.ends_with('%') && !line.starts_with(NO_NEWS));
    telling.next_back().unwrap_or("nothing").into()
}

#[cfg(test)]
mod tests {
    use tensority_boards::Board;

    use super::*;
    use crate::loader::Cable;

    const WRITE: Action = Action::Write {
        file: "image.bit",
        start: 0,
    };

    fn judged(cable: Cable, action: &Action, text: &str) -> Result<Done, LoaderError> {
        let loader = Loader::new(&Board::find("ulx3s-85f").unwrap(), cable).unwrap();
        let text = text.into();
        judge(&loader, action, Ended { well: false, text })
    }

    #[test]
    fn troubles_of_the_cable_say_what_to_do() {
        for (said, words) in [
            ("-3 (device not found)", "plug it in"),
            ("-4 (libusb_open() failed)", "tensority generate udev"),
            ("-5 (unable to claim usb device)", "end the other program"),
        ] {
            let text = format!(
                "unable to open ftdi device: {said}\nJTAG init failed with: unable to open ftdi device\n"
            );
            let error = judged(Cable::Usb(None), &Action::Detect, &text).unwrap_err();
            let error = error.to_string();
            assert!(
                error.contains("0403:6015") && error.contains(words),
                "{error}"
            );
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }

    #[test]
    fn what_was_written_counts_also_where_nothing_starts() {
        let written = "Erasing: 100.00%\nDone\nVerifying write (May take time)\nRead flash : 100.00%\n\
                       Done\nRefresh: FAIL\nError: Failed to program FPGA: std::exception\n";
        let done = judged(Cable::Usb(None), &WRITE, written).unwrap();
        assert!(!done.starts);

        let half = "Erasing: 100.00%\nDone\nRefresh: FAIL\nError: Failed to program FPGA\n";
        let error = judged(Cable::Usb(None), &WRITE, half)
            .unwrap_err()
            .to_string();
        assert!(error.contains("write the flash memory"), "{error}");
        assert!(error.contains("Refresh: FAIL"), "{error}");
    }

    #[test]
    fn a_lock_that_openfpgaloader_meets_is_told_with_what_to_do() {
        let text = "unlock blocks\ntimeout: 80 1 1000\nwait: Error\nRefresh: DONE\n";
        let error = judged(Cable::Usb(None), &WRITE, text).unwrap_err();
        assert!(matches!(error, LoaderError::Locked), "{error}");
    }

    #[test]
    fn a_difference_is_told_with_its_place() {
        let text = "Verifying write\nFail\nVerification failed at 4711\nRefresh: DONE\n";
        let error = judged(Cable::Usb(None), &WRITE, text).unwrap_err();
        assert!(matches!(error, LoaderError::Differs { at } if at == "4711"));
    }
}
