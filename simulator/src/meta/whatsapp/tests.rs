//! What the Cloud API refuses, and what it takes.

use super::request::{Accepted, Outgoing, Recipient, Source, check};
use crate::meta::graph::GraphError;
use serde_json::{Value, json};

fn call(more: &Value) -> Result<Accepted, GraphError> {
    let mut body = json!({ "messaging_product": "whatsapp", "to": "+15550100001" });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    check(&body)
}

fn sent(kind: &str, content: &Value) -> Result<Outgoing, GraphError> {
    call(&json!({ "type": kind, kind: content })).map(|accepted| match accepted {
        Accepted::Message(outgoing) => *outgoing,
        Accepted::Read { message, .. } => panic!("{message}"),
    })
}

fn refused(kind: &str, content: &Value, code: u32) {
    let error = sent(kind, content).unwrap_err();
    assert_eq!(error.code, code, "{content}: {error:?}");
    assert!(error.details.is_some(), "{content}");
}

fn taken(kind: &str, content: &Value) {
    let accepted = sent(kind, content);
    assert!(accepted.is_ok(), "{content}: {accepted:?}");
}

fn long(count: usize) -> String {
    "é".repeat(count)
}

#[test]
fn a_text_has_up_to_4096_characters() {
    taken("text", &json!({ "body": long(4_096), "preview_url": true }));
    refused("text", &json!({ "body": long(4_097) }), 100);
    refused("text", &json!({ "body": "" }), 100);
    refused("text", &json!({}), 100);
    refused("text", &json!({ "body": "a", "colour": "red" }), 100);
    refused("text", &json!({ "body": "a", "preview_url": "true" }), 100);
    refused("text", &json!("a"), 100);
}

#[test]
fn what_every_call_has_is_checked() {
    let text = json!({ "body": "a" });
    for wrong in [
        json!({ "text": text, "messaging_product": "facebook" }),
        json!({ "text": text, "messaging_product": null }),
        json!({ "text": text, "recipient_type": "group" }),
        json!({ "text": text, "type": "Text" }),
        json!({ "text": text, "type": "image" }),
        json!({ "text": text, "image": {} }),
        json!({ "text": text, "context": { "id": "wamid.1" } }),
        json!({ "text": text, "biz_opaque_callback_data": long(513) }),
        json!({}),
    ] {
        assert_eq!(call(&wrong).unwrap_err().code, 100, "{wrong}");
    }
    let whole = json!({ "text": text, "type": "text", "recipient_type": "individual",
        "context": { "message_id": "wamid.1" }, "biz_opaque_callback_data": long(512) });
    let Ok(Accepted::Message(outgoing)) = call(&whole) else {
        panic!("{whole}");
    };
    assert_eq!(outgoing.context.as_deref(), Some("wamid.1"));
    assert_eq!(outgoing.opaque, Some(long(512)));
}

#[test]
fn a_recipient_is_a_number_in_several_forms_or_a_user_id() {
    let to = |more: Value| {
        let mut body = json!({ "messaging_product": "whatsapp", "text": { "body": "a" } });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        match check(&body) {
            Ok(Accepted::Message(outgoing)) => Ok(outgoing.to),
            Ok(_) => panic!("{body}"),
            Err(error) => Err(error.code),
        }
    };
    let number = |text: &str| Ok(Recipient::Number(text.to_owned()));
    for form in [
        "+15550100001",
        "15550100001",
        "+1 (555) 010-0001",
        "5550100001",
    ] {
        assert_eq!(to(json!({ "to": form })), number("15550100001"), "{form}");
    }
    assert_eq!(to(json!({ "to": "+4915550100" })), number("4915550100"));
    let user = || Ok(Recipient::UserId("US.1A2b3C".to_owned()));
    assert_eq!(to(json!({ "recipient": "US.1A2b3C" })), user());
    assert_eq!(to(json!({ "to": "US.1A2b3C" })), user());
    let both = json!({ "to": "+15550100001", "recipient": "US.1A2b3C" });
    assert_eq!(to(both), number("15550100001"));
    for wrong in ["", "abc", "+1-2", "1+5550100001", "us.1A", "US.", "US.1-2"] {
        assert_eq!(to(json!({ "to": wrong })), Err(100), "{wrong}");
    }
    assert_eq!(to(json!({ "recipient": "+15550100001" })), Err(100));
    assert_eq!(to(json!({})), Err(100));
}

