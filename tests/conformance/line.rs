//! LINE in the kit.

use liveengage_connector::crypto;
use liveengage_connector::platforms::Heard;
use serde_json::json;

use super::kit::{Exhibit, Request, SECRET, answer};

pub fn exhibit() -> Exhibit {
    Exhibit {
        platform: "line",
        offer: "LINE",
        settings: json!({}),
        secrets: json!({ "channel_secret": SECRET, "channel_access_token": SECRET }),
        media_type: "application/json",
        sign,
        heard: &[
            (Heard::Text, "callbacks/text.json"),
            (Heard::Picture, "callbacks/picture.json"),
            (Heard::File, "callbacks/file.json"),
            (Heard::Sticker, "callbacks/sticker.json"),
            (Heard::Location, "callbacks/location.json"),
            (Heard::Choice, "callbacks/tapped_button.json"),
            (Heard::Edit, "callbacks/edited.json"),
            (Heard::Unsend, "callbacks/taken_back.json"),
            (Heard::Follow, "callbacks/added.json"),
        ],
        unknown: &[
            "callbacks/unknown_event.json",
            "callbacks/unknown_message.json",
            "callbacks/group.json",
            "callbacks/standby.json",
            "callbacks/console_test.json",
            "callbacks/switched_own_menu.json",
        ],
        batch: Some(("callbacks/several_people.json", 4)),
        recognised: None,
        emoji: "callbacks/text.json",
        consumer: "U0000000000000000000000000000d001",
        sent: |_| {
            let body = r#"{"sentMessages":[{"id":"461230966842064897","quoteToken":"q"}]}"#;
            answer(200, body)
        },
    }
}

fn sign(request: &mut Request) {
    let mac = crypto::hmac_sha256(SECRET.as_bytes(), &[&request.body]);
    request.header("x-line-signature", crypto::base64(&mac));
}
