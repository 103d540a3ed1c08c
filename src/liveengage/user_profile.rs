//! `userprofile.SetUserProfile`: who the consumer is, told when a conversation is opened and by SEND when it changes.
//!
//! Agents see what stands in `authenticatedData`.
//! <https://developers.liveperson.com/connector-api-send-api-conversation.html>

use serde_json::{Value, json};

use super::answers::{Answer, repeatable};
use super::call::{Call, envelope, is_short_enough};
use super::engagement_attributes::{self, first_name, object};
use crate::http::{HttpAnswer, HttpRequest};
use crate::message::{CustomerInfo, PersonalInfo, Profile, PushToken};

/// Tells a profile that has changed. `platform` is shown to agents as the consumer's social id.
///
/// What is invalid in it is left out, and so is what makes it longer than LiveEngage takes, the least important first.
pub fn request(
    call: &Call<'_>,
    request_id: &str,
    platform: &str,
    profile: &Profile,
) -> HttpRequest {
    let whole = |body| envelope(request_id, "userprofile.SetUserProfile", body);
    call.send(&fitting(platform, profile, whole))
}

/// Reads an answer. The same profile may be told twice.
pub fn answer(answer: &HttpAnswer) -> Answer<()> {
    repeatable(answer, |item| item.is_ok().then_some(()))
}

/// What goes when a profile is too long, in this order. The rest, with the longest fields there are, is short enough.
const SHORTER: [fn(&mut Profile); 9] = [
    |profile| profile.background_url = None,
    |profile| profile.push = None,
    |profile| profile.avatar_url = None,
    |profile| profile.description = None,
    |profile| profile.personal.contacts.truncate(1),
    |profile| profile.personal.contacts.clear(),
    |profile| profile.customer = CustomerInfo::default(),
    |profile| profile.personal = PersonalInfo::default(),
    |profile| (profile.user_id, profile.role) = (None, None),
];

/// The request that `whole` makes of a profile, without what is invalid or would be too long.
pub(super) fn fitting(platform: &str, profile: &Profile, whole: impl Fn(Value) -> Value) -> Value {
    let mut profile = profile.cleaned();
    let mut request = whole(body(platform, &profile));
    for shorten in SHORTER {
        if is_short_enough(&request) {
            break;
        }
        shorten(&mut profile);
        request = whole(body(platform, &profile));
    }
    request
}

fn body(platform: &str, profile: &Profile) -> Value {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let push = |push: &PushToken| {
        Value::from(object([
            ("serviceName", text(&push.service_name)),
            ("certName", text(&push.cert_name)),
            ("token", text(&push.token)),
        ]))
    };
    let private = object([
        ("mobileNum", text(&profile.phone)),
        ("mail", text(&profile.email)),
        ("pushNotificationData", profile.push.as_ref().map(push)),
    ]);
    let attributes = engagement_attributes::of(platform, profile);
    Value::from(object([
        ("firstName", first_name(profile).map(Value::from)),
        ("lastName", text(&profile.last_name)),
        ("userId", text(&profile.user_id)),
        ("avatarUrl", text(&profile.avatar_url)),
        ("role", text(&profile.role)),
        ("backgndImgUri", text(&profile.background_url)),
        ("description", text(&profile.description)),
        (
            "privateData",
            (!private.is_empty()).then_some(private.into()),
        ),
        ("authenticatedData", Some(json!({ "lp_sdes": attributes }))),
    ]))
}

#[cfg(test)]
mod tests {
    use super::super::call::tests::{call, sent};
    use super::*;
    use crate::http::{HttpFailure, HttpResponse};
    use crate::outcome::Cause;
    use proptest::prelude::*;

    fn profile(value: Value) -> Profile {
        serde_json::from_value(value).unwrap()
    }

    fn told(profile: &Profile) -> Value {
        sent(&request(&call(), "r-7", "twilio", profile))["body"].clone()
    }

