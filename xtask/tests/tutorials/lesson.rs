//! A tutorial as blocks of commands, and what they must print.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::expected::missing;
use crate::root;
use crate::shell::{Shell, Verdict};

/// A tutorial.
pub struct Lesson {
    name: String,
    blocks: Vec<Block>,
}

/// Commands.
struct Block {
    commands: String,
    fails: bool,
    /// Lines that they print.
    expected: String,
}

impl Lesson {
    /// The tutorial `docs/tutorials/NAME.md`.
    pub fn read(name: &str) -> Self {
        let path = root().join(format!("docs/tutorials/{name}.md"));
        let text = fs::read_to_string(path).expect("the tutorial");
        let lesson = Self::of(name, &text);
        assert!(!lesson.blocks.is_empty(), "{name} has no commands");
        lesson
    }

    /// The tutorial of this text.
    pub fn of(name: &str, text: &str) -> Self {
        Self {
            name: name.into(),
            blocks: blocks(text),
        }
    }

    /// Runs all blocks in `folder`, each of which may take as long as `patience`; what was wrong, if anything was.
    pub fn run(&self, folder: &Path, patience: Duration) -> Result<(), String> {
        let mut shell = Shell::start(folder);
        for (number, block) in (1..).zip(&self.blocks) {
            let (verdict, printed) = shell.run(&block.commands, block.fails, patience);
            let wrong = match verdict {
                Verdict::AsItShould => match missing(&block.expected, &printed) {
                    None => continue,
                    Some(line) => format!("expected the line `{line}`"),
                },
                Verdict::Otherwise if block.fails => "it did not fail".into(),
                Verdict::Otherwise => "it failed".into(),
                Verdict::NotOver => format!("it was not over after {patience:?}"),
            };
            let Self { name, .. } = self;
            let Block { commands, .. } = block;
            return Err(format!(
                "{name}, block {number}: {wrong}\n{commands}\nprinted:\n{printed}"
            ));
        }
        Ok(())
    }
}

/// The blocks of a tutorial but for the long ones.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines = text.lines();
    let mut is_left_out = false;
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let body: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        let body = body.join("\n");
        match kind {
            "sh" | "sh fails" => {
                is_left_out = false;
                blocks.push(Block {
                    commands: body,
                    fails: kind == "sh fails",
                    expected: String::new(),
                });
            }
            "sh long" => is_left_out = true,
            "text" if is_left_out => {}
            "text" => blocks.last_mut().expect("commands first").expected = body,
            kind => panic!("a block of an unknown kind: {kind:?}"),
        }
    }
    blocks
}
