//! HTTP as plain data: what the pure code asks for and what the shell brings back.

use std::fmt;

/// Milliseconds: an instant since the Unix epoch, or a span, as the name of the value says.
pub type Millis = u64;

/// The methods that this connector sends and receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

impl Method {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// A request to another service. Its `Debug` names method and host only: path, headers and body carry
/// addresses, credentials and text.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Headers in order, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Raw body, empty for none.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// A request with a JSON body.
    pub fn json(method: Method, url: String, body: &serde_json::Value) -> Self {
        Self {
            method,
            url,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    /// A `POST` with an `application/x-www-form-urlencoded` body.
    pub fn form(url: String, pairs: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        Self {
            method: Method::Post,
            url,
            headers: vec![(
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            )],
            body: body.into_bytes(),
        }
    }

    /// The same request with one header more.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.split('/').nth(2).unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        write!(f, "{} {host}", self.method.as_str())
    }
}

/// An answer of another service, whatever its status.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, cut at the shell's size limit.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// `Retry-After` as a span in milliseconds, where it is given in seconds. The HTTP-date form is treated as absent.
    pub fn retry_after(&self) -> Option<Millis> {
        let seconds: u64 = self.header("retry-after")?.trim().parse().ok()?;
        seconds.checked_mul(1000)
    }

    /// The body as JSON, if it is JSON of that shape.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {} ({} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpFailure {
    /// The request surely had no effect: name resolution or the connection failed before a byte left.
    NotSent,
    /// The request may have had its effect: a time-out, or a connection lost on the way.
    Lost,
}

/// What came of a request.
pub type HttpAnswer = Result<HttpResponse, HttpFailure>;
