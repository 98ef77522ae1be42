//! The flags of the command line.

use crate::given::Given;
use crate::layers::Layers;
use crate::table::{DEVICE, SOURCE, Section, settings};
use crate::{Config, Device, Origin, Source};

/// What flags say. Values are texts; they are checked like those of the environment. It does not
/// show itself, for there may be a password in it.
#[derive(Clone, Default)]
pub struct Overrides {
    /// `-o`, `--url`: sources in the order of preference, instead of those of the file.
    pub urls: Vec<String>,
    /// `-u`, `--user`: of every source.
    pub user: Option<String>,
    /// `-p`, `--pass`: of every source.
    pub pass: Option<String>,
    /// `--poll-interval`: of every source, in milliseconds.
    pub poll_interval: Option<String>,
    /// `-d`, `--device`: devices, instead of those of the file.
    pub devices: Vec<String>,
    /// `--verify`.
    pub verify: Option<String>,
    /// `--api-listen`.
    pub api_listen: Option<String>,
    /// `--fleet-listen`.
    pub fleet_listen: Option<String>,
    /// `--view`.
    pub view: Option<String>,
    /// `--state-file`.
    pub state_file: Option<String>,
}

/// Puts what flags say over what is there.
pub fn read(overrides: &Overrides, config: &mut Config, layers: &mut Layers) {
    if !overrides.urls.is_empty() {
        layers.forget(SOURCE.name);
        config.sources = vec![Source::default(); overrides.urls.len()];
    }
    for (number, url) in overrides.urls.iter().enumerate() {
        let source = &mut config.sources[number];
        put(&SOURCE, number, "url", source, "--url", url, layers);
    }
    let of_sources = [
        ("user", "--user", &overrides.user),
        ("password", "--pass", &overrides.pass),
        (
            "poll_interval_ms",
            "--poll-interval",
            &overrides.poll_interval,
        ),
    ];
    for (key, flag, text) in of_sources {
        for (number, source) in config.sources.iter_mut().enumerate() {
            if let Some(text) = text {
                put(&SOURCE, number, key, source, flag, text, layers);
            }
        }
    }
    if !overrides.devices.is_empty() {
        layers.forget(DEVICE.name);
        config.devices = vec![Device::default(); overrides.devices.len()];
    }
    for (number, text) in overrides.devices.iter().enumerate() {
        let device = &mut config.devices[number];
        put(&DEVICE, number, "use", device, "--device", text, layers);
    }
    let of_sections = [
        ("verify.policy", "--verify", &overrides.verify),
        ("api.listen", "--api-listen", &overrides.api_listen),
        (
            "api.fleet_listen",
            "--fleet-listen",
            &overrides.fleet_listen,
        ),
        ("output.view", "--view", &overrides.view),
        ("state.file", "--state-file", &overrides.state_file),
    ];
    for (path, flag, text) in of_sections {
        for (section, key) in settings() {
            if let Some(text) = text
                .as_deref()
                .filter(|_| path == format!("{section}.{}", key.name))
            {
                layers.put(section, key, config, Given::Text(text), Origin::Flag(flag));
            }
        }
    }
}

/// Puts the text of a flag into an entry of a list.
fn put<T>(
    section: &Section<T>,
    number: usize,
    key: &str,
    target: &mut T,
    flag: &'static str,
    text: &str,
    layers: &mut Layers,
) {
    let path = format!("{}[{number}]", section.name);
    for key in section.keys.iter().filter(|known| known.name == key) {
        layers.put(&path, key, target, Given::Text(text), Origin::Flag(flag));
    }
}
