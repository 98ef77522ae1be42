//! Ranges that devices are given.

use super::*;

fn firsts(run: &Run) -> Vec<u64> {
    run.given.iter().map(|(_, range, _)| range.first).collect()
}

#[test]
fn no_nonce_of_a_job_is_given_out_twice_and_no_id_at_all() {
    let mut run = Run::new(settings(Policy::Before));
    run.join(1);
    for device in [0, 1, 0] {
        let range = run.range(device);
        run.end(device, &range, RANGE.get(), EndReason::Complete);
    }
    let fresher = Template {
        replace: false,
        ..easy(1)
    };
    run.source(0, SourceEvent::Template(fresher));
    let range = run.range(0);
    run.end(0, &range, RANGE.get(), EndReason::Complete);
    let firsts = firsts(&run);
    let expected = (0..firsts.len() as u64).map(|it| 100 + it * RANGE.get());
    assert_eq!(firsts, expected.collect::<Vec<_>>());
    let ids: Vec<_> = run.given.iter().map(|(_, range, _)| range.id.0).collect();
    let expected: Vec<_> = (8..).take(ids.len()).collect();
    assert_eq!(ids, expected, "they begin after the salt");
    // Another header begins anew.
    run.source(0, SourceEvent::Template(easy(2)));
    assert_eq!(run.given[firsts.len()].1.first, 100);
}

#[test]
fn one_range_waits_behind_the_one_that_runs_if_the_device_can() {
    let mut run = Run::new(settings(Policy::Before));
    assert_eq!(run.given.len(), 2);
    run.controller.devices[0].joined.queue = 0;
    let (first, second) = (run.given[0].1, run.given[1].1);
    run.end(0, &first, RANGE.get(), EndReason::Complete);
    assert_eq!(run.given.len(), 2);
    run.end(0, &second, RANGE.get(), EndReason::Complete);
    assert_eq!(run.given.len(), 3);
}

#[test]
fn a_fresher_job_is_begun_behind_the_one_before_and_a_new_one_in_its_place() {
    let mut run = Run::new(settings(Policy::Before));
    let fresher = Template {
        replace: false,
        ..easy(1)
    };
    run.source(0, SourceEvent::Template(fresher));
    assert_eq!(run.given.len(), 2, "the old one is still good");
    run.source(0, SourceEvent::Template(easy(2)));
    let placements: Vec<_> = run.given[2..].iter().map(|given| given.2).collect();
    assert_eq!(placements, [Placement::Replace, Placement::Behind]);
}

#[test]
fn nothing_is_given_out_of_a_worthless_job() {
    let mut run = Run::new(settings(Policy::Before));
    run.source(0, SourceEvent::Invalidated);
    let range = run.range(0);
    run.end(0, &range, RANGE.get(), EndReason::Complete);
    run.join(1);
    assert_eq!(run.given.len(), 2);
    run.source(0, SourceEvent::Template(easy(2)));
    assert_eq!(run.given.len(), 6);
}

#[test]
fn who_pauses_or_is_switched_off_gives_up_its_work_and_gets_none() {
    let device = || "device 0".to_owned();
    for (stop, go_on) in [
        (Command::Pause, Command::Resume),
        (
            Command::Disable { device: device() },
            Command::Enable { device: device() },
        ),
    ] {
        let mut run = Run::new(settings(Policy::Before));
        run.handle(Event::Command(stop));
        assert_eq!(run.orders(), [Order::Abort]);
        let range = run.range(0);
        run.end(0, &range, 1, EndReason::Aborted);
        run.source(0, SourceEvent::Template(easy(2)));
        assert_eq!(run.given.len(), 2);
        run.handle(Event::Command(go_on));
        assert_eq!(run.given.len(), 4);
        assert_eq!(run.orders(), [Order::Abort], "there is nothing to replace");
    }
}

#[test]
fn a_range_of_a_session_before_is_a_fault_and_its_nonces_are_given_up() {
    let mut run = Run::new(settings(Policy::Before));
    let old = run.range(0);
    run.device(
        0,
        DeviceEvent::Left {
            reason: "gone".into(),
            failed: true,
        },
    );
    assert_eq!(run.controller.devices[0].given_up, 2 * RANGE.get());
    run.join(0);
    assert_ne!(run.range(0).id, old.id);
    run.find_in(0, &old, 1, RARE);
    let device = &run.state().devices[0];
    assert_eq!(device.nonces.hardware_errors, 1);
    let error = device.last_error.as_deref().unwrap_or_default();
    assert!(error.starts_with("expected one of its ranges"), "{error}");
    assert!(checks(&run.actions).is_empty());
}

#[test]
fn what_a_restart_lost_is_given_up_and_what_was_given_since_is_known() {
    let mut run = Run::new(settings(Policy::Before));
    let lost = [run.given[0].1, run.given[1].1];
    for range in &lost {
        run.end(0, range, 0, EndReason::Aborted);
    }
    let since = run.range(0);
    run.notice(0, Notice::Restarted);
    assert_eq!(run.controller.devices[0].given_up, 2 * RANGE.get());
    let device = &run.controller.devices[0];
    assert!(device.seeding && device.condition == Condition::Starting);
    run.find_in(0, &since, 1, RARE);
    assert_eq!(checks(&run.actions), [0]);
    assert_eq!(run.state().devices[0].nonces.hardware_errors, 0);
}

#[test]
fn a_device_that_is_reset_is_given_other_ranges_behind_that() {
    let mut run = Run::new(settings(Policy::Before));
    let device = "device 0".to_owned();
    let actions = run.handle(Event::Command(Command::Reset { device }));
    let [
        Action::Order(0, Order::Reset),
        Action::Order(0, Order::Begin(_, Placement::Behind)),
        Action::Order(0, Order::Begin(_, Placement::Behind)),
    ] = actions[..]
    else {
        panic!("{actions:?}")
    };
}
