//! A value as somebody gave it: in the file with a type, elsewhere as a text.

use std::borrow::Cow;
use std::path::Path;

use toml::de::DeValue;

/// The longest text that is shown whole.
const SHOWN_CHARACTERS: usize = 60;

/// A value as somebody gave it.
#[derive(Clone, Copy)]
pub enum Given<'a> {
    /// In a file, and the folder of that file.
    Toml(&'a DeValue<'a>, &'a Path),
    /// In the environment, or as a flag.
    Text(&'a str),
}

impl<'a> Given<'a> {
    pub fn text(self) -> Option<&'a str> {
        match self {
            Self::Toml(value, _) => value.as_str(),
            Self::Text(text) => Some(text),
        }
    }

    /// A path; in a file it goes from the folder of that file.
    pub fn path(self) -> Option<Cow<'a, Path>> {
        let path = self.text().filter(|text| !text.is_empty()).map(Path::new);
        match self {
            Self::Toml(_, folder) => path.map(|path| folder.join(path).into()),
            Self::Text(_) => path.map(Into::into),
        }
    }

    /// A whole number from 0.
    pub fn integer(self) -> Option<u64> {
        match self {
            Self::Toml(value, _) => {
                let integer = value.as_integer()?;
                u64::from_str_radix(integer.as_str(), integer.radix()).ok()
            }
            Self::Text(text) => text.parse().ok(),
        }
    }

    pub fn number(self) -> Option<f64> {
        let number = match self {
            Self::Toml(value, _) => match value.as_float() {
                Some(float) => float.as_str().parse().ok(),
                None => self.integer().map(|integer| integer as f64),
            },
            Self::Text(text) => text.parse().ok(),
        };
        number.filter(|number: &f64| number.is_finite())
    }

    pub fn boolean(self) -> Option<bool> {
        match self {
            Self::Toml(value, _) => value.as_bool(),
            Self::Text(text) => text.parse().ok(),
        }
    }

    /// Several texts; outside a file, with commas between them.
    pub fn texts(self) -> Option<Vec<String>> {
        match self {
            Self::Toml(value, _) => {
                let items = value.as_array()?.iter();
                items
                    .map(|item| item.get_ref().as_str().map(String::from))
                    .collect()
            }
            Self::Text(text) => Some(text.split(',').map(|item| item.trim().to_owned()).collect()),
        }
    }

    /// What it is, for one who expected something else.
    pub fn found(self) -> String {
        match self {
            Self::Toml(DeValue::Integer(integer), _) => {
                format!("integer {}", clipped(&integer.to_string()))
            }
            Self::Toml(DeValue::Float(float), _) => format!("float {}", clipped(float.as_str())),
            Self::Toml(DeValue::Boolean(boolean), _) => format!("boolean {boolean}"),
            Self::Toml(DeValue::Datetime(datetime), _) => format!("date {datetime}"),
            Self::Toml(DeValue::Array(items), folder) if !items.is_empty() => {
                let items = items.iter();
                let found = items.map(|item| Self::Toml(item.get_ref(), folder).found());
                clipped(&format!(
                    "an array of {}",
                    found.collect::<Vec<_>>().join(", ")
                ))
                .into()
            }
            _ => match self.text() {
                Some(text) => format!("text {:?}", clipped(text)),
                None => self.kind().to_owned(),
            },
        }
    }

    /// Of which type it is, and not what: for a secret.
    pub fn kind(self) -> &'static str {
        match (self, self.text()) {
            (_, Some("")) => "an empty text",
            (Self::Text(_), _) => "a text",
            (Self::Toml(value, _), _) => kind(value),
        }
    }
}

/// The type of a value.
pub fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// The beginning of a text that may be long.
pub fn clipped(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
