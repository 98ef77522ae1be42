//! How sources and devices are looked after.

use super::*;

#[test]
fn the_first_source_is_started_and_its_work_is_shown() {
    let run = Run::new(settings(Policy::Before));
    assert_eq!(run.actions[0], Action::Start(0));
    assert!(run.actions.contains(&Action::Show));
    assert!(!run.actions.contains(&Action::Start(1)));
    assert!(run.actions.contains(&Action::Prepare(work(1).seed)));
    assert!(run.controller.has_work(run.now) && run.controller.was_answered());
}

#[test]
fn another_source_takes_over_and_the_decision_says_why() {
    let mut run = Run::new(settings(Policy::Before));
    let old = run.job();
    run.source(0, SourceEvent::Down(reason("unreachable")));
    run.wait(6);
    assert!(run.actions.contains(&Action::Start(1)));
    run.source(1, SourceEvent::Up);
    let shown = run.source(1, SourceEvent::Work(easy(9)));
    assert_eq!(shown[0], Action::Show, "the devices do not wait");
    let state = run.state();
    assert_eq!(state.decisions[0].about, "second");
    assert!(state.decisions[0].reason.contains("no work"));
    assert_eq!(state.sources[0].condition, source::Condition::Down);
    assert_eq!(state.sources[1].condition, source::Condition::Active);
    // The first one never said that its job is over.
    run.find(old, 1, RARE);
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
fn a_silent_device_is_helped_in_stages_and_given_up() {
    let mut run = Run::new(settings(Policy::Before));
    run.device(
        0,
        DeviceEvent::SeedReady {
            seed: [0; 32],
            took: at(0),
        },
    );
    run.wait(900);
    let expected = [
        Order::Resend,
        Order::Abort,
        Order::Reset,
        Order::Reopen,
        Order::GiveUp,
    ];
    assert_eq!(run.orders(), expected);
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
    let job = run.job();
    for nonce in 0..3 {
        run.find(job, nonce, COMMON);
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
    assert_eq!(run.orders(), []);
    run.handle(Event::Command(Command::Resume));
    run.source(0, SourceEvent::Void);
    run.wait(1000);
    assert_eq!(run.orders(), []);
    let losses = run.state().devices[0].losses;
    assert!((losses.no_work - 1.0).abs() < 1e-9, "{losses:?}");
}

#[test]
fn a_device_is_asked_what_is_known_and_is_sick_if_it_is_wrong() {
    let mut settings = settings(Policy::Before);
    settings.limits.canary_interval = at(50);
    let mut run = Run::new(settings);
    run.wait(60);
    let orders = run.orders();
    let [Order::Canary(header_hash)] = orders[..] else {
        panic!("{orders:?}")
    };
    let found = Found {
        job: run.job(),
        target: Target::MAX,
        nonce: 0,
        hash: RARE,
        canary: Some(header_hash),
    };
    let found = run.device(0, DeviceEvent::Found(found));
    assert_eq!(checks(&found), [0]);
    assert!(submits(&run.check(0, Verdict::Right)).is_empty());
    assert_eq!(run.state().devices[0].canaries_right, 1);
    let unanswered = Hashed {
        job: run.job(),
        span: Span {
            start: run.now,
            end: run.now,
            hashes: 1,
        },
        given_up: 0,
        canary: true,
        unanswered: true,
    };
    run.device(0, DeviceEvent::Hashed(unanswered));
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
    run.device(0, DeviceEvent::SeedBegun);
    run.wait(130);
    let device = &run.state().devices[0];
    assert_eq!(device.condition, Condition::Sick);
    assert!(device.reason.contains("said nothing"), "{}", device.reason);
}

#[test]
fn a_device_that_is_opened_again_is_still_sick_for_the_same_reason() {
    let mut run = Run::new(settings(Policy::Before));
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
    run.device(0, DeviceEvent::Restarted { given_up: 0 });
    assert_eq!(run.state().devices[0].condition, Condition::Sick);
}

#[test]
fn the_moment_between_two_blocks_is_no_lack_of_work() {
    let mut run = Run::new(settings(Policy::Before));
    run.wait(1);
    run.source(0, SourceEvent::Work(easy(2)));
    run.source(0, SourceEvent::Void);
    assert_eq!(run.state().mode, Mode::Mining);
    run.wait(6);
    assert_eq!(run.state().mode, Mode::NoWork);
    run.source(0, SourceEvent::Work(easy(3)));
    assert_eq!(run.state().mode, Mode::Mining);
}
