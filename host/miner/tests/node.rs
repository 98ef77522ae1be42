//! The miner with development nodes, good ones and odd ones, and devices that are right or wrong.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use support::node::{any_port, nobody, node, node_with_clock, serve, serve_twisted, source};
use support::quick::{Control, Quick};
use support::run::{Plan, Run, is_share, lines};
use support::scripted::{found, scripts, with};
use support::{config, hashing, one, opener};
use tensority_device::cpu::Cpu;
use tensority_device::device::{Device, EndReason, Notice, Placement, Range};
use tensority_devnet::node::api::{self, Reply};
use tensority_miner::fleet::{Opener, Selection};
use tensority_miner::message::Message;
use tensority_miner::miner::FatalError;
use tensority_telemetry::device::{Condition, Nonces};
use tensority_telemetry::outcome::Outcome;
use tensority_telemetry::source::Kind;

fn cpu(name: &str) -> Selection {
    let open = || Cpu::open(1.try_into().ok()).expect("a back end");
    one(name, config(), opener(open))
}

/// A miner of one node with the proof of work itself.
fn plan(address: std::net::SocketAddr, devices: Vec<Selection>) -> Plan {
    Plan {
        rehash: hashing::real(),
        devices,
        ..Plan::new().source("node", Kind::Node, source(address))
    }
}

fn blocks(plan: Plan, blocks: u64) -> Plan {
    let mut plan = plan;
    plan.settings.goal.shares = Some(blocks);
    plan
}

fn seconds(plan: Plan, seconds: f64) -> Plan {
    let mut plan = plan;
    plan.settings.goal.time = Some(Duration::from_secs_f64(seconds));
    plan
}

fn all_accepted(submits: &support::node::Submits) -> bool {
    let submits = submits.lock().unwrap();
    submits
        .iter()
        .all(|event| matches!(event, api::Event::Accepted(_)))
}

#[test]
fn a_processor_mines_blocks_that_the_node_takes() {
    let node = node();
    let (server, submits) = serve(&node, any_port());
    let plan = plan(server.local_addr(), vec![cpu("one"), cpu("other")]);
    let ended = blocks(plan, 3).start().ended().expect("no error");
    // What was found while the third was on its way is handed in too.
    let height = node.height();
    assert!(height >= 3, "{height}");
    assert_eq!(ended.state.total.shares.accepted, height);
    assert!(all_accepted(&submits), "{submits:?}");
    for height in 1..=height {
        let nonce = node.block_at(height).unwrap().header.nonce;
        assert!((1 << 53..1 << 63).contains(&nonce), "{nonce}");
    }
    assert_eq!(ended.state.lifetime.blocks, height);
    for name in ["one", "other"] {
        let device = ended.device(name);
        assert!(device.hashes > 0, "{device:?}");
        assert_eq!(device.nonces.hardware_errors, 0);
        assert_eq!(device.nonces.duplicates, 0);
    }
}

#[test]
fn a_dry_run_submits_nothing() {
    let node = node();
    let (server, submits) = serve(&node, any_port());
    let mut plan = plan(server.local_addr(), vec![cpu("cpu")]);
    plan.settings.goal.dry_run = true;
    let mut run = plan.start();
    run.wait_for("share not submitted", |message| {
        is_share(message, "not_submitted")
    });
    let ended = run.end();
    let told = ended.told.iter();
    let shares = told.filter(|message| is_share(message, "not_submitted").is_some());
    assert_eq!(
        ended.state.total.shares.not_submitted,
        shares.count() as u64
    );
    assert_eq!((submits.lock().unwrap().len(), node.height()), (0, 0));
}

