//! Misbehaviours of a pool, by name.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::pool::kinds::{Field, Garbage, Named, Oddity};

/// Something that the pool does wrong. [`FAULTS`] tells what each stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Nothing is said and nothing is closed, from this long on after it was asked for.
    Silent(Duration),
    /// Everything is said this much later.
    Late(Duration),
    /// So many jobs a second, each with an id of its own.
    JobStorm(u32),
    /// This field of all jobs in the other byte order.
    WrongEndian(Field),
    /// One oddity, or all in turn.
    OddReplies(Option<Oddity>),
    /// No end of line behind jobs.
    NoNewline,
    /// Lines in pieces, and pieces of several lines.
    Split,
    /// A line that makes no sense before each one that does: of one kind, or of all in turn.
    Garbage(Option<Garbage>),
    /// Each connection is closed when it is this old.
    Disconnect(Duration),
    /// Every login is taken for that of a banned miner.
    Ban,
    /// So many of a hundred good shares are called bad.
    Reject(u32),
    /// Every login finds a pool without a template.
    NoTemplate,
    /// A session is that long after its login one without jobs, to which new ones are told.
    ForgetJobs(Duration),
    /// A session is that long after its login one that nobody has logged in to.
    ForgetLogin(Duration),
}

/// A fault as people ask for it.
#[derive(Debug)]
pub struct Fault {
    /// What it is called.
    pub name: &'static str,
    /// What stands behind the name.
    pub argument: &'static str,
    /// What it does, and who does so.
    pub about: &'static str,
    parse: fn(Option<&str>) -> Option<Misbehaviour>,
}

/// All that can be asked for.
pub const FAULTS: [Fault; 14] = [
    Fault {
        name: "silent",
        argument: "[=TIME]",
        about: "says nothing and closes nothing, at once or after a time: a pool that hangs, or a firewall that forgot the connection",
        parse: |argument| time_or(argument, Some(Duration::ZERO)).map(Misbehaviour::Silent),
    },
    Fault {
        name: "late",
        argument: "=TIME",
        about: "says everything that much later: a pool far away or overloaded",
        parse: |argument| time_or(argument, None).map(Misbehaviour::Late),
    },
    Fault {
        name: "job-storm",
        argument: "=N",
        about: "gives N jobs a second with ids of their own for the same block: btmcpool with a short session.sched_interval",
        parse: |argument| number(argument, 1..=1000).map(Misbehaviour::JobStorm),
    },
    Fault {
        name: "wrong-endian",
        argument: "[=FIELD]",
        about: "turns the bytes of a field of all jobs around, of nonce unless another one is named, all below",
        parse: |argument| choice(argument.or(Some("nonce"))).map(Misbehaviour::WrongEndian),
    },
    Fault {
        name: "odd-replies",
        argument: "[=KIND]",
        about: "says right things in a strange form, each kind in turn unless one is named, all below",
        parse: |argument| one_or_all(argument).map(Misbehaviour::OddReplies),
    },
    Fault {
        name: "no-newline",
        argument: "",
        about: "does not end the lines of jobs: a version of BTC.com's pool",
        parse: |argument| nothing(argument, Misbehaviour::NoNewline),
    },
    Fault {
        name: "split",
        argument: "",
        about: "cuts what it says anywhere, so that lines come in pieces and several at once: any network",
        parse: |argument| nothing(argument, Misbehaviour::Split),
    },
    Fault {
        name: "garbage",
        argument: "[=KIND]",
        about: "says nonsense before each line, each kind in turn unless one is named, all below: a broken proxy, a server that ends in the middle",
        parse: |argument| one_or_all(argument).map(Misbehaviour::Garbage),
    },
    Fault {
        name: "disconnect",
        argument: "=TIME",
        about: "closes each connection when it is that old: a pool that restarts, a router with a short memory",
        parse: |argument| time_or(argument, None).map(Misbehaviour::Disconnect),
    },
    Fault {
        name: "ban",
        argument: "",
        about: "closes at login: btmcpool for 20 minutes after 100 submits of which half were bad",
        parse: |argument| nothing(argument, Misbehaviour::Ban),
    },
    Fault {
        name: "reject",
        argument: "=N%",
        about: "calls N of 100 good shares bad, with code 23: a pool that hashes wrongly, as Bytom's code on other processors than x86-64 does",
        parse: |argument| number(argument?.strip_suffix('%'), 0..=100).map(Misbehaviour::Reject),
    },
    Fault {
        name: "no-template",
        argument: "",
        about: "closes at login: btmcpool whose node cannot be reached",
        parse: |argument| nothing(argument, Misbehaviour::NoTemplate),
    },
    Fault {
        name: "forget-jobs",
        argument: "[=TIME]",
        about: "says \"Job Not Found\" to all shares, from the login on or that long after it, and still gives jobs: a pool that lost a part of itself",
        parse: |argument| time_or(argument, Some(Duration::ZERO)).map(Misbehaviour::ForgetJobs),
    },
    Fault {
        name: "forget-login",
        argument: "[=TIME]",
        about: "says \"Unauthorized Worker\" to all shares, from the login on or that long after it: a proxy whose pool restarted",
        parse: |argument| time_or(argument, Some(Duration::ZERO)).map(Misbehaviour::ForgetLogin),
    },
];

