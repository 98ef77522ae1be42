//! A module before it is written: names, drivers, and the children that need no module.

use std::collections::BTreeMap;

use super::drivers::drivers;
use super::inline::Inline;
use super::print::Names;
use super::scope::{Net, NetKind, Scope, States};
use super::statement::{Expression, Statement};
use super::words::{is_reserved, snake};
use crate::blocks::BlockSource;

/// A module that RustHDL generates.
pub struct Draft<'a> {
    /// The block.
    pub scope: &'a Scope,
    /// Its source, if it is one of the project's.
    pub source: Option<&'a BlockSource>,
    /// The children without a module, by name.
    pub inlined: BTreeMap<&'a str, Inline>,
    /// Names and widths.
    pub names: Names,
    /// States by their name in the code, with their number.
    pub states: Vec<(String, usize)>,
    /// What is given to a signal by one statement, once and always.
    pub wires: BTreeMap<String, Expression>,
    /// The other statements; those of a group share a target.
    pub groups: Vec<(usize, Vec<Statement>)>,
    /// The place of each wire in the code.
    pub order: BTreeMap<String, usize>,
    /// Signals that are read, and whether only as a whole.
    pub read: BTreeMap<String, bool>,
}

impl<'a> Draft<'a> {
    /// What there is to know of the module of `scope` with that code.
    ///
    /// # Errors
    /// If two types of states have one name.
    pub fn new(
        scope: &'a Scope,
        source: Option<&'a BlockSource>,
        code: Vec<Statement>,
    ) -> Result<Self, String> {
        let mut read: BTreeMap<String, bool> = BTreeMap::new();
        for statement in &code {
            statement.names(&mut |name, whole| {
                *read.entry(name.into()).or_insert(true) &= whole;
            });
        }
        let (wires, order, groups) = drivers(code);
        let mut draft = Self {
            scope,
            source,
            inlined: BTreeMap::new(),
            names: Names::default(),
            states: Vec::new(),
            wires,
            groups,
            order,
            read,
        };
        draft.inline();
        draft.name();
        draft.name_states()?;
        Ok(draft)
    }

    /// Finds the children that need no module.
    fn inline(&mut self) {
        for child in &self.scope.children {
            let clocked = matches!(
                self.wires.get(&format!("{}$clock", child.name)),
                Some(Expression::Name(_))
            );
            match Inline::of(child) {
                Some(Inline::Register(_) | Inline::Enabled(_)) if !clocked => {}
                Some(inline) => {
                    self.inlined.insert(&child.name, inline);
                }
                None => {}
            }
        }
    }

    /// Names the ports of the children, and measures everything.
    fn name(&mut self) {
        for net in &self.scope.nets {
            self.names.widths.insert(net.name.clone(), net.width);
        }
        for child in &self.scope.children {
            for port in ports_of(child) {
                let mut name = format!("{}${}", child.name, port.name);
                if port.name == "q"
                    && self.inlined.contains_key(child.name.as_str())
                    && !is_reserved(&child.name)
                {
                    self.names.spelling.insert(name, child.name.clone());
                    name = child.name.clone();
                }
                self.names.widths.insert(name, port.width);
            }
        }
    }

    /// Names the states that the code uses: by their value alone if no other type has that value.
    fn name_states(&mut self) -> Result<(), String> {
        let children = self.scope.children.iter().flat_map(ports_of);
        let mut types: Vec<&States> = Vec::new();
        for states in self
            .scope
            .nets
            .iter()
            .chain(children)
            .filter_map(|net| net.states.as_ref())
        {
            let used = |value: &String| self.read.contains_key(&format!("{}${value}", states.name));
            if types.contains(&states) || !states.values.iter().any(used) {
                continue;
            }
            if types.iter().any(|other| other.name == states.name) {
                return Err(format!("two types of states called {}", states.name));
            }
            types.push(states);
        }
        let all: Vec<_> = types.iter().flat_map(|states| &states.values).collect();
        for states in types {
            let width = states.values.len().next_power_of_two().trailing_zeros() as usize;
            for (number, value) in states.values.iter().enumerate() {
                let alone = all.iter().filter(|other| **other == value).count() == 1;
                let short = snake(value).to_uppercase();
                let name = match alone && !self.names.widths.contains_key(&short) {
                    true => short,
                    false => format!("{}_{short}", snake(&states.name).to_uppercase()),
                };
                self.names.widths.insert(name.clone(), width);
                self.names
                    .spelling
                    .insert(format!("{}${value}", states.name), name.clone());
                self.states.push((name, number));
            }
        }
        Ok(())
    }
}

/// The ports of a child.
pub fn ports_of(child: &Scope) -> impl Iterator<Item = &Net> {
    let nets = child.nets.iter();
    nets.filter(|net| matches!(net.kind, NetKind::Input | NetKind::Output))
}
