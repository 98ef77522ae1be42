//! A small design through the whole flow, with the pinned tools: synthesis, places, wires, bitstream, report.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;
use tensority_boards::{Board, bitstream};
use tensority_flow::fpga::cache::Cache;
use tensority_flow::fpga::progress::{Event, Step};
use tensority_flow::fpga::project::{Clock, Hashing, Net, Project, Source};
use tensority_flow::fpga::tools::Tools;
use tensority_flow::fpga::{Build, Built, Error, Report, Seeds};
use tensority_hdl::soc::Content;

/// Three blocks, two of them alike: eight bits of a counter, seen through a memory and a multiplier.
const DESIGN: &str = r"
module top$count(input wire clock, output reg [23:0] q);
  initial q = 0;
  always @(posedge clock) q <= q + 1;
endmodule
module top$look(input wire clock, input wire [17:0] a, output reg [7:0] q);
  reg [7:0] memory [0:1023];
  reg [7:0] read;
  reg [17:0] factor;
  reg [35:0] product;
  always @(posedge clock) begin
    read <= memory[a[9:0]];
    q <= read ^ product[25:18];
    memory[a[9:0]] <= a[17:10];
    factor <= a;
    product <= factor * factor;
  end
endmodule
module top(input wire clk_25mhz, output wire [7:0] led);
  wire [23:0] count;
  wire [7:0] q0;
  wire [7:0] q1;
  top$count counter(.clock(clk_25mhz), .q(count));
  top$look \look$0 (.clock(clk_25mhz), .a(count[17:0]), .q(q0));
  top$look \look$1 (.clock(clk_25mhz), .a(count[23:6]), .q(q1));
  assign led = q0 ^ q1;
endmodule
";

fn project(net: Net, hz: u32) -> Project {
    let board = Board::find("ulx3s-85f").unwrap();
    Project {
        name: "counter".into(),
        board: board.name.clone(),
        part: board.part.clone(),
        top: "top".into(),
        sources: vec![Source {
            name: "design.v".into(),
            text: DESIGN.into(),
        }],
        contents: Vec::new(),
        build: 7,
        pins: board.pins.into(),
        clocks: vec![Clock { net, hz }],
        lanes: 1,
        hashing: Some(Hashing {
            clock: "clk_25mhz".into(),
            cycles: 1_000_000,
        }),
    }
}

/// A memory that begins with these words, read one after the other and seen through the parity of each.
fn with_memory(words: &[u32], contents: Vec<Content>, build: u32) -> Project {
    let fill = words.iter().enumerate();
    let fill: String = fill
        .map(|(address, word)| format!("    memory[{address}] = {word};\n"))
        .collect();
    let text = format!(
        "module top(input wire clk_25mhz, output reg [7:0] led);
  reg [31:0] memory [0:{last}];
  reg [31:0] q;
  reg [23:0] count = 0;
  initial begin
{fill}  end
  always @(posedge clk_25mhz) begin
    count <= count + 1;
    q <= memory[count[23:14]];
    led <= {{8{{^q}}}};
  end
endmodule
",
        last = words.len() - 1,
    );
    let mut project = project(port(), 25_000_000);
    project.sources[0].text = text;
    Project {
        contents,
        build,
        ..project
    }
}

fn port() -> Net {
    Net::Port("clk_25mhz".into())
}

/// The first call of a tool compiles it for a minute, which calls side by side would do again.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A build with all that it told.
fn built(
    project: &Project,
    cache: &Path,
    seeds: Seeds,
) -> (Result<Built, Error>, Vec<(Step, Event)>) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let events = Mutex::new(Vec::new());
    let listen = |step, event| events.lock().unwrap().push((step, event));
    let build = Build {
        project,
        tools: &Tools::find().unwrap(),
        cache: &Cache::new(cache),
        stop: &AtomicBool::new(false),
        listen: &listen,
    };
    let built = build.run(seeds);
    (built, events.into_inner().unwrap())
}

fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

