//! `POST {asyncMessagingEnt}/api/account/{accountId}/messaging/consumer/conversation?v=3`
//!
//! Opens a conversation: one batch of the consumer's profile, then the conversation with its routing. A consumer has one open
//! conversation per account; [`super::answers::create_answer`] reads the answer.
//! <https://developers.liveperson.com/connector-api-send-api-conversation.html>

use serde_json::{Map, Value, json};

use super::consumer_jws::ConsumerToken;
use super::{AppToken, Domains, LONGEST_REQUEST_ID, messaging_request};
use crate::config::Routing;
use crate::http::HttpRequest;
use crate::message::Profile;

/// The batch. `platform` is shown to agents as the consumer's social id.
#[expect(
    clippy::too_many_arguments,
    reason = "where, who, whom, what: a struct would only rename them"
)]
pub fn request(
    domains: &Domains,
    account_id: &str,
    token: &AppToken,
    consumer: &ConsumerToken,
    request_id: &str,
    platform: &str,
    profile: &Profile,
    routing: &Routing,
) -> HttpRequest {
    let url = format!(
        "{}/api/account/{account_id}/messaging/consumer/conversation?v=3",
        domains.messaging
    );
    let body = json!([
        {
            "kind": "req",
            "id": profile_id(request_id),
            "type": "userprofile.SetUserProfile",
            "body": user_profile(platform, profile),
        },
        {
            "kind": "req",
            "id": conversation_id(request_id),
            "type": "cm.ConsumerRequestConversation",
            "body": conversation(account_id, routing),
        },
    ]);
    messaging_request(url, token, consumer, &body)
}

/// The correlation id of the batch's first item.
fn profile_id(request_id: &str) -> String {
    item_id(request_id, "-1")
}

/// The correlation id of the batch's second item; the answer repeats it as `reqId`.
pub(super) fn conversation_id(request_id: &str) -> String {
    item_id(request_id, "-2")
}

/// An id for one item, cut so that LiveEngage takes it.
fn item_id(request_id: &str, suffix: &str) -> String {
    let room = LONGEST_REQUEST_ID - suffix.len();
    request_id
        .chars()
        .take(room)
        .chain(suffix.chars())
        .collect()
}

/// `userprofile.SetUserProfile`. Agents see what stands in `authenticatedData`, as the structured data elements `ctmrinfo` and
/// `personal`, the only two that LiveEngage takes here.
fn user_profile(platform: &str, profile: &Profile) -> Value {
    let name = profile.name.as_deref();
    let phone = profile.phone.as_deref();
    let mut elements = vec![json!({
        "type": "ctmrinfo",
        "info": object([("socialId", Some(platform)), ("imei", phone), ("userName", name)]),
    })];
    let mut personal = object([
        ("firstname", name),
        ("language", profile.language.as_deref()),
    ]);
    if let Some(phone) = phone {
        let contact = json!({ "phone": phone, "phoneType": "MOBILE" });
        personal.insert("contacts".to_owned(), json!([contact]));
    }
    if !personal.is_empty() {
        elements.push(json!({ "type": "personal", "personal": personal }));
    }
    let mut body = object([("firstName", name)]);
    if let Some(phone) = phone {
        body.insert("privateData".to_owned(), json!({ "mobileNum": phone }));
    }
    body.insert(
        "authenticatedData".to_owned(),
        json!({ "lp_sdes": elements }),
    );
    Value::Object(body)
}

/// `cm.ConsumerRequestConversation`. The language has to be one of the engagement's, so it comes from the configuration and not
/// from the person's profile.
fn conversation(account_id: &str, routing: &Routing) -> Value {
    let mut body = object([
        ("brandId", Some(account_id)),
        ("channelType", Some("MESSAGING")),
        ("skillId", routing.skill_id.as_deref()),
    ]);
    if let Some((campaign, engagement)) = &routing.campaign {
        let campaign = json!({ "campaignId": campaign, "engagementId": engagement });
        body.insert("campaignInfo".to_owned(), campaign);
    }
    if let Some(language) = &routing.language {
        let context = json!({ "type": "SharkContext", "lang": language });
        body.insert("conversationContext".to_owned(), context);
    }
    Value::Object(body)
}

