//! The processes of a campaign and their files: how each is started, and how it is made to fail.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::Sender;

use tensority::Target;

use crate::boards::{self, Boards, Disturbance};
use crate::disk::Disk;
use crate::fault::Fault;
use crate::ledger::{POOL_HEIGHTS, Who};
use crate::processes::{Line, Process};

/// Pools, in the order of the miner's preference; the node comes last.
pub const POOLS: usize = 2;

/// Heights of a pool's life; more than it makes blocks.
const HEIGHTS: u64 = 10_000;

/// Where systems have the library that lies about the time.
const FAKETIME: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
];

/// What a world is made of.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program `tensority`.
    pub program: PathBuf,
    /// The program of the boards, `tensority-torture`.
    pub boards_program: PathBuf,
    /// How many boards there are.
    pub boards: usize,
    /// Cycles of a board's hash, at 100 MHz.
    pub hash_cycles: u64,
    /// Hashes that a block takes on average.
    pub block_hashes: f64,
}

/// The files of a world, below a folder.
#[derive(Clone, Debug)]
pub struct Files(PathBuf);

impl Files {
    fn of(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The record of the boards.
    pub fn record(&self) -> PathBuf {
        self.of("record")
    }

    /// The totals of the miner.
    pub fn state(&self) -> PathBuf {
        self.of("state/state.json")
    }

    /// The receipts of the miner.
    pub fn receipts(&self) -> PathBuf {
        self.of("state/receipts")
    }

    /// What all said on standard error.
    pub fn log(&self) -> PathBuf {
        self.of("log")
    }
}

/// See the module's documentation.
pub struct World {
    settings: Settings,
    pub files: Files,
    lines: Sender<Line>,
    ports: Vec<u16>,
    pub pools: Vec<Option<Process>>,
    pool_lives: Vec<u64>,
    pub node: Option<Process>,
    pub miner: Option<Process>,
    boards: Child,
    to_boards: Option<ChildStdin>,
    /// Nothing where none can be mounted.
    pub disk: Option<Disk>,
    /// What steps the miner's clock, if it is there.
    clock: Option<&'static str>,
}

impl World {
    /// Starts boards, pools and node below a folder; the miner has yet to be started.
    ///
    /// # Errors
    /// If one of them cannot be started.
    pub fn start(settings: Settings, folder: &Path, lines: Sender<Line>) -> io::Result<Self> {
        let files = Files(folder.to_owned());
        fs::create_dir(files.of("state"))?;
        let (boards, to_boards) = start_boards(&settings, &files)?;
        let mut world = Self {
            disk: Disk::mount(&files.of("state")).ok(),
            clock: FAKETIME.into_iter().find(|it| Path::new(it).is_file()),
            ports: free_ports(POOLS + 1)?,
            pools: (0..POOLS).map(|_| None).collect(),
            pool_lives: vec![0; POOLS],
            node: None,
            miner: None,
            to_boards: Some(to_boards),
            settings,
            files,
            lines,
            boards,
        };
        world.step_clock(0)?;
        world.configure()?;
        for pool in 0..POOLS {
            world.start_pool(pool, &[])?;
        }
        world.start_node()?;
        Ok(world)
    }

    fn configure(&self) -> io::Result<()> {
        let mut text = String::new();
        for (pool, port) in self.ports[..POOLS].iter().enumerate() {
            text += &format!(
                "[[source]]\nname = \"pool-{pool}\"\nurl = \"stratum+tcp://127.0.0.1:{port}\"\nuser = \"account.worker\"\n"
            );
        }
        let node = self.ports[POOLS];
        text += &format!("[[source]]\nname = \"node\"\nurl = \"http://127.0.0.1:{node}\"\n");
        for board in 0..self.settings.boards {
            let path = boards::path(&self.files.0, board);
            text += &format!(
                "[[device]]\nname = \"board-{board}\"\nuse = \"{}\"\nresults_per_minute = 1000000.0\n",
                path.display()
            );
        }
        text += "[health]\ncanary_interval_seconds = 7\n\
                 [failover]\nreturn_after_seconds = 2\nsilence_seconds = 5\n\
                 [api]\nlisten = \"off\"\n";
        fs::write(self.files.of("config.toml"), text)
    }

    fn tensority(&self) -> Command {
        let mut command = Command::new(&self.settings.program);
        command.env_clear().env("HOME", &self.files.0);
        command
    }

    fn bits(&self) -> String {
        Target::of_average(self.settings.block_hashes)
            .to_bits()
            .to_string()
    }

