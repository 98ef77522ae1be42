//! Payloads as bytes: fixed fields one after the other, without padding, integers little-endian.

use crate::code::CodeTable;

/// A field's type on the wire.
pub trait Wire: Sized {
    /// Size in bytes.
    const SIZE: usize;
    /// Name in the documentation.
    const NAME: &'static str;
    /// Writes the value behind what is written already.
    fn put(&self, payload: &mut Writer);
    /// Reads the value behind what is read already.
    fn get(payload: &mut Reader) -> Self;
}

/// Sink of fields. What does not fit is dropped.
pub struct Writer<'a>(&'a mut [u8]);

/// Source of fields. What is missing is 0.
pub struct Reader<'a>(&'a [u8]);

// The controller's code has to be small: a field costs a call.
impl<'a> Writer<'a> {
    /// Begins at the first of `payload`.
    pub fn new(payload: &'a mut [u8]) -> Self {
        Self(payload)
    }

    #[inline(never)]
    fn bytes(&mut self, own: &[u8]) {
        let fits = own.len().min(self.0.len());
        if let Some(front) = self.0.split_off_mut(..fits) {
            copy(own, front);
        }
    }

    /// The lowest `size` bytes of a word.
    #[inline(never)]
    fn word(&mut self, word: u32, size: usize) {
        let bytes = word.to_le_bytes();
        self.bytes(bytes.get(..size).unwrap_or(&bytes));
    }
}

impl<'a> Reader<'a> {
    /// Begins at the first of `payload`.
    pub fn new(payload: &'a [u8]) -> Self {
        Self(payload)
    }

    #[inline(never)]
    fn bytes(&mut self, own: &mut [u8]) {
        let there = own.len().min(self.0.len());
        if let Some(front) = self.0.split_off(..there) {
            copy(front, own);
        }
    }

    /// `size` bytes, four at most.
    #[inline(never)]
    fn word(&mut self, size: usize) -> u32 {
        let mut bytes = [0; 4];
        self.bytes(bytes.get_mut(..size).unwrap_or_default());
        u32::from_le_bytes(bytes)
    }
}

/// Copies bytes; the parameters of a call are known not to overlap, which makes it short.
#[inline(never)]
fn copy(from: &[u8], to: &mut [u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Wire for $integer {
            const SIZE: usize = size_of::<Self>();
            const NAME: &'static str = stringify!($integer);
            fn put(&self, payload: &mut Writer) {
                payload.word(*self as u32, Self::SIZE);
            }
            fn get(payload: &mut Reader) -> Self {
                payload.word(Self::SIZE) as Self
            }
        }
    )*};
}
integers!(u8, u16, u32, i16);

impl Wire for u64 {
    const SIZE: usize = 8;
    const NAME: &'static str = "u64";
    fn put(&self, payload: &mut Writer) {
        payload.word(*self as u32, 4);
        payload.word((*self >> 32) as u32, 4);
    }
    fn get(payload: &mut Reader) -> Self {
        let low = payload.word(4);
        Self::from(payload.word(4)) << 32 | Self::from(low)
    }
}

impl<const N: usize> Wire for [u8; N] {
    const SIZE: usize = N;
    const NAME: &'static str = "bytes";
    fn put(&self, payload: &mut Writer) {
        payload.bytes(self);
    }
    fn get(payload: &mut Reader) -> Self {
        let mut own = [0; N];
        payload.bytes(&mut own);
        own
    }
}

/// A field of a payload, for the documentation.
#[derive(Clone, Copy, Debug)]
pub struct FieldLayout {
    /// Name, unique in the message.
    pub name: &'static str,
    /// Name of the type, [`Wire::NAME`].
    pub wire: &'static str,
    /// Size in bytes.
    pub size: usize,
    /// Meaning, one line each.
    pub about: &'static [&'static str],
    /// Table of its numbers, if they are codes.
    pub codes: Option<&'static CodeTable>,
}

/// A kind of message, for the documentation.
#[derive(Clone, Copy, Debug)]
pub struct MessageLayout {
    /// Name of the struct.
    pub name: &'static str,
    /// Kind byte of the frame.
    pub kind: u8,
    /// Size of the payload in bytes.
    pub size: usize,
    /// Purpose, one line each.
    pub about: &'static [&'static str],
    /// In the order of the payload.
    pub fields: &'static [FieldLayout],
}

impl MessageLayout {
    /// Whether a field is a code of `table`.
    pub fn uses(&self, table: &CodeTable) -> bool {
        self.fields.iter().any(|field| field.codes == Some(table))
    }
}

