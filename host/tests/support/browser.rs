//! A real browser without a window: Chromium, by its DevTools protocol.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket, connect};

/// The first of the browsers that is there; `cargo xtask test` installs one.
fn program() -> &'static str {
    let mut names = ["chromium-headless-shell", "chromium", "google-chrome"].into_iter();
    let runs = |name: &&str| {
        Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
    };
    names.find(runs).expect("a browser; run: cargo xtask test")
}

/// A page in a browser of its own, which ends with it.
pub struct Browser {
    process: Child,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    /// What the page is called in the protocol.
    session: String,
    sent: u64,
    /// What went wrong in the page: exceptions, broken rules of its policy, what it could not load.
    pub faults: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    /// Starts the browser with an empty page of the size of a desk's screen.
    pub fn start() -> Self {
        let profile = TempDir::new().expect("a folder");
        let mut process = Command::new(program())
            // The pages are our own, and root may have no sandbox.
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the browser starts");
        let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
        let address = loop {
            let line = lines.next().expect("an address").expect("text");
            if let Some(address) = line.strip_prefix("DevTools listening on ") {
                break address.to_owned();
            }
        };
        // The browser goes on to write there.
        std::thread::spawn(move || lines.for_each(drop));
        let (socket, _) = connect(address).expect("a DevTools socket");
        let mut browser = Self {
            process,
            socket,
            session: String::new(),
            sent: 0,
            faults: Vec::new(),
            _profile: profile,
        };
        let page = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach);
        browser.session = attached["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        for area in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{area}.enable"), json!({}));
        }
        browser.resize(1280, 1000);
        browser
    }

    /// Shows an address, and waits until all of it is loaded.
    pub fn show(&mut self, url: &str) {
        let shown = self.call("Page.navigate", json!({ "url": url }));
        assert_eq!(shown["errorText"], Value::Null, "{url}");
        self.wait_for("document.readyState === 'complete'");
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let evaluate = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let answer = self.call("Runtime.evaluate", evaluate);
        assert_eq!(answer["exceptionDetails"], Value::Null, "{expression}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression holds in the page.
    #[track_caller]
    pub fn wait_for(&mut self, expression: &str) {
        let wait = format!(
            "new Promise((done) => {{
               const end = Date.now() + 60000;
               const look = () => ({expression}) ? done(true) : Date.now() > end ? done(false) : setTimeout(look, 20);
               look();
             }})"
        );
        if self.value(&wait) != true {
            let shown = self.value("document.body.innerText");
            panic!(
                "expected {expression} within a minute, found:\n{}",
                shown.as_str().unwrap_or_default()
            );
        }
    }

    /// Waits until the page shows a text.
    #[track_caller]
    pub fn wait_for_text(&mut self, text: &str) {
        self.wait_for(&format!(
            "document.body.innerText.includes({})",
            json!(text)
        ));
    }

    /// Clicks what has this text.
    #[track_caller]
    pub fn click(&mut self, tag: &str, text: &str) {
        let find = format!(
            "[...document.querySelectorAll({})].find((it) => it.textContent === {} && it.checkVisibility())",
            json!(tag),
            json!(text)
        );
        self.wait_for(&find);
        self.value(&format!("{find}.click()"));
    }

    /// Presses a key and lets it go.
    pub fn press(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            self.call(
                "Input.dispatchKeyEvent",
                json!({ "type": kind, "key": key, "code": key }),
            );
        }
    }

    /// Types a text where the focus is.
    pub fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Gives the page another size, in pixels.
    pub fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// Has the page be light or dark.
    pub fn prefer(&mut self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.call(
            "Emulation.setEmulatedMedia",
            json!({ "features": [feature] }),
        );
    }

    /// What a screen reader is told of: roles with their names.
    pub fn roles(&mut self) -> Vec<(String, String)> {
        let tree = self.call("Accessibility.getFullAXTree", json!({}));
        let nodes = tree["nodes"].as_array().expect("nodes").iter();
        let word = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
        nodes
            .filter(|node| node["ignored"] != true)
            .map(|node| (word(&node["role"]), word(&node["name"])))
            .collect()
    }

    /// The page as it is seen, in PNG.
    pub fn picture(&mut self) -> Vec<u8> {
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let text = picture["data"].as_str().expect("a picture");
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).expect("base64")
    }

    /// Asks for something, and takes what the page tells of meanwhile.
    #[track_caller]
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut request = json!({ "id": self.sent, "method": method, "params": params });
        if !self.session.is_empty() {
            request["sessionId"] = json!(self.session);
        }
        let request = Message::text(request.to_string());
        self.socket.send(request).expect("a browser that listens");
        loop {
            let message = self.socket.read().expect("a browser that answers");
            let Message::Text(text) = message else {
                continue;
            };
            let answer: Value = serde_json::from_str(&text).expect("JSON");
            if answer["id"] == self.sent {
                assert_eq!(answer["error"], Value::Null, "{method}");
                return answer["result"].clone();
            }
            self.hear(&answer);
        }
    }

    fn hear(&mut self, event: &Value) {
        let params = &event["params"];
        let fault = match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => &params["exceptionDetails"],
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => &params["entry"],
            _ => return,
        };
        self.faults.push(fault.to_string());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // With all its processes: the one that was started is a script. It may have ended by itself.
        let group = Pid::from_child(&self.process);
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.process.wait();
    }
}
