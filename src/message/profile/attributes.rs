//! What LivePerson's engagement attributes can say about a person, in our own words.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::read;

/// What the brand knows about the person as a customer: LivePerson's engagement attribute `ctmrinfo`, whose names are read too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerInfo {
    /// Kind of customer, for example `vip`.
    #[serde(
        default,
        alias = "ctype",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub customer_type: Option<String>,
    /// State of the customer, for example `cancelled`.
    #[serde(
        default,
        alias = "cstatus",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub customer_status: Option<String>,
    /// Balance of the account, in `currency`.
    #[serde(
        default,
        deserialize_with = "read::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub balance: Option<Number>,
    /// Currency, for example `USD`.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub currency: Option<String>,
    /// The brand's id of the customer.
    #[serde(
        default,
        alias = "customerId",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub customer_id: Option<String>,
    /// Id in a social network. By default the platform's name.
    #[serde(
        default,
        alias = "socialId",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub social_id: Option<String>,
    /// Id of the device. By default the telephone number.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub imei: Option<String>,
    /// Name of the user. By default the profile's name.
    #[serde(
        default,
        alias = "userName",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_name: Option<String>,
    /// How many people the customer's company has.
    #[serde(
        default,
        alias = "companySize",
        deserialize_with = "read::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub company_size: Option<Number>,
    /// Branch of the company.
    #[serde(
        default,
        alias = "companyBranch",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub company_branch: Option<String>,
    /// Name of the customer's account.
    #[serde(
        default,
        alias = "accountName",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub account_name: Option<String>,
    /// The person's role there, for example `broker`.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub role: Option<String>,
    /// When the customer paid last.
    #[serde(
        default,
        alias = "lastPaymentDate",
        deserialize_with = "read::date",
        skip_serializing_if = "Option::is_none"
    )]
    pub last_payment_date: Option<Date>,
    /// Since when the person is a customer.
    #[serde(
        default,
        alias = "registrationDate",
        deserialize_with = "read::date",
        skip_serializing_if = "Option::is_none"
    )]
    pub registration_date: Option<Date>,
    /// Whether the customer is logged in, in the brand's words.
    #[serde(
        default,
        alias = "loginStatus",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub login_status: Option<String>,
}

/// What is known about the person: LivePerson's engagement attribute `personal`, whose names are read too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalInfo {
    /// First name. By default the profile's.
    #[serde(
        default,
        alias = "firstname",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub first_name: Option<String>,
    /// Last name. By default the profile's.
    #[serde(
        default,
        alias = "lastname",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub last_name: Option<String>,
    /// Age, or date of birth.
    #[serde(
        default,
        deserialize_with = "read::age",
        skip_serializing_if = "Option::is_none"
    )]
    pub age: Option<Age>,
    /// Ways to reach the person, besides the profile's `phone` and `email`.
    #[serde(
        default,
        deserialize_with = "read::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub contacts: Vec<Contact>,
    /// `MALE`, `FEMALE` or `OTHER`.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub gender: Option<String>,
    /// Company.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub company: Option<String>,
    /// IETF language tag. By default the profile's.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub language: Option<String>,
}

/// One way to reach a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// E-mail address.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub phone: Option<String>,
    /// `HOME`, `MOBILE`, `WORK`, `FAX`, `MAIN`, `HOME_FAX`, `WORK_FAX`, `PAGER` or `OTHER`.
    #[serde(
        default,
        alias = "phoneType",
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub phone_type: Option<String>,
    /// Where the person is.
    #[serde(
        default,
        deserialize_with = "read::part",
        skip_serializing_if = "Option::is_none"
    )]
    pub address: Option<Address>,
}

/// Where a person is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Country.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub country: Option<String>,
    /// Region or state.
    #[serde(
        default,
        deserialize_with = "read::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub region: Option<String>,
}

/// An age in years, or what is known of a date of birth. A plain number is read as an age, an ISO date as a date of birth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// Years.
    #[serde(
        default,
        deserialize_with = "read::whole",
        skip_serializing_if = "Option::is_none"
    )]
    pub age: Option<u16>,
    /// Year of birth.
    #[serde(
        default,
        deserialize_with = "read::whole",
        skip_serializing_if = "Option::is_none"
    )]
    pub year: Option<u16>,
    /// Month of birth, from 1.
    #[serde(
        default,
        deserialize_with = "read::whole",
        skip_serializing_if = "Option::is_none"
    )]
    pub month: Option<u16>,
    /// Day of birth, from 1.
    #[serde(
        default,
        deserialize_with = "read::whole",
        skip_serializing_if = "Option::is_none"
    )]
    pub day: Option<u16>,
}

/// A day. It is read from such an object or from an ISO date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Date {
    /// Day of the month, from 1.
    pub day: u16,
    /// Month, from 1.
    pub month: u16,
    /// Year.
    pub year: u16,
}

impl CustomerInfo {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl PersonalInfo {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
