//! Pools: whether they can be reached, take the account, and give work. They are given no share.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use tensority_source::{Address, Event, Reason, Settings, StartError, start};

use super::finding::{Check, Finding, split_advice};

/// The longest time for a connection, and again for the answer to the login.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long work may take to come after the login.
const WORK_PATIENCE: Duration = Duration::from_secs(3);

/// What became of a login.
#[derive(Debug)]
pub struct Answers {
    pub outcome: Outcome,
    /// What the pool said that no pool should say.
    pub odd: Vec<String>,
    pub user: Option<String>,
}

#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// It was accepted, and there is work for the block of this height, if any came.
    In(Option<u64>),
    Down(Reason),
    /// Nothing came of it in time.
    Silent,
}

/// Logs in once, as the miner does, and leaves when there is work or why there is none.
pub fn ask(settings: Settings) -> Result<Answers, StartError> {
    let mut settings = settings;
    settings.limits.connect = PATIENCE;
    settings.limits.login = PATIENCE;
    let user = Some(settings.user.clone()).filter(|user| !user.is_empty());
    let (sender, events) = mpsc::channel();
    let tell = move |event| {
        // Nobody listens any more once it is over.
        let _ = sender.send(event);
    };
    let source = start(settings, Box::new(tell))?;
    // A name may take as long as a connection to be found.
    let mut deadline = Instant::now() + 3 * PATIENCE;
    let mut odd = Vec::new();
    let mut is_in = false;
    let outcome = loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match events.recv_timeout(left) {
            Ok(Event::Up) => {
                is_in = true;
                deadline = Instant::now() + WORK_PATIENCE;
            }
            Ok(Event::Template(work)) => break Outcome::In(Some(work.header.height)),
            Ok(Event::Down(reason)) => break Outcome::Down(reason),
            Ok(Event::Odd(reason)) => odd.push(reason.text),
            Ok(Event::Invalidated | Event::Answered { .. }) => {}
            Err(_) if is_in => break Outcome::In(None),
            Err(_) => break Outcome::Silent,
        }
    };
    source.stop();
    Ok(Answers { outcome, odd, user })
}

/// Whether a pool answers at the host and port of an URL that was meant for a node.
pub fn answers_at(url: &str) -> bool {
    let place = url.split_once("://").map_or(url, |(_, place)| place);
    let place = place.split('/').next().unwrap_or_default();
    let Ok(address @ Address::Pool(_)) = format!("stratum+tcp://{place}").parse() else {
        return false;
    };
    let answers = ask(Settings::new(address));
    answers.is_ok_and(|answers| match answers.outcome {
        Outcome::In(_) => true,
        // It understood the login.
        Outcome::Down(reason) => reason.word == "unauthorized",
        Outcome::Silent => false,
    })
}

/// What the answers of the pool of this name mean.
pub fn judge(name: &str, answers: &Answers) -> Vec<Finding> {
    let mut findings = vec![
        account(&Check::new("pool account", name), answers),
        login(&Check::new("pool login", name), answers),
    ];
    let is_in = matches!(answers.outcome, Outcome::In(_));
    if let Some(odd) = answers.odd.first().filter(|_| is_in) {
        let check = Check::new("pool manners", name);
        findings.push(check.warn(
            odd,
            "if shares are not accepted, tell whoever runs the pool",
        ));
    }
    findings
}

fn account(check: &Check, answers: &Answers) -> Finding {
    match &answers.user {
        Some(user) => check.pass(user),
        None => check.warn("none is given: nobody is credited for shares", GIVE_ACCOUNT),
    }
}

const GIVE_ACCOUNT: &str = "give -u ACCOUNT.WORKER, or user in the configuration";

