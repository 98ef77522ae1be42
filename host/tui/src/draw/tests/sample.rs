//! States to draw: a small one with something of everything, and random ones.

use std::collections::BTreeMap;

use rand::Rng;
use rand::rngs::StdRng;
use tensority_telemetry::account::{Estimate, Interval, Losses, Rates, Windows};
use tensority_telemetry::device::{self, Device, Nonces};
use tensority_telemetry::source::{self, Shares, Source};
use tensority_telemetry::{Decision, Job, Mode, Program, State, Total};

/// Two sources and two devices, one of which is sick.
pub fn small_state() -> State {
    let interval = |value, low, high| Estimate {
        over_15m: Some(Interval { value, low, high }),
        since_start: None,
    };
    let losses = Losses {
        good: 0.9314,
        stale: 0.0042,
        hardware_errors: 0.0008,
        canaries: 0.0011,
        seed: 0.0207,
        away: 0.0333,
        slow: 0.0085,
        ..Losses::default()
    };
    let rates = Rates {
        device: Windows {
            over_5s: Some(12.1),
            over_1m: Some(11.9),
            over_5m: Some(11.84),
            over_15m: None,
            since_start: Some(11.8),
        },
        verified: interval(11.2, 9.9, 12.7),
        pool: interval(10.9, 8.1, 14.2),
    };
    let nonces = Nonces {
        valid: 412,
        hardware_errors: 1,
        stale: 3,
        ..Nonces::default()
    };
    let device = Device {
        name: "board-a".to_owned(),
        id: "00e1d3a955c0ffee".to_owned(),
        kind: device::Kind::Board,
        port: Some("/dev/ttyUSB0".to_owned()),
        condition: device::Condition::Healthy,
        reason: "It hashes as expected.".to_owned(),
        condition_seconds: 7000.0,
        lanes: 16,
        expected_rate: Some(12.0),
        rates,
        nonces,
        valid_hashes: 1.5e6,
        shares_accepted: 8,
        shares_rejected: 1,
        losses,
        hashes: 87_000,
        canaries_right: 12,
        canaries_wrong: 0,
        seed_switch_seconds: Some(31.2),
        last_valid_seconds: Some(12.0),
        temperature_c: Some(61.0),
        restarts: 0,
        last_error: None,
    };
    let sick = Device {
        name: "矿机-b".to_owned(),
        condition: device::Condition::Sick,
        reason: "No valid result for 131 s, where 12 were expected.".to_owned(),
        condition_seconds: 131.0,
        rates: Rates::default(),
        temperature_c: None,
        last_valid_seconds: Some(131.0),
        last_error: Some("link: no answer within 2 s".to_owned()),
        ..device.clone()
    };
    let shares = Shares {
        accepted: 28,
        rejected: BTreeMap::from([("low difficulty".to_owned(), 1)]),
        stale: 2,
        pending: 1,
        ..Shares::default()
    };
    let source = Source {
        name: "pool-a".to_owned(),
        url: "stratum+ssl://pool.example:9221".to_owned(),
        kind: source::Kind::Pool,
        user: Some("bm1qexample.rig".to_owned()),
        condition: source::Condition::Active,
        reason: "It gives work that is hashed.".to_owned(),
        condition_seconds: 7300.0,
        last_work_seconds: Some(12.0),
        jobs: 97,
        shares: shares.clone(),
        accepted_hashes: 1.2e6,
        implied_rate: rates.pool,
        answer_seconds: Some(0.08),
    };
    let down = Source {
        name: "node".to_owned(),
        condition: source::Condition::Down,
        reason: "It cannot be reached (connection refused).".to_owned(),
        last_work_seconds: None,
        answer_seconds: None,
        shares: Shares::default(),
        accepted_hashes: 1.2e6,
        implied_rate: Estimate::default(),
        ..source.clone()
    };
    State {
        program: Program {
            name: "tensority".to_owned(),
            version: "0.2.0".to_owned(),
            backend: "avx2".to_owned(),
        },
        mode: Mode::Mining,
        started_unix: 1_700_000_000,
        uptime_seconds: 7380.0,
        job: Some(Job {
            number: 97,
            source: "pool-a".to_owned(),
            id: Some("16942".to_owned()),
            height: 245_760,
            seed: "ab".repeat(32),
            block_difficulty: 1_234_567.0,
            share_difficulty: 150_000.0,
            age_seconds: 12.0,
        }),
        sources: vec![source, down],
        devices: vec![device, sick],
        total: Total {
            rates,
            nonces,
            shares,
            losses,
        },
        decisions: vec![Decision {
            at_unix: 1_700_007_369,
            about: "矿机-b".to_owned(),
            action: "reset it".to_owned(),
            reason: "No valid result for 131 s, where 12 were expected.".to_owned(),
        }],
        ..State::default()
    }
}

