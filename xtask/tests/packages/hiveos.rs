//! The package for HiveOS, unpacked into a folder, with a miner at a development node.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::{command, package, run};

const SCRIPTS: [&str; 3] = ["h-config.sh", "h-run.sh", "h-stats.sh"];

/// The archive as HiveOS unpacks it, with all paths below a folder.
struct Unpacked(TempDir);

impl Unpacked {
    fn new() -> Self {
        let unpacked = Self(TempDir::new().expect("a folder"));
        run(command("tar", ["--extract", "--gzip", "--file"])
            .arg(package(".tar.gz"))
            .arg("--directory")
            .arg(unpacked.0.path()));
        let manifest = unpacked.file("h-manifest.conf");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let folder = unpacked.0.path().display().to_string();
        let text = text.replace("/hive/miners/custom", &folder);
        let text = text.replace("/var/log/miner", &format!("{folder}/log"));
        fs::write(manifest, text).expect("a manifest");
        unpacked
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join("tensority").join(name)
    }

    /// Sources scripts as HiveOS does, in a shell with the manifest; what `then` prints.
    fn source(&self, variables: &[(&str, &str)], scripts: &[&str], then: &str) -> String {
        let files = ["h-manifest.conf"].iter().chain(scripts);
        let lines = files.map(|name| format!(". '{}'", self.file(name).display()));
        let text = lines
            .chain([then.to_owned()])
            .collect::<Vec<_>>()
            .join("\n");
        let variables = variables.iter().copied();
        run(command("bash", ["-c", &text]).envs(variables))
    }

    /// What the agent gets: the rate in kH/s, and the rest.
    fn stats(&self) -> (f64, Value) {
        let text = self.source(&[], &["h-stats.sh"], "echo \"$khs\"; echo \"$stats\"");
        let (khs, stats) = text.split_once('\n').expect("two lines");
        let stats = serde_json::from_str(stats).unwrap_or_else(|_| panic!("no JSON: {stats}"));
        (khs.parse().expect("a number"), stats)
    }
}

/// A program with all that it has started, until the end of a test.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.process_group(0).spawn().expect("it starts"))
    }

    fn signal(&self, signal: &str) -> bool {
        let group = format!("-{}", self.0.id());
        let kill = command("kill", [signal, "--", &group])
            .stderr(Stdio::null())
            .status();
        kill.expect("kill").success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.signal("-KILL");
        let _ = self.0.wait();
    }
}

fn get(address: &str) -> Option<Value> {
    let url = format!("http://{address}/api/v0");
    let output = command("curl", ["--silent", "--fail", &url])
        .output()
        .expect("curl");
    serde_json::from_slice(&output.stdout).ok()
}

#[test]
#[ignore = "needs packages: cargo xtask package"]
fn the_archive_is_as_hiveos_wants_it() {
    let path = package(".tar.gz");
    // Name and version are told apart by the last dash.
    let version = env!("CARGO_PKG_VERSION").replace('-', "_");
    let name = path.file_name().and_then(|name| name.to_str());
    assert_eq!(name, Some(&*format!("tensority-{version}.tar.gz")));
    let listed = run(command("tar", ["--list", "--verbose", "--gzip", "--file"]).arg(path));
    let executable = |file: &str| {
        let line = listed
            .lines()
            .find(|line| line.ends_with(&format!(" tensority/{file}")));
        line.unwrap_or_else(|| panic!("no {file} in {listed}"))
            .starts_with("-rwxr-xr-x root/root")
    };
    assert!(
        SCRIPTS
            .iter()
            .chain(&["tensority"])
            .all(|file| executable(file)),
        "{listed}"
    );
    assert!(!executable("h-manifest.conf"), "{listed}");

    let unpacked = Unpacked::new();
    let text = unpacked.source(&[], &[], "echo \"$CUSTOM_NAME $CUSTOM_VERSION\"");
    assert_eq!(text, format!("tensority {version}\n"));
    let mut shellcheck = command("shellcheck", ["--external-sources"]);
    run(shellcheck
        .args(SCRIPTS)
        .current_dir(unpacked.0.path().join("tensority")));
}

