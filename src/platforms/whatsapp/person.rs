//! Who a person is: the address that answers go to, and what is told beside it.
//!
//! A person may hide the telephone number, and then `from` and `wa_id` are missing. The business-scoped user id is in every callback and
//! stays when the number is hidden, so it is the address wherever there is one: one person stays one person. It changes only with
//! the number itself. <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids/>

use serde_json::{Map, Value, json};

use crate::message::{CustomerInfo, Profile};
use crate::platforms::meta::envelope::list;
use crate::platforms::reading::{hint, identifier};

/// More digits than any telephone number has.
const MAX_DIGITS: usize = 20;
/// Letters and digits of a user id behind its country.
const MAX_USER_ID: usize = 128;

/// Ids of one person, as far as they are told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ids {
    user_id: Option<String>,
    number: Option<String>,
}

impl Ids {
    /// What `fields` says under these names: the number's field may hold a user id too.
    pub(super) fn read(fields: &Map<String, Value>, user_id: &str, number: &str) -> Self {
        let text = |name: &str| fields.get(name).and_then(identifier);
        let in_number = text(number);
        let in_number = in_number.as_deref();
        let user_id = text(user_id).filter(|id| is_user_id(id));
        Self {
            user_id: user_id
                .or_else(|| in_number.filter(|id| is_user_id(id)).map(ToOwned::to_owned)),
            number: in_number.and_then(digits),
        }
    }

    fn of_contact(contact: &Map<String, Value>) -> Self {
        Self::read(contact, "user_id", "wa_id")
    }

    fn is_unknown(&self) -> bool {
        self.user_id.is_none() && self.number.is_none()
    }

    fn shares(&self, other: &Self) -> bool {
        let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        same(&self.user_id, &other.user_id) || same(&self.number, &other.number)
    }
}

/// Somebody whom a callback is about.
#[derive(Debug)]
pub(super) struct Person {
    /// Where an answer goes.
    pub(super) address: String,
    /// What is told.
    pub(super) profile: Profile,
}

impl Person {
    /// The person with these ids, completed from the contacts beside it. `None`: nobody that can be named.
    pub(super) fn find(ids: Ids, value: &Map<String, Value>) -> Option<Self> {
        let contacts = list(value, "contacts");
        let contact = contacts
            .iter()
            .filter_map(Value::as_object)
            .find(|contact| {
                let theirs = Ids::of_contact(contact);
                theirs.shares(&ids) || (ids.is_unknown() && contacts.len() == 1)
            });
        let theirs = contact.map(Ids::of_contact).unwrap_or_default();
        let user_id = ids.user_id.or(theirs.user_id);
        let number = ids.number.or(theirs.number);
        let told = contact
            .and_then(|contact| contact.get("profile"))
            .and_then(Value::as_object);
        let told = |name: &str| told.and_then(|profile| hint(profile, name));
        Some(Self {
            address: user_id.or_else(|| number.clone())?,
            profile: Profile {
                name: told("name"),
                phone: number.map(|number| format!("+{number}")),
                customer: CustomerInfo {
                    social_id: told("username"),
                    ..CustomerInfo::default()
                },
                ..Profile::default()
            },
        })
    }
}

/// The field that a request names its recipient in, and what stands there. A number without `+` could get the country of the
/// business before it.
pub(super) fn recipient(address: &str) -> (&'static str, Value) {
    if is_user_id(address) {
        ("recipient", json!(address))
    } else {
        ("to", json!(format!("+{address}")))
    }
}

/// The digits of a telephone number.
fn digits(number: &str) -> Option<String> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let whole = (5..=MAX_DIGITS).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| digits.to_owned())
}

/// A country of two letters, and letters and digits, in one part or two: `US.1A2b3C`.
fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else {
        return false;
    };
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && rest.len() <= MAX_USER_ID + "ENT.".len()
        && rest.split('.').count() <= 2
        && rest
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
