//! The web page in a real browser, with a real miner behind it.

#[path = "support/browser.rs"]
mod browser;
mod support;
#[path = "support/terminal.rs"]
mod terminal;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, fs, thread};

use browser::Browser;
use support::{Home, nobody, node};
use tensority_history::Recorder;
use tensority_model::Faults;
use tensority_telemetry::State;
use tensority_telemetry::account::{Losses, Rates};
use tensority_telemetry::device::{Condition, Device, Kind, Nonces};
use terminal::Terminal;

const TOKEN: &str = "correct-horse";

/// A miner with the page, which ends with the test.
struct Miner(Child);

impl Miner {
    /// Starts one by `config.toml`, and waits until the page is served.
    fn start(home: &Home) -> Self {
        let mut child = home
            .command(&["mine", "--config", "config.toml", "--view", "off"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let page = |line: &std::io::Result<String>| {
            line.as_ref()
                .is_ok_and(|line| line.contains("the page is at"))
        };
        lines.find(page).expect("a page").expect("text");
        // It goes on to write there.
        thread::spawn(move || lines.for_each(drop));
        Self(child)
    }
}

impl Drop for Miner {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Leaves the history of a miner whose device hashed for the last hour, at fifty hashes a second.
fn hashed_before(home: &Home, device: &str) {
    let mut recorder = Recorder::open(&home.path("state.history.db")).expect("a new file");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let started_unix = now.as_secs() - 3600;
    for minute in 0..58_u64 {
        let hashes = minute * 3000 + (minute * minute % 17) * 40;
        let device = Device {
            name: device.to_owned(),
            id: device.to_owned(),
            kind: Kind::Board,
            port: None,
            condition: Condition::Healthy,
            reason: String::new(),
            condition_seconds: 0.0,
            lanes: 1,
            expected_rate: None,
            rates: Rates::default(),
            nonces: Nonces {
                valid: hashes / 300,
                ..Nonces::default()
            },
            valid_hashes: hashes as f64,
            shares_accepted: 0,
            shares_rejected: 0,
            losses: Losses::default(),
            hashes,
            canaries_right: 0,
            canaries_wrong: 0,
            seed_switch_seconds: None,
            last_valid_seconds: None,
            temperature_c: None,
            restarts: 0,
            last_error: None,
        };
        let state = State {
            started_unix,
            devices: vec![device],
            ..State::default()
        };
        let minutes = Duration::from_secs(60 * u64::from(minute > 0));
        recorder.observe(&state, started_unix + minute * 60, minutes);
    }
    assert!(recorder.end().is_none());
}

#[test]
fn the_page_shows_a_miner_follows_a_fault_acts_and_survives_a_restart() {
    let (_node, _server, url) = node();
    let home = Home::new();
    let board = Terminal::new(Faults::default());
    let (page, port) = (nobody(), board.path.clone());
    let config = format!(
        "[[source]]\nurl = \"{url}\"\nname = \"node\"\n\
         [[device]]\nuse = \"cpu:1\"\nname = \"processor\"\n\
         [[device]]\nuse = \"{port}\"\nname = \"board <a>\"\n\
         [api]\nlisten = \"{page}\"\ntoken_file = \"token\"\n\
         [state]\nfile = \"state.json\"\n"
    );
    home.write("config.toml", &config);
    home.write("token", TOKEN);
    hashed_before(&home, "processor");
    let miner = Miner::start(&home);
    let mut browser = Browser::start();
    let page = format!("http://{page}/");

    // Everything is there, and soon.
    let first_paint = |browser: &mut Browser| {
        browser.show(&page);
        let paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
        browser.wait_for(paint);
        browser.value(paint).as_f64().expect("a time")
    };
    let paints: Vec<_> = (0..3).map(|_| first_paint(&mut browser)).collect();
    println!("first paint after {paints:.0?} ms");
    let soonest = paints.into_iter().fold(f64::INFINITY, f64::min);
    assert!(soonest <= 300.0, "first paint after {soonest} ms");
    for text in [
        "mining",
        "processor",
        "board <a>",
        "● healthy",
        "● active",
        "accepted (",
        "Where the time went",
    ] {
        browser.wait_for_text(text);
    }
    browser
        .wait_for("document.querySelector('.plot .line') && document.querySelector('.plot .band')");
    let healthy = "[...document.querySelectorAll('td.good')].filter((it) => it.textContent === '● healthy').length === 2";
    browser.wait_for(healthy);
    keep_picture(&mut browser, "page.png");

    // For everyone: names for all that can be used, no sideways scrolling on a phone, dark for those who want it.
    for (role, name) in browser.roles() {
        let is_used =
            ["button", "link", "combobox", "image", "region", "textbox"].contains(&role.as_str());
        assert!(!is_used || !name.is_empty(), "a {role} has no name");
    }
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = browser.value(ground);
    browser.prefer("dark");
    assert_ne!(browser.value(ground), light);
    browser.prefer("light");
    browser.resize(360, 740);
    let is_narrow = "document.documentElement.scrollWidth <= innerWidth";
    assert_eq!(browser.value(is_narrow), true, "it scrolls sideways");
    browser.resize(1280, 1000);
    browser.press("Tab");
    assert_eq!(
        browser.value("document.activeElement.textContent"),
        "To the content"
    );
    browser.press("Enter");
    assert_eq!(browser.value("document.activeElement.id"), "content");

    // A board fails, and its page says why.
    drop(board);
    browser.wait_for("document.querySelector('td.bad')?.textContent === '✕ away'");
    browser.click("a", "board <a>");
    // First that it is gone, and when it was looked for, that there is no such port.
    browser.wait_for_text(&format!("{port}: "));
    browser.wait_for_text("Decided about it");
    browser.value("location.hash = '#/device/processor'");
    browser.wait_for("document.querySelector('h2').textContent === 'processor'");
    browser.wait_for("document.querySelector('.plot .line')");

    // What changes something wants the token.
    browser.click("button", "Disable");
    browser.wait_for("document.getElementById('ask').open");
    browser.type_text("another");
    browser.click("button", "Keep");
    browser.wait_for_text("The miner refused: expected `Authorization: Bearer`");
    browser.click("button", "Disable");
    browser.wait_for("document.getElementById('ask').open");
    browser.type_text(TOKEN);
    browser.click("button", "Keep");
    browser.wait_for_text("▪ disabled");
    browser.wait_for("document.getElementById('fault').hidden");
    browser.click("button", "Enable");
    browser.wait_for_text("● healthy");
    browser.click("button", "Pause");
    browser.wait_for("document.getElementById('mode').textContent === 'paused'");
    browser.click("button", "Resume");
    browser.wait_for("document.getElementById('mode').textContent !== 'paused'");
    let told: Vec<_> = browser.faults.drain(..).collect();
    assert!(told.iter().all(|fault| fault.contains("401")), "{told:?}");

    // The miner goes, and comes again.
    drop(miner);
    browser.wait_for_text("The miner does not answer.");
    let _miner = Miner::start(&home);
    browser.wait_for("document.getElementById('fault').hidden");
    browser.wait_for_text("● healthy");
    let lost = |fault: &String| fault.contains("net::ERR_");
    assert!(browser.faults.iter().all(lost), "{:?}", browser.faults);
}

/// Writes the picture of the documentation anew, where that is asked for.
fn keep_picture(browser: &mut Browser, name: &str) {
    let picture = browser.picture();
    assert!(picture.starts_with(b"\x89PNG"));
    if env::var_os("TENSORITY_REFRESH").is_some() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        fs::write(docs.join(name), picture).expect("written");
    }
}
