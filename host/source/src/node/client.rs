//! A Bytom node over HTTP.

use std::io;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::header::{AUTHORIZATION, DATE};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, TcpConnector};

use super::answer::{self, NodeError};
use crate::address::NodeUrl;
use crate::excerpt;
use crate::settings::{NodeForm, Settings};
use crate::template::Template;
use crate::tls::{self, TlsConnector, Trust};

/// The longest answer to a miner that is read. Work takes less than a thousandth of it.
const MAX_WORK_BYTES: u64 = 1 << 20;
/// The longest other answer that is read. A block has two hexadecimal digits a byte.
const MAX_LEDGER_BYTES: u64 = 64 << 20;

/// A client of a node, with a connection of its own.
pub struct NodeClient {
    agent: Agent,
    url: NodeUrl,
    form: NodeForm,
    /// The value of the header `Authorization`.
    authorization: Option<String>,
    limit: Duration,
}

impl NodeClient {
    /// A client that has not connected yet, and gives each answer so much time. It goes through no
    /// proxy and follows no redirection.
    pub fn new(url: &NodeUrl, settings: &Settings, trust: &Trust, limit: Duration) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections_per_host(1)
            .proxy(None)
            .timeout_connect(Some(settings.limits.connect.min(limit)))
            .timeout_global(Some(limit))
            .user_agent(&settings.agent);
        let tls = TlsConnector(trust.client_config());
        let connector = TcpConnector::default().chain(tls);
        Self {
            agent: Agent::with_parts(config.build(), connector, DefaultResolver::default()),
            url: url.clone(),
            form: settings.form,
            authorization: authorization(url, settings),
            limit,
        }
    }

    /// What the next block is to be.
    pub fn get_work(&self) -> Result<Template, NodeError> {
        let path = match self.form {
            NodeForm::Json => "/get-work-json",
            NodeForm::Hex => "/get-work",
        };
        let Received { status, body, .. } = self.post(path, b"", MAX_WORK_BYTES)?;
        answer::get_work(self.form, status, &body)
    }

    /// Hands in the body that [`answer::submit_work_body`] makes.
    pub fn submit_work(&self, body: &[u8]) -> Result<(), NodeError> {
        let path = match self.form {
            NodeForm::Json => "/submit-work-json",
            NodeForm::Hex => "/submit-work",
        };
        let Received { status, body, .. } = self.post(path, body, MAX_WORK_BYTES)?;
        answer::submit_work(status, &body)
    }

    /// Asks anything else: the data of the answer, which is called `expected` if it is something else.
    pub fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &[u8],
        expected: &'static str,
    ) -> Result<T, NodeError> {
        Ok(self.ask_dated(path, body, expected)?.0)
    }

    /// As [`ask`](Self::ask), with the time of the node's clock, if it tells that.
    pub fn ask_dated<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &[u8],
        expected: &'static str,
    ) -> Result<(T, Option<SystemTime>), NodeError> {
        let received = self.post(path, body, MAX_LEDGER_BYTES)?;
        let data = answer::data(received.status, &received.body, expected)?;
        Ok((data, received.date))
    }

    fn post(&self, path: &str, body: &[u8], limit: u64) -> Result<Received, NodeError> {
        let request = self.agent.post(self.url.join(path));
        let mut request = request.content_type("application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let no_answer = |error| no_answer(error, self.limit);
        let mut response = request.send(body).map_err(no_answer)?;
        let status = response.status().as_u16();
        let date = response.headers().get(DATE);
        let date = date.and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        let body = response.body_mut().with_config().limit(limit);
        Ok(Received {
            status,
            date,
            body: body.read_to_vec().map_err(no_answer)?,
        })
    }
}

/// An answer over HTTP.
struct Received {
    status: u16,
    date: Option<SystemTime>,
    body: Vec<u8>,
}

fn authorization(url: &NodeUrl, settings: &Settings) -> Option<String> {
    let (id, secret) = match &*settings.user {
        "" => url.token()?,
        user => (user, &settings.password),
    };
    let token = BASE64_STANDARD.encode(format!("{id}:{}", secret.reveal()));
    Some(format!("Basic {token}"))
}

fn no_answer(error: ureq::Error, limit: Duration) -> NodeError {
    use io::ErrorKind;
    match &error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            NodeError::Unreachable(error.to_string())
        }
        ureq::Error::Timeout(_) => NodeError::TimedOut(limit),
        ureq::Error::Tls(reason) => NodeError::Tls((*reason).to_owned()),
        ureq::Error::Io(reason) => match (tls::find(reason), reason.kind()) {
            (Some(reason), _) => NodeError::Tls(tls::explain(reason)),
            (
                None,
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe,
            ) => NodeError::Closed(reason.to_string()),
            _ => NodeError::Unreachable(reason.to_string()),
        },
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
            NodeError::Unreachable(error.to_string())
        }
        _ => NodeError::Unexpected {
            expected: "an answer over HTTP",
            found: excerpt::line(&error.to_string()),
        },
    }
}

#[cfg(test)]
mod tests;
