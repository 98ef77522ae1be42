//! Observable state of the schedule, for reports and the watchdog.

use tensority_protocol::codes::{Counter, DeviceState, SelfTestState};
use tensority_protocol::messages::Checksums;

use super::{Schedule, Task};
use crate::accelerator::Accelerator;
use crate::bus::Bus;

impl Schedule {
    /// The core, to read its counters.
    pub fn core(&self) -> &Accelerator {
        &self.core
    }

    /// Whether the core has not taken in the last command yet; requests have to wait.
    pub fn is_settling(&self) -> bool {
        self.settling
    }

    /// Progress of the self-test.
    pub fn self_test(&self) -> SelfTestState {
        self.self_test
    }

    /// Activity of the device.
    pub fn state(&self) -> DeviceState {
        match self.task {
            _ if self.self_test == SelfTestState::Runs => DeviceState::SelfTest,
            Task::Range => DeviceState::Hashing,
            Task::List => DeviceState::Generating,
            Task::Test => DeviceState::SelfTest,
            Task::Checksums => DeviceState::Checksums,
            Task::None if self.self_test == SelfTestState::Failed => DeviceState::Unfit,
            Task::None => DeviceState::Idle,
        }
    }

    /// Id of the range that runs, or 0, and the hashes it has come to.
    pub fn running(&self, bus: &mut impl Bus) -> (u32, u64) {
        match (self.task, self.queue.current()) {
            (Task::Range, Some(range)) if self.settling => (range.id, 0),
            (Task::Range, Some(range)) => {
                let hashes = self.core.count(bus, Counter::Hashes);
                (range.id, Counter::between(self.hashes_before, hashes))
            }
            _ => (0, 0),
        }
    }

    /// Ranges that wait, for another range, their matrix list or the self-test.
    pub fn waiting(&self) -> u8 {
        let running = u8::from(self.task == Task::Range);
        self.queue.len().saturating_sub(running)
    }

    /// The checksums asked for, once, when they are read.
    pub fn checksums(&mut self) -> Option<Checksums> {
        self.checksums.done()
    }

    /// Changes as the core gets on; `None` if it has nothing to do, or waits for a result to be taken.
    pub fn sign_of_life(&self, bus: &mut impl Bus) -> Option<u32> {
        let busy = self.settling || self.task != Task::None;
        if !busy || (self.core.status(bus).result() && !self.settling) {
            return None;
        }
        Some(self.core.sign_of_life(bus).wrapping_add(self.exchanges))
    }
}
