//! What a node wants, as numbered jobs.

use std::sync::Arc;
use tensority::{BlockHeader, Error, Target};
use tensority_device::device::{self, Message};

/// How much newer, by the node's clock, a template's timestamp must be to make a new job, in
/// seconds. Every answer of a node has another one, and an old one stays valid as long as its
/// parent is the last block.
const REFRESH_SECONDS: u64 = 60;

/// The next block as a node gives it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The header; its nonce is 0, whatever the node had there.
    pub header: BlockHeader,
    /// The seed of the block's epoch.
    pub seed: [u8; 32],
}

/// A template with a number and its target.
#[derive(Debug, PartialEq, Eq)]
pub struct Job {
    /// The number, greater than that of every job before.
    pub number: u32,
    /// The template.
    pub template: Template,
    /// The target of the template's bits.
    pub target: Target,
}

impl Job {
    /// The header with a nonce.
    pub fn header(&self, nonce: u64) -> BlockHeader {
        BlockHeader {
            nonce,
            ..self.template.header.clone()
        }
    }

    /// The height of the block.
    pub fn height(&self) -> u64 {
        self.template.header.height
    }

    /// The job as devices take it.
    pub fn for_device(&self) -> device::Job {
        device::Job {
            number: self.number,
            message: Message::Header(self.template.header.prefix()),
            seed: self.template.seed,
            target: self.target,
        }
    }
}

/// What a template means for the work under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Same,
    /// It stays good; what is handed out from now on has a newer timestamp.
    Update,
    /// It is worthless: the node takes no block of it.
    Replace,
}

/// The jobs of a node, of which the last is the current one.
#[derive(Debug, Default)]
pub struct Jobs {
    current: Option<Arc<Job>>,
    oldest_good: u32,
    /// The node refused the current job's timestamp.
    too_old: bool,
}

impl Jobs {
    /// Takes a template, and makes a job of it if it changes anything.
    ///
    /// # Errors
    ///
    /// [`Error::NegativeTarget`] or [`Error::ZeroTarget`], of bits that no hash meets.
    pub fn take(&mut self, template: Template) -> Result<Change, Error> {
        let change = match &self.current {
            Some(job) => match change(&job.template, &template) {
                Change::Same if self.too_old && is_newer(&template, &job.template) => {
                    Change::Replace
                }
                change => change,
            },
            None => Change::Replace,
        };
        if change == Change::Same {
            return Ok(change);
        }
        let number = self.current.as_ref().map_or(0, |job| job.number) + 1;
        let target = Target::from_bits(template.header.bits)?;
        if change == Change::Replace {
            self.oldest_good = number;
        }
        self.too_old = false;
        self.current = Some(Arc::new(Job {
            number,
            template,
            target,
        }));
        Ok(change)
    }

    /// The current job.
    pub fn current(&self) -> Option<&Arc<Job>> {
        self.current.as_ref()
    }

    /// The number of the oldest job whose block the node would take; that of a job to come if there
    /// is none.
    pub fn oldest_good(&self) -> u32 {
        self.oldest_good
    }

    /// Whether the node would take no block of this job.
    pub fn is_stale(&self, job: &Job) -> bool {
        job.number < self.oldest_good
    }

    /// The parent of this job is no longer the last block: it is stale, and so are those made of
    /// the same parent.
    pub fn outrun(&mut self, job: &Job) {
        if let Some(current) = self.current.as_ref().filter(|_| !self.is_stale(job)) {
            self.oldest_good = current.number + 1;
        }
    }

    /// The node refused the timestamp of this job: it is stale until a greater one comes. Blocks
    /// that follow each other within a second are refused so.
    pub fn refuse_timestamp(&mut self, job: &Job) {
        if self
            .current
            .as_ref()
            .is_some_and(|current| **current == *job)
        {
            self.outrun(job);
            self.too_old = true;
        }
    }
}

/// A node puts its own transactions under a submitted nonce, so other roots are as bad as another
/// parent; only a timestamp it takes from the submit.
fn change(old: &Template, new: &Template) -> Change {
    let with_old_timestamp = Template {
        header: BlockHeader {
            timestamp: old.header.timestamp,
            ..new.header.clone()
        },
        ..*new
    };
    if with_old_timestamp != *old {
        return Change::Replace;
    }
    match new.header.timestamp.checked_sub(old.header.timestamp) {
        Some(newer) if newer >= REFRESH_SECONDS => Change::Update,
        _ => Change::Same,
    }
}

