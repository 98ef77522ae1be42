//! Values that are one of a few words, or an address.

use std::{fmt, net::SocketAddr, num::NonZero, str::FromStr};

/// A text was not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {what}")]
pub struct Expected {
    /// What should have been there.
    pub what: &'static str,
    /// The words among it.
    pub words: &'static [&'static str],
}

/// A value with a written form of its own.
pub trait Written {
    /// Takes the value that the text stands for.
    fn read(&mut self, text: &str) -> Result<(), Expected>;
    /// The text that stands for it.
    fn text(&self) -> String;
}

impl<T: FromStr<Err = Expected> + fmt::Display> Written for T {
    fn read(&mut self, text: &str) -> Result<(), Expected> {
        *self = text.parse()?;
        Ok(())
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

/// How a node is talked to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Its JSON form: `/get-work-json`, `/submit-work-json`.
    #[default]
    Json,
    /// Its hexadecimal form: `/get-work`, `/submit-work`.
    Hex,
}

impl Form {
    pub(crate) const EXPECTED: Expected = Expected {
        what: "`json` or `hex`",
        words: &["json", "hex"],
    };
}

impl FromStr for Form {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        match text {
            "json" => Ok(Self::Json),
            "hex" => Ok(Self::Hex),
            _ => Err(Self::EXPECTED),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            Self::Hex => "hex",
        })
    }
}

/// Whether results are hashed again before they are submitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// All, before they are submitted: nothing wrong is ever submitted.
    #[default]
    Before,
    /// All, after they are submitted.
    After,
    /// One of so many, after they are submitted.
    Sample(NonZero<u32>),
}

impl Policy {
    pub(crate) const EXPECTED: Expected = Expected {
        what: "`before`, `after` or `sample:1/N`",
        words: &["before", "after"],
    };
}

impl FromStr for Policy {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        match text {
            "before" => Ok(Self::Before),
            "after" => Ok(Self::After),
            _ => {
                let one_of = text.strip_prefix("sample:1/").ok_or(Self::EXPECTED)?;
                let one_of = one_of.parse().map_err(|_| Self::EXPECTED)?;
                Ok(Self::Sample(one_of))
            }
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before => f.write_str("before"),
            Self::After => f.write_str("after"),
            Self::Sample(one_of) => write!(f, "sample:1/{one_of}"),
        }
    }
}

/// Whether there is a live view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Where the output is a terminal.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never: lines instead.
    Off,
}

impl View {
    pub(crate) const EXPECTED: Expected = Expected {
        what: "`auto`, `on` or `off`",
        words: &["auto", "on", "off"],
    };
}

impl FromStr for View {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        match text {
            "auto" => Ok(Self::Auto),
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(Self::EXPECTED),
        }
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::On => "on",
            Self::Off => "off",
        })
    }
}

/// Where to listen, if anywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listen(pub Option<SocketAddr>);

impl Listen {
    pub(crate) const EXPECTED: Expected = Expected {
        what: "an IP address with a port, such as 127.0.0.1:9890, or `off`",
        words: &["off"],
    };
}

impl FromStr for Listen {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        match text {
            "off" => Ok(Self(None)),
            _ => {
                let address = text.parse().map_err(|_| Self::EXPECTED)?;
                Ok(Self(Some(address)))
            }
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_written<T: FromStr<Err = Expected> + fmt::Display>(texts: &[&str], others: &[&str]) {
        for text in texts {
            let value: T = text
                .parse()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(value.to_string(), *text);
        }
        for text in others {
            assert!(text.parse::<T>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        assert_written::<Form>(&["json", "hex"], &["", "JSON"]);
        assert_written::<View>(&["auto", "on", "off"], &["", "true"]);
        assert_written::<Policy>(
            &["before", "after", "sample:1/10"],
            &[
                "",
                "sample",
                "sample:1/0",
                "sample:2/10",
                "sample:1/-1",
                "sample:1/4294967296",
            ],
        );
        assert_written::<Listen>(
            &["off", "127.0.0.1:0", "[::1]:4028"],
            &[
                "",
                "9890",
                ":9890",
                "localhost:9890",
                "127.0.0.1",
                "127.0.0.1:65536",
            ],
        );
    }
}
