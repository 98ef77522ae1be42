//! Files that a miner and a node leave behind: recordings, chains, totals, histories.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use tensority::{BlockHeader, Target as Bound};
use tensority_devnet::decoders::chain_file;
use tensority_history::{Archive, Query, Recorder};
use tensority_miner::controller::{Goal, Settings};
use tensority_miner::event::{DeviceEvent, Event, Joined};
use tensority_miner::message::Message;
use tensority_miner::record::{Line, Title, VERSION};
use tensority_miner::replay::{ReplayError, replay};
use tensority_miner::{Limits, Patience, Policy, RangeSize, SourceName, WorkerConfig};
use tensority_payment::{Block, Transaction};
use tensority_source::{Event as SourceEvent, Template};
use tensority_telemetry::command::Command;
use tensority_telemetry::device::Kind;
use tensority_telemetry::lifetime::Lifetime;
use tensority_telemetry::lifetime_file::LifetimeFile;
use tensority_telemetry::{Program, State, source};

use crate::Target;

pub const RECORDING: Target = Target {
    name: "recording",
    about: "a recording of a run, by `tensority replay` and `why`",
    claims: "it is run again to its end, or a line says where it is broken",
    longest: 16 << 10,
    memory_per_byte: 4096,
    seeds: recording_seeds,
    check: recording,
};

pub const CHAIN: Target = Target {
    name: "chain",
    about: "the chain file of the development node",
    claims: "what is whole stays as it is; a file that was mended opens with the same blocks and nothing to mend",
    longest: 4096,
    memory_per_byte: 256,
    seeds: chain_seeds,
    check: chain,
};

pub const LIFETIME: Target = Target {
    name: "lifetime",
    about: "the file of a miner's totals",
    claims: "what makes no sense is kept aside; totals that are read and saved are read the same",
    longest: 2048,
    memory_per_byte: 256,
    seeds: lifetime_seeds,
    check: lifetime,
};

pub const HISTORY: Target = Target {
    name: "history",
    about: "the file of a miner's history, an SQLite database",
    claims: "a report or an error; asking changes nothing",
    longest: 80 << 10,
    memory_per_byte: 1024,
    seeds: history_seeds,
    check: history,
};

/// A folder of the thread, whose files are gone at the next call.
fn with_folder(read: impl FnOnce(&Path)) {
    thread_local! {
        static FOLDER: TempDir = tempfile::tempdir().expect("a folder");
    }
    FOLDER.with(|folder| {
        for entry in fs::read_dir(folder.path()).expect("the folder") {
            fs::remove_file(entry.expect("an entry").path()).expect("a file");
        }
        read(folder.path());
    });
}

/// A short run: a source gives work, and a board comes and leaves. The corpus has a recording of a real one.
fn recording_seeds() -> Vec<Vec<u8>> {
    let target = Bound::from_le_bytes([0xff; 32]).expect("above 0");
    let work = Template::of_block(BlockHeader::default(), [7; 32], target);
    let board = Joined {
        name: "board".to_owned(),
        id: "1".to_owned(),
        kind: Kind::Board,
        port: Some("/dev/ttyUSB0".to_owned()),
        lanes: 1,
        queue: 1,
        expected_rate: Some(100.0),
        config: WorkerConfig {
            expected_rate: None,
            results_per_minute: 6.0,
            range_size: RangeSize::Measured,
        },
    };
    let source = |event| Event::Source { source: 0, event };
    let device = |event| Event::Device { device: 0, event };
    let left = DeviceEvent::Left {
        reason: "unplugged".to_owned(),
        failed: true,
    };
    let events = [
        source(SourceEvent::Up),
        source(SourceEvent::Template(work)),
        device(DeviceEvent::Joined(board)),
        Event::Tick,
        device(DeviceEvent::Temperature(40.0)),
        source(SourceEvent::Invalidated),
        device(left),
        Event::Command(Command::Pause),
        Event::ClockSet(1_800_000_000),
        Event::Stop,
        Event::Over,
    ];
    let source = SourceName {
        name: "node".to_owned(),
        url: "http://127.0.0.1:9888".to_owned(),
        kind: source::Kind::Node,
        user: None,
    };
    let title = Title {
        recording: VERSION,
        settings: Settings {
            program: Program::default(),
            sources: vec![source],
            patience: Patience {
                return_after: Duration::from_secs(60),
                silence: Duration::from_secs(600),
            },
            policy: Policy::Before,
            limits: Limits {
                sick_after: Duration::from_secs(120),
                dead_after: Duration::from_secs(600),
                canary_interval: Duration::from_secs(600),
            },
            goal: Goal::default(),
            started_unix: 1_800_000_000,
            lifetime: Lifetime::default(),
            first_nonce: 100,
            salt: 7,
        },
    };
    let mut recording = serde_json::to_string(&title).expect("JSON") + "\n";
    for (at_us, event) in (0..).step_by(250_000).zip(events) {
        let line = Line::Event { at_us, event };
        recording += &(serde_json::to_string(&line).expect("JSON") + "\n");
    }
    vec![recording.into_bytes()]
}

