//! How long domains and AppJWT are good for, and how the Account object is asked for them.

use serde::{Deserialize, Serialize};

use super::Access;
use crate::crypto;
use crate::http::Millis;

/// How long before its expiry an AppJWT is renewed (ms).
const RENEW_BEFORE: Millis = 300_000;
/// How long domains are kept before they are looked up again (ms). No lifetime is published; LivePerson says not to keep them
/// for good.
pub const KEEP_DOMAINS: Millis = 6 * 3_600_000;

impl Access {
    /// Whether it may still be used.
    pub fn is_fresh(&self, now: Millis) -> bool {
        now + RENEW_BEFORE < self.token.expires_at
    }

    /// Names the token without telling it: who says that a token is refused says which.
    pub fn fingerprint(&self) -> String {
        crypto::sha256_hex(self.token.jwt.expose().as_bytes())
    }
}

/// A request to the Account object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRequest {
    /// Fingerprint of a token that LiveEngage refused. Only if that is the one the object holds, it fetches another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liveengage::{AppToken, Domains};
    use crate::secret::Secret;

    #[test]
    fn it_is_renewed_five_minutes_before_it_expires() {
        let access = Access {
            domains: Domains {
                sentinel: String::new(),
                idp: String::new(),
                messaging: String::new(),
                ..Domains::default()
            },
            token: AppToken {
                jwt: Secret::new("x"),
                expires_at: 1_000_000,
            },
        };
        assert!(access.is_fresh(1_000_000 - RENEW_BEFORE - 1));
        assert!(!access.is_fresh(1_000_000 - RENEW_BEFORE));
    }
}
