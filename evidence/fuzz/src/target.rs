//! A fuzz target: a decoder and what is claimed of it.

use crate::memory;
use crate::targets::TARGETS;

/// A decoder and what is claimed of it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name on the command line and of its files.
    pub name: &'static str,
    /// What is read, and by whom.
    pub about: &'static str,
    /// What is claimed besides: no panic, no hang, no memory beyond [`Self::memory_per_byte`].
    pub claims: &'static str,
    /// Bytes of the longest input.
    pub longest: usize,
    /// Bytes of memory that a byte of input may take, beside a fixed allowance.
    pub memory_per_byte: usize,
    /// Good inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Panics where a claim does not hold.
    pub(crate) check: fn(&[u8]),
}

/// There is no target of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTarget(String);

impl std::fmt::Display for UnknownTarget {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        let names = names.join(", ");
        write!(
            formatter,
            "expected a target of {names}, found {:?}",
            self.0
        )
    }
}

impl std::error::Error for UnknownTarget {}

impl Target {
    /// The target of a name.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(name: &str) -> Result<&'static Self, UnknownTarget> {
        let mut targets = TARGETS.iter();
        let found = targets.find(|target| target.name == name);
        found.ok_or_else(|| UnknownTarget(name.to_owned()))
    }

    /// The target of a name, when a program is compiled.
    ///
    /// # Panics
    /// If there is none.
    pub const fn named(name: &str) -> Self {
        let mut index = 0;
        while index < TARGETS.len() {
            if is_same(TARGETS[index].name.as_bytes(), name.as_bytes()) {
                return TARGETS[index];
            }
            index += 1;
        }
        panic!("no target has this name")
    }

    /// Decodes an input.
    ///
    /// # Panics
    /// If a claim does not hold.
    pub fn run(&self, bytes: &[u8]) {
        let bytes = bytes.get(..self.longest).unwrap_or(bytes);
        memory::limited(self.memory_per_byte * bytes.len(), || (self.check)(bytes));
    }
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}
