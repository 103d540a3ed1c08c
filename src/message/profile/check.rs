//! A profile without what is wrong with it.

mod rules;

use super::{Age, Contact, Profile};
use rules::{
    Rule, description, email, gender, id, is_age, is_day, language, phone, phone_type, plain,
    push_token, url,
};

/// The most contacts besides the profile's own.
const MOST_CONTACTS: usize = 10;

impl Profile {
    /// The profile without what is wrong with it, and with LivePerson's words for what has such.
    #[must_use]
    pub fn cleaned(&self) -> Self {
        let mut cleaned = self.clone();
        cleaned.clean();
        cleaned
    }

    fn clean(&mut self) {
        for (value, rule) in [
            (&mut self.name, plain as Rule),
            (&mut self.phone, phone),
            (&mut self.language, language),
            (&mut self.first_name, plain),
            (&mut self.last_name, plain),
            (&mut self.user_id, plain),
            (&mut self.role, plain),
            (&mut self.avatar_url, url),
            (&mut self.background_url, url),
            (&mut self.description, description),
            (&mut self.email, email),
        ] {
            clean(value, rule);
        }
        if let Some(push) = &mut self.push {
            clean(&mut push.service_name, plain);
            clean(&mut push.cert_name, plain);
            clean(&mut push.token, push_token);
            if push.token.is_none() {
                self.push = None;
            }
        }
        self.clean_customer();
        self.clean_personal();
        self.clean_routing();
    }

    fn clean_customer(&mut self) {
        let customer = &mut self.customer;
        for value in [
            &mut customer.customer_type,
            &mut customer.customer_status,
            &mut customer.currency,
            &mut customer.customer_id,
            &mut customer.social_id,
            &mut customer.imei,
            &mut customer.user_name,
            &mut customer.company_branch,
            &mut customer.account_name,
            &mut customer.role,
            &mut customer.login_status,
        ] {
            clean(value, plain);
        }
        for date in [
            &mut customer.last_payment_date,
            &mut customer.registration_date,
        ] {
            if date.is_some_and(|date| !is_day(date)) {
                *date = None;
            }
        }
    }

    fn clean_personal(&mut self) {
        let personal = &mut self.personal;
        for (value, rule) in [
            (&mut personal.first_name, plain as Rule),
            (&mut personal.last_name, plain),
            (&mut personal.gender, gender),
            (&mut personal.company, plain),
            (&mut personal.language, language),
        ] {
            clean(value, rule);
        }
        personal.age = personal
            .age
            .filter(|age| is_age(*age) && *age != Age::default());
        personal.contacts.truncate(MOST_CONTACTS);
        for contact in &mut personal.contacts {
            clean_contact(contact);
        }
        personal
            .contacts
            .retain(|contact| *contact != Contact::default());
    }

    fn clean_routing(&mut self) {
        let Some(wish) = &mut self.routing else {
            return;
        };
        for (value, rule) in [
            (&mut wish.skill_id, id as Rule),
            (&mut wish.campaign_id, id),
            (&mut wish.engagement_id, id),
            (&mut wish.language, language),
        ] {
            clean(value, rule);
        }
        // Either is of use only together with the other.
        if wish.campaign_id.is_some() != wish.engagement_id.is_some() {
            (wish.campaign_id, wish.engagement_id) = (None, None);
        }
    }
}

fn clean_contact(contact: &mut Contact) {
    clean(&mut contact.email, email);
    clean(&mut contact.phone, phone);
    clean(&mut contact.phone_type, phone_type);
    if contact.phone.is_none() {
        contact.phone_type = None;
    }
    if let Some(address) = &mut contact.address {
        clean(&mut address.country, plain);
        clean(&mut address.region, plain);
        if address.country.is_none() && address.region.is_none() {
            contact.address = None;
        }
    }
}

/// Takes a text as its rule says. Blank ones are none.
fn clean(value: &mut Option<String>, rule: Rule) {
    let text = value.as_deref().map(str::trim);
    *value = text.filter(|text| !text.is_empty()).and_then(rule);
}
