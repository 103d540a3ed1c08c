//! Messenger in the kit.

use liveengage_connector::platforms::Heard;
use serde_json::json;

use super::kit::{Exhibit, Recognised, SECRET, answer};
use super::meta;

pub fn exhibit() -> Exhibit {
    Exhibit {
        platform: "messenger",
        offer: "Messenger",
        settings: json!({ "page_id": "100000000000001" }),
        secrets: json!({
            "app_secret": meta::app_secret(), "verify_token": format!("verify-{SECRET}"),
            "access_token": format!("page-{SECRET}"),
        }),
        media_type: "application/json",
        sign: meta::sign,
        heard: &[
            (Heard::Text, "callbacks/text.json"),
            (Heard::Picture, "callbacks/picture.json"),
            (Heard::File, "callbacks/document.json"),
            (Heard::Sticker, "callbacks/sticker.json"),
            (Heard::Location, "callbacks/location.json"),
            (Heard::Choice, "callbacks/quick_reply_tapped.json"),
            (Heard::Reaction, "callbacks/reaction.json"),
            (Heard::Edit, "callbacks/edited.json"),
            (Heard::Unsend, "callbacks/taken_back.json"),
            (Heard::Delivered, "callbacks/delivered.json"),
            (Heard::Read, "callbacks/read.json"),
        ],
        unknown: &[
            "callbacks/unknown_event.json",
            "callbacks/feed.json",
            "callbacks/other_page.json",
            "callbacks/echo.json",
            "callbacks/handed_over.json",
            "callbacks/standby.json",
        ],
        batch: Some(("callbacks/batch_of_people.json", 4)),
        recognised: Some(Recognised {
            query: None,
            fixture: "callbacks/echo_of_a_request.json",
            remote_id: "m_ZZZ1",
        }),
        emoji: "callbacks/text.json",
        consumer: "7000000000000001",
        sent: |_| {
            let body = r#"{"recipient_id":"7000000000000001","message_id":"m_ZZZ1"}"#;
            answer(200, body)
        },
    }
}
