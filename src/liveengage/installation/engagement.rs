//! `capabilities.engagement`: what campaigns may use. Without it conversations come, but campaigns and reports do not know them.
//!
//! The enumerations are documented; the greatest numbers are those of the Connector App Hub's form.

use super::look::{Findings, Object};

pub(super) const VISITOR_BEHAVIOR: &[&str] = &[
    "visited_location",
    "time_on_location",
    "flow",
    "engaged_in_session",
    "about_to_abandon",
    "cart_value",
    "cart_items",
    "visitor_error",
    "viewed_products",
    "service_activity",
];
pub(super) const TARGET_AUDIENCE: &[&str] = &[
    "external_referral",
    "search_keywords",
    "ip",
    "platform",
    "geo_location",
    "returning_visitors",
    "marketing_source",
    "customer_type",
    "age",
    "balance",
    "customer_id",
    "gender",
    "store_zip_code",
    "store_number",
    "company_size",
    "registration_date",
];
pub(super) const GOAL: &[&str] = &[
    "url",
    "purchase_total",
    "num_of_pages",
    "lead",
    "service_activity",
];
/// A connector speaks for consumers that it has identified.
pub(super) const CONSUMER_IDENTITY: &[&str] = &["auth"];
const ENTRY_POINT: &[&str] = &["section", "url"];

/// Lists of the section: name, values, least and greatest number.
const LISTS: [(&str, &[&str], usize, usize); 5] = [
    ("entry_point", ENTRY_POINT, 1, 10),
    ("visitor_behavior", VISITOR_BEHAVIOR, 0, 10),
    ("target_audience", TARGET_AUDIENCE, 0, 20),
    ("goal", GOAL, 0, 10),
    ("consumer_identity", CONSUMER_IDENTITY, 1, 5),
];
const FLAGS: [&str; 3] = ["design_engagement", "design_window", "language_selection"];

pub(super) fn examine(section: &Object<'_>, found: &mut Findings) {
    for key in FLAGS {
        if section.flag(found, key) == Some(true) && key != "language_selection" {
            found.note(
                section.at(key),
                "asks for the design of something that this connector does not show",
                "write false",
            );
        }
    }
    for (key, values, least, most) in LISTS {
        examine_list(section, found, key, values, least..=most);
    }
    let mut known = FLAGS.to_vec();
    known.extend(LISTS.map(|(key, ..)| key));
    section.unknown(found, &known);
}

fn examine_list(
    section: &Object<'_>,
    found: &mut Findings,
    key: &str,
    values: &[&str],
    number: std::ops::RangeInclusive<usize>,
) {
    let cure = format!("write only: {}", values.join(", "));
    let mut seen = Vec::new();
    let texts = section.texts(found, key, |found, path, text| {
        if !values.contains(&text) {
            found.wrong(path, "is none of the documented values", cure.as_str());
        } else if seen.contains(&text) {
            found.wrong(path, "stands there twice", "take it out");
        }
        seen.push(text);
    });
    let Some(texts) = texts else {
        if *number.start() > 0 && section.get(key).is_none() {
            found.wrong(section.at(key), "is missing", cure);
        }
        return;
    };
    if !number.contains(&texts.len()) {
        let problem = format!(
            "has {} values; the Connector App Hub takes {} to {}",
            texts.len(),
            number.start(),
            number.end()
        );
        found.wrong(section.at(key), problem, cure);
    }
}
