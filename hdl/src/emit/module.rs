//! The text of one module.

use std::collections::{BTreeMap, BTreeSet};

use rust_hdl::core::ast::Verilog;

use super::comment;
use super::inline::Inline;
use super::print::{self, Names};
use super::scope::{Net, NetKind, Scope, States};
use super::statement::{Expression, Statement, statements};
use crate::blocks::BlockSource;

/// The module of `scope`, called `name`. `instance` says the name of a child's module.
///
/// # Errors
/// What in the block's code has no place in the project's Verilog.
pub fn text(
    name: &str,
    scope: &Scope,
    source: Option<&BlockSource>,
    instance: &dyn Fn(usize) -> String,
) -> Result<String, String> {
    match &scope.code {
        Verilog::Combinatorial(code) => {
            let draft = Draft::new(scope, source, without_dead(statements(code)?));
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

/// A module that RustHDL generates.
struct Draft<'a> {
    scope: &'a Scope,
    source: Option<&'a BlockSource>,
    /// The children without a module, by name.
    inlined: BTreeMap<&'a str, Inline>,
    names: Names,
    /// States by their name in the code, with their number.
    states: Vec<(String, usize)>,
    /// What is given to a signal by one statement, once and always.
    wires: BTreeMap<String, Expression>,
    /// The other statements; those of a group share a target.
    groups: Vec<(usize, Vec<Statement>)>,
    order: BTreeMap<String, usize>,
    /// Signals that are read, and whether only as a whole.
    read: BTreeMap<String, bool>,
}

impl<'a> Draft<'a> {
    fn new(scope: &'a Scope, source: Option<&'a BlockSource>, code: Vec<Statement>) -> Self {
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
        draft.name_states();
        draft
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
    fn name_states(&mut self) {
        let children = self.scope.children.iter().flat_map(|child| &child.nets);
        let mut types: Vec<&States> = Vec::new();
        for states in self
            .scope
            .nets
            .iter()
            .chain(children)
            .filter_map(|net| net.states.as_ref())
        {
            let used = |value: &String| self.read.contains_key(&format!("{}${value}", states.name));
            if !types.contains(&states) && states.values.iter().any(used) {
                types.push(states);
            }
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
    }

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
        text += &self.declarations();
        let mut connected = BTreeSet::new();
        for (number, child) in self.scope.children.iter().enumerate() {
            if !self.inlined.contains_key(child.name.as_str()) {
                text += "\n";
                text += &self.instance(child, &instance(number), &mut connected);
            }
        }
        text += "\n";
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
                        let value = match value.trim_start_matches(|letter| letter != 'h') {
                            "h0" => "0".into(),
                            _ => self.power_up(port, value),
                        };
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
        state.unwrap_or_else(|| value.into())
    }

    /// Whether what an inlined register takes stands where it is taken, instead of in a wire.
    fn substituted(&self, key: &str, port: &str) -> bool {
        let Some(value) = self.wires.get(key).filter(|_| !self.read.contains_key(key)) else {
            return false;
        };
        port == "d" || self.names.bits(value) == Some(1)
    }

    /// An instance with the signals at its ports.
    fn instance(&self, child: &Scope, module: &str, connected: &mut BTreeSet<String>) -> String {
        let mut declarations = String::new();
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
                declarations += &format!("    {kind} {}{key};\n", range(port.width));
                connected.remove(&key);
                key.clone()
            });
            if signal != key {
                connected.insert(key);
            }
            rows.push(format!("        .{}({signal})", port.name));
        }
        format!(
            "{declarations}    {module} {} (\n{}\n    );\n",
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

/// The ports of a child.
fn ports_of(child: &Scope) -> impl Iterator<Item = &Net> {
    let nets = child.nets.iter();
    nets.filter(|net| matches!(net.kind, NetKind::Input | NetKind::Output))
}

/// The code without what is always assigned again before anything can see it, such as the "keep" of a
/// register that something else always sets.
fn without_dead(mut code: Vec<Statement>) -> Vec<Statement> {
    let mut overwritten: BTreeSet<String> = BTreeSet::new();
    let mut kept = Vec::new();
    while let Some(statement) = code.pop() {
        let whole = match &statement {
            Statement::Assign(target, None, _) if overwritten.contains(target) => continue,
            Statement::Assign(target, None, _) => Some(target.clone()),
            _ => None,
        };
        overwritten.extend(whole);
        statement.names(&mut |name, _| {
            overwritten.remove(name);
        });
        statement.targets(&mut |name| {
            if !matches!(statement, Statement::Assign(_, None, _)) {
                overwritten.remove(name);
            }
        });
        kept.push(statement);
    }
    kept.reverse();
    kept
}

/// Wires, the place of each in the code, and the statements that are left, in groups with a place.
type Drivers = (
    BTreeMap<String, Expression>,
    BTreeMap<String, usize>,
    Vec<(usize, Vec<Statement>)>,
);

/// Tells the signals that one assignment drives from the statements that drive signals together.
fn drivers(code: Vec<Statement>) -> Drivers {
    let mut targets: Vec<BTreeSet<String>> = Vec::new();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for statement in &code {
        let mut names = BTreeSet::new();
        statement.targets(&mut |name| {
            names.insert(name.to_string());
        });
        for name in &names {
            *count.entry(name.clone()).or_default() += 1;
        }
        targets.push(names);
    }
    let (mut wires, mut order) = (BTreeMap::new(), BTreeMap::new());
    let mut groups: Vec<(usize, BTreeSet<String>, Vec<(usize, Statement)>)> = Vec::new();
    for (place, (statement, names)) in code.into_iter().zip(targets).enumerate() {
        match statement {
            Statement::Assign(target, None, value) if count[&target] == 1 => {
                order.insert(target.clone(), place);
                wires.insert(target, value);
            }
            statement => {
                let (joined, others) =
                    groups
                        .into_iter()
                        .partition(|(_, theirs, _): &(_, BTreeSet<String>, _)| {
                            !theirs.is_disjoint(&names)
                        });
                groups = others;
                let mut group = (place, names, vec![(place, statement)]);
                for (first, theirs, statements) in joined {
                    group.0 = group.0.min(first);
                    group.1.extend(theirs);
                    group.2.extend(statements);
                }
                group.2.sort_by_key(|(place, _)| *place);
                groups.push(group);
            }
        }
    }
    let groups = groups.into_iter().map(|(place, _, statements)| {
        (
            place,
            statements
                .into_iter()
                .map(|(_, statement)| statement)
                .collect(),
        )
    });
    (wires, order, groups.collect())
}

/// A type's name in small letters: `MemoryPort` is `memory_port`.
pub fn snake(name: &str) -> String {
    let mut text = String::new();
    let mut before = '_';
    for letter in name.chars() {
        if letter.is_uppercase() && (before.is_lowercase() || before.is_numeric()) {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
        before = letter;
    }
    text
}

/// Whether Verilog or SystemVerilog has a word of its own of that name.
pub fn is_reserved(name: &str) -> bool {
    const WORDS: &str = " alias always and assert assign assume automatic before begin bind bit break buf \
        byte case cell chandle checker class clocking config const constraint context continue cover cross \
        deassign default design disable dist do edge else end enum event expect export extends extern final \
        first_match for force foreach forever fork function generate genvar global if iff import include \
        initial inout input inside instance int integer interface intersect join large let liblist library \
        local localparam logic longint macromodule matches medium modport module nand negedge new nexttime nor \
        not null or output package packed parameter posedge primitive priority program property protected pull0 \
        pull1 pure rand randc real ref reg reject_on release repeat restrict return scalared sequence shortint \
        signed small solve specify static string strong struct super supply0 supply1 table tagged task this \
        throughout time timeprecision timeunit tran tri type typedef union unique unsigned until use uwire var \
        vectored virtual void wait wand weak while wildcard wire with within wor xnor xor ";
    WORDS.contains(&format!(" {name} "))
}
