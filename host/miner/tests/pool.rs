//! The miner with development pools, good ones and bad ones.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use support::pool::{Served, cheap};
use support::quick::Control;
use support::run::{Ended, Plan, Run, is_share, lines};
use support::{config, hashing, one, opener};
use tensority_device::device::{Message as WorkMessage, Range, RangeId};
use tensority_devnet::pool::{FAULTS, Field, Garbage, Misbehaviour, Named, Oddity, Settings};
use tensority_miner::fleet::Selection;
use tensority_miner::message::Message;
use tensority_miner::{RangeSize, WorkerConfig};
use tensority_telemetry::source::Kind;

/// Nonces that a pool gives to a connection.
const SESSION: u64 = 1 << 45;

fn quick(name: &str, control: &Control, rate: f64) -> Selection {
    let control = control.clone();
    one(name, config(), opener(move || control.open(rate)))
}

fn plan(pool: &Served, devices: Vec<Selection>) -> Plan {
    Plan {
        devices,
        ..Plan::new().source("pool", Kind::Pool, pool.source())
    }
}

#[test]
fn shares_are_accepted_with_the_nonces_of_the_connection_and_none_is_tried_twice() {
    let pool = Served::with(cheap());
    let _other = pool.occupy();
    let controls = [Control::default(), Control::default()];
    let devices = [("one", &controls[0]), ("other", &controls[1])];
    let devices = devices.map(|(name, control)| quick(name, control, 2000.0));
    let mut run = plan(&pool, devices.into()).start();
    run.wait_for_shares(40);
    let ended = run.end();
    let shares = &ended.source("pool").shares;
    assert_eq!(shares.accepted as usize, pool.accepted());
    assert_eq!(pool.rejected(), 0, "{}", lines(&ended.told));
    let begun: Vec<_> = controls.iter().flat_map(Control::begun).collect();
    for work in &begun {
        let session = SESSION..2 * SESSION;
        assert!(session.contains(&work.first), "{}", work.first);
        assert!(work.first + work.count <= session.end);
    }
    assert!(controls.iter().all(|control| !control.begun().is_empty()));
    assert_disjoint(begun);
}

/// Asserts that no nonce was given twice for one header.
fn assert_disjoint(mut begun: Vec<Range>) {
    let header = |range: &Range| match range.message {
        WorkMessage::Header(header) => header,
        WorkMessage::Raw(_) => panic!("there are no known-answer tests here"),
    };
    begun.sort_by_key(|work| (header(work), work.first));
    for pair in begun.windows(2) {
        let [one, next] = pair else { continue };
        let apart = header(one) != header(next) || one.first + one.count <= next.first;
        assert!(apart, "{one:?} and {next:?} overlap");
    }
}

#[test]
fn a_nonce_that_is_given_twice_would_be_noticed() {
    let work = |first| Range {
        id: RangeId(1),
        message: WorkMessage::Header([0; 128]),
        seed: [0; 32],
        target: tensority::Target::MAX,
        first,
        count: 10,
    };
    assert_disjoint(vec![work(0), work(10)]);
    let overlap = std::panic::catch_unwind(|| assert_disjoint(vec![work(0), work(9)]));
    assert!(overlap.is_err());
}

#[test]
fn the_job_that_comes_twice_at_the_login_is_one() {
    let pool = Served::with(cheap());
    let mut run = plan(&pool, vec![quick("quick", &Control::default(), 1000.0)]).start();
    run.wait_for_shares(3);
    let ended = run.end();
    assert_eq!(ended.source("pool").jobs, 1);
    let jobs = ended.told.iter();
    let jobs = jobs.filter(|message| matches!(message, Message::Job { .. }));
    assert_eq!(jobs.count(), 1);
}

#[test]
fn a_new_block_makes_what_is_found_for_the_old_one_stale() {
    let pool = Served::with(cheap());
    let control = Control::default();
    let mut run = plan(&pool, vec![quick("quick", &control, 1000.0)]).start();
    run.wait_for_shares(3);
    for height in 2..6 {
        pool.pool.new_block();
        run.wait_for("job for the next block", |message| match message {
            Message::Job { height: found, .. } if *found == height => Some(()),
            _ => None,
        });
        run.wait_for_shares(1);
    }
    let ended = run.end();
    assert_eq!(pool.rejected(), 0, "{}", lines(&ended.told));
    assert_eq!(ended.device("quick").nonces.hardware_errors, 0);
}

