//! The routes of the HTTP API, each with its handler and its description.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Of};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use tensority_telemetry::device::Device;
use tensority_telemetry::lifetime::Lifetime;
use tensority_telemetry::log::LogLine;
use tensority_telemetry::source::Source;
use tensority_telemetry::{Decision, Job, State, Total, Verification};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::{commands, events, history, metrics, page};

type Route = (&'static str, fn() -> MethodRouter<Arc<Shared>>);

const ROUTES: [Route; 16] = [
    ("/api", || get(index)),
    ("/api/v0", || get(state)),
    ("/api/v0/devices", || get(devices)),
    ("/api/v0/devices/{name}", || get(device)),
    ("/api/v0/sources", || get(sources)),
    ("/api/v0/job", || get(job)),
    ("/api/v0/total", || get(total)),
    ("/api/v0/decisions", || get(decisions)),
    ("/api/v0/lifetime", || get(lifetime)),
    ("/api/v0/verification", || get(verification)),
    ("/api/v0/history", || get(history::history)),
    ("/api/v0/log", || get(log)),
    ("/api/v0/events", || get(events::events)),
    ("/api/v0/commands", || post(commands::commands)),
    ("/api/v0/openapi.json", || get(description)),
    ("/metrics", || get(scrape)),
];

/// The router of all requests that passed the guard.
pub fn router(shared: Arc<Shared>) -> Router {
    let router = ROUTES
        .iter()
        .fold(Router::new(), |router, (path, handler)| {
            router.route(path, handler())
        });
    router
        .merge(page::router())
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .with_state(shared)
}

async fn no_route(uri: Uri) -> Refusal {
    let error = format!(
        "expected a route, found {:?}: GET /api lists them",
        uri.path()
    );
    Refusal::new(StatusCode::NOT_FOUND, error)
}

async fn no_method(method: Method, uri: Uri) -> Refusal {
    let error = format!(
        "expected another method for {:?}, found {method}: GET /api lists them",
        uri.path()
    );
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, error)
}

/// The description of [`ROUTES`].
#[derive(OpenApi)]
#[openapi(
    info(
        title = "tensority",
        description = "A running miner. Units are SI; `null` is what is not known. Every route refuses \
                       with 400 a request without one Host, with 421 one for a host that is not this \
                       machine, and with 403 one from a page of another site."
    ),
    paths(
        index,
        state,
        devices,
        device,
        sources,
        job,
        total,
        decisions,
        lifetime,
        verification,
        history::history,
        log,
        events::events,
        commands::commands,
        description,
        scrape
    ),
    modifiers(&Token)
)]
struct Description;

struct Token;

impl Modify for Token {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("token", scheme);
    }
}

/// This list.
#[utoipa::path(get, path = "/api", responses((status = 200, description = "a line for each route", body = String)))]
async fn index() -> String {
    let mut text = "A running miner.\n\n".to_owned();
    for (path, item) in Description::openapi().paths.paths {
        for (method, operation) in [("GET", item.get), ("POST", item.post)] {
            let summary = operation.and_then(|operation| operation.summary);
            if let Some(summary) = summary {
                writeln!(text, "{method:4} {path:22} {summary}").expect("a text takes all");
            }
        }
    }
    text
}

/// The whole state.
#[utoipa::path(get, path = "/api/v0", responses((status = 200, description = "the state", body = State)))]
async fn state(Of(shared): Of<Arc<Shared>>) -> Response {
    Json(&*shared.published.state()).into_response()
}

/// What hashes.
#[utoipa::path(get, path = "/api/v0/devices", responses((status = 200, description = "all devices", body = [Device])))]
async fn devices(Of(shared): Of<Arc<Shared>>) -> Response {
    Json(&shared.published.state().devices).into_response()
}

/// One device.
#[utoipa::path(
    get,
    path = "/api/v0/devices/{name}",
    params(("name" = String, Path, description = "its name; a slash in it is written as %2F")),
    responses(
        (status = 200, description = "the device", body = Device),
        (status = 404, description = "there is no such device", body = Refusal),
    )
)]
async fn device(
    Of(shared): Of<Arc<Shared>>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path(name) =
        name.map_err(|rejection| Refusal::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let state = shared.published.state();
    Ok(Json(shared.device(&state, &name)?).into_response())
}

/// Where work comes from.
#[utoipa::path(get, path = "/api/v0/sources", responses((status = 200, description = "all sources", body = [Source])))]
async fn sources(Of(shared): Of<Arc<Shared>>) -> Response {
    Json(&shared.published.state().sources).into_response()
}

/// What is hashed now.
#[utoipa::path(get, path = "/api/v0/job", responses((status = 200, description = "the job, or null", body = Option<Job>)))]
async fn job(Of(shared): Of<Arc<Shared>>) -> Response {
    Json(&shared.published.state().job).into_response()
}

/// All devices together.
#[utoipa::path(get, path = "/api/v0/total", responses((status = 200, description = "the total", body = Total)))]
async fn total(Of(shared): Of<Arc<Shared>>) -> Response {
    Json(&shared.published.state().total).into_response()
}

/// What was decided without a person, and why.
#[utoipa::path(get, path = "/api/v0/decisions", responses((status = 200, description = "the decisions, the latest last", body = [Decision])))]
async fn decisions(Of(shared): Of<Arc<Shared>>) -> Response {
    Json(&shared.published.state().decisions).into_response()
}

/// All runs of the miner together.
#[utoipa::path(get, path = "/api/v0/lifetime", responses((status = 200, description = "the totals", body = Lifetime)))]
async fn lifetime(Of(shared): Of<Arc<Shared>>) -> Response {
    Json(&shared.published.state().lifetime).into_response()
}

/// How results are hashed again.
#[utoipa::path(get, path = "/api/v0/verification", responses((status = 200, description = "the verification", body = Verification)))]
async fn verification(Of(shared): Of<Arc<Shared>>) -> Response {
    Json(&shared.published.state().verification).into_response()
}

/// The last lines of the log.
#[utoipa::path(get, path = "/api/v0/log", responses((status = 200, description = "the lines, the latest last", body = [LogLine])))]
async fn log(Of(shared): Of<Arc<Shared>>) -> Response {
    Json(shared.published.log_after(0)).into_response()
}

/// The description of this API, as OpenAPI.
#[utoipa::path(get, path = "/api/v0/openapi.json", responses((status = 200, description = "the description", body = Object)))]
async fn description() -> Response {
    Json(Description::openapi()).into_response()
}

/// The metrics, for Prometheus.
#[utoipa::path(get, path = "/metrics", responses((status = 200, description = "the metrics", body = String, content_type = metrics::CONTENT_TYPE)))]
async fn scrape(Of(shared): Of<Arc<Shared>>) -> Response {
    let text = metrics::text(shared.published.state());
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let described: BTreeSet<_> = Description::openapi().paths.paths.into_keys().collect();
        let served = ROUTES.map(|(path, _)| path.to_owned());
        assert_eq!(described, BTreeSet::from(served));
    }
}
