//! The documents in `docs/` say what the code says.

use tensority_protocol::document;

#[test]
fn documents_are_fresh() {
    let committed = [
        (
            include_str!("../../docs/registers.md"),
            document::Registers.to_string(),
        ),
        (
            include_str!("../../docs/protocol.md"),
            document::Protocol.to_string(),
        ),
    ];
    for (found, expected) in committed {
        assert!(
            found == expected,
            "docs/ is out of date; run: cargo xtask docs"
        );
    }
}