fn login(check: &Check, answers: &Answers) -> Finding {
    let reason = match &answers.outcome {
        Outcome::In(Some(height)) => {
            return check.pass(format!("accepted, with work for block {height}"));
        }
        Outcome::In(None) => {
            return check.warn(
                "accepted, but no work came",
                "wait for the next block; if that brings none, ask whoever runs the pool",
            );
        }
        Outcome::Down(reason) => reason,
        Outcome::Silent => {
            return check.fail(
                "no answer",
                "look whether host and port are right, and whether names can be resolved",
            );
        }
    };
    let (found, advice) = split_advice(&reason.text);
    let is_http = answers.odd.iter().any(|said| said.contains("HTTP/"));
    if is_http {
        return check.fail(
            "a server of HTTP answers there, no pool",
            "correct the port; if it is a node, write http:// in place of stratum+tcp://",
        );
    }
    match &*reason.word {
        "unreachable" => check.fail(
            found,
            "correct host and port, and look whether a firewall is between",
        ),
        "tls" => check.fail(
            found,
            advice.unwrap_or("look whether the pool speaks TLS at this port"),
        ),
        "unauthorized" | "closed_at_login" if answers.user.is_none() => {
            check.fail(found, GIVE_ACCOUNT)
        }
        "unauthorized" => check.fail(found, "correct user, ACCOUNT.WORKER, and password"),
        "closed_at_login" => check.fail(
            found,
            "correct user; if it is right, wait half an hour for the end of a ban, or ask whoever runs the pool",
        ),
        "timed_out" => check.fail(
            found,
            "look whether it is the port of a pool, and whether it wants TLS (stratum+ssl://)",
        ),
        _ => check.fail(found, "look whether it is the port of a pool"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn answers(outcome: Outcome) -> Answers {
        Answers {
            outcome,
            odd: Vec::new(),
            user: Some("account.worker".to_owned()),
        }
    }

    #[track_caller]
    fn assert_finds(answers: &Answers, check: &str, verdict: Verdict, found: &str, fix: &str) {
        let findings = judge("a", answers);
        let finding = findings.iter().find(|it| it.check == check).expect(check);
        finding.assert(verdict, found, fix);
    }

    fn down(word: &str, text: &str) -> Outcome {
        Outcome::Down(Reason::new(word, text))
    }

    #[test]
    fn a_pool_that_is_well_passes() {
        let findings = judge("a", &answers(Outcome::In(Some(3))));
        let is_well = |it: &Finding| it.verdict == Verdict::Pass;
        assert!(findings.len() == 2 && findings.iter().all(is_well));
    }

    #[test]
    fn why_there_is_no_login_decides_what_to_do() {
        use Verdict::{Fail, Warn};
        let login = "pool login";
        for (outcome, verdict, found, fix) in [
            (down("unreachable", "refused"), Fail, "refused", "firewall"),
            (down("tls", "no issuer; do so"), Fail, "no issuer", "do so"),
            (down("tls", "strange"), Fail, "strange", "speaks TLS"),
            (down("unauthorized", "no"), Fail, "no", "ACCOUNT.WORKER"),
            (down("closed_at_login", "shut"), Fail, "shut", "ban"),
            (down("timed_out", "late"), Fail, "late", "stratum+ssl://"),
            (down("too_long", "much"), Fail, "much", "port of a pool"),
            (Outcome::Silent, Fail, "no answer", "host and port"),
            (Outcome::In(None), Warn, "no work", "wait"),
        ] {
            assert_finds(&answers(outcome), login, verdict, found, fix);
        }
        let http = Answers {
            odd: vec!["found \"HTTP/1.1 400 Bad Request\"".to_owned()],
            ..answers(down("closed_at_login", "shut"))
        };
        assert_finds(&http, login, Fail, "server of HTTP", "http://");
    }

    #[test]
    fn a_pool_without_an_account_is_warned_of() {
        let nobody = |outcome| Answers {
            user: None,
            ..answers(outcome)
        };
        let taken = nobody(Outcome::In(Some(1)));
        assert_finds(&taken, "pool account", Verdict::Warn, "nobody", "-u");
        assert_finds(&taken, "pool login", Verdict::Pass, "", "");
        let refused = nobody(down("closed_at_login", "shut"));
        assert_finds(&refused, "pool login", Verdict::Fail, "shut", "-u");
    }

    #[test]
    fn strange_words_of_a_pool_that_works_are_warned_of() {
        let odd = Answers {
            odd: vec!["found no job".to_owned()],
            ..answers(Outcome::In(Some(1)))
        };
        assert_finds(&odd, "pool manners", Verdict::Warn, "no job", "pool");
    }
}
