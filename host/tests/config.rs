//! `tensority config` and `tensority generate` as people and scripts use them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use tensority_device::discovery::USB_IDS;

const SECRET: &str = "s3cr3t-t0k3n";

/// A home folder, in which nothing is configured yet.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("a file");
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tensority"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.0.path())
            .current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .output()
            .expect("the command starts")
    }

    /// What a command prints that ends well and has nothing to complain about.
    #[track_caller]
    fn answer(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*error), (Some(0), ""));
        String::from_utf8(output.stdout).expect("text")
    }
}

/// What a command says that is refused.
#[track_caller]
fn refusal(output: &Output, code: i32) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert_eq!(output.stdout, b"", "{error}");
    error
}

#[test]
fn a_new_configuration_is_good_and_says_the_defaults() {
    let home = Home::new();
    let before = home.answer(&["config", "check"]);
    assert!(
        before.starts_with("ok: 0 sources, 1 device, 0 warnings; there is no file"),
        "{before}"
    );

    let file = home.0.path().join(".config/tensority/config.toml");
    let file = file.to_str().expect("text");
    assert_eq!(home.answer(&["config", "init"]), format!("wrote {file}\n"));
    let checked = home.answer(&["config", "check"]);
    assert_eq!(
        checked,
        format!("ok: 1 source, 1 device, 0 warnings; {file}\n")
    );

    let explained = home.answer(&["config", "explain"]);
    let (defaults, others): (Vec<_>, Vec<_>) = explained
        .lines()
        .partition(|line| line.ends_with("  default"));
    assert!(defaults.len() > 20, "{explained}");
    let [url, device] = others[..] else {
        panic!("{explained}");
    };
    assert!(
        url.starts_with("source[0].url  ") && url.contains(file),
        "{url}"
    );
    assert!(
        device.starts_with("device[0].use  ") && device.contains(file),
        "{device}"
    );
}

