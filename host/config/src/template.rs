//! A first configuration: every key with its default, as a comment.

use crate::table::{DEVICE, SETTINGS, SOURCE, Section};
use crate::{Config, Device, Key, Source};

const HEAD: &str = "\
# The configuration of `tensority mine`. A line that begins with # and no space is a key with its
# default, or an example if it has none; take the # away to change it. Relative paths go from the
# folder of this file. `tensority config check` reads it, `tensority config explain` says what holds.
";

/// The longest line of a comment.
const WIDTH: usize = 100;

/// A configuration with every key, which says what is the default but for one source: a node on
/// this machine.
pub fn template() -> String {
    let mut text = String::from(HEAD);
    let source = &mut Source::default();
    let device = &mut Device::default();
    write_section(&mut text, &SOURCE, "[[source]]", source);
    write_section(&mut text, &DEVICE, "[[device]]", device);
    for section in &SETTINGS {
        let title = format!("[{}]", section.name);
        write_section(&mut text, section, &title, &mut Config::default());
    }
    text
}

fn write_section<T>(text: &mut String, section: &Section<T>, title: &str, target: &mut T) {
    *text += &format!("\n{}{title}\n", comment(section.about));
    for key in section.keys {
        let mark = if key.required { "" } else { "#" };
        let value = usual(key, target);
        *text += &format!("{}{mark}{} = {value}\n", comment(&about(key)), key.name);
    }
}

/// What a key says, with its limits and its unit.
fn about<T>(key: &Key<T>) -> String {
    let limits = key.limits().map(|limits| format!(" Expects {limits}"));
    let unit = key.unit.map(|unit| format!(", in {unit}"));
    let end = limits.map_or_else(String::new, |limits| {
        limits + &unit.unwrap_or_default() + "."
    });
    format!("{}{end}", key.about)
}

/// The default of a key, or else an example.
fn usual<T>(key: &Key<T>, target: &mut T) -> String {
    let example = key.example.map(String::from);
    example.or_else(|| key.shown(target)).unwrap_or_default()
}

/// A text as lines of comment.
fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH {
            lines += &format!("{line}\n");
            line = String::from("#");
        }
        line += &format!(" {word}");
    }
    lines + &line + "\n"
}
