//! Who a person is: Meta tells it when it is asked.
//! <https://developers.facebook.com/docs/messenger-platform/identity/user-profile>,
//! <https://developers.facebook.com/docs/messenger-platform/instagram/features/user-profile>

use serde_json::{Map, Value};

use super::{Inbox, Network};
use crate::http::{HttpRequest, HttpResponse, Method};
use crate::message::{CustomerInfo, Profile};
use crate::platforms::meta::app::is_id;
use crate::platforms::reading::hint;

/// The request that asks. The id is a part of its path, so it is to be one.
pub(super) fn request(inbox: &Inbox, consumer: &str) -> Option<HttpRequest> {
    let fields = match inbox.network {
        Network::Messenger => "first_name,last_name,profile_pic",
        Network::Instagram => "name,username,profile_pic",
    };
    let path = format!("{consumer}?fields={fields}");
    is_id(consumer).then(|| inbox.app.request(Method::Get, &path))
}

/// What the answer tells, if anything.
pub(super) fn read(response: &HttpResponse) -> Option<Profile> {
    if response.status != 200 {
        return None;
    }
    let fields: Map<String, Value> = response.json()?;
    let first_name = hint(&fields, "first_name");
    let last_name = hint(&fields, "last_name");
    let both = || {
        let names: Vec<&str> = [first_name.as_deref(), last_name.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        (!names.is_empty()).then(|| names.join(" "))
    };
    let username = hint(&fields, "username");
    let profile = Profile {
        name: hint(&fields, "name").or_else(both).or(username.clone()),
        first_name,
        last_name,
        avatar_url: hint(&fields, "profile_pic"),
        customer: CustomerInfo {
            social_id: username,
            ..CustomerInfo::default()
        },
        ..Profile::default()
    };
    (profile != Profile::default()).then_some(profile)
}
