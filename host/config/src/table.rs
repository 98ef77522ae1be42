//! All keys, in the order in which people read them.

use crate::key::Kind;
use crate::{Config, Device, Form, Key, Listen, Policy, Source, View};

/// A section of the file.
#[allow(missing_docs)]
pub struct Section<T: 'static> {
    pub name: &'static str,
    /// What it is about, as a sentence.
    pub about: &'static str,
    pub keys: &'static [Key<T>],
}

/// A year: the longest of all times.
const YEAR_SECONDS: u64 = 365 * 24 * 60 * 60;

/// `[[source]]`, as often as there are sources.
pub const SOURCE: Section<Source> = Section {
    name: "source",
    about: "Where work comes from: nodes and pools in the order of preference.",
    keys: &[
        Key::<Source>::new(
            "url",
            Kind::Address(|source| &mut source.url),
            "http:// or https:// of a node, stratum+tcp:// or stratum+ssl:// of a pool.",
        )
        .example("\"http://127.0.0.1:9888\"")
        .required(),
        Key::<Source>::new(
            "name",
            Kind::SomeText(|source| &mut source.name),
            "What it is called; without it, its host and port.",
        )
        .example("\"main\""),
        Key::<Source>::new(
            "user",
            Kind::SomeText(|source| &mut source.user),
            "The login at a pool, or the id of a node's access token.",
        )
        .example("\"account.worker\""),
        Key::<Source>::new(
            "password",
            Kind::Secret(|source| &mut source.password),
            "The password at a pool, or the secret of a node's access token.",
        )
        .example("\"x\""),
        Key::<Source>::new(
            "password_file",
            Kind::SecretFile(|source| &mut source.password),
            "The file that the password is in, instead of it.",
        )
        .example("\"password\""),
        Key::<Source>::new(
            "ca_file",
            Kind::SomePath(|source| &mut source.ca_file),
            "Further certificates, in PEM: its own, whatever its name and dates, or of roots that may vouch for it.",
        )
        .example("\"ca.pem\""),
        Key::<Source>::new(
            "certificate_sha256",
            Kind::SomeSha256(|source| &mut source.certificate_sha256),
            "The SHA-256 of its certificate, as `openssl x509 -fingerprint -sha256` prints it. Then no other \
             certificate is trusted.",
        )
        .example("\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""),
        Key::<Source>::new(
            "form",
            Kind::Written(Form::EXPECTED, |source| &mut source.form),
            "How a node is talked to.",
        ),
        Key::<Source>::new(
            "poll_interval_ms",
            Kind::Integer(1..=60_000, |source| &mut source.poll_interval_ms),
            "The time between two questions for a node's work.",
        )
        .unit("ms"),
    ],
};

/// `[[device]]`, as often as there are devices.
pub const DEVICE: Section<Device> = Section {
    name: "device",
    about: "What hashes. Without any, it is every board that is found.",
    keys: &[
        Key::<Device>::new(
            "use",
            Kind::Text(|device| &mut device.choice),
            "`auto` for every board that is found on the USB, the path of a port, `serial:` and the \
             serial number of a board, `cpu:` and a number of threads, or `sim:` and options.",
        )
        .required(),
        Key::<Device>::new(
            "name",
            Kind::SomeText(|device| &mut device.name),
            "What it is called; without it, what it calls itself.",
        )
        .example("\"left\""),
        Key::<Device>::new(
            "expected_rate",
            Kind::SomeNumber(|device| &mut device.expected_rate),
            "What is expected of it; without it, what its size and clock promise.",
        )
        .unit("H/s")
        .example("12.0"),
        Key::<Device>::new(
            "results_per_minute",
            Kind::Number(|device| &mut device.results_per_minute),
            "How often it should report a result on average.",
        )
        .unit("1/min"),
        Key::<Device>::new(
            "baud",
            Kind::Integer32(1..=100_000_000, |device| &mut device.baud),
            "The speed of the serial line.",
        )
        .unit("bit/s"),
        Key::<Device>::new(
            "enabled",
            Kind::Boolean(|device| &mut device.enabled),
            "Whether it is given work.",
        ),
    ],
};

/// The sections that are there once.
pub static SETTINGS: [Section<Config>; 8] = [
    Section {
        name: "usb",
        about: "Where boards are looked for.",
        keys: &[Key::<Config>::new(
            "adapters",
            Kind::UsbIds(|config| &mut config.usb.adapters),
            "What a board may be behind, as `lsusb` numbers it, besides the adapters that are known.",
        )],
    },
    Section {
        name: "verify",
        about: "How results are hashed again on the processor.",
        keys: &[
            Key::<Config>::new(
                "policy",
                Kind::Written(Policy::EXPECTED, |config| &mut config.verify.policy),
                "Every result before it is submitted, every result after it, or one of N after it.",
            ),
            Key::<Config>::new(
                "threads",
                Kind::Integer(1..=1024, |config| &mut config.verify.threads),
                "Threads that hash again.",
            ),
            Key::<Config>::new(
                "matrix_lists",
                Kind::Integer(1..=64, |config| &mut config.verify.matrix_lists),
                "Matrix lists that are kept in memory, 16 MiB each.",
            ),
        ],
    },
    Section {
        name: "health",
        about: "How devices are judged.",
        keys: &[
            Key::<Config>::new(
                "sick_after_seconds",
                Kind::Integer(1..=YEAR_SECONDS, |config| {
                    &mut config.health.sick_after_seconds
                }),
                "A device that has been silent for so long is sick, and is helped.",
            )
            .unit("s"),
            Key::<Config>::new(
                "dead_after_seconds",
                Kind::Integer(1..=YEAR_SECONDS, |config| {
                    &mut config.health.dead_after_seconds
                }),
                "A device that has been silent for so long is given up.",
            )
            .unit("s"),
            Key::<Config>::new(
                "canary_interval_seconds",
                Kind::Integer(0..=YEAR_SECONDS, |config| {
                    &mut config.health.canary_interval_seconds
                }),
                "The time between two known-answer tests of a device; 0 is never.",
            )
            .unit("s"),
        ],
    },
    Section {
        name: "failover",
        about: "How sources take turns.",
        keys: &[
            Key::<Config>::new(
                "return_after_seconds",
                Kind::Integer(0..=YEAR_SECONDS, |config| {
                    &mut config.failover.return_after_seconds
                }),
                "A preferred source has to be well for so long before it gets its place back.",
            )
            .unit("s"),
            Key::<Config>::new(
                "silence_seconds",
                Kind::Integer(1..=YEAR_SECONDS, |config| {
                    &mut config.failover.silence_seconds
                }),
                "A source that has said nothing for so long is down.",
            )
            .unit("s"),
        ],
    },
    Section {
        name: "api",
        about: "Who may look, and give commands.",
        keys: &[
            Key::<Config>::new(
                "listen",
                Kind::Written(Listen::EXPECTED, |config| &mut config.api.listen),
                "Where the HTTP API and the metrics are.",
            ),
            Key::<Config>::new(
                "token",
                Kind::Secret(|config| &mut config.api.token),
                "Who sends it may give commands.",
            )
            .example("\"a long random text\""),
            Key::<Config>::new(
                "token_file",
                Kind::SecretFile(|config| &mut config.api.token),
                "The file that the token is in, instead of it.",
            )
            .example("\"token\""),
            Key::<Config>::new(
                "allowed_hosts",
                Kind::Texts(|config| &mut config.api.allowed_hosts),
                "Names that the API may be called by, besides its address.",
            ),
            Key::<Config>::new(
                "fleet_listen",
                Kind::Written(Listen::EXPECTED, |config| &mut config.api.fleet_listen),
                "Where the read-only API for fleet tools is; by custom on port 4028.",
            ),
        ],
    },
    Section {
        name: "output",
        about: "What is shown.",
        keys: &[Key::<Config>::new(
            "view",
            Kind::Written(View::EXPECTED, |config| &mut config.output.view),
            "The live view: where the output is a terminal, always, or never.",
        )],
    },
    Section {
        name: "state",
        about: "What outlives a run.",
        keys: &[
            Key::<Config>::new(
                "file",
                Kind::PathOrOff(|config| &mut config.state.file),
                "Where totals are kept. Without it, `state.json` in `$STATE_DIRECTORY`, in \
                 `$XDG_STATE_HOME/tensority` or in `~/.local/state/tensority`.",
            )
            .example("\"state.json\""),
            Key::<Config>::new(
                "history",
                Kind::PathOrOff(|config| &mut config.state.history),
                "Where rates, shares, temperatures and decisions of months are kept, about 0.4 MB for each \
                 device. Without it, `state.history.db` beside the totals; none if those are off.",
            )
            .example("\"state.history.db\""),
        ],
    },
    Section {
        name: "flash",
        about: "What `tensority flash` writes to boards.",
        keys: &[Key::<Config>::new(
            "key_file",
            Kind::SomePath(|config| &mut config.flash.key_file),
            "A public key of minisign. With it, only images whose manifest it has signed are written.",
        )
        .example("\"minisign.pub\"")],
    },
];

/// All keys of the sections that are there once, each with the name of its section.
pub fn settings() -> impl Iterator<Item = (&'static str, &'static Key<Config>)> {
    let sections = SETTINGS.iter();
    sections.flat_map(|section| section.keys.iter().map(|key| (section.name, key)))
}

/// The variable of the environment that stands for a key.
pub fn variable(section: &str, key: &str) -> String {
    format!("TENSORITY_{section}_{key}").to_uppercase()
}
