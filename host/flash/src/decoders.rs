//! Decoders of what flash memories hold and the loader says: what takes any bytes, for those who try it with all.

pub use crate::loader::svf::{answer as answer_of_register, read as question_of_register};
pub use crate::record::{read as read_record, write as write_record};
pub use crate::serial::{read as read_serial, write as write_serial};
