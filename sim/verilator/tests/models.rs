//! Building models of a counter. Loading them takes an executable with the runtime, and is tested
//! with the simulator.

use std::fs;
use std::path::{Path, PathBuf};

use verilator::{Error, ModelSource, SourceFile, build, lint};

const DRIVER: &str = r#"
#include "Vmodel.h"
extern "C" Vmodel* model_new() { return new Vmodel; }
"#;

#[test]
fn the_second_build_comes_from_the_cache() {
    let cache = empty_cache("second");
    let first = build(&counter(1), &cache, &mut |_| {}).unwrap();
    assert!(first.fresh);
    let mut lines = Vec::new();
    let second = build(&counter(1), &cache, &mut |line| lines.push(line.to_owned())).unwrap();
    assert!(!second.fresh);
    assert_eq!(second.library, first.library);
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn another_design_is_another_build_and_the_oldest_goes() {
    let cache = empty_cache("oldest");
    let builds: Vec<_> = (1..=4)
        .map(|step| build(&counter(step), &cache, &mut |_| {}).unwrap())
        .collect();
    let kept: Vec<_> = builds.iter().map(|build| build.library.exists()).collect();
    assert_eq!(kept, [false, true, true, true]);
}

#[test]
fn the_compilers_complaint_names_the_place() {
    let cache = empty_cache("complaint");
    let mut source = counter(1);
    source.cpp[0].text += "int broken = nothing;\n";
    let error = build(&source, &cache, &mut |_| {}).unwrap_err();
    let Error::Compile { text, log, .. } = error else {
        panic!("not a compiler's complaint: {error}");
    };
    assert!(text.contains("driver.cpp:4:14"), "{text}");
    assert!(fs::read_to_string(log).unwrap().contains("nothing"));
}

#[test]
fn lint_accepts_a_clean_design() {
    lint(&counter(1).verilog, "counter", &[]).unwrap();
}

#[test]
fn lint_rejects_a_width_mismatch_unless_told_otherwise() {
    let mut files = counter(1).verilog;
    files[0].text = files[0].text.replace("32'd1", "8'd1");
    let error = lint(&files, "counter", &[]).unwrap_err();
    assert!(
        error.to_string().contains("WIDTHEXPAND: counter.v:3:"),
        "{error}"
    );
    lint(&files, "counter", &["-Wno-WIDTHEXPAND"]).unwrap();
}

fn counter(step: u32) -> ModelSource {
    let verilog = format!(
        "module counter(input clock, output reg [31:0] count);\n\
         always @(posedge clock)\n\
         count <= count + 32'd{step};\n\
         endmodule\n"
    );
    ModelSource {
        name: "counter".into(),
        top: "counter".into(),
        verilog: vec![SourceFile {
            name: "counter.v".into(),
            text: verilog,
        }],
        cpp: vec![SourceFile {
            name: "driver.cpp".into(),
            text: DRIVER.into(),
        }],
        trace: false,
        public: vec![("counter".into(), "count".into())],
        warnings_off: Vec::new(),
    }
}

fn empty_cache(name: &str) -> PathBuf {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if cache.exists() {
        fs::remove_dir_all(&cache).unwrap();
    }
    cache
}
