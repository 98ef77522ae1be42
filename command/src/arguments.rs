//! Reading the command line, and what is said of one that makes no sense.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ErrorKind};

use crate::{Failure, Program};

/// Reads the arguments of the process and does what they say. Help and version are printed as they are
/// asked for; every failure is reported.
pub fn run<A: Parser, P: Program>(carry_out: impl FnOnce(A) -> Result<(), Failure<P>>) -> ExitCode {
    let outcome = match A::try_parse() {
        Ok(arguments) => carry_out(arguments),
        Err(error) if error.use_stderr() => Err(refusal(&error)),
        Err(help) => {
            // Nobody is left to tell when the terminal itself is gone.
            let _ = help.print();
            Ok(())
        }
    };
    outcome.map_or_else(|failure| failure.report(), |()| ExitCode::SUCCESS)
}

/// What clap says, on one line and in the words of all other failures.
fn refusal<P: Program>(error: &clap::Error) -> Failure<P> {
    let name = P::NAME;
    let context = |kind| error.get(kind).map(ToString::to_string);
    let flag = context(ContextKind::InvalidArg).unwrap_or_default();
    let flag = flag.split(' ').next().unwrap_or_default();
    let found = context(ContextKind::InvalidValue).unwrap_or_default();
    Failure::usage(match (error.kind(), error.source()) {
        (ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, _) => {
            format!(
                "expected a command, found none; choose one of those that `{name} --help` lists"
            )
        }
        // The reason of a parser of our own says what was expected and found.
        (ErrorKind::ValueValidation, Some(reason))
            if reason.to_string().starts_with("expected ") =>
        {
            format!("{flag}: {reason}")
        }
        (ErrorKind::InvalidValue, _) if !found.is_empty() => {
            let known = context(ContextKind::ValidValue).unwrap_or_default();
            format!("{flag}: expected one of {known}, found {found:?}")
        }
        _ => {
            // The first paragraph says what is wrong; the rest is advice of a general kind.
            let text = error.render().to_string();
            let paragraph = text.split("\n\n").next().unwrap_or_default();
            let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
            let line = line.strip_prefix("error: ").unwrap_or(&line);
            format!("{line}; see `{name} --help`")
        }
    })
}

/// Parses the frequency of a clock in Hz.
///
/// # Errors
/// What was expected and found.
pub fn hertz(text: &str) -> Result<u32, String> {
    let error = |_| format!("expected a whole number of Hz such as 100000000, found {text:?}");
    text.parse().map_err(error)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;
    use crate::exit;

    #[derive(Debug, Parser)]
    #[allow(dead_code, reason = "only the refusals are looked at")]
    struct Arguments {
        #[arg(long, value_parser = hertz)]
        clock: Option<u32>,
        #[arg(long)]
        count: Option<u8>,
        #[arg(long)]
        tone: Option<Tone>,
    }

    #[derive(Clone, Copy, Debug, ValueEnum)]
    enum Tone {
        High,
        Low,
    }

    #[derive(Debug)]
    struct Tuner;

    impl Program for Tuner {
        const NAME: &str = "tuner";
    }

    #[track_caller]
    fn refused(arguments: &[&str]) -> String {
        let error = Arguments::try_parse_from([&["tuner"], arguments].concat()).unwrap_err();
        let failure = refusal::<Tuner>(&error);
        assert_eq!(failure.code(), exit::USAGE);
        let line = failure.to_string();
        assert!(
            !line.contains('\n') && !line.starts_with("error: "),
            "{line}"
        );
        line
    }

    #[test]
    fn a_bad_value_is_told_with_what_was_expected_and_found() {
        assert_eq!(
            refused(&["--clock", "100.5MHz"]),
            "--clock: expected a whole number of Hz such as 100000000, found \"100.5MHz\""
        );
        assert_eq!(
            refused(&["--tone", "middle"]),
            "--tone: expected one of high, low, found \"middle\""
        );
    }

    #[test]
    fn all_else_is_the_first_paragraph_of_clap_and_where_help_is() {
        for arguments in [&["--count", "300"][..], &["--never"], &["--count"], &["x"]] {
            let line = refused(arguments);
            assert!(line.ends_with("; see `tuner --help`"), "{line}");
        }
    }
}
