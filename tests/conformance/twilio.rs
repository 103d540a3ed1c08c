//! Twilio in the kit.

use liveengage_connector::crypto;
use liveengage_connector::platforms::Heard;
use serde_json::{Value, json};

use super::kit::{Exhibit, PUBLIC_URL, Recognised, Request, SECRET, answer};

pub fn sms() -> Exhibit {
    Exhibit {
        offer: "SMS and MMS by Twilio",
        settings: settings(json!({ "mms": true })),
        heard: &[
            (Heard::Text, "sms_text.form"),
            (Heard::Picture, "mms_two_pictures_without_text.form"),
            (Heard::File, "mms_document_with_text.form"),
            (Heard::OptOut, "opt_out_stop.form"),
            (Heard::Delivered, "status_delivered.form"),
            (Heard::Failed, "status_undelivered.form"),
            (Heard::Profile, "sms_text.form"),
        ],
        batch: Some(("mms_document_with_text.form", 2)),
        recognised: Some(Recognised {
            query: Some("reference=REFERENCE"),
            fixture: "status_sent.form",
            remote_id: "SM00000000000000000000000000000010",
        }),
        emoji: "sms_text.form",
        consumer: "+15550100001",
        ..exhibit()
    }
}

pub fn whatsapp() -> Exhibit {
    Exhibit {
        offer: "WhatsApp by Twilio",
        settings: settings(json!({ "whatsapp": true })),
        heard: &[
            (Heard::Text, "whatsapp_quoted_reply.form"),
            (Heard::Picture, "whatsapp_picture_with_caption.form"),
            (Heard::File, "whatsapp_voice_note.form"),
            (Heard::Sticker, "whatsapp_sticker.form"),
            (Heard::Location, "whatsapp_location.form"),
            (Heard::Choice, "whatsapp_button_tap.form"),
            (Heard::Delivered, "status_delivered_whatsapp.form"),
            (Heard::Read, "status_read_whatsapp.form"),
            (Heard::Failed, "status_failed_whatsapp.form"),
            (Heard::Profile, "whatsapp_quoted_reply.form"),
        ],
        batch: Some(("whatsapp_picture_with_caption.form", 2)),
        recognised: Some(Recognised {
            query: Some("reference=REFERENCE"),
            fixture: "status_sent_whatsapp.form",
            remote_id: "SM00000000000000000000000000000010",
        }),
        emoji: "whatsapp_picture_with_caption.form",
        consumer: "whatsapp:+15550100001",
        ..exhibit()
    }
}

fn settings(more: Value) -> Value {
    let mut settings =
        json!({ "account_sid": "AC00000000000000000000000000000001", "from": "+15550100002" });
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    settings
}

/// What both have in common.
fn exhibit() -> Exhibit {
    Exhibit {
        platform: "twilio",
        offer: "",
        settings: Value::Null,
        secrets: json!({ "auth_token": SECRET }),
        media_type: "application/x-www-form-urlencoded",
        sign,
        heard: &[],
        unknown: &["call.form", "conversations_event.form", "status_sent.form"],
        batch: None,
        recognised: None,
        emoji: "",
        consumer: "",
        sent: |_| {
            let body = r#"{"sid":"SM00000000000000000000000000000020","status":"queued"}"#;
            answer(201, body)
        },
    }
}

/// The address and then every field, sorted by name, in the bytes that its escapes spell.
fn sign(request: &mut Request) {
    let pairs = request.body.split(|byte| *byte == b'&');
    let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let mut part = || unescaped(parts.next().unwrap_or_default());
        (part(), part())
    });
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort();
    pairs.dedup();
    let mut signed = PUBLIC_URL.as_bytes().to_vec();
    if let Some(query) = &request.query {
        signed.push(b'?');
        signed.extend(query.as_bytes());
    }
    for (name, value) in pairs {
        signed.extend(name);
        signed.extend(value);
    }
    let mac = crypto::hmac_sha1(SECRET.as_bytes(), &[&signed]);
    request.header("x-twilio-signature", crypto::base64(&mac));
}

fn unescaped(part: &[u8]) -> Vec<u8> {
    let digit = |at: usize| part.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut bytes, mut at) = (Vec::new(), 0);
    while let Some(byte) = part.get(at) {
        let escape = digit(at + 1).zip(digit(at + 2)).filter(|_| *byte == b'%');
        bytes.push(match (escape, byte) {
            (Some((high, low)), _) => u8::try_from(high * 16 + low).unwrap(),
            (None, b'+') => b' ',
            (None, other) => *other,
        });
        at += if escape.is_some() { 3 } else { 1 };
    }
    bytes
}
