//! `tensority flash` and `tensority xvc` as people and scripts use them, without a board.

#[path = "../flash/tests/support/mod.rs"]
mod images;
mod support;
#[path = "support/terminal.rs"]
mod terminal;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::{env, fs};

use images::{BOARD, GOLDEN, UPDATE, running, serve, telling, told};
use serde_json::{Value, json};
use support::{Home, assert_refused};
use tensority_boards::Manifest;
use tensority_flash::Image;
use tensority_flash::emulator::{Flash, Origin};
use tensority_model::{Config, Faults};
use terminal::Terminal;

/// The hardware that boards in software say they are.
const HARDWARE: &str = "00000de1";

/// Writes an image of this build; its path as an argument.
fn write(home: &Home, image: &Image, build: &str) -> String {
    let manifest = Manifest::new(&BOARD, build, 16, 100_000_000, &image.bitstream);
    home.write("image.json", &manifest.to_json());
    fs::write(home.path("image.bit"), &image.bitstream).expect("a file");
    home.argument("image.bit")
}

/// `tensority flash` where openFPGALoader is found.
fn command(home: &Home, arguments: &[&str]) -> Command {
    command_of(home, &[&["flash"], arguments].concat())
}

fn command_of(home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command(arguments);
    command.env("PATH", env::var_os("PATH").unwrap_or_default());
    command
}

fn flash(home: &Home, arguments: &[&str]) -> Output {
    let output = command(home, arguments)
        .output()
        .expect("the command starts");
    let error = String::from_utf8_lossy(&output.stderr);
    let missing = error.contains("expected the program openFPGALoader");
    assert!(
        !missing,
        "openFPGALoader is missing; run: cargo xtask setup"
    );
    output
}

#[track_caller]
fn report(output: &Output) -> Value {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*error), (Some(0), ""));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_board_is_flashed_and_answers_right() {
    let home = Home::new();
    let serving = serve(Flash::default());
    let address = serving.local_addr().to_string();
    let board = Terminal::new(Faults::default());
    let image = write(&home, &GOLDEN, HARDWARE);
    let to = [
        "--board",
        "ulx3s-85f",
        "--xvc",
        &address,
        "-d",
        &board.path,
        "--json",
        &image,
    ];
    let told = report(&flash(&home, &[&to[..], &["--golden"]].concat()));
    assert_eq!(told["written"], true, "{told}");
    assert_eq!(told["board"]["hardware_build"], HARDWARE, "{told}");
    assert_eq!(running(&serving).1, Origin::Flash(0xc0_0000));

    let told = report(&flash(&home, &[&to[..], &["--flash"]].concat()));
    assert_eq!(told["steps"].as_array().map(Vec::len), Some(6), "{told}");
    assert_eq!(running(&serving).1, Origin::Flash(0));

    let told = report(&flash(&home, &[&to[..], &["--sram"]].concat()));
    assert_eq!(told["board"]["compared"], "as in the image", "{told}");
    assert_eq!(running(&serving).1, Origin::Jtag);
}

/// From one file to what is seen of two boards: each JTAG port writes its flash memory, the FPGA loads it, and
/// the firmware tells what stands in the registers of that very bitstream.
#[test]
fn two_boards_that_were_written_with_one_image_show_two_serial_numbers() {
    let home = Home::new();
    let image = telling("two-boards");
    let file = write(&home, &image, HARDWARE);
    home.write(
        "image.json",
        &Manifest::new(&BOARD, HARDWARE, 1, 100_000_000, &image.bitstream).to_json(),
    );
    let [one, other] = [(); 2].map(|()| {
        let serving = serve(Flash::default());
        let address = serving.local_addr().to_string();
        let to = ["--board", "ulx3s-85f", "--xvc", &address, "--json", &file];
        let first = flash(&home, &[&to[..], &["--golden", "--no-self-test"]].concat());
        let first = report(&first);
        assert_eq!(first["serial_is_new"], true, "{first}");

        let bitstream = serving.chip().running().expect("it runs").bitstream.clone();
        let serial = told(&bitstream);
        let board = Terminal::of(Config {
            serial,
            ..Config::default()
        });
        let updated = report(&flash(&home, &[&to[..], &["-d", &board.path]].concat()));
        let shown = format!("{serial:016x}");
        assert_eq!(
            (&updated["serial"], &updated["board"]["serial"]),
            (&first["serial"], &json!(shown))
        );
        assert_eq!(updated["serial_is_new"], false, "{updated}");

        let devices = home.run(&["devices", "--quick", "--json", "-d", &board.path]);
        let devices: Value = serde_json::from_slice(&devices.stdout).expect("JSON");
        let ports = devices["ports"].as_array().expect("an array");
        let row = ports.iter().find(|row| row["port"] == *board.path);
        assert_eq!(row.expect("the port")["board"]["serial"], json!(shown));

        // At the port of another board it is not taken for this one.
        let stranger = Terminal::new(Faults::default());
        let output = flash(&home, &[&to[..], &["-d", &stranger.path]].concat());
        assert_refused(
            &output,
            1,
            &[&shown, "found 0000000000000001", "another board"],
        );
        shown
    });
    assert_ne!(one, other);
}

