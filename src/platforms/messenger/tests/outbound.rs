use super::*;

#[test]
fn a_text_is_one_request_with_the_token_in_a_header() {
    let (content, none) = (text("Good day 👋\n"), Progress::default());
    let message = Outgoing {
        now: NOW,
        ..Outgoing::new("l:d:7", PERSON, &content, &none)
    };
    let (request, progress) = requested(adapter().next(&message, None));
    assert_eq!(progress, none);
    assert_eq!(request.method, Method::Post);
    assert_eq!(
        request.url,
        "https://graph.facebook.com/v26.0/100000000000001/messages"
    );
    assert_eq!(
        request.headers,
        [
            ("authorization", "Bearer page-token".to_owned()),
            ("content-type", "application/json".to_owned()),
        ]
    );
    let expected = json!({
        "recipient": { "id": PERSON }, "messaging_type": "RESPONSE", "message": { "text": "Good day 👋" },
    });
    assert_eq!(body_of(&request), expected);
    let outcome = adapter().next(&message, Some(&answer(200, fixture!("answers/sent"))));
    assert!(matches!(
        outcome,
        Next::Done { outcome: Outcome::Delivered { remote_id: Some(id) }, .. } if id == "m_ZZZ1"
    ));
}

#[test]
fn a_message_carries_its_reference() {
    let (content, none) = (text("Good day"), Progress::default());
    let message = Outgoing {
        reference: "0a1b-2",
        ..Outgoing::new("l:d:7", PERSON, &content, &none)
    };
    let (request, _) = requested(adapter().next(&message, None));
    let expected = json!({ "text": "Good day", "metadata": "0a1b-2" });
    assert_eq!(body_of(&request)["message"], expected);
}

#[test]
fn another_version_and_another_api_are_called_where_the_settings_say_so() {
    let adapter = adapter_with(json!({
        "page_id": PAGE, "graph_version": "v25.0", "api_url": "http://127.0.0.1:8790/graph/"
    }));
    let (content, none) = (text("a"), Progress::default());
    let message = Outgoing::new("l:d:7", PERSON, &content, &none);
    let (request, _) = requested(adapter.next(&message, None));
    assert_eq!(
        request.url,
        "http://127.0.0.1:8790/graph/v25.0/100000000000001/messages"
    );
}

#[test]
fn after_a_day_a_person_may_answer_and_nobody_else() {
    let kind = |human_agent: bool, heard: Option<LastHeard>| {
        let adapter = adapter_with(json!({ "page_id": PAGE, "human_agent": human_agent }));
        let (content, none) = (text("a"), Progress::default());
        let message = Outgoing {
            heard: heard.as_ref(),
            now: NOW,
            ..Outgoing::new("l:d:7", PERSON, &content, &none)
        };
        let body = body_of(&requested(adapter.next(&message, None)).0);
        (body["messaging_type"].clone(), body["tag"].clone())
    };
    let response = (json!("RESPONSE"), Value::Null);
    let tagged = (json!("MESSAGE_TAG"), json!("HUMAN_AGENT"));
    let late = || Some(heard(NOW - 24 * HOUR));
    assert_eq!(kind(false, None), response);
    assert_eq!(kind(true, None), response);
    assert_eq!(kind(true, Some(heard(NOW - 24 * HOUR + 1))), response);
    assert_eq!(kind(true, late()), tagged);
    // Without it Meta refuses, and the agent is told why.
    assert_eq!(kind(false, late()), response);
    assert_eq!(kind(true, Some(heard(NOW + HOUR))), response);
}

#[test]
fn a_long_text_goes_on_where_it_was_after_a_restart() {
    let words = "A sentence of words. ".repeat(250);
    let content = text(&words);
    let none = Progress::default();
    let message = Outgoing::new("l:d:7", PERSON, &content, &none);
    let pieces = sent(&*adapter(), &message);
    assert_eq!(pieces.len(), 3);
    for piece in &pieces {
        assert!(piece["text"].as_str().unwrap().encode_utf16().count() <= 2000);
    }
    let (_, before) = requested(adapter().next(&message, None));
    let first = Outgoing {
        progress: &before,
        ..message
    };
    let taken = answer(200, "{\"message_id\":\"m_1\"}");
    let (_, stored) = requested(adapter().next(&first, Some(&taken)));
    let stored: Progress = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
    assert_eq!(
        serde_json::to_value(&stored).unwrap(),
        json!({ "next_piece": 1, "ids": ["m_1"] })
    );
    let second = Outgoing {
        progress: &stored,
        ..message
    };
    let (request, unchanged) = requested(adapter().next(&second, None));
    assert_eq!(body_of(&request)["message"], pieces[1]);
    assert_eq!(unchanged, stored);
    // A piece that fails is tried again, not those before it.
    let Next::Done { progress, .. } = adapter().next(&second, Some(&answer(500, ""))) else {
        panic!("it goes on");
    };
    assert_eq!(progress, stored);
    let last = Progress::of(&json!({ "next_piece": 2, "ids": ["m_1", "m_2"] }));
    let third = Outgoing {
        progress: &last,
        ..message
    };
    let taken = answer(200, "{\"message_id\":\"m_3\"}");
    let Next::Done { outcome, .. } = adapter().next(&third, Some(&taken)) else {
        panic!("it goes on");
    };
    let remote_id = Some("m_1 m_2 m_3".to_owned());
    assert_eq!(outcome, Outcome::Delivered { remote_id });
}