    #[test]
    fn every_field_has_livepersons_name() {
        let profile = profile(json!({
            "name": "ada", "first_name": "Ada", "last_name": "Example", "user_id": "u-1", "role": "consumer",
            "avatar_url": "https://img.example.com/ada.png", "background_url": "https://img.example.com/bg.png",
            "description": "two\nlines", "phone": "+15550100", "email": "ada@example.com", "language": "en-US",
            "push": { "service_name": "svc", "cert_name": "cert", "token": "tok" }
        }));
        assert_eq!(
            sent(&request(&call(), "r-7", "twilio", &profile)),
            json!({
                "kind": "req", "id": "r-7", "type": "userprofile.SetUserProfile",
                "body": {
                    "firstName": "Ada", "lastName": "Example", "userId": "u-1", "role": "consumer",
                    "avatarUrl": "https://img.example.com/ada.png",
                    "backgndImgUri": "https://img.example.com/bg.png",
                    "description": "two\nlines",
                    "privateData": {
                        "mobileNum": "+15550100", "mail": "ada@example.com",
                        "pushNotificationData": { "serviceName": "svc", "certName": "cert", "token": "tok" }
                    },
                    "authenticatedData": { "lp_sdes": [
                        { "type": "ctmrinfo", "info": {
                            "socialId": "twilio", "imei": "+15550100", "userName": "ada"
                        } },
                        { "type": "personal", "personal": {
                            "firstname": "Ada", "lastname": "Example", "language": "en-US",
                            "contacts": [{
                                "email": "ada@example.com", "phone": "+15550100", "phoneType": "MOBILE"
                            }]
                        } }
                    ] }
                }
            })
        );
    }

    #[test]
    fn what_is_invalid_is_not_told() {
        let profile = profile(json!({
            "name": "Ada", "avatar_url": "http://img.example.com/ada.png", "email": "nobody",
            "personal": { "gender": "female", "age": 200 }
        }));
        assert_eq!(
            told(&profile),
            json!({
                "firstName": "Ada",
                "authenticatedData": { "lp_sdes": [
                    { "type": "ctmrinfo", "info": { "socialId": "twilio", "userName": "Ada" } },
                    { "type": "personal", "personal": { "firstname": "Ada", "gender": "FEMALE" } }
                ] }
            })
        );
    }

    #[test]
    fn a_long_profile_loses_its_least_important_parts() {
        let url = format!("https://img.example.com/{}", "x".repeat(2000));
        let profile = profile(json!({
            "name": "Ada", "avatar_url": url, "background_url": url, "description": "ä".repeat(900),
            "customer": { "customer_id": "C-42" }
        }));
        let body = told(&profile);
        assert_eq!(body.get("backgndImgUri"), None);
        assert_eq!(body["avatarUrl"], url);
        assert_eq!(body["description"], "ä".repeat(900));
        let info = &body["authenticatedData"]["lp_sdes"][0]["info"];
        assert_eq!(info["customerId"], "C-42");
    }

    #[test]
    fn answers() {
        let answered = |status, body: &str| {
            answer(&Ok(HttpResponse {
                status,
                headers: vec![],
                body: body.as_bytes().to_vec(),
                length: None,
            }))
        };
        let retry = |cause| Answer::Destination { cause, after: None };
        let ok = r#"{"code":"OK","body":{"msg":"OK User Profile set successfully"},"reqId":"r"}"#;
        let no = r#"{"code":"BAD_REQUEST","body":{"msg":"no"},"reqId":"r"}"#;
        let refused = Answer::Refused {
            code: "BAD_REQUEST".to_owned(),
        };
        assert_eq!(answered(200, ok), Answer::Done(()));
        assert_eq!(answered(200, no), refused);
        assert_eq!(answered(200, ""), retry(Cause::Unexpected { status: 200 }));
        assert_eq!(answer(&Err(HttpFailure::Lost)), retry(Cause::NoAnswer));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_profile_is_longer_than_liveengage_takes(
            text in "[a\"\\\\👋\n\u{1}]{0,300}",
            long in "[a\"👋\n]{0,1100}",
            contacts in 0_usize..12,
            id in "[a-z\"👋]{0,80}",
        ) {
            let contact = json!({ "phone": "+15550100", "address": { "country": text, "region": text } });
            let profile = profile(json!({
                "name": text, "first_name": text, "last_name": text, "user_id": text, "role": text,
                "description": long, "avatar_url": format!("https://example.com/{}", long.replace('\n', "")),
                "phone": "+15550100", "email": format!("{text}@example.com"), "language": "en-US",
                "push": { "service_name": text, "cert_name": text, "token": long },
                "customer": {
                    "customer_type": text, "customer_status": text, "currency": text, "customer_id": text,
                    "social_id": text, "imei": text, "user_name": text, "company_branch": text,
                    "account_name": text, "role": text, "login_status": text
                },
                "personal": {
                    "first_name": text, "last_name": text, "company": text, "contacts": vec![contact; contacts]
                }
            }));
            sent(&request(&call(), &id, "twilio", &profile));
        }
    }
}
