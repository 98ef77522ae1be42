//! The processor: with what it hashes results again, whether that is right, and with how many threads.

use std::num::NonZero;
use std::thread;

use tensority::fast::{self, Backend, MatrixList};
use tensority_device::known_answer::KnownAnswer;

use super::finding::{Check, Finding};
use crate::failure::Failure;

/// What is known of the processor.
#[derive(Debug)]
pub struct Processor {
    /// The name of the back end, or why there is none.
    pub backend: Result<&'static str, String>,
    /// Whether the known answer was right; nothing if it was not asked for.
    pub is_right: Option<bool>,
    pub cores: usize,
    /// Threads that mine.
    pub miners: usize,
    /// Threads that hash again.
    pub verifiers: usize,
}

/// Has the processor hash, unless `quick`. `devices` are the threads of the devices that are processors; those without
/// a number have one for each core.
pub fn look(devices: &[Option<NonZero<usize>>], verifiers: u64, quick: bool) -> Processor {
    let backend = Backend::from_environment();
    let known = KnownAnswer::GENESIS;
    let is_right = |backend| {
        let list = MatrixList::build(backend, &known.seed);
        fast::hash(&known.header_hash, &list) == known.pow_hash
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = devices.iter().map(|it| it.map_or(cores, NonZero::get));
    Processor {
        is_right: match &backend {
            Ok(backend) if !quick => Some(is_right(*backend)),
            _ => None,
        },
        backend: match backend {
            Ok(backend) => Ok(backend.name()),
            Err(error) => Err(Failure::from(error).to_string()),
        },
        cores,
        miners: threads.sum(),
        verifiers: usize::try_from(verifiers).unwrap_or(usize::MAX),
    }
}

pub fn judge(processor: &Processor) -> Vec<Finding> {
    let check = Check::new("processor", "this machine");
    let hash = match (&processor.backend, processor.is_right) {
        (Err(reason), _) => check.fail(reason, "unset TENSORITY_BACKEND"),
        (Ok(name), None) => check.skip(format!("{name}, not asked for a hash")),
        (Ok(name), Some(true)) => check.pass(format!("{name}, the known answer is right")),
        (Ok(name), Some(false)) => check.fail(
            format!("{name}, the known answer is wrong: results would be judged wrongly"),
            "set TENSORITY_BACKEND=portable; if that is wrong too, the machine miscalculates: test its memory",
        ),
    };
    let Processor {
        cores,
        miners,
        verifiers,
        ..
    } = processor;
    let check = Check::new("threads", "this machine");
    let found = format!("mining {miners}, hashing again {verifiers}, cores {cores}");
    let threads = match miners > cores || verifiers > cores {
        true => check.warn(
            found,
            "give -d cpu:N and verify.threads no more than there are cores",
        ),
        false => check.pass(found),
    };
    vec![hash, threads]
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn processor() -> Processor {
        Processor {
            backend: Ok("avx2"),
            is_right: Some(true),
            cores: 4,
            miners: 4,
            verifiers: 1,
        }
    }

    #[test]
    fn a_processor_has_to_hash_right() {
        let with = |backend: Result<_, &str>, is_right| {
            let processor = Processor {
                backend: backend.map_err(str::to_owned),
                is_right,
                ..processor()
            };
            judge(&processor).swap_remove(0)
        };
        with(Ok("avx2"), Some(true)).assert(Verdict::Pass, "avx2", "");
        with(Ok("avx2"), None).assert(Verdict::Skip, "avx2", "");
        with(Ok("avx2"), Some(false)).assert(Verdict::Fail, "wrong", "portable");
        with(Err("no sse9"), None).assert(Verdict::Fail, "no sse9", "unset");
    }

    #[test]
    fn more_threads_than_cores_are_warned_of() {
        let with = |miners, verifiers| {
            let processor = Processor {
                miners,
                verifiers,
                ..processor()
            };
            judge(&processor).swap_remove(1)
        };
        with(4, 1).assert(Verdict::Pass, "mining 4", "");
        with(5, 1).assert(Verdict::Warn, "mining 5", "cpu:N");
        with(0, 9).assert(Verdict::Warn, "again 9", "verify.threads");
    }

    #[test]
    fn this_processor_hashes_right() {
        let processor = look(&[None, NonZero::new(2)], 1, false);
        assert_eq!(processor.is_right, Some(true));
        assert_eq!(processor.miners, processor.cores + 2);
    }
}
