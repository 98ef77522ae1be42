//! Winograd's inner product as a lemma, which joins the proofs of product and lane to a dot product: of 256 bytes `u`
//! and `v` in offset form, the sum of the cells' products less that for xi less that for eta is, modulo 2^16, the sum of
//! the products of the signed bytes.

use std::fs;
use std::path::Path;
use std::process::Command;

use tensority_flow::workspace;

/// Bytes of a row.
const BYTES: usize = 256;

/// What Yices answers to a question of this name.
fn answer(name: &str, question: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{name}.smt2"));
    fs::write(&path, question).expect("the question is written");
    let solver = workspace::tools().join("venv/bin/yices-smt2");
    let output = Command::new(&solver)
        .arg("--timeout=60")
        .arg(&path)
        .output();
    let output = output
        .unwrap_or_else(|error| panic!("{}: {error}; run: cargo xtask setup", solver.display()));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Do the two sides differ for any bytes, if `constant` is added to the left?
fn sides_differ(constant: &str) -> String {
    let half = "#x0080";
    let sum = |terms: Vec<String>| {
        let add = |sum, term| format!("(bvadd {sum} {term})");
        terms.into_iter().reduce(add).expect("a term at least")
    };
    let wide = |name: &str, n: usize| format!("((_ zero_extend 8) {name}{n})");
    let product = |[a, b, c, d]: [&str; 4]| format!("(bvmul (bvadd {a} {b}) (bvadd {c} {d}))");
    let (mut cells, mut xi, mut eta, mut dot) = (vec![], vec![], vec![], vec![]);
    let mut question = String::from("(set-logic QF_BV)\n");
    for n in 0..BYTES {
        let (u, v) = (wide("u", n), wide("v", n));
        question +=
            &format!("(declare-const u{n} (_ BitVec 8))\n(declare-const v{n} (_ BitVec 8))\n");
        dot.push(format!("(bvmul (bvsub {u} {half}) (bvsub {v} {half}))"));
    }
    for n in (0..BYTES).step_by(2) {
        let [u0, u1] = [n, n + 1].map(|n| wide("u", n));
        let [v0, v1] = [n, n + 1].map(|n| wide("v", n));
        cells.push(product([&u0, &v1, &u1, &v0]));
        xi.push(product([&u0, half, &u1, half]));
        eta.push(product([&v0, half, &v1, half]));
    }
    let [cells, xi, eta, dot] = [cells, xi, eta, dot].map(sum);
    let line = format!("(bvadd {constant} (bvsub (bvsub {cells} {xi}) {eta}))");
    question + &format!("(assert (distinct {line} {dot}))\n(check-sat)\n")
}

#[test]
fn the_line_less_xi_and_eta_is_the_signed_dot_product() {
    assert_eq!(answer("fip", &sides_differ("#x0000")), "unsat");
    // A constant that is off is found.
    assert_eq!(answer("fip-off", &sides_differ("#x8000")), "sat");
}

#[test]
fn a_signed_byte_is_its_offset_form_less_128() {
    let question = |half: &str| {
        format!(
            "(set-logic QF_BV)\n(declare-const u (_ BitVec 8))\n(assert (distinct
            ((_ sign_extend 8) (bvxor u #x80)) (bvsub ((_ zero_extend 8) u) {half})))\n(check-sat)\n"
        )
    };
    assert_eq!(answer("signed", &question("#x0080")), "unsat");
    assert_eq!(answer("signed-off", &question("#x0081")), "sat");
}
