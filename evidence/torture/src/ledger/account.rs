//! The miner's own account of a life that ended in order: it is what it said one by one.

use serde_json::Value;

use super::{End, Life};

/// What a source's account calls what became of shares.
const OUTCOMES: [&str; 4] = ["accepted", "stale", "unanswered", "not_submitted"];

/// What a device's account calls results, and what they are called one by one.
const RESULTS: [(&str, &str); 5] = [
    ("valid", "valid"),
    ("hardware_errors", "hardware_error"),
    ("duplicates", "duplicate"),
    ("stale", "stale"),
    ("unverified", "unverified"),
];

/// What does not add up.
pub fn faults(number: usize, life: &Life) -> Vec<String> {
    let mut faults = totals(life);
    match (&life.summary, &life.end) {
        (Some(state), _) => faults.extend(of_summary(life, state)),
        (None, Some((_, End::Exited(_)))) => faults.push("ended without a summary".to_owned()),
        (None, _) => {}
    }
    let name = |fault| format!("life {number}: {fault}");
    faults.into_iter().map(name).collect()
}

fn of_summary(life: &Life, state: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut compare = |what: String, said: u64, counted: u64| {
        if said != counted {
            faults.push(format!(
                "{what}: {said} in the account, {counted} one by one"
            ));
        }
    };
    let number = |value: &Value| value.as_u64().unwrap_or(u64::MAX);
    let empty = Vec::new();
    for source in state["sources"].as_array().unwrap_or(&empty) {
        let name = source["name"].as_str().unwrap_or_default();
        let (shares, counted) = (&source["shares"], |outcome| life.shares_of(name, outcome));
        for outcome in OUTCOMES {
            compare(
                format!("{name} {outcome}"),
                number(&shares[outcome]),
                counted(outcome),
            );
        }
        let rejected = shares["rejected"].as_object().into_iter().flatten();
        let rejected = rejected.map(|(_, count)| number(count)).sum();
        compare(format!("{name} rejected"), rejected, counted("rejected"));
        for open in ["pending", "waiting"] {
            compare(format!("{name} {open}"), number(&shares[open]), 0);
        }
    }
    for (account, one) in RESULTS {
        let said = number(&state["total"]["nonces"][account]);
        compare(
            account.to_owned(),
            said,
            life.found.get(one).copied().unwrap_or(0),
        );
    }
    let devices = state["devices"].as_array().unwrap_or(&empty);
    // Without a device there is no time to account for.
    let total = (!devices.is_empty()).then_some(&state["total"]);
    for device in devices.iter().chain(total) {
        let parts = device["losses"].as_object().into_iter().flatten();
        let sum: f64 = parts.filter_map(|(_, part)| part.as_f64()).sum();
        if (sum - 1.0).abs() > 1e-6 {
            faults.push(format!("{}: the losses make {sum}", device["name"]));
        }
    }
    faults
}

/// The state file: behind an orderly life it has what was before and this life's; never does it have more, nor less
/// than before.
fn totals(life: &Life) -> Vec<String> {
    let [before, behind] = &life.totals;
    let count = |totals: &Option<Value>, name: &str| {
        let totals = totals.as_ref();
        totals.map_or(0, |totals| {
            totals["lifetime"][name].as_u64().unwrap_or(u64::MAX)
        })
    };
    let accepted = life.shares_of_all("accepted");
    let (before, behind) = (
        count(before, "shares_accepted"),
        count(behind, "shares_accepted"),
    );
    let mut faults = Vec::new();
    // What a kill kept from being said may have been saved.
    let most = before
        + accepted
        + if life.is_killed() {
            super::check::UNDER_WAY
        } else {
            0
        };
    if !(before..=most).contains(&behind) {
        faults.push(format!(
            "the state file: {before} shares before, {accepted} in this life, {behind} behind it"
        ));
    }
    if let Some(state) = &life.summary {
        let said = state["lifetime"]["shares_accepted"].as_u64();
        if said != Some(before + accepted) {
            faults.push(format!(
                "the totals: {before} shares before, {accepted} in this life, {said:?} in all"
            ));
        }
    }
    faults
}

impl Life {
    fn shares_of(&self, source: &str, outcome: &str) -> u64 {
        let name = (source.to_owned(), outcome.to_owned());
        self.shares.get(&name).copied().unwrap_or(0)
    }

    /// Shares of all sources of which this became.
    pub fn shares_of_all(&self, outcome: &str) -> u64 {
        let shares = self.shares.iter();
        let named = shares.filter(|((_, known), _)| known == outcome);
        named.map(|(_, count)| count).sum()
    }

    /// Whether it did not end in order.
    pub fn is_killed(&self) -> bool {
        matches!(self.end, Some((_, End::Killed)))
    }
}
