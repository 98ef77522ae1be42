//! Listeners, and the one thread that serves every connection.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::{Router, middleware};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tensority_telemetry::command::Command;
use tensority_telemetry::published::Published;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};
use tokio::{task, time};

use crate::events::MAX_LISTENERS;
use crate::guard::{self, Guard};
use crate::settings::{Settings, StartError};
use crate::shared::Shared;
use crate::write_timeout::WriteTimeout;
use crate::{api, fleet};

/// How many HTTP clients are served at once; more wait.
const MAX_CLIENTS: usize = 64;
/// How many fleet tools are served at once; more wait.
const MAX_TOOLS: usize = 16;
/// How long the head of a request may take, and a connection without one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest head of a request.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// How long a client may take nothing of an answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after a connection that could not be taken, for want of files most likely.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves what the settings say, in a thread of its own, until the handle is dropped. Nothing is
/// done while nobody asks.
///
/// # Errors
/// The [`StartError`] that says what of the settings is not safe, wrong or not possible here.
pub fn start(
    settings: Settings,
    published: Arc<Published>,
    commands: mpsc::Sender<Command>,
) -> Result<Running, StartError> {
    settings.check()?;
    let mut running = Running::default();
    if settings.listen.is_none() && settings.fleet_listen.is_none() {
        return Ok(running);
    }
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(StartError::Thread)?;
    if let Some(address) = settings.listen {
        let (listener, address) = listen(&runtime, address)?;
        running.address = Some(address);
        let shared = Shared {
            published: Arc::clone(&published),
            commands,
            guard: Arc::new(Guard::new(settings.token, settings.allowed_hosts)),
            history: settings.history,
            listeners: Arc::new(Semaphore::new(MAX_LISTENERS)),
        };
        let guard = Arc::clone(&shared.guard);
        let router = api::router(Arc::new(shared));
        runtime.spawn(accept(listener, MAX_CLIENTS, move |stream| {
            http(stream, Arc::clone(&guard), router.clone())
        }));
    }
    if let Some(address) = settings.fleet_listen {
        let (listener, address) = listen(&runtime, address)?;
        running.fleet_address = Some(address);
        runtime.spawn(accept(listener, MAX_TOOLS, move |stream| {
            fleet::serve(stream, Arc::clone(&published))
        }));
    }
    let (stop, stopped) = oneshot::channel::<()>();
    // Every connection ends with the runtime.
    let serve = move || _ = runtime.block_on(stopped);
    let thread = thread::Builder::new().name("api".to_owned());
    running.thread = Some(thread.spawn(serve).map_err(StartError::Thread)?);
    running.stop = Some(stop);
    Ok(running)
}

/// What is served. When this is dropped, every connection is cut and nothing is served any more.
#[derive(Debug, Default)]
pub struct Running {
    address: Option<SocketAddr>,
    fleet_address: Option<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Where the HTTP API is, with the port that was found; nothing if it is not served.
    pub fn addr(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Where the API of fleet tools is, with the port that was found; nothing if it is not served.
    pub fn fleet_addr(&self) -> Option<SocketAddr> {
        self.fleet_address
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The thread ends when the other end of the channel goes.
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // Its panic, if there was one, has been printed by the thread itself.
            let _ = thread.join();
        }
    }
}

fn listen(runtime: &Runtime, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listen = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    let listening = runtime.block_on(listen);
    listening.map_err(|source| StartError::Listen { address, source })
}

/// Takes connections, so many at once, and serves each.
async fn accept<S: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    at_once: usize,
    serve: impl Fn(TcpStream) -> S,
) {
    let places = Arc::new(Semaphore::new(at_once));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let served = serve(stream);
        task::spawn(async move {
            served.await;
            drop(place);
        });
    }
}

async fn http(stream: TcpStream, guard: Arc<Guard>, router: Router) {
    // The other end has gone already if there is no address.
    let Ok(address) = stream.local_addr() else {
        return;
    };
    converse(stream, address.ip().to_canonical(), guard, router).await;
}

/// Serves HTTP on a connection to this address.
pub async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    address: IpAddr,
    guard: Arc<Guard>,
    router: Router,
) {
    let watch = middleware::from_fn_with_state((guard, address), guard::watch);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(
            TokioIo::new(WriteTimeout::new(stream, WRITE_TIMEOUT)),
            TowerToHyperService::new(router.layer(watch)),
        );
    // An error is a client that went away, was too slow, or sent no HTTP.
    let _ = connection.await;
}