fn recording(bytes: &[u8]) {
    let mut told = 0;
    let replayed = replay(bytes, &mut |_: &Message| {
        told += 1;
        Ok::<(), ReplayError>(())
    });
    match replayed {
        Ok(replayed) => assert_eq!(replayed.messages, told),
        Err(error) => assert!(error.to_string().starts_with("line "), "{error}"),
    }
}

fn chain_seeds() -> Vec<Vec<u8>> {
    let line = |height| {
        let block = Block {
            header: BlockHeader {
                height,
                ..BlockHeader::default()
            },
            transactions: vec![Transaction::coinbase(vec![0], 41_250_000_000, vec![0x51])],
        };
        let bytes = block.encode().expect("small integers");
        format!(
            "{} {}\n",
            hex::encode(block.header.hash()),
            hex::encode(bytes)
        )
    };
    let two = line(0) + &line(1);
    vec![two.clone().into_bytes(), two[..two.len() - 9].into()]
}

fn chain(bytes: &[u8]) {
    with_folder(|folder| {
        let path = folder.join("chain");
        fs::write(&path, bytes).expect("a file");
        let opened = chain_file(&path);
        let left = fs::read(&path).expect("the file");
        match opened {
            Ok((blocks, recovery)) => {
                let cut = recovery.map_or(0, |recovery| recovery.bytes as usize);
                assert_eq!(left, bytes[..bytes.len() - cut]);
                assert_eq!(chain_file(&path).expect("as before"), (blocks, None));
            }
            Err(error) => {
                assert_eq!(left, bytes, "a file that is refused stays as it is");
                assert!(error.to_string().contains("chain"), "{error}");
            }
        }
    });
}

fn lifetime_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    with_folder(|folder| {
        let path = folder.join("totals");
        let (file, lifetime, _) = LifetimeFile::open(&path).expect("a new file");
        file.save(&lifetime).expect("it is saved");
        seeds.push(fs::read(&path).expect("the file"));
    });
    seeds
}

fn lifetime(bytes: &[u8]) {
    with_folder(|folder| {
        let path = folder.join("totals");
        fs::write(&path, bytes).expect("a file");
        let (file, lifetime, corrupt) = match LifetimeFile::open(&path) {
            Ok(opened) => opened,
            Err(error) => {
                assert_eq!(fs::read(&path).expect("the file"), bytes);
                return assert!(error.to_string().contains("totals"), "{error}");
            }
        };
        if let Some(corrupt) = corrupt {
            assert_eq!(fs::read(&corrupt.kept).expect("what was kept"), bytes);
            assert_eq!(lifetime, Lifetime::default());
        }
        file.save(&lifetime).expect("it is saved");
        drop(file);
        let (_, again, corrupt) = LifetimeFile::open(&path).expect("as it was saved");
        assert_eq!((again, corrupt.is_none()), (lifetime, true));
    });
}

fn history_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    with_folder(|folder| {
        let path = folder.join("history.db");
        let mut recorder = Recorder::open(&path).expect("a new file");
        recorder.observe(&State::default(), 1_800_057_600, Duration::from_secs(1));
        assert!(recorder.end().is_none());
        seeds.push(fs::read(&path).expect("the file"));
    });
    seeds
}

fn history(bytes: &[u8]) {
    with_folder(|folder| {
        let path = folder.join("history.db");
        fs::write(&path, bytes).expect("a file");
        let report = Archive::open(&path).and_then(|archive| {
            archive.report(&Query {
                since_unix: 1_800_000_000,
                until_unix: 1_800_100_000,
                now_unix: 1_800_100_000,
                device: None,
                most_spans: 100,
            })
        });
        if let Err(error) = report {
            assert!(error.to_string().contains("history.db"), "{error}");
        }
        assert_eq!(fs::read(&path).expect("the file"), bytes);
    });
}
