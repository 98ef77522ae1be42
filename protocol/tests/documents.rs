//! The documents in `docs/` say what the code says.

use tensority_protocol::codes::TABLES;
use tensority_protocol::document;
use tensority_protocol::messages::{Answer, Event, Request};
use tensority_protocol::registers::PERIPHERALS;

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

#[test]
fn every_code_is_documented_with_its_number() {
    let documents = [
        document::Registers.to_string(),
        document::Protocol.to_string(),
    ]
    .concat();
    for table in TABLES {
        let head = format!("\n### {}\n", table.name);
        let (_, section) = documents.split_once(&head).expect(table.name);
        let section = section.split("\n#").next().unwrap_or_default();
        for code in table.codes {
            let row = format!("| {} | {} | {} |", code.number, code.name, code.about);
            assert!(section.contains(&row), "{}: {row}", table.name);
        }
    }
}

#[test]
fn codes_fit_their_fields_and_no_prose_repeats_them() {
    let registers = PERIPHERALS
        .iter()
        .flat_map(|peripheral| peripheral.registers);
    let fields = registers.flat_map(|register| register.fields);
    let in_registers = fields.map(|field| (field.name, field.about, field.width, field.codes));
    let messages = [Request::LAYOUT, Answer::LAYOUT, Event::LAYOUT].concat();
    let fields = messages.iter().flat_map(|message| message.fields);
    let in_messages = fields.map(|field| {
        (
            field.name,
            field.about[0],
            8 * field.size as u32,
            field.codes,
        )
    });
    let mut checked = 0;
    for (name, about, width, codes) in in_registers.chain(in_messages) {
        for code in codes.into_iter().flat_map(|table| table.codes) {
            assert!(u64::from(code.number) < 1 << width, "{name}: {}", code.name);
            assert!(
                !about.contains(|letter: char| letter.is_ascii_digit()),
                "{name}: {about}"
            );
            checked += 1;
        }
    }
    assert!(checked > 30);
}
