//! The `Client-Properties` header: JSON in ASCII, with the features that the consumer's side can do.

use axum::http::HeaderMap;
use serde_json::Value;

const LIMITED: [(&str, usize); 2] = [("appId", 64), ("appVersion", 32)];
const TYPES: [&str; 3] = [
    ".ClientProperties",
    ".ams.headers.ClientProperties",
    "ClientProperties",
];
const ENUMS: [(&str, &[&str]); 3] = [
    ("deviceFamily", &["DESKTOP", "TABLET", "MOBILE", "OTHER"]),
    (
        "os",
        &["WINDOWS", "LINUX", "OSX", "ANDROID", "IOS", "OTHER"],
    ),
    ("integration", &["WEB_SDK", "MOBILE_SDK", "BRAND_SDK"]),
];

/// The header as JSON, or null without one.
pub(super) fn read(headers: &HeaderMap) -> Result<Value, &'static str> {
    let Some(header) = headers.get("client-properties") else {
        return Ok(Value::Null);
    };
    let text = header
        .to_str()
        .map_err(|_| "the Client-Properties header is not ASCII")?;
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    check(&value)?;
    Ok(value)
}

/// Checks properties, whether they come in the header or in a body.
pub(super) fn check(value: &Value) -> Result<(), &'static str> {
    if !value.is_object() {
        return Err("the client properties are not a JSON object");
    }
    let kind = &value["type"];
    if !kind.is_null() && !TYPES.contains(&kind.as_str().unwrap_or_default()) {
        return Err("the client properties are of an unknown type");
    }
    let features = &value["features"];
    let texts = features.as_array();
    let texts = texts.is_some_and(|list| list.iter().all(Value::is_string));
    if !features.is_null() && !texts {
        return Err("the features of the client properties must be an array of strings");
    }
    for (name, longest) in LIMITED {
        let text = value[name].as_str().unwrap_or_default();
        if !value[name].is_null() && (text.is_empty() || text.chars().count() > longest) {
            return Err("a client property is not a text, or too long");
        }
    }
    for (name, known) in ENUMS {
        let given = value[name].as_str().unwrap_or_default();
        if !value[name].is_null() && !known.contains(&given) {
            return Err("a client property has an unknown value");
        }
    }
    Ok(())
}

/// Whether the properties name a feature.
pub(super) fn announces(properties: &Value, feature: &str) -> bool {
    let features = properties["features"].as_array();
    features.is_some_and(|features| features.iter().any(|known| known == feature))
}