/// The small state with anything in it.
pub fn random_state(random: &mut StdRng) -> State {
    let small = small_state();
    let mut state = State {
        mode: [
            Mode::Starting,
            Mode::Mining,
            Mode::NoWork,
            Mode::Paused,
            Mode::Ending,
        ][random.random_range(0..5)],
        started_unix: random.random(),
        uptime_seconds: number(random),
        ..small.clone()
    };
    state.program.name = random_text(random);
    if random.random_bool(0.3) {
        state.job = None;
    }
    if let Some(job) = &mut state.job {
        job.source = random_text(random);
        job.age_seconds = number(random);
        job.block_difficulty = number(random);
        job.share_difficulty = number(random);
        job.height = random.random();
    }
    state.total.rates = rates(random);
    state.total.losses = losses(random);
    state.sources = (0..random.random_range(0..6))
        .map(|place| {
            let mut source = small.sources[place % 2].clone();
            source.name = random_text(random);
            source.url = random_text(random);
            source.reason = random_text(random);
            source.answer_seconds = maybe(random);
            source.shares.accepted = random.random();
            source.shares.rejected = BTreeMap::from([(random_text(random), random.random())]);
            source
        })
        .collect();
    state.devices = (0..random.random_range(0..80))
        .map(|place| {
            let mut device = small.devices[place % 2].clone();
            let conditions = device::Condition::ALL;
            device.condition = conditions[random.random_range(0..conditions.len())];
            device.name = random_text(random);
            device.reason = random_text(random);
            device.port = Some(random_text(random));
            device.last_error = Some(random_text(random));
            device.nonces.valid = random.random();
            device.rates = rates(random);
            device.losses = losses(random);
            device.temperature_c = maybe(random);
            device.last_valid_seconds = maybe(random);
            device
        })
        .collect();
    state.decisions = (0..random.random_range(0..50))
        .map(|_| Decision {
            at_unix: random.random(),
            about: random_text(random),
            action: random_text(random),
            reason: random_text(random),
        })
        .collect();
    state
}

/// Words of every width, and what a terminal would obey.
pub fn random_text(random: &mut StdRng) -> String {
    const PIECES: [&str; 12] = [
        "a",
        " ",
        "word",
        "矿池",
        "e\u{301}",
        "\u{200d}",
        "👨‍👩‍👧",
        "ｶﾞ",
        "\x1b[2J",
        "\n",
        "\u{202e}",
        "\0",
    ];
    let pieces = match random.random_bool(0.1) {
        true => 200,
        false => random.random_range(0..8),
    };
    (0..pieces)
        .map(|_| PIECES[random.random_range(0..PIECES.len())])
        .collect()
}

fn rates(random: &mut StdRng) -> Rates {
    let mut rates = Rates::default();
    rates.device.over_5s = maybe(random);
    rates.device.over_1m = maybe(random);
    rates.device.since_start = maybe(random);
    rates.verified.since_start = random.random_bool(0.5).then(|| Interval {
        value: number(random),
        low: number(random),
        high: number(random),
    });
    rates
}

fn losses(random: &mut StdRng) -> Losses {
    Losses {
        good: number(random),
        stale: number(random),
        no_work: number(random),
        slow: number(random),
        ..Losses::default()
    }
}

fn maybe(random: &mut StdRng) -> Option<f64> {
    random.random_bool(0.5).then(|| number(random))
}

/// Any number: half of them sensible, the others any bits.
fn number(random: &mut StdRng) -> f64 {
    match random.random_bool(0.5) {
        true => random.random_range(0.0..100.0),
        false => f64::from_bits(random.random()),
    }
}
