//! `userprofile.SetUserProfile`: what is accepted in it, and the phone number it may name.

use serde_json::Value;

const TEXTS: [&str; 7] = [
    "firstName",
    "lastName",
    "userId",
    "avatarUrl",
    "role",
    "backgndImgUri",
    "description",
];

/// Checks a profile.
pub(super) fn check(body: &Value) -> Result<(), String> {
    for name in TEXTS {
        if !body[name].is_null() && !body[name].is_string() {
            return Err(format!("{name} must be a string"));
        }
    }
    for name in ["privateData", "authenticatedData"] {
        if !body[name].is_null() && !body[name].is_object() {
            return Err(format!("{name} must be an object"));
        }
    }
    let sdes = &body["authenticatedData"]["lp_sdes"];
    if sdes.is_null() {
        return Ok(());
    }
    let sdes = sdes.as_array().ok_or("lp_sdes must be an array")?;
    for sde in sdes {
        let content = match sde["type"].as_str() {
            Some("ctmrinfo") => "info",
            Some("personal") => "personal",
            other => {
                let other = other.unwrap_or("(none)");
                return Err(format!("engagement attribute {other} is not accepted here"));
            }
        };
        if !sde[content].is_object() {
            return Err(format!("engagement attribute without {content}"));
        }
    }
    Ok(())
}

/// A phone number that the profile tells: the desk shows it.
pub(super) fn number(body: &Value) -> Option<String> {
    let mut candidates = vec![&body["privateData"]["mobileNum"]];
    let sdes = body["authenticatedData"]["lp_sdes"].as_array();
    for sde in sdes.into_iter().flatten() {
        let contacts = sde["personal"]["contacts"].as_array();
        candidates.extend(contacts.into_iter().flatten().map(|known| &known["phone"]));
        candidates.push(&sde["info"]["imei"]);
    }
    let texts = candidates.into_iter().filter_map(Value::as_str);
    texts
        .filter(|text| crate::twilio::is_e164(text))
        .map(str::to_owned)
        .next()
}
