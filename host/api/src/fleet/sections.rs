//! Replies to each command. Values that are not known are left out.

use serde_json::{Value, json};
use tensority_telemetry::State;
use tensority_telemetry::account::Windows;
use tensority_telemetry::device::{Condition, Device, Nonces};
use tensority_telemetry::source::{self, Kind, Shares, Source};

use super::reply::{Fields, Reply, Rows};

/// The version of the API that is followed.
const API: &str = "3.7";

/// Commands of other miners that change something.
const PRIVILEGED: [&str; 24] = [
    "addpool",
    "ascdisable",
    "ascenable",
    "ascidentify",
    "ascset",
    "debug",
    "disablepool",
    "enablepool",
    "failover-only",
    "hotplug",
    "lockstats",
    "pgadisable",
    "pgaenable",
    "pgaidentify",
    "pgaset",
    "poolpriority",
    "poolquota",
    "privileged",
    "quit",
    "removepool",
    "restart",
    "save",
    "switchpool",
    "zero",
];

/// The reply to a command in small letters, at a time in seconds since 1970.
pub fn reply(command: &str, state: &State, now: u64) -> Reply {
    let one = |fields| Rows::One(known(fields));
    let many = |rows: Vec<Fields>| Rows::Many(rows.into_iter().map(known).collect());
    match command {
        "summary" => Reply::new(11, "Summary", "SUMMARY", one(summary(state, now))),
        "devs" => {
            let devices = state.devices.iter().enumerate();
            let rows: Vec<_> = devices.map(|(i, it)| device(i, it, now)).collect();
            let message = format!("{} PGA(s)", rows.len());
            Reply::new(9, message, "DEVS", many(rows))
        }
        "pools" => {
            let sources = state.sources.iter().enumerate();
            let rows: Vec<_> = sources.map(|(i, it)| pool(i, it, now)).collect();
            let message = format!("{} Pool(s)", rows.len());
            Reply::new(7, message, "POOLS", many(rows))
        }
        "version" => Reply::new(22, "Versions", "VERSION", one(version(state))),
        "stats" => {
            let devices = state.devices.iter().enumerate();
            let rows = devices.map(|(i, it)| stats(i, it, state)).collect();
            Reply::new(70, "Stats", "STATS", many(rows))
        }
        "config" => Reply::new(33, "Configuration", "CONFIG", one(config(state))),
        "coin" => Reply::new(78, "Coin", "COIN", one(coin(state))),
        command if PRIVILEGED.contains(&command) => Reply::access_denied(command),
        _ => Reply::invalid_command(),
    }
}

/// The fields that have a value.
fn known(fields: Fields) -> Fields {
    let known = fields.into_iter().filter(|(_, value)| !value.is_null());
    known.collect()
}

fn summary(state: &State, now: u64) -> Fields {
    let (nonces, shares) = (&state.total.nonces, &state.total.shares);
    let hashes: u64 = state.devices.iter().map(|device| device.hashes).sum();
    let last_work = state.sources.iter().filter_map(|it| it.last_work_seconds);
    let best = state.lifetime.best_share.as_ref();
    let (jobs, seconds) = (state.sources.iter().map(|it| it.jobs), state.uptime_seconds);
    let rejected = shares.all_rejected();
    let mut fields = vec![("Elapsed", json!(state.uptime_seconds as u64))];
    fields.extend(rates(&state.total.rates.device));
    fields.extend([
        ("Total MH", json!(mega(hashes as f64))),
        ("Getworks", json!(jobs.sum::<u64>())),
        ("Accepted", json!(shares.accepted)),
        ("Rejected", json!(rejected)),
        ("Stale", json!(shares.stale)),
        ("Discarded", json!(shares.not_submitted)),
        ("Remote Failures", json!(shares.unanswered)),
        ("Hardware Errors", json!(nonces.hardware_errors)),
        ("Utility", per_minute(shares.accepted, seconds)),
        ("Work Utility", per_minute(nonces.valid, seconds)),
        ("Best Share", json!(best.map(|best| best.difficulty))),
        ("Device Hardware%", hardware_percent(nonces)),
        ("Pool Rejected%", share_percent(shares, rejected)),
        ("Pool Stale%", share_percent(shares, shares.stale)),
        ("Last getwork", ago(now, last_work.min_by(f64::total_cmp))),
    ]);
    fields
}

fn device(number: usize, device: &Device, now: u64) -> Fields {
    let status = match device.condition {
        Condition::Starting => "Initialising",
        Condition::Healthy | Condition::Idle | Condition::Disabled => "Alive",
        Condition::Sick => "Sick",
        Condition::Away | Condition::Dead => "Dead",
    };
    let enabled = device.condition != Condition::Disabled;
    let mut fields = vec![
        ("PGA", json!(number)),
        ("Name", json!(device.name)),
        ("ID", json!(number)),
        ("Serial", json!(device.id)),
        ("Device Path", json!(device.port)),
        ("Enabled", yes_or_no(enabled)),
        ("Status", json!(status)),
        ("Temperature", json!(device.temperature_c)),
    ];
    fields.extend(rates(&device.rates.device));
    fields.extend([
        ("Total MH", json!(mega(device.hashes as f64))),
        ("Accepted", json!(device.shares_accepted)),
        ("Rejected", json!(device.shares_rejected)),
        ("Hardware Errors", json!(device.nonces.hardware_errors)),
        ("Device Hardware%", hardware_percent(&device.nonces)),
        ("Last Valid Work", ago(now, device.last_valid_seconds)),
    ]);
    fields
}

