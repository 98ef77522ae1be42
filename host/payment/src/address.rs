//! Addresses: programs of version 0 as text for people, in bech32 (BIP-173).

use std::fmt;
use std::str::FromStr;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Fe32, Hrp, segwit};

use crate::program::{Payee, payee, witness_hash};

/// The longest text that bech32 allows, in characters, and the shortest that can hold a checksum.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=90;

/// A network, which shows in the addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// `bm1…`
    Mainnet,
    /// `tm1…`; a node calls it wisdom.
    Testnet,
    /// `sm1…`
    Solonet,
}

/// Whom an address pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    network: Network,
    hash: Hash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    PublicKey([u8; 20]),
    Script([u8; 32]),
}

/// Why a text is no address of a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum AddressError {
    /// It has the prefix of another network, or none.
    #[error("expected an address that begins with {expected}1, found {found:?}")]
    Prefix {
        expected: &'static str,
        found: String,
    },
    /// It is too short or too long for bech32.
    #[error("expected an address of 8 to 90 characters, found {found}")]
    TextLength { found: usize },
    /// A character that bech32 has not, upper and lower case mixed, or a wrong checksum.
    #[error("expected bech32, found a text that is none: {0}")]
    Bech32(String),
    /// There are addresses of version 0 alone.
    #[error("expected an address of version 0, found version {found}")]
    Version { found: u8 },
    /// The hash is neither that of a key nor that of a script.
    #[error("expected a hash of 20 or 32 bytes, found {found}")]
    HashLength { found: usize },
    /// The bits behind the last byte are not zero, or too many.
    #[error("expected zeros behind the hash, found others or too many")]
    Padding,
}

impl Network {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mainnet, Self::Testnet, Self::Solonet];

    /// What its addresses begin with, before the `1`.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Mainnet => "bm",
            Self::Testnet => "tm",
            Self::Solonet => "sm",
        }
    }

    /// The network that a text would be an address of, by what it begins with; the rest is not looked at.
    pub fn of_address(text: &str) -> Option<Self> {
        let prefix = text.rsplit_once('1')?.0.to_lowercase();
        let mut networks = Self::ALL.into_iter();
        networks.find(|network| network.prefix() == prefix)
    }
}

/// By the names that a node has for them, and by ours.
impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "mainnet" => Ok(Self::Mainnet),
            "testnet" | "wisdom" => Ok(Self::Testnet),
            "solonet" => Ok(Self::Solonet),
            _ => Err(format!(
                "expected mainnet, testnet or solonet, found {text:?}"
            )),
        }
    }
}

impl Address {
    /// Reads an address of a network, all in lower case or all in upper case.
    ///
    /// # Errors
    /// All of [`AddressError`].
    pub fn parse(text: &str, network: Network) -> Result<Self, AddressError> {
        if Network::of_address(text) != Some(network) {
            let expected = network.prefix();
            let found = text.chars().take(LENGTHS.start() / 2).collect();
            return Err(AddressError::Prefix { expected, found });
        }
        if !LENGTHS.contains(&text.len()) {
            return Err(AddressError::TextLength { found: text.len() });
        }
        let checked = CheckedHrpstring::new::<Bech32>(text);
        let mut checked = checked.map_err(|error| AddressError::Bech32(error.to_string()))?;
        match checked.fe32_iter().next() {
            None => return Err(AddressError::HashLength { found: 0 }),
            Some(Fe32::Q) => {}
            Some(version) => {
                let found = version.to_u8();
                return Err(AddressError::Version { found });
            }
        }
        checked.remove_witness_version();
        let padding = checked.validate_segwit_padding();
        padding.map_err(|_| AddressError::Padding)?;
        let hash: Vec<u8> = checked.byte_iter().collect();
        let hash = Hash::of(&hash).ok_or(AddressError::HashLength { found: hash.len() })?;
        Ok(Self { network, hash })
    }

    /// The address of a program, which must be P2WPKH or P2WSH of version 0.
    pub fn of_program(program: &[u8], network: Network) -> Option<Self> {
        let hash = match payee(program) {
            Payee::PublicKey(hash) => Hash::PublicKey(hash),
            Payee::Script(hash) => Hash::Script(hash),
            _ => return None,
        };
        Some(Self { network, hash })
    }

    /// The address that a node prints for a program. **It may be that of another program**, see
    /// [`Payee::OtherVersion`].
    pub fn as_node_prints(program: &[u8], network: Network) -> Option<Self> {
        let hash = Hash::of(&witness_hash(program)?)?;
        Some(Self { network, hash })
    }

    /// The program that it stands for: 00, the length of the hash, the hash.
    pub fn program(&self) -> Vec<u8> {
        let hash = self.hash.bytes();
        [&[0x00, hash.len() as u8], hash].concat()
    }

    /// The network that it is of.
    pub fn network(&self) -> Network {
        self.network
    }
}

impl Hash {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.len() {
            20 => bytes.try_into().ok().map(Self::PublicKey),
            _ => bytes.try_into().ok().map(Self::Script),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::PublicKey(hash) => hash,
            Self::Script(hash) => hash,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = Hrp::parse_unchecked(self.network.prefix());
        segwit::encode_lower_to_fmt_unchecked(f, prefix, Fe32::Q, self.hash.bytes())
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mainnet => "mainnet",
            Self::Testnet => "testnet",
            Self::Solonet => "solonet",
        })
    }
}

/// As text.
impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
