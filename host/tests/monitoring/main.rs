//! Alert rules and dashboards, held against the metrics of a miner that mines and against the real Prometheus.

mod expression;
mod prometheus;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::sleep;
use std::time::{Duration, Instant};

use expression::{expressions_of_dashboard, names_of_metrics};
use prometheus::{Prometheus, promtool};
use support::{Home, Miner, get, nobody, node};
use tensority_devnet::node::Running;
use tensority_telemetry::State;
use tensority_telemetry::published::Published;

/// Files that are installed on machines.
fn system(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("system")
        .join(name)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

const DASHBOARDS: [&str; 2] = ["grafana/fleet.json", "grafana/miner.json"];

/// How long something may take that takes a few seconds.
const PATIENCE: Duration = Duration::from_secs(60);

const RULES: &str = "prometheus/tensority.rules.yml";

/// A miner at work.
struct Mining {
    miner: Miner,
    api: SocketAddr,
    _node: Running,
    _home: Home,
}

impl Mining {
    /// Starts one, and waits for its first accepted share.
    fn start() -> Self {
        let (_chain, server, url) = node();
        let home = Home::new();
        let api = nobody();
        let listen = api.to_string();
        let others = ["-o", &url, "--api-listen", &listen, "--state-file", "off"];
        let mut miner = Miner::start(&home, &[&["-d", "cpu:1"], &others[..]].concat());
        miner.wait_for("share", |share| share["result"] == "accepted");
        Self {
            miner,
            api,
            _node: server,
            _home: home,
        }
    }

    /// Its state, with a rate of verified results and a job.
    fn state(&self) -> State {
        let start = Instant::now();
        loop {
            let (status, state) = get(self.api, "/api/v0");
            assert!(status.contains("200"), "{status}");
            let state: State = serde_json::from_str(&state).expect("a state");
            let known = state.total.rates.verified.over_15m.is_some();
            // After a block there is none until the node is asked again.
            if known && state.total.shares.accepted > 0 && state.job.is_some() {
                return state;
            }
            assert!(start.elapsed() < PATIENCE, "{state:?}");
            // What is served is published every second, which nobody is told.
            sleep(Duration::from_millis(50));
        }
    }

    /// Serves what is known of it now, with what only boards tell.
    fn with_board(&self) -> tensority_api::Running {
        let mut state = self.state();
        let device = &mut state.devices[0];
        device.expected_rate = Some(12.5);
        device.temperature_c = Some(41.5);
        let published = Arc::new(Published::default());
        published.publish(state);
        let settings = tensority_api::Settings {
            listen: Some("127.0.0.1:0".parse().expect("an address")),
            ..tensority_api::Settings::default()
        };
        let (commands, _) = mpsc::channel();
        tensority_api::start(settings, published, commands).expect("a free port")
    }
}

/// The metrics that docs/api.md lists.
fn documented() -> BTreeSet<String> {
    let page = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/api.md"));
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| `tensority_"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let names: BTreeSet<_> = cells.flat_map(names_of_metrics).collect();
    assert!(names.len() > 20, "{names:?}");
    names
}

/// The metrics that a miner serves, by the names of their samples; a histogram by its own.
fn served(text: &str) -> BTreeSet<String> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let names = types.map(|line| match line.split_once(' ') {
        Some((name, "counter")) => format!("{name}_total"),
        Some((name, "info")) => format!("{name}_info"),
        Some((name, _)) => name.to_owned(),
        None => panic!("no type in {line}"),
    });
    names.collect()
}

/// The metric that a name in an expression is about.
fn metric(name: &str) -> &str {
    let parts = ["_bucket", "_sum", "_count"];
    let part = parts.iter().find_map(|part| name.strip_suffix(part));
    part.filter(|name| *name == "tensority_verify_seconds")
        .unwrap_or(name)
}

#[test]
fn every_metric_is_looked_at_and_none_that_does_not_exist() {
    let mut text = read(&system(RULES));
    for dashboard in DASHBOARDS {
        text += &expressions_of_dashboard(&read(&system(dashboard))).join("\n");
    }
    let names = names_of_metrics(&text);
    let used: BTreeSet<_> = names.iter().map(|name| metric(name).to_owned()).collect();
    let documented = documented();
    let missing: Vec<_> = documented.difference(&used).collect();
    assert!(missing.is_empty(), "nobody looks at {missing:?}");
    let unknown: Vec<_> = used.difference(&documented).collect();
    assert!(unknown.is_empty(), "docs/api.md does not know {unknown:?}");
}

#[test]
fn every_alert_has_a_runbook_and_every_runbook_an_alert() {
    let rules = read(&system(RULES));
    let value = |line: &str, key: &str| line.trim().strip_prefix(key).map(String::from);
    let alerts = rules.lines().filter_map(|line| value(line, "- alert: "));
    let alerts: Vec<_> = alerts.collect();
    let runbooks = rules.lines().filter_map(|line| value(line, "runbook: "));
    let expected = alerts
        .iter()
        .map(|alert| format!("docs/fleet.md#{}", alert.to_lowercase()));
    assert_eq!(runbooks.collect::<Vec<_>>(), expected.collect::<Vec<_>>());

    let page = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fleet.md"));
    let headings = page.lines().filter_map(|line| line.strip_prefix("### "));
    let headings: Vec<_> = headings
        .filter(|name| name.starts_with("Tensority"))
        .collect();
    assert_eq!(headings, alerts);
    let tests = read(&system("prometheus/tensority.test.yml"));
    for alert in alerts {
        let fires = format!("alertname: {alert}\n        exp_alerts:");
        let does_not = format!("alertname: {alert} }}");
        assert!(tests.contains(&fires), "no test in which {alert} is raised");
        assert_eq!(tests.matches(&does_not).count(), 2, "{alert}");
    }
}

#[test]
fn rules_are_raised_by_what_they_are_for_and_by_nothing_else() {
    promtool(&["check", "rules"], &system(RULES));
    promtool(&["test", "rules"], &system("prometheus/tensority.test.yml"));
}

#[test]
fn prometheus_has_an_answer_for_every_rule_and_every_panel() {
    let mining = Mining::start();
    let served_board = mining.with_board();
    let board = served_board.addr().expect("an address");
    let prometheus = Prometheus::start(&[mining.api, board], &system(RULES));
    let mut wanted: Vec<_> = prometheus
        .rules()
        .iter()
        .map(|rule| rule.always())
        .collect();
    assert!(wanted.len() > 20, "{wanted:?}");
    for dashboard in DASHBOARDS {
        let expressions = expressions_of_dashboard(&read(&system(dashboard)));
        assert!(expressions.len() > 20, "{dashboard}: {expressions:?}");
        wanted.extend(expressions);
    }

    // Some need two scrapes, and some what the miner knows only after a while.
    let start = Instant::now();
    while !wanted.is_empty() {
        wanted.retain(|expression| prometheus.ask(expression) == 0);
        assert!(start.elapsed() < PATIENCE, "no answer to {wanted:#?}");
        prometheus.wait_for_scrape();
    }
    assert_eq!(prometheus.ask("tensority_no_such_metric"), 0);
    let (status, metrics) = get(board, "/metrics");
    assert!(status.contains("200"), "{status}");
    assert_eq!(served(&metrics), documented());

    mining.miner.signal("-TERM");
    prometheus.wait_for_alert("TensorityMinerGone");
}
