//! Nodes that go away, come back and answer oddly.

use super::{
    any_port, blocks, cpu, node, node_with_clock, run, serve, server::serve_twisted, summary,
};
use crate::mine::{controller::Goal, report::Message};
use std::{sync::Arc, time::Duration};
use tensority_node::api::Reply;

fn http(status: u16, body: &str) -> Reply {
    let body = body.to_owned();
    Reply::Http { status, body }
}

#[test]
fn a_node_that_comes_back_gets_what_was_found_meanwhile() {
    let node = node();
    let (server, _) = serve(&node, any_port());
    let address = server.local_addr();
    let (mut server, mut again) = (Some(server), None);
    let mut states = Vec::new();
    let controller = run(
        address,
        vec![cpu()],
        blocks(4),
        &mut |message| match message {
            Message::Accepted { height: 1, .. } => server = None,
            Message::Node { up, .. } => {
                states.push(*up);
                if !up && again.is_none() {
                    again = Some(serve(&node, address));
                }
            }
            _ => {}
        },
    );
    assert_eq!((controller.accepted(), node.height()), (4, 4));
    assert_eq!(states, [true, false, true], "one line for each change");
    assert_eq!(summary(&controller)["blocks"]["unanswered"], 0);
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
    let mut reasons = Vec::new();
    let controller = run(address, vec![cpu()], blocks(1), &mut |message| {
        if let Message::Node { reason, .. } = message {
            reasons.push(reason.clone().unwrap_or("up".to_owned()));
        }
    });
    assert_eq!((controller.accepted(), node.height()), (1, 1));
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
    let controller = run(address, vec![cpu()], blocks(2), &mut |_| {});
    assert_eq!((controller.accepted(), node.height()), (2, 2));
    let blocks = &summary(&controller)["blocks"];
    assert_eq!(blocks["unanswered"], 0, "{blocks}");
}

#[test]
fn blocks_of_one_second_are_refused_and_mining_goes_on_with_the_next() {
    let node = node_with_clock(100);
    let (server, _) = serve(&node, any_port());
    let controller = run(server.local_addr(), vec![cpu()], blocks(3), &mut |_| {});
    assert_eq!((controller.accepted(), node.height()), (3, 3));
    let rejected = &summary(&controller)["blocks"]["rejected"];
    assert!(rejected["timestamp"].as_u64() > Some(0), "{rejected}");
}

#[test]
fn a_rejected_block_is_counted_by_its_reason() {
    let twist = |path: &str, reply| match path {
        "/submit-work-json" => http(
            200,
            r#"{"status":"fail","error_detail":"block timestamp is not in the valid range: invalid block"}"#,
        ),
        _ => reply,
    };
    let address = serve_twisted(node(), Box::new(twist));
    let goal = Goal {
        time: Some(Duration::from_secs(2)),
        ..Goal::default()
    };
    let controller = run(address, vec![cpu()], goal, &mut |_| {});
    assert!(controller.node_answered());
    let blocks = &summary(&controller)["blocks"];
    assert!(
        blocks["rejected"]["timestamp"].as_u64() > Some(0),
        "{blocks}"
    );
    assert_eq!(blocks["accepted"], 0);
}

#[test]
fn a_node_that_never_answers_is_told_from_one_that_refuses() {
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let goal = Goal {
        time: Some(Duration::from_millis(600)),
        ..Goal::default()
    };
    let controller = run(nobody, vec![cpu()], goal.clone(), &mut |_| {});
    assert!(!controller.node_answered() && !controller.node_is_up());
    let refusing = serve_twisted(node(), Box::new(|_, _| http(500, "")));
    let controller = run(refusing, vec![cpu()], goal, &mut |_| {});
    assert!(controller.node_answered() && !controller.node_is_up());
}
