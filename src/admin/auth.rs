//! Who may use the admin API.
//!
//! A bearer token is compared with every active one, always and in constant time. A login at Cloudflare Access comes as a signed
//! assertion ([`super::access`]), whose keys the shell fetches and whose signature it has checked.

use super::access::{self, Assertion};
use crate::config::Admin;
use crate::crypto;
use crate::http::Millis;

/// What a request shows of who sends it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Credentials<'a> {
    /// Its `authorization`.
    pub authorization: Option<&'a str>,
    /// Its `cf-access-jwt-assertion`.
    pub assertion: Option<&'a str>,
    /// Its `sec-fetch-site`: what a browser says about the page that sends it.
    pub fetch_site: Option<&'a str>,
}

/// What comes of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may pass.
    Granted,
    /// It may pass if the signature of this is right.
    IfSigned(Assertion),
    /// It may not pass, for this reason, which is only logged.
    Refused(&'static str),
    /// A page of another site has a browser send it.
    CrossSite,
}

/// Decides whether a request may pass.
pub fn check(admin: &Admin, credentials: &Credentials<'_>, now: Millis) -> Verdict {
    if let (Some(token), Some(header)) = (&admin.token, credentials.authorization) {
        let given = bearer(header).unwrap_or_default();
        // Hashes are of one length, so that a token's own does not show.
        let given = crypto::sha256(given.as_bytes());
        let matching = token
            .active()
            .filter(|secret| crypto::same(&crypto::sha256(secret.expose().as_bytes()), &given));
        return if matching.count() > 0 {
            Verdict::Granted
        } else {
            Verdict::Refused("wrong token")
        };
    }
    let (Some(application), Some(assertion)) = (&admin.access, credentials.assertion) else {
        return Verdict::Refused("no credential");
    };
    // Access logs people in by a cookie, which a browser also sends when another site asks it to.
    if credentials
        .fetch_site
        .is_some_and(|site| !matches!(site, "same-origin" | "none"))
    {
        return Verdict::CrossSite;
    }
    match access::read(assertion, application, now) {
        Ok(assertion) => Verdict::IfSigned(assertion),
        Err(problem) => Verdict::Refused(problem),
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Failures that are answered one by one, within [`WINDOW`].
const FAILURES: u32 = 10;
/// (ms)
const WINDOW: Millis = 60_000;

/// Counts failures of one isolate. Only wrong credentials are slowed down: who has the right ones is never locked out by somebody
/// who guesses, and guessing 32 characters takes for ever at any speed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attempts {
    since: Millis,
    failures: u32,
}

/// What a failure leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whether it is written to the log: not each of a flood.
    pub logged: bool,
    /// When to try again, where there were too many (s).
    pub retry_after: Option<u64>,
}

impl Attempts {
    /// One more failure.
    pub fn failed(&mut self, now: Millis) -> Failure {
        if now >= self.since + WINDOW {
            self.since = now;
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        let over = self.failures > FAILURES;
        let left = (self.since + WINDOW).saturating_sub(now);
        Failure {
            logged: self.failures <= FAILURES + 1,
            retry_after: over.then(|| left.div_ceil(1000).max(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{Rotating, Secret};

    const CURRENT: &str = "current-token-of-32-characters-or-more";
    const PREVIOUS: &str = "previous-token-of-32-characters-or-more";

    fn admin() -> Admin {
        Admin {
            token: Some(Rotating::new(
                Secret::new(CURRENT),
                Some(Secret::new(PREVIOUS)),
            )),
            access: None,
        }
    }

    fn with(authorization: &str) -> Verdict {
        let credentials = Credentials {
            authorization: Some(authorization),
            ..Credentials::default()
        };
        check(&admin(), &credentials, 0)
    }

    #[test]
    fn either_token_passes_and_nothing_else() {
        for right in [format!("Bearer {CURRENT}"), format!("bearer  {PREVIOUS} ")] {
            assert_eq!(with(&right), Verdict::Granted, "{right}");
        }
        for wrong in [
            CURRENT.to_owned(),
            format!("Basic {CURRENT}"),
            format!("Bearer {CURRENT}x"),
            format!("Bearer{CURRENT}"),
            "Bearer ".to_owned(),
            String::new(),
            format!("Bearer {}", CURRENT.to_uppercase()),
        ] {
            assert_eq!(with(&wrong), Verdict::Refused("wrong token"), "{wrong}");
        }
        let nothing = check(&admin(), &Credentials::default(), 0);
        assert_eq!(nothing, Verdict::Refused("no credential"));
    }

    #[test]
    fn an_assertion_is_no_credential_where_there_is_no_access_application() {
        let credentials = Credentials {
            assertion: Some("a.b.c"),
            ..Credentials::default()
        };
        assert_eq!(
            check(&admin(), &credentials, 0),
            Verdict::Refused("no credential")
        );
    }

    #[test]
    fn failures_are_answered_one_by_one_until_there_are_too_many() {
        let mut attempts = Attempts::default();
        let start = 1_000_000;
        for n in 0..10 {
            let failure = attempts.failed(start + n);
            assert_eq!((failure.logged, failure.retry_after), (true, None));
        }
        let eleventh = attempts.failed(start + 1500);
        assert_eq!((eleventh.logged, eleventh.retry_after), (true, Some(59)));
        let twelfth = attempts.failed(start + 59_999);
        assert_eq!((twelfth.logged, twelfth.retry_after), (false, Some(1)));
        assert_eq!(attempts.failed(start + 60_000).retry_after, None);
    }
}
