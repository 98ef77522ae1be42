//! Expressions and statements as Verilog text.

use std::collections::BTreeMap;

use super::statement::{Expression, Statement};

/// The names of a module as its text spells them, and their widths.
#[derive(Default)]
pub struct Names {
    /// Width by Verilog name.
    pub widths: BTreeMap<String, usize>,
    /// What a name of the block's code is called in the text, where that differs.
    pub spelling: BTreeMap<String, String>,
}

impl Names {
    /// The Verilog name of a signal or a state.
    pub fn spell<'a>(&'a self, name: &'a str) -> &'a str {
        self.spelling.get(name).map_or(name, String::as_str)
    }

    /// Bits of a signal or a state.
    pub fn width(&self, name: &str) -> Option<usize> {
        self.widths.get(self.spell(name)).copied()
    }

    /// Bits of an expression by itself.
    pub fn bits(&self, expression: &Expression) -> Option<usize> {
        match expression {
            Expression::Name(name) => self.width(name),
            Expression::Number(bits, _) => Some(*bits),
            Expression::Unsigned(inner) => self.bits(inner),
            Expression::Prefix("&" | "|" | "^", _) => Some(1),
            Expression::Prefix(_, inner) => self.bits(inner),
            Expression::Infix(_, "==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||", _) => Some(1),
            Expression::Infix(left, "<<" | ">>", _) => self.bits(left),
            Expression::Infix(left, _, right) => Some(self.bits(left)?.max(self.bits(right)?)),
            Expression::Bits(_, _, width) => Some(*width),
        }
    }

    /// The text of an expression.
    pub fn expression(&self, expression: &Expression) -> String {
        match expression {
            Expression::Name(name) => self.spell(name).into(),
            Expression::Number(bits, digits) => literal(*bits, digits),
            Expression::Unsigned(inner) => match **inner {
                // What has no operator has its own width anyway.
                Expression::Name(_) | Expression::Bits(..) => self.expression(inner),
                _ => format!("$unsigned({})", self.expression(inner)),
            },
            Expression::Prefix(operator, inner) => match **inner {
                Expression::Infix(..) | Expression::Prefix(..) => {
                    format!("{operator}({})", self.expression(inner))
                }
                _ => format!("{operator}{}", self.expression(inner)),
            },
            Expression::Infix(left, operator, right) => {
                let chain = matches!(**left, Expression::Infix(_, inner, _) if inner == *operator);
                let left = match **left {
                    Expression::Infix(..) if !chain => format!("({})", self.expression(left)),
                    _ => self.expression(left),
                };
                let right = match **right {
                    Expression::Infix(..) => format!("({})", self.expression(right)),
                    _ => self.expression(right),
                };
                format!("{left} {operator} {right}")
            }
            Expression::Bits(base, first, width) => {
                let whole = self.bits(base) == Some(*width);
                self.expression(base) + &self.part(first, *width, whole)
            }
        }
    }

    /// The brackets behind a signal; none for the whole of it.
    fn part(&self, first: &Expression, width: usize, whole: bool) -> String {
        match (first.value(), width) {
            (Some(0), _) if whole => String::new(),
            (Some(first), 1) => format!("[{first}]"),
            (Some(first), _) => format!("[{}:{first}]", first + width as u64 - 1),
            (None, 1) => format!("[{}]", self.expression(first)),
            (None, _) => format!("[{} +: {width}]", self.expression(first)),
        }
    }

    /// Adds the text of statements, `depth` steps from the margin.
    pub fn statements(&self, statements: &[Statement], depth: usize, text: &mut String) {
        let margin = "    ".repeat(depth);
        for statement in statements {
            match statement {
                Statement::Assign(target, part, value) => {
                    let bits = part.as_ref().map_or_else(String::new, |(first, width)| {
                        self.part(first, *width, self.width(target) == Some(*width))
                    });
                    let (target, value) = (self.spell(target), self.assigned(target, part, value));
                    *text += &format!("{margin}{target}{bits} = {value};\n");
                }
                Statement::If(test, then, otherwise) => {
                    *text += &margin;
                    self.condition(test, then, otherwise, depth, text);
                }
                Statement::Case(test, arms) => {
                    *text += &format!("{margin}case ({})\n", self.expression(test));
                    for (label, statements) in arms {
                        let label = label
                            .as_ref()
                            .map_or("default".into(), |label| self.expression(label));
                        *text += &format!("{margin}    {label}: begin\n");
                        self.statements(statements, depth + 2, text);
                        *text += &format!("{margin}    end\n");
                    }
                    if arms.iter().all(|(label, _)| label.is_some()) {
                        *text += &format!("{margin}    default: ;\n");
                    }
                    *text += &format!("{margin}endcase\n");
                }
            }
        }
    }

    fn condition(
        &self,
        test: &Expression,
        then: &[Statement],
        otherwise: &[Statement],
        depth: usize,
        text: &mut String,
    ) {
        let margin = "    ".repeat(depth);
        *text += &format!("if ({}) begin\n", self.expression(test));
        self.statements(then, depth + 1, text);
        *text += &format!("{margin}end");
        match otherwise {
            [] => *text += "\n",
            [Statement::If(test, then, otherwise)] => {
                *text += " else ";
                self.condition(test, then, otherwise, depth, text);
            }
            _ => {
                *text += " else begin\n";
                self.statements(otherwise, depth + 1, text);
                *text += &format!("{margin}end\n");
            }
        }
    }

    /// The text of what a signal, or a part of it, is given; a number takes its width.
    pub fn assigned(
        &self,
        target: &str,
        part: &Option<(Expression, usize)>,
        value: &Expression,
    ) -> String {
        let width = part
            .as_ref()
            .map_or_else(|| self.width(target), |(_, width)| Some(*width));
        width.map_or_else(|| self.expression(value), |width| self.sized(value, width))
    }

    /// The text of an expression that is cut or extended to `width` bits.
    pub fn sized(&self, value: &Expression, width: usize) -> String {
        match (value, value.value()) {
            (Expression::Number(..), Some(number)) if width < 64 => {
                literal(width, &format!("{:x}", number & ((1 << width) - 1)))
            }
            _ => self.expression(value),
        }
    }
}

/// RustHDL's number, shortened.
pub fn constant(value: &str) -> String {
    let parts = value.split_once("'h");
    let parts = parts.and_then(|(bits, digits)| Some((bits.parse().ok()?, digits)));
    parts.map_or_else(|| value.into(), |(bits, digits)| literal(bits, digits))
}

/// A number; short ones without their base.
fn literal(bits: usize, digits: &str) -> String {
    match (bits, u64::from_str_radix(digits, 16)) {
        (32, Ok(value)) if value < 1024 => value.to_string(),
        (_, Ok(value)) if value < 10 => format!("{bits}'d{value}"),
        _ => format!("{bits}'h{digits}"),
    }
}
