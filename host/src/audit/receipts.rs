//! `tensority audit receipts`: shares hashed again, and credit held against work.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::PathBuf;
use std::{fmt, fs};

use serde::Serialize;
use tensority::fast::{Backend, MatrixLists};
use tensority_command::print_as;
use tensority_payment::receipt::{Credit, Entry, ReceiptFault, Receipts, Recomputation};
use tensority_telemetry::account::Interval;
use tensority_telemetry::poisson;

use crate::failure::Failure;

/// The matrix lists that are kept: those of an epoch and of the one before.
const LISTS: NonZero<usize> = NonZero::new(2).unwrap();

const HELP: &str = "\
Each share is hashed again under the seed of its receipt and compared with its target; one that comes
twice counts once. For each source the accepted shares are held against the work that was done: their
number is a Poisson variable, so of honest runs one in forty lies below its 95 % interval, and one in
forty above.

A receipt proves work. It does not prove that the source gave this work, nor that it has paid for it.
Exit codes: 0 if all is right; 1 if a receipt proves nothing, or a source accepted too few shares; 64
for arguments; 65 for a file of something else; 66 for one that cannot be read, 77 if it may not be.";

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// What `tensority mine --receipts` wrote.
    file: PathBuf,
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
}

/// What came of all receipts.
#[derive(Default, Serialize)]
struct Report {
    /// Receipts of shares.
    shares: usize,
    /// Those that prove nothing.
    wrong: Vec<Wrong>,
    /// Shares that are blocks.
    blocks: Vec<Block>,
    sources: Vec<Source>,
    /// The bytes of a last line that a crash left without its end.
    torn_bytes: usize,
    right: bool,
}

#[derive(Serialize)]
struct Wrong {
    line: usize,
    #[serde(flatten)]
    fault: ReceiptFault,
}

#[derive(Serialize)]
struct Block {
    source: String,
    height: u64,
    block_hash: String,
    answer: Credit,
}

#[derive(Serialize)]
struct Source {
    name: String,
    answers: BTreeMap<Credit, u64>,
    /// The work that accepted shares stand for, in hashes.
    credited_hashes: f64,
    /// The work that was done, in hashes.
    hashes: u64,
    /// The shares that it gives on average.
    expected_shares: f64,
    /// The 95 % interval of the shares that as many accepted ones stand for.
    interval: Option<(f64, f64)>,
    verdict: Verdict,
}

/// Credit against work.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// As many as chance explains.
    Right,
    /// Fewer.
    TooFew,
    /// More.
    TooMany,
    /// No work is written down.
    Unknown,
}

/// Recomputes a file of receipts, and prints what came of it.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = &arguments.file;
    let backend = Backend::from_environment()?;
    let bytes = fs::read(path).map_err(|error| Failure::cannot_read(path, &error))?;
    let receipts = Receipts::parse(&bytes)
        .map_err(|error| Failure::data(format!("{}, {error}", path.display())))?;
    let lists = MatrixLists::new(backend, LISTS);
    let report = recompute(&receipts, Recomputation::new(lists));
    print_as(arguments.json, &report)?;
    match report.right {
        true => Ok(()),
        // The report says it all.
        false => Err(Failure::unmet("")),
    }
}

fn recompute(receipts: &Receipts, mut recomputation: Recomputation) -> Report {
    let mut report = Report {
        torn_bytes: receipts.torn,
        ..Report::default()
    };
    let mut sources = BTreeMap::<&str, Source>::new();
    for (line, entry) in &receipts.entries {
        match entry {
            Entry::Work(work) => {
                let source = sources
                    .entry(&work.source)
                    .or_insert_with(|| Source::new(&work.source));
                source.hashes = source.hashes.saturating_add(work.hashes);
                source.expected_shares += work.expected_shares;
            }
            Entry::Share(share) => {
                report.shares += 1;
                let source = sources
                    .entry(&share.source)
                    .or_insert_with(|| Source::new(&share.source));
                let proof = match recomputation.check(*line, share) {
                    Ok(proof) => proof,
                    Err(fault) => {
                        report.wrong.push(Wrong { line: *line, fault });
                        continue;
                    }
                };
                *source.answers.entry(share.answer).or_default() += 1;
                if share.answer == Credit::Accepted {
                    source.credited_hashes += proof.difficulty;
                }
                if proof.is_block {
                    report.blocks.push(Block {
                        source: share.source.clone(),
                        height: proof.header.height,
                        block_hash: hex::encode(proof.block_hash),
                        answer: share.answer,
                    });
                }
            }
        }
    }
    report.sources = sources.into_values().map(Source::judged).collect();
    let too_few = |source: &Source| source.verdict == Verdict::TooFew;
    report.right = report.wrong.is_empty() && !report.sources.iter().any(too_few);
    report
}

impl Source {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            answers: BTreeMap::new(),
            credited_hashes: 0.0,
            hashes: 0,
            expected_shares: 0.0,
            interval: None,
            verdict: Verdict::Unknown,
        }
    }

    fn accepted(&self) -> u64 {
        self.answers.get(&Credit::Accepted).copied().unwrap_or(0)
    }

    /// With the interval of its accepted shares, and what it says of the work.
    fn judged(mut self) -> Self {
        if self.hashes == 0 {
            return self;
        }
        let interval = poisson::rate(self.accepted(), 1.0, 1.0);
        if let Some(Interval { low, high, .. }) = interval {
            self.interval = Some((low, high));
            self.verdict = match self.expected_shares {
                expected if expected > high => Verdict::TooFew,
                expected if expected < low => Verdict::TooMany,
                _ => Verdict::Right,
            };
        }
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Wrong { line, fault } in &self.wrong {
            writeln!(f, "line {line}: WRONG: {fault}")?;
        }
        for block in &self.blocks {
            let Block {
                source,
                height,
                block_hash,
                answer,
            } = block;
            writeln!(
                f,
                "block {height} {block_hash} for {source}: {}",
                word(*answer)
            )?;
        }
        for source in &self.sources {
            writeln!(f, "{source}")?;
        }
        if self.torn_bytes > 0 {
            let bytes = self.torn_bytes;
            writeln!(f, "the last line has no end, {bytes} bytes of it: left out")?;
        }
        writeln!(
            f,
            "not proven: that the sources gave this work, and that they have paid for it"
        )?;
        let wrong = self.wrong.len();
        write!(
            f,
            "{} shares hashed again, {} right, {wrong} wrong",
            self.shares,
            self.shares - wrong
        )
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answers = self.answers.iter();
        let answers: Vec<_> = answers
            .map(|(answer, count)| format!("{} {count}", word(*answer)))
            .collect();
        write!(f, "{}: {}", self.name, answers.join(", "))?;
        let Some((low, high)) = self.interval else {
            return f.write_str("; no work is written down to hold them against");
        };
        let (hashes, expected) = (self.hashes, self.expected_shares);
        write!(
            f,
            "; {hashes} hashes give {expected:.1} on average, as many accepted ones stand for {low:.1} to \
             {high:.1} (95 %): "
        )?;
        f.write_str(match self.verdict {
            Verdict::Right | Verdict::Unknown => "right",
            Verdict::TooFew => "TOO FEW",
            Verdict::TooMany => "more than the work explains",
        })
    }
}

fn word(answer: Credit) -> &'static str {
    match answer {
        Credit::Accepted => "accepted",
        Credit::Stale => "stale",
        Credit::Rejected => "rejected",
        Credit::Unanswered => "unanswered",
        Credit::NotSent => "not sent",
    }
}
