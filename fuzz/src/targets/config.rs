//! Bindings. Input: a JSON object of them. Every secret's value is replaced by one with a mark.

use liveengage_connector::config::{Bindings, Config};
use serde_json::{Map, Value, json};

use crate::channels::{PUBLIC_URL, SECRET_MARK, is_marked};

pub(super) fn run(data: &[u8]) {
    if is_marked(data, &[SECRET_MARK]) {
        return;
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let bindings: Bindings = fields
        .into_iter()
        .map(|(name, value)| (name.clone(), planted(&name, value)))
        .collect();
    let config = Config::read(&bindings);
    for problem in &config.problems {
        let shown = serde_json::to_string(problem).unwrap() + &format!("{problem:?}");
        assert!(
            !shown.contains(SECRET_MARK),
            "a mistake shows a secret: {shown}"
        );
        assert!(
            !problem.key.is_empty() && !problem.problem.is_empty() && !problem.cure.is_empty(),
            "{problem:?}"
        );
    }
    // What is in service is whole.
    for (name, channel) in &config.channels {
        assert_eq!(name, &channel.name);
        assert!(channel.callback_url.contains("://"));
        assert!(
            config
                .accounts
                .values()
                .any(|account| account.id == channel.account.id)
        );
        assert!(
            config
                .channel_of(&channel.account.id, &channel.namespace)
                .is_some()
        );
    }
    for account in config.accounts.values() {
        assert!(
            !format!("{:?}", account.client_secret).contains(SECRET_MARK),
            "a secret prints"
        );
        assert!(config.account_by_id(&account.id).is_some());
    }
    assert!(!format!("{:?}", config.identity_key).contains(SECRET_MARK));
}

fn planted(name: &str, value: Value) -> Value {
    if !name.starts_with("SECRET_") && name != "IDENTITY_KEY" {
        return value;
    }
    match value {
        // A secret is stored as a text, with JSON in it.
        Value::String(text) => match serde_json::from_str::<Value>(&text) {
            Ok(mut inner @ Value::Object(_)) => {
                mark(&mut inner);
                Value::String(inner.to_string())
            }
            _ => Value::String(marked(&text)),
        },
        mut other => {
            mark(&mut other);
            other
        }
    }
}

fn mark(value: &mut Value) {
    match value {
        Value::String(text) => *text = marked(text),
        Value::Array(list) => list.iter_mut().for_each(mark),
        Value::Object(fields) => fields.values_mut().for_each(mark),
        _ => {}
    }
}

/// A text of the same kind: a signing secret stays one.
fn marked(text: &str) -> String {
    if text.starts_with("whsec_") {
        return crate::channels::APP_SECRET.to_owned();
    }
    format!("{SECRET_MARK}{text}")
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let whole = json!({
        "PUBLIC_URL": PUBLIC_URL,
        "IDENTITY_KEY": "an-identity-key-of-32-characters-or-more",
        "ACCOUNT_DEMO": { "id": "le12345678", "client_id": "app-1", "domain_api": "https://api.liveperson.net", "features": ["QUICK_REPLIES"] },
        "SECRET_ACCOUNT_DEMO": { "client_secret": { "current": "a", "previous": "b" } },
        "CHANNEL_SUPPORT_SMS": {
            "platform": "twilio", "account": "demo", "account_sid": "AC00000000000000000000000000000001", "from": "+15550100002",
            "skill_id": 12, "on_unknown": "refuse", "max_age_hours": 72, "reorder_wait_ms": 500, "notify_agent": true,
            "commands": { "stop": "close" }, "callback_url": "https://user:pass@connector.example/channels/support-sms",
        },
        "SECRET_CHANNEL_SUPPORT_SMS": "{\"auth_token\": \"t\"}",
        "CHANNEL_APP": { "platform": "gateway", "account": "demo", "url": "https://app.example/hook", "file_hosts": ["a.example:1"], "namespace": "app" },
        "SECRET_CHANNEL_APP": { "signing_secret": "whsec_AAAA" },
    });
    let broken = json!({
        "PUBLIC_URL": "http://x", "IDENTITY_KEY": 7, "ACCOUNT_A": [], "ACCOUNT_a": { "id": {} }, "CHANNEL_": 1, "CHANNEL_B": { "platform": "x" },
        "CHANNEL_C": { "platform": "twilio", "auth_token": "in plain text", "account": "a" }, "SECRET_CHANNEL_Z": { "x": 1 },
        "SECRET_CHANNEL_C": { "auth_tokem": "misspelt", "auth_token": { "curent": "x" } },
    });
    let mut seeds = vec![
        whole.to_string().into_bytes(),
        broken.to_string().into_bytes(),
        b"{}".to_vec(),
    ];
    let fields = whole.as_object().unwrap();
    for name in fields.keys() {
        let without: Map<String, Value> = fields
            .iter()
            .filter(|(other, _)| *other != name)
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        seeds.push(Value::Object(without).to_string().into_bytes());
    }
    seeds
}
