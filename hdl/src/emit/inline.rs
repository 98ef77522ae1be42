//! Blocks that are written in the module around them: registers and constants.

use rust_hdl::core::ast::Verilog;

use super::scope::{NetKind, Scope};
use super::statement::{Expression, Statement, statements};

/// What a block is, if it is no more than that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// `q` takes `d` at each edge of `clock`; at power-up it is the number.
    Register(String),
    /// As [`Register`](Self::Register), if `enable`.
    Enabled(String),
    /// `q` is a number.
    Constant(String),
}

impl Inline {
    /// What `scope` is; `None` if it needs a module.
    pub fn of(scope: &Scope) -> Option<Self> {
        match &scope.code {
            Verilog::Custom(code) => Self::register(code),
            Verilog::Combinatorial(code) if scope.children.is_empty() => {
                let [output, constant] = scope.nets.as_slice() else {
                    return None;
                };
                let NetKind::Constant(value) = &constant.kind else {
                    return None;
                };
                match statements(code).ok()?.as_slice() {
                    [Statement::Assign(target, None, Expression::Name(source))]
                        if *target == output.name && *source == constant.name =>
                    {
                        Some(Self::Constant(value.clone()))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The code of RustHDL's flip-flop and of this crate's `Register`.
    fn register(code: &str) -> Option<Self> {
        let words = code.split_whitespace().collect::<Vec<_>>().join(" ");
        let between = |start: &str, end: &str| {
            let value = words.strip_prefix(start)?.strip_suffix(end)?;
            Some(value.trim().to_string()).filter(|value| !value.contains([' ', ';']))
        };
        let always = "; end always @(posedge clock) begin q <= d; end";
        let enabled = "; always @(posedge clock) if (enable) q <= d;";
        let register = between("initial begin q = ", always).map(Self::Register);
        register.or_else(|| between("initial q = ", enabled).map(Self::Enabled))
    }
}

#[cfg(test)]
mod tests {
    use rust_hdl::prelude::*;

    use super::*;
    use crate::primitives::parameter::Parameter;
    use crate::primitives::{Delay, Register};

    #[test]
    fn registers_and_constants_are_told_from_what_needs_a_module() {
        let flip_flop = Scope::new("flip_flop", &DFF::<Bits<3>>::default());
        assert_eq!(
            Inline::of(&flip_flop),
            Some(Inline::Register("3'h0".into()))
        );
        let register = Scope::new("register", &Register::<3>::default());
        assert_eq!(Inline::of(&register), Some(Inline::Enabled("0".into())));
        let parameter = Scope::new("parameter", &Parameter::<8>::new(0x5a));
        assert_eq!(
            Inline::of(&parameter),
            Some(Inline::Constant("8'h5a".into()))
        );
        let delay = Scope::new("delay", &Delay::<3>::new(2));
        assert_eq!(Inline::of(&delay), None);
    }
}
