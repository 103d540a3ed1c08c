//! Engagement attributes (structured data elements): what agents see of a consumer, and what campaigns are aimed by.
//!
//! LiveEngage takes two of them from a connector, `ctmrinfo` and `personal`. Of `ctmrinfo` it does not take `storeZipCode` and
//! `storeNumber` here.
//! <https://developers.liveperson.com/engagement-attributes-types-of-engagement-attributes.html>

use serde_json::{Map, Value, json};

use crate::message::{Address, Age, Contact, Date, Profile};

/// The attributes of a profile. `platform` is shown as the consumer's social id where the profile names none.
///
/// Nothing is checked here: [`Profile::cleaned`] does that.
pub fn of(platform: &str, profile: &Profile) -> Vec<Value> {
    let mut attributes = vec![json!({ "type": "ctmrinfo", "info": customer(platform, profile) })];
    let personal = personal(profile);
    if !personal.is_empty() {
        attributes.push(json!({ "type": "personal", "personal": personal }));
    }
    attributes
}

fn customer(platform: &str, profile: &Profile) -> Map<String, Value> {
    let info = &profile.customer;
    let own = |text: &Option<String>| text.clone().map(Value::from);
    let number = |number: &Option<serde_json::Number>| number.clone().map(Value::from);
    let user_name = info.user_name.as_ref().or(profile.name.as_ref());
    let imei = info.imei.as_ref().or(profile.phone.as_ref());
    let social_id = info.social_id.as_deref().unwrap_or(platform);
    object([
        ("ctype", own(&info.customer_type)),
        ("cstatus", own(&info.customer_status)),
        ("balance", number(&info.balance)),
        ("currency", own(&info.currency)),
        ("customerId", own(&info.customer_id)),
        ("socialId", Some(social_id.into())),
        ("imei", imei.map(|imei| imei.as_str().into())),
        ("userName", user_name.map(|name| name.as_str().into())),
        ("companySize", number(&info.company_size)),
        ("companyBranch", own(&info.company_branch)),
        ("accountName", own(&info.account_name)),
        ("role", own(&info.role)),
        ("lastPaymentDate", info.last_payment_date.map(date)),
        ("registrationDate", info.registration_date.map(date)),
        ("loginStatus", own(&info.login_status)),
    ])
}

fn personal(profile: &Profile) -> Map<String, Value> {
    let info = &profile.personal;
    let first = info.first_name.as_deref().or_else(|| first_name(profile));
    let last = info.last_name.as_ref().or(profile.last_name.as_ref());
    let language = info.language.as_ref().or(profile.language.as_ref());
    let own = |text: Option<&String>| text.map(|text| text.as_str().into());
    let contacts: Vec<Value> = own_contact(profile)
        .iter()
        .chain(&info.contacts)
        .map(contact)
        .collect();
    object([
        ("firstname", first.map(Value::from)),
        ("lastname", own(last)),
        ("age", info.age.map(age)),
        (
            "contacts",
            (!contacts.is_empty()).then_some(contacts.into()),
        ),
        ("gender", own(info.gender.as_ref())),
        ("company", own(info.company.as_ref())),
        ("language", own(language)),
    ])
}

/// The first name, or the name that is shown in its place.
pub(super) fn first_name(profile: &Profile) -> Option<&str> {
    profile.first_name.as_deref().or(profile.name.as_deref())
}

/// What the profile itself says of how to reach the person, as far as the contacts do not say it.
fn own_contact(profile: &Profile) -> Option<Contact> {
    let contacts = &profile.personal.contacts;
    let missing = |value: &Option<String>, of: fn(&Contact) -> &Option<String>| {
        let known = contacts.iter().any(|contact| of(contact) == value);
        value.clone().filter(|_| !known)
    };
    let phone = missing(&profile.phone, |contact| &contact.phone);
    let email = missing(&profile.email, |contact| &contact.email);
    (phone.is_some() || email.is_some()).then(|| Contact {
        phone_type: phone.as_ref().map(|_| "MOBILE".to_owned()),
        email,
        phone,
        address: None,
    })
}

