//! Documentation as comments of Verilog.

use crate::blocks::BlockSource;

/// The comment above a block's module: its documentation without the table of ports, whose rows stand
/// beside the ports.
pub fn head(source: &BlockSource) -> String {
    let mut text = String::new();
    let mut ports = false;
    let mut blank = true;
    for line in &source.documentation {
        ports = line.starts_with("| port |") || (ports && line.starts_with('|'));
        let fence = line.starts_with("```");
        let line = plain(line);
        if ports || fence || (blank && line.is_empty()) || line.starts_with("|--") {
            continue;
        }
        blank = line.is_empty();
        text += format!("// {line}").trim_end();
        text.push('\n');
    }
    text.trim_end_matches("//\n").into()
}

/// Markdown's text: links without their brackets, words without their backticks.
pub fn plain(text: &str) -> String {
    let text = text.replace("[`", "").replace("`]", "").replace('`', "");
    text.trim_end().into()
}
