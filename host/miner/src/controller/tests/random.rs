//! Everything at random.

use super::*;

#[test]
fn whatever_happens_every_share_is_counted_once_and_nothing_wrong_is_submitted() {
    let seed = testvectors::seed();
    let mut random = StdRng::seed_from_u64(seed);
    let mut run = Run::new(settings(Policy::Before));
    run.join(1);
    let (mut right_shares, mut submitted) = (0, std::collections::BTreeSet::new());
    let mut verifying: Vec<(u64, bool)> = Vec::new();
    let mut answering: Vec<(usize, u64)> = Vec::new();
    for step in 0..100_000_u64 {
        run.now += Duration::from_millis(random.random_range(0..200));
        let actions = match random.random_range(0..100) {
            0..40 => {
                let device = random.random_range(0..2);
                let given: Vec<_> = run.given.iter().rev().filter(|it| it.0 == device).collect();
                let place = random.random_range(0..3).min(given.len().saturating_sub(1));
                let Some((_, range, _)) = given.get(place).copied() else {
                    continue;
                };
                let range = *range;
                let hash = if random.random_bool(0.5) {
                    RARE
                } else {
                    COMMON
                };
                let nonce = step / random.random_range(1..3) % (range.count + 1);
                match random.random_range(0..10) {
                    0 => run.end(device, &range, nonce, EndReason::Aborted),
                    _ => run.find_in(device, &range, nonce, hash),
                }
            }
            40..65 if !verifying.is_empty() => {
                let place = random.random_range(0..verifying.len());
                let (result, is_share) = verifying.swap_remove(place);
                let right = random.random_bool(0.9);
                right_shares += u64::from(right && is_share);
                run.check(
                    result,
                    match right {
                        true => Verdict::Right,
                        false => Verdict::OtherHash { pow_hash: COMMON },
                    },
                )
            }
            65..90 if !answering.is_empty() => {
                let place = random.random_range(0..answering.len());
                let (source, share) = answering.swap_remove(place);
                run.answer(
                    source,
                    share,
                    match random.random_range(0..5) {
                        0 => Answer::Stale(reason("stale")),
                        1 => Answer::Rejected(reason("low")),
                        2 => Answer::Unanswered(reason("closed")),
                        3 => Answer::NotSent,
                        _ => Answer::Accepted,
                    },
                )
            }
            90..94 => {
                let source = random.random_range(0..2);
                let event = match random.random_range(0..6) {
                    0 => SourceEvent::Invalidated,
                    1 => SourceEvent::Down(reason("down")),
                    2 => SourceEvent::Up,
                    parent => SourceEvent::Template(Template {
                        replace: random.random_bool(0.7),
                        ..easy(parent)
                    }),
                };
                run.source(source, event)
            }
            94 => {
                run.join(1);
                Vec::new()
            }
            95 => run.device(
                1,
                DeviceEvent::Left {
                    reason: "gone".into(),
                    failed: true,
                },
            ),
            _ => run.handle(Event::Tick),
        };
        for action in actions {
            match action {
                Action::Verify(check) => verifying.push((check.result, check.hash == RARE)),
                Action::Submit(source, share) => {
                    assert!(submitted.insert(share.number), "{} twice", share.number);
                    answering.push((source, share.number));
                }
                _ => {}
            }
        }
        run.actions.clear();
        let forgotten = run.given.len().saturating_sub(100);
        run.given.drain(..forgotten);
    }
    let state = run.state();
    let shares = &state.total.shares;
    let answered = shares.accepted + shares.all_rejected() + shares.stale + shares.unanswered;
    assert_eq!(
        answered + shares.not_submitted + shares.pending,
        right_shares
    );
    assert_eq!(shares.pending, answering.len() as u64);
    assert!(right_shares > 1000, "{right_shares}");
    for device in &state.devices {
        let sum: f64 = device.losses.parts().iter().map(|(_, part)| part).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{:?}", device.losses);
    }
    let sum: f64 = state
        .total
        .losses
        .parts()
        .iter()
        .map(|(_, part)| part)
        .sum();
    assert!((sum - 1.0).abs() < 1e-9, "{:?}", state.total.losses);
}
