//! `POST {sentinel}/sentinel/api/account/{accountId}/app/token?v=1.0&grant_type=client_credentials`
//!
//! The AppJWT, by OAuth 2.0 client credentials. It lives one hour and serves all consumers of the account.
//! <https://developers.liveperson.com/connector-api-send-api-authorization-and-authentication.html>

use serde_json::Value;

use super::answers::destination_cause;
use super::{AppToken, Domains, claims, json, token_text};
use crate::http::{HttpAnswer, HttpRequest, Millis};
use crate::outcome::Cause;
use crate::secret::Secret;

/// How long a token lives when neither it nor the answer says so (ms).
const LIFETIME: Millis = 3_600_000;

/// Asks for a token. The credentials stand in the form body, so that no URL and no log of one holds them.
pub fn request(
    domains: &Domains,
    account_id: &str,
    client_id: &str,
    client_secret: &Secret,
) -> HttpRequest {
    HttpRequest::form(
        format!(
            "{}/sentinel/api/account/{account_id}/app/token?v=1.0&grant_type=client_credentials",
            domains.sentinel
        ),
        &[
            ("client_id", client_id),
            ("client_secret", client_secret.expose()),
        ],
    )
}

/// The token in an answer.
///
/// It ends when its `exp` claim says, else after the answer's `expires_in` (which LivePerson's samples do not have), else after
/// an hour. 400, 401 and 403 mean that the app installation or its secret is not accepted.
pub fn parse(answer: &HttpAnswer, now: Millis) -> Result<AppToken, Cause> {
    if let Some(cause) = destination_cause(answer) {
        return Err(cause);
    }
    let response = answer.as_ref().map_err(|_| Cause::NoAnswer)?;
    let status = response.status;
    let body: Value = response.json().unwrap_or_default();
    match status {
        200 | 201 => {}
        400 | 401 | 403 => {
            return Err(Cause::Credentials {
                code: json::id(body.get("error"))
                    .map(|code| json::word(&code))
                    .or_else(|| Some(status.to_string())),
            });
        }
        _ => return Err(Cause::Unexpected { status }),
    }
    let jwt = token_text(body.get("access_token")).ok_or(Cause::Unexpected { status })?;
    let seconds = |value: Option<&Value>| json::number(value)?.checked_mul(1000);
    let claimed = claims(jwt).and_then(|claims| seconds(claims.get("exp")));
    let expires_at = claimed
        .unwrap_or_else(|| now.saturating_add(seconds(body.get("expires_in")).unwrap_or(LIFETIME)));
    Ok(AppToken {
        jwt: Secret::new(jwt),
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::base64_url;
    use crate::http::{HttpFailure, HttpResponse};
    use serde_json::json;

    const NOW: Millis = 1_700_000_000_000;

    fn answer(status: u16, body: &str) -> HttpAnswer {
        Ok(HttpResponse {
            status,
            headers: vec![],
            body: body.as_bytes().to_vec(),
            length: None,
        })
    }

    #[test]
    fn credentials_stay_out_of_the_url() {
        let domains = Domains {
            sentinel: "https://va.sentinel.liveperson.net".to_owned(),
            idp: String::new(),
            messaging: String::new(),
            ..Domains::default()
        };
        let request = request(&domains, "12345678", "0f0e", &Secret::new("a+b&c"));
        assert_eq!(
            request.url,
            "https://va.sentinel.liveperson.net/sentinel/api/account/12345678/app/token?v=1.0&grant_type=client_credentials"
        );
        assert_eq!(request.body, b"client_id=0f0e&client_secret=a%2Bb%26c");
        assert_eq!(
            request.headers,
            [(
                "content-type",
                "application/x-www-form-urlencoded".to_owned()
            )]
        );
    }

    #[test]
    fn a_code_is_no_more_than_a_code_since_it_is_logged() {
        let error = format!("invalid client\n{}", "x".repeat(300));
        let body = json!({ "error": error }).to_string();
        let Err(Cause::Credentials { code: Some(code) }) = parse(&answer(401, &body), NOW) else {
            panic!("no code");
        };
        assert_eq!(code.len(), 64);
        assert!(code.starts_with("invalidclientxxx"), "{code}");
    }

    #[test]
    fn expiry_comes_from_the_best_source() {
        let jwt = |claims: Value| format!("h.{}.s", base64_url(claims.to_string().as_bytes()));
        let hour = NOW + LIFETIME;
        let cases = [
            (
                json!({ "access_token": jwt(json!({ "exp": 1_700_003_600 })), "expires_in": 7 }),
                1_700_003_600_000,
            ),
            (
                json!({ "access_token": jwt(json!({ "exp": "1700003600" })) }),
                1_700_003_600_000,
            ),
            (
                json!({ "access_token": jwt(json!({})), "expires_in": 60 }),
                NOW + 60_000,
            ),
            (
                json!({ "access_token": "opaque", "expires_in": "60" }),
                NOW + 60_000,
            ),
            (
                json!({ "access_token": "opaque", "token_type": "Bearer" }),
                hour,
            ),
            (
                json!({ "access_token": jwt(json!({ "exp": u64::MAX })) }),
                hour,
            ),
        ];
        for (body, expires_at) in cases {
            let token = parse(&answer(200, &body.to_string()), NOW).unwrap();
            assert_eq!(token.expires_at, expires_at, "{body}");
            assert_eq!(token.jwt.expose(), body["access_token"]);
        }
    }

    #[test]
    fn says_whose_failure_it_is() {
        let credentials = |code: &str| Cause::Credentials {
            code: Some(code.to_owned()),
        };
        let cases = [
            (Err(HttpFailure::NotSent), Cause::Unreachable),
            (answer(500, ""), Cause::Server { status: 500 }),
            (answer(429, ""), Cause::RateLimited),
            (
                answer(401, r#"{"error":"invalid_client"}"#),
                credentials("invalid_client"),
            ),
            (answer(400, "<html>"), credentials("400")),
            (answer(404, "{}"), Cause::Unexpected { status: 404 }),
            (answer(200, "{}"), Cause::Unexpected { status: 200 }),
            (
                answer(200, r#"{"access_token":"a\nb"}"#),
                Cause::Unexpected { status: 200 },
            ),
        ];
        for (answer, cause) in cases {
            assert_eq!(parse(&answer, NOW), Err(cause));
        }
    }
}