/// A misbehaviour that nobody knows, or that is asked for in a wrong way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found:?}")]
pub struct UnknownMisbehaviour {
    expected: String,
    found: String,
}

/// `late=2s`, `reject=10%`: a name of [`FAULTS`] and what its argument says. A TIME is in seconds
/// (`2`, `2s`, `0.5s`) or milliseconds (`500ms`).
impl FromStr for Misbehaviour {
    type Err = UnknownMisbehaviour;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, argument) = match text.split_once('=') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        let unknown = |expected| UnknownMisbehaviour {
            expected,
            found: text.to_owned(),
        };
        let fault = FAULTS.iter().find(|fault| fault.name == name);
        let fault = fault.ok_or_else(|| {
            let names: Vec<_> = FAULTS.iter().map(|fault| fault.name).collect();
            unknown(format!("one of {}", names.join(", ")))
        })?;
        (fault.parse)(argument).ok_or_else(|| unknown(fault.to_string()))
    }
}

/// The name with its argument.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.argument)
    }
}

/// All that can be asked for, a line each, for people.
pub fn explain() -> String {
    let line = |name: &str, about: &str| format!("  {name:<20} {about}\n");
    let faults = FAULTS.iter();
    let faults = faults.map(|fault| line(&fault.to_string(), fault.about));
    format!(
        "Faults, where a TIME is 2s or 500ms:\n{}\nodd-replies:\n{}\ngarbage:\n{}\nwrong-endian:\n{}",
        faults.collect::<String>(),
        explain_kinds::<Oddity>(line),
        explain_kinds::<Garbage>(line),
        explain_kinds::<Field>(line),
    )
}

fn explain_kinds<N: Named>(line: impl Fn(&str, &str) -> String) -> String {
    let kinds = N::ALL.iter();
    kinds.map(|kind| line(kind.name(), kind.about())).collect()
}

fn nothing(argument: Option<&str>, misbehaviour: Misbehaviour) -> Option<Misbehaviour> {
    argument.is_none().then_some(misbehaviour)
}

fn choice<N: Named>(argument: Option<&str>) -> Option<N> {
    let argument = argument?;
    let mut all = N::ALL.iter().copied();
    all.find(|named| named.name() == argument)
}

fn one_or_all<N: Named>(argument: Option<&str>) -> Option<Option<N>> {
    match argument {
        None => Some(None),
        some => choice(some).map(Some),
    }
}

fn number(argument: Option<&str>, allowed: RangeInclusive<u32>) -> Option<u32> {
    let number = argument?.parse().ok()?;
    allowed.contains(&number).then_some(number)
}

fn time_or(argument: Option<&str>, default: Option<Duration>) -> Option<Duration> {
    let Some(text) = argument else {
        return default;
    };
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * unit;
    // A longer time is a mistake, and sums of times stay far from their limit.
    let time = Duration::try_from_secs_f64(seconds).ok()?;
    (time <= Duration::from_secs(86_400)).then_some(time)
}
