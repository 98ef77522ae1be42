//! The command `board`: a simulated board behind a pseudo-terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{io, thread};

use rustix::process::{Signal, kill_current_process_group};
use tensority_command::{print, stop_at_signals};
use tensority_sim::board::pty::Pty;
use tensority_sim::board::{CLOCK, Progress, Setup, SimulatedBoard, default_firmware};
use tensority_sim::error::Error;
use tensority_sim::model::source::default_cache;

use crate::args::{BoardArgs, DEFAULT_LANES, geometry};
use crate::failure::Failure;

/// Time between two lines on how it goes.
const REPORT: Duration = Duration::from_secs(10);
/// Turns between two looks at the clock.
const TURNS: u32 = 100;

/// Runs a board until a signal ends it.
pub fn run(args: &BoardArgs) -> Result<(), Failure> {
    let top = args.top.top(args.lanes)?;
    let lanes = args.lanes.unwrap_or(DEFAULT_LANES);
    let lanes = top.as_ref().map_or(lanes, |top| top.lanes);
    geometry(tensority::DIMENSION, lanes, true)?;
    let setup = Setup {
        lanes,
        array: args.array,
        baud: args.baud,
        serial: args.serial,
        generate_list: args.generate_list,
        firmware: args.firmware.clone().unwrap_or_else(default_firmware),
        top,
    };
    let models = args.models.clone().unwrap_or_else(default_cache);
    let ended = Arc::new(AtomicBool::new(false));
    let running = Arc::new(AtomicBool::new(false));
    if args.attached {
        end_with_input(Arc::clone(&ended), Arc::clone(&running));
    }
    let mut board = SimulatedBoard::power_up(&setup, &models, &mut |line| eprintln!("{line}"))?;
    if args.build_only {
        return Ok(());
    }
    running.store(true, Ordering::Relaxed);
    stop_at_signals(&ended)?;
    let mut pty = Pty::open(args.link.as_deref()).map_err(Error::from)?;
    print(format_args!("board on {}", pty.path().display()))?;

    let mut last = (Instant::now(), Progress::default());
    while !ended.load(Ordering::Relaxed) {
        for _ in 0..TURNS {
            board.turn(&mut pty)?;
        }
        if last.0.elapsed() >= REPORT {
            let now = (Instant::now(), board.progress());
            report(last.1, now.1, now.0 - last.0);
            last = now;
        }
    }
    let Progress { cycles, lists, .. } = board.progress();
    let simulated = cycles as f64 / f64::from(CLOCK);
    eprintln!(
        "board ends after {cycles} cycles, {simulated:.3} s of its time; {lists} matrix lists"
    );
    Ok(())
}

/// Sets `ended` at the end of standard input. A board that is not `running` yet is being compiled,
/// which is given up with all programs that take part.
fn end_with_input(ended: Arc<AtomicBool>, running: Arc<AtomicBool>) {
    thread::spawn(move || {
        // Whatever comes is dropped; an error is an end too.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        ended.store(true, Ordering::Relaxed);
        if !running.load(Ordering::Relaxed) {
            // Who starts a board that is attached gives it a process group of its own.
            let _ = kill_current_process_group(Signal::TERM);
        }
    });
}

fn report(before: Progress, now: Progress, time: Duration) {
    let cycles = (now.cycles - before.cycles) as f64;
    let busy = 100.0 * (now.issued - before.issued) as f64 / cycles;
    let speed = cycles / time.as_secs_f64() / 1e3;
    eprintln!(
        "cycle {}, {speed:.0} kcycle/s, array busy {busy:.1} %",
        now.cycles
    );
}
