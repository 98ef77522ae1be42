//! The environment: a variable `TENSORITY_<SECTION>_<KEY>` for each key of a section that is there
//! once.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use crate::given::Given;
use crate::layers::Layers;
use crate::nearest::{nearest, question};
use crate::table::{settings, variable};
use crate::{Config, Origin};

/// What all variables of the project begin with.
const PREFIX: &str = "TENSORITY_";

/// The variable that names the configuration.
pub const CONFIG: &str = "TENSORITY_CONFIG";

/// Variables that mean something to other parts of the project.
const OTHERS: [&str; 5] = [
    CONFIG,
    "TENSORITY_BACKEND",
    "TENSORITY_PORT",
    "TENSORITY_TEST_SEED",
    "TENSORITY_TOOLS",
];

/// What container orchestration makes of a service that is called `tensority`.
const NOT_OURS: [&str; 2] = ["TENSORITY_SERVICE_", "TENSORITY_PORT_"];

/// The environment of this process. What is not Unicode is none of a name that we know.
pub fn of_process() -> BTreeMap<String, String> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    env::vars_os()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// The value of a variable; an empty one is as good as none.
pub fn value<'a>(environment: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    let value = environment.get(name).map(String::as_str);
    value.filter(|value| !value.is_empty())
}

/// The folder in a variable, or one below the home folder. What is not absolute does not count, as
/// the XDG base directories say.
pub fn folder(
    environment: &BTreeMap<String, String>,
    name: &str,
    below_home: &str,
) -> Option<PathBuf> {
    let absolute = |name| {
        value(environment, name)
            .map(Path::new)
            .filter(|path| path.is_absolute())
    };
    absolute(name)
        .map(Path::to_owned)
        .or_else(|| absolute("HOME").map(|home| home.join(below_home)))
}

/// Puts what the environment says over what is there.
pub fn read(environment: &BTreeMap<String, String>, config: &mut Config, layers: &mut Layers) {
    let ours = environment.keys().filter(|name| name.starts_with(PREFIX));
    for name in ours {
        let Some(text) = value(environment, name) else {
            continue;
        };
        let origin = Origin::Environment(name.clone());
        let found = settings().find(|(section, key)| variable(section, key.name) == *name);
        if let Some((section, key)) = found {
            layers.put(section, key, config, Given::Text(text), origin);
        } else if !OTHERS.contains(&name.as_str())
            && !NOT_OURS.iter().any(|prefix| name.starts_with(prefix))
        {
            // What all have in common says nothing about what was meant.
            let end = &name[PREFIX.len()..];
            let meant = nearest(end, names().map(|name| name[PREFIX.len()..].to_owned()));
            let meant = meant.map_or_else(String::new, |end| question(PREFIX.to_owned() + &end));
            let reason = format!("expected a variable that means something, found this one{meant}");
            layers.mistake(origin, reason);
        }
    }
}

fn names() -> impl Iterator<Item = String> {
    let keys = settings().map(|(section, key)| variable(section, key.name));
    keys.chain(OTHERS.map(String::from))
}
