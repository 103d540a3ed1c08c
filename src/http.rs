//! HTTP as plain data: what the pure code asks for and what the shell brings back.

pub mod body;
pub mod pointer;
pub mod redirect;
pub mod web_address;

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
    /// `DELETE`
    Delete,
}

impl Method {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
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
    /// A file to send as the body instead.
    pub upload: Option<Box<Upload>>,
    /// How much of the answer is wanted.
    pub take: Take,
    /// Hosts that a redirect may lead to, for files; none, and a redirect is an answer like any other. Credentials are not sent on.
    pub redirects: Vec<String>,
    /// The file is not in the answer itself, but where that says.
    pub pointer: Option<Pointer>,
}

/// Some platforms answer the request for a file with JSON that names its address, good for some minutes and with the same
/// credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// The field that holds the address.
    pub field: &'static str,
    /// The hosts, as `host` or `host:port`, that it may be at. They are sent the headers of the request.
    pub hosts: Vec<String>,
}

/// A file that is piped from one place to another without being held in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Where it is read.
    pub from: HttpRequest,
    /// Its size in bytes: another size breaks the upload off.
    pub length: u64,
}

/// How much of an answer is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Take {
    /// The body.
    #[default]
    Body,
    /// Its first [`FILE_HEAD`] bytes and its length ([`HttpResponse::length`]), reading at most so many bytes to find out.
    Head {
        /// More than this counts as too long, without being read.
        limit: u64,
    },
}

/// What is read of a file to see its kind (bytes).
pub const FILE_HEAD: usize = 64;

impl HttpRequest {
    /// A request without a body.
    pub fn new(method: Method, url: String) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: Vec::new(),
            upload: None,
            take: Take::Body,
            redirects: Vec::new(),
            pointer: None,
        }
    }

    /// A request with a JSON body.
    pub fn json(method: Method, url: String, body: &serde_json::Value) -> Self {
        Self {
            body: body.to_string().into_bytes(),
            ..Self::new(method, url)
        }
        .header("content-type", "application/json")
    }

    /// A `POST` with an `application/x-www-form-urlencoded` body.
    pub fn form(url: String, pairs: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        Self {
            body: body.into_bytes(),
            ..Self::new(Method::Post, url)
        }
        .header("content-type", "application/x-www-form-urlencoded")
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
    /// The body, or what was wanted of it. Empty where it was longer than the shell's limit.
    pub body: Vec<u8>,
    /// The length of the whole body in bytes, where only its head was wanted: `None` if it is over the limit.
    pub length: Option<u64>,
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
    /// The file that was to be uploaded could not be read; nothing complete was sent.
    Source {
        /// The status with which its place answered; 0 for none.
        status: u16,
    },
}

/// What came of a request.
pub type HttpAnswer = Result<HttpResponse, HttpFailure>;
