//! Description of tables of codes.

use core::fmt::{self, Display, Formatter};

/// A number, what it is called and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The number, as registers and messages carry it.
    pub number: u8,
    /// Name of the enum's variant.
    pub name: &'static str,
    /// Meaning, without a full stop.
    pub about: &'static str,
}

/// All codes of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeTable {
    /// Name of the enum.
    pub name: &'static str,
    /// Meaning of the whole.
    pub about: &'static str,
    /// In the order of their numbers.
    pub codes: &'static [Code],
}

/// A number that a table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeError {
    /// Codes that were expected.
    pub expected: &'static CodeTable,
    /// Number that was found.
    pub found: u32,
}

impl Display for CodeError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected ", self.expected.name)?;
        for (index, code) in self.expected.codes.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{} {}", code.number, code.name)?;
        }
        write!(f, "; found {}", self.found)
    }
}

impl core::error::Error for CodeError {}

/// Describes tables of codes: an enum for each, with its way from numbers and its documentation.
macro_rules! codes {
    ($(
        $(#[doc = $table_about:literal])*
        $table:ident { $($name:ident = $number:literal, $about:literal;)* }
    )*) => {
        /// All tables, in the order of this file.
        pub const TABLES: &[&CodeTable] = &[$($table::TABLE),*];

        $(
            $(#[doc = $table_about])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
            #[repr(u8)]
            pub enum $table {
                $(#[doc = $about] $name = $number,)*
            }

            impl $table {
                /// All codes, in the order of their numbers.
                pub const ALL: &'static [Self] = &[$(Self::$name),*];

                /// The table for the documentation.
                pub const TABLE: &'static CodeTable = &CodeTable {
                    name: stringify!($table),
                    about: concat!($($table_about),*),
                    codes: &[$(Code { number: $number, name: stringify!($name), about: $about }),*],
                };

                /// Name of the variant.
                pub const fn name(self) -> &'static str {
                    match self {
                        $(Self::$name => stringify!($name),)*
                    }
                }

                /// Meaning, without a full stop.
                pub const fn about(self) -> &'static str {
                    match self {
                        $(Self::$name => $about,)*
                    }
                }
            }

            impl TryFrom<u32> for $table {
                type Error = CodeError;

                fn try_from(number: u32) -> Result<Self, CodeError> {
                    match number {
                        $($number => Ok(Self::$name),)*
                        found => Err(CodeError { expected: Self::TABLE, found }),
                    }
                }
            }

            impl TryFrom<u8> for $table {
                type Error = CodeError;

                fn try_from(number: u8) -> Result<Self, CodeError> {
                    Self::try_from(u32::from(number))
                }
            }
        )*
    };
}
pub(crate) use codes;
