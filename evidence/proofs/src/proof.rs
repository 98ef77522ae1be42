//! Everything that is asked about one property, and the verdict.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use crate::error::Error;
use crate::model;
use crate::property::{Method, Property};
use crate::solve::{Answer, Question, ask};
use crate::tools::Tools;

/// What came of a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Verdict {
    /// It holds in every cycle.
    Proved,
    /// It holds for so many cycles from power-up.
    Bounded {
        /// The cycles.
        cycles: u32,
    },
    /// It does not hold: which assertion, and a trace.
    Failed {
        /// What the solver says of it.
        reason: String,
        /// The trace.
        trace: PathBuf,
    },
    /// It would hold of other designs too, or of none, so that it says nothing.
    Empty {
        /// What it would hold of, or what is never reached.
        reason: String,
    },
    /// No tool has an answer.
    NotProved {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// Whether this is what the table of properties promises.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Proved | Self::Bounded { .. })
    }
}

/// A property with its verdict.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The property's name.
    pub name: String,
    /// Its group.
    pub group: String,
    /// Its claim.
    pub claim: String,
    /// The method.
    pub method: Method,
    /// How far the method unrolls, in cycles.
    pub depth: u32,
    /// Mutants that were refuted, beside the block with open outputs.
    pub mutants: usize,
    /// Seconds for all of it.
    pub seconds: f64,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Asks all that there is to ask about a property; models, logs and traces are left in a folder of `work`.
///
/// # Errors
/// If a tool cannot be started, or a file cannot be written.
pub fn prove(property: &Property, tools: &Tools, work: &Path) -> Result<Outcome, Error> {
    let start = Instant::now();
    let folder = work.join(&property.name);
    fs::create_dir_all(&folder).map_err(Error::file("make", &folder))?;
    let verdict = match model::build(property, tools, &folder)? {
        Ok(()) => verdict(property, tools, &folder)?,
        Err(reason) => Verdict::NotProved { reason },
    };
    Ok(Outcome {
        name: property.name.clone(),
        group: property.group.clone(),
        claim: property.claim.clone(),
        method: property.method,
        depth: property.depth,
        mutants: property.mutant.len(),
        seconds: start.elapsed().as_secs_f64(),
        verdict,
    })
}

fn verdict(property: &Property, tools: &Tools, folder: &Path) -> Result<Verdict, Error> {
    let ask = |model: &str, question| ask(property, model, question, tools, folder);
    let trace = |model: &str| folder.join(format!("{model}.vcd"));
    // What must hold.
    let steps: &[_] = match property.method {
        Method::Induction => &[Question::Holds, Question::Step],
        Method::Flush | Method::Bounded => &[Question::Holds],
    };
    for &question in steps {
        match (ask("block", question)?, question) {
            (Answer::Yes, _) => {}
            (Answer::No(reason), Question::Step) => {
                let trace = trace("block");
                let trace = trace.display();
                return Ok(not_proved(format!(
                    "the induction has no step: {reason}, {trace}"
                )));
            }
            (Answer::No(reason), _) => {
                let trace = trace("block");
                return Ok(Verdict::Failed { reason, trace });
            }
            (other, _) => return Ok(unanswered(other, "the property")),
        }
    }
    // What must not: a trace refutes it, or the proof no longer goes through.
    for model in model::names(property)
        .iter()
        .filter(|name| *name != "block")
    {
        let mut questions = steps.iter();
        let refuted = loop {
            let Some(&question) = questions.next() else {
                break false;
            };
            match ask(model, question)? {
                Answer::No(_) => break true,
                Answer::Yes => {}
                other => return Ok(unanswered(other, model)),
            }
        };
        if !refuted {
            let reason = match model.as_str() {
                "hollow" => "it holds of a block with open outputs too".into(),
                _ => format!("it holds of {model} too"),
            };
            return Ok(Verdict::Empty { reason });
        }
    }
    // What must be reached.
    match ask("cover", Question::Covers)? {
        Answer::Yes => {}
        Answer::No(reason) => return Ok(Verdict::Empty { reason }),
        other => return Ok(unanswered(other, "the covers")),
    }
    Ok(match property.method {
        Method::Flush | Method::Induction => Verdict::Proved,
        Method::Bounded => Verdict::Bounded {
            cycles: property.depth,
        },
    })
}

fn not_proved(reason: String) -> Verdict {
    Verdict::NotProved { reason }
}

fn unanswered(answer: Answer, of: &str) -> Verdict {
    match answer {
        Answer::Contradiction => Verdict::Empty {
            reason: format!("{of}: the assumptions contradict each other"),
        },
        Answer::Fault(reason) => not_proved(format!("{of}: the solver fails: {reason}")),
        _ => not_proved(format!("{of}: no answer in time")),
    }
}
