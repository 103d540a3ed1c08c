use serde_json::{Value, json};

use super::*;

fn profile(value: Value) -> Profile {
    serde_json::from_value(value).unwrap()
}

/// A profile with every field, as it is stored.
const WHOLE: &str = concat!(
    r#"{"name":"ada","phone":"+15550100","language":"en-US","first_name":"Ada","last_name":"Example","user_id":"u-1","#,
    r#""role":"consumer","avatar_url":"https://img.example.com/a","background_url":"https://img.example.com/b","#,
    r#""description":"d","email":"ada@example.com","push":{"service_name":"svc","cert_name":"cert","token":"tok"},"#,
    r#""customer":{"customer_type":"vip","customer_status":"active","balance":-400.5,"currency":"USD","customer_id":"C-42","#,
    r#""social_id":"@ada","imei":"1","user_name":"ada42","company_size":500,"company_branch":"south","#,
    r#""account_name":"bank","role":"broker","last_payment_date":{"day":15,"month":10,"year":2014},"#,
    r#""registration_date":{"day":29,"month":2,"year":2012},"login_status":"in"},"#,
    r#""personal":{"first_name":"Ada","last_name":"Example","age":{"age":34,"year":1980,"month":4,"day":15},"#,
    r#""contacts":[{"email":"a@example.com","phone":"+1 (555) 0100","phone_type":"WORK","#,
    r#""address":{"country":"US","region":"NY"}}],"gender":"FEMALE","company":"c","language":"de"},"#,
    r#""routing":{"skill_id":"1","campaign_id":"2","engagement_id":"3","language":"fr-FR","response_target":"urgent"}}"#
);

#[test]
fn the_stored_form_is_pinned() {
    let whole: Profile = serde_json::from_str(WHOLE).unwrap();
    assert_eq!(serde_json::to_string(&whole).unwrap(), WHOLE);
    assert_eq!(whole.cleaned(), whole);
    let old = r#"{"name":"Ada","phone":"+1","language":"de"}"#;
    let profile: Profile = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&profile).unwrap(), old);
    assert_eq!(serde_json::to_string(&Profile::default()).unwrap(), "{}");
}

#[test]
fn it_is_read_liberally() {
    let read = profile(json!({
        "name": 7, "phone": { "number": 1 }, "email": " ", "of_a_later_release": [],
        "push": "token",
        "customer": {
            "ctype": "vip", "customerId": 42, "balance": "-400.5", "companySize": "many",
            "lastPaymentDate": { "day": "15", "month": 10, "year": 2014 },
            "registration_date": "2013-05-23T10:00:00Z"
        },
        "personal": {
            "firstname": "Ada", "age": "34", "gender": 1,
            "contacts": { "email": "a@example.com", "phoneType": "home", "phone": 15550100 }
        },
        "routing": { "skill_id": 5, "response_target": "URGENT" }
    }));
    let expected = profile(json!({
        "name": "7",
        "customer": {
            "customer_type": "vip", "customer_id": "42", "balance": -400.5,
            "last_payment_date": { "day": 15, "month": 10, "year": 2014 },
            "registration_date": { "day": 23, "month": 5, "year": 2013 }
        },
        "personal": {
            "first_name": "Ada", "age": { "age": 34 }, "gender": "1",
            "contacts": [{ "email": "a@example.com", "phone_type": "home", "phone": "15550100" }]
        },
        "routing": { "skill_id": "5", "response_target": "urgent" }
    }));
    assert_eq!(read, expected);
    let cleaned = read.cleaned();
    assert_eq!(cleaned.personal.gender.as_deref(), Some("FEMALE"));
    let contact = cleaned.personal.contacts.first().unwrap();
    assert_eq!(contact.phone_type.as_deref(), Some("HOME"));
}