#[test]
fn a_design_becomes_a_bitstream_and_a_second_build_finds_it() {
    let folder = folder();
    let (cache, output) = (folder.path().join("cache"), folder.path().join("output"));
    let project = project(port(), 25_000_000);
    let (first, events) = built(&project, &cache, Seeds::One(7));
    let first = first.unwrap();
    assert!(
        events
            .iter()
            .any(|(_, event)| matches!(event, Event::At(_)))
    );

    let report = &first.report;
    assert!(report.met(), "{:?}", report.clocks);
    assert_eq!(report.part, "LFE5U-85F-6CABGA381");
    assert_eq!(report.seed, 7);
    let hashing = report.hashing.as_ref().unwrap();
    assert!((hashing.per_second - 25.0).abs() < 1e-9);
    assert!(hashing.per_second_achieved > 25.0);
    let usage = report.blocks.usage;
    assert_eq!((usage.dsps, usage.ebrs), (2, 2));
    assert!(
        usage.ffs > 24 && usage.luts > 24 && usage.carries >= 12,
        "{usage:?}"
    );
    let names: Vec<_> = report
        .blocks
        .blocks
        .iter()
        .map(|block| (block.name.as_str(), block.count))
        .collect();
    assert_eq!(names, [("look", 2), ("counter", 1)]);
    let path = report.path("clk_25mhz").unwrap();
    let period = 1e3 / report.clocks[0].achieved_mhz;
    assert!(
        (path.delay_ns() - period).abs() < 0.02,
        "{} and {period}",
        path.delay_ns()
    );

    let files = first.write(&output, |_| "its manifest".into()).unwrap();
    let bitstream = fs::read(files.bitstream.unwrap()).unwrap();
    let manifest = fs::read_to_string(output.join("counter.json")).unwrap();
    assert_eq!(manifest, "its manifest");
    let id = [0x41, 0x11, 0x30, 0x43];
    assert!(bitstream.windows(4).any(|bytes| bytes == id));
    assert_eq!(
        report.bitstream.as_ref().unwrap().bytes,
        bitstream.len() as u64
    );
    let text = fs::read_to_string(&files.data).unwrap();
    assert_eq!(&Report::from_json(&text).unwrap(), report);
    assert!(
        fs::read_to_string(&files.page)
            .unwrap()
            .starts_with("<!DOCTYPE html>")
    );
    assert!(
        fs::read_to_string(&files.text)
            .unwrap()
            .contains("timing met")
    );

    let (second, events) = built(&project, &cache, Seeds::One(7));
    let second = second.unwrap();
    assert_eq!(second.report, first.report);
    assert_eq!(second.bitstream, first.bitstream);
    let ran = events
        .iter()
        .any(|(_, event)| matches!(event, Event::Done { kept: false, .. }));
    assert!(!ran, "{events:?}");
}

#[test]
fn contents_and_build_are_put_in_after_routing_and_are_as_if_they_had_been_there_before() {
    let folder = folder();
    let mut random = SmallRng::seed_from_u64(5);
    let mut words = || -> Vec<u32> { (0..1024).map(|_| random.random()).collect() };
    let (mark, first, second) = (words(), words(), words());
    let marked = |words: &[u32], build| {
        let content = Content {
            mark: mark.clone(),
            words: words.to_vec(),
        };
        with_memory(&mark, vec![content], build)
    };
    let bytes = |project: &Project| {
        let (built, events) = built(project, folder.path(), Seeds::One(1));
        let bytes = fs::read(built.unwrap().bitstream.unwrap()).unwrap();
        let placed = |(step, event): &(Step, Event)| {
            matches!(step, Step::Place(_)) && matches!(event, Event::Done { kept: false, .. })
        };
        (bytes, events.iter().any(placed))
    };
    let usercode = |bytes: &[u8]| match bitstream::read(bytes, 0x4111_3043).unwrap() {
        bitstream::Content::Configuration(found) => found.usercode,
        bitstream::Content::Jump(_) => panic!("a jump"),
    };
    let (one, placed) = bytes(&marked(&first, 0x1234_5678));
    assert!(placed);
    assert_eq!(usercode(&one), 0x1234_5678);
    let (other, placed) = bytes(&marked(&second, 0x8765_4321));
    assert!(!placed, "another content draws another placement");
    assert_eq!(usercode(&other), 0x8765_4321);
    let (before, placed) = bytes(&with_memory(&second, Vec::new(), 0x8765_4321));
    assert!(placed);
    assert!(other == before && one != other);
}

