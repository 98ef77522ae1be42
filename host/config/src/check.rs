//! Cross-field validation.

use std::collections::BTreeMap;

use crate::Config;
use crate::layers::Layers;

/// Keeps a mistake for each value that contradicts another one.
pub fn check(config: &Config, layers: &mut Layers) {
    let sources = config.sources.iter().map(|source| source.name.as_deref());
    differ("source", sources, layers);
    let devices = config.devices.iter().map(|device| device.name.as_deref());
    differ("device", devices, layers);

    let (sick, dead) = (
        config.health.sick_after_seconds,
        config.health.dead_after_seconds,
    );
    if dead < sick {
        let one = layers.origin("health.sick_after_seconds");
        let other = layers.origin("health.dead_after_seconds");
        let reason = format!(
            "expected dead_after_seconds to be no less than sick_after_seconds, found {dead} and {sick}"
        );
        layers.mistake(one.max(other), reason);
    }
}

fn differ<'a>(section: &str, names: impl Iterator<Item = Option<&'a str>>, layers: &mut Layers) {
    let mut known = BTreeMap::new();
    for (number, name) in names.enumerate() {
        let Some(name) = name else { continue };
        let origin = layers.origin(&format!("{section}[{number}].name"));
        match known.get(name) {
            Some(first) => {
                let reason = format!("expected a name of its own, found {name:?}, that of {first}");
                layers.mistake(origin, reason);
            }
            None => drop(known.insert(name, origin)),
        }
    }
}
