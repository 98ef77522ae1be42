//! Flashing: images written to boards through openFPGALoader, and an emulated board to flash.
//!
//! ```text
//! Image (image.rs, signature.rs): bitstream, manifest, signature
//!   └─ Plan (plan.rs): everything that can be checked is checked before the cable is touched
//!        └─ carry_out (carry_out.rs): IDCODE, serial number (serial.rs), golden image (record.rs),
//!           block protection (protection.rs), write with read-back
//!             └─ Loader (loader.rs, loader/): openFPGALoader and what it says
//! ```
//!
//! Where images are in the flash memory, and which of them a chip starts from, is told in `docs/flash.md`.
//! An update never touches the golden image, and is not written while no good golden image is known.

#![forbid(unsafe_code)]

mod carry_out;
#[doc(hidden)]
pub mod decoders;
pub mod emulator;
mod image;
mod loader;
mod plan;
mod protection;
mod record;
mod serial;
mod signature;
mod usb;

pub use carry_out::{Event, FlashError, Serial, Written, carry_out};
pub use image::{Image, ImageError};
pub use loader::{Action, Cable, Loader, LoaderError};
pub use plan::{Plan, PlanError, Step, Target};
pub use protection::Registers;
pub use signature::{Key, SignatureError};
pub use usb::{CableError, Named, UsbDevice};
