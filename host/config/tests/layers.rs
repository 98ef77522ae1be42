//! Flags over environment over file over default, and each value knows its layer.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use tensority_config::{Config, ConfigError, Form, Loaded, Origin, Overrides, Policy, load};

const FILE: &str = "\
[[source]]
url = \"http://one:9888\"
form = \"hex\"
[[source]]
url = \"stratum+tcp://two:9888\"
user = \"file\"
[verify]
policy = \"after\"
threads = 2
[health]
sick_after_seconds = 60
[api]
listen = \"off\"
";

struct Machine {
    folder: TempDir,
    environment: BTreeMap<String, String>,
    overrides: Overrides,
}

impl Machine {
    fn new(file: &str, environment: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir(folder.path().join("tensority")).expect("a folder");
        fs::write(folder.path().join("tensority/config.toml"), file).expect("a file");
        let home = ("XDG_CONFIG_HOME", folder.path().to_str().expect("text"));
        let environment = environment.iter().chain([&home]);
        Self {
            environment: environment
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            overrides: Overrides::default(),
            folder,
        }
    }

    fn load(&self) -> Result<Loaded, ConfigError> {
        load(None, &self.environment, &self.overrides)
    }

    fn refusal(&self) -> String {
        self.load().expect_err("it is refused").to_string()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("tensority/config.toml")
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.into())
}

#[test]
fn without_a_word_everything_is_the_default() {
    let loaded = load(None, &BTreeMap::new(), &Overrides::default()).expect("a configuration");
    assert_eq!(
        (loaded.config.clone(), loaded.file.clone()),
        (Config::default(), None)
    );
    let all = loaded.explain();
    assert!(
        all.iter().all(|value| value.origin == Origin::Default),
        "{all:?}"
    );
}

#[test]
fn the_latest_layer_counts_and_is_named() {
    let mut machine = Machine::new(
        FILE,
        &[
            ("TENSORITY_VERIFY_POLICY", "sample:1/8"),
            ("TENSORITY_VERIFY_THREADS", "3"),
            ("TENSORITY_API_ALLOWED_HOSTS", "a, b"),
            ("TENSORITY_USB_ADAPTERS", "1209:5AF0, 0403:6015"),
            ("TENSORITY_BACKEND", "portable"),
            ("TENSORITY_HEALTH_DEAD_AFTER_SECONDS", ""),
        ],
    );
    machine.overrides.verify = text("before");
    let loaded = machine.load().expect("a configuration");
    let config = &loaded.config;
    let at = |line, column| Origin::File {
        path: machine.file(),
        line,
        column,
    };
    let variable = |name: &str| Origin::Environment(name.into());

    assert_eq!(config.verify.policy, Policy::Before);
    assert_eq!(loaded.origin("verify.policy"), Origin::Flag("--verify"));
    assert_eq!(config.verify.threads, 3);
    assert_eq!(
        loaded.origin("verify.threads"),
        variable("TENSORITY_VERIFY_THREADS")
    );
    assert_eq!(config.health.sick_after_seconds, 60);
    assert_eq!(loaded.origin("health.sick_after_seconds"), at(11, 22));
    assert_eq!(config.health.dead_after_seconds, 600);
    assert_eq!(loaded.origin("health.dead_after_seconds"), Origin::Default);
    assert_eq!(config.api.allowed_hosts, ["a", "b"]);
    assert_eq!(config.usb.adapters, [(0x1209, 0x5af0), (0x0403, 0x6015)]);
    assert_eq!(config.api.listen.0, None);
    assert_eq!(config.sources[0].form, Form::Hex);
    assert_eq!(loaded.origin("source[1].url"), at(5, 7));
    assert_eq!(loaded.file, Some(machine.file()));
}

#[test]
fn flags_replace_the_lists_and_speak_for_every_source() {
    let mut machine = Machine::new(FILE, &[]);
    machine.overrides.user = text("flag");
    let loaded = machine.load().expect("a configuration");
    let users: Vec<_> = loaded
        .config
        .sources
        .iter()
        .map(|source| source.user.clone())
        .collect();
    assert_eq!(users, [text("flag"), text("flag")]);

    machine.overrides.urls = vec!["http://three".into()];
    machine.overrides.devices = vec!["cpu".into(), "sim".into()];
    let loaded = machine.load().expect("a configuration");
    let source = &loaded.config.sources[..];
    assert_eq!((source.len(), source[0].url.reveal()), (1, "http://three"));
    assert_eq!(source[0].form, Form::Json);
    assert_eq!(loaded.origin("source[0].url"), Origin::Flag("--url"));
    assert_eq!(loaded.origin("source[0].form"), Origin::Default);
    let devices: Vec<_> = loaded
        .config
        .devices
        .iter()
        .map(|device| &device.choice)
        .collect();
    assert_eq!(devices, ["cpu", "sim"]);
}

