//! A deployment with one channel of each platform. Every secret in it carries a mark, so that one that gets out is seen.

use std::rc::Rc;

use liveengage_connector::config::{Bindings, Channel, Config};
use liveengage_connector::http::{HttpRequest, Method};
use liveengage_connector::message::{Agent, Content};
use liveengage_connector::platforms::{Callback, Next, Outgoing, Progress};
use serde_json::json;

/// In every secret.
pub const SECRET_MARK: &str = "planted-secret";
/// LiveEngage's id of the account.
pub const ACCOUNT: &str = "le12345678";
/// Where the connector can be called.
pub const PUBLIC_URL: &str = "https://connector.example";
/// Signs Twilio's callbacks.
pub const TWILIO_TOKEN: &str = "planted-secret-of-twilio";
/// Signs what the app posts.
pub const APP_SECRET: &str = "whsec_cGxhbnRlZC1zZWNyZXQtb2YtdGhlLWFwcC1jaGFubmVs";
/// And did so before.
pub const OLD_APP_SECRET: &str = "whsec_cGxhbnRlZC1zZWNyZXQtb2YtdGhlLW9sZC1jaGFubmVs";
/// Signs LINE's callbacks.
pub const LINE_SECRET: &str = "planted-secret-of-line";
/// And did so before.
pub const OLD_LINE_SECRET: &str = "planted-secret-of-line-last-year";
/// The hosts that files of the app may be read from.
pub const FILE_HOSTS: [&str; 4] = [
    "media.example",
    "files.example:8443",
    "localhost:9000",
    "[::1]:8080",
];
/// Meta's id of the WhatsApp channel's number.
pub const WHATSAPP_NUMBER: &str = "106540000000001";
/// Meta's ids of the page and of the Instagram account.
pub const PAGE: &str = "100000000000001";
/// See [`PAGE`].
pub const INSTAGRAM: &str = "17841400000000001";
/// Signs the callbacks of the page and of the account.
pub const META_SECRET: &str = "planted-secret-of-the-meta-app";
/// The longest piece of a text for Twilio, in UTF-16 units.
pub const LONGEST_SMS: usize = 1600;

thread_local! {
    static CONFIG: Rc<Config> = Rc::new(read());
}

/// The configuration.
pub fn config() -> Rc<Config> {
    CONFIG.with(Rc::clone)
}

fn read() -> Config {
    let bindings = json!({
        "PUBLIC_URL": PUBLIC_URL,
        "IDENTITY_KEY": format!("{SECRET_MARK}-identity-key-of-32-characters"),
        "ACCOUNT_DEMO": { "id": ACCOUNT, "client_id": "app-1" },
        "SECRET_ACCOUNT_DEMO": { "client_secret": format!("{SECRET_MARK}-of-the-account") },
        "CHANNEL_SMS": {
            "platform": "twilio", "account": "demo",
            "account_sid": "AC00000000000000000000000000000001", "from": "+15550100002",
        },
        "SECRET_CHANNEL_SMS": { "auth_token": TWILIO_TOKEN },
        "CHANNEL_APP": { "platform": "gateway", "account": "demo", "url": "https://app.example/hook", "file_hosts": FILE_HOSTS },
        "CHANNEL_WHATSAPP": { "platform": "whatsapp", "account": "demo", "phone_number_id": WHATSAPP_NUMBER },
        "SECRET_CHANNEL_WHATSAPP": {
            "app_secret": format!("{SECRET_MARK}-of-the-app"),
            "verify_token": format!("{SECRET_MARK}-of-the-handshake"),
            "access_token": format!("{SECRET_MARK}-of-the-graph"),
        },
        "CHANNEL_MESSENGER": { "platform": "messenger", "account": "demo", "page_id": PAGE },
        "SECRET_CHANNEL_MESSENGER": meta_secrets(),
        "CHANNEL_INSTAGRAM": { "platform": "instagram", "account": "demo", "instagram_id": INSTAGRAM },
        "SECRET_CHANNEL_INSTAGRAM": meta_secrets(),
        "CHANNEL_LINE": { "platform": "line", "account": "demo" },
        "SECRET_CHANNEL_LINE": {
            "channel_secret": { "current": LINE_SECRET, "previous": OLD_LINE_SECRET },
            "channel_access_token": format!("{SECRET_MARK}-of-the-messaging-api"),
        },
        "SECRET_CHANNEL_APP": { "signing_secret": { "current": APP_SECRET, "previous": OLD_APP_SECRET } },
    });
    let bindings: Bindings = bindings.as_object().unwrap().clone().into_iter().collect();
    let config = Config::read(&bindings);
    assert!(config.problems.is_empty(), "{:?}", config.problems);
    config
}

fn meta_secrets() -> serde_json::Value {
    json!({
        "app_secret": META_SECRET,
        "verify_token": format!("{SECRET_MARK}-of-the-handshake"),
        "access_token": format!("{SECRET_MARK}-of-the-graph"),
    })
}

/// A channel of it: `sms`, `line`, `messenger`, `instagram`, `whatsapp` or `app`.
pub fn channel(name: &str) -> Rc<Channel> {
    Rc::clone(&config().channels[name])
}

/// A callback to a channel.
pub fn callback<'a>(
    channel: &'a Channel,
    method: Method,
    query: Option<&'a str>,
    headers: &'a [(String, String)],
    body: &'a [u8],
) -> Callback<'a> {
    Callback {
        method,
        query,
        headers,
        body,
        public_url: &channel.callback_url,
        now: 1_700_000_000_000,
    }
}

/// What the platforms are asked to show of a content. Whatever it is, it goes where the channel is configured to go, and no
/// secret goes into the body.
pub fn sent(content: &Content) -> Vec<HttpRequest> {
    let agent = Agent {
        id: "agent-1".to_owned(),
        name: Some("Ada".to_owned()),
        ..Agent::default()
    };
    let config = config();
    let mut requests = Vec::new();
    for (name, host) in [
        ("sms", "https://api.twilio.com/"),
        ("whatsapp", "https://graph.facebook.com/"),
        ("messenger", "https://graph.facebook.com/"),
        ("instagram", "https://graph.instagram.com/"),
        ("line", "https://api.line.me/"),
        ("app", "https://app.example/"),
    ] {
        let progress = Progress::default();
        let message = Outgoing {
            agent: Some(&agent),
            file_url: Some("https://connector.example/files/x"),
            callback_url: "https://connector.example/channels/x",
            now: 1_700_000_000_000,
            ..Outgoing::new("l:d:1", "+15550100001", content, &progress)
        };
        if let Next::Request { request, .. } = config.channels[name].adapter.next(&message, None) {
            assert!(
                request.url.starts_with(host),
                "it would go to {}",
                request.url
            );
            assert!(!request.body.is_empty(), "nothing would be said");
            assert!(!contains(&request.body, SECRET_MARK), "a secret in a body");
            assert!(
                !format!("{request:?}").contains(SECRET_MARK),
                "a secret in a print"
            );
            requests.push(request);
        }
    }
    requests
}

/// Whether an input has a mark in it by itself, as libFuzzer learns to write: what it shows proves nothing.
pub fn is_marked(data: &[u8], marks: &[&str]) -> bool {
    marks.iter().any(|mark| contains(data, mark))
}

/// Whether bytes contain a text.
pub fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
