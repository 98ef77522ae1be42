//! A key of the configuration: its name, what it is for, and the value that it fills.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::given::Given;
use crate::nearest::did_you_mean;
use crate::words::Written;
use crate::{Address, Expected, Secret};

/// A key of a section whose values are kept in a `T`.
#[allow(missing_docs)]
pub struct Key<T> {
    pub name: &'static str,
    /// What it says, as a sentence.
    pub about: &'static str,
    /// The unit of its value.
    pub unit: Option<&'static str>,
    /// A value in TOML, if the default is none or depends on the environment.
    pub example: Option<&'static str>,
    /// Whether its section makes no sense without it.
    pub required: bool,
    pub(crate) kind: Kind<T>,
}

/// The type of a value, and its place.
pub(crate) enum Kind<T> {
    /// A whole number within limits.
    Integer(RangeInclusive<u64>, fn(&mut T) -> &mut u64),
    /// The same with 32 bits.
    Integer32(RangeInclusive<u32>, fn(&mut T) -> &mut u32),
    /// A number above 0.
    Number(fn(&mut T) -> &mut f64),
    /// A number above 0, if it is known.
    SomeNumber(fn(&mut T) -> &mut Option<f64>),
    Boolean(fn(&mut T) -> &mut bool),
    /// A text that is not empty.
    Text(fn(&mut T) -> &mut String),
    /// A text that is not empty, if there is one.
    SomeText(fn(&mut T) -> &mut Option<String>),
    Texts(fn(&mut T) -> &mut Vec<String>),
    /// Products on the USB: vendor and product.
    UsbIds(fn(&mut T) -> &mut Vec<(u16, u16)>),
    /// A text with a grammar.
    Written(Expected, fn(&mut T) -> &mut dyn Written),
    /// Where a source is.
    Address(fn(&mut T) -> &mut Address),
    /// The SHA-256 of something, if there is one.
    SomeSha256(fn(&mut T) -> &mut Option<[u8; 32]>),
    /// A file, if there is one.
    SomePath(fn(&mut T) -> &mut Option<PathBuf>),
    /// A file, or `off`.
    PathOrOff(fn(&mut T) -> &mut Option<PathBuf>),
    /// A secret, if there is one.
    Secret(fn(&mut T) -> &mut Option<Secret>),
    /// The file that a secret is in, if it is in one.
    SecretFile(fn(&mut T) -> &mut Option<Secret>),
}

impl<T> Key<T> {
    pub(crate) const fn new(name: &'static str, kind: Kind<T>, about: &'static str) -> Self {
        Self {
            name,
            about,
            unit: None,
            example: None,
            required: false,
            kind,
        }
    }

    pub(crate) const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    pub(crate) const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What its value has to be.
    pub fn expected(&self) -> String {
        match &self.kind {
            Kind::Integer(limits, _) => whole_number(limits),
            Kind::Integer32(limits, _) => whole_number(limits),
            Kind::Number(_) | Kind::SomeNumber(_) => "a number above 0".into(),
            Kind::Boolean(_) => "`true` or `false`".into(),
            Kind::Text(_) | Kind::SomeText(_) => "a text that is not empty".into(),
            Kind::Texts(_) => "an array of texts".into(),
            Kind::UsbIds(_) => "an array of products such as \"0403:6015\"".into(),
            Kind::Written(expected, _) => expected.what.into(),
            Kind::Address(_) => "a URL".into(),
            Kind::SomeSha256(_) => "64 hexadecimal digits, with or without colons".into(),
            Kind::Secret(_) => "a text".into(),
            Kind::SomePath(_) | Kind::SecretFile(_) => "the path of a file".into(),
            Kind::PathOrOff(_) => "the path of a file, or `off`".into(),
        }
    }

    /// What its value has to be, if that is more than an example shows.
    pub(crate) fn limits(&self) -> Option<String> {
        match self.kind {
            Kind::Integer(..)
            | Kind::Integer32(..)
            | Kind::Number(_)
            | Kind::SomeNumber(_)
            | Kind::Written(..)
            | Kind::PathOrOff(_) => Some(self.expected()),
            _ => None,
        }
    }

    /// The key that fills the same place in another way.
    pub(crate) fn rival(&self) -> Option<String> {
        match self.kind {
            Kind::Secret(_) => Some(format!("{}_file", self.name)),
            Kind::SecretFile(_) => self.name.strip_suffix("_file").map(String::from),
            _ => None,
        }
    }

    /// Puts a value in its place, or says what was expected and found.
    pub(crate) fn put(&self, target: &mut T, given: Given) -> Result<(), String> {
        self.fill(target, given).ok_or_else(|| {
            let (found, meant) = match (&self.kind, given.text()) {
                (Kind::Secret(_) | Kind::Address(_), _) => (given.kind().into(), String::new()),
                (Kind::Written(expected, _), Some(text)) => (
                    given.found(),
                    did_you_mean(text, expected.words.iter().copied()),
                ),
                _ => (given.found(), String::new()),
            };
            format!("expected {}, found {found}{meant}", self.expected())
        })
    }