#[test]
fn a_board_that_runs_another_image_or_hashes_wrong_is_told() {
    let home = Home::new();
    let serving = serve(Flash::default());
    let address = serving.local_addr().to_string();
    for (build, wrong_hash_each, words) in [
        ("0000abcd", None, "the FPGA loaded another image"),
        // The first hash is the board's own test.
        (HARDWARE, Some(1), "the known-answer test failed"),
        (HARDWARE, Some(2), "do not mine with this image"),
    ] {
        let board = Terminal::new(Faults {
            wrong_hash_each,
            ..Faults::default()
        });
        let image = write(&home, &UPDATE, build);
        let to = [
            "--board",
            "ulx3s-85f",
            "--xvc",
            &address,
            "--sram",
            "--json",
        ];
        let output = flash(&home, &[&to[..], &["-d", &board.path, &image]].concat());
        assert_refused(&output, 1, &[words]);
    }
}

#[test]
fn what_is_refused_or_only_planned_does_not_touch_the_cable() {
    let home = Home::new();
    let serving = serve(Flash::default());
    let address = serving.local_addr().to_string();
    let image = write(&home, &UPDATE, HARDWARE);
    let to = [
        "--board",
        "ulx3s-85f",
        "--xvc",
        &address,
        "--no-self-test",
        &image,
    ];

    let planned = flash(&home, &[&to[..], &["--plan"]].concat());
    let plan = String::from_utf8_lossy(&planned.stdout);
    assert_eq!(planned.status.code(), Some(0), "{plan}");
    assert!(plan.contains("read the golden image at c00000"), "{plan}");
    assert!(plan.contains("openFPGALoader --cable xvc-client"), "{plan}");

    let key = "untrusted comment: a key\n\
               RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\n";
    let key = home.write("key.pub", key);
    let output = flash(&home, &[&to[..], &["--key", &key]].concat());
    assert_refused(&output, 66, &["image.json.minisig", "minisign -S"]);
    let configured = command(&home, &to)
        .env("TENSORITY_FLASH_KEY_FILE", &key)
        .output();
    assert_refused(&configured.expect("the command starts"), 66, &["minisig"]);

    let mut damaged = UPDATE.bitstream.clone();
    damaged[2000] ^= 4;
    fs::write(home.path("image.bit"), damaged).expect("a file");
    assert_refused(&flash(&home, &to), 65, &["SHA-256"]);
    fs::remove_file(home.path("image.json")).expect("a file");
    assert_refused(&flash(&home, &to), 66, &["NAME.json"]);
    assert_eq!(serving.clients(), 0);
}

/// Found in a file of the configuration: nobody but the miner need be able to read its passwords.
#[test]
fn no_command_but_those_that_show_them_reads_the_miners_passwords() {
    let home = Home::new();
    let image = write(&home, &UPDATE, HARDWARE);
    let config = home.write(
        "config.toml",
        "[[source]]\nurl = \"stratum+tcp://127.0.0.1:1\"\npassword_file = \"absent\"\n\
         [[source]]\nurl = \"http://127.0.0.1:1\"\n\
         [api]\ntoken_file = \"absent\"\n",
    );
    let run = |arguments: &[&str]| {
        let output = command_of(&home, arguments)
            .env("TENSORITY_CONFIG", &config)
            .output()
            .expect("the command starts");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), error)
    };
    let board = ["--board", "ulx3s-85f", "--xvc", "127.0.0.1:1", "--plan"];
    let planned = run(&[&["flash", &image][..], &board].concat());
    assert_eq!(planned, (Some(0), String::new()));
    // They go as far as to ask who is not there.
    for asking in [&["why"][..], &["audit", "--last", "1"]] {
        let (code, error) = run(asking);
        assert_eq!(code, Some(69), "{error}");
        assert!(!error.contains("absent"), "{error}");
    }
    // Who mines needs them.
    let (code, error) = run(&["mine"]);
    assert_eq!(code, Some(66), "{error}");
    assert!(error.contains("absent"), "{error}");
}

