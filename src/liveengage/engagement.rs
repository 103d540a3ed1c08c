//! `POST {smt}/api/account/{accountId}/app/{clientId}/engagement?v=1.1&vid=…&sid=…&obh=false`
//!
//! Which campaign a consumer may enter now, by the rules that the brand has set for it. No authentication; asking twice does no
//! harm. It also tells of a conversation that is open already.
//! <https://developers.liveperson.com/rt-interactions-monitoring-methods-engagement.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answers::{destination_cause, error_code, pause};
use super::engagement_attributes;
use super::{Domains, json as read};
use crate::http::{HttpAnswer, HttpRequest, Method, Millis};
use crate::message::Profile;
use crate::outcome::Cause;

/// The least pause after a failure of the service (ms): LivePerson asks for 10 seconds, then 30, then 90.
const PAUSE: Millis = 10_000;

/// The longest id that is taken from an answer, in characters.
const LONGEST_ID: usize = 128;

/// What the Monitoring API knows a consumer by. It is stored, to be shown at the next call and at the create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Id of the visitor: stays.
    pub visitor_id: String,
    /// Id of the session: ends with it.
    pub session_id: String,
    /// Id of the context in which the campaign was found; becomes `interactionContextId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_id: Option<String>,
    /// Campaign and engagement that were found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<(String, String)>,
}

/// Who asks, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// LiveEngage account id.
    pub account_id: &'a str,
    /// Id of the app installation.
    pub client_id: &'a str,
    /// Our name for the consumer.
    pub ext_consumer_id: &'a str,
    /// Who vouches for that name: the address of this connector.
    pub issuer: &'a str,
    /// Shown as the consumer's social id.
    pub platform: &'a str,
    /// Who the consumer is. What is invalid in it is left out.
    pub profile: &'a Profile,
    /// Where the consumer comes from, as URIs that campaigns are aimed by, for example `sec://Support`.
    pub entry_points: &'a [String],
    /// An earlier visit.
    pub visit: Option<&'a Visit>,
}

/// What the answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngagementAnswer {
    /// The consumer may enter the visit's campaign.
    Exposed(Visit),
    /// The consumer has an open conversation.
    InConversation {
        /// Its id.
        conversation_id: String,
        /// The visit.
        visit: Visit,
    },
    /// No campaign is for this consumer now, for example at night.
    NotEligible(Visit),
    /// Try again later. Also where the service is still loading the account.
    Destination {
        /// Whose failure.
        cause: Cause,
        /// The least pause that was asked for (ms).
        after: Option<Millis>,
    },
    /// The service refuses the request: the app or its entry points are not as the account has them.
    Refused {
        /// Its code, or the HTTP status.
        code: String,
    },
}

/// Asks for a campaign; none where the account has no Monitoring service.
pub fn request(domains: &Domains, request: &Request<'_>) -> Option<HttpRequest> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("v", "1.1");
    if let Some(visit) = request.visit {
        for (name, id) in [("vid", &visit.visitor_id), ("sid", &visit.session_id)] {
            if !id.is_empty() {
                query.append_pair(name, id);
            }
        }
    }
    query.append_pair("obh", "false");
    let url = format!(
        "{}/api/account/{}/app/{}/engagement?{}",
        domains.monitoring.as_deref()?,
        request.account_id,
        read::path_segment(request.client_id),
        query.finish()
    );
    let attributes = engagement_attributes::of(request.platform, &request.profile.cleaned());
    let body = json!({
        "identities": [
            { "iss": request.issuer, "acr": "loa1", "sub": request.ext_consumer_id },
        ],
        "clientProperties": {
            "appVersion": env!("CARGO_PKG_VERSION"), "deviceFamily": "OTHER", "os": "OTHER",
        },
        "entryPoints": request.entry_points,
        "engagementAttributes": attributes,
    });
    Some(HttpRequest::json(Method::Post, url, &body))
}

