//! The table of properties, `properties/properties.toml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::blocks;
use crate::error::Error;

/// The table's text.
const TABLE: &str = include_str!("../properties/properties.toml");

/// The harnesses by file name.
const HARNESSES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/harnesses.rs"));

/// A property of one block.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Property {
    /// Its name on the command line.
    pub name: String,
    /// What it is about, as a heading of the report.
    pub group: String,
    /// What holds, in words.
    pub claim: String,
    /// Its harness, a file of `properties`.
    pub harness: String,
    /// The block, one of [`blocks::ALL`]; the harness calls it `` `BLOCK ``.
    pub block: String,
    /// Macros that the harness is read with: names, or `NAME=VALUE`.
    #[serde(default)]
    pub define: Vec<String>,
    /// Edits of the block's Verilog that let the harness see into it, or drive it, and change nothing else.
    #[serde(default)]
    pub edit: Vec<Edit>,
    /// Modules in the block that are left open: their outputs may be anything.
    #[serde(default)]
    pub cut: Vec<String>,
    /// How it is proved.
    pub method: Method,
    /// Cycles: how far the method unrolls.
    pub depth: u32,
    /// Cycles within which every `cover` is reached, if more than `depth`.
    #[serde(default)]
    pub cover_depth: u32,
    /// Which solver answers.
    #[serde(default)]
    pub solver: Solver,
    /// When it is asked.
    #[serde(default)]
    pub tier: Tier,
    /// Seconds for the proof; each control and cover has as many.
    #[serde(default = "Property::default_seconds")]
    pub seconds: u64,
    /// Mutants, each of which must be refuted.
    pub mutant: Vec<Edit>,
    /// The harness's text.
    #[serde(skip)]
    pub text: String,
}

/// How a property is proved.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// From any state whatever and with any inputs, the assertions hold after `depth` cycles. Without a bound: each
    /// cycle of any run that is `depth` cycles old is covered.
    Flush,
    /// They hold for `depth` cycles from power-up, and after any `depth` cycles in which they hold, in the next one.
    Induction,
    /// They hold for `depth` cycles from power-up.
    Bounded,
}

/// A program that decides formulas.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Solver {
    #[default]
    Yices,
    Bitwuzla,
}

/// When a property is asked about.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// By `cargo xtask test` too.
    Quick,
    /// By `cargo xtask prove` alone.
    #[default]
    Long,
}

/// An edit of the block's Verilog.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The module that is edited; the block's own without it.
    pub module: Option<String>,
    /// Text that occurs once in the module's code.
    pub find: String,
    /// What takes its place.
    pub put: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    property: Vec<Property>,
}

impl Property {
    fn default_seconds() -> u64 {
        60
    }
}

static ALL: LazyLock<Result<Vec<Property>, String>> = LazyLock::new(|| read(TABLE));

/// All properties, in the order of the table.
///
/// # Errors
/// If the table is wrong.
pub fn all() -> Result<&'static [Property], Error> {
    let all = ALL.as_ref();
    all.map(Vec::as_slice)
        .map_err(|fault| Error::Table(fault.clone()))
}

/// The properties of those names, or of that tier if there is none.
///
/// # Errors
/// If there is no property of a name, or the table is wrong.
pub fn choose(names: &[String], tier: Option<Tier>) -> Result<Vec<&'static Property>, Error> {
    let all = all()?;
    if names.is_empty() {
        let of_tier = |property: &&Property| tier.is_none_or(|tier| property.tier == tier);
        return Ok(all.iter().filter(of_tier).collect());
    }
    let find = |name: &String| {
        let found = all.iter().find(|property| property.name == *name);
        found.ok_or_else(|| Error::UnknownProperty {
            found: name.clone(),
            known: all.iter().map(|property| &*property.name).collect(),
        })
    };
    names.iter().map(find).collect()
}

fn read(text: &str) -> Result<Vec<Property>, String> {
    let mut table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut names = BTreeSet::new();
    for property in &mut table.property {
        let name = &property.name;
        if !names.insert(name.clone()) {
            return Err(format!(
                "{name}: expected one property of the name, found two"
            ));
        }
        let harness = HARNESSES.iter().find(|(file, _)| *file == property.harness);
        let Some((_, text)) = harness else {
            return Err(format!("{name}: no harness called {:?}", property.harness));
        };
        property.text = (*text).into();
        if blocks::ALL.iter().all(|block| block.0 != property.block) {
            return Err(format!("{name}: no block called {:?}", property.block));
        }
        if property.mutant.is_empty() {
            return Err(format!("{name}: expected a mutant at least, found none"));
        }
    }
    Ok(table.property)
}
