//! The Graph API: its errors, its versions, its tokens.
//! <https://developers.facebook.com/docs/graph-api/guides/error-handling>

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::ids;

/// Oldest and newest version that is alive.
/// <https://developers.facebook.com/docs/graph-api/changelog/versions>
const VERSIONS: std::ops::RangeInclusive<u32> = 21..=26;

/// An answer of the Graph API that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) subcode: Option<u32>,
    pub(crate) message: String,
    /// WhatsApp's `error_data.details`.
    pub(crate) details: Option<String>,
    pub(crate) transient: bool,
}

impl GraphError {
    pub(crate) fn new(code: u32, message: &str) -> Self {
        Self {
            status: 400,
            code,
            subcode: None,
            message: format!("(#{code}) {message}"),
            details: None,
            transient: false,
        }
    }

    /// Something is wrong with a parameter.
    pub(crate) fn parameter(message: &str) -> Self {
        Self::new(100, message)
    }

    pub(crate) fn with_subcode(self, subcode: u32) -> Self {
        Self {
            subcode: Some(subcode),
            ..self
        }
    }

    pub(crate) fn with_details(self, details: &str) -> Self {
        Self {
            details: Some(details.to_owned()),
            ..self
        }
    }

    /// No token, or a wrong one.
    pub(crate) fn token(status: u16) -> Self {
        Self {
            status,
            message: "Invalid OAuth access token - Cannot parse access token".to_owned(),
            ..Self::new(190, "")
        }
    }

    /// There is no such object, or the token may not see it.
    pub(crate) fn no_object(method: &str, id: &str) -> Self {
        Self {
            message: format!(
                "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to \
                 missing permissions, or does not support this operation"
            ),
            ..Self::parameter("").with_subcode(33)
        }
    }

    /// What is answered where a fault names a status and no body.
    pub(crate) fn of_status(status: u16) -> Self {
        let error = match status {
            401 => return Self::token(401),
            403 => Self::new(200, "Permissions error"),
            429 => Self::new(4, "Application request limit reached"),
            400..=499 => Self::parameter("Invalid parameter"),
            _ => Self {
                transient: true,
                ..Self::new(
                    2,
                    "Service temporarily unavailable, please retry your request later",
                )
            },
        };
        Self { status, ..error }
    }

    /// The body of the answer.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({
            "message": self.message, "type": "OAuthException", "code": self.code,
            "fbtrace_id": format!("A{}", ids::random_hex(11)),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if let Some(details) = &self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
        if self.transient {
            error["is_transient"] = json!(true);
        }
        json!({ "error": error })
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, axum::Json(self.body())).into_response()
    }
}

/// Refuses a version that is not alive.
pub(crate) fn version(text: &str) -> Result<(), GraphError> {
    let number = text
        .strip_prefix('v')
        .and_then(|text| text.strip_suffix(".0"));
    match number.and_then(|number| number.parse::<u32>().ok()) {
        Some(number) if VERSIONS.contains(&number) => Ok(()),
        Some(number) if number < *VERSIONS.start() => Err(GraphError::new(
            2635,
            "You are calling a deprecated version of the Graph API",
        )),
        _ => Err(GraphError::new(
            2500,
            &format!("Unknown path components: /{text}"),
        )),
    }
}

/// The token of a call: `Authorization: Bearer`, or `access_token` in the query.
pub(crate) fn token(headers: &HeaderMap, query: &str) -> Option<String> {
    let header = headers.get("authorization");
    let header = header.and_then(|header| header.to_str().ok());
    let bearer = header.and_then(|header| header.strip_prefix("Bearer "));
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let queried = pairs.find(|(name, _)| name == "access_token");
    bearer
        .map(str::to_owned)
        .or_else(|| queried.map(|(_, value)| value.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::{GraphError, token, version};
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn only_living_versions_are_served() {
        for good in ["v21.0", "v26.0"] {
            assert!(version(good).is_ok(), "{good}");
        }
        assert_eq!(version("v20.0").unwrap_err().code, 2635);
        for bad in ["v27.0", "v26", "26.0", "me", "v26.1"] {
            assert_eq!(version(bad).unwrap_err().code, 2500, "{bad}");
        }
    }

    #[test]
    fn a_token_stands_in_the_header_or_in_the_query() {
        let mut headers = HeaderMap::new();
        assert_eq!(token(&headers, "a=b"), None);
        assert_eq!(
            token(&headers, "a=b&access_token=x%20y").as_deref(),
            Some("x y")
        );
        headers.insert("authorization", HeaderValue::from_static("Bearer t"));
        assert_eq!(token(&headers, "").as_deref(), Some("t"));
    }

    #[test]
    fn an_error_names_code_subcode_and_trace_and_whether_it_passes() {
        let error = GraphError::new(10, "late")
            .with_subcode(2_018_278)
            .with_details("why");
        let body = &error.body()["error"];
        assert_eq!(body["code"], 10);
        assert_eq!(body["error_subcode"], 2_018_278);
        assert_eq!(body["type"], "OAuthException");
        assert_eq!(body["message"], "(#10) late");
        assert_eq!(body["error_data"]["details"], "why");
        assert!(body["fbtrace_id"].as_str().unwrap().len() > 10);
        assert!(body.get("is_transient").is_none());
        let passing = GraphError::of_status(503);
        assert_eq!((passing.status, passing.code), (503, 2));
        assert_eq!(passing.body()["error"]["is_transient"], true);
        assert_eq!(GraphError::of_status(429).code, 4);
        assert_eq!(GraphError::of_status(401).code, 190);
    }
}
