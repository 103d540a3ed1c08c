//! `POST {asyncMessagingEnt}/api/account/{accountId}/messaging/consumer/conversation/send?v=3`
//!
//! Publishes one event (`ms.PublishEvent`) into a dialog. Not a batch, and without an idempotency key: the `id` only comes back
//! as `reqId`. [`super::answers::send_answer`] reads the answer.
//! <https://developers.liveperson.com/connector-api-send-api-send.html>

use serde_json::{Value, json};

use super::consumer_jws::ConsumerToken;
use super::{AppToken, Domains, LONGEST_REQUEST_ID, messaging_request};
use crate::http::HttpRequest;
use crate::split::split;

/// The most that one request object may have, in characters of its JSON. The documentation does not say which characters:
/// UTF-16 code units are the reading that counts most.
const LONGEST_REQUEST: usize = 5000;

/// The longest conversation or dialog id that [`text_pieces`] leaves room for. They are UUIDs (36) or shorter.
const LONGEST_DIALOG_ID: usize = 64;

/// A text from the consumer.
#[expect(
    clippy::too_many_arguments,
    reason = "where, who, whom, what: a struct would only rename them"
)]
pub fn text_request(
    domains: &Domains,
    account_id: &str,
    token: &AppToken,
    consumer: &ConsumerToken,
    conversation_id: &str,
    dialog_id: &str,
    request_id: &str,
    text: &str,
) -> HttpRequest {
    let url = format!(
        "{}/api/account/{account_id}/messaging/consumer/conversation/send?v=3",
        domains.messaging
    );
    let body = text_body(conversation_id, dialog_id, request_id, text);
    messaging_request(url, token, consumer, &body)
}

/// Whether a text and its envelope, in JSON with all escapes, stay within LiveEngage's limit.
pub fn fits_one_request(
    conversation_id: &str,
    dialog_id: &str,
    request_id: &str,
    text: &str,
) -> bool {
    let body = text_body(conversation_id, dialog_id, request_id, text);
    body.to_string().encode_utf16().count() <= LONGEST_REQUEST
}

/// The pieces in which a text is published. They leave room for the longest ids, so that the same text has the same pieces in
/// every dialog: a send that stopped half-way goes on at the same place, also in a new conversation.
pub fn text_pieces(text: &str) -> Vec<String> {
    let dialog_id = "x".repeat(LONGEST_DIALOG_ID);
    let request_id = "x".repeat(LONGEST_REQUEST_ID);
    split(text, |piece| {
        // The JSON of a text is no shorter than the text: no need to write it down to see that it is too long.
        piece.len() <= LONGEST_REQUEST * 3
            && fits_one_request(&dialog_id, &dialog_id, &request_id, piece)
    })
}

fn text_body(conversation_id: &str, dialog_id: &str, request_id: &str, text: &str) -> Value {
    let request_id: String = request_id.chars().take(LONGEST_REQUEST_ID).collect();
    json!({
        "kind": "req",
        "id": request_id,
        "type": "ms.PublishEvent",
        "body": {
            "dialogId": dialog_id,
            "conversationId": conversation_id,
            "event": { "type": "ContentEvent", "contentType": "text/plain", "message": text },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use proptest::prelude::*;

    const CONVERSATION: &str = "9d6f1f9a-0000-4000-8000-00000000c0de";

    #[test]
    fn a_text_and_its_headers() {
        let domains = Domains {
            sentinel: String::new(),
            idp: String::new(),
            messaging: "https://va.msg.liveperson.net".to_owned(),
        };
        let token = AppToken {
            jwt: Secret::new("a.b.c"),
            expires_at: 0,
        };
        let consumer = ConsumerToken {
            jws: Secret::new("d.e.f"),
            lp_consumer_id: "c0ffee".to_owned(),
        };
        let request = text_request(
            &domains,
            "12345678",
            &token,
            &consumer,
            CONVERSATION,
            "survey",
            "r-18",
            "Grüße \"👋\"\n",
        );
        assert_eq!(
            request.url,
            "https://va.msg.liveperson.net/api/account/12345678/messaging/consumer/conversation/send?v=3"
        );
        assert_eq!(
            request.headers,
            [
                ("content-type", "application/json".to_owned()),
                ("authorization", "a.b.c".to_owned()),
                ("x-lp-on-behalf", "d.e.f".to_owned()),
                (
                    "client-properties",
                    super::super::client_properties(super::super::FEATURES)
                ),
            ]
        );
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(
            body,
            json!({
                "kind": "req", "id": "r-18", "type": "ms.PublishEvent",
                "body": {
                    "dialogId": "survey",
                    "conversationId": CONVERSATION,
                    "event": { "type": "ContentEvent", "contentType": "text/plain", "message": "Grüße \"👋\"\n" }
                }
            })
        );
    }

    #[test]
    fn the_limit_counts_the_whole_object_with_its_escapes() {
        let envelope = text_body(CONVERSATION, CONVERSATION, "r", "")
            .to_string()
            .len();
        let room = LONGEST_REQUEST - envelope;
        let fits = |text: &str| fits_one_request(CONVERSATION, CONVERSATION, "r", text);
        for (unit, size) in [
            ("a", 1),
            ("ä", 1),
            ("👋", 2),
            ("\"", 2),
            ("\n", 2),
            ("\u{1}", 6),
        ] {
            assert!(fits(&unit.repeat(room / size)), "{unit:?}");
            assert!(!fits(&unit.repeat(room / size + 1)), "{unit:?}");
        }
    }

    #[test]
    fn an_ordinary_text_is_one_piece() {
        assert_eq!(text_pieces("hello\n"), ["hello\n"]);
        assert_eq!(text_pieces(""), Vec::<String>::new());
        assert_eq!(text_pieces(&"word ".repeat(3000)).len(), 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn every_piece_fits_whatever_the_ids(
            text in "[a-z\"\\\\\n\u{1}👋 ]{0,9000}",
            id in "[a-z0-9-]{1,64}",
        ) {
            for piece in text_pieces(&text) {
                prop_assert!(fits_one_request(&id, &id, &id, &piece));
            }
        }
    }
}
