//! Blocks that a node accepted: each is asked for again, and what its bytes prove of the payment is said.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tensority::BlockHeader;
use tensority_miner::miner::{Source, StartSource};
use tensority_payment::{Address, Audit, Block, Network, Question, Subject, Verdict, audit};
use tensority_source::{
    Answer, BlockName, Event, Ledger, MiningAddress, NodeError, NodeUrl, Pace, Settings, Share,
    Tell,
};

use crate::audit::payment;

/// The longest time for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Blocks that wait to be audited; on a chain whose blocks come faster than answers, later ones are left out.
const MOST_WAITING: usize = 64;

/// A node whose blocks are audited. A thread of its own asks, so that nothing waits for the answers; it ends with the
/// source.
pub fn watch(
    name: &str,
    url: &NodeUrl,
    settings: &Settings,
    notes: &mpsc::Sender<String>,
    start: StartSource,
) -> StartSource {
    let (name, url) = (name.to_owned(), url.clone());
    let (settings, notes) = (settings.clone(), notes.clone());
    Box::new(move |mut tell: Tell| {
        let submitted = Arc::<Mutex<BTreeMap<u64, BlockHeader>>>::default();
        let (accepted, blocks) = mpsc::sync_channel::<BlockHeader>(MOST_WAITING);
        let (name, url) = (name.clone(), url.clone());
        let (settings, notes) = (settings.clone(), notes.clone());
        let audit_all = move || {
            for header in blocks {
                let audited = ask(&url, &settings, &header);
                // The run may be over.
                let _ = notes.send(line(&name, header.height, audited));
            }
        };
        let thread = thread::Builder::new().name("audit".to_owned());
        thread.spawn(audit_all).map_err(|error| error.to_string())?;
        let heard = Arc::clone(&submitted);
        let tell: Tell = Box::new(move |event| {
            if let Event::Answered { share, answer, .. } = &event {
                let header = lock(&heard).remove(share);
                if let (Some(header), Answer::Accepted) = (header, answer) {
                    // One that there is no room for can be audited by hand.
                    let _ = accepted.try_send(header);
                }
            }
            tell(event);
        });
        let inner = start(tell)?;
        Ok(Box::new(Watched { inner, submitted }) as Box<dyn Source>)
    })
}

/// A source, and the headers that it was handed and has not answered.
struct Watched {
    inner: Box<dyn Source>,
    submitted: Arc<Mutex<BTreeMap<u64, BlockHeader>>>,
}

impl Source for Watched {
    fn submit(&self, share: Share) {
        lock(&self.submitted).insert(share.number, share.header.clone());
        self.inner.submit(share);
    }

    fn pace(&self, pace: Pace) {
        self.inner.pace(pace);
    }
}

/// The audit of a block that the node has, held against its mining address; a reason if there is none.
fn ask(url: &NodeUrl, settings: &Settings, header: &BlockHeader) -> Result<Audit, String> {
    let refused = |error: NodeError| format!("the node {error}");
    let node = Ledger::with_patience(url, settings, PATIENCE).map_err(|error| error.to_string())?;
    let network = node.network().map_err(refused)?.parse::<Network>();
    let network = network.map_err(|error| error.to_string())?;
    let programs = match node.mining_address().map_err(refused)? {
        MiningAddress::Set(text) => {
            let address = Address::parse(&text, network).map_err(|error| error.to_string())?;
            vec![address.program()]
        }
        MiningAddress::NoAccount | MiningAddress::WalletOff => Vec::new(),
    };
    let raw = node
        .block(BlockName::Hash(header.hash()))
        .map_err(refused)?;
    let block = Block::decode(&raw.bytes).map_err(|error| error.to_string())?;
    let main_chain = match node.header(header.height) {
        Ok(header) => Some(header.hash()),
        Err(NodeError::NoBlock) => None,
        Err(error) => return Err(refused(error)),
    };
    Ok(audit(&Question {
        block: &block,
        network,
        failed: Some(&raw.failed),
        height: Some(header.height),
        block_hash: Some(header.hash()),
        main_chain,
        // The miner hashed it before it was handed in.
        pow_hash: None,
        programs: &programs,
    }))
}

/// What is to be said of a block.
fn line(name: &str, height: u64, audited: Result<Audit, String>) -> String {
    let audit = match audited {
        Ok(audit) => audit,
        Err(reason) => {
            return format!("warning: block {height} of {name} could not be audited: {reason}");
        }
    };
    let faults = audit.faults().map(|(subject, fault)| match subject {
        Subject::Payee => format!(
            "{subject}: {fault}; the mining address acts one height late, and another one was set perhaps"
        ),
        _ => format!("{subject}: {fault}"),
    });
    let mut wrong: Vec<_> = faults.collect();
    if let Some(Verdict::Doubtful { warning }) = audit.verdict(Subject::Program) {
        wrong.push(warning.to_string());
    }
    if !wrong.is_empty() {
        return format!("warning: block {height} of {name}: {}", wrong.join("; "));
    }
    let pays = audit
        .coinbase
        .as_ref()
        .map_or_else(|| "nobody".to_owned(), payment);
    format!("block {height} of {name} pays {pays}, as its bytes prove")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is in there is always whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
