//! Instagram in the kit.

use liveengage_connector::platforms::Heard;
use serde_json::json;

use super::kit::{Exhibit, SECRET, answer};
use super::meta;

pub fn exhibit() -> Exhibit {
    Exhibit {
        platform: "instagram",
        offer: "Instagram",
        settings: json!({ "instagram_id": "17841400000000001" }),
        secrets: json!({
            "app_secret": meta::app_secret(), "verify_token": format!("verify-{SECRET}"),
            "access_token": format!("token-{SECRET}"),
        }),
        media_type: "application/json",
        sign: meta::sign,
        heard: &[
            (Heard::Text, "callbacks/text.json"),
            (Heard::Picture, "callbacks/picture.json"),
            (Heard::File, "callbacks/voice.json"),
            (Heard::Choice, "callbacks/button_tapped.json"),
            (Heard::Reaction, "callbacks/reaction.json"),
            (Heard::Edit, "callbacks/edited.json"),
            (Heard::Unsend, "callbacks/taken_back.json"),
            (Heard::Read, "callbacks/read.json"),
        ],
        unknown: &[
            "callbacks/comment.json",
            "callbacks/echo.json",
            "callbacks/other_account.json",
        ],
        batch: Some(("callbacks/batch_of_people.json", 3)),
        recognised: None,
        emoji: "callbacks/text.json",
        consumer: "6800000000000001",
        sent: |_| {
            let body = r#"{"recipient_id":"6800000000000001","message_id":"aWdfZAZ1"}"#;
            answer(200, body)
        },
    }
}