#[test]
fn mistakes_outside_the_file_are_refused_with_their_names() {
    let machine = Machine::new("", &[("TENSORITY_VERIFY_THREADS", "many")]);
    let expected =
        "TENSORITY_VERIFY_THREADS: expected a whole number from 1 to 1024, found text \"many\"";
    assert_eq!(machine.refusal(), expected);

    let machine = Machine::new("", &[("TENSORITY_VERIFY_TREADS", "2")]);
    let expected = "TENSORITY_VERIFY_TREADS: expected a variable that means something, found this \
        one; did you mean `TENSORITY_VERIFY_THREADS`?";
    assert_eq!(machine.refusal(), expected);

    let machine = Machine::new("", &[("TENSORITY_WEATHER", "2")]);
    assert!(
        !machine.refusal().contains("mean `"),
        "{}",
        machine.refusal()
    );

    let mut machine = Machine::new("", &[("TENSORITY_PORT_9890_TCP", "tcp://10.0.0.1:9890")]);
    machine
        .load()
        .expect("what orchestration sets is not refused");
    machine.overrides.view = text("onn");
    let expected = "--view: expected `auto`, `on` or `off`, found text \"onn\"; did you mean `on`?";
    assert_eq!(machine.refusal(), expected);
}

#[test]
fn contradictions_between_layers_are_found_at_the_later_one() {
    let machine = Machine::new(
        "[health]\ndead_after_seconds = 300\n",
        &[("TENSORITY_HEALTH_SICK_AFTER_SECONDS", "301")],
    );
    let refusal = machine.refusal();
    assert!(
        refusal.starts_with("TENSORITY_HEALTH_SICK_AFTER_SECONDS: "),
        "{refusal}"
    );
}

#[test]
fn a_value_that_somebody_else_refuses_is_named_by_its_place() {
    let machine = Machine::new(FILE, &[]);
    let loaded = machine.load().expect("a configuration");
    let error = loaded.refuse("source[1].url", "expected a port, found none");
    let expected = format!(
        "{}:5:7: expected a port, found none",
        machine.file().display()
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn paths_go_from_the_folder_of_the_file() {
    let machine = Machine::new(
        "[[source]]\nurl = \"a\"\nca_file = \"ca.pem\"\n[state]\nfile = \"/s.json\"\n",
        &[],
    );
    let config = machine.load().expect("a configuration").config;
    let folder = machine.folder.path().join("tensority");
    assert_eq!(config.sources[0].ca_file, Some(folder.join("ca.pem")));
    assert_eq!(config.state.file, Some("/s.json".into()));
}

#[test]
fn the_history_is_beside_the_totals_unless_somebody_says_where() {
    let history = |file: &str| {
        let loaded = Machine::new(file, &[("STATE_DIRECTORY", "/var/lib/tensority")]).load();
        loaded.expect("a configuration").config.state.history
    };
    let path = |path: &str| Some(PathBuf::from(path));
    assert_eq!(history(""), path("/var/lib/tensority/state.history.db"));
    assert_eq!(
        history("[state]\nfile = \"/a/one.json\"\n"),
        path("/a/one.history.db")
    );
    assert_eq!(history("[state]\nfile = \"off\"\n"), None);
    assert_eq!(history("[state]\nhistory = \"off\"\n"), None);
    let alone = "[state]\nfile = \"off\"\nhistory = \"/b.db\"\n";
    assert_eq!(history(alone), path("/b.db"));
}

#[test]
fn the_state_is_kept_where_the_environment_says() {
    let file = |file: &str, environment: &[(&str, &str)]| {
        let loaded = Machine::new(file, environment).load();
        loaded.expect("a configuration").config.state.file
    };
    let service = ("STATE_DIRECTORY", "/var/lib/tensority:/other");
    let (xdg, home) = (("XDG_STATE_HOME", "/x"), ("HOME", "/home/me"));
    let path = |path: &str| Some(PathBuf::from(path));
    assert_eq!(
        file("", &[service, xdg, home]),
        path("/var/lib/tensority/state.json")
    );
    assert_eq!(file("", &[xdg, home]), path("/x/tensority/state.json"));
    let of_home = path("/home/me/.local/state/tensority/state.json");
    assert_eq!(file("", &[("XDG_STATE_HOME", "relative"), home]), of_home);
    assert_eq!(file("", &[]), None);
    assert_eq!(file("[state]\nfile = \"off\"\n", &[home]), None);
    assert_eq!(file("", &[home, ("TENSORITY_STATE_FILE", "f")]), path("f"));
}
