//! Who a person is, as far as platforms tell it.
//!
//! Profiles are stored, and a platform may send one as JSON: fields are only ever added. They are read liberally: ids and numbers
//! may be texts or numbers, and a field that is of another kind altogether counts as absent. [`Profile::validate`] says what
//! else is wrong, [`Profile::cleaned`] is the profile without it. A profile is never the reason that a message fails.

mod attributes;
mod check;
mod read;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use attributes::{Address, Age, Contact, CustomerInfo, Date, PersonalInfo};

/// What a platform tells about the person, for the agent's consumer information, and where the conversation should go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// First or display name.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// Telephone number in E.164.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub phone: Option<String>,
    /// IETF language tag.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub language: Option<String>,
    /// First name, where the platform knows it apart from the display name.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub last_name: Option<String>,
    /// The person's id in the brand's own systems.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_id: Option<String>,
    /// The person's role, in the brand's words.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub role: Option<String>,
    /// An https URL of the person's picture.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub avatar_url: Option<String>,
    /// An https URL of a picture to stand behind the person's words.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub background_url: Option<String>,
    /// A few words about the person.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<String>,
    /// E-mail address.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub email: Option<String>,
    /// Where LiveEngage may send push notifications for the person.
    #[serde(
        default,
        deserialize_with = "read::part",
        skip_serializing_if = "Option::is_none"
    )]
    pub push: Option<PushToken>,
    /// The person as a customer of the brand.
    #[serde(
        default,
        deserialize_with = "read::part",
        skip_serializing_if = "CustomerInfo::is_empty"
    )]
    pub customer: CustomerInfo,
    /// The person.
    #[serde(
        default,
        deserialize_with = "read::part",
        skip_serializing_if = "PersonalInfo::is_empty"
    )]
    pub personal: PersonalInfo,
    /// Where the conversation should go.
    #[serde(
        default,
        deserialize_with = "read::part",
        skip_serializing_if = "Option::is_none"
    )]
    pub routing: Option<RoutingWish>,
}

/// Where push notifications for a person go.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushToken {
    /// Name of the push service.
    #[serde(
        default,
        alias = "serviceName",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub service_name: Option<String>,
    /// Name of the certificate that LiveEngage signs with.
    #[serde(
        default,
        alias = "certName",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub cert_name: Option<String>,
    /// The device's token.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub token: Option<String>,
}

impl fmt::Debug for PushToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushToken(..)")
    }
}

/// Where a platform wants a conversation to go. It goes before the channel's configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingWish {
    /// LiveEngage id of a skill.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub skill_id: Option<String>,
    /// LiveEngage id of a campaign; only together with an engagement.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub campaign_id: Option<String>,
    /// LiveEngage id of an engagement of that campaign.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub engagement_id: Option<String>,
    /// IETF tag of the conversation's language: one that the engagement has.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub language: Option<String>,
    /// How soon an agent should answer.
    #[serde(
        default,
        deserialize_with = "read::response_target",
        skip_serializing_if = "Option::is_none"
    )]
    pub response_target: Option<ResponseTarget>,
}

/// How soon an agent should answer, by one of the names that a brand gives times to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseTarget {
    /// `NORMAL`
    Normal,
    /// `PRIORITIZED`
    Prioritized,
    /// `URGENT`
    Urgent,
}

impl ResponseTarget {
    const ALL: [Self; 3] = [Self::Normal, Self::Prioritized, Self::Urgent];

    /// LiveEngage's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Prioritized => "PRIORITIZED",
            Self::Urgent => "URGENT",
        }
    }

    /// The one of that name, in upper or lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|target| target.as_str().eq_ignore_ascii_case(name))
    }
}

/// What the newer one says goes before what the older one says.
macro_rules! take {
    ($old:ident, $newer:ident: $($field:ident),+ $(,)?) => {
        $(if $newer.$field.is_some() { $old.$field.clone_from(&$newer.$field); })+
    };
}

impl Profile {
    /// Takes over what a newer profile says. What it does not mention stays. Contacts, an age, push notifications and a wish are
    /// taken as a whole, since parts of different ones do not make one.
    pub fn merge(&mut self, newer: &Self) {
        take!(self, newer: name, phone, language, first_name, last_name, user_id, role, avatar_url, background_url,
            description, email, push, routing);
        let (old, new) = (&mut self.customer, &newer.customer);
        take!(old, new: customer_type, customer_status, balance, currency, customer_id, social_id, imei, user_name,
            company_size, company_branch, account_name, role, last_payment_date, registration_date, login_status);
        let (old, new) = (&mut self.personal, &newer.personal);
        take!(old, new: first_name, last_name, age, gender, company, language);
        if !new.contacts.is_empty() {
            old.contacts.clone_from(&new.contacts);
        }
    }
}

#[cfg(test)]
mod tests;
