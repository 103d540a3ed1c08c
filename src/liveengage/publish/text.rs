//! Texts from the consumer, cut so that LiveEngage takes each piece.

use serde_json::{Value, json};

use super::{Place, publish};
use crate::http::HttpRequest;
use crate::liveengage::Call;
use crate::liveengage::call::{LONGEST_REQUEST, LONGEST_REQUEST_ID};
use crate::split::split;

/// The longest conversation or dialog id that [`text_pieces`] leaves room for. They are UUIDs (36) or shorter.
const LONGEST_DIALOG_ID: usize = 64;

/// The room, in characters of JSON, that metadata has to leave for a text.
const LEAST_ROOM: usize = 500;

/// A text from the consumer. `metadata` tells what the consumer tapped to say it; see [`fitting_metadata`].
pub fn text_request(
    call: &Call<'_>,
    place: &Place<'_>,
    request_id: &str,
    text: &str,
    metadata: &[Value],
) -> HttpRequest {
    call.send(&text_body(place, request_id, text, metadata))
}

/// The metadata that goes with a text: as it is, or none of it where it would leave no room for the text. Half of it could say
/// something else than the whole.
pub fn fitting_metadata(metadata: &[Value]) -> &[Value] {
    if room_beside(metadata) >= LEAST_ROOM {
        metadata
    } else {
        &[]
    }
}

/// The pieces in which a text with that metadata is published. They leave room for the longest ids, so that the same text has
/// the same pieces in every dialog: a send that stopped half-way goes on at the same place, also in a new conversation.
pub fn text_pieces(text: &str, metadata: &[Value]) -> Vec<String> {
    let room = room_beside(fitting_metadata(metadata));
    split(text, |piece| {
        // The JSON of a text is no shorter than the text: no need to write it down to see that it is too long.
        piece.len() <= LONGEST_REQUEST * 3 && units(&Value::from(piece)) - QUOTES <= room
    })
}

/// The quotes around a text in JSON.
const QUOTES: usize = 2;

/// How many characters of JSON a text may have beside that metadata.
fn room_beside(metadata: &[Value]) -> usize {
    let longest = "x".repeat(LONGEST_DIALOG_ID);
    let place = Place {
        conversation_id: &longest,
        dialog_id: &longest,
    };
    let event = event("");
    let empty = publish(&place, &"x".repeat(LONGEST_REQUEST_ID), event, metadata);
    LONGEST_REQUEST.saturating_sub(units(&empty))
}

fn units(value: &Value) -> usize {
    value.to_string().encode_utf16().count()
}

fn text_body(place: &Place<'_>, request_id: &str, text: &str, metadata: &[Value]) -> Value {
    publish(place, request_id, event(text), fitting_metadata(metadata))
}

fn event(text: &str) -> Value {
    json!({ "type": "ContentEvent", "contentType": "text/plain", "message": text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liveengage::call::tests::{call, sent};
    use proptest::prelude::*;

    const CONVERSATION: &str = "9d6f1f9a-0000-4000-8000-00000000c0de";
    const MAIN: Place<'static> = Place {
        conversation_id: CONVERSATION,
        dialog_id: CONVERSATION,
    };

    fn external_id(id: &str) -> Value {
        json!({ "type": "ExternalId", "id": id })
    }

    /// Whether a text and its envelope, in JSON with all escapes, stay within LiveEngage's limit.
    fn fits_one_request(
        place: &Place<'_>,
        request_id: &str,
        text: &str,
        metadata: &[Value],
    ) -> bool {
        crate::liveengage::call::is_short_enough(&text_body(place, request_id, text, metadata))
    }

    #[test]
    fn a_text_as_it_was_written() {
        let survey = Place {
            dialog_id: "survey",
            ..MAIN
        };
        let request = text_request(&call(), &survey, "r-18", "Grüße \"👋\"\n", &[]);
        assert_eq!(
            sent(&request),
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
    fn a_tapped_text_carries_metadata_beside_its_body() {
        let metadata = [external_id("Yes-1234")];
        let request = text_request(&call(), &MAIN, "r-22", "yep", &metadata);
        assert_eq!(
            sent(&request),
            json!({
                "kind": "req", "id": "r-22", "type": "ms.PublishEvent",
                "body": {
                    "dialogId": CONVERSATION,
                    "conversationId": CONVERSATION,
                    "event": { "type": "ContentEvent", "contentType": "text/plain", "message": "yep" }
                },
                "metadata": [{ "type": "ExternalId", "id": "Yes-1234" }]
            })
        );
    }

    #[test]
    fn metadata_that_leaves_no_room_for_text_is_dropped_whole() {
        let small = external_id("Yes");
        let large = [small.clone(), external_id(&"x".repeat(4500))];
        assert_eq!(fitting_metadata(&large), [] as [Value; 0]);
        let long = [small, external_id(&"x".repeat(3900))];
        assert_eq!(fitting_metadata(&long), long);

        let text = "word ".repeat(900);
        let pieces = |metadata: &[Value]| text_pieces(&text, metadata).len();
        assert_eq!(pieces(&[]), 1);
        assert_eq!(pieces(&large), 1);
        assert!(pieces(&long) > 5);
        assert_eq!(
            sent(&text_request(&call(), &MAIN, "r", "yep", &large)).get("metadata"),
            None
        );
    }

    #[test]
    fn the_limit_counts_the_whole_object_with_its_escapes() {
        let envelope = text_body(&MAIN, "r", "", &[]).to_string().len();
        let room = LONGEST_REQUEST - envelope;
        let fits = |text: &str| fits_one_request(&MAIN, "r", text, &[]);
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
    fn a_piece_takes_all_the_room_that_the_longest_ids_leave() {
        let id = "x".repeat(64);
        let place = Place {
            conversation_id: &id,
            dialog_id: &id,
        };
        let pieces = text_pieces(&"a".repeat(9000), &[external_id("Yes")]);
        let request = text_body(&place, &id, &pieces[0], &[external_id("Yes")]);
        assert_eq!(units(&request), LONGEST_REQUEST);
    }

    #[test]
    fn an_ordinary_text_is_one_piece() {
        assert_eq!(text_pieces("hello\n", &[]), ["hello\n"]);
        assert_eq!(text_pieces("", &[]), Vec::<String>::new());
        assert_eq!(text_pieces(&"word ".repeat(3000), &[]).len(), 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn every_piece_fits_whatever_the_ids_and_the_metadata(
            text in "[a-z\"\\\\\n\u{1}👋 ]{0,9000}",
            id in "[a-z0-9-]{1,64}",
            metadata in proptest::collection::vec("[a-z\"👋]{0,2000}", 0..4),
        ) {
            let metadata: Vec<Value> = metadata.iter().map(|id| external_id(id)).collect();
            let place = Place { conversation_id: &id, dialog_id: &id };
            for piece in text_pieces(&text, &metadata) {
                prop_assert!(fits_one_request(&place, &id, &piece, &metadata));
            }
        }
    }
}
