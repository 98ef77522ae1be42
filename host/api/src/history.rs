//! The history that the miner keeps, as far back as is asked for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::State as Of;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tensority_history::{Archive, HistoryError, Report};
use tokio::task;
use utoipa::IntoParams;

use crate::refusal::Refusal;
use crate::shared::Shared;

/// Spans of an answer at most: as many as a plot can show.
const MOST_SPANS: u64 = 360;

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// How far back, in seconds; without it a day.
    #[serde(default = "a_day")]
    seconds: u64,
    /// The name or id of one device; without it all together.
    device: Option<String>,
}

fn a_day() -> u64 {
    86_400
}

/// What devices and sources did over time, in at most 361 spans.
#[utoipa::path(
    get,
    path = "/api/v0/history",
    params(Asked),
    responses(
        (status = 200, description = "what is known of the time", body = Report),
        (status = 400, description = "this is no such question", body = Refusal),
        (status = 404, description = "the miner keeps no history", body = Refusal),
        (status = 503, description = "the history cannot be read", body = Refusal),
    )
)]
pub async fn history(
    Of(shared): Of<Arc<Shared>>,
    asked: Result<axum::extract::Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let asked = asked.map_err(|rejection| {
        let text = rejection.body_text();
        let error =
            format!("expected ?seconds=NUMBER, &device=NAME or both, found another query: {text}");
        Refusal::new(StatusCode::BAD_REQUEST, error)
    })?;
    let path = shared.history.clone().ok_or_else(|| {
        let error = "expected a miner that keeps a history, found one with state.history = \"off\"";
        Refusal::new(StatusCode::NOT_FOUND, error)
    })?;
    // The file may be long and the disk slow: nobody else waits for it.
    let read = task::spawn_blocking(move || read(path, asked.0)).await;
    match read {
        Ok(Ok(report)) => Ok(Json(report).into_response()),
        Ok(Err(error)) => Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            error.to_string(),
        )),
        Err(panicked) => Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            panicked.to_string(),
        )),
    }
}

fn read(path: PathBuf, asked: Asked) -> Result<Report, HistoryError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs());
    Archive::open(&path)?.report(&tensority_history::Query {
        since_unix: now.saturating_sub(asked.seconds),
        // The span of now is in it.
        until_unix: now + 1,
        now_unix: now,
        device: asked.device,
        most_spans: MOST_SPANS,
    })
}
