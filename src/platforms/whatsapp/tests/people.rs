use super::*;
use crate::message::Profile;

/// Whom the first event of a callback is of.
fn person(body: &str) -> (String, Profile) {
    let event = parsed(body).events.remove(0);
    (event.consumer, event.profile)
}

fn address(message: Value, contacts: Value) -> String {
    let mut whole = table(json!({ "id": "wamid.A1", "type": "text", "text": { "body": "Hi" } }));
    whole.extend(table(message));
    person(&with_value(
        json!({ "messages": [whole], "contacts": contacts }),
    ))
    .0
}

#[test]
fn one_person_stays_one_person_when_the_number_is_hidden() {
    let (address, profile) = person(heard!("text"));
    assert_eq!(address, PERSON);
    assert_eq!(profile.name.as_deref(), Some("Zoë"));
    assert_eq!(profile.phone.as_deref(), Some("+15550100001"));
    assert_eq!(profile.customer.social_id.as_deref(), Some("zoe.k"));
    for body in [
        heard!("text_of_hidden_number"),
        heard!("text_with_user_id_in_from"),
    ] {
        let (address, profile) = person(body);
        assert_eq!(address, PERSON);
        assert_eq!(profile.name.as_deref(), Some("Zoë"));
        assert_eq!(profile.phone, None);
    }
    for body in [
        heard!("status_delivered"),
        heard!("status_failed"),
        heard!("status_without_user_id"),
    ] {
        assert_eq!(person(body).0, PERSON);
    }
}

#[test]
fn without_a_user_id_the_number_is_the_address() {
    let (address, profile) = person(heard!("text_without_user_id"));
    assert_eq!(address, "15550100001");
    assert_eq!(profile.phone.as_deref(), Some("+15550100001"));
}

#[test]
fn the_contact_beside_a_message_completes_it_only_if_it_is_the_same_person() {
    let zoe = json!({ "wa_id": "15550100001", "user_id": PERSON });
    let bob = json!({ "wa_id": "15550100007", "user_id": "US.7Bob" });
    let from = |number: &str| json!({ "from": number });
    assert_eq!(address(from("15550100001"), json!([bob, zoe])), PERSON);
    assert_eq!(address(from("+15550100001"), json!([zoe])), PERSON);
    assert_eq!(address(from("15550100003"), json!([zoe])), "15550100003");
    assert_eq!(address(from("15550100003"), json!([])), "15550100003");
    assert_eq!(
        address(from("15550100003"), json!({ "wa_id": 1 })),
        "15550100003"
    );
    // Nobody is named, and there is one contact only.
    assert_eq!(address(json!({}), json!([zoe])), PERSON);
    assert_eq!(address(json!({}), json!([zoe, bob])), "");
}

#[test]
fn what_is_no_address_names_nobody() {
    for user_id in [
        "",
        "US.",
        ".1A2b",
        "us.1A2b",
        "USA.1A2b",
        "US.1A/2b",
        "US.A.B.C",
        "15550100001",
    ] {
        assert_eq!(
            address(json!({ "from_user_id": user_id }), json!([])),
            "",
            "{user_id:?}"
        );
    }
    let long = format!("US.{}", "a".repeat(200));
    assert_eq!(address(json!({ "from_user_id": long }), json!([])), "");
    for number in [
        "",
        "1234",
        "1555010000a",
        "+",
        "++15550100001",
        "123456789012345678901",
    ] {
        assert_eq!(
            address(json!({ "from": number }), json!([])),
            "",
            "{number:?}"
        );
    }
    assert_eq!(
        address(json!({ "from_user_id": "US.ENT.9Z" }), json!([])),
        "US.ENT.9Z"
    );
    assert_eq!(
        address(json!({ "from": 15_550_100_001_u64 }), json!([])),
        "15550100001"
    );
}

#[test]
fn an_answer_goes_to_the_user_id_or_to_the_number_with_a_plus() {
    let content = text("Hi");
    let progress = Progress::default();
    for (consumer, field, value) in [
        (PERSON, "recipient", PERSON),
        ("US.ENT.9Z", "recipient", "US.ENT.9Z"),
        ("15550100001", "to", "+15550100001"),
    ] {
        let message = Outgoing::new("l:d:7", consumer, &content, &progress);
        let (bodies, _) = sent_by(&*adapter(), &message);
        assert_eq!(bodies[0][field], value);
        let other = if field == "to" { "recipient" } else { "to" };
        assert_eq!(bodies[0].get(other), None);
    }
}