    /// Starts a pool on a chain of its own, whose heights no other one has.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_pool(&mut self, pool: usize, misbehaviours: &[&str]) -> io::Result<()> {
        let life = self.pool_lives[pool];
        self.pool_lives[pool] += 1;
        let height = POOL_HEIGHTS * (1 + pool as u64) + HEIGHTS * life + 1;
        let mut command = self.tensority();
        command
            .args(["pool", "--json", "--diff", "1", "--refuse-duplicates"])
            .args(["--block-every", "11", "--bits", &self.bits()])
            .args(["--height", &height.to_string()])
            .arg("--listen")
            .arg(format!("127.0.0.1:{}", self.ports[pool]));
        if !misbehaviours.is_empty() {
            command.args(["--misbehave", &misbehaviours.join(",")]);
        }
        let who = Who::Pool(pool);
        let process = Process::start(&mut command, who, &self.files.log(), &self.lines)?;
        self.pools[pool] = Some(process);
        Ok(())
    }

    /// Starts the node, which goes on with its chain.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_node(&mut self) -> io::Result<()> {
        let mut command = self.tensority();
        command
            .args(["node", "--json", "--bits", &self.bits(), "--chain"])
            .arg(self.files.of("chain"))
            .arg("--listen")
            .arg(format!("127.0.0.1:{}", self.ports[POOLS]));
        let log = self.files.log();
        self.node = Some(Process::start(&mut command, Who::Node, &log, &self.lines)?);
        Ok(())
    }

    /// Starts the miner, in its life of this number.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_miner(&mut self, life: usize) -> io::Result<()> {
        let mut command = self.tensority();
        command.args(["mine", "--json", "--config"]);
        command.arg(self.files.of("config.toml"));
        command.arg("--state-file").arg(self.files.state());
        command.arg("--receipts").arg(self.files.receipts());
        if let Some(library) = self.clock {
            command
                .env("LD_PRELOAD", library)
                .env("FAKETIME_TIMESTAMP_FILE", self.files.of("clock"))
                .env("FAKETIME_CACHE_DURATION", "1")
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        let log = self.files.log();
        self.miner = Some(Process::start(
            &mut command,
            Who::Miner(life),
            &log,
            &self.lines,
        )?);
        Ok(())
    }

    /// Has the miner's clock be off by so many seconds.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn step_clock(&self, seconds: i64) -> io::Result<()> {
        fs::write(self.files.of("clock"), format!("{seconds:+}\n"))
    }

    /// Disturbs a board.
    ///
    /// # Errors
    /// If the boards have ended.
    pub fn disturb(&mut self, board: usize, disturbance: Disturbance) -> io::Result<()> {
        let ended = || io::Error::other("expected boards, found that they have ended");
        let boards = self.to_boards.as_mut().ok_or_else(ended)?;
        boards.write_all(disturbance.line(board).as_bytes())
    }

    /// Whether this machine allows a fault.
    pub fn admits(&self, fault: &Fault) -> bool {
        match fault {
            Fault::FillDisk { .. } => self.disk.is_some(),
            Fault::StepClock { .. } => self.clock.is_some(),
            _ => true,
        }
    }

    /// Ends the boards, whose record is whole then.
    ///
    /// # Errors
    /// If they did not end well.
    pub fn end_boards(&mut self) -> io::Result<()> {
        self.to_boards = None;
        match self.boards.wait()?.success() {
            true => Ok(()),
            false => Err(io::Error::other(
                "expected boards that end well, found that they failed",
            )),
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // They have ended already where all went well.
        let _ = self.boards.kill();
        let _ = self.boards.wait();
    }
}

fn start_boards(settings: &Settings, files: &Files) -> io::Result<(Child, ChildStdin)> {
    let boards = Boards {
        count: settings.boards,
        folder: files.0.clone(),
        record: files.record(),
        hash_cycles: settings.hash_cycles,
    };
    let mut child = boards
        .command(&settings.boards_program)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::create(files.log())?)
        .spawn()?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let mut ready = String::new();
    BufReader::new(output.expect("it is piped")).read_line(&mut ready)?;
    match (ready.trim(), input) {
        ("ready", Some(input)) => Ok((child, input)),
        (found, _) => Err(io::Error::other(format!(
            "expected boards, found {found:?}"
        ))),
    }
}

/// Ports of this machine that nobody has now.
fn free_ports(count: usize) -> io::Result<Vec<u16>> {
    let listeners = (0..count).map(|_| TcpListener::bind("127.0.0.1:0"));
    let listeners = listeners.collect::<io::Result<Vec<_>>>()?;
    let ports = listeners
        .iter()
        .map(|listener| Ok(listener.local_addr()?.port()));
    ports.collect()
}