#[test]
fn nothing_wrong_is_submitted_and_every_fault_is_counted() {
    let node = node();
    let (server, submits) = serve(&node, any_port());
    let mut first = true;
    let script = move |range: &Range, _| {
        if !std::mem::take(&mut first) {
            return Vec::new();
        }
        let good = found(range, true).next().unwrap();
        let above = found(range, false).next().unwrap();
        let wrong = with(found(range, true).nth(1).unwrap(), |_, _, hash| {
            hash[0] ^= 1
        });
        let outside = with(good, |_, nonce, _| *nonce = range.first + range.count);
        let too_great = with(good, |_, nonce, _| *nonce = 1 << 63);
        let stranger = with(good, |id, _, _| id.0 = id.0.wrapping_sub(1));
        let too_many = Notice::RangeDone {
            range: range.id,
            hashes: range.count + 1,
            ending: EndReason::Aborted,
        };
        let again = good;
        let all = [
            above, wrong, outside, too_great, stranger, good, again, too_many,
        ];
        all.map(Some).into()
    };
    let device = one("scripted", config(), scripts(vec![Box::new(script)]));
    let mut run = plan(server.local_addr(), vec![device]).start();
    run.wait_for_shares(1);
    // What is said behind it may still be on its way.
    run.next_within(Duration::from_millis(300), |_| None::<()>);
    let ended = run.end();
    let device = ended.device("scripted");
    let expected = Nonces {
        valid: 1,
        hardware_errors: 6,
        duplicates: 1,
        ..Nonces::default()
    };
    assert_eq!(device.nonces, expected, "{}", lines(&ended.told));
    assert_eq!(device.hashes, 0, "nothing it said fits");
    assert!(device.last_error.is_some());
    let submits = submits.lock().unwrap();
    assert!(
        matches!(submits[..], [api::Event::Accepted(_)]),
        "{submits:?}"
    );
}

#[test]
fn a_result_that_comes_after_the_block_is_stale_and_not_credited_to_the_next_job() {
    let node = node();
    let (server, submits) = serve(&node, any_port());
    let mut last: Option<Range> = None;
    let script = move |range: &Range, placement| {
        let Some(old) = last.replace(*range) else {
            return vec![Some(found(range, true).next().unwrap())];
        };
        assert_eq!(placement, Placement::Replace);
        assert_ne!(old.message, range.message);
        // Good when it was hashed, of a job that is over; then the same under the new range.
        let late = found(&old, true).nth(1).unwrap();
        let under_the_new = with(late, |id, _, _| *id = range.id);
        let done = Notice::RangeDone {
            range: old.id,
            hashes: 50.min(old.count),
            ending: EndReason::Replaced,
        };
        vec![Some(late), Some(done), Some(under_the_new)]
    };
    let device = one("scripted", config(), scripts(vec![Box::new(script)]));
    let mut run = plan(server.local_addr(), vec![device]).start();
    run.wait_for("hardware error", |message| match message {
        Message::Found { result, .. } if *result == Outcome::HardwareError => Some(()),
        Message::Fault { .. } => Some(()),
        _ => None,
    });
    let ended = run.end();
    let expected = Nonces {
        valid: 1,
        hardware_errors: 1,
        stale: 1,
        ..Nonces::default()
    };
    assert_eq!(ended.device("scripted").nonces, expected);
    assert_eq!(ended.state.total.shares.accepted, 1);
    assert_eq!(submits.lock().unwrap().len(), 1);
}

#[test]
fn a_device_that_fails_is_opened_again_and_the_other_goes_on() {
    let node = node();
    let (server, _) = serve(&node, any_port());
    let openings = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&openings);
    let control = Control::default();
    let good = control.clone();
    let failing = scripts(vec![Box::new(|_: &Range, _| vec![None])]);
    let open: Opener = Arc::new(move || match counted.fetch_add(1, Ordering::SeqCst) {
        0 => failing(),
        1 => Err("not yet".to_owned()),
        _ => Ok(Box::new(Quick::open(&good, 100.0, hashing::real())) as Box<dyn Device>),
    });
    let device = one("failing", config(), open);
    let mut run = plan(server.local_addr(), vec![device, cpu("cpu")]).start();
    run.wait_for_condition("failing", "healthy");
    run.wait_for_shares(1);
    let ended = run.end();
    let device = ended.device("failing");
    assert_eq!((device.restarts, openings.load(Ordering::SeqCst)), (1, 3));
    let reasons = ended.told.iter().filter_map(|message| match message {
        Message::Device {
            device,
            condition,
            reason,
        } if device == "failing" && *condition == Condition::Away => Some(reason.clone()),
        _ => None,
    });
    let reasons: Vec<_> = reasons.collect();
    assert!(reasons[0].contains("the script says so"), "{reasons:?}");
    assert_eq!(reasons[1], "not yet");
    // Between the first opening and the third there is more than a second.
    assert!(ended.device("cpu").nonces.valid > 0);
}