#[test]
fn a_storm_of_jobs_makes_stale_work_and_nothing_wrong() {
    let pool = Served::with(Settings {
        misbehave: vec![Misbehaviour::JobStorm(50)],
        ..cheap()
    });
    let control = Control::default();
    // The pool takes shares of its last eight jobs: a range must not outlive them.
    let short = WorkerConfig {
        range_size: RangeSize::Fixed(40.try_into().unwrap()),
        ..config()
    };
    let opened = control.clone();
    let device = one("quick", short, opener(move || opened.open(1000.0)));
    let mut run = plan(&pool, vec![device]).start();
    let jobs = |message: &Message| match message {
        Message::Job { job, .. } if *job > 75 => Some(()),
        _ => None,
    };
    run.wait_for("many jobs", jobs);
    run.wait_for_shares(5);
    let ended = run.end();
    let nonces = ended.device("quick").nonces;
    assert_eq!((nonces.hardware_errors, nonces.duplicates), (0, 0));
    let shares = &ended.source("pool").shares;
    assert_eq!(shares.all_rejected(), 0, "{shares:?}");
    assert!(shares.accepted > 20, "{shares:?}");
    assert_disjoint(control.begun());
}

#[test]
fn a_pool_that_closes_connections_gets_shares_in_each_and_no_nonce_twice() {
    let pool = Served::with(Settings {
        misbehave: vec![Misbehaviour::Disconnect(Duration::from_millis(400))],
        ..cheap()
    });
    let control = Control::default();
    let mut run = plan(&pool, vec![quick("quick", &control, 1000.0)]).start();
    for _ in 0..3 {
        run.wait_for_shares(2);
        run.wait_for("end of the connection", |message| match message {
            Message::Source { up: false, .. } => Some(()),
            _ => None,
        });
    }
    let ended = run.end();
    assert_eq!(ended.source("pool").shares.all_rejected(), 0);
    assert_eq!(pool.rejected(), 0);
    // The pool gives the same header with the same nonces to the next connection.
    assert_disjoint(control.begun());
}

#[test]
fn a_pool_that_turns_a_field_around_accepts_by_luck_alone_and_all_is_counted() {
    for field in [Field::Version, Field::Height] {
        let pool = Served::with(Settings {
            misbehave: vec![Misbehaviour::WrongEndian(field)],
            ..cheap()
        });
        let mut run = plan(&pool, vec![quick("quick", &Control::default(), 1000.0)]).start();
        for _ in 0..20 {
            run.wait_for("rejected share", |message| is_share(message, "rejected"));
        }
        let ended = run.end();
        let shares = &ended.source("pool").shares;
        // One of sixteen, as any other header would be.
        let (accepted, rejected) = (shares.accepted, shares.all_rejected());
        assert!(accepted * 2 < rejected, "{field:?}: {shares:?}");
        let told = accepted + rejected + shares.unanswered;
        let known = pool.accepted() + pool.rejected();
        assert!(told as usize >= known, "{shares:?}");
        // The device is right about what it was told to hash.
        let nonces = ended.device("quick").nonces;
        assert_eq!(nonces.hardware_errors, 0);
        assert!(nonces.valid >= told);
    }
}

/// What becomes of a miner whose first pool misbehaves, with a second pool behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It mines for the first one all the same.
    MinesOn,
    /// It mines for the second one.
    FailsOver,
    /// Either, as it comes.
    Either,
    /// It mines for the first one and finds no share: nothing tells that from bad luck but the
    /// difficulty in the line of the job.
    Nowhere,
}

fn outcome(fault: Misbehaviour) -> Outcome {
    use Misbehaviour::{
        Ban, Disconnect, ForgetJobs, ForgetLogin, JobStorm, Late, NoNewline, NoTemplate,
        OddReplies, Reject, Silent, Split, WrongEndian,
    };
    match fault {
        // A pool does not look whose nonces it gets.
        WrongEndian(Field::Nonce) => Outcome::MinesOn,
        WrongEndian(Field::Target) => Outcome::Nowhere,
        Silent(_) | Ban | NoTemplate | Reject(100) | WrongEndian(_) => Outcome::FailsOver,
        ForgetJobs(_) | ForgetLogin(_) => Outcome::FailsOver,
        Misbehaviour::Garbage(Some(Garbage::HugeLine | Garbage::HalfMessage) | None) => {
            Outcome::Either
        }
        Misbehaviour::Garbage(_) => Outcome::MinesOn,
        JobStorm(_) | Late(_) | NoNewline | OddReplies(_) | Split => Outcome::MinesOn,
        Disconnect(_) | Reject(_) => Outcome::Either,
    }
}

/// All that a pool can be asked to do wrong: each fault, and each of its kinds.
fn all_misbehaviours() -> Vec<String> {
    fn kinds<N: Named>(fault: &str) -> Vec<String> {
        let kinds = N::ALL.iter();
        kinds
            .map(|kind| format!("{fault}={}", kind.name()))
            .collect()
    }
    let mut all = Vec::new();
    for fault in &FAULTS {
        let name = fault.name;
        match name {
            "silent" => all.extend(["silent".to_owned(), "silent=500ms".to_owned()]),
            "late" => all.push("late=100ms".to_owned()),
            "job-storm" => all.push("job-storm=50".to_owned()),
            "disconnect" => all.push("disconnect=300ms".to_owned()),
            "reject" => all.extend(["reject=100%".to_owned(), "reject=30%".to_owned()]),
            "wrong-endian" => all.extend(kinds::<Field>(name)),
            "odd-replies" => all.extend(kinds::<Oddity>(name)),
            "garbage" => all.extend(kinds::<Garbage>(name)),
            _ => all.push(name.to_owned()),
        }
    }
    all
}