#[test]
fn who_speaks_stands_before_the_text() {
    let agent = Agent {
        id: "a-1".to_owned(),
        name: Some("Ada".to_owned()),
        ..Agent::default()
    };
    let none = Progress::default();
    let send = |content: &Content| {
        let message = Outgoing {
            agent: Some(&agent),
            ..Outgoing::new("l:d:7", PERSON, content, &none)
        };
        sent(&*adapter(), &message)
    };
    assert_eq!(send(&text("Hello")), [json!({ "text": "Ada: Hello" })]);
    let button = json!({ "type": "button", "title": "Yes", "click": { "actions": [{ "type": "publishText", "text": "Yes" }] } });
    let words = json!({ "type": "text", "text": "Call?" });
    let structured = |elements: Value| Content::Structured {
        text: None,
        content: Some(json!({ "type": "vertical", "elements": elements })),
        quick_replies: None,
        metadata: None,
    };
    let pieces = send(&structured(json!([words, button])));
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0]["attachment"]["payload"]["text"], "Ada: Call?");
    // Where there are no words to stand before, it stands alone.
    let pieces = send(&structured(json!([button])));
    assert_eq!(pieces[0], json!({ "text": "Ada:" }));
}

#[test]
fn signals_are_requests_of_their_own() {
    let ask = |signal: &Signal, heard: Option<&LastHeard>| {
        let signal = OutgoingSignal {
            consumer: PERSON,
            signal,
            heard,
            nonce: "0011223344556677",
            now: NOW,
        };
        adapter().signal(&signal)
    };
    let state = |state: &str| Signal::ChatState {
        state: state.to_owned(),
    };
    let receipt = |status| Signal::Receipt {
        remote_id: "m_AAA0".to_owned(),
        status,
        code: None,
    };
    for (signal, action) in [
        (state("COMPOSING"), Some("typing_on")),
        (state("PAUSE"), Some("typing_off")),
        (state("ACTIVE"), Some("typing_off")),
        (state("GONE"), Some("typing_off")),
        (state("THINKING"), None),
        (receipt(ReceiptStatus::Read), Some("mark_seen")),
        (receipt(ReceiptStatus::Delivered), None),
    ] {
        let request = ask(&signal, Some(&heard(NOW - HOUR)));
        let body = request.as_ref().map(body_of);
        let expected =
            action.map(|action| json!({ "recipient": { "id": PERSON }, "sender_action": action }));
        assert_eq!(body, expected, "{signal:?}");
        if let Some(request) = request {
            assert_eq!(
                request.url,
                "https://graph.facebook.com/v26.0/100000000000001/messages"
            );
        }
    }
    // Meta would refuse it.
    assert_eq!(
        ask(&state("COMPOSING"), Some(&heard(NOW - 24 * HOUR))),
        None
    );
    assert!(ask(&state("COMPOSING"), None).is_some());
}

#[test]
fn a_person_is_asked_for_by_id_and_what_is_told_is_read() {
    let request = adapter().profile(PERSON).unwrap();
    assert_eq!(request.method, Method::Get);
    assert_eq!(
        request.url,
        "https://graph.facebook.com/v26.0/7000000000000001?fields=first_name,last_name,profile_pic"
    );
    assert_eq!(
        request.headers,
        [("authorization", "Bearer page-token".to_owned())]
    );
    for odd in ["me", "1/feed", "../1", "", "7000000000000001?x", "é"] {
        assert_eq!(adapter().profile(odd), None, "{odd}");
    }
    let told = |status, body: &str| adapter().read_profile(&answer(status, body).unwrap());
    let profile = told(200, fixture!("answers/profile")).unwrap();
    assert_eq!(profile.name.as_deref(), Some("Zoë Example"));
    assert_eq!(profile.first_name.as_deref(), Some("Zoë"));
    assert_eq!(profile.last_name.as_deref(), Some("Example"));
    let picture = "https://platform-lookaside.fbsbx.com/platform/profilepic/?psid=1";
    assert_eq!(profile.avatar_url.as_deref(), Some(picture));
    for nothing in ["", "[]", "{}", "{\"id\":\"1\"}", "{\"first_name\":1}"] {
        assert_eq!(told(200, nothing), None, "{nothing}");
    }
    assert_eq!(told(400, fixture!("answers/profile")), None);
}
