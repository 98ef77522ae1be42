//! Nothing that is shown holds a secret.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tensority_config::{
    ConfigError, Loaded, Overrides, ReadableByAll, Secret, SecretOf, load, load_without_secrets,
};

const SECRET: &str = "s3cr3t-t0k3n";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    /// Writes a file that only its owner may read.
    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("a file");
        set_mode(&path, 0o600);
        path
    }

    fn load(&self, config: &str) -> Result<Loaded, ConfigError> {
        let path = self.write("config.toml", config);
        load(Some(&path), &BTreeMap::new(), &Overrides::default())
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("a mode");
}

/// Everything that a configuration says of itself.
fn shown(loaded: &Loaded) -> String {
    format!("{loaded:?} {loaded:#?} {:?}", loaded.explain())
}

#[test]
fn secrets_are_known_and_not_shown() {
    let folder = Folder::new();
    folder.write("token", &format!("{SECRET}-3\n"));
    let config = format!(
        "[[source]]\nurl = \"http://id:{SECRET}-1@host:9888\"\n\
         [[source]]\nurl = \"http://host\"\npassword = \"{SECRET}-2\"\n\
         [api]\ntoken_file = \"token\"\n"
    );
    let loaded = folder.load(&config).expect("a configuration");
    let reveal = |secret: &Option<Secret>| secret.as_ref().expect("a secret").reveal().to_owned();
    let [one, two] = &loaded.config.sources[..] else {
        panic!("{loaded:?}");
    };
    assert_eq!(one.url.reveal(), format!("http://id:{SECRET}-1@host:9888"));
    assert_eq!(reveal(&two.password), format!("{SECRET}-2"));
    assert_eq!(reveal(&loaded.config.api.token), format!("{SECRET}-3"));
    assert_eq!(loaded.warnings, []);

    let shown = shown(&loaded);
    assert!(!shown.contains(SECRET), "{shown}");
    let places = ["http://(hidden)@host:9888", "(hidden)", "(from /", "/token"];
    for place in places {
        assert!(shown.contains(place), "no {place:?} in {shown}");
    }
}

#[test]
fn secrets_of_variables_and_flags_are_not_shown() {
    let environment = [("TENSORITY_API_TOKEN".into(), SECRET.into())];
    let overrides = Overrides {
        urls: vec![format!("stratum+tcp://a:b@{SECRET}@host")],
        pass: Some(SECRET.into()),
        ..Overrides::default()
    };
    let loaded = load(None, &environment.into(), &overrides).expect("a configuration");
    assert!(!shown(&loaded).contains(SECRET), "{}", shown(&loaded));
}

