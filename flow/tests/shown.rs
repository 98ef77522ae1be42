//! The shown report: as text, as a page, and beside another one.

mod common;

use common::report;
use tensority_flow::fpga::report::comparison::{compare, text as compared};
use tensority_flow::fpga::report::page::page;
use tensority_flow::fpga::report::text::text;

#[test]
fn a_path_that_no_clock_limits_is_told_as_such() {
    let mut report = report(120.0);
    for shown in [text(&report), page(&report)] {
        assert!(!shown.contains("not constrained"), "{shown}");
    }
    report.paths[0].from = "<async>".into();
    for shown in [text(&report), page(&report)] {
        assert!(shown.contains("ns wires; not constrained"), "{shown}");
    }
}

#[test]
fn the_text_tells_the_clock_that_is_missed_and_by_what_path() {
    let missed = text(&report(80.0));
    let line = "TIMING MISSED, clock array: expected 100.00 MHz, found 80.00 MHz; \
                worst path from array.a<0> to array.b, 12.50 ns of which 12.00 ns wires";
    assert!(missed.contains(line), "{missed}");
    assert!(
        missed.contains("12.50 H/s at the wanted clock, 10.00 at the achieved one"),
        "{missed}"
    );
    assert!(
        missed.contains("seeds tried: 1 -20.0 %, 2 -20.0 %"),
        "{missed}"
    );
    assert!(missed.contains("1 min 15 s"), "{missed}");
    let met = text(&report(120.0));
    assert!(
        met.contains("timing met") && !met.contains("MISSED"),
        "{met}"
    );
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = page(&report(80.0));
    for outside in ["http", "<script", "<link", "@import", "url(", "src="] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("timing missed"));
    assert!(page.contains("viewBox=\"0 0 20 10\""));
    // Names come from the design and are no markup.
    assert!(page.contains("array.a&lt;0&gt;") && !page.contains("a<0>"));
}

#[test]
fn a_report_without_places_has_a_page_without_pictures() {
    let mut report = report(80.0);
    report.placement = None;
    let page = page(&report);
    assert!(!page.contains("<svg") && page.contains("Slowest paths"));
}

#[test]
fn two_builds_are_compared_figure_by_figure() {
    let (slow, mut fast) = (report(80.0), report(120.0));
    fast.blocks.usage.luts = 1300;
    let rows = compare(&slow, &fast);
    let row = |name: &str| rows.iter().find(|row| row.name == name).unwrap();
    assert_eq!(row("array, achieved").second_is_better, Some(true));
    assert_eq!(row("array, slowest path").second_is_better, Some(true));
    assert_eq!(row("LUT4").second_is_better, Some(false));
    assert_eq!(row("FF").second_is_better, None);
    let text = compared(&slow, &fast);
    let line = text
        .lines()
        .find(|line| line.contains("array, achieved"))
        .unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(
        words,
        [
            "array,", "achieved", "MHz", "80.00", "120.00", "+40.00", "1.500", "second"
        ]
    );
}

#[test]
fn blocks_that_only_one_build_has_are_counted_and_left_out() {
    let (first, mut second) = (report(120.0), report(120.0));
    second.blocks.blocks[0].name = "renamed".into();
    let rows = compare(&first, &second);
    let lacking = rows
        .iter()
        .filter(|row| row.first.is_none() != row.second.is_none())
        .count();
    assert!(lacking > 0);
    let text = compared(&first, &second);
    let line = format!("{lacking} figures are of blocks that only one build has, and left out.");
    assert!(text.contains(&line), "{text}");
    assert!(!text.contains("renamed"), "{text}");
}

#[test]
fn equal_builds_have_no_better_one() {
    let report = report(80.0);
    assert!(
        compare(&report, &report)
            .iter()
            .all(|row| row.second_is_better.is_none())
    );
}
