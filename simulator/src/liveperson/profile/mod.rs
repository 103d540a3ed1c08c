//! `userprofile.SetUserProfile`: what is accepted in it, and what agents get to see of it.

mod attributes;

use serde_json::{Map, Value};

pub(super) use attributes::check_any;

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
        text(body, name)?;
    }
    let private = &body["privateData"];
    known(
        private,
        "privateData",
        &["mobileNum", "mail", "pushNotificationData"],
    )?;
    text(private, "mobileNum")?;
    text(private, "mail")?;
    let push = &private["pushNotificationData"];
    let names = ["serviceName", "certName", "token"];
    known(push, "pushNotificationData", &names)?;
    for name in names {
        text(push, name)?;
    }
    let data = &body["authenticatedData"];
    known(data, "authenticatedData", &["lp_sdes"])?;
    let sdes = &data["lp_sdes"];
    if sdes.is_null() {
        return Ok(());
    }
    let sdes = sdes.as_array().ok_or("lp_sdes must be an array")?;
    sdes.iter().try_for_each(attributes::check)
}

/// Null, or a string.
fn text(object: &Value, name: &str) -> Result<(), String> {
    let fine = object[name].is_null() || object[name].is_string();
    fine.then_some(())
        .ok_or_else(|| format!("{name} must be a string"))
}

/// Null, or an object of these fields.
fn known(value: &Value, what: &str, names: &[&str]) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    let object = value.as_object();
    let object = object.ok_or_else(|| format!("{what} must be an object"))?;
    match object.keys().find(|name| !names.contains(&name.as_str())) {
        Some(unknown) => Err(format!("{what} has no field {unknown}")),
        None => Ok(()),
    }
}

/// The profile as the agent sees it: names, and the attributes by type. Private data is not shown.
pub(super) fn seen(body: &Value) -> Value {
    let mut seen = Map::new();
    for name in TEXTS {
        if !body[name].is_null() {
            seen.insert(name.to_owned(), body[name].clone());
        }
    }
    let sdes = body["authenticatedData"]["lp_sdes"].as_array();
    for sde in sdes.into_iter().flatten() {
        let kind = sde["type"].as_str().unwrap_or_default();
        let content = if kind == "ctmrinfo" { "info" } else { kind };
        seen.insert(kind.to_owned(), sde[content].clone());
    }
    Value::Object(seen)
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