/// Reads an answer.
pub fn parse(answer: &HttpAnswer) -> EngagementAnswer {
    let destination = |cause, after| EngagementAnswer::Destination { cause, after };
    if let Some(cause) = destination_cause(answer) {
        let least = matches!(cause, Cause::Server { .. }).then_some(PAUSE);
        return destination(cause, pause(answer).max(least));
    }
    let Ok(response) = answer else {
        return destination(Cause::NoAnswer, None);
    };
    let status = response.status;
    let body: Value = response.json().unwrap_or_default();
    match status {
        200 | 201 => {
            found(&body).unwrap_or_else(|| destination(Cause::Unexpected { status }, pause(answer)))
        }
        400..=499 if status != 408 => EngagementAnswer::Refused {
            code: error_code(&body).unwrap_or_else(|| status.to_string()),
        },
        _ => destination(Cause::Unexpected { status }, pause(answer)),
    }
}

fn found(body: &Value) -> Option<EngagementAnswer> {
    let visit = |detail: Option<&Value>| {
        let field = |name| id(detail?.get(name));
        Some(Visit {
            visitor_id: id(body.get("visitorId"))?,
            session_id: id(body.get("sessionId"))?,
            context_id: field("contextId"),
            campaign: field("campaignId").zip(field("engagementId")),
        })
    };
    let details = read::many(body.get("engagementDetails"));
    let conversation = details
        .iter()
        .find_map(|detail| Some((id(detail.get("conversationId"))?, detail)));
    if let Some((conversation_id, detail)) = conversation {
        return Some(EngagementAnswer::InConversation {
            conversation_id,
            visit: visit(Some(detail))?,
        });
    }
    let exposed = details.iter().find_map(|detail| {
        let status = detail.get("status").and_then(Value::as_str);
        let exposed = status.is_none_or(|status| status.eq_ignore_ascii_case("expose"));
        visit(exposed.then_some(detail)).filter(|visit| visit.campaign.is_some())
    });
    match exposed {
        Some(visit) => Some(EngagementAnswer::Exposed(visit)),
        None => Some(EngagementAnswer::NotEligible(visit(None)?)),
    }
}

