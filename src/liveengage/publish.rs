//! `POST {asyncMessagingEnt}/api/account/{accountId}/messaging/consumer/conversation/send?v=3`
//!
//! Publishes one event (`ms.PublishEvent`) into a dialog. Not a batch, and without an idempotency key: the `id` only comes back
//! as `reqId`. [`super::answers::send_answer`] reads the answer.
//! <https://developers.liveperson.com/connector-api-send-api-send.html>

mod text;

pub use text::{fitting_metadata, text_pieces, text_request};

use serde_json::{Value, json};

use super::answers::{Answer, repeatable};
use super::call::{Call, envelope, is_short_enough};
use super::files::{HostedFileType, RelativePath};
use crate::http::{HttpAnswer, HttpRequest};

/// Where an event goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Conversation id.
    pub conversation_id: &'a str,
    /// Dialog id: the conversation's own for its main dialog, another one for a survey.
    pub dialog_id: &'a str,
}

/// What the consumer is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatState {
    /// `ACTIVE`: is in the chat.
    Active,
    /// `INACTIVE`: has gone to another part of the app.
    Inactive,
    /// `COMPOSING`: is typing. It lasts until another state is sent: a message does not end it.
    Composing,
    /// `PAUSE`: has stopped typing.
    Pause,
    /// `GONE`: has closed the app.
    Gone,
}

impl ChatState {
    const ALL: [Self; 5] = [
        Self::Active,
        Self::Inactive,
        Self::Composing,
        Self::Pause,
        Self::Gone,
    ];

    /// LiveEngage's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Composing => "COMPOSING",
            Self::Pause => "PAUSE",
            Self::Gone => "GONE",
        }
    }

    /// The state of LiveEngage's name. `BACKGROUND` stands in notifications only and is none.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What became of messages from LiveEngage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AcceptStatus {
    /// `ACCEPT`: the consumer's device has them.
    Accept,
    /// `READ`: the consumer has seen them.
    Read,
    /// `NACK`: they did not arrive.
    Nack,
    /// `ACCESS`: the consumer has opened the file.
    Access,
    /// `ACTION`: the consumer has tapped an element of structured content, which metadata names.
    Action,
}

impl AcceptStatus {
    /// LiveEngage's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "ACCEPT",
            Self::Read => "READ",
            Self::Nack => "NACK",
            Self::Access => "ACCESS",
            Self::Action => "ACTION",
        }
    }
}

/// A file of the consumer's that LiveEngage's storage has already.
#[derive(Clone, Copy, Debug)]
pub struct HostedFile<'a> {
    /// What agents see: the consumer's words for it, or its name. Long ones are cut.
    pub caption: &'a str,
    /// Where the storage has it.
    pub relative_path: &'a RelativePath,
    /// What it is.
    pub file_type: HostedFileType,
}

/// The most sequences that one [`accept_status_request`] may have: so many stay within LiveEngage's limit whatever they are.
pub const MOST_SEQUENCES: usize = 200;

/// The longest caption, in characters.
const LONGEST_CAPTION: usize = 256;

/// The consumer types, stops, comes or goes. Never into a survey, which takes no chat states.
pub fn chat_state_request(
    call: &Call<'_>,
    place: &Place<'_>,
    request_id: &str,
    state: ChatState,
) -> HttpRequest {
    let event = json!({ "type": "ChatStateEvent", "chatState": state.as_str() });
    call.send(&publish(place, request_id, event, &[]))
}

/// A receipt for the messages of these sequences in the dialog. Of sequences beyond [`MOST_SEQUENCES`] it says nothing.
///
/// Only [`AcceptStatus::Action`] carries metadata, which says what was tapped: that of the element's `click`. Metadata that
/// would make the request longer than LiveEngage takes is left out.
pub fn accept_status_request(
    call: &Call<'_>,
    place: &Place<'_>,
    request_id: &str,
    status: AcceptStatus,
    sequences: &[u64],
    metadata: &[Value],
) -> HttpRequest {
    let sequences: Vec<u64> = sequences.iter().take(MOST_SEQUENCES).copied().collect();
    let event = json!({
        "type": "AcceptStatusEvent", "status": status.as_str(), "sequenceList": sequences,
    });
    let metadata = match status {
        AcceptStatus::Action => metadata,
        _ => &[],
    };
    let whole = publish(place, request_id, event.clone(), metadata);
    if is_short_enough(&whole) {
        return call.send(&whole);
    }
    call.send(&publish(place, request_id, event, &[]))
}

/// Reads the answer to a receipt. The same receipt may be given twice.
pub fn receipt_answer(answer: &HttpAnswer) -> Answer<()> {
    repeatable(answer, |item| item.is_ok().then_some(()))
}

/// A file from the consumer. It has no preview: nothing here can draw one.
pub fn hosted_file_request(
    call: &Call<'_>,
    place: &Place<'_>,
    request_id: &str,
    file: &HostedFile<'_>,
) -> HttpRequest {
    let caption: String = file.caption.chars().take(LONGEST_CAPTION).collect();
    let event = json!({
        "type": "ContentEvent",
        "contentType": "hosted/file",
        "message": {
            "caption": caption,
            "relativePath": file.relative_path.as_str(),
            "fileType": file.file_type.as_str(),
        },
    });
    call.send(&publish(place, request_id, event, &[]))
}

