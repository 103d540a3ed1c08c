//! A request on its way through the Directory.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::AcceptRequest;

/// An [`AcceptRequest`] that is passed on unopened: the Directory that keeps it for its owner may be of an older release than the
/// Worker that wrote it and the object that will read it, and must take nothing away that it does not know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedRequest(Value);

impl SealedRequest {
    /// Its length in bytes.
    pub fn size(&self) -> usize {
        self.0.to_string().len()
    }

    /// The LiveEngage account that it is about.
    pub fn account_id(&self) -> &str {
        let account = self.0.pointer("/route/account_id");
        account.and_then(Value::as_str).unwrap_or_default()
    }

    /// Its events.
    pub fn events(&self) -> &Value {
        self.0.get("events").unwrap_or(&Value::Null)
    }
}

impl From<&AcceptRequest> for SealedRequest {
    fn from(request: &AcceptRequest) -> Self {
        // It serialises: it has no keys but texts.
        Self(serde_json::to_value(request).unwrap_or_default())
    }
}
