//! Whom nodes pay: each is asked once, when it has given work, and said if it pays anyone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use tensority_miner::miner::StartSource;
use tensority_source::{Event, Ledger, MiningAddress, NodeUrl, Settings, Tell};

/// The longest time for the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A node that is asked at its first work. Before that, a node with an account may have no address yet, and would make
/// one for the question; for work it has made one.
pub fn watch(
    name: &str,
    url: &NodeUrl,
    settings: &Settings,
    warnings: &mpsc::Sender<String>,
    start: StartSource,
) -> StartSource {
    let asked = Arc::new(AtomicBool::new(false));
    let (name, url) = (name.to_owned(), url.clone());
    let (settings, warnings) = (settings.clone(), warnings.clone());
    Box::new(move |mut tell: Tell| {
        let asked = Arc::clone(&asked);
        let (name, url) = (name.clone(), url.clone());
        let (settings, warnings) = (settings.clone(), warnings.clone());
        start(Box::new(move |event| {
            let is_first = matches!(event, Event::Template(_));
            if is_first && !asked.swap(true, Ordering::Relaxed) {
                let (name, url) = (name.clone(), url.clone());
                let (settings, warnings) = (settings.clone(), warnings.clone());
                thread::spawn(move || {
                    let warning = ask(&url, &settings).and_then(|it| warning(&name, &it));
                    // The run may be over.
                    let _ = warning.map(|warning| warnings.send(warning));
                });
            }
            tell(event);
        }))
    })
}

/// Nothing of a node that does not tell.
fn ask(url: &NodeUrl, settings: &Settings) -> Option<MiningAddress> {
    let node = Ledger::with_patience(url, settings, PATIENCE).ok()?;
    node.mining_address().ok()
}

fn warning(name: &str, pays: &MiningAddress) -> Option<String> {
    let (reason, advice) = match pays {
        MiningAddress::Set(_) => return None,
        MiningAddress::NoAccount => (
            "it has no account",
            "make one, or give it an address with set-mining-address",
        ),
        MiningAddress::WalletOff => (
            "its wallet is off",
            "start it without --wallet.disable, and with an account",
        ),
    };
    Some(format!(
        "warning: the blocks of {name} pay anyone, since {reason}; {advice}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_node_that_pays_anyone_is_warned_of() {
        let set = MiningAddress::Set("bm1q".to_owned());
        assert_eq!(warning("a", &set), None);
        for (pays, word) in [
            (MiningAddress::NoAccount, "account"),
            (MiningAddress::WalletOff, "--wallet.disable"),
        ] {
            let warning = warning("a", &pays).expect("a warning");
            assert!(warning.contains(word), "{warning}");
        }
    }
}
