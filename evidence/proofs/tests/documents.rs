//! The page of the proofs says what was kept of them.

use std::path::Path;
use std::{env, fs};

use serde_json::Value;
use tensority_proofs::property;

/// The table of the page, of what was kept.
fn table() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let kept = fs::read_to_string(root.join("results.json")).expect("results");
    let kept: Value = serde_json::from_str(&kept).expect("JSON");
    let mut text =
        String::from("| property | claim | proved | controls | time |\n|---|---|---|---|---|\n");
    for property in property::choose(&[], None).expect("the table") {
        let row = &kept[&property.name];
        assert_eq!(row["claim"], property.claim, "{}", property.name);
        assert_eq!(row["verdict"], "proved", "{}", property.name);
        // What was kept is of the question as the table puts it now.
        assert_eq!(row["depth"], property.depth, "{}", property.name);
        assert_eq!(row["mutants"], property.mutant.len(), "{}", property.name);
        let bound = match row["method"].as_str() {
            Some("flush") => "without bound, from any state",
            Some("induction") => "without bound, by induction",
            other => panic!("{other:?}"),
        };
        let controls = row["mutants"].as_u64().expect("a number") + 1;
        let seconds = row["seconds"].as_f64().expect("a number");
        text += &format!(
            "| `{}` | {} | {bound} over {} cycles | {controls} | {seconds:.0} s |\n",
            property.name, property.claim, row["depth"]
        );
    }
    text
}

#[test]
fn the_page_says_what_was_kept() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/evidence/proofs.md");
    let text = fs::read_to_string(&page).expect("the page");
    let (before, rest) = text.split_once("<!-- results -->\n").expect("a mark");
    let (_, after) = rest.split_once("<!-- end -->").expect("a mark");
    let expected = format!("{before}<!-- results -->\n{}<!-- end -->{after}", table());
    if env::var_os("TENSORITY_REFRESH").is_some() {
        fs::write(&page, &expected).expect("the page");
        return;
    }
    assert!(
        text == expected,
        "docs/evidence/proofs.md is not of evidence/proofs/results.json; run: cargo xtask docs"
    );
}
