use super::*;

fn files(body: &str) -> Vec<File> {
    let parsed = adapter().parse(&callback(&[], body.as_bytes())).unwrap();
    let files = parsed
        .events
        .into_iter()
        .filter_map(|event| match event.event {
            EventKind::Message {
                content: Content::File { file },
                ..
            } => Some(file),
            _ => None,
        });
    files.collect()
}

#[test]
fn files_lie_with_meta() {
    for (body, name, media_type) in [
        (
            fixture!("callbacks/picture"),
            "picture.jpg",
            Some("image/jpeg"),
        ),
        (
            fixture!("callbacks/document"),
            "order 1+2.pdf",
            Some("application/pdf"),
        ),
        (fixture!("callbacks/voice"), "audio", Some("audio/*")),
        (fixture!("callbacks/film"), "video.mp4", Some("video/mp4")),
        (
            fixture!("callbacks/sticker"),
            "sticker.png",
            Some("image/png"),
        ),
    ] {
        let [file] = files(body).try_into().unwrap();
        let FilePlace::Platform { reference } = &file.at else {
            panic!("{file:?}");
        };
        assert_eq!(file.link.as_ref(), Some(reference));
        assert_eq!(file.name.as_deref(), Some(name));
        assert_eq!(file.media_type.as_deref(), media_type);
    }
}

#[test]
fn a_text_and_its_pictures_are_messages_of_their_own() {
    let body = fixture!("callbacks/two_pictures_with_text");
    let parsed = adapter().parse(&callback(&[], body.as_bytes())).unwrap();
    let ids: Vec<&str> = parsed
        .events
        .iter()
        .map(|event| match &event.event {
            EventKind::Message { id, .. } => id.as_str(),
            EventKind::Signal(_) => panic!("a signal"),
        })
        .collect();
    assert_eq!(ids, ["m_AAA4", "m_AAA4/1", "m_AAA4/2"]);
    let types: Vec<_> = files(body)
        .into_iter()
        .map(|file| file.media_type)
        .collect();
    let expected = ["image/png", "image/*"].map(|it| Some(it.to_owned()));
    assert_eq!(types, expected);
}

#[test]
fn files_are_fetched_from_meta_only_and_without_the_token() {
    let [file] = files(fixture!("callbacks/picture")).try_into().unwrap();
    let request = adapter().media(&file).unwrap();
    assert_eq!(request.method, Method::Get);
    assert_eq!(
        request.url,
        "https://scontent.xx.fbcdn.net/v/t1/1_n.jpg?_nc_cat=1&oh=a"
    );
    assert_eq!(request.headers, []);
    assert!(request.redirects.contains(&"*.fbsbx.com".to_owned()));
    let at = |reference: &str| {
        let mut file = file.clone();
        file.at = FilePlace::Platform {
            reference: reference.to_owned(),
        };
        file
    };
    for elsewhere in [
        "https://elsewhere.example.com/1.jpg",
        "https://fbcdn.net.evil.example/1.jpg",
        "http://scontent.xx.fbcdn.net/1.jpg",
        "https://graph.facebook.com/v26.0/me",
        "https://127.0.0.1/1",
    ] {
        assert_eq!(adapter().media(&at(elsewhere)), None, "{elsewhere}");
    }
    let local = adapter_with(json!({ "page_id": PAGE, "api_url": "http://127.0.0.1:8790/graph" }));
    assert!(
        local
            .media(&at("http://127.0.0.1:8790/graph/files/1"))
            .is_some()
    );
    let mut url = file.clone();
    url.at = FilePlace::Url {
        url: "https://scontent.xx.fbcdn.net/1.jpg".to_owned(),
    };
    assert_eq!(adapter().media(&url), None);
}

fn sends(file: &File, file_url: Option<&str>) -> Vec<Value> {
    let content = Content::File { file: file.clone() };
    let none = Progress::default();
    let message = Outgoing {
        file_url,
        ..Outgoing::new("l:d:7", PERSON, &content, &none)
    };
    sent(&*adapter(), &message)
}

#[test]
fn an_agents_file_is_an_attachment_of_its_type() {
    let url = "https://connector.example.com/files/k/1?until=1&signature=s";
    let hosted = |media_type: Option<&str>| File {
        at: FilePlace::Liveengage {
            relative_path: "/a/b".to_owned(),
        },
        name: Some("parcel.jpg".to_owned()),
        media_type: media_type.map(str::to_owned),
        size: Some(20_480),
        caption: None,
        link: None,
    };
    for (media_type, kind) in [
        (Some("image/jpeg"), "image"),
        (Some("IMAGE/PNG; x=1"), "image"),
        (Some("image/svg+xml"), "file"),
        (Some("audio/mpeg"), "audio"),
        (Some("video/mp4"), "video"),
        (Some("application/pdf"), "file"),
        (None, "file"),
    ] {
        let expected = json!({ "attachment": { "type": kind, "payload": { "url": url } } });
        assert_eq!(
            sends(&hosted(media_type), Some(url)),
            [expected],
            "{media_type:?}"
        );
    }
    let captioned = File {
        caption: Some("The box".to_owned()),
        ..hosted(Some("image/png"))
    };
    let pieces = sends(&captioned, Some(url));
    assert_eq!(pieces[1..], [json!({ "text": "The box" })]);
    let large = File {
        size: Some(26_000_000),
        ..hosted(Some("video/mp4"))
    };
    let as_link = json!({ "text": format!("parcel.jpg: {url}") });
    assert_eq!(sends(&large, Some(url)), [as_link]);
    assert_eq!(
        sends(&hosted(None), None),
        [json!({ "text": "[parcel.jpg]" })]
    );
    let in_the_open = File {
        at: FilePlace::Url {
            url: "http://files.example.com/a.jpg".to_owned(),
        },
        ..hosted(Some("image/jpeg"))
    };
    let as_link = json!({ "text": "parcel.jpg: http://files.example.com/a.jpg" });
    assert_eq!(sends(&in_the_open, None), [as_link]);
}
