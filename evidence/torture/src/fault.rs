//! Faults, drawn from a seed: what fails next, when, and for how long.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// What a pool can be told to do wrong without finding fault with good shares, or changing what is one.
const MISBEHAVIOURS: [&str; 14] = [
    "late=50ms",
    "late=700ms",
    "split",
    "garbage",
    "odd-replies=minus-one",
    "odd-replies=text-ids",
    "odd-replies=number-job-id",
    "no-newline",
    "job-storm=20",
    "disconnect=2s",
    "silent=2s",
    "forget-jobs=3s",
    "forget-login=3s",
    "no-template",
];

/// Something that fails, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// So many bytes of a million of a board's line are spoilt.
    Noise {
        /// The board.
        board: usize,
        /// Bytes of a million.
        per_million: u32,
        /// For how long.
        time: Duration,
    },
    /// A board is unplugged, and plugged in again.
    Unplug {
        /// The board.
        board: usize,
        /// For how long.
        time: Duration,
    },
    /// A board's reset button is pressed.
    Reset {
        /// The board.
        board: usize,
    },
    /// A pool stands still, with its connections open.
    HangPool {
        /// The pool.
        pool: usize,
        /// For how long.
        time: Duration,
    },
    /// A pool is killed, and comes again with a chain of its own and these misbehaviours.
    KillPool {
        /// The pool.
        pool: usize,
        /// For how long it is away.
        time: Duration,
        /// As of `tensority pool --misbehave`.
        misbehaviours: Vec<&'static str>,
    },
    /// The node stands still.
    HangNode {
        /// For how long.
        time: Duration,
    },
    /// The node is killed, and comes again with its chain.
    KillNode {
        /// For how long it is away.
        time: Duration,
    },
    /// The disk of the miner's state, history and receipts is full.
    FillDisk {
        /// For how long.
        time: Duration,
    },
    /// The miner is killed, and started again with its state.
    KillMiner {
        /// For how long it is away.
        time: Duration,
    },
    /// The miner is told to end, and started again.
    EndMiner,
    /// The miner's clock is off by so many seconds from now on.
    StepClock {
        /// Seconds.
        seconds: i64,
    },
}

/// Names and weights of faults.
const WEIGHTS: [(&str, u32); 11] = [
    ("noise", 4),
    ("unplug", 3),
    ("reset", 3),
    ("hang pool", 2),
    ("kill pool", 2),
    ("hang node", 1),
    ("kill node", 1),
    ("fill disk", 2),
    ("kill miner", 2),
    ("end miner", 1),
    ("step clock", 2),
];

impl Fault {
    /// What it is called where faults are counted.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Noise { .. } => "noise",
            Self::Unplug { .. } => "unplug",
            Self::Reset { .. } => "reset",
            Self::HangPool { .. } => "hang pool",
            Self::KillPool { .. } => "kill pool",
            Self::HangNode { .. } => "hang node",
            Self::KillNode { .. } => "kill node",
            Self::FillDisk { .. } => "fill disk",
            Self::KillMiner { .. } => "kill miner",
            Self::EndMiner => "end miner",
            Self::StepClock { .. } => "step clock",
        }
    }
}

/// Draws faults.
#[derive(Debug)]
pub struct Draw {
    random: StdRng,
    boards: usize,
    pools: usize,
    gap: Duration,
}

impl Draw {
    /// The faults of a seed, for so many boards and pools, one in `gap` on average.
    pub fn new(seed: u64, boards: usize, pools: usize, gap: Duration) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            boards,
            pools,
            gap,
        }
    }

    /// The time until the next fault, which may come at any moment.
    pub fn gap(&mut self) -> Duration {
        let uniform: f64 = self.random.random_range(f64::EPSILON..1.0);
        self.gap.mul_f64(-uniform.ln())
    }

    /// The next fault.
    pub fn fault(&mut self) -> Fault {
        let (boards, pools) = (self.boards, self.pools);
        let random = &mut self.random;
        let drawn = WEIGHTS.choose_weighted(random, |(_, weight)| *weight);
        let (name, _) = drawn.expect("weights above 0");
        let board = random.random_range(0..boards);
        let pool = random.random_range(0..pools);
        let mut seconds = |most: f64| Duration::from_secs_f64(random.random_range(0.0..most));
        match *name {
            "noise" => Fault::Noise {
                board,
                time: seconds(3.0),
                per_million: 10_u32.pow(random.random_range(2..5)),
            },
            "unplug" => Fault::Unplug {
                board,
                time: seconds(2.0),
            },
            "reset" => Fault::Reset { board },
            "hang pool" => Fault::HangPool {
                pool,
                time: seconds(8.0),
            },
            "kill pool" => Fault::KillPool {
                pool,
                time: seconds(3.0),
                misbehaviours: misbehaviours(random),
            },
            "hang node" => Fault::HangNode { time: seconds(8.0) },
            "kill node" => Fault::KillNode { time: seconds(3.0) },
            "fill disk" => Fault::FillDisk { time: seconds(4.0) },
            "kill miner" => Fault::KillMiner { time: seconds(0.5) },
            "end miner" => Fault::EndMiner,
            _ => Fault::StepClock {
                seconds: random.random_range(-200_000..200_000),
            },
        }
    }
}

/// None, one or two; half of all pools are good.
fn misbehaviours(random: &mut StdRng) -> Vec<&'static str> {
    let count = [0, 0, 1, 2].choose(random).copied().unwrap_or(0);
    MISBEHAVIOURS
        .choose_multiple(random, count)
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_stands_for_its_faults_and_every_kind_comes() {
        let draw = |seed| {
            let mut draw = Draw::new(seed, 3, 2, Duration::from_secs(1));
            let faults = (0..500).map(|_| (draw.gap(), draw.fault()));
            faults.collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let faults = draw(1);
        let kinds: BTreeSet<_> = faults.iter().map(|(_, fault)| fault.name()).collect();
        assert_eq!(kinds.len(), WEIGHTS.len());
        let mean = faults.iter().map(|(gap, _)| gap.as_secs_f64()).sum::<f64>() / 500.0;
        assert!((0.8..1.2).contains(&mean), "{mean}");
    }
}
