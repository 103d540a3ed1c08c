//! `cm.ConsumerRequestConversation`: what is accepted in it.

use serde_json::Value;

const CONTEXT: [&str; 6] = [
    "type",
    "lang",
    "visitorId",
    "sessionId",
    "interactionContextId",
    "features",
];

/// Checks the request for a conversation.
pub(super) fn check(account: &str, body: &Value) -> Result<(), &'static str> {
    if body["brandId"].as_str() != Some(account) {
        return Err("brandId must be the account, as a string");
    }
    if !body["channelType"].is_null() && body["channelType"] != "MESSAGING" {
        return Err("channelType must be MESSAGING");
    }
    let ttr = &body["ttrDefName"];
    if !ttr.is_null() && !["NORMAL", "URGENT", "PRIORITIZED"].contains(&ttr.as_str().unwrap_or(""))
    {
        return Err("ttrDefName must be NORMAL, URGENT or PRIORITIZED");
    }
    if !body["skillId"].is_null() && !is_skill(&body["skillId"]) {
        return Err("skillId must be a string of digits, or -1");
    }
    let campaign = &body["campaignInfo"];
    let complete = is_id(&campaign["campaignId"]) && is_id(&campaign["engagementId"]);
    if !campaign.is_null() && !complete {
        return Err("campaignInfo needs campaignId and engagementId");
    }
    check_context(&body["conversationContext"])
}

/// LivePerson's own demo sends the number -1 where no skill was chosen, so a number passes.
fn is_skill(value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return value.is_i64();
    };
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_id(value: &Value) -> bool {
    value.is_u64() || value.as_str().is_some_and(|text| !text.is_empty())
}

fn check_context(context: &Value) -> Result<(), &'static str> {
    if context.is_null() {
        return Ok(());
    }
    let fields = context.as_object();
    let fields = fields.ok_or("conversationContext must be an object")?;
    if fields.keys().any(|name| !CONTEXT.contains(&name.as_str())) {
        return Err("conversationContext has a field that is not known");
    }
    // The demo's context is an empty object where it has none.
    if !fields.is_empty() && context["type"] != "SharkContext" {
        return Err("the type of a conversationContext must be SharkContext");
    }
    let lang = &context["lang"];
    if !lang.is_null() && !lang.as_str().is_some_and(is_language) {
        return Err("lang must be a language like en-US");
    }
    for name in ["visitorId", "sessionId"] {
        if !context[name].is_null() && !context[name].is_string() {
            return Err("visitorId and sessionId must be strings");
        }
    }
    let id = &context["interactionContextId"];
    if !id.is_null() && !id.is_string() && !id.is_u64() {
        return Err("interactionContextId must be a string or a number");
    }
    let features = &context["features"];
    let texts = features.as_array();
    let texts = texts.is_some_and(|list| list.iter().all(Value::is_string));
    if !features.is_null() && !texts {
        return Err("features must be an array of strings");
    }
    Ok(())
}

/// `en`, `en-US`, `zh-Hant-TW`.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let first_fine =
        (2..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    first_fine
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::{check, is_language};
    use serde_json::{Value, json};

    #[test]
    fn languages_look_like_languages() {
        for right in ["en", "en-US", "zh-Hant-TW", "de-419"] {
            assert!(is_language(right), "{right}");
        }
        for wrong in ["", "e", "english", "en_US", "en-", "12"] {
            assert!(!is_language(wrong), "{wrong}");
        }
    }

    #[test]
    fn each_wrong_field_of_a_request_is_refused() {
        let with = |name: &str, value: Value| {
            let mut body = json!({ "brandId": "1" });
            body[name] = value;
            check("1", &body)
        };
        for (name, value) in [
            ("channelType", json!("EMAIL")),
            ("ttrDefName", json!("FAST")),
            ("skillId", json!("sales")),
            ("skillId", json!(1.5)),
            ("campaignInfo", json!({ "campaignId": "1" })),
            (
                "campaignInfo",
                json!({ "campaignId": "", "engagementId": "" }),
            ),
            ("conversationContext", json!([])),
            ("conversationContext", json!({ "type": "Other" })),
            (
                "conversationContext",
                json!({ "type": "SharkContext", "lang": "en_US" }),
            ),
            (
                "conversationContext",
                json!({ "type": "SharkContext", "visitorId": 1 }),
            ),
            (
                "conversationContext",
                json!({ "type": "SharkContext", "tab": "x" }),
            ),
        ] {
            assert!(with(name, value.clone()).is_err(), "{name}: {value}");
        }
        for (name, value) in [
            ("ttrDefName", Value::Null),
            ("skillId", json!("-1")),
            ("skillId", json!(-1)),
            (
                "campaignInfo",
                json!({ "campaignId": 1, "engagementId": "2" }),
            ),
            ("conversationContext", json!({})),
        ] {
            assert_eq!(with(name, value), Ok(()), "{name}");
        }
    }
}