/// `ms.PublishEvent`. Metadata stands beside the body, not in it; it comes back in the notification.
fn publish(place: &Place<'_>, request_id: &str, event: Value, metadata: &[Value]) -> Value {
    let body = json!({
        "dialogId": place.dialog_id,
        "conversationId": place.conversation_id,
        "event": event,
    });
    let mut request = envelope(request_id, "ms.PublishEvent", body);
    if let (Some(request), false) = (request.as_object_mut(), metadata.is_empty()) {
        request.insert("metadata".to_owned(), metadata.into());
    }
    request
}

#[cfg(test)]
mod tests {
    use super::super::call::tests::{call, sent};
    use super::*;
    use proptest::prelude::*;

    const PLACE: Place<'static> = Place {
        conversation_id: "conversation",
        dialog_id: "dialog",
    };

    fn event(event: &Value) -> Value {
        json!({
            "kind": "req", "id": "r-19", "type": "ms.PublishEvent",
            "body": { "dialogId": "dialog", "conversationId": "conversation", "event": event }
        })
    }

    #[test]
    fn chat_states() {
        for name in ["ACTIVE", "INACTIVE", "COMPOSING", "PAUSE", "GONE"] {
            let state = ChatState::from_name(name).unwrap();
            assert_eq!(
                sent(&chat_state_request(&call(), &PLACE, "r-19", state)),
                event(&json!({ "type": "ChatStateEvent", "chatState": name }))
            );
        }
        assert_eq!(ChatState::from_name("BACKGROUND"), None);
    }

    #[test]
    fn receipts_name_sequences() {
        let metadata = [json!({ "type": "ExternalId", "id": "Yes-1234" })];
        for (status, name) in [
            (AcceptStatus::Accept, "ACCEPT"),
            (AcceptStatus::Read, "READ"),
            (AcceptStatus::Nack, "NACK"),
            (AcceptStatus::Access, "ACCESS"),
        ] {
            let request =
                accept_status_request(&call(), &PLACE, "r-19", status, &[5, 6], &metadata);
            let expected =
                json!({ "type": "AcceptStatusEvent", "status": name, "sequenceList": [5, 6] });
            assert_eq!(sent(&request), event(&expected));
        }
    }

    #[test]
    fn a_tap_carries_its_metadata_beside_the_body() {
        let metadata = [json!({ "type": "ExternalId", "id": "Yes-1234" })];
        let action = AcceptStatus::Action;
        let request = accept_status_request(&call(), &PLACE, "r-19", action, &[12], &metadata);
        let mut expected = event(
            &json!({ "type": "AcceptStatusEvent", "status": "ACTION", "sequenceList": [12] }),
        );
        expected["metadata"] = json!(metadata);
        assert_eq!(sent(&request), expected);

        let large = [json!({ "type": "ExternalId", "id": "x".repeat(5000) })];
        let request = accept_status_request(&call(), &PLACE, "r-19", action, &[12], &large);
        assert_eq!(sent(&request).get("metadata"), None);
    }

    #[test]
    fn a_file_has_a_caption_a_path_and_a_type() {
        let path = RelativePath::parse("/v1/AUTH_async-images/12345678/a.JPEG").unwrap();
        let file = |caption| HostedFile {
            caption,
            relative_path: &path,
            file_type: HostedFileType::Jpeg,
        };
        let request = hosted_file_request(&call(), &PLACE, "r-19", &file("photo.jpg"));
        assert_eq!(
            sent(&request),
            event(&json!({
                "type": "ContentEvent",
                "contentType": "hosted/file",
                "message": {
                    "caption": "photo.jpg",
                    "relativePath": "/v1/AUTH_async-images/12345678/a.JPEG",
                    "fileType": "JPEG"
                }
            }))
        );
        let long = "ä".repeat(257);
        let request = hosted_file_request(&call(), &PLACE, "r-19", &file(&long));
        let caption = &sent(&request)["body"]["event"]["message"]["caption"];
        assert_eq!(*caption, "ä".repeat(256));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn no_request_is_longer_than_liveengage_takes(
            id in "[a-z0-9-]{0,64}",
            caption in "(?s).{0,300}",
            path in "[ -~]{0,1100}",
            sequences in proptest::collection::vec(any::<u64>(), 0..250),
            metadata in proptest::collection::vec("(?s).{0,1000}", 0..8),
        ) {
            let place = Place { conversation_id: &id, dialog_id: &id };
            let metadata: Vec<Value> = metadata.into_iter().map(Value::from).collect();
            let call = call();
            for status in [AcceptStatus::Nack, AcceptStatus::Action] {
                sent(&accept_status_request(&call, &place, &id, status, &sequences, &metadata));
            }
            if let Some(path) = RelativePath::parse(&format!("/{path}")) {
                let file = HostedFile {
                    caption: &caption,
                    relative_path: &path,
                    file_type: HostedFileType::Gif,
                };
                sent(&hosted_file_request(&call, &place, &id, &file));
            }
        }
    }
}