    /// Nothing, and nothing done, if the value is not what it has to be.
    fn fill(&self, target: &mut T, given: Given) -> Option<()> {
        let text = || given.text().filter(|text| !text.is_empty());
        match &self.kind {
            Kind::Integer(limits, place) => {
                *place(target) = given.integer().filter(|value| limits.contains(value))?;
            }
            Kind::Integer32(limits, place) => {
                let value = u32::try_from(given.integer()?).ok();
                *place(target) = value.filter(|value| limits.contains(value))?;
            }
            Kind::Number(place) => *place(target) = above_zero(given)?,
            Kind::SomeNumber(place) => *place(target) = Some(above_zero(given)?),
            Kind::Boolean(place) => *place(target) = given.boolean()?,
            Kind::Text(place) => *place(target) = text()?.into(),
            Kind::SomeText(place) => *place(target) = Some(text()?.into()),
            Kind::Texts(place) => *place(target) = given.texts()?,
            Kind::UsbIds(place) => {
                let texts = given.texts()?;
                *place(target) = texts
                    .iter()
                    .map(|text| usb_id(text))
                    .collect::<Option<_>>()?;
            }
            Kind::Written(_, place) => place(target).read(given.text()?).ok()?,
            Kind::Address(place) => *place(target) = Address(text()?.into()),
            Kind::SomeSha256(place) => *place(target) = Some(sha256(given.text()?)?),
            Kind::SomePath(place) => *place(target) = Some(given.path()?.into()),
            Kind::PathOrOff(place) => {
                *place(target) = match given.text()? {
                    "off" => None,
                    _ => Some(given.path()?.into()),
                }
            }
            Kind::Secret(place) => *place(target) = Some(Secret::new(given.text()?)),
            Kind::SecretFile(place) => {
                *place(target) = Some(Secret::in_file(given.path()?.into()));
            }
        }
        Some(())
    }

    /// The value as TOML, or in parentheses if it is not to be seen; nothing if there is none.
    pub(crate) fn shown(&self, target: &mut T) -> Option<String> {
        match &self.kind {
            Kind::Integer(_, place) => Some(place(target).to_string()),
            Kind::Integer32(_, place) => Some(place(target).to_string()),
            Kind::Number(place) => Some(format!("{:?}", place(target))),
            Kind::SomeNumber(place) => place(target).map(|value| format!("{value:?}")),
            Kind::Boolean(place) => Some(place(target).to_string()),
            Kind::Text(place) => Some(quoted(place(target))),
            Kind::SomeText(place) => place(target).as_deref().map(quoted),
            Kind::Texts(place) => Some(array(place(target).iter().map(|text| quoted(text)))),
            Kind::UsbIds(place) => {
                let ids = place(target).iter();
                Some(array(ids.map(|(vendor, product)| {
                    quoted(&format!("{vendor:04x}:{product:04x}"))
                })))
            }
            Kind::Written(_, place) => Some(quoted(&place(target).text())),
            Kind::Address(place) => Some(quoted(&place(target).to_string())),
            Kind::SomeSha256(place) => place(target).map(|hash| quoted(&hex::encode(hash))),
            Kind::SomePath(place) => {
                let path = place(target).as_deref()?;
                Some(quoted(&path.to_string_lossy()))
            }
            Kind::PathOrOff(place) => Some(match place(target) {
                Some(path) => quoted(&path.to_string_lossy()),
                None => quoted("off"),
            }),
            Kind::Secret(place) => {
                let secret = place(target).as_ref();
                secret
                    .filter(|secret| secret.file().is_none())
                    .map(Secret::to_string)
            }
            Kind::SecretFile(place) => {
                let path = place(target).as_ref()?.file()?;
                Some(quoted(&path.to_string_lossy()))
            }
        }
    }
}

fn whole_number(limits: &RangeInclusive<impl std::fmt::Display>) -> String {
    format!("a whole number from {} to {}", limits.start(), limits.end())
}

fn above_zero(given: Given) -> Option<f64> {
    given.number().filter(|&number| number > 0.0)
}

/// As openssl prints it, `sha256 Fingerprint=AB:CD:…`, or only the digits.
fn sha256(text: &str) -> Option<[u8; 32]> {
    let digits = text.rsplit_once('=').map_or(text, |(_, digits)| digits);
    let mut hash = [0; 32];
    let digits = digits.trim().replace(':', "");
    let digits = digits.strip_prefix("0x").unwrap_or(&digits);
    hex::decode_to_slice(digits, &mut hash).ok()?;
    Some(hash)
}

/// Vendor and product of `0403:6015`.
fn usb_id(text: &str) -> Option<(u16, u16)> {
    let number = |digits: &str| {
        let mut bytes = [0; 2];
        hex::decode_to_slice(digits, &mut bytes).ok()?;
        Some(u16::from_be_bytes(bytes))
    };
    let (vendor, product) = text.split_once(':')?;
    Some((number(vendor)?, number(product)?))
}

fn array(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(", "))
}

/// A text as a basic string of TOML, on one line.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                quoted += &format!("\\u{:04X}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted + "\""
}
