//! The exit codes of what goes wrong with boards that are flashed.

use super::{DATA, Failure, IO, NOT_SO, PERMISSION, UNAVAILABLE, USAGE, code_of_opening};
use tensority_device::{device::DeviceError, port::PortError, probe::ProbeError};
use tensority_flash::{FlashError, ImageError, LoaderError, PlanError, SignatureError};

impl From<SignatureError> for Failure {
    fn from(error: SignatureError) -> Self {
        let code = match &error {
            SignatureError::Io { source, .. } => code_of_opening(source),
            SignatureError::Key { .. } | SignatureError::Signature { .. } => DATA,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        let code = match error {
            ImageError::Signature(error) => return error.into(),
            ImageError::Io { ref source, .. } => code_of_opening(source),
            ImageError::Manifest { .. } => DATA,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Self::wrong_content(error.to_string())
    }
}

impl From<LoaderError> for Failure {
    fn from(error: LoaderError) -> Self {
        FlashError::from(error).into()
    }
}

impl From<FlashError> for Failure {
    fn from(error: FlashError) -> Self {
        use LoaderError::{Differs, Failed, NoUsb, Permission};
        let code = match &error {
            FlashError::Loader(Permission { .. }) => PERMISSION,
            FlashError::Loader(NoUsb { .. }) => USAGE,
            FlashError::Loader(Differs { .. } | Failed { .. }) => NOT_SO,
            FlashError::Loader(_) => UNAVAILABLE,
            FlashError::Files(_) => IO,
            FlashError::Idcode { .. } | FlashError::NoGolden { .. } | FlashError::NotStarted => {
                NOT_SO
            }
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<tensority_flash::emulator::ServerError> for Failure {
    fn from(error: tensority_flash::emulator::ServerError) -> Self {
        use tensority_flash::emulator::ServerError::{Listen, NotLoopback, Thread};
        let code = match &error {
            NotLoopback(_) => USAGE,
            Listen { source, .. } => code_of_opening(source),
            Thread(_) => UNAVAILABLE,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<ProbeError> for Failure {
    fn from(error: ProbeError) -> Self {
        let code = match error {
            ProbeError::Device(error) => return error.into(),
            ProbeError::Port(PortError::Permission { .. }) => PERMISSION,
            ProbeError::Port(_) => UNAVAILABLE,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<DeviceError> for Failure {
    fn from(error: DeviceError) -> Self {
        let code = match &error {
            // A board that fails its own known-answer test refuses to hash.
            DeviceError::Refused { .. } | DeviceError::Unexpected { .. } => NOT_SO,
            DeviceError::Gone { .. } | DeviceError::Silent { .. } => UNAVAILABLE,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}
