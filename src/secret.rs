//! Secrets in types that cannot print.

use std::fmt;

use serde::Deserialize;

/// A credential. It has no `Display`, no `Serialize`, and its `Debug` says only that it is one.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a credential.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The credential itself. Every call is a place where it may leave: keep them few.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing, or only white space, was configured.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A credential that can be rotated: what is valid now and, while a rotation is under way, what was valid before.
///
/// Written in configuration as `"value"` or as `{"current": "value", "previous": "value"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "RotatingForm")]
pub struct Rotating {
    current: Secret,
    previous: Option<Secret>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RotatingForm {
    Plain(Secret),
    Pair {
        current: Secret,
        previous: Option<Secret>,
    },
}

impl From<RotatingForm> for Rotating {
    fn from(form: RotatingForm) -> Self {
        match form {
            RotatingForm::Plain(current) => Self::new(current, None),
            RotatingForm::Pair { current, previous } => Self::new(current, previous),
        }
    }
}

impl Rotating {
    /// A credential with its predecessor; a blank predecessor counts as none.
    pub fn new(current: Secret, previous: Option<Secret>) -> Self {
        Self {
            current,
            previous: previous.filter(|secret| !secret.is_blank()),
        }
    }

    /// The value to sign and authenticate with.
    pub fn current(&self) -> &Secret {
        &self.current
    }

    /// Every value that a peer may still use, newest first.
    pub fn active(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.current).chain(self.previous.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let pair: Rotating =
            serde_json::from_str(r#"{"current":"hunter2","previous":"hunter1"}"#).unwrap();
        assert!(!format!("{pair:?}").contains("hunter"));
    }

    #[test]
    fn a_plain_value_has_no_predecessor() {
        let plain: Rotating = serde_json::from_str(r#""only""#).unwrap();
        assert_eq!(plain.active().count(), 1);
        let blank: Rotating = serde_json::from_str(r#"{"current":"a","previous":" "}"#).unwrap();
        assert_eq!(blank.active().count(), 1);
    }
}
