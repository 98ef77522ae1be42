//! What carries bytes to a device and back.

use std::{io, time::Duration};

/// A line to a device, both ways. It may lose, change and add bytes.
pub trait Transport: Send {
    /// What it is called in messages, such as the path of a port.
    fn name(&self) -> &str;

    /// Sends all bytes, in bounded time.
    ///
    /// # Errors
    /// If the device is gone, or takes nothing for too long.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Receives what has come, at the latest after `patience`; 0 if nothing has.
    ///
    /// # Errors
    /// If the device is gone.
    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize>;
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        (**self).send(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize> {
        (**self).receive(buffer, patience)
    }
}
