//! The configuration as Markdown: `docs/config.md`.

use crate::table::{DEVICE, SETTINGS, SOURCE, Section, variable};
use crate::{Config, Device, Key, Source};

const HEAD: &str = "\
# Configuration

What `tensority mine` goes by. Written by `cargo xtask docs` from `host/config/src/table.rs`.

A flag counts more than the environment, the environment more than the file, the file more than the default;
`tensority config explain` prints each value with where it came from. `tensority config init` writes a file with
every key, `tensority config check` reads one and names each mistake with line and column.

The file is the one that `-c` names, else that of `TENSORITY_CONFIG`, else
`$XDG_CONFIG_HOME/tensority/config.toml` (`~/.config/tensority/config.toml`), else
`/etc/tensority/config.toml`; without any, the defaults count. It is [TOML](https://toml.io); a key or section that
is not listed here is refused. Relative paths in it go from its own folder, those of variables and flags from the
working folder. Secrets are never shown; a file that holds one should be its owner's alone.

Each key of a section that is there once has a variable of the environment. An empty variable is as good as none;
one that begins with `TENSORITY_` and means nothing is refused.
";

/// `docs/config.md`.
pub fn document() -> String {
    let mut text = String::from(HEAD);
    write_list(&mut text, &SOURCE, &mut Source::default());
    write_list(&mut text, &DEVICE, &mut Device::default());
    for section in &SETTINGS {
        text += &format!(
            "\n## `[{}]`\n\n{}\n\n| key | value | default | | variable |\n|---|---|---|---|---|\n",
            section.name, section.about
        );
        for key in section.keys {
            let variable = variable(section.name, key.name);
            text += &format!("{} `{variable}` |\n", row(key, &mut Config::default()));
        }
    }
    text
}

fn write_list<T>(text: &mut String, section: &Section<T>, target: &mut T) {
    *text += &format!(
        "\n## `[[{}]]`\n\n{}\n\n| key | value | default | |\n|---|---|---|---|\n",
        section.name, section.about
    );
    for key in section.keys {
        *text += &format!("{}\n", row(key, target));
    }
}

fn row<T>(key: &Key<T>, target: &mut T) -> String {
    let unit = key
        .unit
        .map_or_else(String::new, |unit| format!(", in {unit}"));
    let default = match key.shown(target) {
        _ if key.required => "must be there".into(),
        None => "none".into(),
        Some(_) if key.example.is_some() => "by the environment".into(),
        Some(default) => format!("`{default}`"),
    };
    let (name, expected, about) = (key.name, key.expected(), key.about);
    format!("| `{name}` | {expected}{unit} | {default} | {about} |")
}
