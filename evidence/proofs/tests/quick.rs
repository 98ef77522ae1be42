//! The quick proofs, and what is said of properties that are not proved.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tensority_command::exit;
use tensority_flow::workspace;
use tensority_proofs::error::Error;
use tensority_proofs::proof::{Verdict, prove};
use tensority_proofs::property::{self, Edit, Tier};
use tensority_proofs::tools::Tools;

/// The pinned tools; their runs are to end from the beginning if `stopped`.
fn tools(stopped: bool) -> Tools {
    let stop = Arc::new(AtomicBool::new(stopped));
    Tools::find_in(&workspace::tools(), stop).unwrap_or_else(|error| panic!("{error}"))
}

fn work() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("proofs")
}

#[test]
fn quick_properties_are_proved_anew() {
    let properties = property::choose(&[], Some(Tier::Quick)).expect("the table");
    assert!(properties.len() >= 5, "{}", properties.len());
    for property in properties {
        let outcome = prove(property, &tools(false), &work()).expect("an outcome");
        assert_eq!(outcome.verdict, Verdict::Proved, "{outcome}");
    }
}

/// The verdict on the FIFO's property, changed by `change`.
fn changed(name: &str, change: impl FnOnce(&mut property::Property)) -> Verdict {
    let all = property::choose(&["fifo".to_owned()], None).expect("the table");
    let mut property = all[0].clone();
    property.name = name.to_owned();
    change(&mut property);
    let outcome = prove(&property, &tools(false), &work());
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
}

#[test]
fn who_is_to_stop_asks_nothing_more() {
    let properties = property::choose(&[], None).expect("the table");
    let stopped = prove(properties[0], &tools(true), &work().join("stopped"));
    assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
}

#[test]
fn what_keeps_a_property_from_being_asked_about_has_an_exit_code() {
    let folder = work().join("command");
    let run = |name: &str, tools: &Path| -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tensority-prove"));
        command.env("TENSORITY_TOOLS", tools).arg(name);
        command.arg("--folder").arg(&folder);
        command.arg("--keep").arg(folder.join("results.json"));
        command.output().expect("it runs")
    };
    let refusal = |output: Output, code: u8, words: &str| {
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code.into()), "{error}");
        assert!(error.contains(words), "{error}");
    };
    let missing = run("fifo", Path::new("/nowhere"));
    refusal(missing, exit::UNAVAILABLE, "run: cargo xtask setup");
    let unknown = run("fifi", &workspace::tools());
    refusal(unknown, exit::USAGE, "fnv, fifo");
}
