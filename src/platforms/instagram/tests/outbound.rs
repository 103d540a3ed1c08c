use super::*;

fn body_of(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        length: None,
    })
}

fn first(adapter: &dyn Adapter, content: &Content, heard: Option<&LastHeard>) -> HttpRequest {
    let none = Progress::default();
    let message = Outgoing {
        heard,
        now: 1_795_000_000_000,
        ..Outgoing::new("l:d:7", PERSON, content, &none)
    };
    match adapter.next(&message, None) {
        Next::Request { request, .. } => request,
        Next::Done { outcome, .. } => panic!("{outcome:?}"),
    }
}

#[test]
fn each_login_has_its_host() {
    let settings = |login: &str| json!({ "instagram_id": ACCOUNT, "login": login });
    for (adapter, host) in [
        (adapter(), "graph.instagram.com"),
        (adapter_with(settings("instagram")), "graph.instagram.com"),
        (adapter_with(settings("facebook")), "graph.facebook.com"),
    ] {
        let request = first(&*adapter, &text("Hello"), None);
        assert_eq!(request.url, format!("https://{host}/v26.0/me/messages"));
        let expected = json!({ "recipient": { "id": PERSON }, "message": { "text": "Hello" } });
        assert_eq!(body_of(&request), expected);
        assert_eq!(
            request.headers[0],
            ("authorization", "Bearer token".to_owned())
        );
    }
}

#[test]
fn after_a_day_the_tag_of_human_agents_is_set_where_the_channel_may() {
    let heard = LastHeard {
        at: 1_795_000_000_000 - 25 * 3_600_000,
        ..LastHeard::default()
    };
    let tagged = adapter_with(json!({ "instagram_id": ACCOUNT, "human_agent": true }));
    let body = body_of(&first(&*tagged, &text("a"), Some(&heard)));
    assert_eq!(body["messaging_type"], "MESSAGE_TAG");
    assert_eq!(body["tag"], "HUMAN_AGENT");
    let body = body_of(&first(&*adapter(), &text("a"), Some(&heard)));
    assert_eq!(body.get("tag"), None);
}

#[test]
fn a_text_has_a_thousand_bytes() {
    let content = text(&"😀".repeat(251));
    let request = first(&*adapter(), &content, None);
    let piece = body_of(&request)["message"]["text"].clone();
    assert_eq!(piece.as_str().unwrap().len(), 1000);
    let content = text(&"x".repeat(1000));
    let request = first(&*adapter(), &content, None);
    assert_eq!(
        body_of(&request)["message"]["text"].as_str().unwrap().len(),
        1000
    );
}

#[test]
fn only_some_files_are_attachments() {
    let url = "https://files.example.com/a.bin";
    let kind = |media_type: &str, size: u64| {
        let file = File {
            at: FilePlace::Url {
                url: url.to_owned(),
            },
            name: Some("a.bin".to_owned()),
            media_type: Some(media_type.to_owned()),
            size: Some(size),
            caption: None,
            link: None,
        };
        let message = body_of(&first(&*adapter(), &Content::File { file }, None));
        let kind = &message["message"]["attachment"]["type"];
        kind.as_str().map(str::to_owned)
    };
    for (media_type, size, expected) in [
        ("image/jpeg", 8_000_000, Some("image")),
        ("image/jpeg", 8_000_001, None),
        ("image/gif", 1, None),
        ("audio/mp4", 1, Some("audio")),
        ("audio/ogg", 1, None),
        ("video/mp4", 25_000_000, Some("video")),
        ("video/mp4", 25_000_001, None),
        ("application/pdf", 1, Some("file")),
        ("application/zip", 1, None),
    ] {
        assert_eq!(kind(media_type, size).as_deref(), expected, "{media_type}");
    }
}

#[test]
fn a_telephone_number_is_no_button() {
    let content = Content::Structured {
        text: None,
        content: Some(json!({ "type": "vertical", "elements": [
            { "type": "text", "text": "Questions?" },
            { "type": "button", "title": "Call", "click": { "actions": [{ "type": "link", "uri": "tel:+15550100002" }] } },
        ] })),
        quick_replies: None,
        metadata: None,
    };
    let message = body_of(&first(&*adapter(), &content, None));
    let text = message["message"]["text"].as_str().unwrap();
    assert!(text.contains("tel:+15550100002"), "{text}");
}

#[test]
fn the_end_of_the_time_to_answer_is_explained() {
    let (content, none) = (text("a"), Progress::default());
    let message = Outgoing::new("l:d:7", PERSON, &content, &none);
    let taken = answer(400, fixture!("answers/window_over"));
    let Next::Done { outcome, .. } = adapter().next(&message, Some(&taken)) else {
        panic!("it goes on");
    };
    let code = "10/2534022".to_owned();
    let reason = Refusal::Rejected { code };
    assert_eq!(
        adapter().explain(&reason),
        Some("the time in which Meta allows answers is over")
    );
    assert_eq!(outcome, Outcome::Refused { reason });
}

#[test]
fn a_person_is_asked_for_by_id() {
    let request = adapter().profile(PERSON).unwrap();
    assert_eq!(
        request.url,
        "https://graph.instagram.com/v26.0/6800000000000001?fields=name,username,profile_pic"
    );
    let told = answer(200, fixture!("answers/profile")).unwrap();
    let profile = adapter().read_profile(&told).unwrap();
    assert_eq!(profile.name.as_deref(), Some("Zoë"));
    assert_eq!(profile.customer.social_id.as_deref(), Some("zoe.k"));
    let told = answer(200, "{\"username\":\"zoe.k\"}").unwrap();
    let profile = adapter().read_profile(&told).unwrap();
    assert_eq!(profile.name.as_deref(), Some("zoe.k"));
}