fn contact(contact: &Contact) -> Value {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let address = |Address { country, region }: &Address| {
        Value::from(object([
            ("country", text(country)),
            ("region", text(region)),
        ]))
    };
    Value::from(object([
        ("email", text(&contact.email)),
        ("phone", text(&contact.phone)),
        ("phoneType", text(&contact.phone_type)),
        ("address", contact.address.as_ref().map(address)),
    ]))
}

fn age(age: Age) -> Value {
    Value::from(object([
        ("age", age.age.map(Value::from)),
        ("year", age.year.map(Value::from)),
        ("month", age.month.map(Value::from)),
        ("day", age.day.map(Value::from)),
    ]))
}

fn date(date: Date) -> Value {
    json!({ "day": date.day, "month": date.month, "year": date.year })
}

/// An object of those fields that have a value.
pub(super) fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(value: Value) -> Profile {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn of_nobody_the_platform_is_known() {
        assert_eq!(
            json!(of("twilio", &Profile::default())),
            json!([{ "type": "ctmrinfo", "info": { "socialId": "twilio" } }])
        );
    }

    #[test]
    fn all_fields_have_livepersons_names() {
        let profile = profile(json!({
            "customer": {
                "customer_type": "vip", "customer_status": "active", "balance": -400.99, "currency": "USD",
                "customer_id": "C-42", "social_id": "@ada", "imei": "3543546543545688", "user_name": "ada42",
                "company_size": 500, "company_branch": "south", "account_name": "bank corp", "role": "broker",
                "last_payment_date": "2014-10-15", "registration_date": { "day": 23, "month": 5, "year": 2013 },
                "login_status": "logged in"
            },
            "personal": {
                "first_name": "Ada", "last_name": "Example", "age": { "age": 34, "year": 1980, "month": 4, "day": 15 },
                "contacts": [{
                    "email": "ada@example.com", "phone": "+15550100", "phone_type": "HOME",
                    "address": { "country": "US", "region": "NY" }
                }],
                "gender": "FEMALE", "company": "company", "language": "en-US"
            }
        }));
        assert_eq!(
            json!(of("twilio", &profile)),
            json!([
                { "type": "ctmrinfo", "info": {
                    "ctype": "vip", "cstatus": "active", "balance": -400.99, "currency": "USD", "customerId": "C-42",
                    "socialId": "@ada", "imei": "3543546543545688", "userName": "ada42", "companySize": 500,
                    "companyBranch": "south", "accountName": "bank corp", "role": "broker",
                    "lastPaymentDate": { "day": 15, "month": 10, "year": 2014 },
                    "registrationDate": { "day": 23, "month": 5, "year": 2013 },
                    "loginStatus": "logged in"
                } },
                { "type": "personal", "personal": {
                    "firstname": "Ada", "lastname": "Example",
                    "age": { "age": 34, "year": 1980, "month": 4, "day": 15 },
                    "contacts": [{
                        "email": "ada@example.com", "phone": "+15550100", "phoneType": "HOME",
                        "address": { "country": "US", "region": "NY" }
                    }],
                    "gender": "FEMALE", "company": "company", "language": "en-US"
                } }
            ])
        );
    }

    #[test]
    fn the_profiles_own_fields_stand_in_for_what_is_missing() {
        let profile = profile(json!({
            "name": "ada", "first_name": "Ada", "last_name": "Example", "phone": "+15550100",
            "email": "ada@example.com", "language": "de",
            "personal": { "contacts": [{ "phone": "+15550100", "phone_type": "WORK" }] }
        }));
        assert_eq!(
            json!(of("twilio", &profile)),
            json!([
                { "type": "ctmrinfo", "info": { "socialId": "twilio", "imei": "+15550100", "userName": "ada" } },
                { "type": "personal", "personal": {
                    "firstname": "Ada", "lastname": "Example", "language": "de",
                    "contacts": [{ "email": "ada@example.com" }, { "phone": "+15550100", "phoneType": "WORK" }]
                } }
            ])
        );
    }
}
