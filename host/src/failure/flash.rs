//! The exit codes of what goes wrong with boards that are flashed.

use tensority_command::Code;
use tensority_command::exit::{DATA, OUTPUT, PERMISSION, UNAVAILABLE, UNMET, USAGE, of_opening};
use tensority_device::device::DeviceError;
use tensority_device::port::PortError;
use tensority_device::probe::ProbeError;
use tensority_flash::{CableError, FlashError, ImageError, LoaderError, PlanError, SignatureError};

use super::Tensority;

impl Code<SignatureError> for Tensority {
    fn code(error: &SignatureError) -> u8 {
        match error {
            SignatureError::Io { source, .. } => of_opening(source),
            SignatureError::Key { .. } | SignatureError::Signature { .. } => DATA,
        }
    }
}

impl Code<ImageError> for Tensority {
    fn code(error: &ImageError) -> u8 {
        match error {
            ImageError::Signature(error) => Self::code(error),
            ImageError::Io { source, .. } => of_opening(source),
            ImageError::Manifest { .. } => DATA,
        }
    }
}

impl Code<PlanError> for Tensority {
    fn code(_: &PlanError) -> u8 {
        DATA
    }
}

impl Code<CableError> for Tensority {
    fn code(error: &CableError) -> u8 {
        match error {
            CableError::None { .. } => UNAVAILABLE,
            CableError::NoUsb { .. } | CableError::Several { .. } | CableError::Other { .. } => {
                USAGE
            }
        }
    }
}

impl Code<LoaderError> for Tensority {
    fn code(error: &LoaderError) -> u8 {
        use LoaderError::{Differs, Failed, Locked, Permission};
        match error {
            Permission { .. } => PERMISSION,
            Differs { .. } | Failed { .. } | Locked => UNMET,
            _ => UNAVAILABLE,
        }
    }
}

impl Code<FlashError> for Tensority {
    fn code(error: &FlashError) -> u8 {
        match error {
            FlashError::Loader(error) => Self::code(error),
            FlashError::Files(_) => OUTPUT,
            FlashError::Idcode { .. }
            | FlashError::Protected { .. }
            | FlashError::Locked { .. }
            | FlashError::NoGolden { .. }
            | FlashError::NotStarted => UNMET,
        }
    }
}

impl Code<ProbeError> for Tensority {
    fn code(error: &ProbeError) -> u8 {
        match error {
            ProbeError::Device(error) => Self::code(error),
            ProbeError::Port(PortError::Permission { .. }) => PERMISSION,
            ProbeError::Port(_) => UNAVAILABLE,
        }
    }
}

impl Code<DeviceError> for Tensority {
    fn code(error: &DeviceError) -> u8 {
        match error {
            // A board that fails its own known-answer test refuses to hash.
            DeviceError::Refused { .. } | DeviceError::Unexpected { .. } => UNMET,
            DeviceError::Gone { .. } | DeviceError::Silent { .. } => UNAVAILABLE,
        }
    }
}
