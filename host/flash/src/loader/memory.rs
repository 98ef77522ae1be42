//! The status registers of the flash memory, through openFPGALoader.
//!
//! After these the FPGA is cleared, and a cable on the USB not given back: an action that reads or writes
//! the memory must follow, which ends with both in order.

use std::fs;
use std::path::Path;

use super::svf::{self, Answer};
use super::{Action, Loader, LoaderError};
use crate::plan::REGISTERS_FILE;
use crate::protection::{MAKER, READ, Registers};

impl Loader {
    /// Reads the status registers.
    ///
    /// # Errors
    /// If one does not come.
    pub(crate) fn registers(&self, folder: &Path) -> Result<Registers, LoaderError> {
        let [first, second, third] = READ;
        let of_maker = |instruction| self.register(instruction, Some(MAKER), folder);
        let Some(first) = self.register(first, None, folder)? else {
            return Err(no_answer());
        };
        let others = match of_maker(second)? {
            None => None,
            Some(second) => Some([second, of_maker(third)?.ok_or_else(no_answer)?]),
        };
        Ok(Registers { first, others })
    }

    /// Writes status registers: an instruction and a byte each.
    pub(crate) fn write_registers(
        &self,
        registers: &[[u8; 2]],
        folder: &Path,
    ) -> Result<(), LoaderError> {
        self.play(&svf::write(registers), folder).map(|_| ())
    }

    /// A register, or none where the memory is of another maker.
    fn register(
        &self,
        instruction: u8,
        maker: Option<u8>,
        folder: &Path,
    ) -> Result<Option<u8>, LoaderError> {
        let played = svf::read(instruction, maker);
        let said = self.play(&played, folder)?;
        match svf::answer(&said, &played) {
            Some(Answer::Register(register)) => Ok(Some(register)),
            Some(Answer::OtherMaker) => Ok(None),
            None => Err(no_answer()),
        }
    }

    fn play(&self, text: &str, folder: &Path) -> Result<String, LoaderError> {
        fs::write(folder.join(REGISTERS_FILE), text)?;
        let action = Action::Play {
            file: REGISTERS_FILE,
        };
        Ok(self.run(&action, folder, &mut |_| {})?.text)
    }
}

fn no_answer() -> LoaderError {
    LoaderError::Failed {
        action: "read a status register of the flash memory",
        found: "no answer".into(),
    }
}
