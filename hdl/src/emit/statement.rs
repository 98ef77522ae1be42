//! The code of a block without loops, and with the Verilog names of its signals.

use rust_hdl::core::ast::{
    VerilogBlock, VerilogBlockOrConditional, VerilogExpression, VerilogLiteral, VerilogOp,
    VerilogOpUnary, VerilogStatement,
};

/// A statement.
#[derive(Clone, Debug)]
pub enum Statement {
    /// `target = value`, or some bits of the target: the first one and how many.
    Assign(String, Option<(Expression, usize)>, Expression),
    /// Condition, what to do, what to do otherwise.
    If(Expression, Vec<Statement>, Vec<Statement>),
    /// What is looked at, and what to do by its value; `None` is any other value.
    Case(Expression, Vec<(Option<Expression>, Vec<Statement>)>),
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A signal, or a state as `Type$Value`.
    Name(String),
    /// A number: its bits, and its digits in base 16.
    Number(usize, String),
    /// Self-determined, and zero-extended by what is around it.
    Unsigned(Box<Expression>),
    /// A prefix operator.
    Prefix(&'static str, Box<Expression>),
    /// An operator between two expressions.
    Infix(Box<Expression>, &'static str, Box<Expression>),
    /// Bits of a signal: the first one, and how many.
    Bits(Box<Expression>, Box<Expression>, usize),
}

impl Expression {
    /// A whole number as RustHDL writes it, of 32 bits.
    fn integer(value: usize) -> Self {
        Self::Number(32, format!("{value:x}"))
    }

    /// The value of an expression of numbers.
    pub fn value(&self) -> Option<u64> {
        match self {
            Self::Number(_, digits) => u64::from_str_radix(digits, 16).ok(),
            Self::Infix(left, operator, right) => {
                let (left, right) = (left.value()?, right.value()?);
                match *operator {
                    "+" => left.checked_add(right),
                    "-" => left.checked_sub(right),
                    "*" => left.checked_mul(right),
                    "<<" => left.checked_shl(right.try_into().ok()?),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Gives each name in the expression to `visit`, and whether it is taken whole.
    pub fn names(&self, visit: &mut dyn FnMut(&str, bool)) {
        match self {
            Self::Name(name) => visit(name, true),
            Self::Number(..) => {}
            Self::Unsigned(inner) | Self::Prefix(_, inner) => inner.names(visit),
            Self::Infix(left, _, right) => {
                left.names(visit);
                right.names(visit);
            }
            Self::Bits(base, first, _) => {
                base.names(&mut |name, _| visit(name, false));
                first.names(visit);
            }
        }
    }
}

impl Statement {
    /// Gives the target of each assignment to `visit`.
    pub fn targets(&self, visit: &mut dyn FnMut(&str)) {
        match self {
            Self::Assign(target, ..) => visit(target),
            Self::If(_, then, otherwise) => {
                let all = then.iter().chain(otherwise);
                all.for_each(|statement| statement.targets(visit));
            }
            Self::Case(_, arms) => {
                let all = arms.iter().flat_map(|(_, statements)| statements);
                all.for_each(|statement| statement.targets(visit));
            }
        }
    }

    /// Gives each name that is read to `visit`, and whether it is taken whole.
    pub fn names(&self, visit: &mut dyn FnMut(&str, bool)) {
        let (expressions, statements): (Vec<_>, Vec<_>) = match self {
            Self::Assign(_, None, value) => (vec![value], vec![]),
            Self::Assign(_, Some((first, _)), value) => (vec![first, value], vec![]),
            Self::If(test, then, otherwise) => (vec![test], then.iter().chain(otherwise).collect()),
            Self::Case(test, arms) => {
                let labels = arms.iter().filter_map(|(label, _)| label.as_ref());
                let all = arms.iter().flat_map(|(_, statements)| statements);
                (std::iter::once(test).chain(labels).collect(), all.collect())
            }
        };
        expressions
            .iter()
            .for_each(|expression| expression.names(visit));
        statements
            .iter()
            .for_each(|statement| statement.names(visit));
    }
}

/// The statements of a block's code.
///
/// # Errors
/// What in it has no place in the project's Verilog.
pub fn statements(code: &VerilogBlock) -> Result<Vec<Statement>, String> {
    let mut unrolled = Vec::new();
    Unroll::default().block(code, &mut unrolled)?;
    Ok(unrolled)
}

/// The values of the loops' variables around a statement, innermost last.
#[derive(Default)]
struct Unroll {
    loops: Vec<(String, usize)>,
}

impl Unroll {
    fn block(&mut self, code: &VerilogBlock, out: &mut Vec<Statement>) -> Result<(), String> {
        code.iter()
            .try_for_each(|statement| self.statement(statement, out))
    }

    fn inner(&mut self, code: &VerilogBlock) -> Result<Vec<Statement>, String> {
        let mut statements = Vec::new();
        self.block(code, &mut statements)?;
        Ok(statements)
    }

    fn statement(
        &mut self,
        statement: &VerilogStatement,
        out: &mut Vec<Statement>,
    ) -> Result<(), String> {
        match statement {
            VerilogStatement::Assignment(target, value) => {
                let value = self.expression(value)?;
                out.push(Statement::Assign(self.target(target)?, None, value));
            }
            VerilogStatement::SliceAssignment {
                base,
                width,
                offset,
                replacement,
            } => {
                let part = (self.expression(offset)?, *width);
                let value = self.expression(replacement)?;
                out.push(Statement::Assign(self.target(base)?, Some(part), value));
            }
            VerilogStatement::If(condition) => {
                let test = self.expression(&condition.test)?;
                let then = self.inner(&condition.then)?;
                let mut otherwise = Vec::new();
                match &condition.otherwise {
                    VerilogBlockOrConditional::Block(code) => self.block(code, &mut otherwise)?,
                    VerilogBlockOrConditional::Conditional(code) => {
                        self.statement(code, &mut otherwise)?;
                    }
                    VerilogBlockOrConditional::None => {}
                }
                out.push(Statement::If(test, then, otherwise));
            }
            VerilogStatement::Match(choice) => {
                let test = self.expression(&choice.test)?;
                let arms = choice.cases.iter().map(|case| {
                    let label = match case.condition.as_str() {
                        "default" => None,
                        label => Some(self.label(label)?),
                    };
                    Ok((label, self.inner(&case.block)?))
                });
                let arms = arms.collect::<Result<_, String>>()?;
                out.push(Statement::Case(test, arms));
            }
            VerilogStatement::Loop(code) => {
                for index in code.from.as_usize()..code.to.as_usize() {
                    self.loops.push((code.index.clone(), index));
                    self.block(&code.block, out)?;
                    self.loops.pop();
                }
            }
            VerilogStatement::Macro(code) => self.block(code, out)?,
            VerilogStatement::Comment(_) => {}
            VerilogStatement::Link(_) => return Err("a link of interfaces".into()),
        }
        Ok(())
    }

    fn target(&self, expression: &VerilogExpression) -> Result<String, String> {
        match self.expression(expression)? {
            Expression::Name(name) => Ok(name),
            other => Err(format!("an assignment to {other:?}")),
        }
    }

    fn label(&self, label: &str) -> Result<Expression, String> {
        let number = label.parse().ok().map(Expression::integer);
        number.map_or_else(|| self.name(label), Ok)
    }

    fn expression(&self, expression: &VerilogExpression) -> Result<Expression, String> {
        let inner = |expression: &VerilogExpression| self.expression(expression).map(Box::new);
        Ok(match expression {
            VerilogExpression::Signal(name) => self.name(name)?,
            VerilogExpression::Literal(literal) => number(literal),
            VerilogExpression::Cast(value, bits) => {
                let mask = ["", "1", "3", "7"][bits % 4].to_string() + &"f".repeat(bits / 4);
                let mask = Expression::Number(*bits, mask);
                Expression::Infix(inner(value)?, "&", Box::new(mask))
            }
            VerilogExpression::Signed(_) => return Err("a signed value".into()),
            VerilogExpression::Unsigned(value) => Expression::Unsigned(inner(value)?),
            VerilogExpression::Paren(value) => self.expression(value)?,
            VerilogExpression::Binary(left, operator, right) => {
                Expression::Infix(inner(left)?, infix(operator), inner(right)?)
            }
            VerilogExpression::Unary(operator, value) => {
                Expression::Prefix(prefix(operator), inner(value)?)
            }
            VerilogExpression::Index(base, first) => {
                bits(self.expression(base)?, self.expression(first)?, 1)
            }
            VerilogExpression::Slice(base, width, first) => {
                bits(self.expression(base)?, self.expression(first)?, *width)
            }
            VerilogExpression::IndexReplace(base, index, value) => {
                let (base, index, value) = (inner(base)?, inner(index)?, inner(value)?);
                let one = Box::new(Expression::integer(1));
                let bit = Expression::Infix(one, "<<", index.clone());
                let hole = Expression::Prefix("~", Box::new(bit));
                let kept = Expression::Infix(base, "&", Box::new(hole));
                let new = Expression::Infix(value, "<<", index);
                Expression::Infix(Box::new(kept), "|", Box::new(new))
            }
        })
    }

    /// The Verilog name of a signal such as `.lanes[i+1]$sum$next`; a loop's variable is a number.
    fn name(&self, text: &str) -> Result<Expression, String> {
        if let Some((_, value)) = self.loops.iter().rev().find(|(name, _)| name == text) {
            return Ok(Expression::integer(*value));
        }
        let text = text
            .trim_start_matches('.')
            .replace('.', "$")
            .replace("::", "$");
        let mut rest = text.strip_suffix("$next").unwrap_or(&text);
        let mut name = String::new();
        while let Some((stem, after)) = rest.split_once('[') {
            let (index, after) = after.split_once(']').ok_or("an index without an end")?;
            name += &format!("{stem}${}", index_value(index, &self.loops)?);
            rest = after;
        }
        Ok(Expression::Name(name + rest))
    }
}

/// Bits of an expression; of bits of a signal, they are bits of the signal.
fn bits(base: Expression, first: Expression, width: usize) -> Expression {
    match base {
        Expression::Bits(signal, before, _) => {
            let first = match (before.value(), first.value()) {
                (Some(before), Some(first)) => Expression::integer((before + first) as usize),
                _ => Expression::Infix(before, "+", Box::new(first)),
            };
            Expression::Bits(signal, Box::new(first), width)
        }
        base => Expression::Bits(Box::new(base), Box::new(first), width),
    }
}

fn number(literal: &VerilogLiteral) -> Expression {
    let text = format!("{literal:x}");
    let (bits, digits) = text.split_once("'h").unwrap_or(("32", "0"));
    Expression::Number(bits.parse().unwrap_or(32), digits.into())
}

fn infix(operator: &VerilogOp) -> &'static str {
    match operator {
        VerilogOp::Add => "+",
        VerilogOp::Sub => "-",
        VerilogOp::Mul => "*",
        VerilogOp::LogicalAnd => "&&",
        VerilogOp::LogicalOr => "||",
        VerilogOp::BitXor => "^",
        VerilogOp::BitAnd => "&",
        VerilogOp::BitOr => "|",
        VerilogOp::Shl => "<<",
        VerilogOp::Shr => ">>",
        VerilogOp::Eq => "==",
        VerilogOp::Lt => "<",
        VerilogOp::Le => "<=",
        VerilogOp::Ne => "!=",
        VerilogOp::Ge => ">=",
        VerilogOp::Gt => ">",
    }
}

fn prefix(operator: &VerilogOpUnary) -> &'static str {
    match operator {
        VerilogOpUnary::Not => "~",
        VerilogOpUnary::Neg => "-",
        VerilogOpUnary::All => "&",
        VerilogOpUnary::Any => "|",
        VerilogOpUnary::Xor => "^",
    }
}

/// The value of an array's index, such as `(i+1)*2`.
fn index_value(text: &str, loops: &[(String, usize)]) -> Result<usize, String> {
    let text: String = text.split_whitespace().collect();
    let mut rest = text.as_str();
    let value = index_sum(&mut rest, loops);
    let value = value.filter(|_| rest.is_empty());
    value.ok_or_else(|| format!("the index [{text}]"))
}

fn index_sum(rest: &mut &str, loops: &[(String, usize)]) -> Option<usize> {
    let mut value = index_product(rest, loops)?;
    while let Some(operator) = rest.chars().next().filter(|letter| "+-".contains(*letter)) {
        *rest = &rest[1..];
        let right = index_product(rest, loops)?;
        value = match operator {
            '+' => value.checked_add(right)?,
            _ => value.checked_sub(right)?,
        };
    }
    Some(value)
}

fn index_product(rest: &mut &str, loops: &[(String, usize)]) -> Option<usize> {
    let mut value = index_atom(rest, loops)?;
    while let Some(operator) = rest.chars().next().filter(|letter| "*/%".contains(*letter)) {
        *rest = &rest[1..];
        let right = index_atom(rest, loops)?;
        value = match operator {
            '*' => value.checked_mul(right)?,
            '/' => value.checked_div(right)?,
            _ => value.checked_rem(right)?,
        };
    }
    Some(value)
}

fn index_atom(rest: &mut &str, loops: &[(String, usize)]) -> Option<usize> {
    if let Some(inside) = rest.strip_prefix('(') {
        *rest = inside;
        let value = index_sum(rest, loops)?;
        *rest = rest.strip_prefix(')')?;
        return Some(value);
    }
    let word = |letter: char| letter == '_' || letter.is_alphanumeric();
    let end = rest.find(|letter| !word(letter)).unwrap_or(rest.len());
    let (atom, after) = rest.split_at(end);
    *rest = after;
    let variable = loops.iter().rev().find(|(name, _)| name == atom);
    variable.map_or_else(|| atom.parse().ok(), |(_, value)| Some(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_computed_from_the_loops_around_it() {
        let loops = [("i".to_string(), 5), ("j".to_string(), 2)];
        assert_eq!(index_value("(i + 1) * j - 3", &loops), Ok(9));
        assert_eq!(index_value("7", &loops), Ok(7));
        assert!(index_value("k", &loops).is_err());
        let unroll = Unroll {
            loops: loops.to_vec(),
        };
        let name = |text: &str| unroll.name(text).unwrap();
        assert_eq!(
            name("cells[i]$lanes[j]$d$next"),
            Expression::Name("cells$5$lanes$2$d".into())
        );
        assert_eq!(name("i"), Expression::integer(5));
    }

    #[test]
    fn bits_of_bits_are_bits_of_the_signal() {
        let signal = Expression::Name("token".into());
        let address = bits(signal.clone(), Expression::integer(3), 9);
        let bank = bits(address, Expression::integer(8), 1);
        let expected = Expression::Bits(Box::new(signal), Box::new(Expression::integer(11)), 1);
        assert_eq!(bank, expected);
    }
}
