//! A campaign under way: its processes, the faults that are to end, and the ledger.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{fs, io, mem};

use rustix::process::Signal;
use serde_json::Value;

use crate::boards::Disturbance;
use crate::fault::Fault;
use crate::ledger::{Checked, End, Ledger, Life};
use crate::processes::Line;
use crate::record;
use crate::world::{POOLS, Settings, World};

/// How long a miner that is told to end may take.
const END_PATIENCE: Duration = Duration::from_secs(60);

/// Receipts beyond this are taken and removed between two lives.
const MOST_RECEIPTS: u64 = 32 << 20;

/// What ends a fault.
#[derive(Debug)]
enum Undo {
    Quiet(usize),
    Plug(usize),
    ResumePool(usize),
    StartPool(usize, Vec<&'static str>),
    ResumeNode,
    StartNode,
    FreeDisk(Duration),
    StartMiner,
}

/// See the module's documentation.
pub struct Run {
    world: World,
    ledger: Ledger,
    lines: Receiver<Line>,
    /// When it began.
    pub start: Instant,
    undo: Vec<(Instant, Undo)>,
    /// Faults by kind.
    pub faults: BTreeMap<String, u64>,
    /// Faults that this machine does not allow.
    pub impossible: BTreeMap<String, u64>,
}

impl Run {
    /// Starts all processes below a folder.
    ///
    /// # Errors
    /// If one of them cannot be started.
    pub fn start(settings: Settings, folder: &Path) -> io::Result<Self> {
        let (sender, lines) = mpsc::channel();
        let mut run = Self {
            world: World::start(settings, folder, sender)?,
            ledger: Ledger::new(POOLS),
            lines,
            start: Instant::now(),
            undo: Vec::new(),
            faults: BTreeMap::new(),
            impossible: BTreeMap::new(),
        };
        run.start_miner()?;
        Ok(run)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Takes lines, and ends faults whose time is over, until a moment.
    pub fn listen_until(&mut self, until: Instant) -> io::Result<()> {
        loop {
            let due = self.undo.iter().map(|(at, _)| *at).min();
            let wake = due.map_or(until, |due| due.min(until));
            let patience = wake.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(patience) {
                Ok(line) => self.take(&line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            let now = Instant::now();
            let (over, later) = mem::take(&mut self.undo)
                .into_iter()
                .partition(|(at, _)| *at <= now);
            self.undo = later;
            let over: Vec<_> = over;
            for (_, undo) in over {
                self.undo(undo)?;
            }
            self.notice_an_end()?;
            if now >= until {
                return Ok(());
            }
        }
    }

    fn take(&mut self, line: &Line) {
        let at = line.at.saturating_duration_since(self.start);
        self.ledger.take(at, line.who, &line.text);
    }

    fn take_all(&mut self) {
        while let Ok(line) = self.lines.try_recv() {
            self.take(&line);
        }
    }

    fn later(&mut self, time: Duration, undo: Undo) {
        self.undo.push((Instant::now() + time, undo));
    }

    /// Has something fail, if it does not already.
    pub fn fail(&mut self, fault: Fault) -> io::Result<()> {
        let name = fault.name().to_owned();
        if !self.world.admits(&fault) {
            *self.impossible.entry(name).or_default() += 1;
            return Ok(());
        }
        if self.begin(fault)? {
            *self.faults.entry(name).or_default() += 1;
        }
        Ok(())
    }

    /// Begins a fault; false if what it is of fails already.
    fn begin(&mut self, fault: Fault) -> io::Result<bool> {
        let fails = |undo: &dyn Fn(&Undo) -> bool| self.undo.iter().any(|(_, it)| undo(it));
        match fault {
            Fault::Noise {
                board,
                per_million,
                time,
            } => {
                self.world.disturb(board, Disturbance::Noise(per_million))?;
                self.later(time, Undo::Quiet(board));
            }
            Fault::Unplug { board, time } => {
                if fails(&|undo| matches!(undo, Undo::Plug(it) if *it == board)) {
                    return Ok(false);
                }
                self.world.disturb(board, Disturbance::Unplug)?;
                self.later(time, Undo::Plug(board));
            }
            Fault::Reset { board } => self.world.disturb(board, Disturbance::Reset)?,
            Fault::HangPool { pool, time } => {
                let (true, Some(process)) = (
                    !fails(&|undo| matches!(undo, Undo::ResumePool(it) if *it == pool)),
                    &self.world.pools[pool],
                ) else {
                    return Ok(false);
                };
                process.signal(Signal::STOP);
                self.later(time, Undo::ResumePool(pool));
            }
            Fault::KillPool {
                pool,
                time,
                misbehaviours,
            } => {
                let Some(mut process) = self.world.pools[pool].take() else {
                    return Ok(false);
                };
                process.kill()?;
                let now = self.now();
                self.ledger.pools[pool].kills.push(now);
                self.later(time, Undo::StartPool(pool, misbehaviours));
            }
            Fault::HangNode { time } => {
                let (true, Some(process)) = (
                    !fails(&|undo| matches!(undo, Undo::ResumeNode)),
                    &self.world.node,
                ) else {
                    return Ok(false);
                };
                process.signal(Signal::STOP);
                self.later(time, Undo::ResumeNode);
            }
            Fault::KillNode { time } => {
                let Some(mut process) = self.world.node.take() else {
                    return Ok(false);
                };
                process.kill()?;
                let now = self.now();
                self.ledger.node.kills.push(now);
                self.later(time, Undo::StartNode);
            }
            Fault::FillDisk { time } => {
                let (false, Some(disk)) = (
                    fails(&|undo| matches!(undo, Undo::FreeDisk(_))),
                    &self.world.disk,
                ) else {
                    return Ok(false);
                };
                disk.fill()?;
                let now = self.now();
                self.later(time, Undo::FreeDisk(now));
            }
            Fault::KillMiner { time } => {
                let Some(mut process) = self.world.miner.take() else {
                    return Ok(false);
                };
                process.kill()?;
                self.miner_ended(End::Killed)?;
                self.later(time, Undo::StartMiner);
            }
            Fault::EndMiner => {
                if self.world.miner.is_none() {
                    return Ok(false);
                }
                self.end_miner()?;
                self.start_miner()?;
            }
            Fault::StepClock { seconds } => self.world.step_clock(seconds)?,
        }
        Ok(true)
    }

    fn undo(&mut self, undo: Undo) -> io::Result<()> {
        match undo {
            Undo::Quiet(board) => self.world.disturb(board, Disturbance::Noise(0)),
            Undo::Plug(board) => self.world.disturb(board, Disturbance::Plug),
            Undo::ResumePool(pool) => {
                // It may have been killed meanwhile.
                let process = self.world.pools[pool].as_ref();
                process.iter().for_each(|it| it.signal(Signal::CONT));
                Ok(())
            }
            Undo::StartPool(pool, misbehaviours) => self.world.start_pool(pool, &misbehaviours),
            Undo::ResumeNode => {
                let process = self.world.node.as_ref();
                process.iter().for_each(|it| it.signal(Signal::CONT));
                Ok(())
            }
            Undo::StartNode => self.world.start_node(),
            Undo::FreeDisk(since) => {
                let now = self.now();
                self.ledger.disk_full.push((since, now));
                self.world.disk.as_ref().map_or(Ok(()), |disk| disk.free())
            }
            Undo::StartMiner => self.start_miner(),
        }
    }

    fn totals(&self) -> Option<Value> {
        let json = fs::read(self.world.files.state()).ok()?;
        serde_json::from_slice(&json).ok()
    }

    fn start_miner(&mut self) -> io::Result<()> {
        let life = Life {
            began: self.now(),
            totals: [self.totals(), None],
            ..Life::default()
        };
        self.ledger.lives.push(life);
        self.world.start_miner(self.ledger.lives.len() - 1)
    }

    /// Tells the miner to end, and waits for it.
    fn end_miner(&mut self) -> io::Result<()> {
        let Some(mut process) = self.world.miner.take() else {
            return Ok(());
        };
        process.signal(Signal::TERM);
        let deadline = Instant::now() + END_PATIENCE;
        // Faults end meanwhile: a pool that hangs comes to itself.
        while process.ended()?.is_none() && Instant::now() < deadline {
            self.listen_until(Instant::now() + Duration::from_millis(20))?;
        }
        self.take_all();
        let has_begun = self
            .ledger
            .lives
            .last()
            .is_some_and(|life| !life.found.is_empty());
        let end = match process.wait(Duration::from_millis(10))? {
            // While it starts, with nothing to hand in, a signal ends it at once.
            Some(status) if status.signal() == Some(Signal::TERM.as_raw()) && !has_begun => {
                End::Killed
            }
            Some(status) => End::Exited(status.code()),
            None => {
                let life = self.ledger.lives.len() - 1;
                self.ledger
                    .violation(format!("life {life}: did not end within {END_PATIENCE:?}"));
                End::Killed
            }
        };
        self.miner_ended(end)
    }

    fn notice_an_end(&mut self) -> io::Result<()> {
        let Some(miner) = &mut self.world.miner else {
            return Ok(());
        };
        if miner.ended()?.is_none() {
            return Ok(());
        }
        let status = miner.wait(Duration::from_secs(1))?;
        self.world.miner = None;
        let life = self.ledger.lives.len() - 1;
        self.ledger
            .violation(format!("life {life}: ended by itself, {status:?}"));
        self.miner_ended(End::Exited(status.and_then(|status| status.code())))?;
        self.start_miner()
    }

    fn miner_ended(&mut self, end: End) -> io::Result<()> {
        self.take_all();
        let (now, totals) = (self.now(), self.totals());
        let number = self.ledger.lives.len() - 1;
        if let End::Exited(code) = &end
            && *code != Some(0)
        {
            self.ledger.violation(format!(
                "life {number}: expected exit code 0, found {code:?}"
            ));
        }
        let life = &mut self.ledger.lives[number];
        life.end = Some((now, end));
        life.totals[1] = totals;
        let receipts = self.world.files.receipts();
        if fs::metadata(&receipts).is_ok_and(|file| file.len() > MOST_RECEIPTS) {
            self.take_receipts()?;
            fs::remove_file(receipts)?;
        }
        Ok(())
    }

    fn take_receipts(&mut self) -> io::Result<()> {
        match fs::read(self.world.files.receipts()) {
            Ok(bytes) => self.ledger.take_receipts(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Ends all faults and then all processes, and reckons.
    pub fn end(mut self) -> io::Result<Checked> {
        let ends: Vec<_> = mem::take(&mut self.undo);
        for (_, undo) in ends {
            self.undo(undo)?;
        }
        self.end_miner()?;
        self.take_receipts()?;
        for mut process in self
            .world
            .pools
            .drain(..)
            .flatten()
            .chain(self.world.node.take())
        {
            process.signal(Signal::TERM);
            process.wait(Duration::from_secs(10))?;
        }
        self.world.end_boards()?;
        self.take_all();
        let (known, count) = record::read(&self.world.files.record())?;
        Ok(mem::take(&mut self.ledger).check((&known, count)))
    }
}
