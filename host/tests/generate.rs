//! `tensority generate`: completions, manual pages, the unit of a service and the rules of udev.

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use support::{Home, refusal};
use tensority_device::discovery::USB_IDS;

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
    let folder = home.path("pages");
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
    let etc = home.path("etc");
    fs::create_dir_all(etc.join("node")).expect("folders");
    let config = home.write(
        "etc/config.toml",
        "[[source]]\nurl = \"stratum+tcp://host:3333\"\nuser = \"a.b\"\npassword_file = \"../elsewhere\"\n\
         [[source]]\nurl = \"https://host:9888\"\npassword_file = \"node/token\"\nca_file = \"ca.pem\"\n\
         [api]\ntoken_file = \"linked\"\n",
    );
    let config = &*config;
    home.write("token", "of-the-api\n");
    std::os::unix::fs::symlink("../token", etc.join("linked")).expect("a link");
    let authority = rcgen::generate_simple_self_signed(["host".to_owned()]);
    home.write("etc/ca.pem", &authority.expect("a certificate").cert.pem());
    home.write("etc/node/token", "of-the-node\n");
    for file in ["etc/config.toml", "etc/node/token", "elsewhere", "token"] {
        let alone = Permissions::from_mode(0o600);
        fs::set_permissions(home.path(file), alone).expect("a mode");
    }
    let unit = home.answer(&["generate", "systemd", "--config", config]);

    // What a service manager does, and then the files themselves cannot be read.
    let copies = home.path("copies");
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
        fs::remove_file(home.path(file)).expect("a file");
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
