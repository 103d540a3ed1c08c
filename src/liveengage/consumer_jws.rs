//! `POST {idp}/api/account/{accountId}/consumer?v=1.0`
//!
//! The ConsumerJWS: the token that names one consumer, sent as `X-LP-ON-BEHALF`. It has no end; it is fetched anew when
//! LiveEngage refuses it.
//! <https://developers.liveperson.com/connector-api-send-api-authorization-and-authentication.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answers::{destination_cause, error_code, pause};
use super::{AppToken, Domains, claims, json as read, token_text};
use crate::http::{HttpAnswer, HttpRequest, Method, Millis};
use crate::outcome::Cause;
use crate::secret::Secret;

/// A consumer's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerToken {
    /// The JWS.
    pub jws: Secret,
    /// The id that LiveEngage gave this consumer: it stands in webhooks as originator and participant. It depends on the
    /// account and `ext_consumer_id` only.
    pub lp_consumer_id: String,
}

/// [`ConsumerToken`] as the Conversation object stores it. A [`Secret`] cannot be serialised, so that none is written by accident;
/// this is the one place where a ConsumerJWS is meant to be. It is of use only together with an AppJWT.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredConsumerToken {
    /// The JWS.
    pub jws: String,
    /// LiveEngage's id of the consumer.
    pub lp_consumer_id: String,
}

impl std::fmt::Debug for StoredConsumerToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredConsumerToken({}, ..)", self.lp_consumer_id)
    }
}

impl From<ConsumerToken> for StoredConsumerToken {
    fn from(token: ConsumerToken) -> Self {
        Self {
            jws: token.jws.expose().to_owned(),
            lp_consumer_id: token.lp_consumer_id,
        }
    }
}

impl From<StoredConsumerToken> for ConsumerToken {
    fn from(stored: StoredConsumerToken) -> Self {
        Self {
            jws: Secret::new(stored.jws),
            lp_consumer_id: stored.lp_consumer_id,
        }
    }
}

/// What the answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenAnswer {
    /// The token.
    Issued(ConsumerToken),
    /// 401 or 403: a new AppJWT is needed.
    AppJwtRejected {
        /// LivePerson's error code, where it gave one.
        code: Option<String>,
    },
    /// Try again later. The call has no effect that a second one could double.
    Destination {
        /// Whose failure.
        cause: Cause,
        /// The least pause that was asked for (ms).
        after: Option<Millis>,
    },
}

/// Asks for the token of the consumer that we call `ext_consumer_id`.
pub fn request(
    domains: &Domains,
    account_id: &str,
    token: &AppToken,
    ext_consumer_id: &str,
) -> HttpRequest {
    HttpRequest::json(
        Method::Post,
        format!("{}/api/account/{account_id}/consumer?v=1.0", domains.idp),
        &json!({ "ext_consumer_id": ext_consumer_id }),
    )
    .header("authorization", token.jwt.expose())
}

/// Reads an answer. A token without its `lp_consumer_id` claim is no use, since webhooks could not be told apart.
pub fn parse(answer: &HttpAnswer) -> TokenAnswer {
    let destination = |cause| TokenAnswer::Destination {
        cause,
        after: pause(answer),
    };
    if let Some(cause) = destination_cause(answer) {
        return destination(cause);
    }
    let Ok(response) = answer else {
        return destination(Cause::NoAnswer);
    };
    let status = response.status;
    let body: Value = response.json().unwrap_or_default();
    match status {
        200 | 201 => issued(&body).map_or_else(
            || destination(Cause::Unexpected { status }),
            TokenAnswer::Issued,
        ),
        401 | 403 => TokenAnswer::AppJwtRejected {
            code: error_code(&body),
        },
        _ => destination(Cause::Unexpected { status }),
    }
}

