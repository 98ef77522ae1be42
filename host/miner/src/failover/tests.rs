use super::*;

const PATIENCE: Patience = Patience {
    return_after: Duration::from_secs(60),
    silence: Duration::from_secs(600),
};

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn chosen(source: usize) -> Step {
    let reason = None;
    Step::Choose { source, reason }
}

/// Two sources, the first of which gives work at second 1.
fn first_is_active() -> Failover {
    let mut failover = Failover::new([Kind::Pool; 2], PATIENCE);
    assert_eq!(failover.steps(at(0)), [Step::Start(0)]);
    failover.set_up(at(1), 0, true);
    failover.set_work(at(1), 0, true);
    assert_eq!(failover.steps(at(1)), [chosen(0)]);
    failover
}

/// The first is down at second 100, and the second takes its place.
fn second_is_active() -> Failover {
    let mut failover = first_is_active();
    failover.set_up(at(100), 0, false);
    assert_eq!(failover.steps(at(104)), []);
    assert_eq!(failover.steps(at(105)), [Step::Start(1)]);
    failover.set_up(at(106), 1, true);
    failover.set_work(at(106), 1, true);
    let steps = failover.steps(at(106));
    let [Step::Choose { source: 1, reason }] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert!(reason.as_ref().unwrap().contains("no work, for 6 s"));
    failover
}

#[test]
fn a_first_choice_that_is_not_the_first_source_has_a_reason() {
    let mut failover = Failover::new([Kind::Pool; 2], PATIENCE);
    failover.steps(at(0));
    failover.steps(at(5));
    failover.set_up(at(6), 1, true);
    failover.set_work(at(6), 1, true);
    let steps = failover.steps(at(6));
    assert!(
        matches!(&steps[..], [Step::Choose { source: 1, reason: Some(reason) }] if reason.contains("no work")),
        "{steps:?}"
    );
}

#[test]
fn only_the_first_source_is_asked_while_it_is_well() {
    let mut failover = first_is_active();
    for now in (1..500).step_by(100) {
        failover.set_work(at(now), 0, true);
        assert_eq!(failover.steps(at(now)), []);
    }
    assert!(!failover.is_asked(1));
}

#[test]
fn the_moment_between_two_blocks_changes_nothing() {
    let mut failover = first_is_active();
    failover.set_work(at(100), 0, false);
    assert_eq!(failover.steps(at(103)), []);
    failover.set_work(at(104), 0, true);
    assert_eq!(failover.steps(at(200)), []);
}

#[test]
fn the_next_source_takes_the_place_of_one_that_is_down() {
    second_is_active();
}

#[test]
fn the_first_is_returned_to_when_it_has_been_well_for_long_enough() {
    let mut failover = second_is_active();
    failover.set_up(at(200), 0, true);
    assert_eq!(failover.steps(at(259)), []);
    // Down again for longer than a moment: it has to prove itself anew.
    failover.set_up(at(240), 0, false);
    failover.set_up(at(250), 0, true);
    assert_eq!(failover.steps(at(300)), []);
    let steps = failover.steps(at(310));
    assert!(
        matches!(&steps[..], [Step::Choose { source: 0, .. }, Step::Stop(1)]),
        "{steps:?}"
    );
}

#[test]
fn a_node_has_been_well_for_the_time_in_which_it_answered() {
    let mut failover = second_is_active();
    failover.sources[0].kind = Kind::Node;
    failover.set_up(at(200), 0, true);
    failover.set_up(at(255), 0, true);
    // It hangs, which its source has yet to notice.
    assert_eq!(failover.steps(at(265)), []);
    failover.set_up(at(270), 0, true);
    let steps = failover.steps(at(270));
    assert!(
        matches!(&steps[..], [Step::Choose { source: 0, reason: Some(reason) }, Step::Stop(1)] if reason.contains("70 s")),
        "{steps:?}"
    );
}

#[test]
fn a_source_that_is_left_is_kept_for_its_answers() {
    let mut failover = second_is_active();
    failover.submitted(1);
    failover.set_up(at(200), 0, true);
    assert_eq!(failover.steps(at(260)).len(), 1, "chosen, not stopped");
    assert_eq!(failover.steps(at(270)), []);
    failover.answered(at(271), 1, Regard::Neither);
    assert_eq!(failover.steps(at(271)), [Step::Stop(1)]);
}

