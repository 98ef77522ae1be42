//! The audit of blocks that a node gives.

use std::collections::BTreeMap;
use std::num::NonZero;

use tensority::fast::{Backend, MatrixLists, hash};
use tensority::{INITIAL_SEED, seed_height};
use tensority_payment::{
    Address, Block, Network, Question, Subject, Verdict, audit as audit_block,
};
use tensority_source::{BlockName, MiningAddress, NodeError};

use super::Arguments;
use super::ask::Node;
use super::report::{Audited, Report, Unreadable};
use crate::failure::Failure;

/// The matrix lists that are kept: blocks come in the order of their heights.
const LISTS: NonZero<usize> = NonZero::<usize>::MIN;

/// Why a node pays anyone, and what to do.
const NO_ACCOUNT: &str = "the node has no account and no mining address: what it mines pays anyone; give it one \
                          with set-mining-address";
const WALLET_OFF: &str =
    "the wallet of the node is off: what it mines pays anyone, whatever accounts it has";
const ONE_LATE: &str =
    "set-mining-address acts one height late: the coinbase of the next block is made already";

/// Audits the blocks of the arguments.
pub fn audit(arguments: &Arguments, node: &Node) -> Result<Report, Failure> {
    let backend = Backend::from_environment()?;
    let network = node.ledger.network();
    let network = network.map_err(|error| node.failure("the name of its network", &error))?;
    let network: Network = network
        .parse()
        .map_err(|error| Failure::unavailable(format!("the node at {}: {error}", node.url)))?;
    let mining_address = node.ledger.mining_address();
    let mining_address =
        mining_address.map_err(|error| node.failure("its mining address", &error))?;
    let ours = match &mining_address {
        MiningAddress::Set(text) => Some(parse(text, network, "the node's mining address")?),
        MiningAddress::NoAccount | MiningAddress::WalletOff => None,
    };
    let mut auditor = Auditor {
        node,
        network,
        programs: programs(arguments, node, network, ours.as_ref())?,
        lists: MatrixLists::new(backend, LISTS),
        seeds: BTreeMap::new(),
    };
    let last = node.ledger.height();
    let last = last.map_err(|error| node.failure("its height", &error))?;
    let blocks = arguments.names(last).into_iter();
    let blocks = blocks.map(|name| auditor.audit(name, ours.as_ref()));
    let blocks = blocks.collect::<Result<Vec<_>, _>>()?;

    let pays_another = |block: &Result<Audited, Unreadable>| match block {
        Ok(audited) => audited.pays_mining_address == Some(false),
        Err(_) => false,
    };
    let notes = match mining_address {
        MiningAddress::NoAccount => vec![NO_ACCOUNT, ONE_LATE],
        MiningAddress::WalletOff => vec![WALLET_OFF],
        MiningAddress::Set(_) if blocks.iter().any(pays_another) => vec![ONE_LATE],
        MiningAddress::Set(_) => Vec::new(),
    };
    Ok(Report::new(&node.url, network, ours, blocks, notes))
}

fn parse(text: &str, network: Network, whose: &str) -> Result<Address, Failure> {
    Address::parse(text, network).map_err(|error| Failure::usage(format!("{whose}: {error}")))
}

/// Any program that a coinbase must pay; none if nobody demands one.
fn programs(
    arguments: &Arguments,
    node: &Node,
    network: Network,
    ours: Option<&Address>,
) -> Result<Vec<Vec<u8>>, Failure> {
    let mut programs = Vec::new();
    for text in &arguments.addresses {
        programs.push(parse(text, network, "--address")?.program());
    }
    if let Some(account) = &arguments.account {
        let addresses = node.ledger.programs(account);
        let expected = format!("the addresses of account {account:?}");
        programs.extend(addresses.map_err(|error| node.failure(&expected, &error))?);
    }
    match (arguments.ours, ours) {
        (true, Some(address)) => programs.push(address.program()),
        (true, None) => {
            let url = &node.url;
            return Err(Failure::usage(format!(
                "--ours: expected a node with a mining address, found that {url} pays anyone; give it \
                 one with set-mining-address"
            )));
        }
        (false, _) => {}
    }
    Ok(programs)
}

struct Auditor<'a> {
    node: &'a Node,
    network: Network,
    programs: Vec<Vec<u8>>,
    lists: MatrixLists,
    /// The seeds by the heights of the blocks whose hashes they are.
    seeds: BTreeMap<u64, [u8; 32]>,
}

impl Auditor<'_> {
    fn audit(
        &mut self,
        name: BlockName,
        ours: Option<&Address>,
    ) -> Result<Result<Audited, Unreadable>, Failure> {
        let (called, height, block_hash) = match name {
            BlockName::Height(height) => {
                (format!("a block at height {height}"), Some(height), None)
            }
            BlockName::Hash(hash) => (format!("block {}", hex::encode(hash)), None, Some(hash)),
        };
        let raw = self.node.ledger.block(name);
        let raw = raw.map_err(|error| self.node.failure(&called, &error))?;
        let block = match Block::decode(&raw.bytes) {
            Ok(block) => block,
            Err(error) => {
                let error = error.to_string();
                return Ok(Err(Unreadable { called, error }));
            }
        };
        let main_chain = self.hash_at(block.header.height)?;
        let pow_hash = self.pow_hash(&block)?;
        let audit = audit_block(&Question {
            block: &block,
            network: self.network,
            failed: Some(&raw.failed),
            height,
            block_hash,
            main_chain,
            pow_hash,
            programs: &self.programs,
        });
        let pays_mining_address = ours.and_then(|address| {
            let coinbase = audit.coinbase.as_ref()?;
            Some(coinbase.program == address.program())
        });
        let right = audit.faults().next().is_none();
        let doubtful = matches!(
            audit.verdict(Subject::Program),
            Some(Verdict::Doubtful { .. })
        );
        Ok(Ok(Audited {
            right,
            doubtful,
            pays_mining_address,
            audit,
        }))
    }

    /// The PoW hash by the seed of the main chain; nothing for block 0, whose work no node checks, and while the
    /// main chain is too short to have the seed.
    fn pow_hash(&mut self, block: &Block) -> Result<Option<[u8; 32]>, Failure> {
        let height = block.header.height;
        if height == 0 {
            return Ok(None);
        }
        let seed = match seed_height(height) {
            None => Some(INITIAL_SEED),
            Some(at) => match self.seeds.get(&at) {
                Some(seed) => Some(*seed),
                None => self.hash_at(at)?,
            },
        };
        let Some(seed) = seed else {
            return Ok(None);
        };
        self.seeds.extend(seed_height(height).map(|at| (at, seed)));
        Ok(Some(hash(&block.header.hash(), &self.lists.get(&seed))))
    }

    /// The hash of the main chain's block at a height.
    fn hash_at(&self, height: u64) -> Result<Option<[u8; 32]>, Failure> {
        match self.node.ledger.header(height) {
            Ok(header) => Ok(Some(header.hash())),
            Err(NodeError::NoBlock) => Ok(None),
            Err(error) => {
                let expected = format!("the header of height {height}");
                Err(self.node.failure(&expected, &error))
            }
        }
    }
}
