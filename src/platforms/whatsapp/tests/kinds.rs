use super::inbound::said;
use super::*;
use crate::message::{FilePlace, Location};

fn content(body: &str) -> Content {
    said(body).content
}

fn choice(text: &str, reference: &str) -> Content {
    Content::Choice {
        text: text.to_owned(),
        reference: Some(reference.to_owned()),
        metadata: Vec::new(),
        offered_in: None,
    }
}

fn aside(text: &str) -> Content {
    Content::Aside {
        text: text.to_owned(),
    }
}

fn file(id: &str, name: Option<&str>, media_type: &str, caption: Option<&str>) -> Content {
    Content::File {
        file: File {
            at: FilePlace::Platform {
                reference: id.to_owned(),
            },
            name: name.map(str::to_owned),
            media_type: Some(media_type.to_owned()),
            size: None,
            caption: caption.map(str::to_owned),
            link: None,
        },
    }
}

#[test]
fn files_are_named_by_their_ids() {
    for (body, expected) in [
        (
            heard!("image_with_caption"),
            file("900001", None, "image/jpeg", Some("this one")),
        ),
        (
            heard!("document"),
            file("900003", Some("order.pdf"), "application/pdf", None),
        ),
        (
            heard!("voice"),
            file("900002", Some("voice message"), "audio/ogg", None),
        ),
        (
            heard!("audio"),
            file("900005", Some("sound"), "audio/mpeg", None),
        ),
        (
            heard!("video"),
            file("900006", Some("video"), "video/mp4", Some("It rattles")),
        ),
        (
            heard!("sticker"),
            file("900004", Some("sticker"), "image/webp", None),
        ),
    ] {
        assert_eq!(content(body), expected);
    }
}

#[test]
fn a_file_is_asked_for_with_the_token_and_found_where_the_answer_says() {
    let Content::File { file } = content(heard!("document")) else {
        panic!("no file");
    };
    let request = adapter().media(&file).unwrap();
    assert_eq!(
        request.url,
        format!("https://graph.facebook.com/v26.0/900003?phone_number_id={NUMBER}")
    );
    let header = |name: &str| {
        request
            .headers
            .iter()
            .find(|(key, _)| *key == name)
            .unwrap()
            .1
            .as_str()
    };
    assert_eq!(header("authorization"), "Bearer token");
    assert!(header("user-agent").starts_with("liveengage-connector/"));
    let pointed = |address: &str| {
        let answer = json!({ "url": address, "mime_type": "application/pdf", "id": "900003" });
        crate::http::pointer::target(&request, answer.to_string().as_bytes())
    };
    let found =
        pointed("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=900003").unwrap();
    assert_eq!(found.headers, request.headers);
    assert_eq!(pointed("https://files.example.com/?mid=900003"), None);

    let local = adapter_with(
        json!({ "phone_number_id": NUMBER, "api_url": "http://127.0.0.1:8790/graph", "graph_version": "v25.0" }),
    );
    let request = local.media(&file).unwrap();
    assert_eq!(
        request.url,
        format!("http://127.0.0.1:8790/graph/v25.0/900003?phone_number_id={NUMBER}")
    );
    let answer = json!({ "url": "http://127.0.0.1:8790/graph/files/900003" }).to_string();
    assert!(crate::http::pointer::target(&request, answer.as_bytes()).is_some());
}

#[test]
fn no_other_place_is_asked_for_a_file() {
    let at = |at: FilePlace| File {
        at,
        name: None,
        media_type: None,
        size: None,
        caption: None,
        link: None,
    };
    let elsewhere = FilePlace::Url {
        url: "https://lookaside.fbsbx.com/1".to_owned(),
    };
    assert_eq!(adapter().media(&at(elsewhere)), None);
    let relative_path = "/a/b".to_owned();
    assert_eq!(
        adapter().media(&at(FilePlace::Liveengage { relative_path })),
        None
    );
    for reference in ["", "../me", "1?fields=x", "1/2", &"1".repeat(65)] {
        let reference = reference.to_owned();
        assert_eq!(
            adapter().media(&at(FilePlace::Platform { reference })),
            None
        );
    }
}

#[test]
fn taps_carry_what_the_button_carried() {
    assert_eq!(
        content(heard!("button_reply")),
        choice("Yes, please", "0a1b2c3d.0")
    );
    assert_eq!(
        content(heard!("list_reply")),
        choice("Medium", "0a1b2c3d.4")
    );
    assert_eq!(
        content(heard!("template_button")),
        choice("Stop promotions", "STOP_PROMO")
    );
    let without = json!({ "type": "button", "button": { "text": "Yes" } });
    let expected = Content::Choice {
        text: "Yes".to_owned(),
        reference: None,
        metadata: Vec::new(),
        offered_in: None,
    };
    assert_eq!(content(&with_message(without)), expected);
}

