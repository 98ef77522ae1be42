//! Values that are one of a few words, or an address.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZero;
use std::str::FromStr;

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

/// An enumeration whose variants are words, the first being the default; one more variant may hold a
/// value that is written behind a prefix.
macro_rules! words {
    (
        $(#[$about:meta])* $type:ident, $what:literal:
        $(#[$first_about:meta])* $first:ident = $first_word:literal
        $(, $(#[$word_about:meta])* $variant:ident = $word:literal)*
        $(; $(#[$value_about:meta])* $with:ident($value:ty) = $prefix:literal)?
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $type {
            $(#[$first_about])*
            #[default]
            $first,
            $($(#[$word_about])* $variant,)*
            $($(#[$value_about])* $with($value),)?
        }

        impl $type {
            pub(crate) const EXPECTED: Expected = Expected {
                what: $what,
                words: &[$first_word $(, $word)*],
            };
        }

        impl FromStr for $type {
            type Err = Expected;

            fn from_str(text: &str) -> Result<Self, Expected> {
                let word = match text {
                    $first_word => Some(Self::$first),
                    $($word => Some(Self::$variant),)*
                    _ => None,
                };
                $(
                    let value = || text.strip_prefix($prefix)?.parse().ok().map(Self::$with);
                    let word = word.or_else(value);
                )?
                word.ok_or(Self::EXPECTED)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::$first => f.write_str($first_word),
                    $(Self::$variant => f.write_str($word),)*
                    $(Self::$with(value) => write!(f, "{}{value}", $prefix),)?
                }
            }
        }
    };
}

words! {
    /// The form in which a node is talked to.
    Form, "`json` or `hex`":
    /// `/get-work-json`, `/submit-work-json`.
    Json = "json",
    /// `/get-work`, `/submit-work`.
    Hex = "hex"
}

words! {
    /// Which results are hashed again, and when.
    Policy, "`before`, `after` or `sample:1/N`":
    /// All, before they are submitted: nothing wrong is ever submitted.
    Before = "before",
    /// All, after they are submitted.
    After = "after";
    /// One of so many, after they are submitted.
    Sample(NonZero<u32>) = "sample:1/"
}

words! {
    /// When there is a live view.
    View, "`auto`, `on` or `off`":
    /// Where the output is a terminal.
    Auto = "auto",
    /// Always.
    On = "on",
    /// Never: lines instead.
    Off = "off"
}

/// An address to listen on, if any.
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
