//! Release of the ends of carry chains in a netlist, on which nextpnr would spend cells of its own.
//!
//! nextpnr puts a CCU2C in front of a chain whose carry in is a constant, and another behind one whose carry out has a
//! net, even a net that drives nothing, which Yosys gives every chain. A port that is unknown (`x`) has no net. A
//! carry in is let go where the first half neither passes a carry nor makes one (INIT0 = 0): so begin the chains of
//! `hdl/src/primitives/carry_chain.rs`.

use std::collections::HashSet;

use serde_json::{Value, json};

/// The cell of two bits of a chain.
const CELL: &str = "CCU2C";

/// The netlist of Yosys with its chains' ends let go.
pub fn release(text: &str) -> Result<String, serde_json::Error> {
    let mut netlist: Value = serde_json::from_str(text)?;
    for module in objects(&mut netlist["modules"]) {
        let used = used(module);
        for cell in objects(&mut module["cells"]).filter(|cell| cell["type"] == CELL) {
            let starts = cell["parameters"]["INIT0"]
                .as_str()
                .is_some_and(|init| init.bytes().all(|bit| bit == b'0'));
            let ports = &mut cell["connections"];
            if starts && ports["CIN"][0].is_string() {
                ports["CIN"] = json!(["x"]);
            }
            if ports["COUT"][0]
                .as_u64()
                .is_some_and(|net| !used.contains(&net))
            {
                ports["COUT"] = json!(["x"]);
            }
        }
    }
    serde_json::to_string(&netlist)
}

/// The numbers of the nets that drive something: an input of a cell, or a port of the module.
fn used(module: &Value) -> HashSet<u64> {
    let cells = module["cells"].as_object().into_iter().flatten();
    let inputs = cells.flat_map(|(_, cell)| {
        let ports = cell["connections"].as_object().into_iter().flatten();
        ports.filter(|(port, _)| cell["port_directions"][port.as_str()] != "output")
    });
    let ports = module["ports"].as_object().into_iter().flatten();
    let bits = inputs
        .map(|(_, bits)| bits)
        .chain(ports.map(|(_, port)| &port["bits"]));
    bits.filter_map(Value::as_array)
        .flatten()
        .filter_map(Value::as_u64)
        .collect()
}

/// The values of an object; none if it is not one.
fn objects(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value
        .as_object_mut()
        .into_iter()
        .flat_map(|object| object.values_mut())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two cells of a chain, the second with the carry out `out`; 9 is a port of the module.
    fn chain(init: &str, out: u64) -> Value {
        let cell = |init: &str, carry_in: Value, out: u64| {
            json!({
                "type": CELL,
                "parameters": { "INIT0": init },
                "port_directions": { "CIN": "input", "COUT": "output" },
                "connections": { "CIN": [carry_in], "COUT": [out] },
            })
        };
        json!({ "modules": { "top": {
            "ports": { "carry": { "direction": "output", "bits": [9] } },
            "cells": {
                "first": cell(init, json!("0"), 5),
                "second": cell("0111100010001000", json!(5), out),
            },
        } } })
    }

    fn released(netlist: &Value) -> Vec<Value> {
        let text = release(&netlist.to_string()).unwrap();
        let netlist: Value = serde_json::from_str(&text).unwrap();
        let cells = &netlist["modules"]["top"]["cells"];
        ["first", "second"]
            .map(|name| cells[name]["connections"].clone())
            .into()
    }

    #[test]
    fn ends_that_do_nothing_are_let_go() {
        assert_eq!(
            released(&chain("0000000000000000", 6)),
            [
                json!({ "CIN": ["x"], "COUT": [5] }),
                json!({ "CIN": [5], "COUT": ["x"] }),
            ]
        );
    }

    #[test]
    fn a_carry_that_counts_stays() {
        assert_eq!(
            released(&chain("0111100010001000", 9)),
            [
                json!({ "CIN": ["0"], "COUT": [5] }),
                json!({ "CIN": [5], "COUT": [9] }),
            ]
        );
    }
}