/// Payload of one kind of message.
pub trait Payload: Sized {
    /// Kind byte of the frame.
    const KIND: u8;
    /// Size in bytes.
    const SIZE: usize;
    /// Writes the payload to the front of `bytes`; what does not fit is dropped.
    fn put(&self, bytes: &mut [u8]);
    /// Reads the payload from the front of `bytes`; what is missing is 0.
    fn get(bytes: &[u8]) -> Self;
}

/// Fault of a message whose frame is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// No message of this set has this kind.
    #[error("unknown message 0x{0:02x}")]
    Unknown(u8),
    /// The payload is shorter than the first version of the message.
    #[error("message 0x{kind:02x}: expected {expected} bytes of payload or more, found {found}")]
    Short {
        /// Kind of the message.
        kind: u8,
        /// Bytes of the first version.
        expected: usize,
        /// Bytes that arrived.
        found: usize,
    },
}

/// Reads the payload of a message. Bytes behind the fields that are known belong to a later version
/// and are dropped.
///
/// # Errors
/// If the payload is too short.
pub fn read<P: Payload>(payload: &[u8]) -> Result<P, PayloadError> {
    if payload.len() < P::SIZE {
        return Err(PayloadError::Short {
            kind: P::KIND,
            expected: P::SIZE,
            found: payload.len(),
        });
    }
    Ok(P::get(payload))
}

/// Defines a set of messages: a struct for each, whose size is pinned, and the enum of them all.
///
/// Later versions of a message may only append fields; who reads drops what it does not know.
macro_rules! messages {
    (
        $(#[doc = $set_about:literal])*
        $set:ident {
            $(
                $(#[doc = $about:literal])*
                $name:ident = $kind:literal, $size:literal bytes {
                    $($(#[doc = $field_about:literal])* $field:ident: $wire:ty $(as $codes:ident)?,)*
                }
            )*
        }
    ) => {
        $(#[doc = $set_about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $set {
            $($(#[doc = $about])* $name($name),)*
        }

        $(
            $(#[doc = $about])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name {
                $($(#[doc = $field_about])* pub $field: $wire,)*
            }

            impl Payload for $name {
                const KIND: u8 = $kind;
                const SIZE: usize = 0 $(+ <$wire as Wire>::SIZE)*;

                fn put(&self, bytes: &mut [u8]) {
                    let _payload = &mut Writer::new(bytes);
                    $(self.$field.put(_payload);)*
                }

                fn get(bytes: &[u8]) -> Self {
                    let _payload = &mut Reader::new(bytes);
                    Self { $($field: <$wire as Wire>::get(_payload)),* }
                }
            }

            const _: () = assert!(<$name as Payload>::SIZE == $size);

            impl From<$name> for $set {
                fn from(message: $name) -> Self {
                    Self::$name(message)
                }
            }
        )*

        impl $set {
            /// All messages of the set.
            pub const LAYOUT: &'static [MessageLayout] = &[$(MessageLayout {
                name: stringify!($name),
                kind: $kind,
                size: $size,
                about: &[$($about),*],
                fields: &[$(FieldLayout {
                    name: stringify!($field),
                    wire: <$wire as Wire>::NAME,
                    size: <$wire as Wire>::SIZE,
                    about: &[$($field_about),*],
                    codes: [$(Some($codes::TABLE),)? None][0],
                }),*],
            }),*];

            /// Bytes of the longest payload.
            pub const MAX_SIZE: usize = {
                let mut max = 0;
                $(if <$name as Payload>::SIZE > max { max = <$name as Payload>::SIZE; })*
                max
            };

            /// Kind byte of the frame.
            pub fn kind(&self) -> u8 {
                match self {
                    $(Self::$name(_) => $kind,)*
                }
            }

            /// Writes the payload to the front of `bytes`, [`Self::MAX_SIZE`] long or more, and
            /// returns its length.
            pub fn put(&self, bytes: &mut [u8]) -> usize {
                match self {
                    $(Self::$name(message) => {
                        message.put(bytes);
                        $size
                    })*
                }
            }

            /// Reads the payload of a message of the given kind; see [`read`].
            ///
            /// # Errors
            /// If the kind is not one of this set, or the payload is too short.
            pub fn get(kind: u8, payload: &[u8]) -> Result<Self, PayloadError> {
                match kind {
                    $($kind => Ok(Self::$name(read(payload)?)),)*
                    unknown => Err(PayloadError::Unknown(unknown)),
                }
            }
        }
    };
}
pub(crate) use messages;
