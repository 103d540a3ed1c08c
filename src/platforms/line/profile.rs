//! Who a person is: callbacks do not tell it, but it can be asked.
//! <https://developers.line.biz/en/reference/messaging-api/#get-profile>

use serde_json::{Map, Value};

use super::Line;
use crate::http::{HttpRequest, HttpResponse, Method};
use crate::message::Profile;
use crate::platforms::reading::hint;

/// The request for a person's profile. `None`: that is no id of a person.
pub(super) fn request(line: &Line, person: &str) -> Option<HttpRequest> {
    let id = Some(person).filter(|id| is_user_id(id))?;
    let url = format!("{}/v2/bot/profile/{id}", line.api_url);
    Some(line.authorized(HttpRequest::new(Method::Get, url)))
}

/// What LINE tells of somebody who has added the account and not blocked it. Of others it tells nothing (404).
pub(super) fn read(answer: &HttpResponse) -> Option<Profile> {
    if answer.status != 200 {
        return None;
    }
    let fields: Map<String, Value> = answer.json()?;
    let profile = Profile {
        name: hint(&fields, "displayName"),
        avatar_url: hint(&fields, "pictureUrl"),
        language: hint(&fields, "language"),
        ..Profile::default()
    };
    (profile != Profile::default()).then_some(profile)
}

/// `U` and 32 hexadecimal digits: it becomes a part of a path.
fn is_user_id(id: &str) -> bool {
    let digits = id.strip_prefix('U').unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
