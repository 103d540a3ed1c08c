//! Engagement attributes (SDEs). Field names are exact and case sensitive; a profile takes two types only.

use serde_json::Value;

/// What a field holds.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    /// Some documents write a number, some a string.
    TextOrNumber,
    TextOrBool,
    /// `{day, month, year}`.
    Date,
    Age,
    Gender,
    Contacts,
    /// Known elsewhere, but not in an authenticated profile.
    Unsupported,
}

const CUSTOMER: [(&str, Kind); 17] = [
    ("ctype", Kind::Text),
    ("cstatus", Kind::Text),
    ("balance", Kind::Number),
    ("currency", Kind::Text),
    ("customerId", Kind::Text),
    ("socialId", Kind::Text),
    ("imei", Kind::Text),
    ("userName", Kind::Text),
    ("companySize", Kind::TextOrNumber),
    ("companyBranch", Kind::Text),
    ("accountName", Kind::Text),
    ("role", Kind::Text),
    ("lastPaymentDate", Kind::Date),
    ("registrationDate", Kind::Date),
    ("loginStatus", Kind::TextOrBool),
    ("storeZipCode", Kind::Unsupported),
    ("storeNumber", Kind::Unsupported),
];

const PERSONAL: [(&str, Kind); 7] = [
    ("firstname", Kind::Text),
    ("lastname", Kind::Text),
    ("age", Kind::Age),
    ("contacts", Kind::Contacts),
    ("gender", Kind::Gender),
    ("company", Kind::Text),
    ("language", Kind::Text),
];

const CONTACT: [&str; 4] = ["email", "phone", "phoneType", "address"];
const PHONES: [&str; 9] = [
    "HOME", "MOBILE", "WORK", "FAX", "MAIN", "HOME_FAX", "WORK_FAX", "PAGER", "OTHER",
];

/// Every type, with the fields beside `type`: what the Monitoring API takes.
const TYPES: [(&str, &[&str]); 10] = [
    ("ctmrinfo", &["info"]),
    ("personal", &["personal"]),
    ("cart", &["total", "currency", "numItems", "products"]),
    ("purchase", &["total", "currency", "orderId", "cart"]),
    ("prodView", &["currency", "products"]),
    ("mrktInfo", &["info"]),
    ("lead", &["lead"]),
    ("service", &["service"]),
    ("error", &["error"]),
    ("searchInfo", &["keywords"]),
];

/// Checks an attribute of a profile: `ctmrinfo` or `personal`.
pub(super) fn check(sde: &Value) -> Result<(), String> {
    let kind = sde["type"].as_str().unwrap_or("(none)");
    let (content, fields): (&str, &[(&str, Kind)]) = match kind {
        "ctmrinfo" => ("info", &CUSTOMER),
        "personal" => ("personal", &PERSONAL),
        _ => {
            return Err(format!("engagement attribute {kind} is not accepted here"));
        }
    };
    super::known(sde, kind, &["type", content])?;
    let object = sde[content].as_object();
    let object = object.ok_or_else(|| format!("engagement attribute without {content}"))?;
    for (name, value) in object {
        let field = fields.iter().find(|(known, _)| known == name);
        let (_, field) = field.ok_or_else(|| format!("{kind} has no field {name}"))?;
        if !value.is_null() {
            check_field(*field, value).map_err(|reason| format!("{kind}.{name} {reason}"))?;
        }
    }
    Ok(())
}

/// Checks an attribute of any type, by its outer fields.
pub(in super::super) fn check_any(sde: &Value) -> Result<(), String> {
    let kind = sde["type"].as_str().unwrap_or("(none)");
    let found = TYPES.iter().find(|(known, _)| *known == kind);
    let (_, fields) = found.ok_or_else(|| format!("there is no engagement attribute {kind}"))?;
    let names: Vec<&str> = fields.iter().copied().chain(["type"]).collect();
    super::known(sde, kind, &names)?;
    if ["ctmrinfo", "personal"].contains(&kind) {
        return check(sde).or_else(|reason| {
            // The two fields that a profile does not take are at home here.
            let fine = reason.ends_with("is not supported here");
            if fine { Ok(()) } else { Err(reason) }
        });
    }
    Ok(())
}

fn check_field(kind: Kind, value: &Value) -> Result<(), String> {
    let whole = |names: &[&str]| numbers(value, names);
    let fine = match kind {
        Kind::Text => value.is_string(),
        Kind::Number => value.is_number(),
        Kind::TextOrNumber => value.is_string() || value.is_u64(),
        Kind::TextOrBool => value.is_string() || value.is_boolean(),
        Kind::Date => whole(&["day", "month", "year"]),
        Kind::Age => whole(&["age", "day", "month", "year"]),
        Kind::Gender => {
            let name = value.as_str().unwrap_or_default();
            ["MALE", "FEMALE", "OTHER", "0", "1", "2"].contains(&name)
                || value.as_u64().is_some_and(|number| number <= 2)
        }
        Kind::Contacts => {
            let contacts = value.as_array().ok_or("must be an array")?;
            return contacts.iter().try_for_each(check_contact);
        }
        Kind::Unsupported => return Err("is not supported here".to_owned()),
    };
    fine.then_some(())
        .ok_or_else(|| "has a value of the wrong type".to_owned())
}

fn numbers(value: &Value, names: &[&str]) -> bool {
    value.as_object().is_some_and(|object| {
        let fine =
            |(name, value): (&String, &Value)| names.contains(&name.as_str()) && value.is_u64();
        object.iter().all(fine)
    })
}

fn check_contact(contact: &Value) -> Result<(), String> {
    if !contact.is_object() {
        return Err("must hold objects".to_owned());
    }
    super::known(contact, "a contact", &CONTACT)?;
    super::text(contact, "email")?;
    super::text(contact, "phone")?;
    let kind = &contact["phoneType"];
    if !kind.is_null() && !PHONES.contains(&kind.as_str().unwrap_or_default()) {
        return Err("has an unknown phoneType".to_owned());
    }
    let address = &contact["address"];
    super::known(address, "an address", &["country", "region"])?;
    super::text(address, "country")?;
    super::text(address, "region")
}
