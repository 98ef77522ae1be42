//! The chip: its parts, its time, and what resets it.

use tensority_protocol::codes::{BootAction, ResetCause};

use crate::boot::Boot;
use crate::config::Config;
use crate::core::Core;
use crate::hashing::Hashing;
use crate::uart::Uart;

/// A chip. Each access of its controller takes time, and so does [`Chip::advance`].
pub struct Chip {
    pub(crate) config: Config,
    hashing: Box<dyn Hashing>,
    /// Cycles since the chip was made.
    pub(crate) now: u64,
    pub(crate) started: u64,
    pub(crate) timer_high: u32,
    pub(crate) watchdog_period: u32,
    pub(crate) fed: u64,
    pub(crate) watchdog_resets: u16,
    pub(crate) uart: Uart,
    pub(crate) boot: Boot,
    pub(crate) core: Core,
    pub(crate) counter_high: u32,
    pub(crate) restarted: bool,
}

impl Chip {
    /// A chip after power-up.
    pub fn new(config: Config, hashing: impl Hashing + 'static) -> Self {
        Self {
            hashing: Box::new(hashing),
            now: 0,
            started: 0,
            timer_high: 0,
            watchdog_period: config.clock,
            fed: 0,
            watchdog_resets: 0,
            uart: Uart::new(config.divisor),
            boot: Boot::new(),
            core: Core::new(),
            counter_high: 0,
            restarted: false,
            config,
        }
    }

    /// Cycles since the chip was made.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Lets `cycles` pass.
    pub fn advance(&mut self, cycles: u64) {
        let until = self.now + cycles;
        if let Some(at) = self.config.faults.reset_at
            && at <= until
        {
            self.config.faults.reset_at = None;
            self.restart(ResetCause::Command);
        }
        self.now = until;
        self.core
            .advance(self.now, &self.config, &mut *self.hashing);
        self.uart.advance(self.now);
        if self.boot.trial.is_some_and(|end| end <= self.now) {
            self.restart(ResetCause::NotConfirmed);
        }
        let hungry = self.now - self.fed >= u64::from(self.watchdog_period);
        if self.watchdog_period > 0 && hungry {
            self.watchdog_resets = self.watchdog_resets.saturating_add(1);
            self.restart(ResetCause::Watchdog);
        }
    }

    /// When something will happen next, but for the watchdog.
    pub fn next_event(&self) -> Option<u64> {
        [self.core.next_event(), self.uart.next_event()]
            .into_iter()
            .flatten()
            .min()
    }

    /// A byte arrives on the line.
    pub fn receive(&mut self, byte: u8) {
        self.uart.receive(byte);
    }

    /// The bytes that have left since the last call.
    pub fn sent(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.uart.sent)
    }

    /// Whether bytes wait for the controller.
    pub fn has_received(&self) -> bool {
        !self.uart.received.is_empty()
    }

    /// Cycles that a byte takes on the line.
    pub fn byte_time(&self) -> u64 {
        self.uart.byte_time()
    }

    /// The bank that runs.
    pub fn bank(&self) -> usize {
        self.boot.bank
    }

    /// Bytes of a firmware bank.
    pub fn bank_content(&self, bank: usize) -> &[u8] {
        &self.boot.banks[bank]
    }

    /// Whether the chip has restarted since the last call: its controller begins anew. Until then it
    /// answers nothing.
    pub fn take_restart(&mut self) -> bool {
        std::mem::take(&mut self.restarted)
    }

    /// Presses the reset button.
    pub fn reset(&mut self) {
        self.restart(ResetCause::Command);
    }

    /// Switches the power off and on.
    pub fn power_cycle(&mut self) {
        self.boot = Boot::new();
        self.watchdog_resets = 0;
        self.restart(ResetCause::PowerUp);
    }

    fn restart(&mut self, cause: ResetCause) {
        self.boot.restart(cause);
        self.reset_peripherals();
    }

    fn reset_peripherals(&mut self) {
        self.started = self.now;
        self.fed = self.now;
        self.watchdog_period = self.config.clock;
        self.uart.reset();
        // A reset ends what is wrong, if it has shown itself.
        if self.core.is_hung(&self.config) {
            self.config.faults.hang_after = None;
        }
        self.core.reset();
        self.restarted = true;
    }

    pub(crate) fn act(&mut self, action: BootAction) {
        match action {
            BootAction::Nothing => {}
            BootAction::RestartConfirmed => self.restart(ResetCause::Command),
            BootAction::StartOther => {
                self.boot.start_other(self.now);
                self.reset_peripherals();
            }
            BootAction::Confirm => self.boot.confirm(),
        }
    }
}
