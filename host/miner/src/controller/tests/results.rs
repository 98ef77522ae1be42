//! Outcomes of results.

use tensority_telemetry::account::Losses;

use super::*;

#[test]
fn a_share_is_verified_then_submitted_then_counted() {
    let mut run = Run::new(settings(Policy::Before));
    let found = run.find(5, RARE);
    assert_eq!((checks(&found), submits(&found)), (vec![0], vec![]));
    let checked = run.check(0, Verdict::Right);
    assert_eq!(submits(&checked), [0]);
    assert_eq!(run.state().total.shares.pending, 1);
    run.answer(0, 0, Answer::Accepted);
    let state = run.state();
    assert_eq!(state.total.shares.accepted, 1);
    assert_eq!(state.total.shares.pending, 0);
    assert_eq!(state.devices[0].nonces.valid, 1);
    assert_eq!(state.sources[0].answer_seconds, Some(0.08));
    assert_eq!(state.lifetime.blocks, 1);
    assert!(state.lifetime.best_share.is_some());
    assert!(run.controller.results.is_empty());
}

#[test]
fn a_result_that_is_no_share_is_counted_and_stays_here() {
    let mut run = Run::new(settings(Policy::Before));
    run.find(5, COMMON);
    assert!(submits(&run.check(0, Verdict::Right)).is_empty());
    assert_eq!(run.state().devices[0].nonces.valid, 1);
    assert!(run.controller.results.is_empty());
}

#[test]
fn each_way_to_be_wrong_is_counted_apart_and_nothing_wrong_is_submitted() {
    let mut run = Run::new(settings(Policy::Before));
    run.find(1, RARE);
    run.check(0, Verdict::OtherHash { pow_hash: COMMON });
    run.find(1, RARE);
    let old = run.range(0);
    run.find_in(
        0,
        &Range {
            id: RangeId(1),
            ..old
        },
        2,
        RARE,
    );
    run.find_in(0, &old, RANGE.get(), RARE);
    // From now on only shares are asked for.
    run.controller.devices[0].joined.config.expected_rate = Some(1e6);
    run.end(0, &old, 1, EndReason::Aborted);
    let old = run.range(0);
    run.find(2, COMMON);
    run.source(0, SourceEvent::Template(easy(2)));
    run.find_in(0, &old, 3, RARE);
    run.find_in(0, &old, 4, RARE);
    let nonces = run.state().devices[0].nonces;
    assert_eq!(nonces.hardware_errors, 4);
    assert_eq!((nonces.duplicates, nonces.stale), (1, 2));
    assert_eq!(nonces.valid, 0);
    assert!(submits(&run.actions).is_empty());
}

#[test]
fn a_job_that_ends_while_a_share_is_verified_leaves_it_at_home() {
    let mut run = Run::new(settings(Policy::Before));
    run.find(1, RARE);
    run.source(0, SourceEvent::Template(easy(2)));
    assert!(submits(&run.check(0, Verdict::Right)).is_empty());
    assert_eq!(run.state().total.shares.not_submitted, 1);
    assert!(run.controller.results.is_empty());
}

#[test]
fn a_fresher_job_leaves_the_older_one_good() {
    let mut run = Run::new(settings(Policy::Before));
    let old = run.range(0);
    let fresher = Template {
        replace: false,
        ..easy(1)
    };
    run.source(0, SourceEvent::Template(fresher));
    run.find_in(0, &old, 1, RARE);
    assert_eq!(submits(&run.check(0, Verdict::Right)), [0]);
}

#[test]
fn after_submits_first_and_a_device_that_errs_is_verified_before() {
    let mut run = Run::new(settings(Policy::After));
    let found = run.find(1, RARE);
    assert_eq!((checks(&found), submits(&found)), (vec![0], vec![0]));
    run.check(0, Verdict::OtherHash { pow_hash: COMMON });
    let decisions = run.state().decisions;
    assert!(
        decisions[0].action.contains("verifies all"),
        "{decisions:?}"
    );
    run.answer(0, 0, Answer::Rejected(reason("low_difficulty")));
    let found = run.find(2, RARE);
    assert_eq!((checks(&found), submits(&found)), (vec![1], vec![]));
    assert!(run.controller.results.len() == 1);
}

