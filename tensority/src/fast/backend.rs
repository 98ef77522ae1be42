//! Table of back ends, and the choice of one.

use std::string::String;
use std::vec::Vec;
use std::{env, fmt};

use thiserror::Error;

use super::kernel::Kernel;
use super::memory::{PreparedMatrix, State};
use super::portable::Portable;
use super::smix::Smix;
use crate::reference::{DIMENSION, Matrix};

/// The environment variable that names the back end for [`Backend::from_environment`].
pub const ENVIRONMENT_VARIABLE: &str = "TENSORITY_BACKEND";

/// A row of the table of back ends.
struct Entry {
    name: &'static str,
    /// Instruction sets, in the words of their maker.
    needs: &'static str,
    detect: fn() -> Option<&'static dyn Kernel>,
}

/// The back ends of this architecture, from the slowest to the fastest.
const TABLE: &[Entry] = &[
    Entry {
        name: "portable",
        needs: "nothing",
        detect: || Some(&Portable),
    },
    #[cfg(target_arch = "x86_64")]
    Entry {
        name: "avx2",
        needs: "AVX2",
        detect: super::x86::Avx2::detect,
    },
    #[cfg(target_arch = "x86_64")]
    Entry {
        name: "avxvnni",
        needs: "AVX2 and AVX-VNNI, or AVX-512 F, BW, VL and VNNI",
        detect: super::x86::detect_avx_vnni,
    },
    #[cfg(target_arch = "x86_64")]
    Entry {
        name: "avx512vnni",
        needs: "AVX-512 F, BW, VL and VNNI",
        detect: super::x86::Avx512Vnni::detect,
    },
    #[cfg(target_arch = "aarch64")]
    Entry {
        name: "neon",
        needs: "nothing",
        detect: || Some(&super::aarch64::Neon),
    },
    #[cfg(target_arch = "aarch64")]
    Entry {
        name: "dotprod",
        needs: "FEAT_DotProd (Armv8.2 and later)",
        detect: super::aarch64::DotProd::detect,
    },
    #[cfg(target_arch = "aarch64")]
    Entry {
        name: "i8mm",
        needs: "FEAT_I8MM (Armv8.6 and later)",
        detect: super::aarch64::I8mm::detect,
    },
];

/// A way to compute that this processor has: there is no value of any other.
#[derive(Clone, Copy)]
pub struct Backend {
    name: &'static str,
    kernel: &'static dyn Kernel,
}

impl Backend {
    /// The back ends this processor has, from the slowest to the fastest. `portable` is the first.
    pub fn available() -> impl Iterator<Item = Self> {
        TABLE.iter().filter_map(Self::of_entry)
    }

    /// The fastest back end this processor has.
    pub fn fastest() -> Self {
        Self::available()
            .last()
            .expect("every processor has the portable back end")
    }

    /// The back end of a name, as [`name`](Self::name) gives it.
    ///
    /// # Errors
    ///
    /// [`BackendError::Unknown`] if this architecture has none of this name, and
    /// [`BackendError::Unsupported`] if this processor lacks the instructions.
    pub fn named(name: &str) -> Result<Self, BackendError> {
        let Some(entry) = TABLE.iter().find(|entry| entry.name == name) else {
            return Err(BackendError::Unknown {
                found: name.into(),
                expected: TABLE.iter().map(|entry| entry.name).collect(),
            });
        };
        Self::of_entry(entry).ok_or_else(|| BackendError::Unsupported {
            name: entry.name,
            needs: entry.needs,
            available: Self::available().map(|backend| backend.name).collect(),
        })
    }

    /// The back end named by the environment variable [`TENSORITY_BACKEND`](ENVIRONMENT_VARIABLE),
    /// or the fastest if the variable does not exist.
    ///
    /// # Errors
    ///
    /// As [`named`](Self::named): a name that cannot be honoured is never replaced by another.
    pub fn from_environment() -> Result<Self, BackendError> {
        match env::var_os(ENVIRONMENT_VARIABLE) {
            Some(name) => Self::named(&name.to_string_lossy()),
            None => Ok(Self::fastest()),
        }
    }

