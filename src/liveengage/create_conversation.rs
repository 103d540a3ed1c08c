//! `POST {asyncMessagingEnt}/api/account/{accountId}/messaging/consumer/conversation?v=3`
//!
//! Opens a conversation: one batch of the consumer's profile, then the conversation with its routing. A consumer has one open
//! conversation per account; [`super::answers::create_answer`] reads the answer.
//! <https://developers.liveperson.com/connector-api-send-api-conversation.html>

mod routing;

pub use routing::ResolvedRouting;

use serde_json::{Value, json};

use super::call::{Call, LONGEST_REQUEST_ID, envelope};
use super::engagement::Visit;
use super::engagement_attributes::object;
use super::user_profile;
use crate::http::HttpRequest;
use crate::message::{Profile, ResponseTarget};

/// What a new conversation is made of.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who the consumer is. What is invalid in it, or too long, is left out.
    pub profile: &'a Profile,
    /// Shown to agents as the consumer's social id.
    pub platform: &'a str,
    /// Where the conversation goes.
    pub routing: &'a ResolvedRouting,
    /// The visit that the Monitoring API knows the consumer by. The campaign that it found goes before that of `routing`, since
    /// its context belongs to no other.
    pub visit: Option<&'a Visit>,
}

/// The batch.
pub fn request(call: &Call<'_>, request_id: &str, new: &Request<'_>) -> HttpRequest {
    let second = envelope(
        &conversation_id(request_id),
        "cm.ConsumerRequestConversation",
        conversation(call.account_id, new.routing, new.visit),
    );
    let batch = |profile| {
        let kind = "userprofile.SetUserProfile";
        json!([envelope(&profile_id(request_id), kind, profile), second])
    };
    call.conversation(&user_profile::fitting(new.platform, new.profile, batch))
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

/// `cm.ConsumerRequestConversation`.
fn conversation(account_id: &str, routing: &ResolvedRouting, visit: Option<&Visit>) -> Value {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let campaign = visit
        .and_then(|visit| visit.campaign.as_ref())
        .or(routing.campaign.as_ref())
        .map(
            |(campaign, engagement)| json!({ "campaignId": campaign, "engagementId": engagement }),
        );
    let mut context = object([
        ("lang", text(&routing.language)),
        (
            "visitorId",
            visit.map(|visit| visit.visitor_id.as_str().into()),
        ),
        (
            "sessionId",
            visit.map(|visit| visit.session_id.as_str().into()),
        ),
        (
            "interactionContextId",
            visit.and_then(|visit| text(&visit.context_id)),
        ),
    ]);
    if !context.is_empty() {
        context.insert("type".to_owned(), "SharkContext".into());
    }
    let target = routing.response_target.map(ResponseTarget::as_str);
    Value::from(object([
        ("brandId", Some(account_id.into())),
        ("channelType", Some("MESSAGING".into())),
        ("skillId", text(&routing.skill_id)),
        ("ttrDefName", target.map(Value::from)),
        ("campaignInfo", campaign),
        (
            "conversationContext",
            (!context.is_empty()).then_some(context.into()),
        ),
    ]))
}

#[cfg(test)]
mod tests {
    use super::super::call::tests::{call, headers, json_of};
    use super::*;
    use crate::http::Method;

    fn build(
        request_id: &str,
        profile: &Profile,
        routing: &ResolvedRouting,
        visit: Option<&Visit>,
    ) -> Value {
        let request = request(
            &call(),
            request_id,
            &Request {
                profile,
                platform: "twilio",
                routing,
                visit,
            },
        );
        let url = "https://va.msg.liveperson.net/api/account/12345678/messaging/consumer/conversation?v=3";
        assert_eq!((request.url.as_str(), request.method), (url, Method::Post));
        assert_eq!(request.headers, headers());
        json_of(&request)
    }

    fn visit(campaign: Option<(&str, &str)>) -> Visit {
        Visit {
            visitor_id: "A1B2C3D4E5F6".to_owned(),
            session_id: "abcDEFghiJKL".to_owned(),
            context_id: Some("2".to_owned()),
            campaign: campaign
                .map(|(campaign, engagement)| (campaign.to_owned(), engagement.to_owned())),
        }
    }

    #[test]
    fn a_bare_consumer() {
        assert_eq!(
            build("r", &Profile::default(), &ResolvedRouting::default(), None),
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
            ..Profile::default()
        };
        let routing = ResolvedRouting {
            skill_id: Some("558000001".to_owned()),
            campaign: Some(("1000001".to_owned(), "2000002".to_owned())),
            language: Some("en-US".to_owned()),
            response_target: Some(ResponseTarget::Urgent),
        };
        assert_eq!(
            build("r", &profile, &routing, None),
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
                    "ttrDefName": "URGENT",
                    "campaignInfo": { "campaignId": "1000001", "engagementId": "2000002" },
                    "conversationContext": { "type": "SharkContext", "lang": "en-US" }
                } }
            ])
        );
    }

    #[test]
    fn a_visit_brings_its_context_and_its_campaign() {
        let routing = ResolvedRouting {
            campaign: Some(("1".to_owned(), "2".to_owned())),
            language: Some("en-US".to_owned()),
            ..ResolvedRouting::default()
        };
        let body = |visit: &Visit| {
            build("r", &Profile::default(), &routing, Some(visit))[1]["body"].clone()
        };
        let expected = |campaign: &str, engagement: &str| {
            json!({
                "brandId": "12345678",
                "channelType": "MESSAGING",
                "campaignInfo": { "campaignId": campaign, "engagementId": engagement },
                "conversationContext": {
                    "type": "SharkContext", "lang": "en-US", "visitorId": "A1B2C3D4E5F6",
                    "sessionId": "abcDEFghiJKL", "interactionContextId": "2"
                }
            })
        };
        let found = visit(Some(("1000001", "2000002")));
        assert_eq!(body(&found), expected("1000001", "2000002"));
        assert_eq!(body(&visit(None)), expected("1", "2"));
    }

    #[test]
    fn the_batch_stays_within_the_limit_of_one_request() {
        let text = "\"".repeat(256);
        let profile = Profile {
            name: Some(text.clone()),
            first_name: Some(text.clone()),
            last_name: Some(text.clone()),
            description: Some("\"".repeat(1000)),
            user_id: Some(text.clone()),
            role: Some(text),
            ..Profile::default()
        };
        let campaign = "1".repeat(64);
        let body = build(
            &"r".repeat(64),
            &profile,
            &ResolvedRouting::default(),
            Some(&visit(Some((&campaign, &campaign)))),
        );
        assert!(body.to_string().len() <= 5000);
        assert_eq!(body[0]["body"].get("description"), None);
        assert_eq!(body[0]["body"]["lastName"], "\"".repeat(256));
    }

    #[test]
    fn a_long_request_id_is_cut_before_its_suffix() {
        let body = build(
            &"x".repeat(100),
            &Profile::default(),
            &ResolvedRouting::default(),
            None,
        );
        for (item, suffix) in [(&body[0], "-1"), (&body[1], "-2")] {
            let id = item["id"].as_str().unwrap();
            assert!(id.len() == 64 && id.ends_with(suffix), "{id}");
        }
    }
}