#[test]
fn a_panic_ends_the_miner_with_trouble() {
    let node = node();
    let (server, _) = serve(&node, any_port());
    let script = |_: &Range, _| panic!("this panic is part of a test");
    let device = one("scripted", config(), scripts(vec![Box::new(script)]));
    let run = plan(server.local_addr(), vec![device]).start();
    let error = run.ended().err().expect("no end without a device");
    assert!(matches!(error, FatalError::Panicked("device")), "{error}");
    assert!(error.to_string().contains("bug"), "{error}");
}

#[test]
fn a_node_that_comes_back_gets_what_was_found_meanwhile() {
    let node = node();
    let (server, _) = serve(&node, any_port());
    let address = server.local_addr();
    let mut run = plan(address, vec![cpu("cpu")]).start();
    run.wait_for_shares(1);
    drop(server);
    let reason = run.wait_for("word that the node is away", |message| match message {
        Message::Source {
            up: false, reason, ..
        } => reason.clone(),
        _ => None,
    });
    assert!(
        reason.contains("cannot be reached") || reason.contains("closed"),
        "{reason}"
    );
    let (_again, _) = serve(&node, address);
    run.wait_for_shares(2);
    let ended = run.end();
    assert!(node.height() >= 3);
    assert_eq!(ended.state.total.shares.unanswered, 0);
    let changes = ended.told.iter().filter_map(|message| match message {
        Message::Source { up, .. } => Some(*up),
        _ => None,
    });
    let changes: Vec<_> = changes.collect();
    assert_eq!(changes, [true, false, true], "one line for each change");
}

fn http(status: u16, body: &str) -> Reply {
    let body = body.to_owned();
    Reply::Http { status, body }
}