#[test]
#[ignore = "needs packages: cargo xtask package"]
fn a_flight_sheet_becomes_a_configuration_whatever_is_in_it() {
    let unpacked = Unpacked::new();
    let sheet = [
        (
            "CUSTOM_URL",
            "one.example:1118\nstratum+ssl://two.example:1119, stratum+tcp://three.example:1",
        ),
        ("CUSTOM_TEMPLATE", "acc\"o\\unt.$(rig)"),
        ("CUSTOM_PASS", "it's `x`"),
        (
            "CUSTOM_USER_CONFIG",
            "[[device]]\nuse = \"cpu:1\"\n\n[verify]\nthreads = 2",
        ),
    ];
    let text = unpacked.source(
        &sheet,
        &["h-config.sh"],
        "umask; cat \"$CUSTOM_CONFIG_FILENAME\"",
    );
    assert!(text.contains(r#"password = "it's `x`""#), "{text}");
    let mut explain = Command::new(unpacked.file("tensority"));
    let explained = run(explain
        .args(["config", "explain"])
        .arg(unpacked.file("config.toml")));
    for value in [
        r#"source[0].url "stratum+tcp://one.example:1118""#,
        r#"source[1].url "stratum+ssl://two.example:1119""#,
        r#"source[2].url "stratum+tcp://three.example:1""#,
        r#"source[2].user "acc\"o\\unt.$(rig)""#,
        r#"device[0].use "cpu:1""#,
        "verify.threads 2",
    ] {
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = explained.lines().any(|line| words(line).starts_with(value));
        assert!(found, "no {value} in {explained}");
    }
    let mode = run(command("stat", ["--format=%a"]).arg(unpacked.file("config.toml")));
    assert_eq!(mode, "600\n");
}

#[test]
#[ignore = "needs packages: cargo xtask package"]
fn the_agent_is_told_what_the_miner_says() {
    let unpacked = Unpacked::new();
    assert_eq!(unpacked.stats(), (0.0, Value::Null));
    let arguments = [
        "node",
        "--listen",
        "127.0.0.1:0",
        "--bits",
        "0x20000000003fffff",
    ];
    let mut node = Command::new(unpacked.file("tensority"));
    let said = unpacked.0.path().join("node.log");
    let log = fs::File::create(&said).expect("a file");
    let _node = Running::start(node.args(arguments).stdout(log).stderr(Stdio::null()));
    let url = wait_for(
        "the node",
        || url(&fs::read_to_string(&said).expect("text")),
    );
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let api = free.expect("a free port").to_string();
    let more = format!(
        "[[device]]\nuse = \"cpu:1\"\n\n[api]\nlisten = \"{api}\"\n\n[state]\nfile = \"off\""
    );
    let sheet = [("CUSTOM_URL", &*url), ("CUSTOM_USER_CONFIG", &more)];
    unpacked.source(&sheet, &["h-config.sh"], "");

    let mut miner = Command::new(unpacked.file("h-run.sh"));
    let mut miner = Running::start(miner.current_dir(Path::new("/")).stdout(Stdio::null()));
    let before = wait_for("the miner", || {
        get(&api).filter(|state| state["total"]["rates"]["device"]["over_5s"].is_f64())
    });
    let (khs, stats) = unpacked.stats();
    let after = get(&api).expect("a state");

    let between = |value: &Value, path: &str, what: &str| {
        let value = value
            .as_f64()
            .unwrap_or_else(|| panic!("no number: {value}"));
        let [low, high] =
            [&before, &after].map(|state| state.pointer(path).and_then(Value::as_f64));
        let (low, high) = (low.expect("a number").floor(), high.expect("a number"));
        assert!(
            low <= value && value <= high,
            "{what}: {value}, not from {low} to {high}"
        );
    };
    between(&stats["uptime"], "/uptime_seconds", "uptime");
    between(&stats["ar"][0], "/total/shares/accepted", "accepted");
    assert_eq!(
        (&stats["algo"], &stats["hs_units"]),
        (&"tensority".into(), &"hs".into())
    );
    assert_eq!(stats["ver"], env!("CARGO_PKG_VERSION"));
    for list in ["hs", "temp", "fan", "bus_numbers"] {
        assert_eq!(
            stats[list].as_array().map(Vec::len),
            Some(1),
            "{list}: {stats}"
        );
    }
    let hs = stats["hs"][0].as_f64().expect("a rate");
    assert!(
        hs > 0.0 && (khs * 1000.0 - hs).abs() < 1e-6 * hs,
        "{khs} kH/s, {stats}"
    );

    // As from its screen. The log has its last words.
    assert!(miner.signal("-INT"));
    assert!(miner.0.wait().expect("an end").success());
    let log = fs::read_to_string(unpacked.0.path().join("log/tensority/tensority.log"));
    let log = log.expect("a log");
    assert!(
        log.lines().any(|line| line.starts_with("summary ")),
        "{log}"
    );
    assert_eq!(unpacked.stats(), (0.0, Value::Null));
}

/// Where a development node says that it is.
fn url(said: &str) -> Option<String> {
    let line = said.split_once('\n')?.0;
    Some(line[line.find("http://")?..].to_owned())
}

/// Asks again and again for what nobody tells by himself.
fn wait_for<T>(what: &str, reached: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = reached() {
            return value;
        }
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{what} does not answer"
        );
        sleep(Duration::from_millis(100));
    }
}
