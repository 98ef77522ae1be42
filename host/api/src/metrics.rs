//! The metrics of a state, as Prometheus reads them. What is not known is left out.

mod page;

use std::fmt;
use std::sync::Arc;

use page::{Labels, Page};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::Registry;
use tensority_telemetry::account::{Estimate, Windows};
use tensority_telemetry::device::{Condition, Device};
use tensority_telemetry::source::{self, Shares, Source};
use tensority_telemetry::{State, Verification};

/// OpenMetrics.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub fn text(state: Arc<State>) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Snapshot(state)));
    let mut text = String::new();
    text::encode(&mut text, &registry).expect("a text takes all");
    text
}

/// A state whose values are the metrics.
#[derive(Debug)]
struct Snapshot(Arc<State>);

impl Collector for Snapshot {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let page = &mut Page::new(encoder);
        miner(&self.0, page)?;
        devices(&self.0.devices, page)?;
        sources(&self.0.sources, page)?;
        verification(&self.0.verification, page)
    }
}

fn miner(state: &State, page: &mut Page) -> fmt::Result {
    let program = &state.program;
    page.info(
        "tensority_build",
        "The program that mines",
        [
            ("name", program.name.as_str()),
            ("version", &program.version),
            ("backend", &program.backend),
        ],
    )?;
    page.gauges(
        "tensority_uptime_seconds",
        "How long ago the miner started",
        one(Some(state.uptime_seconds)),
    )?;
    let job = state.job.as_ref();
    page.gauges(
        "tensority_job_age_seconds",
        "How long ago the job came that is hashed",
        one(job.map(|job| job.age_seconds)),
    )?;
    page.gauges(
        "tensority_job_height",
        "The height of the block that is hashed",
        one(job.map(|job| job.height as f64)),
    )?;
    page.gauges(
        "tensority_job_share_difficulty_hashes",
        "Hashes that a share of the job takes on average",
        one(job.map(|job| job.share_difficulty)),
    )
}

fn devices(devices: &[Device], page: &mut Page) -> fmt::Result {
    page.gauges(
        "tensority_hashrate_hashes_per_second",
        "Rate by the account of the device",
        of_each(devices, |device| {
            by("window", windows(&device.rates.device))
        }),
    )?;
    page.gauges(
        "tensority_verified_hashrate_hashes_per_second",
        "Rate by verified results, with the bounds that hold the true one in 95 of 100 cases",
        of_each(devices, |device| estimate(&device.rates.verified)),
    )?;
    page.gauges(
        "tensority_expected_hashrate_hashes_per_second",
        "Rate that the size and the clock of the device promise",
        of_each(devices, |device| one(device.expected_rate)),
    )?;
    page.counters(
        "tensority_hashes",
        "Hashes by the account of the device",
        of_each(devices, |device| one(device.hashes)),
    )?;
    page.counters(
        "tensority_nonces",
        "Nonces that the device reported",
        of_each(devices, |device| {
            let nonces = &device.nonces;
            by(
                "result",
                [
                    ("valid", nonces.valid),
                    ("hw_error", nonces.hardware_errors),
                    ("duplicate", nonces.duplicates),
                    ("stale", nonces.stale),
                    ("unverified", nonces.unverified),
                ],
            )
        }),
    )?;
    page.counters(
        "tensority_canaries",
        "Known-answer tests of the device",
        of_each(devices, |device| {
            let wrong = ("wrong", device.canaries_wrong);
            by("result", [("right", device.canaries_right), wrong])
        }),
    )?;
    page.gauges(
        "tensority_losses_ratio",
        "Where the time of the device went",
        of_each(devices, |device| {
            by(
                "part",
                device
                    .losses
                    .parts()
                    .map(|(part, ratio)| (part, Some(ratio))),
            )
        }),
    )?;
    page.gauges(
        "tensority_device_state",
        "1 for the condition that the device is in",
        of_each(devices, |device| {
            let value = |condition| Some(f64::from(u8::from(device.condition == condition)));
            by(
                "state",
                Condition::ALL.map(|condition| (condition.word(), value(condition))),
            )
        }),
    )?;
    page.counters(
        "tensority_device_restarts",
        "Times that the device was lost or restarted",
        of_each(devices, |device| one(device.restarts)),
    )?;
    page.gauges(
        "tensority_device_temperature_celsius",
        "How warm the device is",
        of_each(devices, |device| one(device.temperature_c)),
    )?;
    page.gauges(
        "tensority_device_last_valid_seconds",
        "How long ago the device last reported a result that was right",
        of_each(devices, |device| one(device.last_valid_seconds)),
    )?;
    page.gauges(
        "tensority_seed_switch_seconds",
        "Time from the first work of the latest seed to its matrix list",
        of_each(devices, |device| one(device.seed_switch_seconds)),
    )
}

