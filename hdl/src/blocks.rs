//! The blocks as their sources describe them: file, head, port table and fields.
//!
//! RustHDL shows a design as instances without types. The types, and the documentation that the Verilog
//! and `docs/blocks/` carry, are read from the sources, which are part of the program.

pub mod document;
pub(crate) mod parse;

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The Rust files of this crate, by path from its folder.
const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// All blocks by type name.
static BLOCKS: LazyLock<BTreeMap<String, BlockSource>> = LazyLock::new(|| {
    let blocks = SOURCES
        .iter()
        .flat_map(|(file, text)| parse::blocks(file, text));
    blocks.map(|block| (block.name.clone(), block)).collect()
});

/// A block's type as its source describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSource {
    /// Name of the type, such as `MemoryPort`.
    pub name: String,
    /// The file, from the crate's folder: `src/core/memory_port.rs`.
    pub file: &'static str,
    /// The documentation: the head of the file, and that of the type if it has its own.
    pub documentation: Vec<&'static str>,
    /// Generic parameters, such as `W`.
    pub parameters: Vec<String>,
    /// Ports, signals and blocks, in order.
    pub fields: Vec<Field>,
}

/// A field of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type as it is written, such as `Vec<Register<32>>`.
    pub kind: String,
    /// Its documentation in one line.
    pub documentation: String,
}

/// A row of the port table in a block's documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortRow {
    /// The ports; `data$i` stands for `data$0` and so on.
    pub names: Vec<String>,
    /// `in` or `out`, one for all or one for each.
    pub direction: String,
    /// Bits as a number or a formula, one for all or one for each.
    pub width: String,
    /// What the ports mean.
    pub meaning: String,
}

/// All blocks, by name.
pub fn all() -> impl Iterator<Item = &'static BlockSource> {
    BLOCKS.values()
}

/// The block of a type name.
pub fn find(name: &str) -> Option<&'static BlockSource> {
    BLOCKS.get(name)
}

impl BlockSource {
    /// The rows of the port table; none if there is no table.
    pub fn ports(&self) -> Vec<PortRow> {
        let rows = self.documentation.iter().map(|line| cells(line));
        let mut table = false;
        let mut ports = Vec::new();
        for row in rows {
            match row.as_slice() {
                [first, ..] if first == "port" => table = true,
                [first, ..] if first.starts_with("---") => {}
                [names, direction, width, meaning @ ..] if table => ports.push(PortRow {
                    names: quoted(names),
                    direction: direction.clone(),
                    width: width.clone(),
                    meaning: meaning.join(" | "),
                }),
                _ => table = false,
            }
        }
        ports
    }

    /// What a port means, for which array ports have the name of any of their members.
    pub fn meaning(&self, port: &str) -> Option<String> {
        let rows = self.ports();
        let row = rows
            .iter()
            .find(|row| row.names.iter().any(|name| stands_for(name, port)))?;
        Some(row.meaning.clone()).filter(|meaning| !meaning.is_empty())
    }

    /// The blocks in it, each with the field that holds it.
    pub fn inner(&self) -> impl Iterator<Item = (&Field, &'static BlockSource)> {
        let fields = self.fields.iter();
        fields
            .filter_map(|field| Some((field, find(parse::type_name(parse::element(&field.kind)))?)))
    }

    /// The first sentence of its documentation, without its full stop.
    pub fn title(&self) -> &'static str {
        self.documentation
            .first()
            .map_or("", |line| line.trim_end_matches('.'))
    }

    /// The field of an instance or a signal, which in an array has a number.
    pub fn field(&self, instance: &str) -> Option<&Field> {
        let name = instance.split('$').next().unwrap_or(instance);
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Whether a name of a port table stands for a port: `data$i` does for `data$0`.
pub fn stands_for(name: &str, port: &str) -> bool {
    match (name.split_once('$'), port.split_once('$')) {
        (Some((array, index)), Some((stem, number))) => {
            array == stem
                && (index == number || index.bytes().all(|letter| letter.is_ascii_lowercase()))
        }
        _ => name == port,
    }
}

/// The cells of a table's row; none if the line is no row.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    match line
        .strip_prefix('|')
        .and_then(|line| line.strip_suffix('|'))
    {
        Some(row) => row.split('|').map(|cell| cell.trim().to_string()).collect(),
        None => Vec::new(),
    }
}

/// The words in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(String::from)
        .collect()
}
