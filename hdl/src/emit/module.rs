//! The text of one module.

use std::collections::BTreeSet;

use rust_hdl::core::ast::Verilog;

use super::draft::{Draft, ports_of};
use super::drivers::without_dead;
use super::inline::Inline;
use super::scope::{Net, NetKind, Scope};
use super::statement::{Expression, statements};
use super::words::is_reserved;
use super::{comment, print};
use crate::blocks::BlockSource;

/// The module of `scope`, called `name`. `instance` says the name of a child's module.
///
/// # Errors
/// What in the block's code has no place in the project's Verilog, or which of its names is a word of Verilog.
pub fn text(
    name: &str,
    scope: &Scope,
    source: Option<&BlockSource>,
    instance: &dyn Fn(usize) -> String,
) -> Result<String, String> {
    check_names(scope)?;
    match &scope.code {
        Verilog::Combinatorial(code) => {
            let draft = Draft::new(scope, source, without_dead(statements(code)?))?;
            Ok(draft.text(name, instance))
        }
        Verilog::Custom(code) => {
            let mut text = ports(name, scope, source, &|_| true);
            for line in code.lines() {
                text += format!("    {line}").trim_end();
                text.push('\n');
            }
            Ok(text + "endmodule\n")
        }
        Verilog::Empty | Verilog::Blackbox(_) | Verilog::Wrapper(_) => {
            Err("a block without code of its own".into())
        }
    }
}

/// Refuses names that Verilog keeps to itself. Children without a module may have them: they are spelled
/// with their port.
fn check_names(scope: &Scope) -> Result<(), String> {
    let nets = scope.nets.iter();
    let nets = nets.filter(|net| !matches!(net.kind, NetKind::Constant(_)));
    let nets = nets.map(|net| (&net.name, "a port or signal"));
    let children = scope.children.iter();
    let children = children.filter(|child| Inline::of(child).is_none());
    let children = children.map(|child| (&child.name, "an instance"));
    match nets.chain(children).find(|(name, _)| is_reserved(name)) {
        Some((name, what)) => Err(format!(
            "{what} is called `{name}`, which is a word of Verilog: give the field another name"
        )),
        None => Ok(()),
    }
}

/// The comment and the ports of a module. `reg` says which outputs are variables.
fn ports(
    name: &str,
    scope: &Scope,
    source: Option<&BlockSource>,
    reg: &dyn Fn(&str) -> bool,
) -> String {
    let mut rows = Vec::new();
    for net in &scope.nets {
        let direction = match net.kind {
            NetKind::Input => "input  wire",
            NetKind::Output if reg(&net.name) => "output reg ",
            NetKind::Output => "output wire",
            NetKind::Local | NetKind::Constant(_) => continue,
        };
        let meaning = source.and_then(|source| source.meaning(&net.name));
        let range = range(net.width);
        rows.push((format!("    {direction} {range}{}", net.name), meaning));
    }
    let last = rows.len().saturating_sub(1);
    let lines = rows.iter_mut().enumerate().map(|(i, (port, meaning))| {
        if i < last {
            port.push(',');
        }
        (port.as_str(), meaning.as_deref().unwrap_or_default())
    });
    let head = source.map(comment::head).unwrap_or_default();
    format!("{head}module {name} (\n{});\n", columns(lines.collect()))
}

/// Lines with their comments below each other.
fn columns(lines: Vec<(&str, &str)>) -> String {
    let commented = lines.iter().filter(|(_, comment)| !comment.is_empty());
    let width = commented
        .map(|(code, _)| code.chars().count())
        .max()
        .unwrap_or(0);
    let lines = lines.into_iter().map(|(code, comment)| match comment {
        "" => format!("{code}\n"),
        _ => format!("{code:width$}  // {}\n", comment::plain(comment)),
    });
    lines.collect()
}

/// The range of a signal's declaration.
fn range(width: usize) -> String {
    match width {
        1 => String::new(),
        _ => format!("[{}:0] ", width - 1),
    }
}

