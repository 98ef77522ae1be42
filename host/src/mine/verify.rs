//! Every nonce that a device reports, hashed again in software.

use super::{
    events::{Event, Events, Found, Verdict},
    watch::Watch,
};
use std::{
    num::NonZero,
    sync::{Arc, mpsc::Receiver},
};
use tensority::fast::{Backend, Caches};

/// The matrix lists that are kept: those of the epoch and of the one before.
const CACHES: NonZero<usize> = NonZero::new(2).unwrap();

/// The verifier as a thread: checks what comes, in its order, until nobody is left to send.
pub fn spawn(backend: Backend, incoming: Receiver<Found>, watch: Arc<Watch>, events: &Events) {
    let sender = events.clone();
    events.spawn("verifier", move || {
        let mut caches = Caches::new(backend, CACHES);
        for found in incoming {
            let verdict = match watch.is_stale(&found.job) {
                true => Verdict::Stale,
                false => verify(&mut caches, &found),
            };
            sender.send(Event::Checked { found, verdict });
        }
    });
}

/// Hashes a nonce that was found and compares the hash with what the device said, then with the
/// target.
fn verify(caches: &mut Caches, found: &Found) -> Verdict {
    let job = &found.job;
    let header = job.header(found.nonce);
    let verdict = caches.verify(&header, &job.template.seed, &job.target);
    let verdict = verdict.expect("leases end below 2^63");
    let pow_hash = verdict.pow_hash;
    if pow_hash != found.hash {
        Verdict::OtherHash { pow_hash }
    } else if verdict.valid {
        let block_hash = verdict.block_hash;
        Verdict::Valid { block_hash }
    } else {
        Verdict::AboveTarget
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mine::job::{Jobs, Template};

    /// A block that a node accepted, found by a device.
    fn found() -> Found {
        let block = testvectors::accepted_blocks().swap_remove(0);
        let header = tensority::BlockHeader::deserialize(&block.serialized).unwrap();
        let nonce = header.nonce;
        let mut jobs = Jobs::default();
        let seed = block.seed;
        jobs.take(Template { header, seed }).unwrap();
        Found {
            device: 0,
            job: Arc::clone(jobs.current().unwrap()),
            nonce,
            hash: block.pow_hash,
        }
    }

    fn verdict(found: &Found) -> Verdict {
        verify(&mut Caches::new(Backend::fastest(), CACHES), found)
    }

    #[test]
    fn a_block_of_a_real_node_is_valid() {
        let block_hash = testvectors::accepted_blocks()[0].block_hash;
        assert_eq!(verdict(&found()), Verdict::Valid { block_hash });
    }

    #[test]
    fn another_hash_is_not_though_the_nonce_is_good() {
        let mut found = found();
        let pow_hash = found.hash;
        found.hash[0] ^= 1;
        assert_eq!(verdict(&found), Verdict::OtherHash { pow_hash });
    }

    #[test]
    fn a_hash_above_the_target_is_not_though_it_is_right() {
        let mut found = found();
        let job = Arc::get_mut(&mut found.job).unwrap();
        job.target = tensority::Target::from_le_bytes(found.hash).unwrap();
        assert!(matches!(verdict(&found), Verdict::Valid { .. }), "equal");
        let job = Arc::get_mut(&mut found.job).unwrap();
        let below = job.target.to_value() - 1;
        job.target = tensority::Target::from_value(&below).unwrap();
        assert_eq!(verdict(&found), Verdict::AboveTarget);
    }
}
