//! Netlists of Yosys and nextpnr, in JSON: cells, places and blocks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// The kind of cell by which Yosys remembers an instance that it has dissolved.
const SCOPE: &str = "$scopeinfo";

#[derive(Deserialize)]
struct Written {
    modules: BTreeMap<String, Module>,
}

#[derive(Deserialize)]
struct Module {
    cells: BTreeMap<String, Cell>,
}

#[derive(Deserialize)]
struct Cell {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
struct Attributes {
    #[serde(rename = "NEXTPNR_BEL")]
    bel: Option<String>,
}

/// A cell with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedCell {
    /// Begins with the path of its block.
    pub name: String,
    /// Cell type of the ECP5.
    pub kind: String,
    /// Column and row of its tile.
    pub place: (u32, u32),
}

/// The paths of all instances below `top`, such as `soc.core.array`, in the netlist that Yosys wrote.
pub fn scopes(text: &str, top: &str) -> Result<BTreeSet<String>, String> {
    let cells = cells(text, top)?.into_iter();
    let scopes = cells.filter(|(_, cell)| cell.kind == SCOPE);
    Ok(scopes.map(|(name, _)| name).collect())
}

/// The cells of the netlist that nextpnr wrote.
pub fn placed(text: &str, top: &str) -> Result<Vec<PlacedCell>, String> {
    let cells = cells(text, top)?.into_iter();
    let placed = cells.map(|(name, cell)| {
        let place = cell.attributes.bel.as_deref().and_then(place);
        let place = place.ok_or_else(|| format!("cell {name} has no place"))?;
        Ok(PlacedCell {
            name,
            kind: cell.kind,
            place,
        })
    });
    placed.collect()
}

fn cells(text: &str, top: &str) -> Result<BTreeMap<String, Cell>, String> {
    let mut written: Written = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let module = written.modules.remove(top);
    module
        .map(|module| module.cells)
        .ok_or_else(|| format!("no module {top}"))
}

/// Column and row of a site: `X6/Y39/SLICEB.K1`.
fn place(bel: &str) -> Option<(u32, u32)> {
    let mut parts = bel.split('/');
    let column = parts.next()?.strip_prefix('X')?.parse().ok()?;
    let row = parts.next()?.strip_prefix('Y')?.parse().ok()?;
    Some((column, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_columns_and_rows() {
        assert_eq!(place("X6/Y39/SLICEB.K1"), Some((6, 39)));
        assert_eq!(place("SLICEB"), None);
    }
}