    fn of_entry(entry: &Entry) -> Option<Self> {
        let kernel = (entry.detect)()?;
        let name = entry.name;
        Some(Self { name, kernel })
    }

    /// The name: `portable`; on x86-64 also `avx2`, `avxvnni` or `avx512vnni`, on AArch64 `neon`,
    /// `dotprod` or `i8mm`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The makes of SMix that go with this back end: `scalar`, and mostly `vector`.
    pub fn smix_makes(self) -> &'static [Smix] {
        self.kernel.smix().all()
    }

    /// The make of SMix that matrix lists are built with, the fastest on this processor. The first
    /// call of a process times them, which takes some milliseconds.
    pub fn smix(self) -> Smix {
        self.kernel.smix().fastest()
    }

    pub(super) fn kernel(self) -> &'static dyn Kernel {
        self.kernel
    }
}

/// Single stages, to be compared with the functions of the same names in the reference.
impl Backend {
    /// The first multiply of a chain.
    pub fn load(self, m: &PreparedMatrix, state: &mut State) {
        self.kernel.load(m, state);
    }

    /// A multiply of a chain: `product` becomes `a` times the transpose of `m`, reduced. This same
    /// back end must have made `a`; the state of another is in another order.
    pub fn multiply(self, a: &State, m: &PreparedMatrix, product: &mut State) {
        self.kernel.multiply(a, m, m, product);
    }

    /// The elements of a state that this same back end made.
    pub fn to_matrix(self, state: &State) -> Matrix<DIMENSION> {
        let mut sum = [[0; DIMENSION]; DIMENSION];
        self.kernel.add(state, &mut sum);
        Matrix::from_fn(|r, c| sum[r][c].cast_signed())
    }

    /// Multiplies in registers alone with the instruction this back end is built on, `times` in
    /// each of a dozen registers or so, and returns the number of int8 multiply-accumulates done.
    /// Divided by the time it takes, that is the peak of this core. `None` if there is no such
    /// instruction, as in `portable`.
    pub fn multiply_in_registers(self, times: usize) -> Option<u64> {
        self.kernel.multiply_in_registers(times)
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        match cfg!(tensority_cheap) {
            true => f.write_str(" with SHA3 in the place of Tensority"),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backend({self})")
    }
}

/// A back end that this architecture or this processor does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum BackendError {
    /// The architecture has none of this name; `expected` are the names it has.
    #[error("unknown back end: expected {}, found `{found}`", .expected.join(" or "))]
    Unknown {
        found: String,
        expected: Vec<&'static str>,
    },
    /// The processor lacks the instructions `needs`; `available` are the back ends it runs.
    #[error(
        "unsupported back end: {name} needs a processor with {needs}, this one runs {}",
        .available.join(" or ")
    )]
    Unsupported {
        name: &'static str,
        needs: &'static str,
        available: Vec<&'static str>,
    },
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn every_available_back_end_is_found_by_its_name() {
        for backend in Backend::available() {
            assert_eq!(
                Backend::named(backend.name()).unwrap().name(),
                backend.name()
            );
        }
        assert_eq!(Backend::available().next().unwrap().name(), "portable");
    }

    #[test]
    fn refuses_an_unknown_back_end() {
        let error = Backend::named("Portable").unwrap_err().to_string();
        assert!(
            error.starts_with("unknown back end: expected portable"),
            "{error}"
        );
        assert!(error.ends_with("found `Portable`"), "{error}");
    }

    #[test]
    fn refuses_a_back_end_the_processor_lacks() {
        let error = BackendError::Unsupported {
            name: "avx2",
            needs: "AVX2",
            available: std::vec!["portable"],
        };
        assert_eq!(
            error.to_string(),
            "unsupported back end: avx2 needs a processor with AVX2, this one runs portable"
        );
    }
}
