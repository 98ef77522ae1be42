//! Tensority at the speed of the machine.
//!
//! The same function as [`tensority`](crate::tensority()) at Bytom's dimension, by one of several
//! [back ends](Backend), each checked against the reference stage by stage. The slow part is the
//! [`MatrixList`] of a seed; [`MatrixLists`] keeps those of the seeds used last.
//!
//! ```
//! use tensority::{BlockHeader, INITIAL_SEED, fast};
//!
//! let list = fast::MatrixList::build(fast::Backend::fastest(), &INITIAL_SEED);
//! let header_hash = BlockHeader::default().hash();
//! let pow_hash = fast::hash(&header_hash, &list);
//!
//! let pool = fast::Pool::of_all_processors();
//! let batch = pool.hash_batch(&[header_hash; 2], &list, &fast::unwatched);
//! assert_eq!(batch, Ok(vec![pow_hash; 2]));
//! ```
//!
//! Each back end does these stages in its own way; everything else is shared:
//!
//! ```text
//! extended seed ─ (fill, mix) × 128 ─► matrix list (256 matrices) ─┐
//!                                                                  ▼
//! sequences ────────────────────────────────────► load, multiply × 63 ─► add (four times) ─► fold
//! ```

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod backend;
mod fold;
mod hash;
mod kernel;
mod matrix_list;
mod matrix_lists;
mod memory;
mod pool;
mod portable;
mod smix;
mod verify;
mod watch;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use backend::{Backend, BackendError, ENVIRONMENT_VARIABLE};
pub use hash::{Hasher, hash};
pub use matrix_list::MatrixList;
pub use matrix_lists::MatrixLists;
pub use memory::{PreparedMatrix, State};
pub use pool::Pool;
pub use smix::Smix;
pub use verify::Verdict;
pub use watch::{Cancelled, Progress, Watch, unwatched};
