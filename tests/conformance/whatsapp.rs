//! WhatsApp in the kit.

use liveengage_connector::crypto;
use liveengage_connector::platforms::Heard;
use serde_json::json;

use super::kit::{Exhibit, Recognised, Request, SECRET, answer};

pub fn exhibit() -> Exhibit {
    Exhibit {
        platform: "whatsapp",
        offer: "WhatsApp",
        settings: json!({ "phone_number_id": "106540000000001" }),
        secrets: json!({
            "app_secret": format!("{SECRET}app"),
            "verify_token": format!("{SECRET}verify"),
            "access_token": format!("{SECRET}access"),
        }),
        media_type: "application/json",
        sign,
        heard: &[
            (Heard::Text, "callbacks/text.json"),
            (Heard::Picture, "callbacks/image_with_caption.json"),
            (Heard::File, "callbacks/document.json"),
            (Heard::File, "callbacks/voice.json"),
            (Heard::File, "callbacks/audio.json"),
            (Heard::File, "callbacks/video.json"),
            (Heard::Sticker, "callbacks/sticker.json"),
            (Heard::Location, "callbacks/location.json"),
            (Heard::Contact, "callbacks/contacts.json"),
            (Heard::Choice, "callbacks/button_reply.json"),
            (Heard::Choice, "callbacks/list_reply.json"),
            (Heard::Choice, "callbacks/template_button.json"),
            (Heard::Reaction, "callbacks/reaction.json"),
            (Heard::Edit, "callbacks/edited_text.json"),
            (Heard::Unsend, "callbacks/revoked.json"),
            (Heard::OptOut, "callbacks/marketing_stopped.json"),
            (Heard::Delivered, "callbacks/status_delivered.json"),
            (Heard::Read, "callbacks/status_read.json"),
            (Heard::Failed, "callbacks/status_failed.json"),
            (Heard::Profile, "callbacks/text_of_hidden_number.json"),
        ],
        unknown: &[
            "callbacks/unknown_kind.json",
            "callbacks/poll.json",
            "callbacks/call_permission_reply.json",
            "callbacks/template_status.json",
            "callbacks/echo_of_the_app.json",
            "callbacks/other_number.json",
        ],
        batch: Some(("callbacks/batch.json", 6)),
        recognised: Some(Recognised {
            query: None,
            fixture: "callbacks/status_sent_of_a_request.json",
            remote_id: "wamid.OUT1",
        }),
        emoji: "callbacks/text.json",
        consumer: "US.1A2b3C",
        sent: |_| {
            let body =
                json!({ "messaging_product": "whatsapp", "messages": [{ "id": "wamid.OUT1" }] });
            answer(200, &body.to_string())
        },
    }
}

fn sign(request: &mut Request) {
    let key = format!("{SECRET}app");
    let mac = crypto::hmac_sha256(key.as_bytes(), &[&request.body]);
    request.header(
        "x-hub-signature-256",
        format!("sha256={}", crypto::hex(&mac)),
    );
}
