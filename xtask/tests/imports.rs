//! One style of imports: each module is named once, braces are not nested, and the standard library comes first,
//! then other crates, then this one, with a blank line between.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What a private import names first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Standard,
    Other,
    Own,
}

/// An import of a file.
struct Import<'a> {
    /// The number of its first line, from 1.
    line: usize,
    /// `pub` with its reach, or nothing.
    visibility: &'a str,
    /// What stands between `use` and the semicolon.
    tree: &'a str,
    /// Blank lines, or others, stand between it and the import before.
    is_apart: bool,
    follows_other_lines: bool,
}

impl Import<'_> {
    fn origin(&self) -> Origin {
        match self.tree.split([':', ' ']).next() {
            Some("std" | "core" | "alloc") => Origin::Standard,
            Some("crate" | "super" | "self") => Origin::Own,
            _ => Origin::Other,
        }
    }

    /// The module whose names it brings.
    fn module(&self) -> &str {
        let path = self.tree.split('{').next().unwrap_or_default();
        let module = path.trim_end_matches("::");
        match self.tree.contains('{') {
            true => module,
            false => module.rsplit_once("::").map_or("", |(module, _)| module),
        }
    }
}

/// All imports of a text, in order.
fn imports(text: &str) -> Vec<Import<'_>> {
    let mut imports = Vec::new();
    let (mut blank, mut other) = (true, true);
    let mut line = 0;
    let mut rest = text;
    while !rest.is_empty() {
        line += 1;
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let first = rest[..end].trim();
        let visibility = match first.split_once("use ") {
            Some((before, _)) if before.is_empty() || before.starts_with("pub") => Some(before),
            _ => None,
        };
        let semicolon = rest.find(';').unwrap_or(rest.len());
        let statement = &rest[..semicolon];
        let is_path = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_:{},*()".contains(c);
        let Some(visibility) = visibility.filter(|_| statement.chars().all(is_path)) else {
            blank |= first.is_empty();
            other |= !first.is_empty();
            rest = &rest[end..];
            continue;
        };
        let start = statement.find("use ").map_or(0, |at| at + 4);
        imports.push(Import {
            line,
            visibility,
            tree: statement[start..].trim(),
            is_apart: blank || other,
            follows_other_lines: other,
        });
        (blank, other) = (false, false);
        line += statement.matches('\n').count();
        let end = rest[semicolon..]
            .find('\n')
            .map_or(rest.len(), |at| semicolon + at + 1);
        rest = &rest[end..];
    }
    imports
}

/// What is wrong with the imports of a text, each with its line.
fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut before: Option<Import> = None;
    let mut named: Vec<(&str, String)> = Vec::new();
    for import in imports(text) {
        let mut fault = |what: &str| faults.push(format!("line {}: {what}", import.line));
        if import.tree.matches('{').count() > 1 || nested(import.tree) {
            fault("nested braces; write an import for each module");
        }
        let is_private = import.visibility.is_empty();
        if import.follows_other_lines || !is_private && import.is_apart {
            named.clear();
        }
        let module = (import.visibility, import.module().to_string());
        if !module.1.is_empty() && named.contains(&module) {
            fault("the module is imported from twice; write one import");
        }
        named.push(module);
        if let Some(before) = before.filter(|before| before.visibility.is_empty() && is_private)
            && !import.follows_other_lines
        {
            let order = before.origin().cmp(&import.origin());
            match (order, import.is_apart) {
                (std::cmp::Ordering::Greater, _) => {
                    fault("std comes first, then other crates, then crate")
                }
                (std::cmp::Ordering::Equal, true) => fault("a blank line within a group"),
                (std::cmp::Ordering::Less, false) => fault("no blank line between two groups"),
                _ => {}
            }
        }
        before = Some(import);
    }
    faults
}

/// Whether a name between the braces is a path.
fn nested(tree: &str) -> bool {
    let names = tree.split_once('{').map_or("", |(_, names)| names);
    names.split(',').any(|name| name.contains("::"))
}

#[test]
fn imports_have_one_style() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed = Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "*.rs",
        ])
        .current_dir(&root)
        .output()
        .expect("git starts");
    let files = String::from_utf8(listed.stdout).expect("names");
    let mut all = Vec::new();
    let mut seen = 0;
    for file in files.lines() {
        // A file that was moved is still listed until that is committed.
        let Ok(text) = fs::read_to_string(root.join(file)) else {
            continue;
        };
        seen += 1;
        all.extend(
            faults(&text)
                .into_iter()
                .map(|fault| format!("{file}, {fault}")),
        );
    }
    assert!(seen > 300, "{seen} files");
    assert!(all.is_empty(), "{} imports:\n{}", all.len(), all.join("\n"));
}

#[test]
fn each_fault_is_seen() {
    let good = "use std::fs;\nuse std::io::{self, Read};\n\nuse serde::Serialize;\n\nuse crate::a::{B, C};\n";
    assert_eq!(faults(good), [""; 0]);
    for bad in [
        "use std::{fs, io::Read};\n",
        "use std::fs::{self, A};\nuse std::fs::B;\n",
        "use serde::Serialize;\n\nuse std::io::Read;\n",
        "use std::io::Read;\nuse serde::Serialize;\n",
        "use std::io::Read;\n\nuse std::path::Path;\n",
    ] {
        assert_eq!(faults(bad).len(), 1, "{bad}: {:?}", faults(bad));
    }
}
