//! Succession of a node's templates.

use std::time::{Duration, Instant};

use tensority::BlockHeader;

use crate::template::Template;

/// How far, by the node's clock, a template's timestamp must be from that of the work under way to
/// make new work, in seconds. Every answer of a node has another one, and an old one stays valid as
/// long as its parent is the last block.
const REFRESH_SECONDS: u64 = 60;
/// How far a block's timestamp may be ahead of the node's clock, in seconds.
const AHEAD_SECONDS: u64 = 3600;
/// How long after a block a node may still give out its parent. What is asked for later is believed.
const DOUBT: Duration = Duration::from_secs(2);

/// What a template means for the work under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    /// It stays good; what is handed out from now on has a newer timestamp.
    Update,
    /// It is worthless: the node takes no block of it.
    Replace,
}

/// How a block stands with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Open,
    /// It is the last one: the node has it.
    Taken,
    /// The node would not take it any more.
    Over,
}

/// The templates of a node, of which the last that made work counts.
#[derive(Debug, Default)]
pub struct Templates {
    current: Option<Template>,
    state: State,
}

/// Whether the current template's work is good.
#[derive(Debug, Default)]
enum State {
    #[default]
    Good,
    /// Its parent has got its block.
    Outrun {
        since: Instant,
    },
    Refused,
}

impl Templates {
    /// Takes a template that was asked for at a certain time.
    pub fn take(&mut self, template: Template, asked: Instant) -> Change {
        let change = match &self.current {
            Some(current) => match self.state {
                State::Good => change(current, &template),
                State::Outrun { since } => match is_of_parent(current, &template) {
                    true if asked < since + DOUBT => Change::Same,
                    _ => Change::Replace,
                },
                State::Refused => match change(current, &template) {
                    Change::Same if !is_newer(&template, current) => Change::Same,
                    _ => Change::Replace,
                },
            },
            None => Change::Replace,
        };
        if change != Change::Same {
            self.current = Some(template);
            self.state = State::Good;
        }
        change
    }

    /// The template whose work is under way, if it is good.
    pub fn current(&self) -> Option<&Template> {
        let is_good = matches!(self.state, State::Good);
        self.current.as_ref().filter(|_| is_good)
    }

    /// How a block with its nonce stands.
    pub fn standing(&self, header: &BlockHeader) -> Standing {
        let Some(current) = &self.current else {
            return Standing::Open;
        };
        if current.header.previous_block_hash == header.hash() {
            return Standing::Taken;
        }
        let is_over = match self.state {
            _ if !is_same(&current.header, header) => true,
            State::Good => false,
            State::Outrun { .. } => true,
            State::Refused => current.header.timestamp == header.timestamp,
        };
        match is_over {
            true => Standing::Over,
            false => Standing::Open,
        }
    }

    /// The parent of this block has got a block, this one or another. Whether all work is worthless
    /// by that.
    pub fn outrun(&mut self, header: &BlockHeader) -> bool {
        let parent = header.previous_block_hash;
        let hit = self
            .current()
            .is_some_and(|current| current.header.previous_block_hash == parent);
        if hit {
            let since = Instant::now();
            self.state = State::Outrun { since };
        }
        hit
    }

    /// The node refused the timestamp of this block. Blocks that follow each other within a second are
    /// refused so. Whether all work is worthless by that: it is until another timestamp comes.
    pub fn refuse_timestamp(&mut self, header: &BlockHeader) -> bool {
        let hit = self.current().is_some_and(|current| {
            is_same(&current.header, header) && current.header.timestamp == header.timestamp
        });
        if hit {
            self.state = State::Refused;
        }
        hit
    }
}

/// A node puts its own transactions under a submitted nonce, so other roots are as bad as another
/// parent; only a timestamp it takes from the submit. Its clock may be set, back too.
fn change(old: &Template, new: &Template) -> Change {
    let of_old_work = is_same(&old.header, &new.header) && old.seed == new.seed;
    let (old, new) = (old.header.timestamp, new.header.timestamp);
    if !of_old_work || old.saturating_sub(new) > AHEAD_SECONDS {
        Change::Replace
    } else if old.abs_diff(new) >= REFRESH_SECONDS {
        Change::Update
    } else {
        Change::Same
    }
}

/// Whether two headers differ in what a miner may choose at most: nonce and timestamp.
fn is_same(one: &BlockHeader, other: &BlockHeader) -> bool {
    let BlockHeader {
        nonce, timestamp, ..
    } = *one;
    let other = BlockHeader {
        nonce,
        timestamp,
        ..other.clone()
    };
    *one == other
}

fn is_of_parent(one: &Template, other: &Template) -> bool {
    one.header.previous_block_hash == other.header.previous_block_hash
}

fn is_newer(new: &Template, old: &Template) -> bool {
    new.header.timestamp > old.header.timestamp
}

#[cfg(test)]
mod tests {
    use tensority::Target;

    use super::*;

    const TIME: u64 = 1_000_000;

    fn template() -> Template {
        let header = BlockHeader {
            version: 1,
            height: 7,
            timestamp: TIME,
            bits: 0x2000_0000_000c_cccc,
            ..BlockHeader::default()
        };
        Template::of_block(header, [9; 32], Target::MAX)
    }

