//! Progress of a build: a live line for each step on a terminal, a line now and then elsewhere.

use std::collections::HashMap;
use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tensority_flow::fpga::progress::{Event, Step};
use tensority_flow::fpga::report::text::duration;

/// Time between two lines on how a step goes, where there is no terminal.
const PAUSE: Duration = Duration::from_secs(30);

/// Shows events of a build.
pub struct Watch {
    bars: Option<MultiProgress>,
    steps: Mutex<HashMap<Step, Shown>>,
}

struct Shown {
    bar: Option<ProgressBar>,
    began: Instant,
    said: Instant,
}

impl Watch {
    /// Shows events on standard error.
    pub fn new() -> Self {
        Self {
            bars: io::stderr().is_terminal().then(MultiProgress::new),
            steps: Mutex::default(),
        }
    }

    /// Shows an event.
    pub fn show(&self, step: Step, event: Event) {
        let mut steps = self
            .steps
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match event {
            Event::Began => {
                let now = Instant::now();
                let bar = self.bars.as_ref().map(|bars| bars.add(bar(step)));
                if bar.is_none() {
                    eprintln!("{step}");
                }
                let shown = Shown {
                    bar,
                    began: now,
                    said: now,
                };
                steps.insert(step, shown);
            }
            Event::At(what) => {
                let Some(shown) = steps.get_mut(&step) else {
                    return;
                };
                if let Some(bar) = &shown.bar {
                    bar.set_message(what);
                } else if shown.said.elapsed() >= PAUSE {
                    shown.said = Instant::now();
                    self.say(&format!(
                        "{step}, {}: {what}",
                        duration(shown.began.elapsed().as_secs_f64())
                    ));
                }
            }
            Event::Done {
                outcome,
                took,
                kept,
            } => {
                steps.remove(&step).inspect(clear);
                let kept = if kept { ", kept from then" } else { "" };
                self.say(&format!(
                    "{step}, {}: {outcome}{kept}",
                    duration(took.as_secs_f64())
                ));
            }
            Event::Dropped => {
                steps.remove(&step).inspect(clear);
                self.say(&format!("{step}: given up"));
            }
        }
    }

    /// Takes everything away that moves.
    pub fn end(&self) {
        let mut steps = self
            .steps
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        steps.drain().for_each(|(_, shown)| clear(&shown));
    }

    fn say(&self, line: &str) {
        match &self.bars {
            // Nobody is left to tell when the terminal itself is gone.
            Some(bars) => drop(bars.println(line)),
            None => eprintln!("{line}"),
        }
    }
}

fn bar(step: Step) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix}, {elapsed}: {wide_msg}");
    let bar = ProgressBar::new_spinner();
    bar.set_style(style.unwrap_or(ProgressStyle::default_spinner()));
    bar.set_prefix(step.to_string());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn clear(shown: &Shown) {
    if let Some(bar) = &shown.bar {
        bar.finish_and_clear();
    }
}
