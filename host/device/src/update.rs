//! Firmware updates over the link.

use std::time::{Duration, Instant};

use tensority_protocol::frame::CRC;
use tensority_protocol::messages::{
    ON_TRIAL, UPDATE_CHUNK, UpdateBegin, UpdateConfirm, UpdateStart, UpdateWrite,
};

use crate::board::Board;
use crate::device::{Device, DeviceError};
use crate::transport::Transport;

/// Time that new firmware has to be confirmed, before the chip falls back to the old one.
pub const TRIAL: Duration = Duration::from_secs(30);

impl<T: Transport> Board<T> {
    /// Replaces the firmware: writes the image, starts it on trial, and confirms it once it answers
    /// and `is_good` says so, which has two thirds of [`TRIAL`] for it. Tells whether it was
    /// confirmed; if not, the chip goes back to the old firmware by itself. `progress` is told the
    /// bytes written so far. A device that has work gives it up.
    ///
    /// The image is filled with zeros to a multiple of [`UPDATE_CHUNK`] bytes.
    ///
    /// # Errors
    /// If the device is gone, silent or refuses, or if the new firmware does not run; then, too, the
    /// chip goes back.
    pub fn update(
        &mut self,
        image: &[u8],
        progress: &mut dyn FnMut(usize),
        is_good: impl FnOnce(&mut Self) -> Result<bool, DeviceError>,
    ) -> Result<bool, DeviceError> {
        let mut image = image.to_vec();
        image.resize(image.len().next_multiple_of(UPDATE_CHUNK), 0);
        let bytes = image.len();
        let size = u32::try_from(bytes)
            .map_err(|_| self.unexpected("an image that fits a bank", format!("{bytes} bytes")))?;
        self.ask(UpdateBegin {
            size,
            crc: CRC.checksum(&image),
        })?;
        let (chunks, _) = image.as_chunks();
        for (offset, data) in (0..size).step_by(UPDATE_CHUNK).zip(chunks) {
            self.ask(UpdateWrite {
                offset,
                data: *data,
            })?;
            progress(offset as usize + UPDATE_CHUNK);
        }
        self.start_staged()?;
        if !is_good(self)? {
            return Ok(false);
        }
        self.ask(UpdateConfirm {})?;
        self.identify()?;
        Ok(true)
    }

    /// Starts the staged image and waits until it answers.
    fn start_staged(&mut self) -> Result<(), DeviceError> {
        let confirm_within = TRIAL.as_millis() as u32;
        let restarts = self.restarts();
        let taken = self.ask(UpdateStart { confirm_within });
        let deadline = Instant::now() + TRIAL / 4;
        while self.restarts() == restarts && self.listen(deadline)? {}
        if self.restarts() == restarts {
            // Where the answer is lost, the request comes again, to firmware that has nothing
            // staged any more. So a refusal counts only if there was no restart.
            taken?;
        }
        let bank = self.identify()?.bank;
        if bank & ON_TRIAL == 0 {
            let found = format!("bank {bank}, confirmed: the new firmware did not start");
            return Err(self.unexpected("the new firmware on trial", found));
        }
        if self.restarts() == restarts {
            // Its word of the restart was lost.
            self.restarted();
        }
        Ok(())
    }

    fn unexpected(&self, expected: &str, found: String) -> DeviceError {
        DeviceError::Unexpected {
            name: self.description().name.clone(),
            expected: expected.into(),
            found,
        }
    }
}
