//! Claims about ranges, refusals and the self-test.

use tensority::{INITIAL_SEED, Target};

use super::Broken;
use super::examiner::{Examiner, SHORT, differs, same};
use crate::device::{DeviceError, EndReason, Notice, Placement, Range};
use crate::known_answer::KnownAnswer;

pub(super) fn a_raw_hash_equals_the_published_one(
    examiner: &mut Examiner<'_>,
) -> Result<(), Broken> {
    let known = KnownAnswer::GENESIS;
    let range = known.range(examiner.next_id());
    examiner.begin(&range, Placement::Behind)?;
    let [outcome] = examiner.outcomes_of([range.id])?;
    same("the hashes", &vec![(0, known.pow_hash)], &outcome.found)?;
    same("its hashes", &1, &outcome.hashes)
}

/// A device may be at a self-test of its own when it is opened, and refuse another.
pub(super) fn the_self_test_passes(examiner: &mut Examiner<'_>) -> Result<(), Broken> {
    match examiner.device.self_test() {
        Ok(()) | Err(DeviceError::Refused { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    loop {
        match examiner.next("the end of the self-test")? {
            Notice::SeedReady(_) => {}
            notice => return same("notice", &Notice::SelfTestDone { passed: true }, &notice),
        }
    }
}

/// With a target that some nonces meet and others do not, one of them exactly.
pub(super) fn a_range_reports_just_what_meets_the_target(
    examiner: &mut Examiner<'_>,
) -> Result<(), Broken> {
    let mut range = examiner.range(INITIAL_SEED, 1 << 40, SHORT, Target::MAX);
    let mut hashes = examiner.hash(&range, SHORT)?;
    hashes.sort_by_key(|(_, hash)| hash.iter().rev().copied().collect::<Vec<_>>());
    let (_, middle) = hashes[hashes.len() / 2];
    range.target =
        Target::from_le_bytes(middle).map_err(|error| differs("a hash", "one above 0", &error))?;
    examiner.begin(&range, Placement::Behind)?;
    let [outcome] = examiner.outcomes_of([range.id])?;
    same(
        "the nonces found",
        &(hashes.len() / 2 + 1),
        &outcome.found.len(),
    )?;
    examiner.expect_complete(&range, &outcome)
}

pub(super) fn hashes_are_counted(examiner: &mut Examiner<'_>) -> Result<(), Broken> {
    let before = examiner.device.hashes()?;
    let range = examiner.range(INITIAL_SEED, 0, SHORT, Target::MAX);
    examiner.begin(&range, Placement::Behind)?;
    let [outcome] = examiner.outcomes_of([range.id])?;
    examiner.expect_complete(&range, &outcome)?;
    let counted = examiner.device.hashes()? - before;
    same("hashes counted", &SHORT, &counted)
}

pub(super) fn a_range_waits_behind_another(examiner: &mut Examiner<'_>) -> Result<(), Broken> {
    let one = examiner.range(INITIAL_SEED, 1, SHORT, Target::MAX);
    // The same job, and then another.
    let two = Range {
        id: examiner.next_id(),
        first: 1 + SHORT,
        ..one
    };
    let three = examiner.range(INITIAL_SEED, 1, SHORT, Target::MAX);
    examiner.begin(&one, Placement::Behind)?;
    examiner.begin(&two, Placement::Behind)?;
    let [first] = examiner.outcomes_of([one.id])?;
    examiner.begin(&three, Placement::Behind)?;
    let [second] = examiner.outcomes_of([two.id])?;
    let [third] = examiner.outcomes_of([three.id])?;
    for (range, outcome) in [(one, first), (two, second), (three, third)] {
        examiner.expect_complete(&range, &outcome)?;
    }
    Ok(())
}

pub(super) fn no_more_ranges_wait_than_the_device_says(
    examiner: &mut Examiner<'_>,
) -> Result<(), Broken> {
    let begun = examiner.begin_long()?;
    let mut waiting = Vec::new();
    for _ in 0..examiner.device.description().queue {
        let range = examiner.range(INITIAL_SEED, 0, SHORT, Target::MAX);
        examiner.begin(&range, Placement::Behind)?;
        waiting.push(range.id);
    }
    let range = examiner.range(INITIAL_SEED, 0, SHORT, Target::MAX);
    examiner.expect_refusal(&range, "one range more than may wait")?;
    examiner.device.abort()?;
    let ranges = [&[begun.0.id], &waiting[..]].concat();
    let mut outcomes = examiner.outcomes(&ranges)?;
    let waited = outcomes.split_off(1);
    for outcome in outcomes {
        examiner.expect_given_up(begun, outcome, EndReason::Aborted)?;
    }
    for outcome in waited {
        let found = (outcome.hashes, outcome.ending);
        same("what waited", &(0, EndReason::Aborted), &found)?;
    }
    Ok(())
}

pub(super) fn what_is_aborted_is_told_and_hashed_without_a_gap(
    examiner: &mut Examiner<'_>,
) -> Result<(), Broken> {
    let begun = examiner.begin_long()?;
    examiner.device.abort()?;
    let [outcome] = examiner.outcomes_of([begun.0.id])?;
    examiner.expect_given_up(begun, outcome, EndReason::Aborted)?;
    // Nothing is left of it.
    examiner.device.abort()?;
    let range = examiner.range(INITIAL_SEED, 0, 1, Target::MAX);
    examiner.begin(&range, Placement::Behind)?;
    let [outcome] = examiner.outcomes_of([range.id])?;
    examiner.expect_complete(&range, &outcome)
}

pub(super) fn what_is_replaced_is_told_and_hashed_without_a_gap(
    examiner: &mut Examiner<'_>,
) -> Result<(), Broken> {
    let begun = examiner.begin_long()?;
    let waits = examiner.range(INITIAL_SEED, 0, SHORT, Target::MAX);
    examiner.begin(&waits, Placement::Behind)?;
    let range = examiner.range(INITIAL_SEED, 0, SHORT, Target::MAX);
    examiner.begin(&range, Placement::Replace)?;
    let [first, second, third] = examiner.outcomes_of([begun.0.id, waits.id, range.id])?;
    examiner.expect_given_up(begun, first, EndReason::Replaced)?;
    same(
        "what waited",
        &(0, EndReason::Replaced),
        &(second.hashes, second.ending),
    )?;
    examiner.expect_complete(&range, &third)
}

pub(super) fn the_self_test_waits_for_no_range(examiner: &mut Examiner<'_>) -> Result<(), Broken> {
    let begun = examiner.begin_long()?;
    match examiner.device.self_test() {
        Err(DeviceError::Refused { .. }) => {}
        other => {
            let found = format!("{other:?}");
            return Err(differs("a self-test beside a range", "a refusal", &found));
        }
    }
    examiner.device.abort()?;
    let [outcome] = examiner.outcomes_of([begun.0.id])?;
    examiner.expect_given_up(begun, outcome, EndReason::Aborted)
}

pub(super) fn impossible_ranges_are_refused(examiner: &mut Examiner<'_>) -> Result<(), Broken> {
    for (first, count) in [
        (0, 0),
        (1 << 63, 1),
        ((1 << 63) - 1, 2),
        (u64::MAX, u64::MAX),
    ] {
        let range = examiner.range(INITIAL_SEED, first, count, Target::MAX);
        examiner.expect_refusal(&range, &format!("{count} nonces from {first} on"))?;
    }
    let no_seed = examiner.range([0; 32], 0, 1, Target::MAX);
    examiner.expect_refusal(&no_seed, "a job without a seed")?;
    let mut twice = KnownAnswer::GENESIS.range(no_seed.id);
    twice.count = 2;
    examiner.expect_refusal(&twice, "two hashes of a header hash")?;
    Ok(())
}

pub(super) fn the_last_nonce_there_is_can_be_tried(
    examiner: &mut Examiner<'_>,
) -> Result<(), Broken> {
    let range = examiner.range(INITIAL_SEED, (1 << 63) - 1, 1, Target::MAX);
    examiner.begin(&range, Placement::Behind)?;
    let [outcome] = examiner.outcomes_of([range.id])?;
    examiner.expect_complete(&range, &outcome)
}

pub(super) fn work_is_taken_after_a_reset(examiner: &mut Examiner<'_>) -> Result<(), Broken> {
    let (lost, _) = examiner.begin_long()?;
    examiner.device.reset()?;
    // What was found before may be told first, and the end of the range is.
    let mut ended = false;
    loop {
        match examiner.next("the word of a restart")? {
            Notice::Restarted => break,
            Notice::RangeDone { range, .. } => ended |= range == lost.id,
            _ => {}
        }
    }
    same("that the lost range has ended", &true, &ended)?;
    let range = examiner.range(INITIAL_SEED, 0, SHORT, Target::MAX);
    examiner.begin(&range, Placement::Behind)?;
    let [outcome] = examiner.outcomes_of([range.id])?;
    examiner.expect_complete(&range, &outcome)
}

/// The seeds are random, so that the device has no matrix list of them from before.
pub(super) fn each_job_is_hashed_with_its_own_seed(
    examiner: &mut Examiner<'_>,
) -> Result<(), Broken> {
    let (one, two): ([u8; 32], [u8; 32]) = rand::random();
    examiner.seeds.clear();
    let first = examiner.range(one, 0, 2, Target::MAX);
    let second = examiner.range(two, 0, 2, Target::MAX);
    examiner.begin(&first, Placement::Behind)?;
    examiner.begin(&second, Placement::Behind)?;
    let [a, b] = examiner.outcomes_of([first.id, second.id])?;
    examiner.expect_complete(&first, &a)?;
    examiner.expect_complete(&second, &b)?;
    same("the matrix lists made", &vec![one, two], &examiner.seeds)
}
