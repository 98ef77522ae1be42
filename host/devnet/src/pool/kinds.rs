//! The kinds of some misbehaviours, each with its name and what it is.

/// Something that is chosen by its name.
pub trait Named: Copy + 'static {
    /// All, in the order of their turns.
    const ALL: &'static [Self];

    /// What it is called.
    fn name(self) -> &'static str;

    /// What it does, and who does so.
    fn about(self) -> &'static str;
}

/// An enumeration of variants with a name and an explanation each, said once.
macro_rules! named {
    ($(#[$about_type:meta])* $type:ident { $($variant:ident = $name:literal: $about:literal,)* }) => {
        $(#[$about_type])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type {
            $(#[doc = $about] $variant,)*
        }

        impl Named for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => $about,)*
                }
            }
        }
    };
}

named! {
    /// A field of a job that [`WrongEndian`](crate::pool::Misbehaviour::WrongEndian) turns around.
    Field {
        Version = "version": "the version of the header",
        Height = "height": "the height",
        Timestamp = "timestamp": "the timestamp",
        Nonce = "nonce": "the first nonce of the session: a version of BTC.com's pool",
        Bits = "bits": "the network's target in compact form",
        Target = "target": "the target of a share",
    }
}

named! {
    /// A strange form of something right.
    Oddity {
        BareTrue = "bare-true": "a good share is answered by true: pools of other coins",
        MinusOne = "minus-one": "errors have code -1 and other words: Antpool and BTC.com",
        TextIds = "text-ids": "replies have the request's id as a text",
        NullIds = "null-ids": "replies have no id",
        IdOne = "id-one": "the reply to a login has id 1: BTC.com",
        UnknownNotification = "unknown-notification": "mining.set_difficulty comes before each line: pools of other coins",
        NumberJobId = "number-job-id": "job ids are numbers, most of them beyond 2^53 and half beyond 2^63",
        ShortTarget = "short-target": "a target has one byte that is not zero, the most significant; BTC.com leaves out bytes that are zero",
        LongTarget = "long-target": "a target has all 32 bytes",
        UpperCase = "upper-case": "hexadecimal digits are in upper case",
    }
}

named! {
    /// A line that makes no sense, said before one that does.
    Garbage {
        NotJson = "not-json": "a line that is no JSON: another service at that port",
        BrokenJson = "broken-json": "JSON that breaks off before the end of its line",
        HugeLine = "huge-line": "a line of 1 MiB",
        WrongTypes = "wrong-types": "a job whose fields are of other types",
        GreatIntegers = "great-integers": "a job whose integers are numbers beyond 2^53, 2^63 and 2^64",
        NotUtf8 = "not-utf8": "bytes that are no UTF-8",
        HalfMessage = "half-message": "half of the line that should come, and the end of the connection",
    }
}
