//! Who a person is.

use liveengage_connector::message::{Profile, ResponseTarget};

use super::{pinned, reads, some};

/// With all of its parts.
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
fn a_profile_with_all_its_parts() {
    let whole: Profile = serde_json::from_str(WHOLE).unwrap();
    pinned(&whole, WHOLE);
    reads(WHOLE, &whole);
    assert_eq!(whole.email, some("ada@example.com"));
    assert_eq!(whole.customer.customer_id, some("C-42"));
    assert_eq!(whole.personal.contacts.len(), 1);
    let push = whole.push.unwrap();
    assert_eq!(push.token, some("tok"));
    let routing = whole.routing.unwrap();
    assert_eq!(routing.response_target, Some(ResponseTarget::Urgent));
}

#[test]
fn what_the_first_releases_knew_of_a_person() {
    let old = Profile {
        name: some("Ada"),
        phone: some("+1"),
        language: some("de"),
        ..Profile::default()
    };
    let text = r#"{"name":"Ada","phone":"+1","language":"de"}"#;
    pinned(&old, text);
    reads(text, &old);
    reads("{}", &Profile::default());
    pinned(&Profile::default(), "{}");
}
