//! What may have to go to a consumer: one of everything, and LivePerson's samples.

use liveengage_connector::message::{Content, File, FilePlace, Location, News};
use serde_json::{Value, json};

pub fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

pub fn structured(
    text: Option<&str>,
    content: Option<Value>,
    quick_replies: Option<Value>,
) -> Content {
    Content::Structured {
        text: text.map(str::to_owned),
        content,
        quick_replies,
        metadata: None,
    }
}

pub fn file(at: FilePlace, media_type: &str) -> Content {
    Content::File {
        file: File {
            at,
            name: Some("parcel.file".to_owned()),
            media_type: Some(media_type.to_owned()),
            size: Some(20_480),
            caption: Some("The box".to_owned()),
            link: None,
        },
    }
}

/// LivePerson's samples: every element there is, whole and broken.
fn samples() -> Vec<(String, Content)> {
    let folder = format!(
        "{}/tests/fixtures/liveengage/rich",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut samples = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let sample: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let replies = sample.get("quickReplies").cloned();
        let content = sample.get("content").cloned();
        let content = match (&content, &replies) {
            (None, None) => Some(sample.clone()),
            _ => content,
        };
        let said = sample.get("text").and_then(Value::as_str);
        samples.push((name, structured(said, content, replies)));
    }
    samples.sort_by(|(one, _), (other, _)| one.cmp(other));
    samples
}

/// One of everything that may have to go to a consumer.
pub fn contents() -> Vec<(String, Content)> {
    let url = || FilePlace::Url {
        url: "https://files.example.com/a.bin".to_owned(),
    };
    let hosted = || FilePlace::Liveengage {
        relative_path: "/a/b.jpg".to_owned(),
    };
    let own = [
        ("text", text("Good day, Zoë 👋")),
        ("long text", text(&"A sentence of words. ".repeat(1200))),
        ("emoji only", text(&"👨‍👩‍👧‍👦".repeat(600))),
        ("one word", text(&"x".repeat(9000))),
        (
            "markup",
            text("<b>&amp;</b> \"quoted\" \\ %zz {{1}} *bold*\n\n  - list"),
        ),
        ("picture elsewhere", file(url(), "image/jpeg")),
        ("document elsewhere", file(url(), "application/pdf")),
        ("picture", file(hosted(), "image/png")),
        ("sound", file(hosted(), "audio/mpeg")),
        ("odd file", file(hosted(), "x")),
        (
            "location",
            Content::Location {
                location: Location {
                    latitude: 52.3702,
                    longitude: -4.8952,
                    name: Some("Dam".to_owned()),
                    address: Some("Amsterdam".to_owned()),
                },
            },
        ),
        (
            "form",
            Content::SecureForm {
                title: Some("Payment".to_owned()),
                form: json!({ "formId": "1" }),
            },
        ),
        (
            "many replies",
            structured(Some("Pick one"), None, Some(replies(24))),
        ),
        (
            "long replies",
            structured(Some(&"Which? ".repeat(400)), None, Some(replies(3))),
        ),
        (
            "news",
            Content::News {
                conversation_id: "c".to_owned(),
                news: News::Opened,
            },
        ),
        (
            "unsupported",
            Content::Unsupported {
                name: "poll".to_owned(),
                raw: json!({}),
            },
        ),
    ];
    let own = own.map(|(name, content)| (name.to_owned(), content));
    own.into_iter().chain(samples()).collect()
}

pub fn replies(count: usize) -> Value {
    let reply = |n: usize| {
        json!({
            "type": "button", "title": format!("A rather long title of number {n} 🎈"),
            "click": { "actions": [{ "type": "publishText", "text": format!("number {n}") }],
                "metadata": [{ "type": "ExternalId", "id": n.to_string() }] },
        })
    };
    json!({ "type": "quickReplies", "itemsPerRow": 8, "replies": (0..count).map(reply).collect::<Vec<_>>() })
}