/// An object of those fields that have a value.
fn object<const N: usize>(fields: [(&str, Option<&str>); N]) -> Map<String, Value> {
    fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn build(request_id: &str, profile: &Profile, routing: &Routing) -> (HttpRequest, Value) {
        let domains = Domains {
            sentinel: String::new(),
            idp: String::new(),
            messaging: "https://va.msg.liveperson.net".to_owned(),
        };
        let token = AppToken {
            jwt: Secret::new("a.b.c"),
            expires_at: 0,
        };
        let consumer = ConsumerToken {
            jws: Secret::new("d.e.f"),
            lp_consumer_id: "c0ffee".to_owned(),
        };
        let request = request(
            &domains, "12345678", &token, &consumer, request_id, "twilio", profile, routing,
        );
        let body = serde_json::from_slice(&request.body).unwrap();
        (request, body)
    }

    #[test]
    fn a_bare_consumer() {
        let (request, body) = build("r", &Profile::default(), &Routing::default());
        assert_eq!(
            request.url,
            "https://va.msg.liveperson.net/api/account/12345678/messaging/consumer/conversation?v=3"
        );
        assert_eq!(
            request.headers,
            [
                ("content-type", "application/json".to_owned()),
                ("authorization", "a.b.c".to_owned()),
                ("x-lp-on-behalf", "d.e.f".to_owned()),
                (
                    "client-properties",
                    super::super::client_properties(super::super::FEATURES)
                ),
            ]
        );
        assert_eq!(
            body,
            json!([
                { "kind": "req", "id": "r-1", "type": "userprofile.SetUserProfile", "body": {
                    "authenticatedData": { "lp_sdes": [
                        { "type": "ctmrinfo", "info": { "socialId": "twilio" } }
                    ] }
                } },
                { "kind": "req", "id": "r-2", "type": "cm.ConsumerRequestConversation", "body": {
                    "brandId": "12345678", "channelType": "MESSAGING"
                } }
            ])
        );
    }

    #[test]
    fn everything_known_is_told() {
        let profile = Profile {
            name: Some("Ada".to_owned()),
            phone: Some("+15550100001".to_owned()),
            language: Some("de-DE".to_owned()),
        };
        let routing = Routing {
            skill_id: Some("558000001".to_owned()),
            campaign: Some(("1000001".to_owned(), "2000002".to_owned())),
            language: Some("en-US".to_owned()),
        };
        let (_, body) = build("r", &profile, &routing);
        assert_eq!(
            body,
            json!([
                { "kind": "req", "id": "r-1", "type": "userprofile.SetUserProfile", "body": {
                    "firstName": "Ada",
                    "privateData": { "mobileNum": "+15550100001" },
                    "authenticatedData": { "lp_sdes": [
                        { "type": "ctmrinfo", "info": {
                            "socialId": "twilio", "imei": "+15550100001", "userName": "Ada"
                        } },
                        { "type": "personal", "personal": {
                            "firstname": "Ada",
                            "language": "de-DE",
                            "contacts": [{ "phone": "+15550100001", "phoneType": "MOBILE" }]
                        } }
                    ] }
                } },
                { "kind": "req", "id": "r-2", "type": "cm.ConsumerRequestConversation", "body": {
                    "brandId": "12345678",
                    "channelType": "MESSAGING",
                    "skillId": "558000001",
                    "campaignInfo": { "campaignId": "1000001", "engagementId": "2000002" },
                    "conversationContext": { "type": "SharkContext", "lang": "en-US" }
                } }
            ])
        );
    }

    #[test]
    fn a_long_request_id_is_cut_before_its_suffix() {
        let (_, body) = build(&"x".repeat(100), &Profile::default(), &Routing::default());
        for (item, suffix) in [(&body[0], "-1"), (&body[1], "-2")] {
            let id = item["id"].as_str().unwrap();
            assert!(id.len() == 64 && id.ends_with(suffix), "{id}");
        }
    }
}
