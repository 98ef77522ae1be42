//! Thousands of random requests on a bad line, held against the truth.

use std::collections::HashMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority_model::Config;
use tensority_protocol::messages::*;

use crate::bench::*;

/// A range that the device has taken.
struct Taken {
    job: SetJob,
    run: Run,
    found: Vec<(u64, [u8; 32])>,
    done: Option<RangeDone>,
}

struct Soak {
    bench: Bench,
    random: StdRng,
    /// Jobs by their numbers, as the device was told last.
    jobs: HashMap<u32, SetJob>,
    ranges: HashMap<u32, Taken>,
    next_range: u32,
    refused: usize,
    /// Number of the last event, which may come again.
    last_event: u16,
}

impl Soak {
    /// Sends a request until it is answered.
    fn ask(&mut self, request: Request) -> Answer {
        self.bench.number = self.bench.number.wrapping_add(1).max(1);
        let number = self.bench.number;
        for _ in 0..100 {
            self.send(&frame(number, &request));
            // Longer than what may wait on the line in front of the answer.
            for _ in 0..4000 {
                self.turn();
                let place = self
                    .bench
                    .said
                    .iter()
                    .position(|said| matches!(said, Said::Answer(own, _) if *own == number));
                if let Some(place) = place
                    && let Said::Answer(_, answer) = self.bench.said.remove(place)
                {
                    return answer;
                }
            }
        }
        panic!("no answer to {request:?}");
    }

    /// Puts bytes on the bad line, with a 0 in front.
    fn send(&mut self, bytes: &[u8]) {
        self.bench.send_bytes(&[0]);
        for byte in bytes {
            match self.random.random_range(0..1000) {
                0 => {}
                1 => self
                    .bench
                    .send_bytes(&[byte ^ 1 << self.random.random_range(0..8)]),
                2 => self.bench.send_bytes(&[*byte, self.random.random()]),
                _ => self.bench.send_bytes(&[*byte]),
            }
        }
    }

    fn turn(&mut self) {
        self.bench.turn();
        let (ranges, last) = (&mut self.ranges, &mut self.last_event);
        self.bench.said.retain(|said| match said {
            Said::Event(number, _) if std::mem::replace(last, *number) == *number => false,
            Said::Event(_, Event::Found(found)) => {
                let taken = ranges
                    .get_mut(&found.range)
                    .expect("a range that was asked for");
                assert!(taken.done.is_none(), "found after the end");
                taken.found.push((found.nonce, found.hash));
                false
            }
            Said::Event(_, Event::RangeDone(done)) => {
                let taken = ranges
                    .get_mut(&done.range)
                    .expect("a range that was asked for");
                assert!(taken.done.is_none(), "range {} ended twice", done.range);
                taken.done = Some(*done);
                false
            }
            Said::Event(_, Event::Started(_)) => panic!("it restarted"),
            Said::Event(..) | Said::Answer(0, _) => false,
            Said::Answer(..) => true,
        });
    }

    /// One random thing.
    fn step(&mut self) {
        match self.random.random_range(0..20) {
            0..4 => {
                let number = self.random.random_range(0..5);
                let mut own = job(number, self.random.random_range(1..6));
                self.random.fill(&mut own.prefix[..]);
                if self.ask(own.into()) == (JobSet {}.into()) {
                    self.jobs.insert(number, own);
                }
            }
            4..12 => self.run(),
            12 => assert_eq!(self.ask(Abort {}.into()), Aborted {}.into()),
            13 => self.count_refusal(SelfTest {}.into()),
            14 => self.count_refusal(ReadChecksums { first: 32 }.into()),
            15 => {
                let length = self.random.random_range(1..300);
                let bytes: Vec<u8> = (0..length).map(|_| self.random.random()).collect();
                self.bench.send_bytes(&bytes);
            }
            16 => {
                let Answer::Report(report) = self.ask(Status {}.into()) else {
                    panic!("no report");
                };
                assert!(report.events <= 16 && report.waiting <= 2);
            }
            17 => self.bench.acknowledging = self.random.random_bool(0.7),
            _ => {
                for _ in 0..self.random.random_range(1..2000) {
                    self.turn();
                }
            }
        }
    }

    fn count_refusal(&mut self, request: Request) {
        let answer = self.ask(request);
        self.refused += usize::from(matches!(answer, Answer::Refused(_)));
    }

    fn run(&mut self) {
        let number = self.random.random_range(0..5);
        let run = Run {
            flags: self.random.random_range(0..2),
            ..run(
                self.next_range,
                number,
                self.random.random_range(0..1 << 62),
                self.random.random_range(1..60),
            )
        };
        self.next_range += 1;
        // Its events may come before its answer.
        let job = self.jobs.get(&number).copied().unwrap_or(job(number, 1));
        let taken = Taken {
            job,
            run,
            found: Vec::new(),
            done: None,
        };
        self.ranges.insert(run.range, taken);
        if self.ask(run.into()) != (RangeTaken {}.into()) {
            self.refused += 1;
            let taken = self.ranges.remove(&run.range).expect("it was put there");
            assert!(taken.done.is_none() && taken.found.is_empty());
        }
    }
}

#[test]
fn no_result_is_lost_or_made_up_whatever_happens() {
    let seed = testvectors::seed();
    let mut soak = Soak {
        bench: Bench::ready(Config {
            hash: 3000,
            list: 128_000,
            settle: if seed.is_multiple_of(2) { 140 } else { 5000 },
            ..Config::default()
        }),
        random: StdRng::seed_from_u64(seed),
        jobs: HashMap::new(),
        ranges: HashMap::new(),
        next_range: 1,
        refused: 0,
        last_event: 0,
    };
    for _ in 0..10_000 {
        soak.step();
    }
    soak.bench.acknowledging = true;
    soak.ask(Abort {}.into());
    for _ in 0..1000 {
        let Answer::Report(report) = soak.ask(Status {}.into()) else {
            panic!("no report");
        };
        if report.events == 0 && report.waiting == 0 && report.state == DeviceState::Idle as u8 {
            break;
        }
    }
    let (mut hashes, mut found, mut reasons) = (0, 0, [0; EndReason::ALL.len()]);
    for (range, taken) in &soak.ranges {
        let done = taken
            .done
            .unwrap_or_else(|| panic!("range {range} did not end"));
        let expected = truth(&taken.job, taken.run.first, done.hashes);
        assert_eq!(taken.found, expected, "range {range}, {done:?}");
        assert_eq!(
            done.reason == EndReason::Complete as u8,
            done.hashes == taken.run.count,
            "{done:?}"
        );
        hashes += done.hashes;
        found += taken.found.len();
        reasons[usize::from(done.reason)] += 1;
    }
    let ranges = soak.ranges.len();
    println!(
        "{ranges} ranges {reasons:?}, {hashes} hashes, {found} found, {} refused",
        soak.refused
    );
    assert!(ranges > 100 && found > 100 && soak.refused > 100);
    assert!(reasons.iter().all(|count| *count > 10));
}
