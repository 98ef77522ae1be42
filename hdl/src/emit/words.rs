//! Names: as Verilog spells them, and those that it keeps to itself.

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
