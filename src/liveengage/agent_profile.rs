//! `GET {acCdnDomain}/api/account/{accountId}/configuration/le-users/users/{agentId}`
//!
//! An agent's name and picture, as the brand publishes them. No authentication.
//! <https://developers.liveperson.com/agent-profile-api-overview.html>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answers::{destination_cause, pause};
use super::{Domains, json as read};
use crate::http::{HttpAnswer, HttpRequest, Method, Millis};
use crate::outcome::Cause;

/// The longest name, in characters. Longer ones are cut.
const LONGEST_NAME: usize = 128;

/// The longest URL of a picture, in bytes.
const LONGEST_URL: usize = 2048;

/// What consumers may know of an agent. It is stored. The full name is not: consumers see the nickname only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProfile {
    /// The name that the agent goes by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// An https URL of the agent's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
}

/// What the answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentProfileAnswer {
    /// The agent's profile, which may be empty.
    Known(AgentProfile),
    /// Nobody may know this agent.
    Unknown,
    /// Try again later, or go on without.
    Destination {
        /// Whose failure.
        cause: Cause,
        /// The least pause that was asked for (ms).
        after: Option<Millis>,
    },
}

/// Asks for one agent, by the id that stands in notifications as originator or participant; none where the account publishes no
/// profiles.
pub fn request(domains: &Domains, account_id: &str, agent_id: &str) -> Option<HttpRequest> {
    let url = format!(
        "{}/api/account/{account_id}/configuration/le-users/users/{}",
        domains.agent_profiles.as_deref()?,
        read::path_segment(agent_id)
    );
    Some(HttpRequest::new(Method::Get, url).header("accept", "application/json"))
}

/// Reads an answer.
pub fn parse(answer: &HttpAnswer) -> AgentProfileAnswer {
    let destination = |cause| AgentProfileAnswer::Destination {
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
    match status {
        200 => {}
        400..=499 if status != 408 => return AgentProfileAnswer::Unknown,
        _ => return destination(Cause::Unexpected { status }),
    }
    let Some(body @ Value::Object(_)) = response.json::<Value>() else {
        return destination(Cause::Unexpected { status });
    };
    AgentProfileAnswer::Known(AgentProfile {
        nickname: name(body.get("nickname")),
        picture_url: read::text(body.get("pictureUrl")).filter(|url| is_picture(url)),
    })
}

fn name(value: Option<&Value>) -> Option<String> {
    let text = read::text(value)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let name = words.join(" ");
    let name: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect();
    (!name.is_empty()).then_some(name)
}

fn is_picture(url: &str) -> bool {
    let host = url
        .get(..8)
        .filter(|scheme| scheme.eq_ignore_ascii_case("https://"))
        .and_then(|_| url.get(8..)?.split(['/', '?', '#']).next());
    let plain =
        url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['\\', '"', '<', '>']);
    plain
        && url.len() <= LONGEST_URL
        && host.is_some_and(|host| !host.is_empty() && !host.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::super::call::tests::call;
    use super::*;
    use crate::http::{HttpFailure, HttpResponse};
    use serde_json::json;

    fn answer(status: u16, body: &Value) -> HttpAnswer {
        Ok(HttpResponse {
            status,
            headers: vec![],
            body: body.to_string().into_bytes(),
            length: None,
        })
    }

    #[test]
    fn asks_for_one_agent() {
        let request = request(call().domains, "12345678", "1/2 ü%?.").unwrap();
        assert_eq!(
            (request.method, request.url.as_str()),
            (
                Method::Get,
                "https://accdn.lpsnmedia.net/api/account/12345678/configuration/le-users/users/1%2F2%20%C3%BC%25%3F%2E"
            )
        );
        assert_eq!((request.headers.len(), request.body.len()), (1, 0));
        // URL parsers take an escaped dot for a dot: such ids would lead to the folders above.
        for dots in [".", ".."] {
            let request = super::request(call().domains, "12345678", dots).unwrap();
            assert!(request.url.ends_with("/users/-"), "{}", request.url);
        }
        assert_eq!(super::request(&Domains::default(), "1", "2"), None);
    }

    #[test]
    fn an_agent_has_a_name_and_a_picture() {
        let body = json!({
            "id": 7, "nickname": " Grace\nE. ", "fullName": "Grace Example", "employeeId": "e",
            "pictureUrl": "https://img.example.com/grace.png?x=1"
        });
        assert_eq!(
            parse(&answer(200, &body)),
            AgentProfileAnswer::Known(AgentProfile {
                nickname: Some("Grace E.".to_owned()),
                picture_url: Some("https://img.example.com/grace.png?x=1".to_owned()),
            })
        );
        let long = json!({ "nickname": "ä".repeat(200), "pictureUrl": null });
        assert_eq!(
            parse(&answer(200, &long)),
            AgentProfileAnswer::Known(AgentProfile {
                nickname: Some("ä".repeat(128)),
                ..AgentProfile::default()
            })
        );
    }

    #[test]
    fn pictures_are_shown_by_https_only() {
        for url in [
            "http://img.example.com/a.png",
            "//img.example.com/a.png",
            "/a.png",
            "javascript:alert(1)",
            "data:image/png;base64,AA==",
            "https://",
            "https:///a.png",
            "https://a@b/c",
            "https://img.example.com/a b",
            "https://img.example.com/\"",
            "",
        ] {
            let expected = AgentProfileAnswer::Known(AgentProfile::default());
            assert_eq!(
                parse(&answer(200, &json!({ "pictureUrl": url }))),
                expected,
                "{url}"
            );
        }
    }

    #[test]
    fn says_whose_failure_it_is() {
        let retry = |cause, after| AgentProfileAnswer::Destination { cause, after };
        for (answer, expected) in [
            (answer(404, &Value::Null), AgentProfileAnswer::Unknown),
            (answer(403, &Value::Null), AgentProfileAnswer::Unknown),
            (
                answer(429, &Value::Null),
                retry(Cause::RateLimited, Some(1000)),
            ),
            (
                answer(503, &Value::Null),
                retry(Cause::Server { status: 503 }, None),
            ),
            (
                answer(200, &json!([])),
                retry(Cause::Unexpected { status: 200 }, None),
            ),
            (
                answer(302, &json!({})),
                retry(Cause::Unexpected { status: 302 }, None),
            ),
            (Err(HttpFailure::Lost), retry(Cause::NoAnswer, None)),
        ] {
            assert_eq!(parse(&answer), expected);
        }
    }

    #[test]
    fn the_stored_form_is_pinned() {
        let profile = AgentProfile {
            nickname: Some("n".to_owned()),
            picture_url: Some("p".to_owned()),
        };
        let text = r#"{"nickname":"n","picture_url":"p"}"#;
        assert_eq!(serde_json::to_string(&profile).unwrap(), text);
        assert_eq!(serde_json::from_str::<AgentProfile>(text).unwrap(), profile);
        assert_eq!(
            serde_json::from_str::<AgentProfile>("{}").unwrap(),
            AgentProfile::default()
        );
    }
}
