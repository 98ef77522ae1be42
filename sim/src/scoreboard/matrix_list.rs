//! The scoreboard of a matrix list that the core makes: the extended seed, X after each SMix, every matrix.

use tensority_hdl::geometry::Geometry;

use super::mismatch::{Mismatch, compare};
use super::reference::{ExpectedRound, rounds};
use crate::stage::{DigestKind, Event, Stage};

/// Checks the rounds of SMix as they complete.
pub struct MatrixListCheck {
    matrix_bytes: usize,
    /// The extended seed, or X after the round before: the first entry of the round in work.
    entry: Vec<u8>,
    rounds: Box<dyn Iterator<Item = ExpectedRound>>,
    done: usize,
    extended_seed: [u8; 128],
    /// Stage boundaries that were compared and found equal.
    pub checked: u64,
}

impl MatrixListCheck {
    /// A check of the matrix list of `seed`.
    pub fn new(geometry: &Geometry, seed: &[u8; 32]) -> Self {
        let extended_seed = tensority::extended_seed(seed);
        Self {
            matrix_bytes: geometry.matrix_bytes(),
            entry: extended_seed.to_vec(),
            rounds: rounds(geometry.dimension(), seed),
            done: 0,
            extended_seed,
            checked: 0,
        }
    }

    /// Compares one event, and the memory where a round is complete.
    ///
    /// # Errors
    /// If it is not what the reference says.
    pub fn check(&mut self, memory: &[u8], event: &Event) -> Result<(), Mismatch> {
        match event.stage {
            Stage::Digest(DigestKind::Seed(part), digest) => {
                let expected = &self.extended_seed[32 * (part + 1)..][..32];
                let place = [("part", part as u64 + 1)];
                compare("extended seed", &place, event.cycle, expected, &digest)?;
                self.checked += 1;
            }
            Stage::Round(done) if done == self.done + 1 => {
                let Some(expected) = self.rounds.next() else {
                    return Ok(());
                };
                let round = self.done;
                let place = [("round", round as u64)];
                let found = &memory[2 * round * self.matrix_bytes..][..2 * self.matrix_bytes];
                let stage = if round == 0 { "extended seed" } else { "X" };
                compare(stage, &place, event.cycle, &self.entry, &found[..128])?;
                for (i, pair) in expected
                    .matrices
                    .chunks(128)
                    .zip(found.chunks(128))
                    .enumerate()
                {
                    let matrix = 2 * round + i * 128 / self.matrix_bytes;
                    let byte = i * 128 % self.matrix_bytes;
                    let place = [("matrix", matrix as u64), ("byte", byte as u64)];
                    compare("matrix", &place, event.cycle, pair.0, pair.1)?;
                }
                self.entry = expected.x;
                self.done = done;
                self.checked += 3;
            }
            _ => {}
        }
        Ok(())
    }
}
