//! The head of every block: its port table against the emitted module, and what it has to say.

use std::collections::BTreeMap;
use std::path::Path;

use tensority_boards::Board;
use tensority_hdl::blocks::{self, BlockSource, stands_for};
use tensority_hdl::board::BoardDesign;
use tensority_hdl::emit::{Design, Module, Port};
use tensority_hdl::geometry::Geometry;
use tensority_hdl::soc::Settings;

/// Blocks that have no table: what they are is said in a line.
const WITHOUT_TABLE: &[&str] = &[];

/// A design, and the numbers that its tables name.
struct Example {
    design: Design,
    numbers: Vec<(&'static str, usize)>,
}

fn example(design: Design, geometry: &Geometry) -> Example {
    let numbers = [
        ("lanes", geometry.lanes()),
        ("cells", geometry.cells()),
        ("dimension", geometry.dimension()),
        ("beat words", geometry.beat_words()),
        ("word lanes", geometry.word_lanes()),
        ("infer", usize::from(geometry.infer())),
    ];
    Example {
        design,
        numbers: numbers.into(),
    }
}

/// Designs that contain every block.
fn examples() -> Vec<Example> {
    let geometry = |lanes, fip| Geometry::new(32, lanes, fip).unwrap();
    let infer = geometry(2, true).with_infer().unwrap();
    let settings = Settings::new(100_000_000, 1_000_000).unwrap();
    let whole = Geometry::new(256, 1, true).unwrap();
    let board = Board::find("ulx3s-85f").unwrap();
    let board = BoardDesign::new(&board, &whole, 100_000_000).unwrap();
    let chip = Design::soc(&geometry(1, true), &settings).unwrap();
    vec![
        example(
            Design::core(&geometry(1, true)).unwrap(),
            &geometry(1, true),
        ),
        example(
            Design::core(&geometry(4, false)).unwrap(),
            &geometry(4, false),
        ),
        example(
            Design::core(&geometry(16, true)).unwrap(),
            &geometry(16, true),
        ),
        example(Design::core(&infer).unwrap(), &infer),
        example(chip, &geometry(1, true)),
        example(board.chip, &whole),
    ]
}

/// What is wrong with a block's table for one of its modules.
fn faults(block: &BlockSource, module: &Module, numbers: &[(&str, usize)]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut numbers: BTreeMap<String, usize> = numbers
        .iter()
        .map(|(name, number)| (name.to_string(), *number))
        .collect();
    let mut described = vec!["clock".to_string()];
    let ports = module.ports();
    for row in block.ports() {
        let (directions, widths) = (split(&row.direction), split(&row.width));
        for (i, name) in row.names.iter().enumerate() {
            let of = |cells: &[String]| cells.get(if cells.len() == 1 { 0 } else { i }).cloned();
            let found: Vec<&Port> = ports
                .iter()
                .filter(|port| stands_for(name, &port.name))
                .collect();
            let (Some(direction), Some(width)) = (of(&directions), of(&widths)) else {
                faults.push(format!("`{name}` has no direction or no width"));
                continue;
            };
            if found.is_empty() && !name.contains('$') {
                faults.push(format!("there is no port `{name}`"));
            }
            for port in &found {
                described.push(port.name.clone());
                if direction != if port.output { "out" } else { "in" } {
                    faults.push(format!("`{name}` is no {direction}put"));
                }
                if !fits(&width, port.width, found.len(), &mut numbers) {
                    faults.push(format!("`{name}` has {} bits, not {width}", port.width));
                }
            }
        }
    }
    let missing = ports.iter().filter(|port| !described.contains(&port.name));
    faults.extend(missing.map(|port| format!("`{}` has no row", port.name)));
    faults
}

fn split(cell: &str) -> Vec<String> {
    cell.split(',')
        .map(|part| part.trim().to_string())
        .collect()
}

/// Whether a port of an array of `count` ports may have `bits` bits where its row says `width`: a number or
/// names and numbers joined by `x` and `+`. A name without a number is that of a generic parameter, and gets
/// one. `32 x lanes` may be one port, or as many ports of 32 bits as there are lanes.
fn fits(width: &str, bits: usize, count: usize, numbers: &mut BTreeMap<String, usize>) -> bool {
    let single =
        |name: &str| name.chars().all(char::is_alphanumeric) && name.parse::<usize>().is_err();
    let (name, more) = width.split_once(" + ").unwrap_or((width, "0"));
    if single(name)
        && !numbers.contains_key(name)
        && let Ok(more) = more.parse::<usize>()
    {
        numbers.insert(name.into(), bits - more);
    }
    let value = |text: &str| {
        let text = text.trim();
        text.parse().ok().or_else(|| numbers.get(text).copied())
    };
    let product = |text: &str| text.split(" x ").map(value).product::<Option<usize>>();
    let sum = width.split('+').map(product).sum::<Option<usize>>();
    let array = width
        .split_once(" x ")
        .is_some_and(|(of, number)| value(of) == Some(bits) && product(number) == Some(count));
    sum == Some(bits) || array
}

#[test]
fn every_port_table_is_that_of_the_emitted_module() {
    let mut faulty: Vec<String> = Vec::new();
    let examples = examples();
    for block in blocks::all() {
        let mut modules = 0;
        for example in &examples {
            let all = example.design.modules.iter();
            for module in all.filter(|module| module.block == block.name) {
                modules += 1;
                if block.ports().is_empty() && !WITHOUT_TABLE.contains(&block.name.as_str()) {
                    faulty.push(format!("{}: no port table", block.file));
                } else {
                    let faults = faults(block, module, &example.numbers);
                    faulty.extend(
                        faults
                            .iter()
                            .map(|fault| format!("{}: {fault}", block.file)),
                    );
                }
            }
        }
        // Registers and constants stand in other modules.
        if modules == 0 && !["Register", "Parameter"].contains(&block.name.as_str()) {
            faulty.push(format!("{}: {} is in no design", block.file, block.name));
        }
    }
    faulty.sort();
    faulty.dedup();
    assert!(
        faulty.is_empty(),
        "{} faults:\n{}",
        faulty.len(),
        faulty.join("\n")
    );
}

/// What a head lacks.
fn lacks(block: &BlockSource) -> Vec<String> {
    let text = block.documentation.join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lacks = Vec::new();
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if !any(&["atency", "hroughput", "a cycle", "per cycle", "ycles"]) {
        lacks.push("latency or throughput".to_string());
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let checked = text.split_once("hecked by").map_or("", |(_, after)| after);
    let mut tests = checked.split('`').skip(1).step_by(2);
    if !tests.any(|test| test.contains("tests/") && workspace.join(test).exists()) {
        lacks.push("what checks it".into());
    }
    if !any(&["not ", "no ", "No ", "neither ", "never ", "nothing"]) {
        lacks.push("what it does not do".into());
    }
    lacks
}

#[test]
fn every_head_says_how_fast_the_block_is_what_checks_it_and_what_it_does_not_do() {
    let heads = blocks::all().map(|block| (block, lacks(block)));
    let faulty = heads.filter(|(_, lacks)| !lacks.is_empty());
    let faulty: Vec<_> = faulty
        .map(|(block, lacks)| {
            format!(
                "{}: {} does not say {}",
                block.file,
                block.name,
                lacks.join(", ")
            )
        })
        .collect();
    assert!(
        faulty.is_empty(),
        "{} heads:\n{}",
        faulty.len(),
        faulty.join("\n")
    );
}

#[test]
fn a_table_that_is_wrong_is_found() {
    let geometry = Geometry::new(32, 1, true).unwrap();
    let design = Design::core(&geometry).unwrap();
    let module = design.module("lane").unwrap();
    let block = blocks::find("Lane").unwrap();
    assert_eq!(faults(block, module, &[]), Vec::<String>::new());
    for (from, to, fault) in [
        (
            "| `sum_out` | out | 16 |",
            "| `sum_out` | in | 16 |",
            "`sum_out` is no input",
        ),
        (
            "| `weight` | in | 32 |",
            "| `weight` | in | 31 |",
            "`weight` has 32 bits, not 31",
        ),
        (
            "| `latch` | in",
            "| `latched` | in",
            "there is no port `latched`",
        ),
        ("| `latch` | in", "| `latched` | in", "`latch` has no row"),
    ] {
        let mut wrong = block.clone();
        let text = block.documentation.join("\n");
        assert!(text.contains(from), "{from}");
        let text: &'static str = text.replace(from, to).leak();
        wrong.documentation = text.lines().collect();
        let found = faults(&wrong, module, &[]);
        assert!(found.iter().any(|found| found == fault), "{found:?}");
    }
    let mut mute = block.clone();
    mute.documentation = vec!["A lane."];
    assert_eq!(lacks(&mute).len(), 3);
}
