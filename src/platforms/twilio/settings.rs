//! A channel's settings: which sender it is, what that can carry, and with what it signs in.

use super::{API, MESSAGING, Twilio, is_e164, is_sid};
use crate::config::SettingsReader;
use crate::platforms::Adapter;
use crate::secret::Rotating;

/// A key that requests are made with in place of the Auth Token.
pub(super) struct ApiKey {
    pub(super) sid: String,
    pub(super) secret: Rotating,
}

/// Builds the adapter from a channel's settings.
pub(super) fn build(reader: &mut SettingsReader<'_>) -> Option<Box<dyn Adapter>> {
    let account_sid = reader.required_text(
        "account_sid",
        "copy the Account SID (AC...) from the Twilio console",
    );
    let account_sid = account_sid.and_then(|sid| read_sid(reader, "account_sid", "AC", sid));
    let from = reader.text("from");
    let service = reader.text("messaging_service_sid");
    if from.is_none() && service.is_none() {
        reader.problem(
            "from",
            "is missing",
            "write the Twilio number in E.164, for example \"+15550100002\", or set messaging_service_sid",
        );
    }
    let from = from.map(|from| read_from(reader, from));
    let service = service.map(|sid| read_sid(reader, "messaging_service_sid", "MG", sid));
    let whatsapp = reader.flag("whatsapp");
    let mms = reader.flag("mms");
    if whatsapp && mms {
        reader.problem(
            "mms",
            "is set on a WhatsApp sender",
            "take it out: WhatsApp carries files anyway",
        );
    }
    let typing = reader.choice("typing", &[("on", true), ("off", false)]);
    let api_url = reader.url("api_url");
    let messaging_url = reader.url("messaging_url");
    let auth_token = reader.required_secret(
        "auth_token",
        "copy the Auth Token of the same account from the Twilio console",
    );
    let api_key = read_api_key(reader);
    let sender_field = if from.is_some() {
        "from"
    } else {
        "messaging_service_sid"
    };
    Some(Box::new(Twilio {
        account_sid: account_sid?,
        from: from.flatten(),
        messaging_service_sid: service.flatten(),
        whatsapp,
        mms,
        typing: typing?,
        api_url: api_url.unwrap_or_else(|| API.to_owned()),
        messaging_url: messaging_url.unwrap_or_else(|| MESSAGING.to_owned()),
        auth_token: auth_token?,
        api_key: api_key.ok()?,
        account_key: reader.key("account_sid"),
        sender_key: reader.key(sender_field),
        callback_key: reader.key("public_url"),
    }))
}

/// The key, if there is one. `Err`: there is one, with a mistake that is noted.
fn read_api_key(reader: &mut SettingsReader<'_>) -> Result<Option<ApiKey>, ()> {
    let Some(sid) = reader.text("api_key_sid") else {
        return Ok(None);
    };
    let sid = read_sid(reader, "api_key_sid", "SK", sid);
    let secret = reader.required_secret(
        "api_key_secret",
        "Twilio shows an API key's secret once, when the key is made: make another one if it is lost",
    );
    match (sid, secret) {
        (Some(sid), Some(secret)) => Ok(Some(ApiKey { sid, secret })),
        _ => Err(()),
    }
}

fn read_sid(
    reader: &mut SettingsReader<'_>,
    field: &str,
    prefix: &str,
    sid: String,
) -> Option<String> {
    let valid = is_sid(&sid, &[prefix]);
    if !valid {
        reader.problem(
            field,
            format!("is not a SID of the form {prefix}..."),
            format!("copy it from the Twilio console: {prefix} and 32 hexadecimal digits"),
        );
    }
    valid.then_some(sid)
}

fn read_from(reader: &mut SettingsReader<'_>, from: String) -> Option<String> {
    let short_code = (3..=8).contains(&from.len()) && from.bytes().all(|b| b.is_ascii_digit());
    let valid = is_e164(&from) || short_code;
    if !valid {
        reader.problem(
            "from",
            "is not a telephone number in E.164",
            "write + and the number in quotes, without spaces and without `whatsapp:`, for example \"+15550100002\"",
        );
    }
    valid.then_some(from)
}
