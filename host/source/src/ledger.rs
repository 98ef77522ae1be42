//! Questions to a node about its chain, and about whom it pays.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tensority::BlockHeader;

use crate::address::NodeUrl;
use crate::node::NodeError;
use crate::node::client::NodeClient;
use crate::settings::{Settings, StartError};
use crate::template::Template;
use crate::tls::Trust;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A node that is asked about what is there.
pub struct Ledger(NodeClient);

/// What names a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BlockName {
    /// The block of the main chain at a height.
    #[serde(rename = "block_height")]
    Height(u64),
    /// The block of a hash, **also one that lost**.
    #[serde(rename = "block_hash", with = "hex::serde")]
    Hash([u8; 32]),
}

/// A block as a node gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawBlock {
    /// Its bytes, as they came.
    pub bytes: Vec<u8>,
    /// Whether each transaction failed, as the node tells it.
    pub failed: Vec<bool>,
}

/// How a node stands among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The name of the network: `mainnet`, `wisdom` (the test network) or `solonet`.
    pub network: String,
    /// Whether it is fetching blocks that others have.
    pub syncing: bool,
    /// The height of its last block.
    pub height: u64,
    /// The height of the last block that it has heard of.
    pub highest: u64,
    /// Nodes that it is connected to.
    pub peers: u64,
    /// Its clock, to the second, when it answered.
    pub clock: Option<SystemTime>,
}

/// Whom a node pays in the blocks that it has mined for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MiningAddress {
    /// An address.
    Set(String),
    /// Anyone: there is no account, and no address was set.
    NoAccount,
    /// Anyone: the wallet is off, whatever accounts there are.
    WalletOff,
}

impl Ledger {
    /// A client of a node, which has not connected yet.
    ///
    /// # Errors
    /// [`StartError`] of the file of certificates.
    pub fn new(url: &NodeUrl, settings: &Settings) -> Result<Self, StartError> {
        Self::with_patience(url, settings, PATIENCE)
    }

    /// As [`new`](Self::new), for answers that may take so long.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_patience(
        url: &NodeUrl,
        settings: &Settings,
        patience: Duration,
    ) -> Result<Self, StartError> {
        let trust = Trust::load(settings)?;
        Ok(Self::of(NodeClient::new(url, settings, &trust, patience)))
    }

    pub(crate) fn of(client: NodeClient) -> Self {
        Self(client)
    }

    /// What the next block is to be, as a miner is told it.
    ///
    /// # Errors
    /// All of [`NodeError`] that an answer can be.
    pub fn work(&self) -> Result<Template, NodeError> {
        self.0.get_work()
    }

    /// How it stands among other nodes.
    ///
    /// # Errors
    /// See [`height`](Self::height).
    pub fn standing(&self) -> Result<Standing, NodeError> {
        #[derive(Deserialize)]
        struct NetInfo {
            network_id: String,
            syncing: bool,
            current_block: u64,
            highest_block: u64,
            peer_count: u64,
        }
        let expected = "how the node stands among others";
        let (info, clock): (NetInfo, _) = self.0.ask_dated("/net-info", b"", expected)?;
        Ok(Standing {
            network: info.network_id,
            syncing: info.syncing,
            height: info.current_block,
            highest: info.highest_block,
            peers: info.peer_count,
            clock,
        })
    }

    /// The height of the last block of the main chain.
    ///
    /// # Errors
    /// All of [`NodeError`] that an answer can be; so of all that follow.
    pub fn height(&self) -> Result<u64, NodeError> {
        #[derive(Deserialize)]
        struct BlockCount {
            block_count: u64,
        }
        let expected = "a block count";
        let answer: BlockCount = self.0.ask("/get-block-count", b"", expected)?;
        Ok(answer.block_count)
    }

    /// The name of the network: `mainnet`, `wisdom` (the test network) or `solonet`.
    ///
    /// # Errors
    /// See [`height`](Self::height).
    pub fn network(&self) -> Result<String, NodeError> {
        #[derive(Deserialize)]
        struct NetInfo {
            network_id: String,
        }
        let answer: NetInfo = self.0.ask("/net-info", b"", "the name of a network")?;
        Ok(answer.network_id)
    }

    /// A block, whole.
    ///
    /// # Errors
    /// [`NodeError::NoBlock`], and see [`height`](Self::height).
    pub fn block(&self, name: BlockName) -> Result<RawBlock, NodeError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(with = "hex::serde")]
            raw_block: Vec<u8>,
            transaction_status: Statuses,
        }
        #[derive(Deserialize)]
        struct Statuses {
            verify_status: Vec<Status>,
        }
        // What is left out is false.
        #[derive(Deserialize)]
        struct Status {
            #[serde(default)]
            status_fail: bool,
        }
        let answer: Answer = self.0.ask("/get-raw-block", &json(&name), "a block")?;
        let statuses = answer.transaction_status.verify_status.iter();
        Ok(RawBlock {
            bytes: answer.raw_block,
            failed: statuses.map(|status| status.status_fail).collect(),
        })
    }

    /// The header of the block at a height of the main chain.
    ///
    /// # Errors
    /// As [`block`](Self::block).
    pub fn header(&self, height: u64) -> Result<BlockHeader, NodeError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(with = "hex::serde")]
            block_header: Vec<u8>,
        }
        let expected = "a block header";
        let name = json(&BlockName::Height(height));
        let answer: Answer = self.0.ask("/get-block-header", &name, expected)?;
        let header = BlockHeader::deserialize(&answer.block_header);
        header.map_err(|error| NodeError::Unexpected {
            expected,
            found: error.to_string(),
        })
    }

    /// The address that blocks pay from the next template on. **A node with an account and no such address
    /// makes one**, as it would for a template.
    ///
    /// # Errors
    /// See [`height`](Self::height).
    pub fn mining_address(&self) -> Result<MiningAddress, NodeError> {
        #[derive(Deserialize)]
        struct Answer {
            mining_address: String,
        }
        let answer = self.0.ask("/get-mining-address", b"{}", "a mining address");
        match answer.map_err(wallet_call) {
            Ok(Answer { mining_address }) => Ok(MiningAddress::Set(mining_address)),
            Err(NodeError::NoAccount) => Ok(MiningAddress::NoAccount),
            Err(NodeError::WalletOff) => Ok(MiningAddress::WalletOff),
            Err(error) => Err(error),
        }
    }

    /// The programs of all addresses of an account, those for change among them.
    ///
    /// # Errors
    /// [`NodeError::NoAccount`], [`NodeError::WalletOff`], and see [`height`](Self::height).
    pub fn programs(&self, account: &str) -> Result<Vec<Vec<u8>>, NodeError> {
        #[derive(Serialize)]
        struct Question<'a> {
            account_alias: &'a str,
        }
        #[derive(Deserialize)]
        struct Address {
            #[serde(with = "hex::serde")]
            control_program: Vec<u8>,
        }
        let question = json(&Question {
            account_alias: account,
        });
        let expected = "the addresses of an account";
        let addresses = self.0.ask("/list-addresses", &question, expected);
        let addresses: Vec<Address> = addresses.map_err(wallet_call)?;
        Ok(addresses.into_iter().map(|it| it.control_program).collect())
    }
}

/// A node without a wallet sends those who ask for it elsewhere.
fn wallet_call(error: NodeError) -> NodeError {
    match error {
        NodeError::Status { status: 301, .. } => NodeError::WalletOff,
        other => other,
    }
}

fn json(question: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(question).expect("texts and integers are JSON")
}

#[cfg(test)]
mod tests;
