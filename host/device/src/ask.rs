//! Requests, each with the type of its answer.

use tensority_protocol::layout::Payload;
use tensority_protocol::messages::*;

/// A request that is answered by one kind of message, or by `Refused`.
pub trait Ask: Payload + Into<Request> {
    /// What it is answered by.
    type Answer: Payload;
    /// What it is called in messages.
    const NAME: &'static str;
}

macro_rules! answers {
    ($($request:ident => $answer:ident,)*) => {$(
        impl Ask for $request {
            type Answer = $answer;
            const NAME: &'static str = stringify!($request);
        }
        const _: () = assert!($request::KIND | ANSWER == $answer::KIND);
    )*};
}

// An `Acknowledge` is missing: nobody waits for its answer.
answers! {
    Identify => Identity,
    SetJob => JobSet,
    Run => RangeTaken,
    Abort => Aborted,
    Status => Report,
    SelfTest => SelfTestTaken,
    ReadChecksums => Checksums,
    Reset => Resetting,
    UpdateBegin => UpdateBegun,
    UpdateWrite => UpdateWritten,
    UpdateStart => UpdateStarting,
    UpdateConfirm => UpdateConfirmed,
}