#[test]
fn a_sample_is_verified_and_the_rest_counted() {
    let of = std::num::NonZero::new(4).unwrap();
    let mut run = Run::new(settings(Policy::Sample(of)));
    for nonce in 0..8 {
        run.find(nonce, COMMON);
    }
    assert_eq!(checks(&run.actions), [0, 4]);
    run.check(0, Verdict::Right);
    run.check(4, Verdict::Right);
    let device = &run.state().devices[0];
    assert_eq!((device.nonces.valid, device.nonces.unverified), (2, 6));
    run.wait(1);
    let rate = run.state().devices[0].rates.verified.since_start.unwrap();
    assert_eq!(rate.value, 8.0, "each stands for four");
    assert!(run.controller.results.is_empty());
}

#[test]
fn every_answer_is_counted_once_by_what_it_is() {
    let mut run = Run::new(settings(Policy::Before));
    let answers = [
        Answer::Accepted,
        Answer::Stale(reason("stale")),
        Answer::Rejected(reason("duplicate")),
        Answer::Unanswered(reason("closed")),
        Answer::NotSent,
    ];
    for (share, answer) in answers.into_iter().enumerate() {
        let share = share as u64;
        run.find(share, RARE);
        run.check(share, Verdict::Right);
        run.answer(0, share, answer.clone());
        // Once more, from a source that does not know what it says.
        run.answer(0, share, answer);
    }
    run.answer(0, 77, Answer::Accepted);
    let shares = run.state().total.shares;
    assert_eq!((shares.accepted, shares.stale), (1, 1));
    assert_eq!(shares.rejected, [("duplicate".to_owned(), 1)].into());
    assert_eq!((shares.unanswered, shares.not_submitted), (1, 1));
    assert_eq!(shares.pending, 0);
}

#[test]
fn a_slow_source_has_few_shares_at_a_time_and_then_the_newest() {
    let mut run = Run::new(settings(Policy::Before));
    for nonce in 0..12 {
        run.find(nonce, RARE);
        run.check(nonce, Verdict::Right);
    }
    assert_eq!(submits(&run.actions), (0..8).collect::<Vec<_>>());
    let shares = run.state().sources[0].shares.clone();
    assert_eq!((shares.pending, shares.waiting), (8, 4));
    assert_eq!(submits(&run.answer(0, 0, Answer::Accepted)), [11]);
    assert_eq!(submits(&run.answer(0, 1, Answer::Accepted)), [10]);
    let replaced = run.source(0, SourceEvent::Template(easy(2)));
    let told = replaced.iter().filter_map(|action| match action {
        Action::Tell(Message::Share(share)) => share.detail.as_deref(),
        _ => None,
    });
    let over = "its job was over before the source had answered those before it";
    assert_eq!(told.collect::<Vec<_>>(), [over; 2]);
    assert!(submits(&run.answer(0, 2, Answer::Accepted)).is_empty());
    let shares = run.state().total.shares;
    assert_eq!((shares.pending, shares.waiting), (7, 0));
    assert_eq!((shares.accepted, shares.not_submitted), (3, 2));
    assert_eq!(run.controller.results.len(), 7);
}

#[test]
fn a_share_that_waits_and_turns_out_wrong_is_not_handed_in() {
    let mut run = Run::new(settings(Policy::After));
    for nonce in 0..9 {
        run.find(nonce, RARE);
    }
    assert_eq!(run.state().sources[0].shares.waiting, 1);
    run.check(8, Verdict::OtherHash { pow_hash: COMMON });
    let shares = run.state().total.shares;
    assert_eq!((shares.waiting, shares.not_submitted), (0, 0));
    assert!(submits(&run.answer(0, 0, Answer::Accepted)).is_empty());
}

