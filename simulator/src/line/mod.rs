//! LINE: its Messaging API, and the people who write to the bot.

mod api;
mod callbacks;
mod chat;
mod check;
mod send;
mod state;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::journal::Side;
use crate::options::Options;
use crate::people::{Button, Message, Person, Platform, Told, Writing};
use crate::sim::{CallbackRetries, Settings, Sim};

pub(crate) use api::faulty;
pub(crate) use state::State;

/// LINE.
pub(crate) struct Line;

/// The routes of its API: `/line` is `api.line.me`, `/line-data` is `api-data.line.me`.
pub(crate) fn routes() -> Router<Arc<Sim>> {
    let message = "/line/v2/bot/message";
    let content = "/line-data/v2/bot/message/{id}/content";
    Router::new()
        .route(&format!("{message}/reply"), post(send::reply))
        .route(&format!("{message}/push"), post(send::push))
        .route(
            &format!("{message}/validate/{{kind}}"),
            post(send::validate),
        )
        .route(&format!("{message}/quota"), get(chat::quota))
        .route(
            &format!("{message}/quota/consumption"),
            get(chat::consumption),
        )
        .route("/line/v2/bot/chat/loading/start", post(chat::loading))
        .route("/line/v2/bot/chat/markAsRead", post(chat::mark_as_read))
        .route("/line/v2/bot/info", get(chat::info))
        .route("/line/v2/bot/profile/{id}", get(chat::profile))
        .route("/line/v2/bot/group/{chat}/member/{id}", get(chat::member))
        .route("/line/v2/bot/room/{chat}/member/{id}", get(chat::member))
        .route(content, get(chat::content))
        .route(&format!("{content}/preview"), get(chat::preview))
        .route(&format!("{content}/transcoding"), get(chat::transcoding))
        // A request that is too large gets LINE's answer.
        .layer(DefaultBodyLimit::disable())
}

/// `U` and 32 hex digits.
fn is_user_id(id: &str) -> bool {
    let digits = id.strip_prefix('U');
    digits.is_some_and(|digits| {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        digits.len() == 32 && digits.bytes().all(hex)
    })
}

impl Platform for Line {
    fn name(&self) -> &'static str {
        "line"
    }

    fn title(&self) -> &'static str {
        "LINE"
    }

    fn side(&self) -> Side {
        Side::Line
    }

    fn channel(&self, options: &Options) -> String {
        options.line_channel.clone()
    }

    fn retries<'a>(&self, settings: &'a Settings) -> &'a CallbackRetries {
        &settings.retries.line
    }

    fn menu(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Picture", json!({ "kind": "picture" })),
            ("Video", json!({ "kind": "video" })),
            ("Audio", json!({ "kind": "audio" })),
            ("File", json!({ "kind": "file" })),
            ("Location", json!({ "kind": "location" })),
            ("Sticker", json!({ "kind": "sticker" })),
            ("Unsend the last message", json!({ "kind": "unsend" })),
            ("Follow", json!({ "kind": "follow" })),
            ("Block", json!({ "kind": "unfollow" })),
        ]
    }

    fn person_id(&self, n: u64) -> String {
        format!("U{:032x}", 0xd000 + n)
    }

    fn check_person_id(&self, id: &str) -> Result<(), String> {
        let reason = || format!("\"{id}\" is not U and 32 hex digits");
        is_user_id(id).then_some(()).ok_or_else(reason)
    }

    fn set(&self, person: &mut Person, name: &str, value: &Value) -> Result<(), String> {
        match name {
            // Whether `GET profile` finds the person.
            "friend" => {
                let friend = value.as_bool().ok_or("friend must be true or false")?;
                person.more.insert(name.to_owned(), json!(friend));
                Ok(())
            }
            _ => Err(format!("a person has no setting {name}")),
        }
    }

    fn tell(&self, writing: &mut Writing<'_>, deed: &Value) -> Result<Told, String> {
        callbacks::tell(writing, deed)
    }

    fn tap(&self, _message: &Message, button: &Button) -> Result<Value, String> {
        callbacks::tap(button)
    }

    fn body(&self, options: &Options, _person: &str, events: &[Value]) -> String {
        callbacks::body(options, events)
    }

    fn told_again(&self, event: &mut Value) {
        event["deliveryContext"]["isRedelivery"] = json!(true);
    }

    fn headers(
        &self,
        options: &Options,
        _path: &str,
        body: &str,
        sign: bool,
    ) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("content-type", "application/json; charset=utf-8".to_owned()),
            ("user-agent", "LineBotWebhook/2.0".to_owned()),
        ];
        if sign {
            let signature = callbacks::sign(&options.line_secret, body.as_bytes());
            headers.push(("x-line-signature", signature));
        }
        headers
    }
}
