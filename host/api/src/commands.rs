//! Commands to the miner, from the body of a request.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;
use tensority_telemetry::command::Command;
use tokio::time;

use crate::refusal::Refusal;
use crate::shared::Shared;

/// The longest body that is read.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long a body may take to come.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Ask the miner for something.
///
/// The answer is the command as it was understood; the miner carries it out next.
#[utoipa::path(
    post,
    path = "/api/v0/commands",
    request_body = Command,
    security(("token" = [])),
    responses(
        (status = 202, description = "the command, of which the miner was told", body = Command),
        (status = 400, description = "this is no command", body = Refusal),
        (status = 401, description = "the token is missing or wrong", body = Refusal),
        (status = 403, description = "the miner has no token, so it takes no commands", body = Refusal),
        (status = 404, description = "there is no such device", body = Refusal),
        (status = 408, description = "the body did not come in 5 seconds", body = Refusal),
        (status = 413, description = "the body exceeds 65536 bytes", body = Refusal),
        (status = 503, description = "the miner is ending", body = Refusal),
    )
)]
pub async fn commands(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    shared.guard.may_write(&headers)?;
    let command = parse(&read(body).await?)?;
    if let Command::Disable { device } | Command::Enable { device } | Command::Reset { device } =
        &command
    {
        shared.device(&shared.published.state(), device)?;
    }
    let ending = "expected a miner that takes commands, found one that is ending";
    let sent = shared.commands.send(command.clone());
    sent.map_err(|_| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, ending))?;
    Ok((StatusCode::ACCEPTED, Json(command)).into_response())
}

async fn read(body: Body) -> Result<Vec<u8>, Refusal> {
    let whole = Limited::new(body, MAX_BODY_BYTES).collect();
    let (status, error) = match time::timeout(BODY_TIMEOUT, whole).await {
        Ok(Ok(body)) => return Ok(body.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => (
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("expected a body of at most {MAX_BODY_BYTES} bytes, found a longer one"),
        ),
        Ok(Err(error)) => (
            StatusCode::BAD_REQUEST,
            format!("expected a whole body, found {error}"),
        ),
        Err(_) => (
            StatusCode::REQUEST_TIMEOUT,
            format!("expected a body within {BODY_TIMEOUT:?}, found a part of it: send it faster"),
        ),
    };
    Err(Refusal::new(status, error))
}

/// Takes what is a command and nothing more: `pause` with a device would pause all of them.
fn parse(body: &[u8]) -> Result<Command, Refusal> {
    let bad = |found: String| {
        let error = format!(
            "expected a command such as {{\"command\":\"pause\"}} or \
             {{\"command\":\"disable\",\"device\":\"NAME\"}}, found {found}"
        );
        Refusal::new(StatusCode::BAD_REQUEST, error)
    };
    let value: Value = serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
    let command: Command =
        serde_json::from_value(value.clone()).map_err(|error| bad(error.to_string()))?;
    if serde_json::to_value(&command).is_ok_and(|understood| understood == value) {
        return Ok(command);
    }
    Err(bad("fields that it does not have".to_owned()))
}
