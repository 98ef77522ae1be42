//! Care of sources and devices.

use super::*;

#[test]
fn the_first_source_is_started_and_its_work_is_given_out() {
    let run = Run::new(settings(Policy::Before));
    assert_eq!(run.actions[0], Action::Start(0));
    assert!(
        matches!(run.given[..], [(0, ..), (0, ..)]),
        "one runs, one waits"
    );
    assert!(!run.actions.contains(&Action::Start(1)));
    assert!(run.actions.contains(&Action::Prepare(template(1).seed)));
    assert!(run.controller.has_work(run.now) && run.controller.was_answered());
}

#[test]
fn another_source_takes_over_and_the_decision_says_why() {
    let mut run = Run::new(settings(Policy::Before));
    let old = run.range(0);
    run.source(0, SourceEvent::Down(reason("unreachable")));
    run.wait(6);
    assert!(run.actions.contains(&Action::Start(1)));
    run.source(1, SourceEvent::Up);
    let actions = run.source(1, SourceEvent::Template(easy(9)));
    let Action::Order(0, Order::Begin(_, Placement::Replace)) = actions[0] else {
        panic!("the devices wait: {actions:?}")
    };
    let state = run.state();
    assert_eq!(state.decisions[0].about, "second");
    assert!(state.decisions[0].reason.contains("no work"));
    assert_eq!(state.sources[0].condition, source::Condition::Down);
    assert_eq!(state.sources[1].condition, source::Condition::Active);
    // The first one never said that its job is over.
    run.find_in(0, &old, 1, RARE);
    let checked = run.check(0, Verdict::Right);
    let to_the_first = |action: &Action| matches!(action, Action::Submit(0, _));
    assert!(checked.iter().any(to_the_first));
}

#[test]
fn an_outage_is_told_once_for_each_kind() {
    let mut run = Run::new(settings(Policy::Before));
    run.actions.clear();
    for word in ["unreachable", "unreachable", "timed_out", "timed_out"] {
        run.source(0, SourceEvent::Down(reason(word)));
    }
    let told = |action: &&Action| matches!(action, Action::Tell(Message::Source { .. }));
    assert_eq!(run.actions.iter().filter(told).count(), 2);
}

#[test]
fn a_suspended_machine_is_no_silence_of_its_devices() {
    for sick in [false, true] {
        let mut run = Run::new(settings(Policy::Before));
        run.notice(0, Notice::SeedReady(easy(1).seed));
        run.wait(if sick { 300 } else { 10 });
        let before = run.state();
        run.actions.clear();
        run.now += at(8 * 3600);
        run.wait(20);
        let orders = run.orders();
        match sick {
            false => assert!(orders.is_empty(), "{orders:?}"),
            // The help begins anew, with the mildest.
            true => assert!(matches!(orders[..], [Order::Begin(..)]), "{orders:?}"),
        }
        let after = run.state();
        assert_eq!(after.devices[0].condition, before.devices[0].condition);
        assert!(after.uptime_seconds > 8.0 * 3600.0);
    }
}

#[test]
fn a_silent_device_is_helped_in_stages_and_given_up() {
    let mut run = Run::new(settings(Policy::Before));
    run.notice(0, Notice::SeedReady(easy(1).seed));
    run.wait(900);
    let orders = run.orders();
    let [
        Order::Begin(_, Placement::Replace),
        Order::Abort,
        Order::Reset,
        Order::Reopen,
        Order::GiveUp,
    ] = orders[..]
    else {
        panic!("{orders:?}")
    };
    let state = run.state();
    assert_eq!(state.devices[0].condition, Condition::Dead);
    assert!(
        state.devices[0].reason.contains("where 12"),
        "{}",
        state.devices[0].reason
    );
    assert_eq!(state.decisions.len(), 5);
    let enable = Command::Enable {
        device: "device 0".into(),
    };
    assert!(
        run.handle(Event::Command(enable))
            .contains(&Action::Open(0))
    );
}

#[test]
fn a_sick_device_is_healthy_after_three_right_results() {
    let mut run = Run::new(settings(Policy::Before));
    run.wait(140);
    assert_eq!(run.state().devices[0].condition, Condition::Sick);
    for nonce in 0..3 {
        run.find(nonce, COMMON);
        run.check(nonce, Verdict::Right);
    }
    let state = run.state();
    assert_eq!(state.devices[0].condition, Condition::Healthy);
    let last = state.decisions.last().unwrap();
    assert_eq!(last.action, "called it healthy again");
}