#[test]
fn init_overwrites_nothing() {
    let home = Home::new();
    let file = home.write("mine.toml", "mine");
    let output = home.run(&["config", "init", "mine.toml"]);
    let error = refusal(&output, 74);
    assert!(
        error.starts_with("tensority: mine.toml: expected no file"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1);
    assert_eq!(fs::read_to_string(file).expect("a file"), "mine");
}

#[test]
fn explain_names_the_layer_of_each_value() {
    let home = Home::new();
    home.write("a.toml", "[verify]\nthreads = 2\nmatrix_lists = 4\n");
    let mut command = home.command(&["config", "explain", "a.toml"]);
    let output = command
        .env("TENSORITY_VERIFY_THREADS", "3")
        .output()
        .expect("it starts");
    let text = String::from_utf8(output.stdout).expect("text");
    let row = |key: &str| {
        let line = text
            .lines()
            .find(|line| line.starts_with(key))
            .expect("a line");
        line.split_whitespace()
            .skip(1)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(row("verify.threads"), "3 - TENSORITY_VERIFY_THREADS");
    assert_eq!(row("verify.matrix_lists"), "4 - a.toml:3:16");
    assert_eq!(row("verify.policy"), "\"before\" - default");
    assert_eq!(row("health.sick_after_seconds"), "120 s default");
}

#[test]
fn check_names_every_mistake_with_its_place() {
    let home = Home::new();
    let refused = |content: &str| {
        home.write("bad.toml", content);
        refusal(&home.run(&["config", "check", "bad.toml"]), 65)
    };
    let error = refused("[verify]\ntreads = 2\n[api]\nlisten = 1\n");
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines.len(), 2, "{error}");
    let first = "tensority: bad.toml:2:1: expected a key of `verify`, found \"treads\"; \
        did you mean `threads`?";
    assert_eq!(lines[0], first);
    assert!(
        lines[1].starts_with("tensority: bad.toml:4:10: expected an IP address"),
        "{error}"
    );

    // What only other parts of the program can tell.
    let error = refused("[[source]]\nurl = \"gopher://host\"\n");
    assert!(
        error.starts_with("tensority: bad.toml:2:7: expected http"),
        "{error}"
    );
    let error = refused("[[device]]\nuse = \"cpu:none\"\n");
    assert!(
        error.starts_with("tensority: bad.toml:2:7: expected cpu:"),
        "{error}"
    );
    home.write("ca.pem", "no certificate\n");
    for (key, found) in [
        (
            "ca_file = \"ca.pem\"",
            "expected certificates as PEM in ca.pem",
        ),
        (
            "certificate_sha256 = \"AB:CD\"",
            "expected 64 hexadecimal digits",
        ),
    ] {
        let error = refused(&format!("[[source]]\nurl = \"https://host\"\n{key}\n"));
        let begin = format!(
            "tensority: bad.toml:3:{}: {found}",
            key.find('"').unwrap_or(0) + 1
        );
        assert!(error.starts_with(&begin), "{error}");
    }
}

#[test]
fn a_configuration_is_named_as_for_other_commands_too() {
    let home = Home::new();
    home.write("a.toml", "[verify]\nthreads = 2\n");
    for arguments in [["-c", "a.toml"], ["--config", "a.toml"]] {
        let said = home.answer(&[&["config", "check"], &arguments[..]].concat());
        assert!(said.contains("a.toml"), "{said}");
    }
    refusal(
        &home.run(&["config", "check", "-c", "a.toml", "a.toml"]),
        64,
    );
}

#[test]
fn typographic_quotation_marks_are_named() {
    let home = Home::new();
    let refused = |content: &str| {
        home.write("bad.toml", content);
        refusal(&home.run(&["config", "check", "bad.toml"]), 65)
    };
    let error = refused("[[source]]\nurl = \u{201c}http://host\u{201d}\n");
    let expected = "bad.toml:2:7: expected a value, found the typographic quotation mark \u{201c}";
    assert!(error.contains(expected), "{error}");
    let error = refused("[[source]]\nurl = \"\u{201e}http://host\"\n");
    assert!(
        error.contains("the quotation mark \u{201e} in it; take it out"),
        "{error}"
    );
}

#[test]
fn files_and_variables_have_exit_codes_of_their_own() {
    let home = Home::new();
    let error = refusal(&home.run(&["config", "check", "absent.toml"]), 66);
    assert!(error.contains("absent.toml"), "{error}");
    home.write("a.toml", "[api]\ntoken_file = \"absent\"\n");
    let error = refusal(&home.run(&["config", "check", "a.toml"]), 66);
    assert!(
        error.contains("a.toml:2:14: cannot read the secret in absent: "),
        "{error}"
    );
    let mut command = home.command(&["config", "check"]);
    let output = command
        .env("TENSORITY_API_LISTN", "off")
        .output()
        .expect("it starts");
    let error = refusal(&output, 64);
    assert!(
        error.contains("did you mean `TENSORITY_API_LISTEN`?"),
        "{error}"
    );
    refusal(&home.run(&["config", "chekc"]), 64);
}

#[test]
fn no_command_shows_a_secret() {
    let home = Home::new();
    home.write("token", SECRET);
    let good = format!(
        "[[source]]\nurl = \"http://id:{SECRET}@host:9888\"\n\
         [[source]]\nurl = \"stratum+tcp://host:3333\"\npassword = \"{SECRET}\"\n\
         [api]\ntoken_file = \"token\"\n"
    );
    home.write("good.toml", &good);
    home.write("bad.toml", &format!("{good}token = \"{SECRET}\"\n"));
    home.write(
        "url.toml",
        &format!("[[source]]\nurl = \"ftp://id:{SECRET}@host\"\n"),
    );
    for (file, code) in [("good.toml", 0), ("bad.toml", 65), ("url.toml", 65)] {
        for verb in ["check", "explain"] {
            let output = home.run(&["config", verb, file]);
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains(SECRET), "{verb} {file}: {text}");
            // `explain` does not ask what a URL is good for.
            let code = if (verb, file) == ("explain", "url.toml") {
                0
            } else {
                code
            };
            assert_eq!(output.status.code(), Some(code), "{verb} {file}: {text}");
        }
    }
    let text = String::from_utf8(home.run(&["config", "explain", "good.toml"]).stdout);
    let text = text.expect("text");
    assert_eq!(text.matches("(hidden)").count(), 2, "{text}");
}