/// An id that can be stored and sent again.
fn id(value: Option<&Value>) -> Option<String> {
    read::id(value)
        .filter(|id| id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::super::call::tests::{call, json_of};
    use super::*;
    use crate::http::{HttpFailure, HttpResponse};

    fn visit(context_id: Option<&str>, campaign: Option<(&str, &str)>) -> Visit {
        Visit {
            visitor_id: "A1B2".to_owned(),
            session_id: "abc+".to_owned(),
            context_id: context_id.map(str::to_owned),
            campaign: campaign
                .map(|(campaign, engagement)| (campaign.to_owned(), engagement.to_owned())),
        }
    }

    fn answer(status: u16, body: &Value) -> HttpAnswer {
        Ok(HttpResponse {
            status,
            headers: vec![],
            body: body.to_string().into_bytes(),
            length: None,
        })
    }

    fn asked<'a>(
        profile: &'a Profile,
        visit: Option<&'a Visit>,
        entry_points: &'a [String],
    ) -> Request<'a> {
        Request {
            account_id: "12345678",
            client_id: "0f0e",
            ext_consumer_id: "key",
            issuer: "https://connector.example.com",
            platform: "twilio",
            profile,
            entry_points,
            visit,
        }
    }

    #[test]
    fn asks_for_a_campaign() {
        let profile = Profile {
            phone: Some("+15550100".to_owned()),
            email: Some("invalid".to_owned()),
            ..Profile::default()
        };
        let entry_points = ["sec://Support".to_owned()];
        let request = request(call().domains, &asked(&profile, None, &entry_points)).unwrap();
        assert_eq!(
            request.url,
            "https://va.v.liveperson.net/api/account/12345678/app/0f0e/engagement?v=1.1&obh=false"
        );
        assert_eq!(
            request.headers,
            [("content-type", "application/json".to_owned())]
        );
        assert_eq!(
            json_of(&request),
            json!({
                "identities": [{ "iss": "https://connector.example.com", "acr": "loa1", "sub": "key" }],
                "clientProperties": {
                    "appVersion": env!("CARGO_PKG_VERSION"), "deviceFamily": "OTHER", "os": "OTHER"
                },
                "entryPoints": ["sec://Support"],
                "engagementAttributes": [
                    { "type": "ctmrinfo", "info": { "socialId": "twilio", "imei": "+15550100" } },
                    { "type": "personal", "personal": {
                        "contacts": [{ "phone": "+15550100", "phoneType": "MOBILE" }]
                    } }
                ]
            })
        );
    }

    #[test]
    fn a_known_visitor_asks_as_such() {
        let profile = Profile::default();
        let known = visit(None, None);
        let url = |visit| {
            request(call().domains, &asked(&profile, Some(visit), &[]))
                .unwrap()
                .url
        };
        assert!(url(&known).ends_with("/engagement?v=1.1&vid=A1B2&sid=abc%2B&obh=false"));
        let ended = Visit {
            session_id: String::new(),
            ..known.clone()
        };
        assert!(url(&ended).ends_with("/engagement?v=1.1&vid=A1B2&obh=false"));
        assert_eq!(
            request(&Domains::default(), &asked(&profile, None, &[])),
            None
        );
    }

    #[test]
    fn says_what_the_consumer_may_enter() {
        let answered = |details: Value| {
            let body = json!({
                "sessionId": "abc+", "visitorId": "A1B2", "pageId": "1", "engagementDetails": details
            });
            parse(&answer(201, &body))
        };
        let campaign = Some(("1000001", "2000002"));
        let exposed = json!({ "campaignId": 1000001, "engagementId": "2000002", "contextId": 2, "status": "expose" });
        let open = json!({
            "campaignId": 1000001, "engagementId": 2000002, "contextId": "2", "status": "conversation",
            "conversationId": "c"
        });
        let closed = json!({ "campaignId": 1, "engagementId": 2, "status": "hidden" });
        let expected = EngagementAnswer::Exposed(visit(Some("2"), campaign));
        assert_eq!(answered(json!([exposed])), expected);
        assert_eq!(answered(json!([closed, exposed])), expected);
        assert_eq!(answered(exposed.clone()), expected);
        let expected = EngagementAnswer::InConversation {
            conversation_id: "c".to_owned(),
            visit: visit(Some("2"), campaign),
        };
        assert_eq!(answered(json!([exposed, open])), expected);
        let expected = EngagementAnswer::NotEligible(visit(None, None));
        for none in [
            json!([]),
            Value::Null,
            json!([closed]),
            json!([{ "status": "expose" }]),
        ] {
            assert_eq!(answered(none), expected);
        }
    }

    #[test]
    fn says_whose_failure_it_is() {
        let retry = |cause, after| EngagementAnswer::Destination { cause, after };
        let refused = |code: &str| EngagementAnswer::Refused {
            code: code.to_owned(),
        };
        let loading = json!({ "message": "Loading account", "internalCode": 20 });
        let server = Cause::Server { status: 500 };
        let unexpected = |status| retry(Cause::Unexpected { status }, None);
        let coded = json!({ "errorCode": 7 });
        for (answer, expected) in [
            (answer(500, &loading), retry(server, Some(10_000))),
            (
                answer(429, &Value::Null),
                retry(Cause::RateLimited, Some(1000)),
            ),
            (Err(HttpFailure::Lost), retry(Cause::NoAnswer, None)),
            (Err(HttpFailure::NotSent), retry(Cause::Unreachable, None)),
            (answer(200, &json!({ "sessionId": "s" })), unexpected(200)),
            (
                answer(200, &json!({ "sessionId": "s", "visitorId": "ä" })),
                unexpected(200),
            ),
            (answer(302, &Value::Null), unexpected(302)),
            (answer(400, &coded), refused("7")),
            (answer(404, &Value::Null), refused("404")),
        ] {
            assert_eq!(parse(&answer), expected);
        }
    }

    #[test]
    fn the_stored_form_is_pinned() {
        let whole = visit(Some("2"), Some(("1", "2")));
        let text = serde_json::to_string(&whole).unwrap();
        assert_eq!(
            text,
            r#"{"visitor_id":"A1B2","session_id":"abc+","context_id":"2","campaign":["1","2"]}"#
        );
        assert_eq!(serde_json::from_str::<Visit>(&text).unwrap(), whole);
        let least = r#"{"visitor_id":"A1B2","session_id":"abc+"}"#;
        assert_eq!(
            serde_json::from_str::<Visit>(least).unwrap(),
            visit(None, None)
        );
    }
}
