//! Shares for one source: few are under way at a time, the others wait, the newest first.

use std::collections::VecDeque;

/// Shares that a source has and has not answered. Bytom's pool bans whoever had half of 100 submits refused, and a
/// new block makes bad what it has not come to by then: of eight there are never fifty. One that answers within a
/// tenth of a second takes eighty a second all the same, many times what a pool wants from one miner.
const UNDER_WAY: usize = 8;
/// Shares that wait. A source that is behind by more does not come to the oldest before their block is over.
const WAITING: usize = 256;

/// The shares for one source, by their numbers.
#[derive(Debug, Default)]
pub struct Outbox {
    under_way: usize,
    /// The newest last.
    waiting: VecDeque<u64>,
}

impl Outbox {
    /// Lets a share wait; one that is in the way then, the oldest.
    pub fn put(&mut self, share: u64) -> Option<u64> {
        self.waiting.push_back(share);
        if self.waiting.len() > WAITING {
            return self.waiting.pop_front();
        }
        None
    }

    /// Takes the newest that waits, unless enough are under way. Whoever hands it in says so.
    pub fn take(&mut self) -> Option<u64> {
        match self.under_way < UNDER_WAY {
            true => self.waiting.pop_back(),
            false => None,
        }
    }

    /// A share was handed in.
    pub fn handed_in(&mut self) {
        self.under_way += 1;
    }

    /// A share that was handed in is over.
    pub fn answered(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// Takes all that wait and are worth nothing, the oldest first.
    pub fn take_those(&mut self, are_worthless: impl Fn(u64) -> bool) -> Vec<u64> {
        let (worthless, rest): (VecDeque<_>, _) = self
            .waiting
            .iter()
            .partition(|&&share| are_worthless(share));
        self.waiting = rest;
        worthless.into()
    }

    /// How many wait.
    pub fn waiting(&self) -> u64 {
        self.waiting.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands in what may be.
    fn hand_in(outbox: &mut Outbox) -> Vec<u64> {
        let mut all = Vec::new();
        while let Some(share) = outbox.take() {
            outbox.handed_in();
            all.push(share);
        }
        all
    }

    #[test]
    fn few_are_under_way_and_the_newest_follow() {
        let mut outbox = Outbox::default();
        let mut sent = Vec::new();
        for share in 0..20 {
            assert_eq!(outbox.put(share), None);
            sent.extend(hand_in(&mut outbox));
        }
        assert_eq!(sent, (0..UNDER_WAY as u64).collect::<Vec<_>>());
        assert_eq!(outbox.waiting(), 12);
        outbox.answered();
        assert_eq!(hand_in(&mut outbox), [19]);
        outbox.answered();
        outbox.answered();
        assert_eq!(hand_in(&mut outbox), [18, 17]);
    }

    #[test]
    fn what_waits_is_bounded_and_what_is_worthless_is_taken_out() {
        let mut outbox = Outbox::default();
        let dropped: Vec<_> = (0..300).filter_map(|share| outbox.put(share)).collect();
        assert_eq!(dropped, (0..44).collect::<Vec<_>>());
        let odd = outbox.take_those(|share| share % 2 == 1);
        assert_eq!((odd.len(), odd[0], outbox.waiting()), (128, 45, 128));
        assert_eq!(hand_in(&mut outbox)[..2], [298, 296]);
    }
}
