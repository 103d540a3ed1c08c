//! What requests are and say.

use liveengage_connector::http::HttpRequest;
use serde_json::Value;

/// What a request is, by its address.
pub(crate) fn kind(request: &HttpRequest) -> &'static str {
    let path = request.url.split('?').next().unwrap_or_default();
    match path {
        path if path.ends_with("/conversation/send") => sent(&json_of(request)),
        path if path.ends_with("/messaging/consumer/conversation") => "create",
        path if path.ends_with("/consumer") => "token",
        path if path.ends_with("/Messages.json") => "sms",
        path if path.starts_with("https://monitoring.example/") => "engagement",
        path if path.starts_with("https://files.example/") => "upload",
        path if path.starts_with("https://media.example/") => "media",
        path if path.starts_with("https://app.example/") => "app",
        "https://api.line.me/v2/bot/message/reply" => "reply",
        "https://api.line.me/v2/bot/message/push" => "push",
        path => panic!("nobody answers {path}"),
    }
}

/// What is sent into a conversation or about it.
fn sent(asked: &Value) -> &'static str {
    let event = &asked["body"]["event"];
    match (asked["type"].as_str(), event["type"].as_str()) {
        (Some("ms.PublishEvent"), Some("AcceptStatusEvent")) => "receipt",
        (Some("ms.PublishEvent"), Some("ChatStateEvent")) => "chat_state",
        (Some("ms.PublishEvent"), _) => "publish",
        (Some("cm.UpdateConversationField"), _) => "update",
        (Some("userprofile.SetUserProfile"), _) => "profile",
        (Some("ms.GenerateURLForUploadFile" | "ms.GenerateURLForDownloadFile"), _) => "address",
        other => panic!("nobody answers {other:?}"),
    }
}

/// What a publish or an SMS says.
pub(crate) fn words_of(request: &HttpRequest) -> Option<String> {
    match kind(request) {
        "publish" => {
            let message = &json_of(request)["body"]["event"]["message"];
            let path = message["relativePath"].as_str();
            message.as_str().or(path).map(str::to_owned)
        }
        "app" => json_of(request)["text"].as_str().map(str::to_owned),
        "reply" | "push" => {
            let text = &json_of(request)["messages"][0]["text"];
            text.as_str().map(str::to_owned)
        }
        "sms" => form_urlencoded::parse(&request.body)
            .find(|(name, _)| name == "Body")
            .map(|(_, value)| value.into_owned()),
        _ => None,
    }
}

/// What an SMS asks Twilio to repeat in its reports.
pub(crate) fn reference_of(request: &HttpRequest) -> String {
    let mut fields = form_urlencoded::parse(&request.body);
    let callback = fields.find(|(name, _)| name == "StatusCallback");
    let (_, url) = callback.expect("a status callback");
    let (_, reference) = url.split_once("?reference=").expect("a reference");
    reference.to_owned()
}

pub(crate) fn json_of(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// What LiveEngage was told, in few words.
pub(crate) fn in_words(asked: &Value) -> String {
    let body = &asked["body"];
    let event = &body["event"];
    let dialog = body["dialogId"].as_str().unwrap_or_default();
    match sent(asked) {
        "receipt" => {
            let status = event["status"].as_str().unwrap();
            format!("{status} {dialog} {}", event["sequenceList"])
        }
        "chat_state" => format!("{} {dialog}", event["chatState"].as_str().unwrap()),
        "update" => {
            let field = &body["conversationField"];
            let conversation = body["conversationId"].as_str().unwrap();
            match field["field"].as_str().unwrap() {
                "TTRField" => format!("{} {conversation}", field["ttrType"].as_str().unwrap()),
                name => format!("{name} {conversation}"),
            }
        }
        "address" => {
            let field = |name: &str| body[name].as_str().unwrap().to_owned();
            format!("address {} {}", field("fileSize"), field("fileType"))
        }
        other => other.to_owned(),
    }
}
