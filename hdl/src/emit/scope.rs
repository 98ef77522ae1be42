//! A design as RustHDL shows it to a probe: nested scopes with their signals and code.

use rust_hdl::core::ast::Verilog;
use rust_hdl::core::atom::{Atom, AtomKind};
use rust_hdl::core::block::Block;
use rust_hdl::core::probe::Probe;
use rust_hdl::core::type_descriptor::{TypeDescriptor, TypeKind};

/// An instance of a block.
#[derive(Debug)]
pub struct Scope {
    /// Name of the instance.
    pub name: String,
    /// Ports and signals in the order of the block's fields.
    pub nets: Vec<Net>,
    /// The blocks in it.
    pub children: Vec<Scope>,
    /// What it does.
    pub code: Verilog,
}

/// A port or a signal.
#[derive(Clone, Debug)]
pub struct Net {
    /// Its name; `name$0` and so on in an array.
    pub name: String,
    /// What it is in its block.
    pub kind: NetKind,
    /// Bits.
    pub width: usize,
    /// The states that it may hold, if it is of a `LogicState`.
    pub states: Option<States>,
}

/// What a net is in its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetKind {
    /// Driven from outside.
    Input,
    /// Driven by the block.
    Output,
    /// A wire inside.
    Local,
    /// A constant, as Verilog.
    Constant(String),
}

/// An enumeration, its values counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct States {
    /// Name of the type.
    pub name: String,
    /// Names of the values without that of the type.
    pub values: Vec<String>,
}

impl Scope {
    /// Everything in `block`, whose instance is called `name`.
    pub fn new(name: &str, block: &impl Block) -> Self {
        let mut collector = Collector::default();
        collector
            .open
            .push(Self::empty(String::new(), Verilog::Empty));
        block.accept(name, &mut collector);
        let root = collector.open.swap_remove(0);
        root.children
            .into_iter()
            .next()
            .unwrap_or(Self::empty(name.into(), Verilog::Empty))
    }

    fn empty(name: String, code: Verilog) -> Self {
        Self {
            name,
            nets: Vec::new(),
            children: Vec::new(),
            code,
        }
    }
}

/// The scopes that are open, outermost first.
#[derive(Default)]
struct Collector {
    open: Vec<Scope>,
    prefix: Vec<String>,
}

impl Probe for Collector {
    fn visit_start_scope(&mut self, name: &str, node: &dyn Block) {
        self.open.push(Scope::empty(name.into(), node.hdl()));
    }

    fn visit_start_namespace(&mut self, name: &str, _node: &dyn Block) {
        self.prefix.push(name.into());
    }

    fn visit_atom(&mut self, name: &str, signal: &dyn Atom) {
        let kind = match signal.kind() {
            AtomKind::InputParameter => NetKind::Input,
            AtomKind::OutputParameter | AtomKind::OutputPassthrough | AtomKind::InOutParameter => {
                NetKind::Output
            }
            AtomKind::Constant => NetKind::Constant(format!("{:x}", signal.verilog())),
            AtomKind::LocalSignal | AtomKind::StubInputSignal | AtomKind::StubOutputSignal => {
                NetKind::Local
            }
        };
        let mut path = self.prefix.clone();
        path.push(name.into());
        if let Some(scope) = self.open.last_mut() {
            scope.nets.push(Net {
                name: path.join("$"),
                kind,
                width: signal.bits(),
                states: states(&signal.descriptor()),
            });
        }
    }

    fn visit_end_namespace(&mut self, _name: &str, _node: &dyn Block) {
        self.prefix.pop();
    }

    fn visit_end_scope(&mut self, _name: &str, _node: &dyn Block) {
        if let Some(scope) = self.open.pop()
            && let Some(parent) = self.open.last_mut()
        {
            parent.children.push(scope);
        }
    }
}

fn states(descriptor: &TypeDescriptor) -> Option<States> {
    let TypeKind::Enum(values) = &descriptor.kind else {
        return None;
    };
    let short = |value: &String| value.rsplit("::").next().unwrap_or(value).to_string();
    Some(States {
        name: descriptor.name.clone(),
        values: values.iter().map(short).collect(),
    })
}
