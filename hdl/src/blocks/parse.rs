//! Blocks in the text of a Rust file, as rustfmt writes it.

use super::{BlockSource, Field};

/// The blocks of a file: structs that derive `LogicBlock`.
pub fn blocks(file: &'static str, text: &'static str) -> Vec<BlockSource> {
    let lines: Vec<&'static str> = text.lines().collect();
    let head: Vec<_> = lines
        .iter()
        .map_while(|line| comment(line, "//!"))
        .collect();
    let derives = lines.iter().enumerate();
    let derives =
        derives.filter(|(_, line)| line.starts_with("#[derive(") && line.contains("LogicBlock"));
    derives
        .filter_map(|(at, _)| block(file, &head, &lines, at))
        .collect()
}

fn block(
    file: &'static str,
    head: &[&'static str],
    lines: &[&'static str],
    derive: usize,
) -> Option<BlockSource> {
    let own = lines[..derive]
        .iter()
        .rev()
        .map_while(|line| comment(line, "///"));
    let mut own: Vec<_> = own.collect();
    own.reverse();
    let mut documentation = head.to_vec();
    if own
        .iter()
        .any(|line| !line.trim().is_empty() && !line.contains("module's documentation"))
    {
        documentation.push("");
        documentation.extend(own);
    }
    let after = &lines[derive + 1..];
    let start = after.iter().position(|line| line.contains("struct "))?;
    let end = start
        + after[start..]
            .iter()
            .position(|line| line.starts_with('}'))?;
    let body = start
        + after[start..end]
            .iter()
            .position(|line| line.ends_with('{'))?;
    let declaration = after[start..=body].join(" ");
    let declaration = declaration.split_once("struct ")?.1;
    let name = identifier(declaration);
    let parameters = declaration[name.len()..]
        .split(" where ")
        .next()
        .unwrap_or_default();
    Some(BlockSource {
        name: name.into(),
        file,
        documentation,
        parameters: arguments(parameters)
            .iter()
            .map(|text| parameter(text))
            .collect(),
        fields: fields(&after[body + 1..end]),
    })
}

/// The name of a generic parameter: `W` of `const W: usize`.
fn parameter(text: &str) -> String {
    let text = text.strip_prefix("const ").unwrap_or(text);
    text.split(':').next().unwrap_or(text).trim().into()
}

fn fields(lines: &[&str]) -> Vec<Field> {
    let mut fields = Vec::new();
    let (mut documentation, mut text) = (String::new(), String::new());
    for line in lines.iter().map(|line| line.trim()) {
        if let Some(words) = comment(line, "///") {
            let space = if documentation.is_empty() { "" } else { " " };
            documentation = documentation + space + words.trim();
        } else if !line.starts_with("//") && !line.starts_with("#[") {
            text += line;
            if let Some(field) = text.strip_suffix(',')
                && field.matches('<').count() == field.matches('>').count()
                && let Some((name, kind)) = field.split_once(':')
            {
                let name = name.rsplit(' ').next().unwrap_or(name);
                fields.push(Field {
                    name: name.into(),
                    kind: kind.trim().into(),
                    documentation: std::mem::take(&mut documentation),
                });
                text.clear();
            }
        }
    }
    fields
}

/// The text of a comment line, without the space behind the marker.
fn comment<'a>(line: &'a str, marker: &str) -> Option<&'a str> {
    let text = line.trim_start().strip_prefix(marker)?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

/// The identifier that a text begins with.
pub fn identifier(text: &str) -> &str {
    let end = text.find(|letter: char| letter != '_' && !letter.is_alphanumeric());
    &text[..end.unwrap_or(text.len())]
}

/// The type of the elements of an array or a vector, or the type itself.
pub fn element(mut kind: &str) -> &str {
    loop {
        kind = kind.trim();
        let array = kind
            .strip_prefix('[')
            .and_then(|array| array.rsplit_once(';'));
        let vector = kind
            .strip_prefix("Vec<")
            .and_then(|text| text.strip_suffix('>'));
        match array.map(|(element, _)| element).or(vector) {
            Some(element) => kind = element,
            None => return kind,
        }
    }
}

/// The name of a type without its path and its arguments.
pub fn type_name(kind: &str) -> &str {
    let path = kind.split('<').next().unwrap_or(kind);
    path.rsplit("::").next().unwrap_or(path).trim()
}

/// What stands between the outermost angle brackets, at the commas of that level.
pub fn arguments(text: &str) -> Vec<String> {
    let inside = text
        .split_once('<')
        .and_then(|(_, text)| text.rsplit_once('>'));
    let Some((inside, _)) = inside else {
        return Vec::new();
    };
    let mut depth = 0;
    let commas = |letter: char| {
        match letter {
            '<' | '{' | '(' | '[' => depth += 1,
            '>' | '}' | ')' | ']' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    };
    let parts = inside.split(commas).map(|part| part.trim().to_string());
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "//! A head.\n//!\n//! | port | dir | width | |\n//! |---|---|---|---|\n\
        //! | `go`, `data$i` | in | 1, 8 | begin |\n\nuse x;\n\n/// Own words.\n#[derive(LogicBlock, Default)]\n\
        pub struct Thing<const W: usize, P: Kind> {\n    /// The clock,\n    /// rising.\n    \
        pub clock: Signal<In, Clock>,\n    table: Vec<Ram<W, 8>>,\n}\n";

    #[test]
    fn a_block_is_read_with_its_documentation_parameters_and_fields() {
        let blocks = blocks("thing.rs", FILE);
        let [thing] = blocks.as_slice() else {
            panic!("one block, found {blocks:?}");
        };
        assert_eq!(thing.name, "Thing");
        assert_eq!(thing.parameters, ["W", "P"]);
        assert_eq!(thing.documentation.first(), Some(&"A head."));
        assert_eq!(thing.documentation.last(), Some(&"Own words."));
        assert_eq!(thing.fields[0].documentation, "The clock, rising.");
        assert_eq!(thing.fields[1].kind, "Vec<Ram<W, 8>>");
        assert_eq!(thing.ports()[0].names, ["go", "data$i"]);
        assert_eq!(thing.meaning("data$3").as_deref(), Some("begin"));
        assert_eq!(thing.meaning("other$3"), None);
        assert_eq!(arguments(&thing.fields[1].kind), ["Ram<W, 8>"]);
    }
}
