//! `tensority config`: what it says of configurations.

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use support::{Home, refusal};

const SECRET: &str = "s3cr3t-t0k3n";

#[test]
fn a_new_configuration_is_good_and_says_the_defaults() {
    let home = Home::new();
    let before = home.answer(&["config", "check"]);
    assert!(
        before.starts_with("ok: 0 sources, 1 device, 0 warnings; there is no file"),
        "{before}"
    );

    let file = home.path(".config/tensority/config.toml");
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
fn secrets_that_everyone_may_read_are_warned_of() {
    let home = Home::new();
    let set_mode = |path: &str| fs::set_permissions(path, Permissions::from_mode(0o644));
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
