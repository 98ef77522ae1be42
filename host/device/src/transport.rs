//! Byte transport to a device and back.

use std::io;
use std::time::Duration;

use crate::device::Kind;
use crate::waker::Waker;

/// What ends a wait for bytes, besides bytes and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sleep {
    /// A wake; also one that came before, if none has ended for it.
    Light,
    /// Nothing; a wake that comes meanwhile ends the next light one.
    Deep,
}

/// A line to a device, both ways. It may lose, change and add bytes.
pub trait Transport: Send {
    /// What it is called in messages, such as the path of a port.
    fn name(&self) -> &str;

    /// What is at its other end: [`Kind::Board`] or [`Kind::Simulated`].
    fn kind(&self) -> Kind;

    /// Path of the port, if it is one.
    fn port(&self) -> Option<&str>;

    /// What ends a [`Sleep::Light`], from any thread.
    fn waker(&self) -> Waker;

    /// Sends all bytes, in bounded time.
    ///
    /// # Errors
    /// If the device is gone, or takes nothing for too long.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Receives what has come, at the latest after `patience`; 0 if nothing has, or if a wake ended
    /// the wait.
    fn receive(&mut self, buffer: &mut [u8], patience: Duration, sleep: Sleep)
    -> io::Result<usize>;
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn kind(&self) -> Kind {
        (**self).kind()
    }

    fn port(&self) -> Option<&str> {
        (**self).port()
    }

    fn waker(&self) -> Waker {
        (**self).waker()
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        (**self).send(bytes)
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: Duration,
        sleep: Sleep,
    ) -> io::Result<usize> {
        (**self).receive(buffer, patience, sleep)
    }
}
