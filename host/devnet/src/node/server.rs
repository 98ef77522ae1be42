//! The node's HTTP server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    X_XSS_PROTECTION,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tensority_loopback::{Running, ServerError, listen};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::{task, time};

use crate::node::Node;
use crate::node::api::{self, Event, Reply};

/// The longest body that is read. A header in hexadecimal takes less than a thousandth of it.
const MAX_BODY_BYTES: usize = 1 << 20;
/// How long the head of a request may take, as with Bytom's node.
const HEAD_TIMEOUT: Duration = Duration::from_secs(120);
/// The pause after a connection that could not be taken, for want of files most likely.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long requests that are under way may take when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves a node at an address of the loopback interface, in a thread of its own, until the handle is
/// dropped: then no more requests are taken, and those under way are ended. The observer hears of every
/// submit, before it is answered.
///
/// # Errors
/// All of [`ServerError`].
pub fn serve(
    address: SocketAddr,
    node: Arc<Node>,
    observer: impl Fn(Event) + Send + Sync + 'static,
) -> Result<Running, ServerError> {
    let (listener, address) = listen(address)?;
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _context = runtime.enter();
        TcpListener::from_std(listener)?
    };
    let observer = Arc::new(observer);
    let service = Service { node, observer };
    let (stop, stopped) = oneshot::channel::<()>();
    let serve = move || runtime.block_on(accept(listener, service, stopped));
    // The server stops when the other end of the channel goes.
    Running::start("node", address, serve, || drop(stop))
}

/// Takes connections until nobody holds `stopped`'s other end.
async fn accept(listener: TcpListener, service: Service, mut stopped: oneshot::Receiver<()>) {
    let connections = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            _ = &mut stopped => break,
        };
        let service = service.clone();
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| service.clone().respond(request)),
            );
        // An error is a client that went away, or an answer that is none.
        let connection = connections.watch(connection);
        task::spawn(async { _ = connection.await });
    }
    drop(listener);
    // Who has not finished by then is cut off.
    let _ = time::timeout(STOP_TIMEOUT, connections.shutdown()).await;
}

/// Closes a connection without an answer, as the service of a connection fails.
#[derive(Debug, thiserror::Error)]
#[error("Bytom's node gives no answer to this")]
struct NoAnswer;

#[derive(Clone)]
struct Service {
    node: Arc<Node>,
    observer: Arc<dyn Fn(Event) + Send + Sync>,
}

impl Service {
    async fn respond(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, NoAnswer> {
        let (head, body) = request.into_parts();
        let reply = match Limited::new(body, MAX_BODY_BYTES).collect().await {
            Ok(body) => {
                let body = body.to_bytes();
                let work = move || self.carry_out(head.uri.path(), &body);
                task::spawn_blocking(work).await.map_err(|_| NoAnswer)?
            }
            Err(error) if error.is::<LengthLimitError>() => {
                api::bad_body("http: request body too large")
            }
            Err(error) => api::bad_body(&error.to_string()),
        };
        match reply {
            Reply::Http { status, body } => Ok(response(status, body)),
            Reply::Closed => Err(NoAnswer),
        }
    }

    /// Takes as long as a hash does, for a submit.
    fn carry_out(&self, path: &str, body: &[u8]) -> Reply {
        let (reply, event) = api::answer(&self.node, path, body);
        if let Some(event) = event {
            (self.observer)(event);
        }
        reply
    }
}

/// The headers of all answers of Bytom's node, without `Vary`: nothing here is compressed.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    ),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (X_XSS_PROTECTION, HeaderValue::from_static("1")),
];

fn response(status: u16, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status of three digits");
    response.headers_mut().extend(HEADERS);
    response
}
