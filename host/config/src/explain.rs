//! Values with their origins.

use crate::table::{DEVICE, SETTINGS, SOURCE, Section};
use crate::{Loaded, Origin};

/// A value, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Explained {
    /// Its path: `source[0].url`.
    pub path: String,
    /// The value as TOML; a secret is `(hidden)`. Nothing if there is none.
    pub value: Option<String>,
    pub unit: Option<&'static str>,
    pub origin: Origin,
}

impl Loaded {
    /// All values in the order of the [table](crate::table), without secrets.
    pub fn explain(&self) -> Vec<Explained> {
        let mut config = self.config.clone();
        let mut all = Vec::new();
        for (number, source) in config.sources.iter_mut().enumerate() {
            let path = format!("{}[{number}]", SOURCE.name);
            all.extend(self.explained(&SOURCE, path, source));
        }
        for (number, device) in config.devices.iter_mut().enumerate() {
            let path = format!("{}[{number}]", DEVICE.name);
            all.extend(self.explained(&DEVICE, path, device));
        }
        for section in &SETTINGS {
            all.extend(self.explained(section, section.name.into(), &mut config));
        }
        all
    }

    fn explained<T>(&self, section: &Section<T>, path: String, target: &mut T) -> Vec<Explained> {
        let keys = section.keys.iter().map(|key| {
            let path = format!("{path}.{}", key.name);
            Explained {
                value: key.shown(target),
                unit: key.unit,
                origin: self.origin(&path),
                path,
            }
        });
        keys.collect()
    }
}