fn sources(sources: &[Source], page: &mut Page) -> fmt::Result {
    page.gauges(
        "tensority_source_up",
        "1 if the source gives work, 0 if it does not though it is asked",
        of_each(sources, |source| {
            one(match source.condition {
                source::Condition::Active | source::Condition::Standby => Some(1.0),
                source::Condition::Connecting | source::Condition::Down => Some(0.0),
                source::Condition::Waiting => None,
            })
        }),
    )?;
    page.counters(
        "tensority_jobs",
        "Jobs that the source gave",
        of_each(sources, |source| one(source.jobs)),
    )?;
    page.counters(
        "tensority_shares",
        "What became of shares; the reason is that of a reject",
        of_each(sources, |source| shares(&source.shares)),
    )?;
    page.gauges(
        "tensority_shares_pending",
        "Shares on their way to the source",
        of_each(sources, |source| one(Some(source.shares.pending as f64))),
    )?;
    page.gauges(
        "tensority_shares_waiting",
        "Shares that wait until the source has answered others",
        of_each(sources, |source| one(Some(source.shares.waiting as f64))),
    )?;
    page.gauges(
        "tensority_pool_hashrate_hashes_per_second",
        "Rate that accepted shares stand for, with the bounds of 95 of 100 cases",
        of_each(sources, |source| estimate(&source.implied_rate)),
    )?;
    page.gauges(
        "tensority_answer_seconds",
        "Mean time from a submit to its answer",
        of_each(sources, |source| one(source.answer_seconds)),
    )
}

fn verification(verification: &Verification, page: &mut Page) -> fmt::Result {
    page.gauges(
        "tensority_verify_waiting",
        "Results that wait to be hashed again",
        one(Some(verification.waiting as f64)),
    )?;
    page.counters(
        "tensority_verify_busy_seconds",
        "Time of processors that hashing again took",
        one(verification.busy_seconds),
    )?;
    page.histogram(
        "tensority_verify_seconds",
        "Time of a result from report to verdict",
        &verification.latency,
        verification.latency_seconds,
    )
}

/// What carries the name of what it is about.
trait Named {
    const LABEL: &str;
    fn name(&self) -> &str;
}

impl Named for Device {
    const LABEL: &str = "device";
    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for Source {
    const LABEL: &str = "pool";
    fn name(&self) -> &str {
        &self.name
    }
}

/// The values of each thing, under its name and the labels of the value.
fn of_each<'a, T: Named, V>(
    things: &'a [T],
    values: impl Fn(&'a T) -> Vec<(Labels<'a>, V)>,
) -> Vec<(Labels<'a>, V)> {
    let named = |thing: &'a T| {
        let values = values(thing).into_iter();
        values.map(|(mut labels, value)| {
            labels.insert(0, (T::LABEL, thing.name()));
            (labels, value)
        })
    };
    things.iter().flat_map(named).collect()
}

fn one<'a, V>(value: V) -> Vec<(Labels<'a>, V)> {
    vec![(Labels::new(), value)]
}

/// Values that one label tells apart.
fn by<'a, V>(
    label: &'static str,
    values: impl IntoIterator<Item = (&'a str, V)>,
) -> Vec<(Labels<'a>, V)> {
    let labelled = |(word, value)| (vec![(label, word)], value);
    values.into_iter().map(labelled).collect()
}

fn windows(windows: &Windows) -> [(&'static str, Option<f64>); 5] {
    [
        ("5s", windows.over_5s),
        ("1m", windows.over_1m),
        ("5m", windows.over_5m),
        ("15m", windows.over_15m),
        ("start", windows.since_start),
    ]
}

fn estimate<'a>(estimate: &Estimate) -> Vec<(Labels<'a>, Option<f64>)> {
    let intervals = [("15m", estimate.over_15m), ("start", estimate.since_start)];
    let known = intervals.into_iter().filter_map(|(window, interval)| {
        let interval = interval?;
        let values = [
            ("value", interval.value),
            ("low", interval.low),
            ("high", interval.high),
        ];
        Some(values.map(|(bound, rate)| (vec![("window", window), ("bound", bound)], Some(rate))))
    });
    known.flatten().collect()
}

fn shares(shares: &Shares) -> Vec<(Labels<'_>, u64)> {
    let rejected = shares.rejected.iter();
    let rejected = rejected.map(|(reason, count)| ("rejected", reason.as_str(), *count));
    let others = [
        ("accepted", "", shares.accepted),
        ("stale", "", shares.stale),
        ("unanswered", "", shares.unanswered),
        ("not_submitted", "", shares.not_submitted),
    ];
    let labelled = |(result, reason, count)| (vec![("result", result), ("reason", reason)], count);
    others.into_iter().chain(rejected).map(labelled).collect()
}
