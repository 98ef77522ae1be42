//! Colours, none of which carries a meaning that the words do not.

use ratatui::style::{Color, Modifier, Style};

/// What a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    /// The name of what follows.
    Title,
    /// What is looked for first.
    Strong,
    Good,
    /// Look at it some time.
    Notice,
    /// Look at it now.
    Bad,
    /// What is chosen or asked.
    Chosen,
}

#[derive(Clone, Copy, Debug)]
pub struct Paint {
    pub colours: bool,
}

impl Paint {
    /// With colours, unless the environment has a `NO_COLOR` that is not empty.
    pub fn from_environment() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colours: !unwanted }
    }

    pub fn style(self, tone: Tone) -> Style {
        let (colour, modifier) = match tone {
            Tone::Plain => (Color::Reset, Modifier::empty()),
            Tone::Title => (Color::Cyan, Modifier::empty()),
            Tone::Strong => (Color::Reset, Modifier::BOLD),
            Tone::Good => (Color::Green, Modifier::empty()),
            Tone::Notice => (Color::Yellow, Modifier::empty()),
            Tone::Bad => (Color::Red, Modifier::BOLD),
            Tone::Chosen => (Color::Reset, Modifier::REVERSED),
        };
        let style = Style::new().add_modifier(modifier);
        match colour {
            Color::Reset => style,
            colour if self.colours => style.fg(colour),
            _ => style,
        }
    }
}
