//! `cm.UpdateConversationField` by SEND: closes a conversation or a dialog, ends a survey, asks for an answer in time.
//! <https://developers.liveperson.com/connector-api-send-api-examples.html>

use serde_json::{Value, json};

use super::answers::{Answer, repeatable};
use super::call::{Call, envelope};
use crate::http::{HttpAnswer, HttpRequest};
use crate::message::ResponseTarget;

/// What is to change in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// The whole conversation ends, with all its dialogs and without a survey.
    CloseConversation,
    /// The main dialog ends. A survey follows where the brand has one.
    CloseMainDialog {
        /// The main dialog's id: the conversation's own.
        dialog_id: String,
    },
    /// The survey ends unfinished, and the conversation with it.
    StopSurvey,
    /// How soon an agent should answer, by one of the brand's names.
    ResponseTarget {
        /// The name.
        target: ResponseTarget,
        /// How soon that is (seconds).
        seconds: u64,
    },
}

/// The update of one conversation.
pub fn request(
    call: &Call<'_>,
    request_id: &str,
    conversation_id: &str,
    update: &Update,
) -> HttpRequest {
    let body = json!({ "conversationId": conversation_id, "conversationField": field(update) });
    call.send(&envelope(request_id, "cm.UpdateConversationField", body))
}

/// Reads an answer. What is closed already is done, so a call whose answer was lost may be repeated.
pub fn answer(answer: &HttpAnswer) -> Answer<()> {
    match repeatable(answer, |item| item.is_ok().then_some(())) {
        Answer::ConversationClosed => Answer::Done(()),
        other => other,
    }
}

fn field(update: &Update) -> Value {
    match update {
        Update::CloseConversation => {
            json!({ "field": "ConversationStateField", "conversationState": "CLOSE" })
        }
        Update::CloseMainDialog { dialog_id } => json!({
            "field": "DialogChange",
            "type": "UPDATE",
            "dialog": {
                "dialogId": dialog_id,
                "state": "CLOSE",
                "closedCause": "Closed by consumer",
            },
        }),
        Update::StopSurvey => json!({ "field": "Stage", "conversationState": "CLOSE" }),
        Update::ResponseTarget { target, seconds } => {
            json!({ "field": "TTRField", "ttrType": target.as_str(), "value": seconds })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::answers::TokenFault;
    use super::super::call::tests::{call, sent};
    use super::*;
    use crate::http::{HttpFailure, HttpResponse};
    use crate::outcome::Cause;

    #[test]
    fn each_update_is_one_field() {
        let urgent = Update::ResponseTarget {
            target: ResponseTarget::Urgent,
            seconds: 600,
        };
        for (update, field) in [
            (
                Update::CloseConversation,
                json!({ "field": "ConversationStateField", "conversationState": "CLOSE" }),
            ),
            (
                Update::CloseMainDialog {
                    dialog_id: "c".to_owned(),
                },
                json!({
                    "field": "DialogChange", "type": "UPDATE",
                    "dialog": { "dialogId": "c", "state": "CLOSE", "closedCause": "Closed by consumer" }
                }),
            ),
            (
                Update::StopSurvey,
                json!({ "field": "Stage", "conversationState": "CLOSE" }),
            ),
            (
                urgent,
                json!({ "field": "TTRField", "ttrType": "URGENT", "value": 600 }),
            ),
        ] {
            assert_eq!(
                sent(&request(&call(), "r-30", "c", &update)),
                json!({
                    "kind": "req", "id": "r-30", "type": "cm.UpdateConversationField",
                    "body": { "conversationId": "c", "conversationField": field }
                })
            );
        }
    }

    #[test]
    fn what_is_closed_already_is_done() {
        let answered = |status, body: &str| {
            answer(&Ok(HttpResponse {
                status,
                headers: vec![],
                body: body.as_bytes().to_vec(),
                length: None,
            }))
        };
        let retry = |cause| Answer::Destination { cause, after: None };
        let ok =
            r#"{"code":"OK","body":{"msg":"OK Conversation resolved successfully"},"reqId":"r"}"#;
        let closed = r#"{"code":"BAD_REQUEST","body":{"msg":"Bad Request, Conversation is close"},"reqId":"r"}"#;
        let invalid = r#"{"code":"BAD_REQUEST","body":{"msg":"Bad Request"},"reqId":"r"}"#;
        let fault = r#"{"code":401,"body":{"errorCode":40103}}"#;
        assert_eq!(answered(200, ok), Answer::Done(()));
        assert_eq!(answered(200, closed), Answer::Done(()));
        assert_eq!(answered(400, closed), Answer::Done(()));
        let refused = Answer::Refused {
            code: "BAD_REQUEST".to_owned(),
        };
        assert_eq!(answered(400, invalid), refused);
        assert_eq!(
            answered(401, fault),
            Answer::Unauthorized(TokenFault::ConsumerJws)
        );
        assert_eq!(
            answered(200, "<html>"),
            retry(Cause::Unexpected { status: 200 })
        );
        assert_eq!(answered(503, ok), retry(Cause::Server { status: 503 }));
        assert_eq!(answer(&Err(HttpFailure::Lost)), retry(Cause::NoAnswer));
    }
}
