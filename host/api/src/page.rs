//! The web page: files that a browser fills with the state and the history.
//!
//! They are part of the program, and nothing of them comes from elsewhere. No script or style stands in a document, and
//! the browser is told to take none.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderName;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::shared::Shared;

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// Everything from here and nothing from elsewhere, and no page of another site may show this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type File = (&'static str, &'static str, &'static str);

/// The route, type and content of each file.
const FILES: [File; 12] = [
    ("/", HTML, include_str!("../page/index.html")),
    ("/page/page.css", STYLE, include_str!("../page/page.css")),
    ("/page/icon.svg", PICTURE, include_str!("../page/icon.svg")),
    (
        "/page/commands.js",
        SCRIPT,
        include_str!("../page/commands.js"),
    ),
    ("/page/device.js", SCRIPT, include_str!("../page/device.js")),
    ("/page/dom.js", SCRIPT, include_str!("../page/dom.js")),
    ("/page/format.js", SCRIPT, include_str!("../page/format.js")),
    ("/page/live.js", SCRIPT, include_str!("../page/live.js")),
    ("/page/losses.js", SCRIPT, include_str!("../page/losses.js")),
    ("/page/main.js", SCRIPT, include_str!("../page/main.js")),
    (
        "/page/overview.js",
        SCRIPT,
        include_str!("../page/overview.js"),
    ),
    ("/page/plot.js", SCRIPT, include_str!("../page/plot.js")),
];

/// The routes of the files.
pub fn router() -> Router<Arc<Shared>> {
    FILES
        .iter()
        .fold(Router::new(), |router, (path, kind, content)| {
            router.route(path, get(move || async move { serve(kind, content) }))
        })
}

fn serve(kind: &'static str, content: &'static str) -> impl IntoResponse {
    let headers: [(HeaderName, &str); 3] = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (headers, content)
}
