//! Profiles. Input: JSON.

use liveengage_connector::message::{Profile, PushToken};
use serde_json::{Value, json};

use super::stored::read_again;
use crate::corpus;

/// A device's token.
const PUSH_TOKEN: &str = "planted-token";

pub(super) fn run(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    // Whatever an object says, it is a profile.
    if value.is_object() {
        let profile: Profile = serde_json::from_value(value)
            .expect("a profile is never the reason that a message fails");
        read_again(&profile);
        let cleaned = profile.cleaned();
        assert_eq!(
            cleaned.cleaned(),
            cleaned,
            "cleaning it again finds something"
        );
        read_again(&cleaned);
        for url in [&cleaned.avatar_url, &cleaned.background_url]
            .into_iter()
            .flatten()
        {
            assert!(
                url.get(..8)
                    .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")),
                "{url}"
            );
        }
        let push = profile.push.clone().map(|push| PushToken {
            token: Some(PUSH_TOKEN.to_owned()),
            ..push
        });
        assert!(
            !format!("{push:?}").contains(PUSH_TOKEN),
            "a device's token prints"
        );
        let mut merged = profile.clone();
        merged.merge(&profile);
        assert_eq!(merged, profile, "news that are none change something");
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = corpus::fixtures("gateway/from_app")
        .iter()
        .chain(&corpus::fixtures("gateway/odd"))
        .filter_map(|event| {
            serde_json::from_slice::<Value>(event)
                .ok()?
                .get("profile")
                .map(|it| it.to_string().into_bytes())
        })
        .collect();
    let full = json!({
        "name": "Zoë", "phone": "+15550100001", "language": "en-GB", "email": "zoe@example.com", "avatar_url": "https://a.example/z.png",
        "description": "x", "user_id": 7, "role": "vip", "push": { "serviceName": "s", "certName": "c", "token": "0123456789abcdef" },
        "customer": { "customer_type": "gold", "balance": "12.5", "currency": "EUR", "last_payment_date": "2026-02-29", "company_size": 3,
            "registration_date": { "day": 1, "month": 2, "year": 2020 } },
        "personal": { "first_name": "Zoë", "age": { "age": 30, "year": 1996, "month": 2, "day": 29 }, "gender": "FEMALE",
            "contacts": [{ "email": "z@example.com", "phone": "+15550100001", "phone_type": "mobile", "address": { "country": "NL", "region": "NH" } }] },
        "routing": { "skill_id": 12, "campaign_id": "1", "engagement_id": "2", "language": "nl", "response_target": "URGENT" },
    });
    seeds.push(full.to_string().into_bytes());
    seeds
}
