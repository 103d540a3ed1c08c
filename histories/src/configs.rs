//! The configurations that histories run under.

use std::rc::Rc;

use liveengage_connector::config::{Bindings, Config};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "le12345678";
pub(crate) const PUBLIC_URL: &str = "https://connector.example";
pub(crate) const APP_URL: &str = "https://app.example/hook";
pub(crate) const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";
/// Secrets have the mark in them.
pub(crate) const CLIENT_SECRET: &str = "hunter2-client";
pub(crate) const AUTH_TOKEN: &str = "hunter2-auth";
pub(crate) const APP_SECRET: &str = "whsec_hunter2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

pub(crate) const LINE_SECRET: &str = "hunter2-line";
pub(crate) const LINE_TOKEN: &str = "hunter2-line-token";

/// One for each mixture of policies.
pub(crate) fn all() -> Result<Vec<Rc<Config>>, String> {
    let mut configs = Vec::new();
    for (on_unknown, echo_metadata, reorder_wait) in [
        ("resend", false, 0),
        ("resend", true, 0),
        ("refuse", false, 0),
        ("refuse", true, 0),
        ("resend", false, 700),
    ] {
        configs.push(Rc::new(read(on_unknown, echo_metadata, reorder_wait)?));
    }
    Ok(configs)
}

fn read(on_unknown: &str, echo_metadata: bool, reorder_wait: u64) -> Result<Config, String> {
    let bindings: Value = json!({
        "PUBLIC_URL": PUBLIC_URL,
        "IDENTITY_KEY": "hunter2-identity-key-of-32-characters-or-more",
        "ACCOUNT_DEMO": {
            "id": ACCOUNT, "client_id": "app-1", "domain_api": "https://lp.example",
            "echo_metadata": echo_metadata,
        },
        "SECRET_ACCOUNT_DEMO": { "client_secret": CLIENT_SECRET },
        "CHANNEL_SUPPORT_SMS": {
            "platform": "twilio", "account": "demo", "account_sid": ACCOUNT_SID,
            "from": "+15559990000", "on_unknown": on_unknown, "reorder_wait_ms": reorder_wait,
        },
        "SECRET_CHANNEL_SUPPORT_SMS": { "auth_token": AUTH_TOKEN },
        "CHANNEL_APP": {
            "platform": "gateway", "account": "demo", "url": APP_URL, "on_unknown": on_unknown,
            "reorder_wait_ms": reorder_wait,
        },
        "SECRET_CHANNEL_APP": { "signing_secret": APP_SECRET },
        "CHANNEL_LINE": {
            "platform": "line", "account": "demo", "on_unknown": on_unknown,
            "reorder_wait_ms": reorder_wait,
        },
        "SECRET_CHANNEL_LINE": {
            "channel_secret": LINE_SECRET, "channel_access_token": LINE_TOKEN,
        },
    });
    let bindings: Bindings = match bindings {
        Value::Object(bindings) => bindings.into_iter().collect(),
        _ => Bindings::new(),
    };
    let config = Config::read(&bindings);
    match config.problems.first() {
        Some(problem) => Err(format!("{problem:?}")),
        None => Ok(config),
    }
}
