//! The file: TOML of which every key is known.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::given::{Given, clipped, kind};
use crate::layers::Layers;
use crate::nearest::{did_you_mean, question};
use crate::table::{DEVICE, SETTINGS, SOURCE, Section, settings};
use crate::{Config, Origin};

struct File<'a> {
    path: &'a Path,
    folder: &'a Path,
    text: &'a str,
}

/// Puts what a file says over what is there.
pub fn read(path: &Path, text: &str, config: &mut Config, layers: &mut Layers) {
    let file = File {
        path,
        folder: path.parent().unwrap_or(Path::new("")),
        text,
    };
    let root = match DeTable::parse(text) {
        Ok(root) => root.into_inner(),
        Err(error) => {
            // An error without a place is one of the end.
            let at = error.span().map_or(text.len(), |span| span.start);
            return layers.mistake(file.origin(at), mistake(text, at, error.message()));
        }
    };
    for (name, value) in &root {
        match name.get_ref().as_ref() {
            "source" => config.sources = file.list(&SOURCE, value, layers),
            "device" => config.devices = file.list(&DEVICE, value, layers),
            other => match SETTINGS.iter().find(|section| section.name == other) {
                Some(section) => file.section(section, value, config, layers),
                None => {
                    layers.mistake(file.origin(name.span().start), unknown_section(other));
                }
            },
        }
    }
}

impl File<'_> {
    /// A section that is there once.
    fn section(
        &self,
        section: &Section<Config>,
        value: &Spanned<DeValue>,
        config: &mut Config,
        layers: &mut Layers,
    ) {
        let name = section.name;
        match value.get_ref() {
            DeValue::Table(table) => self.table(section, name, table, config, layers),
            other => {
                let reason = format!("expected a section [{name}], found {}", form(name, other));
                layers.mistake(self.origin(value.span().start), reason);
            }
        }
    }

    /// A section that is there as often as there is something of its kind.
    fn list<T: Default>(
        &self,
        section: &Section<T>,
        value: &Spanned<DeValue>,
        layers: &mut Layers,
    ) -> Vec<T> {
        let name = section.name;
        let mut list = Vec::new();
        let DeValue::Array(items) = value.get_ref() else {
            let found = form(name, value.get_ref());
            let reason = format!("expected sections [[{name}]], found {found}");
            layers.mistake(self.origin(value.span().start), reason);
            return list;
        };
        for (number, item) in items.iter().enumerate() {
            let mut target = T::default();
            let Some(table) = item.get_ref().as_table() else {
                let found = form(name, item.get_ref());
                let reason = format!("expected a section [[{name}]], found {found}");
                layers.mistake(self.origin(item.span().start), reason);
                continue;
            };
            self.table(
                section,
                &format!("{name}[{number}]"),
                table,
                &mut target,
                layers,
            );
            for key in section.keys.iter().filter(|key| key.required) {
                if !table.keys().any(|name| name.get_ref() == key.name) {
                    let reason = format!("expected `{}` in [[{name}]], found none", key.name);
                    layers.mistake(self.origin(item.span().start), reason);
                }
            }
            list.push(target);
        }
        list
    }

    fn table<T>(
        &self,
        section: &Section<T>,
        path: &str,
        table: &DeTable,
        target: &mut T,
        layers: &mut Layers,
    ) {
        for (name, value) in table {
            let (name, place) = (name.get_ref().as_ref(), name.span());
            match section.keys.iter().find(|key| key.name == name) {
                Some(key) => {
                    let given = Given::Toml(value.get_ref(), self.folder);
                    let origin = self.origin(value.span().start);
                    layers.put(path, key, target, given, origin);
                }
                None => layers.mistake(self.origin(place.start), unknown(section, name)),
            }
        }
    }

    fn origin(&self, byte: usize) -> Origin {
        origin(self.path, self.text.as_bytes(), byte)
    }
}

/// The place of a byte of a file.
pub fn origin(path: &Path, content: &[u8], byte: usize) -> Origin {
    let before = &content[..byte.min(content.len())];
    let mut lines = before.rsplit(|&byte| byte == b'\n');
    let line = lines.next().unwrap_or_default();
    // All bytes of a character but its first are of the form 10xxxxxx.
    let first_bytes = line.iter().filter(|&&byte| byte >> 6 != 0b10);
    Origin::File {
        path: path.to_owned(),
        column: first_bytes.count() + 1,
        line: lines.count() + 1,
    }
}

/// What stands in the place of a section.
fn form(name: &str, value: &DeValue) -> String {
    match value {
        DeValue::Table(_) => format!("[{name}]"),
        DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => {
            format!("[[{name}]]")
        }
        other => kind(other).into(),
    }
}

/// What is wrong with the syntax. Word processors put other quotation marks in than TOML has.
fn mistake(text: &str, at: usize, message: &str) -> String {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(quote @ ('\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}')) => {
            format!(
                "expected a value, found the typographic quotation mark {quote}; write \" instead"
            )
        }
        _ => syntax(message),
    }
}

/// What the parser says, in the words of all other mistakes.
fn syntax(message: &str) -> String {
    match message.split_once(", expected ") {
        Some((found, expected)) => format!("expected {expected}, found {found}"),
        None => format!("expected TOML, found {message}"),
    }
}

/// That there is no such section.
fn unknown_section(found: &str) -> String {
    let known = SETTINGS.iter().map(|section| section.name);
    let known = known.chain([SOURCE.name, DEVICE.name]);
    let meant = match did_you_mean_elsewhere(found) {
        meant if meant.is_empty() => did_you_mean(found, known),
        meant => meant,
    };
    format!("expected a section, found {:?}{meant}", clipped(found))
}

/// That a section has no such key.
fn unknown<T>(section: &Section<T>, found: &str) -> String {
    let meant = match did_you_mean(found, section.keys.iter().map(|key| key.name)) {
        meant if meant.is_empty() => did_you_mean_elsewhere(found),
        meant => meant,
    };
    let (section, found) = (section.name, clipped(found));
    format!("expected a key of `{section}`, found {found:?}{meant}")
}

/// A key that belongs into another section.
fn did_you_mean_elsewhere(found: &str) -> String {
    let settings = settings().map(|(section, key)| (section, key.name));
    let source = SOURCE.keys.iter().map(|key| (SOURCE.name, key.name));
    let device = DEVICE.keys.iter().map(|key| (DEVICE.name, key.name));
    let mut all = settings.chain(source).chain(device);
    all.find(|(_, key)| *key == found)
        .map_or_else(String::new, |(section, key)| {
            question(format_args!("{section}.{key}"))
        })
}