#[test]
fn a_missed_clock_leaves_a_report_and_no_bitstream() {
    let folder = folder();
    let (cache, output) = (folder.path().join("cache"), folder.path().join("output"));
    let project = project(port(), 800_000_000);
    let (missed, _) = built(&project, &cache, Seeds::Sweep(2));
    let missed = missed.unwrap();
    assert_eq!(missed.bitstream, None);
    assert_eq!(missed.report.bitstream, None);
    let report = &missed.report;
    assert_eq!(report.tried.len(), 2);
    let best = report
        .tried
        .iter()
        .max_by(|a, b| a.margin.total_cmp(&b.margin));
    assert_eq!(best.unwrap().seed, report.seed);
    let line = report.missed().unwrap().to_string();
    assert!(
        line.starts_with("clock clk_25mhz: expected 800.00 MHz, found "),
        "{line}"
    );
    assert!(line.contains("; worst path from "), "{line}");

    // The bitstream of an earlier build would look like one of this.
    fs::create_dir_all(&output).unwrap();
    fs::write(output.join("counter.bit"), "old").unwrap();
    fs::write(output.join("counter.json"), "its manifest").unwrap();
    let files = missed.write(&output, |_| "its manifest".into()).unwrap();
    assert_eq!(files.bitstream, None);
    let text = fs::read_to_string(&files.text).unwrap();
    assert!(text.contains("TIMING MISSED"), "{text}");
    for name in ["counter.bit", "counter.json"] {
        assert!(!output.join(name).exists(), "{name}");
    }
    // Nothing that could be flashed is kept either.
    for entry in fs::read_dir(&cache).unwrap().flatten() {
        assert!(!entry.path().join("design.bit").exists());
        assert!(!entry.path().join("design.config").exists());
    }
}

#[test]
fn a_clock_that_the_design_has_not_is_refused() {
    let folder = folder();
    let project = project(Net::Net("counter.nothing".into()), 25_000_000);
    let (refused, _) = built(&project, folder.path(), Seeds::One(1));
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("clock net counter.nothing"), "{error}");
}

#[test]
fn a_stopped_build_ends_its_tool_and_leaves_nothing_unfinished() {
    let folder = folder();
    let stop = AtomicBool::new(false);
    // At the first sign of life of the placement.
    let listen = |step, event| {
        let placing = matches!((step, event), (Step::Place(_), Event::At(_)));
        stop.fetch_or(placing, Ordering::Relaxed);
    };
    let build = Build {
        project: &project(port(), 25_000_000),
        tools: &Tools::find().unwrap(),
        cache: &Cache::new(folder.path()),
        stop: &stop,
        listen: &listen,
    };
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(matches!(build.run(Seeds::Sweep(2)), Err(Error::Stopped)));
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let unfinished = names.iter().any(|name| name.starts_with("unfinished-"));
    assert!(
        !unfinished && names.len() == 2,
        "a netlist and logs: {names:?}"
    );
}

#[test]
fn verilog_with_a_fault_is_told_with_the_tools_own_words() {
    let folder = folder();
    let mut project = project(port(), 25_000_000);
    project.sources[0].text = "module top(; endmodule".into();
    let (refused, _) = built(&project, folder.path(), Seeds::One(1));
    let error = refused.unwrap_err().to_string();
    assert!(
        error.starts_with("Yosys stopped: design.v:1: syntax error"),
        "{error}"
    );
    let log = error.rsplit(' ').next().unwrap();
    assert!(Path::new(log).is_file(), "{error}");
}
