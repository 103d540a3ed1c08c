//! A configuration with one account and one channel: of Twilio, of a gateway, or of LINE.

use liveengage_connector::config::{Bindings, Config};
use liveengage_connector::secret::Secret;
use serde_json::{Value, json};

use super::words::{ACCOUNT, PUBLIC_URL, SECRET_MARK};

/// Settings that belong to the account.
const OF_ACCOUNT: [&str; 1] = ["echo_metadata"];

/// The configuration; the channel has these settings besides the usual ones of its platform, or is missing.
pub(super) fn config(channel: Option<&Value>) -> Config {
    let mut bindings = json!({
        "PUBLIC_URL": PUBLIC_URL,
        "IDENTITY_KEY": identity_key().expose(),
        "ACCOUNT_DEMO": { "id": ACCOUNT, "client_id": "app-1" },
        "SECRET_ACCOUNT_DEMO": { "client_secret": format!("{SECRET_MARK}-demo") },
    });
    if let Some(settings) = channel {
        let (mut table, secret) = match settings["platform"].as_str() {
            Some("gateway") => gateway(),
            Some("line") => line(),
            _ => twilio(),
        };
        for (name, value) in settings.as_object().unwrap() {
            let of_account = OF_ACCOUNT.contains(&name.as_str());
            let table = if of_account {
                &mut bindings["ACCOUNT_DEMO"]
            } else {
                &mut table
            };
            table[name] = value.clone();
        }
        table["account"] = json!("demo");
        bindings["CHANNEL_SUPPORT_SMS"] = table;
        bindings["SECRET_CHANNEL_SUPPORT_SMS"] = secret;
    }
    let bindings: Bindings = bindings.as_object().unwrap().clone().into_iter().collect();
    let config = Config::read(&bindings);
    assert!(config.problems.is_empty(), "{:?}", config.problems);
    config
}

/// The key that signs the addresses of files.
pub(crate) fn identity_key() -> Secret {
    Secret::new(format!(
        "{SECRET_MARK}-identity-key-of-32-characters-or-more"
    ))
}

fn twilio() -> (Value, Value) {
    let table = json!({
        "platform": "twilio",
        "account_sid": "AC00000000000000000000000000000001",
        "from": "+15550100002",
        "on_unknown": "resend",
    });
    let secret = json!({ "auth_token": format!("{SECRET_MARK}-a") });
    (table, secret)
}

fn line() -> (Value, Value) {
    let table = json!({ "platform": "line", "on_unknown": "resend" });
    let secret = json!({
        "channel_secret": format!("{SECRET_MARK}-c"),
        "channel_access_token": format!("{SECRET_MARK}-t"),
    });
    (table, secret)
}

fn gateway() -> (Value, Value) {
    let table = json!({
        "platform": "gateway",
        "url": "https://app.example/hook",
        "file_hosts": ["media.example"],
        "on_unknown": "resend",
    });
    // 32 bytes in base64, and the mark in it.
    let key = format!("{SECRET_MARK:A<43}=");
    let secret = json!({ "signing_secret": format!("whsec_{key}") });
    (table, secret)
}
