//! State shared by all handlers.

use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use axum::http::StatusCode;
use tensority_telemetry::State;
use tensority_telemetry::command::Command;
use tensority_telemetry::device::Device;
use tensority_telemetry::published::Published;
use tokio::sync::Semaphore;

use crate::guard::Guard;
use crate::refusal::Refusal;

/// State shared by all handlers.
#[derive(Debug)]
pub struct Shared {
    pub published: Arc<Published>,
    pub commands: mpsc::Sender<Command>,
    pub guard: Arc<Guard>,
    /// The file of the history; nothing if none is kept.
    pub history: Option<PathBuf>,
    /// Places for listeners to events.
    pub listeners: Arc<Semaphore>,
}

impl Shared {
    /// The device of a name.
    pub fn device<'a>(&self, state: &'a State, name: &str) -> Result<&'a Device, Refusal> {
        let mut devices = state.devices.iter();
        devices.find(|device| device.name == name).ok_or_else(|| {
            let known: Vec<_> = state.devices.iter().map(|device| &device.name).collect();
            let error = format!("expected one of the devices {known:?}, found {name:?}");
            Refusal::new(StatusCode::NOT_FOUND, error)
        })
    }
}