impl Draft<'_> {
    fn text(&self, name: &str, instance: &dyn Fn(usize) -> String) -> String {
        let variable = |name: &str| !self.wires.contains_key(name);
        let mut text = ports(name, self.scope, self.source, &variable);
        for (state, number) in &self.states {
            let width = self.names.width(state).unwrap_or(1);
            text += &format!(
                "    localparam {}{state} = {width}'d{number};\n",
                range(width)
            );
        }
        if !self.states.is_empty() {
            text += "\n";
        }
        text += &self.declarations();
        let mut connected = BTreeSet::new();
        let (mut wires, mut instances) = (String::new(), String::new());
        for (number, child) in self.scope.children.iter().enumerate() {
            if !self.inlined.contains_key(child.name.as_str()) {
                instances.push('\n');
                instances += &self.instance(child, &instance(number), &mut connected, &mut wires);
            }
        }
        text += &format!("\n{wires}{instances}\n");
        text += &self.logic(&connected);
        text += &self.registers();
        let mut text = text
            .replace("\n\n\n", "\n\n")
            .replace(");\n\nendmodule", ");\nendmodule");
        if let Some(end) = text.strip_suffix("\n\n") {
            text.truncate(end.len() + 1);
        }
        text + "endmodule\n"
    }

    /// The signals inside, and the children without modules, in the order of the block's fields.
    fn declarations(&self) -> String {
        let mut rows: Vec<(usize, String, String)> = Vec::new();
        let place = |name: &str| {
            let stem = name.split('$').next().unwrap_or(name);
            let fields = self.source.map_or(&[][..], |source| &source.fields);
            let field = fields.iter().position(|field| field.name == stem);
            let documentation = field.map(|field| fields[field].documentation.clone());
            (
                field.unwrap_or(fields.len()),
                documentation.unwrap_or_default(),
            )
        };
        let mut add = |name: &str, code: String| {
            let (field, documentation) = place(name);
            rows.push((field, code, documentation));
        };
        for net in &self.scope.nets {
            let range = range(net.width);
            match &net.kind {
                NetKind::Constant(value) => {
                    add(
                        &net.name,
                        format!(
                            "    localparam {range}{} = {};",
                            net.name,
                            print::constant(value)
                        ),
                    );
                }
                NetKind::Local if self.wires.contains_key(&net.name) => {
                    add(&net.name, format!("    wire {range}{};", net.name));
                }
                NetKind::Local => add(&net.name, format!("    reg {range}{};", net.name)),
                NetKind::Input | NetKind::Output => {}
            }
        }
        for child in &self.scope.children {
            let Some(inline) = self.inlined.get(child.name.as_str()) else {
                continue;
            };
            for port in ports_of(child) {
                let key = format!("{}${}", child.name, port.name);
                let (name, range) = (self.names.spell(&key), range(port.width));
                let code = match (inline, port.name.as_str()) {
                    (Inline::Constant(value), _) => {
                        let kind = match self.read.get(&key) {
                            Some(false) => "wire",
                            _ => "localparam",
                        };
                        format!("    {kind} {range}{name} = {};", print::constant(value))
                    }
                    (Inline::Register(value) | Inline::Enabled(value), "q") => {
                        let value = self.power_up(port, value);
                        format!("    reg {range}{name} = {value};")
                    }
                    (_, "clock") => continue,
                    _ if self.substituted(&key, &port.name) => continue,
                    _ if self.wires.contains_key(&key) => format!("    wire {range}{name};"),
                    _ => format!("    reg {range}{name};"),
                };
                add(&child.name, code);
            }
        }
        rows.sort_by_key(|(field, ..)| *field);
        let mut before = "";
        let rows = rows.iter().map(|(_, code, documentation)| {
            // Once for an array, and for a register and what it takes.
            let again = *documentation == before;
            before = documentation;
            (
                code.as_str(),
                if again { "" } else { documentation.as_str() },
            )
        });
        columns(rows.collect())
    }

    /// A register's value at power-up: a state by its name.
    fn power_up(&self, port: &Net, value: &str) -> String {
        let number = value.rsplit('h').next();
        let number = number.and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let state = port
            .states
            .as_ref()
            .zip(number)
            .and_then(|(states, number)| {
                let name = format!("{}${}", states.name, states.values.get(number)?);
                self.names.spelling.get(&name).cloned()
            });
        state.unwrap_or_else(|| match number {
            Some(0) => "0".into(),
            _ => value.into(),
        })
    }

    /// Whether what an inlined register takes stands where it is taken, instead of in a wire.
    fn substituted(&self, key: &str, port: &str) -> bool {
        let Some(value) = self.wires.get(key).filter(|_| !self.read.contains_key(key)) else {
            return false;
        };
        port == "d" || self.names.bits(value) == Some(1)
    }

    /// An instance with the signals at its ports; those that are not the block's own are declared in
    /// `wires`, which stands before all instances.
    fn instance(
        &self,
        child: &Scope,
        module: &str,
        connected: &mut BTreeSet<String>,
        wires: &mut String,
    ) -> String {
        let mut rows = Vec::new();
        for port in ports_of(child) {
            let key = format!("{}${}", child.name, port.name);
            let direct = match port.kind {
                NetKind::Output if self.read.contains_key(&key) => None,
                NetKind::Output => Some(String::new()),
                _ => self.direct(&key, port.width),
            };
            let signal = direct.unwrap_or_else(|| {
                let kind = match port.kind == NetKind::Output || self.wires.contains_key(&key) {
                    true => "wire",
                    false => "reg",
                };
                *wires += &format!("    {kind} {}{key};\n", range(port.width));
                connected.remove(&key);
                key.clone()
            });
            if signal != key {
                connected.insert(key);
            }
            rows.push(format!("        .{}({signal})", port.name));
        }
        format!(
            "    {module} {} (\n{}\n    );\n",
            child.name,
            rows.join(",\n")
        )
    }

    /// What is at a child's input, if it is a signal, bits of one, or a number.
    fn direct(&self, key: &str, width: usize) -> Option<String> {
        let value = self
            .wires
            .get(key)
            .filter(|_| !self.read.contains_key(key))?;
        match value {
            Expression::Number(..) => value
                .value()
                .filter(|_| width < 64)
                .map(|_| self.names.sized(value, width)),
            Expression::Name(_) => Some(self.names.expression(value)),
            Expression::Bits(base, first, _)
                if matches!(**base, Expression::Name(_)) && first.value().is_some() =>
            {
                Some(self.names.expression(value))
            }
            _ => None,
        }
        .filter(|_| {
            matches!(value, Expression::Number(..)) || self.names.bits(value) == Some(width)
        })
    }

    /// The statements, but for what stands at ports and in registers.
    fn logic(&self, connected: &BTreeSet<String>) -> String {
        let mut parts: Vec<(usize, bool, String)> = Vec::new();
        for (target, value) in &self.wires {
            if connected.contains(target) || self.is_inlined_input(target) {
                continue;
            }
            let value = self.names.assigned(target, &None, value);
            let line = format!("    assign {} = {value};\n", self.names.spell(target));
            parts.push((self.order[target], false, line));
        }
        for (place, statements) in &self.groups {
            let mut text = String::from("    always @(*) begin\n");
            self.names.statements(statements, 2, &mut text);
            parts.push((*place, true, text + "    end\n"));
        }
        parts.sort();
        let mut text = String::new();
        let mut before = false;
        for (_, block, part) in parts {
            if block || before {
                text += "\n";
            }
            text += &part;
            before = block;
        }
        text
    }

    /// Whether a signal is an input of an inlined child, and has no wire.
    fn is_inlined_input(&self, key: &str) -> bool {
        self.scope.children.iter().any(|child| {
            let port = key
                .strip_prefix(child.name.as_str())
                .and_then(|rest| rest.strip_prefix('$'));
            self.inlined.contains_key(child.name.as_str())
                && port.is_some_and(|port| port == "clock" || self.substituted(key, port))
        })
    }

    /// The inlined registers, by clock.
    fn registers(&self) -> String {
        let mut clocks: Vec<(String, String)> = Vec::new();
        for child in &self.scope.children {
            let condition = match self.inlined.get(child.name.as_str()) {
                Some(Inline::Register(_)) => String::new(),
                Some(Inline::Enabled(_)) => format!("if ({}) ", self.taken(child, "enable")),
                Some(Inline::Constant(_)) | None => continue,
            };
            let output = format!("{}$q", child.name);
            let (q, d) = (self.names.spell(&output), self.taken(child, "d"));
            let line = format!("        {condition}{q} <= {d};\n");
            let clock = self.taken(child, "clock");
            match clocks.iter_mut().find(|(name, _)| *name == clock) {
                Some((_, lines)) => *lines += &line,
                None => clocks.push((clock, line)),
            }
        }
        let blocks = clocks.iter().map(|(clock, lines)| {
            format!("\n    always @(posedge {clock}) begin\n{lines}    end\n")
        });
        blocks.collect()
    }

    /// What an inlined register takes at an input.
    fn taken(&self, child: &Scope, port: &str) -> String {
        let key = format!("{}${port}", child.name);
        match self.wires.get(&key) {
            Some(value) if port == "clock" || self.substituted(&key, port) => {
                self.names.assigned(&key, &None, value)
            }
            _ => key,
        }
    }
}
