//! Blocks of the design: which cells belong to each, and where they are.
//!
//! Yosys dissolves the hierarchy for the sake of the result, but names each cell after a register or a net,
//! with the path of the instance in front. A cell belongs to the innermost instance that its name begins with;
//! one that is shared by blocks belongs to that whose name it carries. The cells that nextpnr adds have no
//! path and belong to the top. Instances that differ in their number only are one block.

use std::collections::{BTreeMap, BTreeSet};

use super::netlist::PlacedCell;
use crate::fpga::error::Error;
use crate::fpga::report::{Block, Kind, Placement, Resource, Tile, Usage};

/// Blocks that a picture tells apart, at most.
const COLOURS: usize = 10;
/// Part of the design that a block must hold to be told apart.
const SHARE: f64 = 0.015;

/// The blocks of a design.
pub struct Blocks {
    scopes: BTreeSet<String>,
    /// The block of each cell, as a path without numbers.
    owners: Vec<String>,
}

impl Blocks {
    /// Finds the block of each cell.
    pub fn new(scopes: BTreeSet<String>, cells: &[PlacedCell]) -> Self {
        let owners = cells.iter().map(|cell| merged(owner(&scopes, &cell.name)));
        Self {
            owners: owners.collect(),
            scopes,
        }
    }

    /// The blocks with what they use. `cells` are those of [`new`](Self::new).
    pub fn tree(&self, top: &str, cells: &[PlacedCell]) -> Block {
        let mut root = Node {
            count: 1,
            ..Node::default()
        };
        for scope in &self.scopes {
            root.at(&merged(scope)).count += 1;
        }
        for (cell, owner) in cells.iter().zip(&self.owners) {
            root.at(owner).own.add(&usage(cell));
        }
        root.block(top)
    }

    /// The picture of the chip, with the heaviest blocks told apart.
    pub fn placement(
        &self,
        tree: &Block,
        cells: &[PlacedCell],
        columns: u32,
        rows: u32,
    ) -> Placement {
        let blocks = told_apart(tree);
        let number = |owner: &str| {
            let holds = |path: &str| path.is_empty() || within(owner, path);
            let candidates = blocks.iter().enumerate().filter(|(_, path)| holds(path));
            let innermost = candidates.max_by_key(|(_, path)| path.len());
            innermost.map_or(0, |(number, _)| number)
        };
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut tiles: BTreeMap<(u32, u32, Kind), BTreeMap<usize, u32>> = BTreeMap::new();
        for (cell, owner) in cells.iter().zip(&self.owners) {
            let block = *numbers.entry(owner).or_insert_with(|| number(owner));
            let tile = tiles.entry((cell.place.0, cell.place.1, kind(cell)));
            *tile.or_default().entry(block).or_default() += 1;
        }
        let tiles = tiles.into_iter().map(|((column, row, kind), counts)| {
            let most = counts.iter().max_by_key(|(_, count)| **count);
            let block = most.map_or(0, |(block, _)| *block);
            Tile(column, row, block, counts.values().sum(), kind)
        });
        Placement {
            columns,
            rows,
            tiles: tiles.collect(),
            blocks,
        }
    }
}

/// Checks that the blocks hold as much as nextpnr counts in all.
pub fn check(tree: &Block, resources: &[Resource]) -> Result<(), Error> {
    let counted: [(&'static str, u64); 4] = [
        ("TRELLIS_COMB", tree.usage.luts),
        ("TRELLIS_FF", tree.usage.ffs),
        ("MULT18X18D", tree.usage.dsps),
        ("DP16KD", tree.usage.ebrs),
    ];
    for (what, found) in counted {
        let resource = resources.iter().find(|resource| resource.name == what);
        let expected = resource.map_or(0, |resource| resource.used);
        if expected != found {
            return Err(Error::Account {
                what,
                expected,
                found,
            });
        }
    }
    Ok(())
}

#[derive(Default)]
struct Node {
    count: u32,
    own: Usage,
    inner: BTreeMap<String, Node>,
}

impl Node {
    fn at(&mut self, path: &str) -> &mut Self {
        let names = path.split('.').filter(|name| !name.is_empty());
        names.fold(self, |node, name| {
            node.inner.entry(name.into()).or_default()
        })
    }

    /// The block, its heaviest blocks first, without those that use nothing.
    fn block(self, name: &str) -> Block {
        let inner = self.inner.into_iter().map(|(name, node)| node.block(&name));
        let mut blocks: Vec<Block> = inner
            .filter(|block| block.usage != Usage::default())
            .collect();
        blocks.sort_by_key(|block| std::cmp::Reverse(weight(&block.usage)));
        let mut usage = self.own;
        blocks.iter().for_each(|block| usage.add(&block.usage));
        Block {
            name: name.into(),
            count: self.count,
            usage,
            blocks,
        }
    }
}

/// The innermost instance that a name begins with; empty if it is the top.
fn owner<'a>(scopes: &BTreeSet<String>, name: &'a str) -> &'a str {
    let ends = name
        .char_indices()
        .rev()
        .filter(|(_, letter)| *letter == '.');
    let mut paths = ends.map(|(end, _)| &name[..end]);
    paths.find(|path| scopes.contains(*path)).unwrap_or("")
}

/// A path without the numbers of its instances: `core.lanes$12.fip$1` is `core.lanes.fip`.
fn merged(path: &str) -> String {
    let name = |name: &str| -> String {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match name.rsplit_once('$') {
            Some((stem, end)) if number(end) => stem.into(),
            _ => name.into(),
        }
    };
    path.split('.').map(name).collect::<Vec<_>>().join(".")
}