#[test]
fn nothing_of_another_kind_makes_it_unreadable() {
    let fields: Value = serde_json::from_str(WHOLE).unwrap();
    let others = [
        json!(null),
        json!(7),
        json!(-1.5),
        json!("x"),
        json!([1]),
        json!({ "a": [] }),
        json!(true),
    ];
    for name in fields.as_object().unwrap().keys() {
        for other in &others {
            let mut changed = fields.clone();
            changed[name] = other.clone();
            assert_eq!(
                profile(changed).first_name.is_some(),
                name != "first_name" || other.is_string() || other.is_number()
            );
            if let Some(parts) = fields[name].as_object() {
                for part in parts.keys() {
                    let mut changed = fields.clone();
                    changed[name][part] = other.clone();
                    assert_eq!(
                        profile(changed).name.as_deref(),
                        Some("ada"),
                        "{name}.{part}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_birthday_may_stand_for_an_age() {
    let age = |value: Value| {
        profile(json!({ "personal": { "age": value } }))
            .personal
            .age
    };
    let born = Age {
        age: None,
        year: Some(1980),
        month: Some(4),
        day: Some(15),
    };
    assert_eq!(age(json!("1980-04-15")), Some(born));
    assert_eq!(age(json!(34)).unwrap().age, Some(34));
    assert_eq!(age(json!("soon")), None);
    assert_eq!(age(json!(70000)), None);
}

#[test]
fn cleaning_takes_away_what_is_wrong() {
    let long = "x".repeat(2049);
    for wrong in [
        json!({ "name": "x".repeat(257) }),
        json!({ "name": "a\u{0}b" }),
        json!({ "description": "x".repeat(1001) }),
        json!({ "description": "a\u{1b}b" }),
        json!({ "phone": "home" }),
        json!({ "phone": "1".repeat(41) }),
        json!({ "language": "english please" }),
        json!({ "language": "-de" }),
        json!({ "email": "ada" }),
        json!({ "email": "ada@example" }),
        json!({ "email": "a b@example.com" }),
        json!({ "email": "@example.com" }),
        json!({ "avatar_url": "http://example.com/a" }),
        json!({ "avatar_url": "https:///a" }),
        json!({ "avatar_url": "https://u@example.com" }),
        json!({ "background_url": "javascript:x" }),
        json!({ "background_url": format!("https://example.com/{long}") }),
        json!({ "push": { "service_name": "svc" } }),
        json!({ "customer": { "role": "x".repeat(257) } }),
        json!({ "customer": { "registration_date": "2013-02-29" } }),
        json!({ "customer": { "last_payment_date": "2013-13-01" } }),
        json!({ "personal": { "gender": "unknown" } }),
        json!({ "personal": { "age": 151 } }),
        json!({ "personal": { "age": { "month": 13 } } }),
        json!({ "routing": { "skill_id": "a b" } }),
        json!({ "routing": { "campaign_id": "1" } }),
        json!({ "routing": { "engagement_id": "1" } }),
    ] {
        let read = profile(wrong.clone());
        let right = Profile {
            routing: read.routing.as_ref().map(|_| RoutingWish::default()),
            ..Profile::default()
        };
        assert_ne!(read, right, "{wrong}");
        assert_eq!(read.cleaned(), right, "{wrong}");
    }
}

#[test]
fn of_contacts_cleaning_leaves_ten_and_of_each_what_is_right() {
    let contacts = |value: Value| {
        let cleaned = profile(json!({ "personal": { "contacts": value } })).cleaned();
        assert_eq!(cleaned.cleaned(), cleaned, "cleaned is clean");
        json!(cleaned.personal.contacts)
    };
    let phone = json!({ "phone": "12" });
    let odd = json!({ "phone": "12", "phone_type": "car" });
    assert_eq!(contacts(json!([{}, odd])), json!([phone]));
    assert_eq!(
        contacts(json!(vec![phone.clone(); 11])),
        json!(vec![phone; 10])
    );
}

#[test]
fn cleaning_keeps_what_is_right() {
    let cleaned = profile(json!({
        "name": " Ada ", "email": "ada", "language": "de_DE",
        "personal": { "contacts": [
            { "email": "nobody", "phone": "+1 555 0100", "phone_type": "work fax" },
            { "email": "nobody", "phone_type": "HOME" }
        ] },
        "routing": { "skill_id": "-1", "campaign_id": "1" }
    }))
    .cleaned();
    let expected = profile(json!({
        "name": "Ada", "language": "de-DE",
        "personal": { "contacts": [{ "phone": "+1 555 0100", "phone_type": "WORK_FAX" }] },
        "routing": { "skill_id": "-1" }
    }));
    assert_eq!(cleaned, expected);
}

#[test]
fn a_newer_profile_goes_before_an_older_one() {
    let mut known = profile(json!({
        "name": "Ada", "phone": "+15550100",
        "customer": { "customer_id": "C-42", "role": "broker" },
        "personal": { "gender": "FEMALE", "contacts": [{ "phone": "12" }] },
        "routing": { "skill_id": "1", "language": "de" }
    }));
    known.merge(&profile(json!({
        "name": "Grace", "email": "grace@example.com",
        "customer": { "role": "admiral" },
        "personal": { "contacts": [{ "phone": "34" }] },
        "routing": { "skill_id": "2" }
    })));
    let expected = profile(json!({
        "name": "Grace", "phone": "+15550100", "email": "grace@example.com",
        "customer": { "customer_id": "C-42", "role": "admiral" },
        "personal": { "gender": "FEMALE", "contacts": [{ "phone": "34" }] },
        "routing": { "skill_id": "2" }
    }));
    assert_eq!(known, expected);

    let whole: Profile = serde_json::from_str(WHOLE).unwrap();
    let mut all = Profile::default();
    all.merge(&whole);
    assert_eq!(all, whole);
    all.merge(&Profile::default());
    assert_eq!(all, whole);
}

#[test]
fn a_push_token_does_not_print() {
    let whole: Profile = serde_json::from_str(WHOLE).unwrap();
    assert!(!format!("{whole:?}").contains("tok\""));
}
