//! One module for all instances of the same structure, named after its block.

use std::collections::{BTreeMap, HashMap};

use super::inline::Inline;
use super::scope::Scope;
use super::words::{is_reserved, snake};
use super::{Module, module};
use crate::blocks::{self, parse};

/// The type of a block, with its arguments as they are written.
#[derive(Clone, Debug)]
struct BlockType {
    name: String,
    arguments: Vec<String>,
}

/// The modules of a design, each before those that it contains. `kind` is the top's type.
///
/// # Errors
/// What in a block's code has no place in the project's Verilog, after the block's type.
pub fn modules(top: &str, kind: &str, scope: &Scope) -> Result<Vec<Module>, String> {
    let mut drafts = Drafts::default();
    let kind = block_type(kind, &BTreeMap::new());
    let root = drafts.add(scope, kind, "")?;
    let mut order = Vec::new();
    drafts.order(root, &mut order);
    let mut names: HashMap<usize, String> = HashMap::new();
    let mut taken: HashMap<&str, usize> = HashMap::from([(top, 1)]);
    for &number in &order {
        let stem = drafts.all[number].stem.as_str();
        let name = if number == root {
            top.into()
        } else {
            let count = taken.entry(stem).or_insert(0);
            *count += 1;
            match *count {
                1 => stem.to_string(),
                count => format!("{stem}_{count}"),
            }
        };
        names.insert(number, name);
    }
    let modules = order.iter().map(|number| {
        let mut text = drafts.all[*number]
            .text
            .replace(&mark(usize::MAX), &names[number]);
        for child in &drafts.all[*number].children {
            text = text.replace(&mark(*child), &names[child]);
        }
        Module {
            name: names[number].clone(),
            block: drafts.all[*number].kind.clone(),
            text,
        }
    });
    Ok(modules.collect())
}

/// Stands for the name of a module in a text until all names are known.
fn mark(number: usize) -> String {
    format!("\u{1}{number}\u{2}")
}

/// A module before it has a name.
struct Draft {
    kind: String,
    stem: String,
    text: String,
    /// The modules in it, in the order of their first instance.
    children: Vec<usize>,
}

#[derive(Default)]
struct Drafts {
    all: Vec<Draft>,
    known: HashMap<(String, String), usize>,
}

impl Drafts {
    /// The number of a scope's module, which another scope may have brought.
    fn add(&mut self, scope: &Scope, kind: BlockType, around: &str) -> Result<usize, String> {
        let source = blocks::find(&kind.name);
        let stem = stem(&kind, around);
        let parameters = source.map_or(&[][..], |source| &source.parameters);
        let bound = parameters
            .iter()
            .cloned()
            .zip(kind.arguments.iter().cloned());
        let bound: BTreeMap<String, String> = bound.collect();
        let mut numbers = Vec::new();
        let mut children = Vec::new();
        for child in &scope.children {
            if Inline::of(child).is_some_and(|inline| matches!(inline, Inline::Constant(_))) {
                numbers.push(usize::MAX);
                continue;
            }
            let field = source.and_then(|source| source.field(&child.name));
            let written = field.map_or(child.name.split('$').next().unwrap_or_default(), |field| {
                &field.kind
            });
            let number = self.add(child, block_type(written, &bound), &stem)?;
            if !children.contains(&number) {
                children.push(number);
            }
            numbers.push(number);
        }
        let text = module::text(&mark(usize::MAX), scope, source, &|child| {
            mark(numbers[child])
        })
        .map_err(|fault| format!("{}: {fault}", kind.name))?;
        children.retain(|child| text.contains(&mark(*child)));
        let next = self.all.len();
        let number = *self
            .known
            .entry((stem.clone(), text.clone()))
            .or_insert(next);
        if number == next {
            self.all.push(Draft {
                kind: kind.name,
                stem,
                text,
                children,
            });
        }
        Ok(number)
    }

    /// Adds a module and all in it to `order`, each once.
    fn order(&self, number: usize, order: &mut Vec<usize>) {
        if !order.contains(&number) {
            order.push(number);
            self.all[number]
                .children
                .iter()
                .for_each(|child| self.order(*child, order));
        }
    }
}

/// The block type in a field's type, such as `Ram` in `Vec<Ram<6, 64>>`. `bound` are the arguments of the
/// generic parameters around it.
fn block_type(written: &str, bound: &BTreeMap<String, String>) -> BlockType {
    let written = parse::element(written);
    let name = parse::type_name(written);
    if let Some(argument) = bound.get(name).filter(|argument| *argument != name) {
        return block_type(argument, &BTreeMap::new());
    }
    let arguments = parse::arguments(written);
    let arguments = arguments
        .into_iter()
        .map(|argument| bound.get(&argument).cloned().unwrap_or(argument));
    BlockType {
        name: name.into(),
        arguments: arguments.collect(),
    }
}

/// A module's name but for its number: `ram_6x64`, or with the block around it if Verilog has the word.
fn stem(kind: &BlockType, around: &str) -> String {
    let (mut numbers, mut types) = (Vec::new(), String::new());
    for argument in &kind.arguments {
        let name = parse::identifier(argument.rsplit("::").next().unwrap_or(argument));
        if argument.parse::<usize>().is_ok() {
            numbers.push(argument.as_str());
        } else if name.starts_with(|letter: char| letter.is_uppercase()) {
            types += &format!("_{}", snake(name));
        }
    }
    let mut stem = snake(&kind.name) + &types;
    if !numbers.is_empty() {
        stem += &format!("_{}", numbers.join("x"));
    }
    match is_reserved(&stem) {
        true => format!("{around}_{stem}"),
        false => stem,
    }
}
