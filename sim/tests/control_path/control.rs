//! Control lets nothing of a job survive the start of the next, and begins what was asked for.

use std::collections::VecDeque;

use rand::Rng;
use tensority_hdl::core::control::{Control, DRAIN_CYCLES};
use tensority_protocol::codes::JobLane;

use crate::{Verdict, common, model};

/// Gives 200 commands at random moments; the model takes an ended job to run empty for `drain` cycles.
fn commands(drain: usize) -> Verdict {
    let mut random = common::random();
    let mut block = model("control", Control::new());
    block.step(3);
    let (mut stopped, mut was_quiet, mut begun) = (0, false, 0);
    // The command in work, and what is still to come of it, in order: none of it before the clear.
    let mut running: Option<u64> = None;
    let mut coming: VecDeque<&str> = VecDeque::new();
    let mut addresses = VecDeque::from([0u64; 3]);
    let mut finishing = false;
    for cycle in 0..200_000 {
        if begun == 200 {
            return Ok(());
        }
        let (start, cancel) = (random.random_bool(0.004), random.random_bool(0.002));
        let (command, quiet) = (random.random_range(0..4), random.random_bool(0.7));
        block.set("start", start.into());
        block.set("cancel", cancel.into());
        block.set("command", command);
        block.set("quiet", quiet.into());
        let done = running.filter(|_| finishing);
        block.set(
            "hashes_done",
            done.is_some_and(|command| command < 2).into(),
        );
        block.set("list_done", (done == Some(2)).into());
        block.set("checksums_done", (done == Some(3)).into());
        block.settle();
        let is = |port: &str| block.get(port) == 1;
        let problem = |what: &str| Err(format!("cycle {cycle}: {what}"));

        stopped = if is("stop") { stopped + 1 } else { 0 };
        if is("stop") && (is("run") || is("extend_seed") || is("sum_start")) {
            return problem("work goes on while it is ended");
        }
        if is("clear") {
            if stopped <= drain {
                return problem("cleared before the line has run empty");
            }
            if !was_quiet {
                return problem("cleared while beats are on their way");
            }
        }
        was_quiet = quiet;
        for port in [
            "clear",
            "swap",
            "set_nonce",
            "set_count",
            "set_range",
            "extend_seed",
            "sum_start",
        ] {
            // The swap comes with the clear.
            if is(port) && coming.pop_front() != Some(port) {
                return problem(port);
            }
        }
        for (port, lane) in ["set_nonce", "set_count", "set_range"].iter().zip([
            JobLane::First,
            JobLane::Count,
            JobLane::Range,
        ]) {
            if is(port) && addresses[1] != lane as u64 {
                return problem("a lane of the job is not the one that was asked for");
            }
        }
        addresses.push_front(if is("reading") {
            block.get("job_address")
        } else {
            0
        });
        addresses.truncate(3);
        let hashes = coming.is_empty() && running.is_some_and(|command| command < 2);
        if is("run") && !hashes {
            return problem("hashes run that were not asked for");
        }
        if is("run") && is("raw") != (running == Some(1)) {
            return problem("raw");
        }
        if is("ready") && coming.is_empty() && running.is_some() {
            if !is("running") && !finishing {
                return problem("a command ends before it is complete");
            }
            finishing |= random.random_bool(0.02);
            running = running.filter(|_| is("running"));
        }
        if is("ready") && (start || cancel) {
            begun += u64::from(start);
            running = start.then_some(command);
            finishing = false;
            coming = VecDeque::from(["clear"]);
            if start {
                coming.extend(["swap", "set_nonce", "set_count", "set_range"]);
            }
            coming.extend(match running {
                Some(2) => Some("extend_seed"),
                Some(3) => Some("sum_start"),
                _ => None,
            });
        } else if is("ready") && !coming.is_empty() {
            return problem("ready before everything has begun");
        }
        block.step(1);
    }
    Err(format!("only {begun} commands begun"))
}

#[test]
fn a_command_begins_when_the_one_before_has_left_nothing() {
    commands(DRAIN_CYCLES).unwrap();
}

#[test]
fn a_job_cleared_too_early_is_noticed() {
    assert!(commands(DRAIN_CYCLES + 3000).is_err());
}