fn issued(body: &Value) -> Option<ConsumerToken> {
    let jws = token_text(body.get("token"))?;
    Some(ConsumerToken {
        jws: Secret::new(jws),
        lp_consumer_id: read::id(claims(jws)?.get("lp_consumer_id"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::base64_url;
    use crate::http::{HttpFailure, HttpResponse};

    fn answer(status: u16, body: &Value) -> HttpAnswer {
        Ok(HttpResponse {
            status,
            headers: vec![],
            body: body.to_string().into_bytes(),
            length: None,
        })
    }

    fn jws(claims: &Value) -> String {
        format!("h.{}.s", base64_url(claims.to_string().as_bytes()))
    }

    #[test]
    fn asks_with_the_raw_app_jwt() {
        let domains = Domains {
            sentinel: String::new(),
            idp: "https://va.idp.liveperson.net".to_owned(),
            messaging: String::new(),
            ..Domains::default()
        };
        let token = AppToken {
            jwt: Secret::new("a.b.c"),
            expires_at: 0,
        };
        let request = request(&domains, "12345678", &token, "key");
        assert_eq!(
            request.url,
            "https://va.idp.liveperson.net/api/account/12345678/consumer?v=1.0"
        );
        assert_eq!(request.body, br#"{"ext_consumer_id":"key"}"#);
        assert_eq!(
            request.headers,
            [
                ("content-type", "application/json".to_owned()),
                ("authorization", "a.b.c".to_owned())
            ]
        );
    }

    #[test]
    fn the_token_tells_the_consumer() {
        let jws = jws(&json!({ "account_id": 12345678, "lp_consumer_id": "c0ffee" }));
        let expected = ConsumerToken {
            jws: Secret::new(jws.clone()),
            lp_consumer_id: "c0ffee".to_owned(),
        };
        assert_eq!(
            parse(&answer(201, &json!({ "token": jws }))),
            TokenAnswer::Issued(expected)
        );
    }

    #[test]
    fn says_whose_failure_it_is() {
        let retry = |cause| TokenAnswer::Destination { cause, after: None };
        let rejected = |code: Option<&str>| TokenAnswer::AppJwtRejected {
            code: code.map(str::to_owned),
        };
        let slow = TokenAnswer::Destination {
            cause: Cause::RateLimited,
            after: Some(1000),
        };
        let unexpected = |status| retry(Cause::Unexpected { status });
        let faulty =
            json!({ "code": 401, "body": { "title": "Invalid AppJWT", "errorCode": 40102 } });
        let cases = [
            (Err(HttpFailure::NotSent), retry(Cause::Unreachable)),
            (Err(HttpFailure::Lost), retry(Cause::NoAnswer)),
            (
                answer(500, &Value::Null),
                retry(Cause::Server { status: 500 }),
            ),
            (answer(429, &Value::Null), slow),
            (answer(401, &faulty), rejected(Some("40102"))),
            (answer(403, &Value::Null), rejected(None)),
            (answer(400, &Value::Null), unexpected(400)),
            (answer(201, &json!({})), unexpected(201)),
            (
                answer(201, &json!({ "token": jws(&json!({})) })),
                unexpected(201),
            ),
            (answer(201, &json!({ "token": "opaque" })), unexpected(201)),
        ];
        for (answer, expected) in cases {
            assert_eq!(parse(&answer), expected);
        }
    }

    #[test]
    fn the_stored_form_is_pinned_and_does_not_print() {
        let token = ConsumerToken {
            jws: Secret::new("h.p.s"),
            lp_consumer_id: "c0ffee".to_owned(),
        };
        let stored = StoredConsumerToken::from(token.clone());
        assert!(!format!("{stored:?}").contains("h.p.s"));
        let text = serde_json::to_string(&stored).unwrap();
        assert_eq!(text, r#"{"jws":"h.p.s","lp_consumer_id":"c0ffee"}"#);
        assert_eq!(
            ConsumerToken::from(serde_json::from_str::<StoredConsumerToken>(&text).unwrap()),
            token
        );
    }
}
