//! The quick proofs, and what the page says of all.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;
use tensority_proofs::error::Error;
use tensority_proofs::proof::{Verdict, prove};
use tensority_proofs::property::{self, Edit, Tier};
use tensority_proofs::tools::{self, Tools};

fn tools() -> Tools {
    Tools::find_in(&tools::folder()).unwrap_or_else(|error| panic!("{error}"))
}

fn work() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("proofs")
}

#[test]
fn quick_properties_are_proved_anew() {
    let properties = property::choose(&[], Some(Tier::Quick)).expect("the table");
    assert!(properties.len() >= 5, "{}", properties.len());
    for property in properties {
        let outcome = prove(property, &tools(), &work()).expect("an outcome");
        assert_eq!(outcome.verdict, Verdict::Proved, "{outcome}");
    }
}

/// The verdict on the FIFO's property, changed by `change`.
fn changed(name: &str, change: impl FnOnce(&mut property::Property)) -> Verdict {
    let all = property::choose(&["fifo".to_owned()], None).expect("the table");
    let mut property = all[0].clone();
    property.name = name.to_owned();
    change(&mut property);
    let outcome = prove(&property, &tools(), &work());
    outcome.expect("an outcome").verdict
}

#[test]
fn what_is_not_proved_is_said_to_be_so() {
    let edit = |put: &str| Edit {
        module: None,
        find: "write & ~is_full".to_owned(),
        put: put.to_owned(),
    };
    let failed = changed("broken", |it| it.edit.push(edit("write")));
    assert!(!failed.is_good(), "{failed}");

    // A mutant that is none is not refuted.
    let empty = changed("same", |it| it.mutant = vec![edit("(write & ~is_full)")]);
    assert!(matches!(empty, Verdict::Empty { .. }), "{empty}");
    // A property of nothing holds of a block with open outputs too.
    let nothing = changed("nothing", |it| {
        it.text = it.text.replace("assert (", "assert (1 || ");
    });
    assert!(
        matches!(&nothing, Verdict::Empty { reason } if reason.contains("open")),
        "{nothing}"
    );
    let unreached = changed("unreached", |it| {
        it.text = it.text.replace("level == 3)", "level == 3 && level == 4)");
    });
    assert!(
        matches!(&unreached, Verdict::Empty { reason } if reason.contains("cover")),
        "{unreached}"
    );

    let unreadable = changed("unreadable", |it| it.text.push_str("\nnonsense"));
    assert!(
        matches!(&unreadable, Verdict::NotProved { reason } if reason.contains("Yosys")),
        "{unreadable}"
    );
    let late = changed("late", |it| it.seconds = 0);
    assert!(
        matches!(&late, Verdict::NotProved { reason } if reason.contains("time")),
        "{late}"
    );

    let missing = Tools::find_in(Path::new("/nowhere")).expect_err("no tools");
    assert!(matches!(missing, Error::MissingTool { .. }) && missing.to_string().contains("setup"));
}

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
        "run: TENSORITY_REFRESH=1 cargo test -p tensority-proofs --test quick"
    );
}
