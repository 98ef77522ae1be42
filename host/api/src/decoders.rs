//! Decoders of what clients of the API say, without sockets: what takes any bytes, for those who try it with all.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, mpsc};

use axum::Router;
use tensority_telemetry::State;
use tensority_telemetry::command::Command;
use tensority_telemetry::published::Published;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use crate::events::MAX_LISTENERS;
pub use crate::fleet::request::is_whole;
use crate::guard::Guard;
use crate::server::converse;
use crate::shared::Shared;
use crate::{Settings, api};

/// As much as a connection holds that is not read yet, in bytes.
const PIPE_BYTES: usize = 64 << 10;

/// The reply to a fleet tool's request at a time in seconds since 1970.
pub fn fleet(request: &[u8], state: &State, now: u64) -> String {
    crate::fleet::answer(request, state, now)
}

/// The HTTP API on connections in memory.
pub struct Http {
    runtime: Runtime,
    guard: Arc<Guard>,
    router: Router,
}

impl Http {
    /// The API with these settings; it listens nowhere.
    ///
    /// # Errors
    /// If the system gives no event queue.
    pub fn new(
        settings: Settings,
        published: Arc<Published>,
        commands: mpsc::Sender<Command>,
    ) -> io::Result<Self> {
        let guard = Arc::new(Guard::new(settings.token, settings.allowed_hosts));
        let shared = Shared {
            published,
            commands,
            guard: Arc::clone(&guard),
            history: settings.history,
            listeners: Arc::new(Semaphore::new(MAX_LISTENERS)),
        };
        Ok(Self {
            runtime: Builder::new_current_thread().enable_all().build()?,
            guard,
            router: api::router(Arc::new(shared)),
        })
    }

    /// All that is answered on a connection whose client sends these bytes and ends its side.
    pub fn answer(&self, request: &[u8]) -> Vec<u8> {
        let (mut client, server) = tokio::io::duplex(PIPE_BYTES);
        let address = IpAddr::from(Ipv4Addr::LOCALHOST);
        let serve = converse(
            server,
            address,
            Arc::clone(&self.guard),
            self.router.clone(),
        );
        let ask = async move {
            // The server may have closed before it has read all.
            let _ = client.write_all(request).await;
            let _ = client.shutdown().await;
            let mut answer = Vec::new();
            let _ = client.read_to_end(&mut answer).await;
            answer
        };
        let both = async { tokio::join!(serve, ask).1 };
        self.runtime.block_on(both)
    }
}