#[test]
fn every_odd_answer_is_named_once_and_waited_out() {
    let odd = [
        http(200, ""),
        http(500, r#"{"detail":"not Found"}"#),
        http(500, "again"),
        http(200, "<html>"),
        Reply::Closed,
        http(
            200,
            r#"{"status":"fail","error_detail":"no block is ready for mining"}"#,
        ),
        http(401, r#"{"detail":"no token"}"#),
    ];
    let mut odd = odd.into_iter();
    let twist = move |path: &str, reply| match path {
        "/get-work-json" => odd.next().unwrap_or(reply),
        _ => reply,
    };
    let node = node();
    let address = serve_twisted(Arc::clone(&node), Box::new(twist));
    let plan = plan(address, vec![cpu("cpu")]);
    let ended = blocks(plan, 1).start().ended().expect("no error");
    assert_eq!((ended.state.total.shares.accepted, node.height()), (1, 1));
    let reasons = ended.told.iter().filter_map(|message| match message {
        Message::Source { reason, .. } => Some(reason.clone().unwrap_or("up".to_owned())),
        _ => None,
    });
    let reasons: Vec<_> = reasons.collect();
    let words = [
        "empty body",
        "status 500 (not Found)",
        "<html>",
        "closed",
        "no block to mine",
        "access token",
        "up",
    ];
    assert_eq!(reasons.len(), words.len(), "{reasons:?}");
    for (reason, word) in reasons.iter().zip(words) {
        assert!(reason.contains(word), "no {word:?} in {reason}");
    }
}

#[test]
fn a_block_whose_answer_was_lost_is_accepted_by_the_next_parent() {
    let mut submits = 0;
    let twist = move |path: &str, reply| match path {
        "/submit-work-json" => {
            submits += 1;
            match submits {
                1 => Reply::Closed,
                _ => reply,
            }
        }
        _ => reply,
    };
    let node = node();
    let address = serve_twisted(Arc::clone(&node), Box::new(twist));
    let plan = plan(address, vec![cpu("cpu")]);
    let ended = blocks(plan, 2).start().ended().expect("no error");
    assert_eq!((ended.state.total.shares.accepted, node.height()), (2, 2));
    assert_eq!(ended.state.total.shares.unanswered, 0);
}

#[test]
fn blocks_of_one_second_are_refused_and_mining_goes_on_with_the_next() {
    let node = node_with_clock(100);
    let (server, _) = serve(&node, any_port());
    let plan = plan(server.local_addr(), vec![cpu("cpu")]);
    let ended = blocks(plan, 3).start().ended().expect("no error");
    assert_eq!((ended.state.total.shares.accepted, node.height()), (3, 3));
    let rejected = &ended.state.total.shares.rejected;
    assert!(rejected.get("timestamp") > Some(&0), "{rejected:?}");
}

#[test]
fn a_rejected_block_is_counted_by_its_reason_and_told_in_words() {
    let twist = |path: &str, reply| match path {
        "/submit-work-json" => http(
            200,
            r#"{"status":"fail","error_detail":"block timestamp is not in the valid range: invalid block"}"#,
        ),
        _ => reply,
    };
    let address = serve_twisted(node(), Box::new(twist));
    let mut run = plan(address, vec![cpu("cpu")]).start();
    let (reason, detail) = run.wait_for("rejected share", |message| match message {
        Message::Share(share) if share.result == Outcome::Rejected => {
            Some((share.reason.clone(), share.detail.clone()))
        }
        _ => None,
    });
    assert_eq!(reason.as_deref(), Some("timestamp"));
    let detail = detail.expect("a detail");
    assert!(detail.contains("check its clock"), "{detail}");
    let ended = run.end();
    let shares = &ended.state.total.shares;
    assert!(shares.rejected["timestamp"] > 0 && shares.accepted == 0);
}

#[test]
fn a_node_that_never_answers_is_told_from_one_that_refuses() {
    let refusing = serve_twisted(node(), Box::new(|_, _| http(500, "")));
    for (address, word) in [(nobody(), "cannot be reached"), (refusing, "status 500")] {
        let ended = seconds(plan(address, vec![cpu("cpu")]), 0.6)
            .start()
            .ended();
        let ended = ended.expect("no error");
        let node = ended.source("node");
        assert_eq!(node.condition, tensority_telemetry::source::Condition::Down);
        assert!(node.reason.contains(word), "{}", node.reason);
        assert_eq!((node.jobs, ended.device("cpu").hashes), (0, 0));
    }
}

#[test]
fn a_device_without_work_is_idle_and_not_sick() {
    let control = Control::default();
    let quick = control.clone();
    let device = one("quick", config(), opener(move || quick.open(1000.0)));
    let mut plan = plan(nobody(), vec![device]);
    plan.settings.limits.sick_after = Duration::from_millis(100);
    let run: Run = seconds(plan, 2.5).start();
    let ended = run.ended().expect("no error");
    let device = ended.device("quick");
    assert_ne!(device.condition, Condition::Sick, "{}", device.reason);
    assert!(device.losses.no_work > 0.8, "{:?}", device.losses);
    assert_eq!(control.hashed(), 0);
}

#[test]
fn two_miners_of_one_node_share_its_blocks() {
    let node = node();
    let (server, submits) = serve(&node, any_port());
    let runs = [1u64 << 40, 1 << 41].map(|_| {
        let plan = plan(server.local_addr(), vec![cpu("cpu")]);
        seconds(plan, 2.0).start()
    });
    let ended = runs.map(|run| run.ended().expect("no error").state.total.shares);
    let accepted: u64 = ended.iter().map(|shares| shares.accepted).sum();
    assert_eq!(accepted, node.height(), "{ended:?}");
    assert!(accepted > 0);
    let submits = submits.lock().unwrap();
    let refused = submits
        .iter()
        .filter(|event| matches!(event, api::Event::Rejected { .. }));
    let refused = refused.count() as u64;
    let told: u64 = ended
        .iter()
        .map(|shares| shares.stale + shares.all_rejected())
        .sum();
    assert_eq!(told, refused, "{ended:?}");
}
