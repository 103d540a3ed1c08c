//! A call of the Graph API, as it came in.

use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};
use serde_json::Value;

use super::graph::{self, GraphError};

/// One call.
pub(crate) struct Call {
    version: String,
    /// The object that it is for: an id, or `me`.
    pub(crate) node: String,
    query: String,
    headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(super) fn new(
        (version, node): (String, String),
        uri: &Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let query = uri.query().unwrap_or_default().to_owned();
        Self {
            version,
            node,
            query,
            headers,
            body,
        }
    }

    /// Version and token. The status is that of a wrong token.
    pub(crate) fn check(&self, token: &str, status: u16) -> Result<(), GraphError> {
        graph::version(&self.version)?;
        let given = graph::token(&self.headers, &self.query);
        let right = given.is_some_and(|given| given == token);
        right.then_some(()).ok_or_else(|| GraphError::token(status))
    }

    /// Whether there is a token that could be this one.
    pub(super) fn has_token(&self, token: &str) -> bool {
        graph::token(&self.headers, &self.query).is_some_and(|given| given == token)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// The body, which must be JSON and say so.
    pub(crate) fn json(&self) -> Result<Value, GraphError> {
        let kind = self.header("content-type");
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(GraphError::parameter(
                "The body must be of type application/json",
            ));
        }
        let parsed = serde_json::from_slice(&self.body);
        parsed.map_err(|_| GraphError::parameter("The body is not valid JSON"))
    }
}