fn is_newer(new: &Template, old: &Template) -> bool {
    new.header.timestamp > old.header.timestamp
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        Template {
            header: BlockHeader {
                version: 1,
                height: 7,
                timestamp: 1_000_000,
                bits: 0x2000_0000_000c_cccc,
                ..BlockHeader::default()
            },
            seed: [9; 32],
        }
    }

    fn with(edit: impl FnOnce(&mut Template)) -> Template {
        let mut template = template();
        edit(&mut template);
        template
    }

    #[test]
    fn the_first_template_is_a_job() {
        let mut jobs = Jobs::default();
        assert!(jobs.current().is_none());
        assert_eq!(jobs.take(template()), Ok(Change::Replace));
        let job = jobs.current().unwrap();
        assert_eq!((job.number, job.height()), (1, 7));
        assert!(!jobs.is_stale(job));
    }

    #[test]
    fn the_same_template_a_little_later_changes_nothing() {
        let mut jobs = Jobs::default();
        jobs.take(template()).unwrap();
        for seconds in [0, 1, REFRESH_SECONDS - 1] {
            let later = with(|t| t.header.timestamp += seconds);
            assert_eq!(jobs.take(later), Ok(Change::Same));
        }
        let earlier = with(|t| t.header.timestamp -= 500);
        assert_eq!(jobs.take(earlier), Ok(Change::Same));
        assert_eq!(jobs.current().unwrap().number, 1);
    }

    #[test]
    fn a_much_later_timestamp_updates_and_old_work_stays_good() {
        let mut jobs = Jobs::default();
        jobs.take(template()).unwrap();
        let old = Arc::clone(jobs.current().unwrap());
        let later = with(|t| t.header.timestamp += REFRESH_SECONDS);
        assert_eq!(jobs.take(later), Ok(Change::Update));
        assert_eq!(jobs.current().unwrap().number, 2);
        assert!(!jobs.is_stale(&old));
    }

    #[test]
    fn any_other_field_replaces_and_old_work_is_stale() {
        let edits: [fn(&mut Template); 7] = [
            |t| t.header.previous_block_hash[31] ^= 1,
            |t| t.header.transaction_merkle_root[0] ^= 1,
            |t| t.header.transaction_status_hash[0] ^= 1,
            |t| t.header.height += 1,
            |t| t.header.version += 1,
            |t| t.header.bits += 1,
            |t| t.seed[0] ^= 1,
        ];
        for edit in edits {
            let mut jobs = Jobs::default();
            jobs.take(template()).unwrap();
            let old = Arc::clone(jobs.current().unwrap());
            assert_eq!(jobs.take(with(edit)), Ok(Change::Replace));
            assert!(jobs.is_stale(&old));
            assert!(!jobs.is_stale(jobs.current().unwrap()));
        }
    }

    #[test]
    fn a_job_that_was_outrun_is_stale_until_another_parent_comes() {
        let mut jobs = Jobs::default();
        jobs.take(template()).unwrap();
        let old = Arc::clone(jobs.current().unwrap());
        jobs.outrun(&old);
        assert!(jobs.is_stale(&old));
        assert_eq!(jobs.take(template()), Ok(Change::Same));
        assert!(jobs.is_stale(&old), "an answer from before the block");
        let next = with(|t| t.header.previous_block_hash = [1; 32]);
        assert_eq!(jobs.take(next), Ok(Change::Replace));
        let current = Arc::clone(jobs.current().unwrap());
        jobs.outrun(&old);
        assert!(
            !jobs.is_stale(&current),
            "the old job takes nothing with it"
        );
    }

    #[test]
    fn a_refused_timestamp_is_replaced_by_the_next_greater_one() {
        let mut jobs = Jobs::default();
        jobs.take(template()).unwrap();
        let old = Arc::clone(jobs.current().unwrap());
        jobs.refuse_timestamp(&old);
        assert!(jobs.is_stale(&old));
        assert_eq!(jobs.take(template()), Ok(Change::Same));
        let second_later = with(|t| t.header.timestamp += 1);
        assert_eq!(jobs.take(second_later), Ok(Change::Replace));
        assert!(jobs.is_stale(&old) && !jobs.is_stale(jobs.current().unwrap()));
        jobs.refuse_timestamp(&old);
        let later = with(|t| t.header.timestamp += 2);
        assert_eq!(jobs.take(later), Ok(Change::Same), "that was the old job");
    }

    #[test]
    fn bits_that_no_hash_meets_are_refused_and_the_job_stays() {
        let mut jobs = Jobs::default();
        jobs.take(template()).unwrap();
        let zero = with(|t| t.header.bits = 0);
        assert!(matches!(jobs.take(zero), Err(Error::ZeroTarget { .. })));
        assert_eq!(jobs.current().unwrap().template, template());
    }

    #[test]
    fn devices_get_the_prefix_and_a_submit_the_nonce() {
        let mut jobs = Jobs::default();
        jobs.take(template()).unwrap();
        let job = jobs.current().unwrap();
        let header = job.header(77);
        assert_eq!(header.nonce, 77);
        assert_eq!(
            job.for_device().message,
            Message::Header(header.prefix()),
            "the nonce is no part of it"
        );
    }
}
