//! A bad line: bytes are changed, lost, made up, and come twice.

use std::io;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority_device::device::Kind;
use tensority_device::transport::{Sleep, Transport};
use tensority_device::waker::Waker;

/// One byte in so many is changed, one is lost, and one is made up.
const BYTES: u32 = 1000;
/// One in so many of what is received at once comes twice.
const CHUNKS: u32 = 20;

pub struct Noisy<T> {
    pub inner: T,
    random: StdRng,
    name: String,
    /// Times that the line did harm.
    pub harm: u32,
}

impl<T: Transport> Noisy<T> {
    pub fn new(inner: T, seed: u64) -> Self {
        Self {
            name: inner.name().to_owned(),
            inner,
            random: StdRng::seed_from_u64(seed),
            harm: 0,
        }
    }

    fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut passed = Vec::new();
        for byte in bytes {
            match self.random.random_range(0..BYTES) {
                0 => passed.push(byte ^ (1 << self.random.random_range(0..8))),
                1 => {}
                2 => passed.extend([self.random.random(), *byte]),
                _ => {
                    passed.push(*byte);
                    continue;
                }
            }
            self.harm += 1;
        }
        passed
    }
}

impl<T: Transport> Transport for Noisy<T> {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> Kind {
        self.inner.kind()
    }

    fn port(&self) -> Option<&str> {
        self.inner.port()
    }

    fn waker(&self) -> Waker {
        self.inner.waker()
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let passed = self.pass(bytes);
        self.inner.send(&passed)
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: Duration,
        sleep: Sleep,
    ) -> io::Result<usize> {
        // All of it may double, and double again.
        let part = buffer.len() / 4;
        let received = self.inner.receive(&mut buffer[..part], patience, sleep)?;
        let mut passed = self.pass(&buffer[..received]);
        if self.random.random_ratio(1, CHUNKS) {
            passed.extend_from_within(..);
            self.harm += 1;
        }
        if received > 0 && passed.is_empty() {
            // Nothing would say that the time is over.
            passed.push(0);
        }
        buffer[..passed.len()].copy_from_slice(&passed);
        Ok(passed.len())
    }
}