/// The losses after a device got 100 s of work done, when these things happened: before the end of the job, and after.
fn losses(before: impl FnOnce(&mut Run), after: impl FnOnce(&mut Run, &Range)) -> Losses {
    let mut run = Run::new(settings(Policy::Before));
    let range = run.range(0);
    run.now = at(100);
    before(&mut run);
    run.source(0, SourceEvent::Template(easy(2)));
    after(&mut run, &range);
    run.end(0, &range, 10, EndReason::Replaced);
    run.state().devices[0].losses
}

#[test]
fn work_is_good_if_its_results_came_in_time_to_the_miner_and_to_the_source() {
    let submitted = |run: &mut Run| {
        run.find(1, RARE);
        run.check(0, Verdict::Right);
    };
    let accepted = |run: &mut Run| {
        submitted(run);
        run.answer(0, 0, Answer::Accepted);
    };
    let losses_good = losses(accepted, |_, _| ());
    assert!(
        losses_good.good > 0.9 && losses_good.late == 0.0,
        "{losses_good:?}"
    );
    for late in [
        // A result that comes when the job is over.
        losses(|_| (), |run, range| drop(run.find_in(0, range, 1, RARE))),
        // One that is verified then.
        losses(
            |run| drop(run.find(1, RARE)),
            |run, _| drop(run.check(0, Verdict::Right)),
        ),
        // One that the source did not want any more, and one that it was not sent.
        losses(submitted, |run, _| {
            drop(run.answer(0, 0, Answer::Stale(reason("stale"))))
        }),
        losses(submitted, |run, _| drop(run.answer(0, 0, Answer::NotSent))),
    ] {
        assert!(late.good == 0.0 && late.late > 0.9, "{late:?}");
    }
    let closed = Answer::Unanswered(reason("closed"));
    let unanswered = losses(submitted, |run, _| drop(run.answer(0, 0, closed)));
    assert!(unanswered.good == 0.0 && unanswered.unanswered > 0.9);
}

#[test]
fn the_parts_of_all_time_make_one_before_any_rate_is_known() {
    let mut run = Run::new(settings(Policy::Before));
    run.controller.devices[0].joined.expected_rate = None;
    run.now = at(100);
    run.source(0, SourceEvent::Template(easy(2)));
    let state = run.state();
    let sum = |losses: &Losses| losses.parts().iter().map(|(_, part)| part).sum::<f64>();
    assert_eq!(sum(&state.devices[0].losses), 1.0);
    assert_eq!(sum(&state.total.losses), 1.0);
}

#[test]
fn a_dry_run_submits_nothing() {
    let mut settings = settings(Policy::Before);
    settings.goal.dry_run = true;
    let mut run = Run::new(settings);
    run.find(1, RARE);
    assert!(submits(&run.check(0, Verdict::Right)).is_empty());
    assert_eq!(run.state().total.shares.not_submitted, 1);
}

#[test]
fn the_last_block_of_an_epoch_is_the_next_seed() {
    let mut run = Run::new(settings(Policy::Before));
    let mut last = easy(3);
    last.header.height = 256;
    run.source(0, SourceEvent::Template(last.clone()));
    run.find(1, RARE);
    run.check(0, Verdict::Right);
    let accepted = run.answer(0, 0, Answer::Accepted);
    last.header.nonce = run.range(0).first + 1;
    assert!(accepted.contains(&Action::Prepare(last.header.hash())));
}

#[test]
fn a_nonce_that_was_wrong_may_be_right_the_second_time() {
    let mut run = Run::new(settings(Policy::Before));
    run.find(1, COMMON);
    run.check(0, Verdict::OtherHash { pow_hash: RARE });
    run.find(1, RARE);
    assert_eq!(submits(&run.check(1, Verdict::Right)), [1]);
    run.find(1, RARE);
    let nonces = run.state().devices[0].nonces;
    assert_eq!((nonces.valid, nonces.hardware_errors), (1, 1));
    assert_eq!(nonces.duplicates, 1);
}
