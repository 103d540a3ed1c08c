//! The page: phones on the left, the agent desk on the right. Plain files, sent as they are.
//!
//! `index.html` and `style.css`, `messages.css`, `panels.css` are what is seen. `app.js` starts and looks again whenever something changed;
//! `state.js` holds what it found. `phones.js` is the left side, with `sms.js`, `app-phone.js` and
//! `platform-phone.js` (LINE and the like) for the kinds of phones. `desk.js` is the right side, with `desk-tools.js` (what agents do) and `consumer.js` (what they see of a
//! consumer). `settings.js` is the strip above. `rich.js` and `rich-actions.js` draw structured content, `bubble.js` the other messages;
//! `menu.js`, `dom.js` and `api.js` help.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::sim::Sim;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Nothing of other people's is run. Pictures are the simulator's own, the connector's on this machine, or come by https.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data: https: http://localhost:* http://127.0.0.1:*; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A file of the page: its name, its media type, its text.
type Part = (&'static str, &'static str, &'static str);

const INDEX: Part = ("index.html", HTML, include_str!("index.html"));
const PARTS: [Part; 19] = [
    ("style.css", CSS, include_str!("style.css")),
    ("messages.css", CSS, include_str!("messages.css")),
    ("panels.css", CSS, include_str!("panels.css")),
    ("api.js", SCRIPT, include_str!("api.js")),
    ("app.js", SCRIPT, include_str!("app.js")),
    ("app-phone.js", SCRIPT, include_str!("app-phone.js")),
    ("bubble.js", SCRIPT, include_str!("bubble.js")),
    ("consumer.js", SCRIPT, include_str!("consumer.js")),
    ("desk.js", SCRIPT, include_str!("desk.js")),
    ("desk-tools.js", SCRIPT, include_str!("desk-tools.js")),
    ("dom.js", SCRIPT, include_str!("dom.js")),
    ("menu.js", SCRIPT, include_str!("menu.js")),
    ("phones.js", SCRIPT, include_str!("phones.js")),
    (
        "platform-phone.js",
        SCRIPT,
        include_str!("platform-phone.js"),
    ),
    ("rich.js", SCRIPT, include_str!("rich.js")),
    ("rich-actions.js", SCRIPT, include_str!("rich-actions.js")),
    ("settings.js", SCRIPT, include_str!("settings.js")),
    ("sms.js", SCRIPT, include_str!("sms.js")),
    ("state.js", SCRIPT, include_str!("state.js")),
];

/// The routes of the page.
pub(crate) fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route("/", get(|| async { sent(INDEX) }))
        .route("/page/{name}", get(part))
}

async fn part(Path(name): Path<String>) -> Response {
    let found = PARTS.into_iter().find(|(known, ..)| *known == name);
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), sent)
}

fn sent((_, kind, text): Part) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::{INDEX, PARTS};

    #[test]
    fn every_file_that_the_page_names_is_served() {
        let mut named = 0;
        for (_, _, text) in PARTS.into_iter().chain([INDEX]) {
            let own = text.split(['"', '\'']);
            let asked =
                own.filter_map(|piece| piece.strip_prefix("/page/").or(piece.strip_prefix("./")));
            for name in asked {
                assert!(PARTS.iter().any(|(known, ..)| *known == name), "{name}");
                named += 1;
            }
        }
        assert!(named > PARTS.len(), "the files name each other");
    }

    #[test]
    fn no_text_becomes_markup() {
        for (name, _, text) in PARTS {
            for danger in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
            ] {
                assert!(!text.contains(danger), "{danger} in {name}");
            }
        }
    }
}