#[test]
fn completions_know_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let text = home.answer(&["generate", "completions", shell]);
        for word in ["mine", "explain", "completions", "--blocks"] {
            let word = if shell == "fish" {
                word.trim_start_matches('-')
            } else {
                word
            };
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
    refusal(&home.run(&["generate", "completions", "tcsh"]), 64);
}

#[test]
fn every_command_has_a_manual_page() {
    let home = Home::new();
    assert_eq!(home.answer(&["generate", "man", "--out", "pages"]), "");
    let folder = home.0.path().join("pages");
    let names = [
        "tensority",
        "tensority-mine",
        "tensority-config-check",
        "tensority-generate-man",
    ];
    for name in names {
        let page = fs::read_to_string(folder.join(format!("{name}.1"))).expect("a page");
        assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
    }
    let page = fs::read_to_string(folder.join("tensority.1")).expect("a page");
    assert_eq!(
        home.answer(&["generate", "man"]).trim_end(),
        page.trim_end()
    );

    home.write("taken", "");
    refusal(&home.run(&["generate", "man", "--out", "taken"]), 74);
}

#[test]
fn the_unit_names_program_configuration_and_group() {
    let home = Home::new();
    let text = home.answer(&[
        "generate",
        "systemd",
        "--program",
        "/opt/tensority",
        "--config",
        "/etc/t/a.toml",
        "--group",
        "uucp",
    ]);
    let lines: Vec<_> = text.lines().collect();
    let expected = [
        "Type=notify",
        "AssertPathExists=/etc/t/a.toml",
        "ExecStart=/opt/tensority mine --config /etc/t/a.toml",
        "LoadCredential=etc-t:/etc/t",
        "SupplementaryGroups=uucp",
        "RestartPreventExitStatus=64 65 77",
        "StateDirectory=tensority",
    ];
    for line in expected {
        assert!(lines.contains(&line), "no {line} in: {text}");
    }
    let holes = ["@program@", "@config@", "@credentials@", "@group@"];
    assert!(holes.iter().all(|hole| !text.contains(hole)), "{text}");
    for path in [
        "relative",
        "/with space",
        "/new\nline",
        "/per%cent",
        "/$HOME",
        "/",
        "/config.toml",
    ] {
        refusal(&home.run(&["generate", "systemd", "--config", path]), 64);
    }
    refusal(&home.run(&["generate", "systemd", "--group", "a b"]), 64);
}

/// The service manager finds a name among the drivers that are loaded when the service starts; a number is always right.
#[test]
fn the_unit_allows_ports_whose_driver_is_not_loaded_yet() {
    let text = Home::new().answer(&["generate", "systemd"]);
    let allowed = text
        .lines()
        .filter_map(|line| line.strip_prefix("DeviceAllow="));
    let allowed: Vec<_> = allowed.collect();
    assert_eq!(allowed, ["char-188 rw", "char-166 rw"]);
}

#[test]
fn a_service_reads_every_file_that_its_configuration_names() {
    let home = Home::new();
    home.write("elsewhere", "of-a-pool\n");
    let etc = home.0.path().join("etc");
    fs::create_dir_all(etc.join("node")).expect("folders");
    let config = home.write(
        "etc/config.toml",
        "[[source]]\nurl = \"stratum+tcp://host:3333\"\nuser = \"a.b\"\npassword_file = \"../elsewhere\"\n\
         [[source]]\nurl = \"https://host:9888\"\npassword_file = \"node/token\"\nca_file = \"ca.pem\"\n\
         [api]\ntoken_file = \"linked\"\n",
    );
    let config = config.to_str().expect("text");
    home.write("token", "of-the-api\n");
    std::os::unix::fs::symlink("../token", etc.join("linked")).expect("a link");
    let authority = rcgen::generate_simple_self_signed(["host".to_owned()]);
    home.write("etc/ca.pem", &authority.expect("a certificate").cert.pem());
    home.write("etc/node/token", "of-the-node\n");
    for file in ["etc/config.toml", "etc/node/token", "elsewhere", "token"] {
        let alone = Permissions::from_mode(0o600);
        fs::set_permissions(home.0.path().join(file), alone).expect("a mode");
    }
    let unit = home.answer(&["generate", "systemd", "--config", config]);

    // What a service manager does, and then the files themselves cannot be read.
    let copies = home.0.path().join("copies");
    fs::create_dir(&copies).expect("a folder");
    for line in unit
        .lines()
        .filter_map(|line| line.strip_prefix("LoadCredential="))
    {
        let (name, path) = line.split_once(':').expect("a name and a path");
        copy_credential(Path::new(path), &copies.join(name));
    }
    fs::remove_dir_all(&etc).expect("a folder");
    for file in ["elsewhere", "token"] {
        fs::remove_file(home.0.path().join(file)).expect("a file");
    }

    let check = |service: &mut Command| {
        let output = service.args(["config", "check", config]).output();
        let output = output.expect("the command starts");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).expect("text"))
    };
    let (code, text) = check(home.command(&[]).env("CREDENTIALS_DIRECTORY", &copies));
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.starts_with("ok: 2 sources, 1 device, 0 warnings; "),
        "{text}"
    );
    assert_eq!(check(&mut home.command(&[])).0, Some(66));
}