#[test]
fn places_may_be_written_as_texts() {
    let expected = |name: Option<&str>, address: Option<&str>| Content::Location {
        location: Location {
            latitude: 52.3702,
            longitude: 4.8952,
            name: name.map(str::to_owned),
            address: address.map(str::to_owned),
        },
    };
    assert_eq!(
        content(heard!("location")),
        expected(Some("Dam Square"), Some("Dam, Amsterdam"))
    );
    let texts =
        json!({ "type": "location", "location": { "latitude": "52.3702", "longitude": "4.8952" } });
    assert_eq!(content(&with_message(texts)), expected(None, None));
}

#[test]
fn what_has_no_kind_of_its_own_is_text() {
    for (body, expected) in [
        (
            heard!("contacts"),
            "[contact] Bob Example, Acme: +1 555 0100, +1 555 0101, bob@example.com\n[contact] Ann",
        ),
        (
            heard!("order"),
            "[order]\n2 × shoe-42 (59.95 EUR)\n1 × sock-1 (5 EUR)\nPlease gift-wrap",
        ),
        (
            heard!("form_answer"),
            "[form]\ncity: Utrecht\ncount: 2\nextras: gift, card\nsize: M",
        ),
    ] {
        assert_eq!(content(body), text(expected));
    }
}

#[test]
fn an_answer_to_a_form_may_be_anything() {
    let form = |reply: Value| {
        let interactive = json!({ "type": "nfm_reply", "nfm_reply": reply });
        content(&with_message(
            json!({ "type": "interactive", "interactive": interactive }),
        ))
    };
    let cases = [
        (json!({}), "[form]"),
        (
            json!({ "body": "Street 1", "response_json": "null" }),
            "[form]\nStreet 1",
        ),
        (json!({ "response_json": "[1]" }), "[form]\n[1]"),
        (json!({ "response_json": "not JSON" }), "[form]\nnot JSON"),
        (json!({ "response_json": { "a": 1 } }), "[form]"),
    ];
    for (reply, expected) in cases {
        assert_eq!(form(reply), text(expected));
    }
}

#[test]
fn what_the_person_does_beside_talking_is_an_aside() {
    for (body, expected) in [
        (heard!("reaction"), "[reacted with 👍]"),
        (heard!("reaction_taken_back"), "[took a reaction back]"),
        (heard!("edited_text"), "[edited] I meant Tuesday"),
        (heard!("edited_caption"), "[edited] that one"),
        (heard!("revoked"), "[took a message back]"),
        (
            heard!("number_changed"),
            "[changed the telephone number: +15550100009]",
        ),
        (
            heard!("marketing_stopped"),
            "[wants no more marketing messages]",
        ),
        (heard!("marketing_resumed"), "[wants marketing messages]"),
    ] {
        assert_eq!(content(body), aside(expected));
    }
    let without =
        json!({ "type": "edit", "edit": { "message": { "type": "image", "image": {} } } });
    assert_eq!(content(&with_message(without)), aside("[edited a message]"));
    let other = json!({ "type": "system", "system": { "type": "user_changed_user_id", "user_id": "US.2" } });
    assert_eq!(
        content(&with_message(other)),
        aside("[changed the WhatsApp account]")
    );
}

#[test]
fn a_preference_that_comes_again_has_the_same_id_and_another_one_has_not() {
    let id = |body: &str| said(body).id;
    assert_eq!(
        id(heard!("marketing_stopped")),
        id(heard!("marketing_stopped"))
    );
    assert_ne!(
        id(heard!("marketing_stopped")),
        id(heard!("marketing_resumed"))
    );
}

#[test]
fn what_cannot_be_shown_is_named() {
    let unknown = "message of a kind that WhatsApp does not pass on";
    for (body, expected) in [
        (heard!("poll"), "poll"),
        (heard!("unsupported"), unknown),
        (heard!("unknown_kind"), "hologram"),
        (heard!("interactive_without_answer"), "interactive"),
        (heard!("call_permission_reply"), "call_permission_reply"),
        (heard!("document_that_was_too_large"), "document"),
    ] {
        let Content::Unsupported { name, raw } = content(body) else {
            panic!("{expected}");
        };
        assert_eq!(name, expected);
        assert!(raw.get("id").is_some());
    }
    let odd = json!({ "type": "a kind\nof its own" });
    let Content::Unsupported { name, .. } = content(&with_message(odd)) else {
        panic!("not unsupported");
    };
    assert_eq!(name, unknown);
}