#[test]
fn a_silent_source_is_left() {
    let mut failover = first_is_active();
    assert_eq!(failover.steps(at(600)), []);
    assert_eq!(failover.steps(at(601)), [Step::Start(1)]);
    failover.set_up(at(602), 1, true);
    failover.set_work(at(602), 1, true);
    let steps = failover.steps(at(602));
    assert!(
        matches!(&steps[..], [Step::Choose { source: 1, reason: Some(reason) }] if reason.contains("silent")),
        "{steps:?}"
    );
}

#[test]
fn a_source_that_rejects_is_avoided_and_tried_again_later() {
    let mut failover = first_is_active();
    for now in 10..20 {
        failover.submitted(0);
        failover.answered(at(now), 0, Regard::Rejected);
    }
    assert_eq!(failover.steps(at(20)), [Step::Start(1)]);
    failover.set_up(at(21), 1, true);
    failover.set_work(at(21), 1, true);
    assert!(
        matches!(&failover.steps(at(21))[..], [Step::Choose { source: 1, reason: Some(reason) }] if reason.contains("rejected"))
    );
    failover.set_work(at(500), 0, true);
    failover.set_work(at(500), 1, true);
    assert_eq!(failover.steps(at(600)), []);
    assert_eq!(failover.steps(at(700)).len(), 2, "back to the first");
}

/// The first forgets us at a time and is back at once; what is to be done.
fn forgets(failover: &mut Failover, seconds: u64) -> Vec<Step> {
    failover.forgot(at(seconds), 0);
    failover.set_up(at(seconds), 0, false);
    failover.set_work(at(seconds), 0, false);
    failover.set_up(at(seconds + 1), 0, true);
    failover.set_work(at(seconds + 1), 0, true);
    failover.steps(at(seconds + 1))
}

#[test]
fn a_source_that_forgets_again_after_a_new_session_is_avoided() {
    let mut failover = first_is_active();
    assert_eq!(forgets(&mut failover, 10), []);
    failover.answered(at(15), 0, Regard::Accepted);
    assert_eq!(forgets(&mut failover, 20), [], "it helped the last time");
    failover.answered(at(25), 0, Regard::Neither);
    assert_eq!(forgets(&mut failover, 30), [Step::Start(1)]);
    failover.set_up(at(32), 1, true);
    failover.set_work(at(32), 1, true);
    let steps = failover.steps(at(32));
    assert!(
        matches!(&steps[..], [Step::Choose { source: 1, reason: Some(reason) }] if reason.contains("forgot us")),
        "{steps:?}"
    );
    failover.set_work(at(629), 0, true);
    failover.set_work(at(629), 1, true);
    assert_eq!(failover.steps(at(629)), []);
    assert_eq!(failover.steps(at(631)).len(), 2, "back to the first");
}

#[test]
fn without_any_good_source_all_are_asked_and_the_last_one_is_kept() {
    let mut failover = first_is_active();
    failover.set_up(at(100), 0, false);
    failover.set_work(at(100), 0, false);
    assert_eq!(failover.steps(at(106)), [Step::Start(1)]);
    assert_eq!(failover.steps(at(10_000)), []);
    assert_eq!(failover.active(), Some(0));
    failover.set_up(at(10_001), 0, true);
    failover.set_work(at(10_001), 0, true);
    assert_eq!(failover.steps(at(10_001)), [Step::Stop(1)]);
}

#[test]
fn a_single_source_that_rejects_is_better_than_none() {
    let mut failover = Failover::new([Kind::Pool], PATIENCE);
    failover.steps(at(0));
    failover.set_up(at(1), 0, true);
    failover.set_work(at(1), 0, true);
    failover.steps(at(1));
    for now in 2..30 {
        failover.answered(at(now), 0, Regard::Rejected);
    }
    assert_eq!(failover.steps(at(31)), []);
    assert_eq!(failover.active(), Some(0));
}
