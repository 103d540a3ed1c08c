//! A gateway in the kit.

use liveengage_connector::crypto;
use liveengage_connector::platforms::Heard;
use serde_json::json;

use super::kit::{Exhibit, NOW, Request, SECRET, answer};

pub fn exhibit() -> Exhibit {
    Exhibit {
        platform: "gateway",
        offer: "Gateway or app of your own",
        settings: json!({ "url": "https://app.example.com/connector", "file_hosts": "files.example.com" }),
        secrets: json!({ "signing_secret": format!("whsec_{}", key()) }),
        media_type: "application/json",
        sign,
        heard: &[
            (Heard::Text, "from_app/text.json"),
            (Heard::Picture, "from_app/file.json"),
            (Heard::File, "conformance/document.json"),
            (Heard::Location, "from_app/location.json"),
            (Heard::Choice, "from_app/choice.json"),
            (Heard::Command, "from_app/close.json"),
            (Heard::Typing, "from_app/typing.json"),
            (Heard::Delivered, "conformance/delivered.json"),
            (Heard::Read, "from_app/receipt.json"),
            (Heard::Failed, "conformance/failed.json"),
            (Heard::Profile, "from_app/profile.json"),
        ],
        unknown: &["odd/unknown_type.json", "odd/unknown_content.json"],
        batch: Some(("from_app/batch.json", 3)),
        recognised: None,
        emoji: "from_app/text.json",
        consumer: "person-1",
        sent: |_| answer(200, "{}"),
    }
}

/// Long enough for a key: the word three times.
fn key() -> String {
    SECRET.repeat(3)
}

fn sign(request: &mut Request) {
    let key = crypto::decode_base64(&key()).unwrap();
    let (id, timestamp) = ("evt_1", (NOW / 1000).to_string());
    let text = [
        id.as_bytes(),
        b".",
        timestamp.as_bytes(),
        b".",
        &request.body,
    ];
    let signature = crypto::base64(&crypto::hmac_sha256(&key, &text));
    request.header("webhook-id", id);
    request.header("webhook-timestamp", timestamp);
    request.header("webhook-signature", format!("v1,{signature}"));
}
