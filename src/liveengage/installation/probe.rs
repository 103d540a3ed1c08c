//! Requests that show whether what is deployed answers as it should, and what the token says about the installation. None of
//! them has an effect.

use serde_json::{Value, json};

use super::{Finding, SCOPE, webhook_url};
use crate::crypto::{base64, hmac_sha1};
use crate::http::{HttpRequest, Method};
use crate::liveengage::{AppToken, claims, signature};
use crate::secret::Secret;

use super::look::Findings;

/// A conversation that LiveEngage never made. It is always the same one, so that nothing piles up.
const NO_CONVERSATION: &str = "00000000-0000-4000-8000-000000000000";

/// The credentials that a webhook shows.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// LiveEngage account id.
    pub account_id: &'a str,
    /// Client id of the app installation.
    pub client_id: &'a str,
    /// The secret to sign with; `None` signs nothing.
    pub client_secret: Option<&'a Secret>,
}

/// A notification as LiveEngage would send it, of a conversation that does not exist. A connector that it reaches looks the
/// conversation up, finds no owner, stores nothing and answers 200; an unsigned one it answers 401.
pub fn webhook(public_url: &str, sender: &Sender<'_>) -> HttpRequest {
    let body = json!({
        "kind": "notification",
        "body": { "changes": [{
            "type": "UPSERT",
            "result": {
                "convId": NO_CONVERSATION,
                "conversationDetails": {
                    "participants": [], "dialogs": [], "state": "OPEN", "stage": "OPEN",
                },
            },
        }]},
        "type": "cqm.ExConversationChangeNotification",
    });
    let request = HttpRequest::json(Method::Post, webhook_url(public_url), &body)
        .header("x-liveperson-account-id", sender.account_id)
        .header("x-liveperson-client-id", sender.client_id);
    let Some(secret) = sender.client_secret else {
        return request;
    };
    let mac = hmac_sha1(secret.expose().as_bytes(), &[&request.body]);
    request.header(signature::HEADER, format!("sha1={}", base64(&mac)))
}

/// What an AppJWT says about the installation that it was issued for. A claim that is not there is not compared.
pub fn examine_token(token: &AppToken, account_id: &str) -> Vec<Finding> {
    let mut found = Findings::default();
    let claims = claims(token.jwt.expose()).unwrap_or_default();
    let text = |name| claims.get(name).and_then(Value::as_str);
    if text("scope").is_some_and(|scope| !scope.split_whitespace().any(|part| part == SCOPE)) {
        found.wrong(
            "/scope",
            format!("of the token is not {SCOPE}: LiveEngage would take no message"),
            format!("install the app with \"scope\": \"{SCOPE}\""),
        );
    }
    if text("aud").is_some_and(|account| account != account_id) {
        found.wrong(
            "/aud",
            "of the token names another account",
            "compare the account's id in the settings with LiveEngage",
        );
    }
    found.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::base64_url;
    use crate::feed::{self, Worth};
    use crate::liveengage::notification;

    const SECRET: &str = "hunter2";

    fn sender(secret: Option<&Secret>) -> Sender<'_> {
        Sender {
            account_id: "12345678",
            client_id: "app-1",
            client_secret: secret,
        }
    }

    #[test]
    fn a_signed_one_is_authentic_and_an_unsigned_one_is_not() {
        let secret = Secret::new(SECRET);
        let check = |request: &HttpRequest| {
            let mut headers = request.headers.iter();
            let header = headers.find(|(name, _)| *name == signature::HEADER);
            let header = header.map(|(_, value)| value.as_str());
            signature::verify(header, &request.body, std::iter::once(&secret))
        };
        let signed = webhook("https://c.example", &sender(Some(&secret)));
        assert_eq!(signed.url, "https://c.example/liveengage/webhooks");
        assert_eq!(check(&signed), Ok(()));
        let unsigned = webhook("https://c.example", &sender(None));
        assert_eq!(check(&unsigned), Err(signature::SignatureError::Missing));
        assert_eq!(signed.body, unsigned.body);
    }

    #[test]
    fn it_is_a_fact_about_a_conversation_that_nobody_owns() {
        let request = webhook("https://c.example", &sender(None));
        let feed = feed::sort(notification::parse(&request.body).unwrap(), &request.body);
        let [arrival] = feed.arrivals.as_slice() else {
            panic!("{feed:?}")
        };
        assert_eq!(arrival.conversation_id, NO_CONVERSATION);
        // A fact is looked up as far as the Directory and never parked.
        assert_eq!((arrival.worth, arrival.consumers.len()), (Worth::Fact, 0));
        assert!(feed.dead_letters.is_empty() && feed.unknown.is_empty());
    }

    #[test]
    fn a_token_for_something_else_is_found() {
        let token = |claims: Value| AppToken {
            jwt: Secret::new(format!(
                "e30.{}.x",
                base64_url(claims.to_string().as_bytes())
            )),
            expires_at: 0,
        };
        let paths = |claims| -> Vec<String> {
            let found = examine_token(&token(claims), "12345678");
            found.into_iter().map(|finding| finding.path).collect()
        };
        assert_eq!(paths(json!({"scope": SCOPE, "aud": "12345678"})), [""; 0]);
        assert_eq!(paths(json!({})), [""; 0]);
        assert_eq!(paths(json!({"scope": "faas"})), ["/scope"]);
        assert_eq!(paths(json!({"scope": SCOPE, "aud": "1"})), ["/aud"]);
    }
}
