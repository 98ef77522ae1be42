//! The real Prometheus, which set-up puts into the tools folder.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::expression::always;
use crate::support::nobody;

/// A program of Prometheus: in the tools folder, or installed.
fn program(name: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tools = std::env::var_os("TENSORITY_TOOLS").filter(|folder| !folder.is_empty());
    let tools = tools.map_or_else(|| root.join(".tools"), PathBuf::from);
    let unpacked = tools.join("prometheus/usr/bin").join(name);
    Command::new(if unpacked.exists() {
        unpacked
    } else {
        name.into()
    })
}

const MISSING: &str = "Prometheus is missing; run: cargo xtask setup";

/// Runs `promtool` over a file, which has to be as it expects.
#[track_caller]
pub fn promtool(arguments: &[&str], file: &Path) {
    let output = program("promtool").args(arguments).arg(file).output();
    let output = output.expect(MISSING);
    let text = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&text)
    );
}

/// An alert rule, as the server understood it.
pub struct Rule(String);

impl Rule {
    /// An expression that has an answer also where there is nothing to raise.
    pub fn always(&self) -> String {
        always(&self.0)
    }
}

/// A server that scrapes miners each second, and ends with the test.
pub struct Prometheus {
    server: Child,
    address: SocketAddr,
    _folder: TempDir,
}

const PATIENCE: Duration = Duration::from_secs(60);

impl Prometheus {
    /// Starts one with these rules.
    pub fn start(miners: &[SocketAddr], rules: &Path) -> Self {
        let folder = TempDir::new().expect("a folder");
        let config = folder.path().join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
             rule_files: [{:?}]\n\
             scrape_configs:\n  - job_name: tensority\n    static_configs: [{{ targets: {:?} }}]\n",
            rules.display(),
            miners.iter().map(SocketAddr::to_string).collect::<Vec<_>>()
        );
        fs::write(&config, text).expect("a file");
        promtool(&["check", "config"], &config);
        let address = nobody();
        let server = program("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect(MISSING);
        let started = Self {
            server,
            address,
            _folder: folder,
        };
        let ready = format!("http://{address}/-/ready");
        started.wait_until("it is ready", || ureq::get(&ready).call().is_ok());
        started.wait_until("it has scraped", || started.ask("up == 1") == miners.len());
        started
    }

    /// How many series answer an expression.
    #[track_caller]
    pub fn ask(&self, expression: &str) -> usize {
        let answer = self.get("query", &[("query", expression)]);
        let result = answer["data"]["result"].as_array();
        result
            .unwrap_or_else(|| panic!("{expression}: {answer}"))
            .len()
    }

    /// The rules, all of which it can evaluate.
    pub fn rules(&self) -> Vec<Rule> {
        let all = || {
            let answer = self.get("rules", &[]);
            let groups = answer["data"]["groups"].as_array().expect("groups").clone();
            let rules = groups
                .iter()
                .flat_map(|group| group["rules"].as_array().cloned());
            rules.flatten().collect::<Vec<_>>()
        };
        self.wait_until("rules are evaluated", || {
            all().iter().all(|rule| rule["health"] != "unknown")
        });
        let rules = all().into_iter().map(|rule| {
            assert_eq!(rule["health"], "ok", "{rule}");
            Rule(rule["query"].as_str().expect("an expression").to_owned())
        });
        rules.collect()
    }

    /// Lets the next scrape happen, which nobody is told of.
    pub fn wait_for_scrape(&self) {
        sleep(Duration::from_millis(250));
    }

    /// Waits until an alert is on its way.
    pub fn wait_for_alert(&self, name: &str) {
        let expression = format!("ALERTS{{alertname={name:?}}}");
        self.wait_until(name, || self.ask(&expression) > 0);
    }

    #[track_caller]
    fn wait_until(&self, what: &str, reached: impl Fn() -> bool) {
        let start = Instant::now();
        while !reached() {
            assert!(
                start.elapsed() < PATIENCE,
                "{what}: not within {PATIENCE:?}"
            );
            self.wait_for_scrape();
        }
    }

    #[track_caller]
    fn get(&self, what: &str, parameters: &[(&str, &str)]) -> Value {
        let url = format!("http://{}/api/v1/{what}", self.address);
        let request = ureq::get(&url).query_pairs(parameters.iter().copied());
        let request = request.config().http_status_as_error(false).build();
        let text = request
            .call()
            .and_then(|mut answer| answer.body_mut().read_to_string());
        let text = text.unwrap_or_else(|error| panic!("{url}: {error}"));
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It has ended already if it could not start.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