#[test]
fn nothing_is_expected_of_a_device_without_work() {
    let mut run = Run::new(settings(Policy::Before));
    run.handle(Event::Command(Command::Pause));
    run.wait(1000);
    assert_eq!(run.orders(), [Order::Abort]);
    run.handle(Event::Command(Command::Resume));
    run.source(0, SourceEvent::Invalidated);
    run.wait(1000);
    assert_eq!(run.orders(), [Order::Abort]);
    let losses = run.state().devices[0].losses;
    assert!((losses.no_work - 1.0).abs() < 1e-9, "{losses:?}");
}

#[test]
fn a_device_is_asked_what_is_known_and_is_sick_if_it_is_wrong() {
    let mut settings = settings(Policy::Before);
    settings.limits.canary_interval = at(50);
    let mut run = Run::new(settings);
    run.wait(60);
    let first = run.given[0].1;
    run.end(0, &first, RANGE.get(), EndReason::Complete);
    let test = run.given.last().expect("a test").1;
    let Hashed::Raw(header_hash) = test.message else {
        panic!("{test:?}")
    };
    let found = run.find_in(0, &test, 0, RARE);
    let asked = found.iter().any(|action| match action {
        Action::Verify(check) => check.header_hash == header_hash,
        _ => false,
    });
    assert!(asked && checks(&found) == [0]);
    assert!(submits(&run.check(0, Verdict::Right)).is_empty());
    assert_eq!(run.state().devices[0].canaries_right, 1);
    run.end(0, &test, 1, EndReason::Complete);
    run.wait(50);
    let second = run.range(0);
    run.end(0, &second, RANGE.get(), EndReason::Complete);
    let unanswered = run.given.last().expect("a test").1;
    assert_ne!(unanswered.message, test.message);
    run.end(0, &unanswered, 1, EndReason::Complete);
    let device = &run.state().devices[0];
    assert_eq!(
        (device.canaries_wrong, device.condition),
        (1, Condition::Sick)
    );
}

#[test]
fn the_last_fifty_decisions_are_kept() {
    let mut run = Run::new(settings(Policy::Before));
    for number in 0..70 {
        let about = number.to_string();
        run.controller
            .decide(run.now, about, "did it", "why".into());
    }
    let decisions = run.state().decisions;
    assert_eq!(decisions.len(), DECISIONS);
    assert_eq!(
        (&*decisions[0].about, decisions[49].at_unix),
        ("20", 1_000_000)
    );
}

#[test]
fn a_device_that_never_says_anything_is_sick_though_nothing_is_known_of_it() {
    let mut run = Run::new(settings(Policy::Before));
    run.controller.devices[0].joined.expected_rate = None;
    run.wait(130);
    let device = &run.state().devices[0];
    assert_eq!(device.condition, Condition::Sick);
    assert!(device.reason.contains("said nothing"), "{}", device.reason);
}

#[test]
fn a_device_that_is_opened_again_is_still_sick_for_the_same_reason() {
    let mut run = Run::new(settings(Policy::Before));
    run.notice(0, Notice::SeedReady(easy(1).seed));
    run.wait(300);
    assert_eq!(run.orders().last(), Some(&Order::Reopen));
    run.join(0);
    let device = &run.state().devices[0];
    assert_eq!(device.condition, Condition::Sick);
    assert!(device.reason.contains("expected"), "{}", device.reason);
}

#[test]
fn a_restart_alone_is_no_cure() {
    let mut run = Run::new(settings(Policy::Before));
    run.wait(200);
    assert_eq!(run.orders().last(), Some(&Order::Reset));
    run.device(0, DeviceEvent::Notice(Notice::Restarted));
    assert_eq!(run.state().devices[0].condition, Condition::Sick);
}

#[test]
fn the_moment_between_two_blocks_is_no_lack_of_work() {
    let mut run = Run::new(settings(Policy::Before));
    run.wait(1);
    run.source(0, SourceEvent::Template(easy(2)));
    run.source(0, SourceEvent::Invalidated);
    assert_eq!(run.state().mode, Mode::Mining);
    run.wait(6);
    assert_eq!(run.state().mode, Mode::NoWork);
    run.source(0, SourceEvent::Template(easy(3)));
    assert_eq!(run.state().mode, Mode::Mining);
}
