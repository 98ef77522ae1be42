//! Ends of runs, and what is kept of them.

use super::*;

#[test]
fn the_end_waits_for_what_is_under_way_but_not_for_ever() {
    let mut run = Run::new(settings(Policy::Before));
    run.find(1, RARE);
    assert!(run.handle(Event::Stop).contains(&Action::End));
    let left = DeviceEvent::Left {
        reason: "the end".into(),
        failed: false,
    };
    run.device(0, left);
    assert!(!run.controller.is_over(run.now), "a result is verified");
    run.check(0, Verdict::Right);
    assert!(!run.controller.is_over(run.now), "a share is submitted");
    assert!(run.controller.is_over(run.now + END_PATIENCE));
    run.answer(0, 0, Answer::Accepted);
    assert!(run.controller.is_over(run.now));
}

#[test]
fn goals_end_a_run() {
    let mut with_time = settings(Policy::Before);
    with_time.goal.time = Some(at(10));
    let mut run = Run::new(with_time);
    run.wait(9);
    assert!(!run.actions.contains(&Action::End));
    run.wait(1);
    assert!(run.actions.contains(&Action::End));

    let mut with_shares = settings(Policy::Before);
    with_shares.goal.shares = Some(1);
    let mut run = Run::new(with_shares);
    run.find(1, RARE);
    run.check(0, Verdict::Right);
    assert!(run.answer(0, 0, Answer::Accepted).contains(&Action::End));
}

#[test]
fn a_clock_that_is_set_late_dates_what_was_before_it() {
    let mut late = settings(Policy::Before);
    late.started_unix = 5;
    let mut run = Run::new(late);
    run.wait(10);
    run.find(1, RARE);
    run.check(0, Verdict::Right);
    run.answer(0, 0, Answer::Accepted);
    run.source(0, SourceEvent::Down(reason("unreachable")));
    run.wait(6);
    run.source(1, SourceEvent::Up);
    run.source(1, SourceEvent::Template(easy(9)));
    let before = run.state();
    run.handle(Event::ClockSet(1_700_000_000));
    let after = run.state();
    assert_eq!(after.started_unix, 1_700_000_000);
    assert_eq!(after.lifetime.since_unix, 1_700_000_000);
    let moved = 1_700_000_000 - 5;
    assert!(!before.decisions.is_empty());
    for (before, after) in before.decisions.iter().zip(&after.decisions) {
        assert_eq!(after.at_unix, before.at_unix + moved);
    }
    let best = |state: &State| state.lifetime.best_share.as_ref().map(|best| best.at_unix);
    assert_eq!(best(&after), best(&before).map(|date| date + moved));
}

#[test]
fn runs_add_up() {
    let mut first = Run::new(settings(Policy::Before));
    first.find(1, RARE);
    first.check(0, Verdict::Right);
    first.answer(0, 0, Answer::Accepted);
    first.wait(10);
    let lifetime = first.state().lifetime;
    let again = Settings {
        started_unix: 2_000_000,
        lifetime: lifetime.clone(),
        ..settings(Policy::Before)
    };
    let mut second = Run::new(again);
    second.wait(5);
    let both = second.state().lifetime;
    assert_eq!((both.runs, both.since_unix), (2, 1_000_000));
    assert_eq!((both.shares_accepted, both.seconds), (1, 15.0));
    assert_eq!(both.best_share, lifetime.best_share);
    assert_eq!(both.devices["0"].nonces.valid, 1);
}
