//! A configuration with one account and one Twilio channel.

use liveengage_connector::config::{Bindings, Config};
use serde_json::{Value, json};

use super::words::{ACCOUNT, SECRET_MARK};

/// The configuration; the channel has these settings besides the usual ones, or is missing.
pub(super) fn config(channel: Option<&Value>) -> Config {
    let mut bindings = json!({
        "PUBLIC_URL": "https://connector.example.com",
        "IDENTITY_KEY": format!("{SECRET_MARK}-identity-key-of-32-characters-or-more"),
        "ACCOUNT_DEMO": { "id": ACCOUNT, "client_id": "app-1" },
        "SECRET_ACCOUNT_DEMO": { "client_secret": format!("{SECRET_MARK}-demo") },
    });
    if let Some(settings) = channel {
        let mut table = json!({
            "platform": "twilio",
            "account": "demo",
            "account_sid": "AC00000000000000000000000000000001",
            "from": "+15550100002",
            "on_unknown": "resend",
        });
        for (name, value) in settings.as_object().unwrap() {
            table[name] = value.clone();
        }
        bindings["CHANNEL_SUPPORT_SMS"] = table;
        bindings["SECRET_CHANNEL_SUPPORT_SMS"] =
            json!({ "auth_token": format!("{SECRET_MARK}-a") });
    }
    let bindings: Bindings = bindings.as_object().unwrap().clone().into_iter().collect();
    let config = Config::read(&bindings);
    assert!(config.problems.is_empty(), "{:?}", config.problems);
    config
}