    fn with(edit: impl FnOnce(&mut Template)) -> Template {
        let mut template = template();
        edit(&mut template);
        template
    }

    fn at(timestamp: u64) -> Template {
        with(|t| t.header.timestamp = timestamp)
    }

    /// Templates after the first one.
    fn templates() -> Templates {
        let mut templates = Templates::default();
        assert_eq!(templates.take(template(), Instant::now()), Change::Replace);
        templates
    }

    fn take(templates: &mut Templates, template: Template) -> Change {
        templates.take(template, Instant::now())
    }

    #[test]
    fn the_same_template_a_little_later_or_earlier_changes_nothing() {
        let mut templates = templates();
        for timestamp in [TIME, TIME + 1, TIME + 59, TIME - 59] {
            assert_eq!(take(&mut templates, at(timestamp)), Change::Same);
        }
        assert_eq!(templates.current(), Some(&template()));
    }

    #[test]
    fn another_timestamp_updates_and_old_work_stays_good() {
        for timestamp in [TIME + 60, TIME - 60, TIME - 3600, u64::MAX] {
            let mut templates = templates();
            assert_eq!(take(&mut templates, at(timestamp)), Change::Update);
            assert_eq!(templates.current(), Some(&at(timestamp)));
            assert_eq!(templates.standing(&template().header), Standing::Open);
        }
    }

    #[test]
    fn a_clock_that_was_set_back_far_makes_old_work_worthless() {
        let mut templates = templates();
        assert_eq!(take(&mut templates, at(TIME - 3601)), Change::Replace);
        assert_eq!(take(&mut templates, at(0)), Change::Replace);
        assert_eq!(take(&mut templates, at(1)), Change::Same);
    }

    #[test]
    fn any_other_field_replaces_and_old_work_is_over() {
        let edits: [fn(&mut Template); 6] = [
            |t| t.header.previous_block_hash[31] ^= 1,
            |t| t.header.transaction_merkle_root[0] ^= 1,
            |t| t.header.transaction_status_hash[0] ^= 1,
            |t| t.header.height += 1,
            |t| t.header.version += 1,
            |t| t.header.bits += 1,
        ];
        for edit in edits {
            let mut templates = templates();
            assert_eq!(take(&mut templates, with(edit)), Change::Replace);
            assert_eq!(templates.standing(&template().header), Standing::Over);
            assert_eq!(templates.standing(&with(edit).header), Standing::Open);
        }
        let other_seed = with(|t| t.seed[0] ^= 1);
        assert_eq!(take(&mut templates(), other_seed), Change::Replace);
    }

    #[test]
    fn a_parent_that_has_its_block_gives_no_work_but_if_the_node_insists() {
        let mut templates = templates();
        let asked = Instant::now();
        assert!(templates.outrun(&template().header));
        assert!(!templates.outrun(&template().header), "known by now");
        assert_eq!(templates.current(), None);
        assert_eq!(templates.standing(&template().header), Standing::Over);
        let later = at(TIME + 100);
        assert_eq!(templates.take(later.clone(), asked), Change::Same);
        let insists = Instant::now() + DOUBT;
        assert_eq!(templates.take(later, insists), Change::Replace);
        assert_eq!(templates.standing(&template().header), Standing::Open);
    }

    #[test]
    fn a_late_answer_to_an_old_block_takes_nothing_of_the_new_work() {
        let mut templates = templates();
        let next = with(|t| t.header.previous_block_hash = [1; 32]);
        assert_eq!(take(&mut templates, next.clone()), Change::Replace);
        assert!(!templates.outrun(&template().header));
        assert!(!templates.refuse_timestamp(&template().header));
        assert_eq!(templates.current(), Some(&next));
    }

    #[test]
    fn a_block_is_taken_when_the_next_builds_on_it() {
        let mut templates = templates();
        let ours = template().header;
        let next = with(|t| t.header.previous_block_hash = ours.hash());
        take(&mut templates, next);
        assert_eq!(templates.standing(&ours), Standing::Taken);
        let other = BlockHeader { nonce: 1, ..ours };
        assert_eq!(templates.standing(&other), Standing::Over);
    }

    #[test]
    fn a_refused_timestamp_is_replaced_by_the_next_greater_one() {
        let mut templates = templates();
        assert!(templates.refuse_timestamp(&template().header));
        assert_eq!(templates.current(), None);
        assert_eq!(templates.standing(&template().header), Standing::Over);
        assert_eq!(templates.standing(&at(TIME + 9).header), Standing::Open);
        for timestamp in [TIME, TIME - 1, TIME - 59] {
            assert_eq!(take(&mut templates, at(timestamp)), Change::Same);
        }
        assert_eq!(take(&mut templates, at(TIME + 1)), Change::Replace);
        assert!(!templates.refuse_timestamp(&template().header), "replaced");
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_wait_for_a_greater_timestamp() {
        let mut templates = templates();
        templates.refuse_timestamp(&template().header);
        assert_eq!(take(&mut templates, at(TIME - 60)), Change::Replace);
    }

    #[test]
    fn nothing_is_over_before_the_first_template() {
        let templates = Templates::default();
        assert_eq!(templates.standing(&template().header), Standing::Open);
    }
}
