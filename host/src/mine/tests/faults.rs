//! Devices that are wrong, and what is counted and submitted.

use super::{
    any_port, cpu, node, run,
    scripted::{self, found, scripted},
    serve, summary, try_run,
};
use crate::mine::{controller::Goal, report::Message};
use serde_json::json;
use std::time::Duration;
use tensority_device::device::{Ending, Notice, Placement, Work};
use tensority_node::api;

fn seconds(seconds: u64) -> Goal {
    Goal {
        time: Some(Duration::from_secs(seconds)),
        ..Goal::default()
    }
}

/// Changes a notice of a found nonce.
fn with(notice: Notice, edit: impl FnOnce(&mut u32, &mut u64, &mut [u8; 32])) -> Notice {
    let Notice::Found {
        mut range,
        mut nonce,
        mut hash,
    } = notice
    else {
        panic!("{notice:?}")
    };
    edit(&mut range, &mut nonce, &mut hash);
    Notice::Found { range, nonce, hash }
}

#[test]
fn nothing_wrong_is_submitted_and_every_fault_is_counted() {
    let node = node();
    let (server, submits) = serve(&node, any_port());
    let mut first = true;
    let device = scripted(Box::new(move |work: &Work, _| {
        if !std::mem::take(&mut first) {
            return Vec::new();
        }
        let good = found(work, true).next().unwrap();
        let above = found(work, false).next().unwrap();
        let wrong = with(found(work, true).nth(1).unwrap(), |_, _, hash| hash[0] ^= 1);
        let outside = with(good, |_, nonce, _| *nonce = work.first + work.count);
        let too_great = with(good, |_, nonce, _| *nonce = 1 << 63);
        let stranger = with(good, |range, _, _| *range = range.wrapping_sub(1));
        let too_many = Notice::RangeDone {
            range: work.range,
            hashes: work.count + 1,
            ending: Ending::Aborted,
        };
        let again = good;
        let all = [
            above, wrong, outside, too_great, stranger, good, again, too_many,
        ];
        all.map(Some).into()
    }));
    let controller = run(server.local_addr(), vec![device], seconds(2), &mut |_| {});
    let summary = summary(&controller);
    assert_eq!(
        summary["devices"][0]["nonces"],
        json!({"found": 4, "valid": 1, "hardware_errors": 6, "stale": 0, "duplicates": 1})
    );
    assert_eq!(summary["devices"][0]["hashes"], 0, "nothing it said fits");
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
    let mut last: Option<Work> = None;
    let device = scripted(Box::new(move |work: &Work, placement| {
        let Some(old) = last.replace(*work) else {
            return vec![Some(found(work, true).next().unwrap())];
        };
        assert_eq!(placement, Placement::Replace);
        assert_ne!(old.job.number, work.job.number);
        // Good when it was hashed, of a job that is over; then the same under the new range.
        let late = found(&old, true).nth(1).unwrap();
        let under_the_new = with(late, |range, _, _| *range = work.range);
        let done = Notice::RangeDone {
            range: old.range,
            hashes: 50.min(old.count),
            ending: Ending::Replaced,
        };
        vec![Some(late), Some(done), Some(under_the_new)]
    }));
    let controller = run(server.local_addr(), vec![device], seconds(2), &mut |_| {});
    let summary = summary(&controller);
    assert_eq!(
        summary["devices"][0]["nonces"],
        json!({"found": 3, "valid": 1, "hardware_errors": 1, "stale": 1, "duplicates": 0}),
    );
    assert_eq!(summary["blocks"]["accepted"], 1);
    assert_eq!(submits.lock().unwrap().len(), 1);
}

#[test]
fn a_device_that_fails_is_opened_again_and_the_other_goes_on() {
    let node = node();
    let (server, _) = serve(&node, any_port());
    let failing = || scripted::open(Box::new(|_: &Work, _| vec![None]));
    let mut opened = 0;
    let idle = || scripted::open(Box::new(|_: &Work, _| Vec::new()));
    let again = std::sync::Mutex::new(move || {
        opened += 1;
        match opened {
            1 => Err("not yet".to_owned()),
            _ => Ok(idle()),
        }
    });
    let device = (failing(), Box::new(move || (again.lock().unwrap())()) as _);
    let mut states = Vec::new();
    let controller = run(
        server.local_addr(),
        vec![device, cpu()],
        seconds(3),
        &mut |message| match message {
            Message::Device { device, state, .. } => states.push((device.clone(), *state)),
            Message::Accepted { device, .. } => {
                assert_eq!(device, "cpu:1");
                states.push((device.clone(), "accepted"));
            }
            _ => {}
        },
    );
    let place = |state| states.iter().position(|(_, found)| *found == state);
    let (lost, back) = (place("lost").unwrap(), place("back").unwrap());
    assert!(
        states[lost..back]
            .iter()
            .any(|(device, _)| device == "cpu:1"),
        "the processor goes on: {states:?}"
    );
    assert_eq!(
        states
            .iter()
            .filter(|(device, _)| device == "scripted")
            .count(),
        2
    );
    let given_up = &summary(&controller)["devices"][0]["given_up"];
    assert!(given_up.as_u64() > Some(0), "{given_up}");
}

#[test]
fn a_panic_ends_the_miner_with_a_failure() {
    let node = node();
    let (server, _) = serve(&node, any_port());
    let device = scripted(Box::new(|_: &Work, _| {
        panic!("this panic is part of a test")
    }));
    let failure = try_run(server.local_addr(), vec![device], seconds(60), &mut |_| {});
    let failure = format!("{:?}", failure.err().expect("no end without a device"));
    assert!(
        failure.contains("70") && failure.contains("bug"),
        "{failure}"
    );
}
