//! HTTP for the live check: ten seconds per request, no redirects, and failures that can be put in words.

use std::io::ErrorKind;
use std::net::ToSocketAddrs;
use std::time::{Duration, Instant};

use liveengage_connector::http::{HttpRequest, HttpResponse};
use ureq::http::{Request, Uri};
use ureq::{Agent, Body};

const TIME_OUT: Duration = Duration::from_secs(10);
/// The longest answer that is read (bytes).
const ANSWER_LIMIT: u64 = 1 << 20;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The request could not be made from the address.
    Address,
    /// The host has no address.
    Resolve,
    /// Nothing listens there, or no way leads there.
    Connect,
    /// No secure connection came about.
    Tls,
    /// No answer within the time.
    TimeOut,
    /// The connection ended before the answer, or the answer is no HTTP.
    Broken,
    /// The answer is longer than what is read.
    TooLong,
}

/// An answer and how long it took.
pub(crate) struct Answer {
    pub(crate) response: HttpResponse,
    pub(crate) took: Duration,
}

/// Sends one request after the other.
pub(crate) struct Client(Agent);

impl Client {
    pub(crate) fn new() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(TIME_OUT))
            // A redirect could lead credentials elsewhere, and nobody who calls the connector follows one.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("liveengage-connector/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.into())
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "this runs on the operator's machine, where there is a clock"
    )]
    pub(crate) fn send(&self, request: &HttpRequest) -> Result<Answer, Trouble> {
        let started = Instant::now();
        let response = self.run(request).map_err(|trouble| match trouble {
            // A look-up that fails comes as an error of no certain kind.
            Trouble::Broken if !resolves(&request.url) => Trouble::Resolve,
            other => other,
        })?;
        let (parts, mut body) = response.into_parts();
        let body = body
            .with_config()
            .limit(ANSWER_LIMIT)
            .read_to_vec()
            .map_err(|error| trouble(&error))?;
        let headers = parts.headers.iter().filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        });
        Ok(Answer {
            response: HttpResponse {
                status: parts.status.as_u16(),
                headers: headers.collect(),
                body,
                length: None,
            },
            took: started.elapsed(),
        })
    }

    fn run(&self, request: &HttpRequest) -> Result<ureq::http::Response<Body>, Trouble> {
        let mut builder = Request::builder()
            .method(request.method.as_str())
            .uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let sent = if request.body.is_empty() {
            let request = builder.body(()).map_err(|_| Trouble::Address)?;
            self.0.run(request)
        } else {
            let request = builder
                .body(request.body.as_slice())
                .map_err(|_| Trouble::Address)?;
            self.0.run(request)
        };
        sent.map_err(|error| trouble(&error))
    }
}

/// Whether the host of a URL has an address.
fn resolves(url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let host = host.trim_matches(['[', ']']);
    (host, 0).to_socket_addrs().is_ok()
}

fn trouble(error: &ureq::Error) -> Trouble {
    use ureq::Error;

    match error {
        Error::HostNotFound => Trouble::Resolve,
        Error::Timeout(_) => Trouble::TimeOut,
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) | Error::TlsRequired => Trouble::Tls,
        Error::ConnectionFailed | Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => {
            Trouble::Connect
        }
        Error::BadUri(_) | Error::Http(_) => Trouble::Address,
        Error::BodyExceedsLimit(_) => Trouble::TooLong,
        Error::Io(error) => match error.kind() {
            // What TLS finds wrong comes as this kind.
            ErrorKind::InvalidData => Trouble::Tls,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Trouble::TimeOut,
            ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::AddrNotAvailable
            | ErrorKind::PermissionDenied => Trouble::Connect,
            _ => Trouble::Broken,
        },
        _ => Trouble::Broken,
    }
}
