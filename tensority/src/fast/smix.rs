//! The makes of SMix, and the choice of one.
//!
//! SMix is one long chain of additions, rotations and exclusive ors, so only the latency of these
//! counts. Vectors do four quarter rounds at once and win where a vector instruction takes one
//! cycle, as on Zen 4; where it takes two, as on Zen 5, scalar code does. The name of a processor
//! does not tell which, so each make is timed, once per process and back end. All makes compute
//! the same.

mod scalar;

use std::fmt;
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::vec::Vec;

pub(super) use scalar::SCALAR;

use super::memory::{Entries, PreparedMatrix};

/// The loops of a round of SMix. A value of an implementing type exists only where the processor
/// has the instructions that its methods use.
pub(super) trait Loops: Sync {
    /// The fill loop of [`smix`](crate::smix): writes V, moves `x` on, and copies the even-numbered
    /// entries to the rows of `even` and the odd-numbered to those of `odd`.
    fn fill(
        &self,
        x: &mut [u32; 32],
        v: &mut Entries,
        even: &mut PreparedMatrix,
        odd: &mut PreparedMatrix,
    );

    /// The mix loop of [`smix`](crate::smix), with the V that [`fill`](Self::fill) wrote last.
    fn mix(&self, x: &mut [u32; 32], v: &Entries);
}

/// A make of SMix that goes with a back end.
#[derive(Clone, Copy)]
pub struct Smix {
    name: &'static str,
    pub(super) loops: &'static dyn Loops,
}

impl Smix {
    pub(super) const fn new(name: &'static str, loops: &'static dyn Loops) -> Self {
        Self { name, loops }
    }

    /// `scalar` or `vector`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// A round, to be compared with [`smix_round`](crate::smix_round()) of the reference.
    pub fn round(self, x: &mut [u32; 32]) -> [PreparedMatrix; 2] {
        let [mut even, mut odd] = [PreparedMatrix::ZERO; 2];
        let mut v = Entries::zero();
        self.loops.fill(x, &mut v, &mut even, &mut odd);
        self.loops.mix(x, &v);
        even.update_starts();
        odd.update_starts();
        [even, odd]
    }
}

impl fmt::Display for Smix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Smix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smix({self})")
    }
}

/// The makes of SMix of a back end, and the fastest of them once it is known.
pub(super) struct Makes {
    makes: &'static [Smix],
    fastest: OnceLock<Smix>,
}

impl Makes {
    /// At least one make; of those that are equally fast the first is taken.
    pub(super) const fn new(makes: &'static [Smix]) -> Self {
        assert!(!makes.is_empty());
        Self {
            makes,
            fastest: OnceLock::new(),
        }
    }

    pub(super) fn all(&self) -> &'static [Smix] {
        self.makes
    }

    /// The make that is fastest on this processor. The first call takes about 2 ms.
    pub(super) fn fastest(&self) -> Smix {
        *self.fastest.get_or_init(|| match self.makes {
            [only] => *only,
            makes => fastest(makes),
        })
    }
}

/// Times a mix loop of each make by turns. The least time counts: that in which nothing disturbed.
fn fastest(makes: &[Smix]) -> Smix {
    /// One may be interrupted, or run while the processor's clock still rises.
    const TURNS: usize = 8;
    let v = Entries::zero();
    let mut timed: Vec<_> = makes.iter().map(|make| (make, Duration::MAX)).collect();
    for _ in 0..TURNS {
        for (make, least) in &mut timed {
            let mut x = [1; 32];
            let start = Instant::now();
            make.loops.mix(black_box(&mut x), &v);
            *least = start.elapsed().min(*least);
        }
    }
    let fastest = timed.iter().min_by_key(|(_, least)| *least);
    *fastest.expect("there is a make").0
}