/// Whether a path is that of a block or of one in it.
fn within(path: &str, block: &str) -> bool {
    path.strip_prefix(block)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn usage(cell: &PlacedCell) -> Usage {
    let mut usage = Usage::default();
    match cell.kind.as_str() {
        "TRELLIS_COMB" => {
            usage.luts = 1;
            // A carry cell is two of these; the first one stands for it.
            usage.carries = u64::from(cell.name.ends_with("$CCU2_COMB0"));
        }
        "TRELLIS_FF" => usage.ffs = 1,
        "MULT18X18D" => usage.dsps = 1,
        "DP16KD" => usage.ebrs = 1,
        _ => {}
    }
    usage
}

fn kind(cell: &PlacedCell) -> Kind {
    match cell.kind.as_str() {
        "TRELLIS_COMB" | "TRELLIS_FF" | "TRELLIS_RAMW" => Kind::Logic,
        "MULT18X18D" | "ALU54B" => Kind::Dsp,
        "DP16KD" => Kind::Ebr,
        _ => Kind::Other,
    }
}

/// Share of the chip in comparable units, for the order of blocks.
fn weight(usage: &Usage) -> u64 {
    usage.luts + usage.ffs + 100 * (usage.dsps + usage.ebrs)
}

/// The blocks that a picture tells apart: the heaviest one gives away its heaviest block, again and again.
/// The first one is the top.
fn told_apart(tree: &Block) -> Vec<String> {
    let least = (weight(&tree.usage) as f64 * SHARE).max(1.0);
    let mut parts = vec![Part::new(String::new(), tree)];
    while parts.len() < COLOURS {
        let candidates = parts
            .iter_mut()
            .filter(|part| part.heaviest() as f64 >= least);
        let Some(around) = candidates.max_by_key(|part| part.own) else {
            break;
        };
        let Some(taken) = around.take() else {
            break;
        };
        parts.push(taken);
    }
    parts.into_iter().map(|part| part.path).collect()
}

/// A block without those that were taken out of it.
struct Part<'a> {
    path: String,
    own: u64,
    inner: std::slice::Iter<'a, Block>,
}

impl<'a> Part<'a> {
    fn new(path: String, block: &'a Block) -> Self {
        Self {
            path,
            own: weight(&block.usage),
            inner: block.blocks.iter(),
        }
    }

    /// Weight of the heaviest block in it.
    fn heaviest(&self) -> u64 {
        self.inner
            .as_slice()
            .first()
            .map_or(0, |block| weight(&block.usage))
    }

    /// Takes the heaviest block out.
    fn take(&mut self) -> Option<Self> {
        let block = self.inner.next()?;
        let path = match self.path.as_str() {
            "" => block.name.clone(),
            path => format!("{path}.{}", block.name),
        };
        self.own -= weight(&block.usage);
        Some(Self::new(path, block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(name: &str, kind: &str) -> PlacedCell {
        PlacedCell {
            name: name.into(),
            kind: kind.into(),
            place: (1, 2),
        }
    }

    fn example() -> (Blocks, Vec<PlacedCell>) {
        let scopes = ["core", "core.lanes$0", "core.lanes$1", "core.idle"].map(String::from);
        let cells = vec![
            cell("core.lanes$0.sum_TRELLIS_FF_Q", "TRELLIS_FF"),
            cell("core.lanes$1.sum_TRELLIS_FF_Q", "TRELLIS_FF"),
            cell("core.lanes$1.sum_CCU2C_S0$CCU2_COMB0", "TRELLIS_COMB"),
            cell("core.lanes$1.sum_CCU2C_S0$CCU2_COMB1", "TRELLIS_COMB"),
            cell("core.lanes_LUT4_Z", "TRELLIS_COMB"),
            cell("core.state.0.0", "DP16KD"),
            cell("$PACKER_VCC", "TRELLIS_COMB"),
        ];
        (Blocks::new(scopes.into(), &cells), cells)
    }

    #[test]
    fn a_cell_belongs_to_the_innermost_instance_of_its_name() {
        let (blocks, cells) = example();
        let tree = blocks.tree("top", &cells);
        assert_eq!(
            (tree.usage.luts, tree.usage.carries, tree.usage.ffs),
            (4, 1, 2)
        );
        let core = &tree.blocks[0];
        assert_eq!(
            (core.usage.luts, core.usage.ebrs, core.blocks.len()),
            (3, 1, 1)
        );
        let lanes = &core.blocks[0];
        assert_eq!((lanes.name.as_str(), lanes.count), ("lanes", 2));
        assert_eq!((lanes.usage.luts, lanes.usage.ffs), (2, 2));
    }

    #[test]
    fn an_account_that_does_not_add_up_is_refused() {
        let (blocks, cells) = example();
        let tree = blocks.tree("top", &cells);
        let resource = |name: &str, used| Resource {
            name: name.into(),
            used,
            available: 100,
        };
        let mut resources = vec![
            resource("TRELLIS_COMB", 4),
            resource("TRELLIS_FF", 2),
            resource("DP16KD", 1),
        ];
        check(&tree, &resources).unwrap();
        resources[1].used = 3;
        let error = check(&tree, &resources).unwrap_err().to_string();
        assert!(error.contains("expected 3 TRELLIS_FF"), "{error}");
    }

    #[test]
    fn a_tile_shows_the_block_that_has_most_of_it() {
        let (blocks, cells) = example();
        let tree = blocks.tree("top", &cells);
        let placement = blocks.placement(&tree, &cells, 10, 10);
        assert_eq!(placement.blocks[0], "");
        let logic = placement
            .tiles
            .iter()
            .find(|tile| tile.4 == Kind::Logic)
            .unwrap();
        assert_eq!(placement.blocks[logic.2], "core.lanes");
        assert_eq!(logic.3, 6);
    }
}
