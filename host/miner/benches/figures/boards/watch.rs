//! Observer of a board's line: what arrives, what is found, and how long it waits.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tensority_protocol::frame::Decoder;
use tensority_protocol::messages::{Event, RAW, Request};

use super::{Report, Switch};

/// What passed on a line.
#[derive(Default)]
pub struct Watch {
    from_host: Decoder,
    from_device: Decoder,
    /// Jobs by their numbers: the beginning of the parent's hash, or none if raw.
    jobs: HashMap<u32, Option<u64>>,
    raw_ranges: HashSet<u32>,
    parent: Option<u64>,
    /// Number of the event that was sent last.
    last: Option<u16>,
    /// If it is not acknowledged: whether it is a nonce found, and when it was sent first.
    open: Option<(bool, Duration)>,
}

impl Watch {
    /// Bytes of the host.
    pub fn hear_host(&mut self, now: Duration, bytes: &[u8], report: &mut Report) {
        for byte in bytes {
            let Some(Ok(frame)) = self.from_host.feed(*byte) else {
                continue;
            };
            match Request::get(frame.header.kind, frame.payload) {
                Ok(Request::SetJob(job)) => {
                    let parent = job.prefix[16..24].try_into().expect("8 bytes");
                    let header = (job.flags & RAW == 0).then(|| u64::from_le_bytes(parent));
                    self.jobs.insert(job.job, header);
                }
                Ok(Request::Run(run)) => match self.jobs.get(&run.job) {
                    Some(Some(parent)) => {
                        if self.parent.replace(*parent) != Some(*parent) {
                            let (parent, at) = (*parent, now);
                            report.switches.push(Switch { parent, at });
                        }
                    }
                    _ => {
                        self.raw_ranges.insert(run.range);
                    }
                },
                Ok(Request::Acknowledge(acknowledge)) => {
                    self.acknowledge(now, acknowledge.event, report);
                }
                _ => {}
            }
        }
    }

    /// Bytes of the device.
    pub fn hear_device(&mut self, now: Duration, bytes: &[u8], report: &mut Report) {
        for byte in bytes {
            let Some(Ok(frame)) = self.from_device.feed(*byte) else {
                continue;
            };
            let (number, event) = (
                frame.header.number,
                Event::get(frame.header.kind, frame.payload),
            );
            match event {
                Err(_) | Ok(Event::Started(_)) => {}
                Ok(_) if self.last == Some(number) => report.sent_again += 1,
                Ok(event) => {
                    let is_found = match event {
                        Event::Found(found) => {
                            report.found += u64::from(!self.raw_ranges.contains(&found.range));
                            true
                        }
                        _ => false,
                    };
                    (self.last, self.open) = (Some(number), Some((is_found, now)));
                }
            }
        }
    }

    fn acknowledge(&mut self, now: Duration, number: u16, report: &mut Report) {
        if self.last == Some(number)
            && let Some((is_found, sent)) = self.open.take()
        {
            report.acknowledged += u64::from(is_found);
            report.longest = report.longest.max(now.saturating_sub(sent));
        }
    }
}
