//! Typing, and that a message was read.

use serde_json::json;

use super::Line;
use super::inbound::Handle;
use crate::http::HttpRequest;
use crate::message::{ReceiptStatus, Signal};
use crate::platforms::OutgoingSignal;

/// How long the dots are shown (seconds, a multiple of 5): until a message comes, at most.
const TYPING_SECONDS: u32 = 20;

/// The request for a signal.
pub(super) fn request(line: &Line, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
    match signal.signal {
        // <https://developers.line.biz/en/docs/messaging-api/use-loading-indicator/>. There is no way to end it.
        Signal::ChatState { state } if state == "COMPOSING" => {
            let body = json!({ "chatId": signal.consumer, "loadingSeconds": TYPING_SECONDS });
            Some(line.call("/v2/bot/chat/loading/start", &body))
        }
        // <https://github.com/line/line-openapi/blob/main/messaging-api.yml>, `markMessagesAsReadByToken`. The token of the last
        // message is kept, and none of earlier ones.
        Signal::Receipt {
            remote_id,
            status: ReceiptStatus::Read,
            ..
        } => {
            let heard = signal.heard.filter(|heard| heard.id == *remote_id)?;
            let token = Handle::of(heard.handle.as_deref()).read?;
            let body = json!({ "markAsReadToken": token });
            Some(line.call("/v2/bot/chat/markAsRead", &body))
        }
        _ => None,
    }
}
