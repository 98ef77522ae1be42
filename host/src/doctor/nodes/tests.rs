use super::super::finding::Verdict;
use super::*;

fn answers(work: Result<u64, NodeError>) -> Answers {
    Answers {
        work: work.map(|height| Work {
            height,
            timestamp: 1_000_000,
        }),
        is_pool: false,
        standing: Some(Ok(standing())),
        pays: Some(Ok(MiningAddress::Set("bm1q".to_owned()))),
        now: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000),
        has_token: false,
    }
}

fn standing() -> Standing {
    Standing {
        network: "mainnet".to_owned(),
        syncing: false,
        height: 7,
        highest: 7,
        peers: 3,
        clock: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_001)),
    }
}

/// Asserts how bad the finding of a check is, and that its text and its fix have these words.
#[track_caller]
fn assert_finds(answers: &Answers, check: &str, verdict: Verdict, found: &str, fix: &str) {
    let findings = judge("a", answers);
    let finding = findings.iter().find(|it| it.check == check).expect(check);
    finding.assert(verdict, found, fix);
}

#[test]
fn a_node_that_is_well_passes() {
    let findings = judge("a", &answers(Ok(8)));
    assert_eq!(findings.len(), 4);
    assert!(
        findings.iter().all(|it| it.verdict == Verdict::Pass),
        "{findings:?}"
    );
}

#[test]
fn why_there_is_no_work_decides_what_to_do() {
    use Verdict::{Fail, Warn};
    let status = |status| NodeError::Status {
        status,
        detail: "x".to_owned(),
    };
    let text = || "x".to_owned();
    let unexpected = || NodeError::Unexpected {
        expected: "work",
        found: "\"<html>\"".to_owned(),
    };
    for (error, verdict, found, fix) in [
        (
            NodeError::Unreachable(text()),
            Fail,
            "reached",
            "start the node",
        ),
        (
            NodeError::TimedOut(PATIENCE),
            Fail,
            "within 5s",
            "overloaded",
        ),
        (
            NodeError::Unauthorized(text()),
            Fail,
            "none is given",
            "create-access-token",
        ),
        (status(403), Fail, "403", "let this machine in"),
        (status(404), Fail, "404", "something else than Bytom's API"),
        (status(502), Fail, "502", "log"),
        (NodeError::Failed(text()), Fail, "failed", "log"),
        (NodeError::Closed(text()), Fail, "closed", "something else"),
        (
            unexpected(),
            Fail,
            "<html>",
            "something else than Bytom's API",
        ),
        (NodeError::NotReady, Warn, "no block to mine yet", "wait"),
        (NodeError::Empty, Warn, "empty body", "wait"),
    ] {
        assert_finds(&answers(Err(error)), "node work", verdict, found, fix);
    }
    let tls =
        "shows a certificate of an unknown issuer; if it is right, name its root with `ca_file`";
    let tls = answers(Err(NodeError::Tls(tls.to_owned())));
    assert_finds(&tls, "node work", Fail, "unknown issuer", "`ca_file`");
    let wrong = Answers {
        has_token: true,
        ..answers(Err(NodeError::Unauthorized(text())))
    };
    assert_finds(&wrong, "node work", Fail, "does not take", "correct user");
    let pool = Answers {
        is_pool: true,
        ..answers(Err(NodeError::Closed(text())))
    };
    assert_finds(&pool, "node work", Fail, "a pool answers", "stratum+tcp://");
}

#[test]
fn a_node_that_is_behind_or_alone_is_warned_of() {
    let with = |standing| Answers {
        standing: Some(Ok(standing)),
        ..answers(Ok(8))
    };
    let behind = Standing {
        highest: 9,
        ..standing()
    };
    assert_finds(
        &with(behind),
        "node sync",
        Verdict::Warn,
        "7 of 9",
        "caught up",
    );
    let syncing = Standing {
        syncing: true,
        ..standing()
    };
    assert_finds(&with(syncing), "node sync", Verdict::Warn, "behind", "wait");
    let alone = Standing {
        peers: 0,
        ..standing()
    };
    assert_finds(
        &with(alone.clone()),
        "node sync",
        Verdict::Warn,
        "nobody",
        "46657",
    );
    let on_purpose = Standing {
        network: ALONE.to_owned(),
        ..alone
    };
    assert_finds(&with(on_purpose), "node sync", Verdict::Pass, "solonet", "");
    let silent = Answers {
        standing: Some(Err(NodeError::Empty)),
        ..answers(Ok(8))
    };
    assert_finds(&silent, "node sync", Verdict::Warn, "empty", "proxy");
    assert_finds(&silent, "node clock", Verdict::Skip, "does not tell", "");
}

#[test]
fn a_node_that_pays_anyone_is_warned_of() {
    let with = |pays| Answers {
        pays: Some(pays),
        ..answers(Ok(8))
    };
    let none = with(Ok(MiningAddress::NoAccount));
    assert_finds(&none, "node pays", Verdict::Warn, "anyone", "account");
    let off = with(Ok(MiningAddress::WalletOff));
    assert_finds(
        &off,
        "node pays",
        Verdict::Warn,
        "anyone",
        "--wallet.disable",
    );
    let silent = with(Err(NodeError::Empty));
    assert_finds(&silent, "node pays", Verdict::Warn, "empty", "proxy");
}

#[test]
fn clocks_may_differ_a_little_and_not_by_hours() {
    let with = |seconds: i64| {
        let now = 1_000_001 + seconds;
        Answers {
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(now.unsigned_abs()),
            ..answers(Ok(8))
        }
    };
    assert_finds(&with(20), "node clock", Verdict::Pass, "", "");
    assert_finds(
        &with(100),
        "node clock",
        Verdict::Warn,
        "100 s behind",
        "set-ntp",
    );
    assert_finds(
        &with(-100),
        "node clock",
        Verdict::Warn,
        "100 s ahead",
        "set-ntp",
    );
    assert_finds(
        &with(-7200),
        "node clock",
        Verdict::Fail,
        "refused",
        "set-ntp",
    );
}

#[test]
fn a_node_that_is_down_is_asked_nothing_else() {
    let down = Answers {
        standing: None,
        pays: None,
        ..answers(Err(NodeError::Unreachable("x".to_owned())))
    };
    for check in ["node sync", "node pays", "node clock"] {
        assert_finds(&down, check, Verdict::Skip, "", "");
    }
}

#[test]
fn a_node_that_does_not_tell_its_time_is_judged_by_work_of_the_future() {
    let with = |timestamp| Answers {
        standing: Some(Ok(Standing {
            clock: None,
            ..standing()
        })),
        work: Ok(Work {
            height: 8,
            timestamp,
        }),
        ..answers(Ok(8))
    };
    assert_finds(&with(900_000), "node clock", Verdict::Skip, "not tell", "");
    assert_finds(&with(1_000_010), "node clock", Verdict::Pass, "", "");
    assert_finds(
        &with(1_000_100),
        "node clock",
        Verdict::Warn,
        "100 s ahead",
        "set-ntp",
    );
    assert_finds(&with(u64::MAX), "node clock", Verdict::Skip, "not tell", "");
}
