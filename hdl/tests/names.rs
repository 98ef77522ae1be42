//! Names that Verilog keeps to itself.

use rust_hdl::prelude::*;
use tensority_hdl::emit::{Design, EmitError};

#[derive(LogicBlock, Default)]
struct BadPort {
    pub clock: Signal<In, Clock>,
    pub strong: Signal<In, Bit>,
    pub q: Signal<Out, Bit>,
    kept: DFF<Bit>,
}

impl Logic for BadPort {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, kept);
        self.kept.d.next = self.strong.val();
        self.q.next = self.kept.q.val();
    }
}

#[derive(LogicBlock, Default)]
struct BadSignal {
    pub d: Signal<In, Bit>,
    pub q: Signal<Out, Bit>,
    var: Signal<Local, Bit>,
}

impl Logic for BadSignal {
    #[hdl_gen]
    fn update(&mut self) {
        self.var.next = !self.d.val();
        self.q.next = self.var.val();
    }
}

#[derive(LogicBlock, Default)]
struct BadInstance {
    pub d: Signal<In, Bit>,
    pub q: Signal<Out, Bit>,
    cell: Inverter,
}

impl Logic for BadInstance {
    #[hdl_gen]
    fn update(&mut self) {
        self.cell.d.next = self.d.val();
        self.q.next = self.cell.q.val();
    }
}

#[derive(LogicBlock, Default)]
struct Inverter {
    pub d: Signal<In, Bit>,
    pub q: Signal<Out, Bit>,
}

impl Logic for Inverter {
    #[hdl_gen]
    fn update(&mut self) {
        self.q.next = !self.d.val();
    }
}

/// A register, which has no module.
#[derive(LogicBlock, Default)]
struct GoodRegister {
    pub clock: Signal<In, Clock>,
    pub d: Signal<In, Bit>,
    pub q: Signal<Out, Bit>,
    global: DFF<Bit>,
}

impl Logic for GoodRegister {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, global);
        self.global.d.next = self.d.val();
        self.q.next = self.global.q.val();
    }
}

#[test]
fn names_that_are_words_of_verilog_are_refused() {
    let refused = |design: Result<Design, EmitError>, name: &str| {
        let error = design.expect_err(name).to_string();
        assert!(error.contains(&format!("`{name}`")), "{error}");
    };
    refused(Design::new("top", BadPort::default()), "strong");
    refused(Design::new("top", BadSignal::default()), "var");
    refused(Design::new("top", BadInstance::default()), "cell");
    refused(Design::new("module", Inverter::default()), "module");
    assert!(Design::new("top", Inverter::default()).is_ok());
    let text = Design::new("top", GoodRegister::default()).unwrap().text();
    assert!(text.contains("global$q"), "{text}");
}