#[test]
fn a_file_is_a_link_or_an_id_and_some_have_a_caption() {
    let link = "https://a.example/b";
    for kind in ["image", "document", "audio", "video", "sticker"] {
        taken(kind, &json!({ "link": link }));
        let outgoing = sent(kind, &json!({ "id": "900001" })).unwrap();
        assert_eq!(outgoing.files[0].source, Source::Id("900001".into()));
        refused(kind, &json!({ "id": "900001", "link": link }), 100);
        refused(kind, &json!({}), 100);
        refused(kind, &json!({ "link": "a.example" }), 100);
        let captioned = json!({ "link": link, "caption": long(1_024) });
        if ["image", "document", "video"].contains(&kind) {
            taken(kind, &captioned);
            refused(kind, &json!({ "link": link, "caption": long(1_025) }), 100);
        } else {
            refused(kind, &captioned, 100);
        }
    }
    taken("document", &json!({ "link": link, "filename": "a.pdf" }));
    refused("image", &json!({ "link": link, "filename": "a.png" }), 100);
}

#[test]
fn places_reactions_and_contacts_have_their_fields() {
    taken(
        "location",
        &json!({ "latitude": 52.37, "longitude": "4.89", "name": "Shop", "address": "Dam 1" }),
    );
    refused("location", &json!({ "latitude": 91, "longitude": 4 }), 100);
    refused("location", &json!({ "latitude": 52 }), 100);
    taken(
        "reaction",
        &json!({ "message_id": "wamid.1", "emoji": "👍" }),
    );
    taken("reaction", &json!({ "message_id": "wamid.1", "emoji": "" }));
    refused("reaction", &json!({ "message_id": "wamid.1" }), 100);
    let name = json!({ "formatted_name": "Bob", "first_name": "Bob" });
    taken(
        "contacts",
        &json!([{ "name": name, "phones": [{ "phone": "+15550100009" }] }]),
    );
    refused(
        "contacts",
        &json!([{ "name": { "formatted_name": "Bob" } }]),
        100,
    );
    refused("contacts", &json!([]), 100);
}

fn interactive(kind: &str, body: &str, action: &Value) -> Value {
    json!({ "type": kind, "body": { "text": body }, "action": action })
}

fn reply(n: usize, title: &str) -> Value {
    json!({ "type": "reply", "reply": { "id": format!("id{n}"), "title": title } })
}

#[test]
fn there_are_up_to_three_different_reply_buttons() {
    let with = |buttons: Vec<Value>| interactive("button", "a", &json!({ "buttons": buttons }));
    let three = |count| {
        (0..count)
            .map(|n| reply(n, &format!("b{n}")))
            .collect::<Vec<_>>()
    };
    taken("interactive", &with(three(3)));
    refused("interactive", &with(three(4)), 131_009);
    refused("interactive", &with(vec![]), 131_009);
    taken("interactive", &with(vec![reply(1, &long(20))]));
    refused("interactive", &with(vec![reply(1, &long(21))]), 131_009);
    refused(
        "interactive",
        &with(vec![reply(1, "a"), reply(2, "a")]),
        131_009,
    );
    refused(
        "interactive",
        &with(vec![reply(1, "a"), reply(1, "b")]),
        131_009,
    );
    refused(
        "interactive",
        &with(vec![json!({ "type": "reply" })]),
        131_008,
    );
    let id = |id: String| {
        with(vec![
            json!({ "type": "reply", "reply": { "id": id, "title": "a" } }),
        ])
    };
    taken("interactive", &id(long(256)));
    refused("interactive", &id(long(257)), 131_009);
}

#[test]
fn body_header_and_footer_have_their_lengths() {
    let action = json!({ "buttons": [reply(1, "a")] });
    taken("interactive", &interactive("button", &long(1_024), &action));
    refused(
        "interactive",
        &interactive("button", &long(1_025), &action),
        131_009,
    );
    let with = |name: &str, value: Value| {
        let mut content = interactive("button", "a", &action);
        content[name] = value;
        content
    };
    taken("interactive", &with("footer", json!({ "text": long(60) })));
    refused(
        "interactive",
        &with("footer", json!({ "text": long(61) })),
        131_009,
    );
    taken(
        "interactive",
        &with("header", json!({ "type": "text", "text": long(60) })),
    );
    refused(
        "interactive",
        &with("header", json!({ "type": "text", "text": long(61) })),
        131_009,
    );
    let picture = json!({ "type": "image", "image": { "link": "https://a.example/b.png" } });
    let outgoing = sent("interactive", &with("header", picture)).unwrap();
    assert_eq!(outgoing.files[0].kind, "image");
    refused(
        "interactive",
        &with("header", json!({ "type": "sticker" })),
        131_009,
    );
    refused("interactive", &with("body", json!({})), 131_008);
}