#[test]
fn without_golden_image_cable_or_program_it_is_said_what_to_do() {
    let home = Home::new();
    let serving = serve(Flash::default());
    let address = serving.local_addr().to_string();
    let image = write(&home, &UPDATE, HARDWARE);
    let to = [
        "--board",
        "ulx3s-85f",
        "--xvc",
        &address,
        "--no-self-test",
        "--json",
        &image,
    ];
    assert_refused(
        &flash(&home, &to),
        1,
        &["tensority flash --board BOARD --golden IMAGE"],
    );
    drop(serving);
    assert_refused(&flash(&home, &to), 69, &[&address, "start it"]);
    let output = command(&home, &to).env("PATH", "/nowhere").output();
    let output = output.expect("the command starts");
    assert_refused(&output, 69, &["apt-get install openfpgaloader"]);
}

#[test]
fn a_protected_flash_memory_is_named_and_with_leave_made_writable() {
    let home = Home::new();
    let serving = serve(Flash::default());
    serving.chip().flash_mut().set_status([0x1c, 0, 0], false);
    let address = serving.local_addr().to_string();
    let image = write(&home, &GOLDEN, HARDWARE);
    let to = ["--board", "ulx3s-85f", "--xvc", &address, "--no-self-test"];
    let golden = [&to[..], &["--json", "--golden", &image]].concat();
    let words = ["000000 to 1000000 protected", "--unprotect"];
    assert_refused(&flash(&home, &golden), 1, &words);
    let told = report(&flash(&home, &[&golden[..], &["--unprotect"]].concat()));
    assert_eq!(told["written"], true, "{told}");
    assert_eq!(running(&serving).1, Origin::Flash(0xc0_0000));
}

#[test]
fn firmware_stays_only_if_the_board_hashes_right() {
    let home = Home::new();
    let firmware = home.write("firmware.bin", "any program at all");
    let board = Terminal::new(Faults::default());
    let output = flash(
        &home,
        &["--firmware", &firmware, "-d", &board.path, "--json"],
    );
    assert_eq!(report(&output)["bytes"], 18);

    let board = Terminal::new(Faults {
        wrong_hash_each: Some(1),
        ..Faults::default()
    });
    let output = flash(&home, &["--firmware", &firmware, "-d", &board.path]);
    assert_refused(&output, 1, &["expected the known answer"]);
}

/// A command that ends with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_board_in_software_keeps_its_flash_memory() {
    let home = Home::new();
    let xvc = home
        .command(&["xvc", "--board", "ulx3s-85f", "--listen", "127.0.0.1:0"])
        .args(["--flash-file", &home.argument("flash.bin"), "--json"])
        .stdout(Stdio::piped())
        .spawn();
    let mut xvc = Ended(xvc.expect("the command starts"));
    let mut lines = BufReader::new(xvc.0.stdout.take().expect("a pipe")).lines();
    let mut event = || -> Value {
        let line = lines.next().expect("it runs").expect("text");
        serde_json::from_str(&line).expect("JSON")
    };
    let listening = event();
    let address = listening["address"].as_str().expect("an address");
    let image = write(&home, &GOLDEN, HARDWARE);
    let to = [
        "--board",
        "ulx3s-85f",
        "--xvc",
        address,
        "--no-self-test",
        "--json",
    ];
    report(&flash(&home, &[&to[..], &["--golden", &image]].concat()));
    let runs = loop {
        let event = event();
        if event["origin"] == "flash" {
            break event;
        }
    };
    assert_eq!(runs["address"], 0xc0_0000, "{runs}");
    let ended = Command::new("kill").arg(xvc.0.id().to_string()).status();
    assert!(ended.expect("kill starts").success());
    assert_eq!(xvc.0.wait().expect("an end").code(), Some(0));
    let kept = fs::read(home.path("flash.bin")).expect("a file");
    assert!(kept[0xc0_0000..].starts_with(&GOLDEN.bitstream));
}