#[test]
fn whatever_a_pool_does_wrong_the_miner_says_why_and_mines_on_or_elsewhere() {
    let all = all_misbehaviours();
    let names: BTreeSet<_> = all.iter().map(|text| text.split('=').next()).collect();
    assert_eq!(names.len(), FAULTS.len(), "all are tried");
    let begin = Instant::now();
    let busy = processor_time();
    let tries = all.into_iter().map(|text| {
        let tried = thread::spawn({
            let text = text.clone();
            move || misbehaviour(&text)
        });
        (text, tried)
    });
    let tries: Vec<_> = tries.collect();
    let count = tries.len();
    let mut failures = Vec::new();
    for (text, tried) in tries {
        match tried.join() {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => failures.push(format!("{text}: {failure}")),
            Err(_) => failures.push(format!("{text}: the test panicked")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    // Whatever waits in vain does so asleep: each miner takes a small part of a processor.
    let busy = (processor_time() - busy).as_secs_f64();
    let each = busy / begin.elapsed().as_secs_f64() / count as f64;
    println!("{each:.4} of a processor for each of {count} miners");
    assert!(each < 0.04, "{each}");
}

/// How long it may take to mine somewhere.
const SOON: Duration = Duration::from_secs(15);

fn misbehaviour(text: &str) -> Result<(), String> {
    let fault: Misbehaviour = text.parse().map_err(|error| format!("{error}"))?;
    let (bad, good) = (Served::new(vec![fault]), Served::new(Vec::new()));
    let _other = bad.occupy();
    let control = Control::default();
    let mut plan = Plan::new()
        .source("bad", Kind::Pool, bad.source())
        .source("good", Kind::Pool, good.source())
        .device(quick("quick", &control, 200.0));
    plan.settings.patience.silence = Duration::from_secs(3);
    plan.rehash = Arc::new(hashing::Cheap);
    let mut run = plan.start();
    let wanted = outcome(fault);
    let soon = match wanted {
        Outcome::Nowhere => SOON / 5,
        _ => SOON,
    };
    let at = mines_at(&mut run, soon, wanted);
    // It goes on so for a moment.
    run.next_within(Duration::from_secs(1), |_| None::<()>);
    let ended = run.ended_soon()?;
    let told = lines(&ended.told);
    let right = match wanted {
        Outcome::MinesOn => at.as_deref() == Some("bad"),
        Outcome::FailsOver => at.as_deref() == Some("good"),
        Outcome::Either => at.is_some(),
        Outcome::Nowhere => at.is_none() && has_hard_shares(&ended),
    };
    let errors = ended.device("quick").nonces.hardware_errors;
    let is_silent_about_it = at.as_deref() == Some("good") && !says_why(&ended);
    match () {
        () if !right => Err(format!("expected {wanted:?}, mined at {at:?}:\n{told}")),
        () if errors > 0 => Err(format!("{errors} hardware errors:\n{told}")),
        () if is_silent_about_it => Err(format!("it does not say why:\n{told}")),
        () if good.wrong() > 0 => Err(format!("the good pool refused shares:\n{told}")),
        () => Ok(()),
    }
}

/// Whether a job's shares take more hashes than a miner makes in a day.
fn has_hard_shares(ended: &Ended) -> bool {
    let mut told = ended.told.iter();
    told.any(|message| match message {
        Message::Job {
            share_difficulty, ..
        } => *share_difficulty > 1e8,
        _ => false,
    })
}

/// Whether something bad was told of the first pool.
fn says_why(ended: &Ended) -> bool {
    let mut told = ended.told.iter();
    told.any(|message| match message {
        Message::Source { source, up, .. } => source == "bad" && !up,
        Message::Decision { about, .. } => about == "good",
        _ => false,
    })
}

/// The source that accepts three shares in a row, if one does soon.
fn mines_at(run: &mut Run, soon: Duration, wanted: Outcome) -> Option<String> {
    let mut last = (String::new(), 0);
    run.next_within(soon, |message| {
        let Message::Share(share) = message else {
            return None;
        };
        if wanted == Outcome::FailsOver && share.source == "bad" {
            return None;
        }
        is_share(message, "accepted")?;
        match last.0 == share.source {
            true => last.1 += 1,
            false => last = (share.source.clone(), 1),
        }
        (last.1 >= 3).then(|| share.source.clone())
    })
}

/// The processor time of this process, in the units of 10 ms that the system counts in.
fn processor_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("the system tells");
    let fields = stat.rsplit(')').next().expect("a name in brackets");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks
        .map(|ticks| ticks.parse::<u64>().expect("ticks"))
        .sum();
    Duration::from_millis(ticks * 10)
}
