//! Decoders of what nodes and pools say, without threads or sockets: what takes any bytes, for those who try it with all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tensority::BlockHeader;

pub use crate::node::answer::{get_work, submit_work, submit_work_body};
use crate::pool::frame::Framer;
use crate::pool::session::Session;
use crate::reporter::Reporter;
use crate::{Event, Reason, Settings, Share};

/// A connection to a pool that says these pieces: the events that it tells, and what is said to the pool. Each
/// template gets a share at once.
pub fn pool_session(settings: &Settings, pieces: &[&[u8]]) -> (Vec<Event>, Vec<u8>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let events = || told.lock().unwrap_or_else(PoisonError::into_inner);
    let telling = Arc::clone(&told);
    let reporter = Reporter::new(Box::new(move |event| {
        let mut told = telling.lock().unwrap_or_else(PoisonError::into_inner);
        told.push(event);
    }));
    let now = Instant::now();
    let mut session = Session::new(settings, &reporter, now);
    let mut framer = Framer::default();
    let mut said = session.login();
    let mut seen = 0;
    let mut heed = |session: &mut Session<'_>, frame| {
        session.take(frame, now)?;
        session.check(now)?;
        let new = events().split_off(seen);
        events().extend_from_slice(&new);
        for event in &new {
            let Event::Template(template) = event else {
                continue;
            };
            let share = Share {
                number: seen as u64,
                template: template.id.clone(),
                header: BlockHeader {
                    nonce: template.first_nonce.unwrap_or_default(),
                    ..template.header.clone()
                },
            };
            reporter.expect(share.number);
            said.extend(session.submit(&share, now).unwrap_or_default());
            seen += 1;
        }
        seen = events().len();
        Ok::<(), Reason>(())
    };
    let mut frames = pieces.iter().flat_map(|piece| framer.push(piece));
    let ended = frames.try_for_each(|frame| heed(&mut session, frame));
    session.end(
        ended
            .err()
            .unwrap_or_else(|| Reason::new("closed", "the pool left")),
    );
    let events = std::mem::take(&mut *events());
    (events, said)
}