/// Copies a file, or the files of a folder as `LoadCredential=` names them.
fn copy_credential(path: &Path, copy: &Path) {
    if path.is_symlink() {
        return;
    }
    if path.is_file() {
        fs::copy(path, copy).expect("a copy");
        return;
    }
    for entry in fs::read_dir(path).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        let copy = format!("{}_{name}", copy.display());
        copy_credential(&entry.path(), Path::new(&copy));
    }
}

#[test]
fn the_rules_name_every_product() {
    let text = Home::new().answer(&["generate", "udev"]);
    for id in USB_IDS {
        let product = format!("ATTRS{{idProduct}}==\"{:04x}\"", id.product);
        assert!(text.contains(&product), "{product} in: {text}");
    }
}

#[test]
fn the_rules_name_the_adapters_of_the_configuration_if_it_can_be_read() {
    let home = Home::new();
    let rules = |content: &str| {
        let file = home.write("c.toml", content);
        let mut command = home.command(&["generate", "udev"]);
        let output = command.env("TENSORITY_CONFIG", file).output();
        let output = output.expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        output
    };
    let added = rules("[usb]\nadapters = [\"1209:5af0\"]\n");
    let text = String::from_utf8_lossy(&added.stdout);
    assert!(text.contains("ATTRS{idProduct}==\"5af0\""), "{text}");
    assert!(added.stderr.is_empty());

    let unread = rules("[usb]\nadapters = 1\n");
    let warning = String::from_utf8_lossy(&unread.stderr);
    assert!(
        warning.contains("expected an array of products"),
        "{warning}"
    );
    assert!(warning.contains("only known adapters"), "{warning}");
    assert!(String::from_utf8_lossy(&unread.stdout).contains("6015"));
}

#[test]
fn secrets_that_everyone_may_read_are_warned_of() {
    let home = Home::new();
    let set_mode = |path: &Path| fs::set_permissions(path, Permissions::from_mode(0o644));
    set_mode(&home.write("a.toml", "[api]\ntoken = \"x\"\n")).expect("a mode");
    let output = home.run(&["config", "check", "a.toml"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    assert!(
        error.starts_with("tensority: a.toml: expected a file with a secret"),
        "{error}"
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 warning;"));
}

#[test]
fn a_pool_without_an_account_is_warned_of() {
    let home = Home::new();
    let check = |content: &str| {
        home.write("a.toml", content);
        let output = home.run(&["config", "check", "a.toml"]);
        assert_eq!(output.status.code(), Some(0));
        let text = [output.stderr, output.stdout].concat();
        String::from_utf8(text).expect("text")
    };
    let pool = "[[source]]\nurl = \"stratum+tcp://host:3333\"\n";
    let text = check(pool);
    assert!(
        text.starts_with("tensority: a.toml:2:7: expected an account for the pool stratum+tcp://"),
        "{text}"
    );
    assert!(text.contains("1 warning;"), "{text}");
    let with_account = format!("{pool}user = \"account.worker\"\n");
    for good in [
        &with_account[..],
        "[[source]]\nurl = \"http://host:9888\"\n",
    ] {
        assert!(check(good).starts_with("ok: 1 source, 1 device, 0 warnings;"));
    }
}
