//! Files of agents, in the connector's model.

use liveengage_connector::liveengage::content::content_of;
use liveengage_connector::message::{Content, File, FilePlace};

use super::content::{of_message, some, unsupported};
use super::*;

fn file(fixture: &str) -> File {
    match content_of(&event(fixture)) {
        Content::File { file } => file,
        other => panic!("{fixture}: {other:?}"),
    }
}

fn hosted(message: Value) -> Option<File> {
    match of_message("hosted/file", message) {
        Content::File { file } => Some(file),
        Content::Unsupported { .. } => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_of_agents() {
    let at = |path: &str| FilePlace::Liveengage {
        relative_path: path.to_owned(),
    };
    let cases = [
        (
            "hosted_file",
            File {
                at: at("/v1/AUTH_async-images/12345678/invoice.PDF"),
                name: some("invoice.pdf"),
                media_type: some("application/pdf"),
                size: None,
                caption: some("invoice.pdf"),
                link: None,
            },
        ),
        (
            "hosted_image",
            File {
                at: at("/v1/AUTH_async-images/12345678/lp_uuid_04-06-2024_04-10-59-845.JPEG"),
                name: some("lp_uuid_04-06-2024_04-10-59-845.JPEG"),
                media_type: some("image/jpeg"),
                size: None,
                caption: some("This is where it broke."),
                link: None,
            },
        ),
        (
            "external_file",
            File {
                at: FilePlace::Url {
                    url: "https://files.example.com/manual%201.pdf?version=2".to_owned(),
                },
                name: some("manual%201.pdf"),
                media_type: some("application/pdf"),
                size: Some(48_213),
                caption: some("The manual"),
                link: None,
            },
        ),
    ];
    for (fixture, expected) in cases {
        assert_eq!(file(fixture), expected, "{fixture}");
    }
    let stored = serde_json::to_string(&content_of(&event("hosted_image"))).unwrap();
    assert!(!stored.contains("base64"), "the preview is not stored");
}

#[test]
fn a_path_that_could_lead_elsewhere_is_not_followed() {
    let of = |path: Value| hosted(json!({ "relativePath": path, "fileType": "PNG" })).is_some();
    let long = |length: usize| json!(format!("/{}", "a".repeat(length - 1)));
    for usable in [json!("/v1/a.png"), json!("/v1/ä b%20c..png"), long(1024)] {
        assert!(of(usable.clone()), "{usable}");
    }
    let unusable = [
        json!(null),
        json!(7),
        json!(""),
        json!("/"),
        json!("v1/a.png"),
        json!("//other.example.com/a.png"),
        json!("/v1//a.png"),
        json!("/v1/"),
        json!("/v1\\a.png"),
        json!("/v1/a%2fb.png"),
        json!("/v1/../a.png"),
        json!("/v1/a\n.png"),
        json!("/v1/a\u{7f}.png"),
        json!("https://other.example.com/a.png"),
        long(1025),
    ];
    for path in unusable {
        assert!(!of(path.clone()), "{path}");
    }
    let message = json!({ "relativePath": "/../a", "url": "https://files.example.com/a.png" });
    let raw = json!({ "type": "ContentEvent", "message": message });
    assert_eq!(
        of_message("hosted/file", message),
        unsupported("hosted/file", raw),
        "it is kept whole, and what is hosted has no other address"
    );
}

#[test]
fn the_name_and_type_of_a_hosted_file() {
    let of = |caption: &str, kind: &str, path: &str| {
        let message = json!({ "caption": caption, "fileType": kind, "relativePath": path });
        let file = hosted(message).unwrap();
        (
            file.name.unwrap_or_default(),
            file.media_type.unwrap_or_default(),
        )
    };
    let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let cases = [
        (
            ("my photo.JPG", "jpg", "/a/x"),
            ("my photo.JPG", "image/jpeg"),
        ),
        ((" offer.docx ", "DOCX", "/a/x"), ("offer.docx", docx)),
        (("data.xyz", "XYZ", "/a/x.XYZ"), ("data.xyz", "")),
        (("data.xyz", "", "/a/x.csv"), ("x.csv", "text/csv")),
        (
            ("look: a.png/b.png", "IMG", "/a/x.png"),
            ("x.png", "image/png"),
        ),
        (
            ("see example.com", "PDF", "/a/x.PDF"),
            ("x.PDF", "application/pdf"),
        ),
        ((".pdf", "PDF", "/a/x"), ("x", "application/pdf")),
        (("", "MP4", "/a/x"), ("x", "video/mp4")),
        (("two\nlines.pdf", "", "/a/x"), ("x", "")),
    ];
    for ((caption, kind, path), (name, media_type)) in cases {
        assert_eq!(
            of(caption, kind, path),
            (name.to_owned(), media_type.to_owned()),
            "{caption:?} {kind} {path}"
        );
    }
    let bare = hosted(json!({ "relativePath": "/a/x.gif", "caption": "  " })).unwrap();
    assert_eq!(bare.caption, None, "a blank caption is none");
    assert_eq!(bare.media_type, some("image/gif"));
}

#[test]
fn a_link_to_a_file_elsewhere_is_a_file() {
    let url_of = |content_type: &str, message: Value| match of_message(content_type, message) {
        Content::File { file } => match file.at {
            FilePlace::Url { url } => Some(url),
            other => panic!("{other:?}"),
        },
        Content::Unsupported { .. } => None,
        other => panic!("{other:?}"),
    };
    let link = "https://files.example.com/a.png";
    for field in ["url", "uri", "link", "downloadUrl"] {
        for content_type in ["external/file", "file/external-image", "linked/file"] {
            let found = url_of(content_type, json!({ "caption": "c", field: link }));
            assert_eq!(found.as_deref(), Some(link), "{content_type} {field}");
        }
    }
    let second = url_of(
        "external/file",
        json!({ "url": "http://a.example/", "link": link }),
    );
    assert_eq!(second.as_deref(), Some(link));
    assert_eq!(
        url_of("External/File; v=1", json!([link])).as_deref(),
        Some(link),
        "nothing but the address, in a list of one"
    );
    assert_eq!(url_of("text/html", json!(link)), None, "words, not a file");
    for wrong in [
        "http://files.example.com/a.png",
        "javascript://alert",
        "https://",
        "https:///a.png",
        "https://somebody@files.example.com/a.png",
        "https://files.example.com/a b.png",
        "/a.png",
    ] {
        assert_eq!(
            url_of("external/file", json!({ "url": wrong })),
            None,
            "{wrong}"
        );
        assert_eq!(url_of("external/file", json!(wrong)), None, "{wrong}");
    }
    let long = |length: usize| format!("{link}?{}", "x".repeat(length - link.len() - 1));
    assert!(url_of("external/file", json!({ "url": long(2048) })).is_some());
    assert_eq!(url_of("external/file", json!({ "url": long(2049) })), None);

    let name_of = |message: Value| match of_message("external/file", message) {
        Content::File { file } => file.name,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        name_of(json!({ "url": link, "fileName": "b.pdf" })),
        some("b.pdf")
    );
    assert_eq!(
        name_of(json!({ "url": link, "title": "A picture" })),
        some("a.png")
    );
    assert_eq!(
        name_of(json!({ "url": "https://files.zip" })),
        None,
        "a host is no name"
    );
    assert_eq!(
        name_of(json!({ "url": "https://files.example.com/get?f=a.png" })),
        None
    );
}