#[test]
fn mistakes_do_not_show_secrets() {
    let folder = Folder::new();
    let configs = [
        format!("[api]\ntoken = [\"{SECRET}\"]\n"),
        format!("[api]\ntoken = \"{SECRET}\n"),
        format!("[api]\ntoken = \"{SECRET}\" x\n"),
        format!("[api]\ntoken = {SECRET}\n"),
        format!("[api]\ntokn = \"{SECRET}\"\n"),
        format!("[api]\ntoken = \"{SECRET}\"\ntoken_file = \"token\"\n"),
        format!("[[source]]\nurl = [\"http://id:{SECRET}@host\"]\n"),
        format!("token = \"{SECRET}\"\n"),
    ];
    for config in configs {
        let error = folder.load(&config).expect_err("it is refused");
        let text = format!("{error} {error:?}");
        assert!(!text.contains(SECRET), "{text}");
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
    let variable = [("TENSORITY_API_TOKN".into(), SECRET.into())];
    let error = load(None, &variable.into(), &Overrides::default()).expect_err("it is refused");
    assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
}

#[test]
fn the_later_of_a_secret_and_its_file_counts() {
    let folder = Folder::new();
    let token = folder.write("token", SECRET);
    let path = folder.write("config.toml", "[api]\ntoken_file = \"absent\"\n");
    let load = |variable: &str, value: &str| {
        let environment = [(variable.to_owned(), value.to_owned())];
        load(Some(&path), &environment.into(), &Overrides::default())
    };
    // The file that nobody wants any more is not read.
    let loaded = load("TENSORITY_API_TOKEN", "short").expect("a configuration");
    let token_file = loaded
        .explain()
        .into_iter()
        .find(|value| value.path == "api.token_file");
    assert_eq!(token_file.expect("a key").value, None);
    assert_eq!(loaded.config.api.token.expect("a token").reveal(), "short");
    let loaded = load("TENSORITY_API_TOKEN_FILE", &token.display().to_string());
    let token = loaded.expect("a configuration").config.api.token;
    assert_eq!(token.expect("a token").reveal(), SECRET);
}

#[test]
fn secrets_that_cannot_be_read_are_refused_at_the_place_that_names_them() {
    let folder = Folder::new();
    let config = "[api]\ntoken_file = \"token\"\n";
    let error = folder.load(config).expect_err("there is no file");
    assert!(matches!(error, ConfigError::SecretFile { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("config.toml:2:14: cannot read the secret in "),
        "{error}"
    );
    for (content, found) in [
        ("", "nothing"),
        ("\n", "nothing"),
        ("one\ntwo\n", "several lines"),
        ("nul\0\n", "control characters"),
        (&"x".repeat(4097), "more than 4096 bytes"),
    ] {
        folder.write("token", content);
        let error = folder.load(config).expect_err("it holds none").to_string();
        assert!(
            error.contains("config.toml:2:14: expected a file with a secret"),
            "{error}"
        );
        assert!(error.contains(found), "{error}");
    }
    folder.write("token", "with spaces within\r\n");
    let token = folder
        .load(config)
        .expect("a configuration")
        .config
        .api
        .token;
    assert_eq!(token.expect("a token").reveal(), "with spaces within");
}

#[test]
fn a_secret_that_everyone_may_read_is_warned_of() {
    let folder = Folder::new();
    let token = folder.write("token", SECRET);
    set_mode(&token, 0o644);
    let config = folder.write("config.toml", "[api]\ntoken_file = \"token\"\n");
    set_mode(&config, 0o644);
    let load = || load(Some(&config), &BTreeMap::new(), &Overrides::default());
    let warnings = load().expect("a configuration").warnings;
    assert_eq!(warnings, [ReadableByAll(token)]);
    assert!(
        warnings[0].to_string().contains("chmod o-rwx /"),
        "{}",
        warnings[0]
    );

    fs::write(&config, "[api]\ntoken = \"x\"\n").expect("a file");
    let warnings = load().expect("a configuration").warnings;
    assert_eq!(warnings, [ReadableByAll(config.clone())]);
}

#[test]
fn who_needs_one_secret_reads_the_file_of_that_one_only() {
    let folder = Folder::new();
    folder.write("token", SECRET);
    let config = folder.write(
        "config.toml",
        "[[source]]\nurl = \"http://one\"\npassword_file = \"absent\"\n\
         [[source]]\nurl = \"http://two\"\npassword_file = \"token\"\n\
         [api]\ntoken_file = \"nowhere\"\n",
    );
    let mut loaded =
        load_without_secrets(Some(&config), &BTreeMap::new(), &Overrides::default()).unwrap();
    loaded.read_secrets(&[SecretOf::Source(1)]).unwrap();
    let password = loaded.config.sources[1].password.as_ref();
    assert_eq!(password.map(Secret::reveal), Some(SECRET));
    for (of, name) in [(SecretOf::Source(0), "absent"), (SecretOf::Api, "nowhere")] {
        let error = loaded.read_secrets(&[of]).unwrap_err();
        assert!(
            matches!(&error, ConfigError::SecretFile { path, .. } if path.ends_with(name)),
            "{error}"
        );
    }
}