#[test]
fn a_list_has_up_to_ten_rows_in_all_its_sections() {
    let row = |n: usize| json!({ "id": format!("id{n}"), "title": "a", "description": "b" });
    let section = |from: usize, count: usize| json!({ "title": "s", "rows": (from..from + count).map(row).collect::<Vec<_>>() });
    let with = |sections: Vec<Value>| {
        interactive(
            "list",
            &long(4_096),
            &json!({ "button": "Sizes", "sections": sections }),
        )
    };
    taken("interactive", &with(vec![section(0, 10)]));
    taken("interactive", &with(vec![section(0, 5), section(5, 5)]));
    refused("interactive", &with(vec![section(0, 11)]), 131_009);
    refused(
        "interactive",
        &with(vec![section(0, 6), section(6, 5)]),
        131_009,
    );
    refused(
        "interactive",
        &with(vec![section(0, 1), section(0, 1)]),
        131_009,
    );
    refused("interactive", &with(vec![]), 131_009);
    let untitled = json!({ "rows": [row(20)] });
    taken("interactive", &with(vec![untitled.clone()]));
    refused("interactive", &with(vec![section(0, 1), untitled]), 131_008);
    let one = |row: Value| with(vec![json!({ "rows": [row] })]);
    taken(
        "interactive",
        &one(json!({ "id": long(200), "title": long(24), "description": long(72) })),
    );
    refused(
        "interactive",
        &one(json!({ "id": long(201), "title": "a" })),
        131_009,
    );
    refused(
        "interactive",
        &one(json!({ "id": "a", "title": long(25) })),
        131_009,
    );
    refused(
        "interactive",
        &one(json!({ "id": "a", "title": "a", "description": long(73) })),
        131_009,
    );
    let button = |text: &str| {
        interactive(
            "list",
            "a",
            &json!({ "button": text, "sections": [section(0, 1)] }),
        )
    };
    taken("interactive", &button(&long(20)));
    refused("interactive", &button(&long(21)), 131_009);
    let mut headed = button("a");
    headed["header"] = json!({ "type": "image", "image": { "link": "https://a.example/b.png" } });
    refused("interactive", &headed, 131_009);
}

#[test]
fn a_link_button_and_a_question_for_the_location_have_their_names() {
    let link = |text: &str, url: &str| {
        let parameters = json!({ "display_text": text, "url": url });
        interactive(
            "cta_url",
            "a",
            &json!({ "name": "cta_url", "parameters": parameters }),
        )
    };
    taken("interactive", &link(&long(20), "https://a.example"));
    refused(
        "interactive",
        &link(&long(21), "https://a.example"),
        131_009,
    );
    refused("interactive", &link("a", "tel:1"), 131_009);
    let ask = |name: &str| interactive("location_request_message", "a", &json!({ "name": name }));
    taken("interactive", &ask("send_location"));
    refused("interactive", &ask("location"), 131_009);
    refused(
        "interactive",
        &interactive("product", "a", &json!({})),
        131_009,
    );
}

#[test]
fn a_template_has_a_name_a_language_and_components() {
    let parameters = json!([{ "type": "text", "text": "Ann" }]);
    let template = json!({ "name": "case_update", "language": { "code": "en_US" },
        "components": [{ "type": "body", "parameters": parameters }] });
    taken("template", &template);
    let without = |name: &str| {
        let mut template = template.clone();
        template.as_object_mut().unwrap().remove(name);
        template
    };
    refused("template", &without("name"), 131_008);
    refused("template", &without("language"), 131_008);
    taken("template", &without("components"));
    let mut wrong = template.clone();
    wrong["components"][0]["parameters"][0] = json!({ "type": "text" });
    refused("template", &wrong, 131_008);
}

#[test]
fn a_read_mark_may_bring_a_typing_indicator() {
    let read = |more: Value| {
        let mut body =
            json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        match check(&body) {
            Ok(Accepted::Read { typing, .. }) => Some(typing),
            _ => None,
        }
    };
    assert_eq!(read(json!({})), Some(false));
    assert_eq!(
        read(json!({ "typing_indicator": { "type": "text" } })),
        Some(true)
    );
    assert_eq!(read(json!({ "typing_indicator": {} })), None);
    assert_eq!(read(json!({ "status": "delivered" })), None);
    assert_eq!(read(json!({ "to": "+15550100001" })), None);
}