fn pool(number: usize, source: &Source, now: u64) -> Fields {
    let gives_work = matches!(
        source.condition,
        source::Condition::Active | source::Condition::Standby
    );
    let stratum = source.kind == Kind::Pool;
    let active = source.condition == source::Condition::Active;
    let shares = &source.shares;
    let rejected = shares.all_rejected();
    vec![
        ("POOL", json!(number)),
        ("URL", json!(source.url)),
        ("Status", json!(if gives_work { "Alive" } else { "Dead" })),
        ("Priority", json!(number)),
        ("Long Poll", yes_or_no(false)),
        ("User", json!(source.user)),
        ("Getworks", json!(source.jobs)),
        ("Accepted", json!(shares.accepted)),
        ("Rejected", json!(rejected)),
        ("Stale", json!(shares.stale)),
        ("Discarded", json!(shares.not_submitted)),
        ("Remote Failures", json!(shares.unanswered)),
        ("Has Stratum", json!(stratum)),
        ("Stratum Active", json!(stratum && active)),
        ("Pool Rejected%", share_percent(shares, rejected)),
        ("Pool Stale%", share_percent(shares, shares.stale)),
        ("Last getwork", ago(now, source.last_work_seconds)),
    ]
}

fn version(state: &State) -> Fields {
    let miner = format!("{} {}", state.program.name, state.program.version);
    vec![
        ("Miner", json!(miner)),
        ("API", json!(API)),
        ("Type", json!("Tensority")),
    ]
}

fn stats(number: usize, device: &Device, state: &State) -> Fields {
    let nonces = &device.nonces;
    vec![
        ("STATS", json!(number)),
        ("ID", json!(device.name)),
        ("Elapsed", json!(state.uptime_seconds as u64)),
        ("Lanes", json!(device.lanes)),
        ("Expected HS", json!(device.expected_rate)),
        ("Valid", json!(nonces.valid)),
        ("Hardware Errors", json!(nonces.hardware_errors)),
        ("Duplicates", json!(nonces.duplicates)),
        ("Stale", json!(nonces.stale)),
        ("Unverified", json!(nonces.unverified)),
        ("Canaries Right", json!(device.canaries_right)),
        ("Canaries Wrong", json!(device.canaries_wrong)),
        ("Restarts", json!(device.restarts)),
    ]
}

fn config(state: &State) -> Fields {
    vec![
        ("ASC Count", json!(0)),
        ("PGA Count", json!(state.devices.len())),
        ("Pool Count", json!(state.sources.len())),
        ("Strategy", json!("Failover")),
        ("OS", json!(std::env::consts::OS)),
    ]
}

fn coin(state: &State) -> Fields {
    let difficulty = state.job.as_ref().map(|job| job.block_difficulty);
    vec![
        ("Hash Method", json!("tensority")),
        ("LP", json!(false)),
        ("Network Difficulty", json!(difficulty)),
    ]
}

/// Rates in megahashes per second, as tools read them, and in hashes per second.
fn rates(windows: &Windows) -> Fields {
    let all = [
        ("MHS av", "HS av", windows.since_start),
        ("MHS 5s", "HS 5s", windows.over_5s),
        ("MHS 1m", "HS 1m", windows.over_1m),
        ("MHS 5m", "HS 5m", windows.over_5m),
        ("MHS 15m", "HS 15m", windows.over_15m),
    ];
    let in_mega = all.map(|(name, _, rate)| (name, json!(rate.map(mega))));
    let plain = all.map(|(_, name, rate)| (name, json!(rate)));
    in_mega.into_iter().chain(plain).collect()
}

fn mega(value: f64) -> f64 {
    value / 1e6
}

fn per_minute(count: u64, seconds: f64) -> Value {
    json!((seconds > 0.0).then(|| count as f64 * 60.0 / seconds))
}

fn percent(part: u64, all: u64) -> Value {
    json!((all > 0).then(|| 100.0 * part as f64 / all as f64))
}

/// Hardware errors of all results that are not in doubt.
fn hardware_percent(nonces: &Nonces) -> Value {
    percent(
        nonces.hardware_errors,
        nonces.hardware_errors + nonces.valid,
    )
}

/// Some of the shares that were answered.
fn share_percent(shares: &Shares, part: u64) -> Value {
    percent(part, shares.accepted + shares.all_rejected() + shares.stale)
}

/// The time of day that was so many seconds ago.
fn ago(now: u64, seconds: Option<f64>) -> Value {
    json!(seconds.map(|seconds| now.saturating_sub(seconds as u64)))
}

fn yes_or_no(yes: bool) -> Value {
    json!(if yes { "Y" } else { "N" })
}
