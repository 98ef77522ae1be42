//! The devices of a configuration.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tensority_command::Program;
use tensority_config::Loaded;
use tensority_device::choice::{Choice, OpenError};
use tensority_device::device::Device;
use tensority_device::discovery::UsbIds;
use tensority_device::port::PortError;
use tensority_device::probe::{ProbeError, identify};
use tensority_miner::fleet::{NotOpened, Opener, Selection};
use tensority_miner::{RangeSize, WorkerConfig};

use crate::config;
use crate::failure::{Failure, Tensority};

/// What is selected. Each device is opened once to see that it can be; those that cannot are opened
/// later, but if that is all of them there is nothing to mine with.
pub fn of_config(loaded: &Loaded, range_size: RangeSize) -> Result<Vec<Selection>, Failure> {
    let choices = config::choices(loaded)?;
    let devices = loaded.config.devices.iter().zip(&choices);
    let enabled: Vec<_> = devices.filter(|(device, _)| device.enabled).collect();
    let everywhere = choices.contains(&Choice::Auto);
    let adapters = config::adapters(loaded);
    let mut selections = Vec::new();
    let mut named = BTreeMap::new();
    let mut failures = Vec::new();
    let mut is_any = everywhere;
    for (device, choice) in &enabled {
        let worker = WorkerConfig {
            expected_rate: device.expected_rate,
            results_per_minute: device.results_per_minute,
            range_size,
        };
        match choice {
            Choice::Auto => {}
            Choice::Serial(serial) if everywhere => {
                let name = device.name.clone().unwrap_or(format!("{serial:016x}"));
                named.insert(*serial, (name, worker));
            }
            _ => {
                let (first, error) = match open(choice, device.baud, &adapters) {
                    Ok(first) => (Some(first), None),
                    Err(error) => (None, Some(error)),
                };
                is_any |= first.is_some();
                failures.extend(error);
                selections.push(Selection::One {
                    name: device.name.clone().unwrap_or_else(|| choice.to_string()),
                    named: device.name.is_some(),
                    config: worker,
                    open: opener(first, choice, device.baud, &adapters),
                });
            }
        }
    }
    if !is_any && !failures.is_empty() {
        return Err(failures.swap_remove(0).into());
    }
    for error in &failures {
        Tensority::warn(&format!("{error}; it is tried again and again"));
    }
    let auto = enabled.iter().find(|(_, choice)| **choice == Choice::Auto);
    if let Some((device, _)) = auto {
        let baud = device.baud;
        selections.push(Selection::Every {
            config: WorkerConfig {
                expected_rate: device.expected_rate,
                results_per_minute: device.results_per_minute,
                range_size,
            },
            named,
            ports: Box::new(move || adapters.candidates()),
            open: Arc::new(move |path: &Path| open_port(path, baud)),
        });
    }
    if selections.is_empty() {
        return Err(Failure::usage(
            "expected a device, found none that is enabled; give -d auto, -d PORT, -d sim or -d cpu",
        ));
    }
    Ok(selections)
}

/// Whether there is nothing to mine with as long as no board is plugged in.
pub fn is_nothing_yet(selections: &[Selection]) -> bool {
    let mut all = selections.iter();
    all.all(|selection| matches!(selection, Selection::Every { ports, .. } if ports().is_empty()))
}

/// Opens a device, and says so if that takes a while: a silent port takes a quarter of a minute.
fn open(choice: &Choice, baud: u32, adapters: &UsbIds) -> Result<Box<dyn Device>, OpenError> {
    let (opened, waiting) = mpsc::channel::<()>();
    let text = format!("opening {choice}");
    thread::spawn(move || {
        if waiting.recv_timeout(A_WHILE) == Err(RecvTimeoutError::Timeout) {
            Tensority::warn(&text);
        }
    });
    let device = choice.open(baud, adapters);
    drop(opened);
    device
}

const A_WHILE: Duration = Duration::from_secs(1);

/// Gives out the device that was opened first, and opens it anew after that.
fn opener(first: Option<Box<dyn Device>>, choice: &Choice, baud: u32, adapters: &UsbIds) -> Opener {
    let first = Mutex::new(first);
    let (choice, adapters) = (choice.clone(), adapters.clone());
    Arc::new(move || {
        let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        match first {
            Some(device) => Ok(device),
            None => choice
                .open(baud, &adapters)
                .map_err(|error| error.to_string()),
        }
    })
}

/// Opens the board at a port, if there is one.
fn open_port(path: &Path, baud: u32) -> Result<Box<dyn Device>, NotOpened> {
    match identify(path, baud) {
        Ok(board) => Ok(Box::new(board)),
        Err(
            error @ ProbeError::Port(
                PortError::Permission { .. } | PortError::Busy { .. } | PortError::Held { .. },
            ),
        ) => Err(NotOpened::Failed(error.to_string())),
        Err(error) => Err(NotOpened::NoBoard(error.to_string())),
    }
}
