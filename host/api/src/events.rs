//! The state and the log as a stream of server-sent events.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tensority_telemetry::State;
use tensority_telemetry::published::Published;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{self, Interval, MissedTickBehavior};

use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many clients can listen at once. It leaves connections for others.
pub const MAX_LISTENERS: usize = 32;
/// The time between two states at least.
const PAUSE: Duration = Duration::from_secs(1);

/// The whole state now and whenever it changes, at most once a second.
///
/// These are server-sent events called `state`; the id is the number of the state. Events called `log` bring the lines
/// of the log as an array, first those that are kept, then each that is new.
#[utoipa::path(
    get,
    path = "/api/v0/events",
    responses(
        (status = 200, description = "states and lines of the log as events", body = State, content_type = "text/event-stream"),
        (status = 503, description = "32 clients listen already", body = Refusal),
    )
)]
pub async fn events(Of(shared): Of<Arc<Shared>>) -> Result<Response, Refusal> {
    let place = Arc::clone(&shared.listeners).try_acquire_owned();
    let place = place.map_err(|_| {
        let error = format!(
            "expected at most {MAX_LISTENERS} listeners, found as many already: end one, or ask for \
             /api/v0 now and then"
        );
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error)
    })?;
    let mut ticks = time::interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener = Listener {
        published: Arc::clone(&shared.published),
        seen: None,
        logged: 0,
        ticks,
        _place: place,
    };
    let states = stream::unfold(listener, |mut listener| async {
        let event = listener.next().await;
        Some((event, listener))
    });
    let stream = Sse::new(states).keep_alive(KeepAlive::default());
    Ok(stream.into_response())
}

struct Listener {
    published: Arc<Published>,
    /// The number of the state that it got last.
    seen: Option<u64>,
    /// The number of the line of the log that it got last.
    logged: u64,
    ticks: Interval,
    _place: OwnedSemaphorePermit,
}

impl Listener {
    async fn next(&mut self) -> Result<Event, axum::Error> {
        loop {
            let lines = self.published.log_after(self.logged);
            if let Some(last) = lines.last().filter(|_| self.seen.is_some()) {
                self.logged = last.number;
                return Event::default().event("log").json_data(&lines);
            }
            self.ticks.tick().await;
            let seen = self.seen.unwrap_or_default();
            let (number, state) = self.published.newer_than(seen, Duration::ZERO);
            if self.seen.replace(number) != Some(number) {
                let event = Event::default().event("state").id(number.to_string());
                return event.json_data(&*state);
            }
        }
    }
}
