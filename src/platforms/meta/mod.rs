//! What Meta's platforms (Messenger, Instagram, WhatsApp) have in common: one signature, one handshake, one API with one form of error.

pub mod app;
pub mod envelope;
pub mod graph;
pub mod handshake;
pub mod inbox;
pub mod sending;
pub mod signature;

pub use app::App;

use std::borrow::Cow;

use super::{Acknowledgement, Later};
use crate::http::web_address::{WebAddress, authority};

/// The media type of callbacks and of requests.
pub const JSON: &str = "application/json";

/// The largest callback (bytes): WhatsApp's may have 3 MB, the others' a thousand events, and a larger one would be brought again for
/// days. <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview/>
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// The answer that Meta takes for "received": any body will do.
pub fn acknowledgement() -> Acknowledgement {
    Acknowledgement {
        status: 200,
        content_type: Some("text/plain"),
        body: Cow::Borrowed("EVENT_RECEIVED"),
    }
}

/// Anything but 200 makes Meta come again, for hours at least. It does not say that it heeds `Retry-After`.
/// <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>
pub fn later() -> Later {
    Later {
        status: 503,
        retry_after: 30,
    }
}

/// The hosts that files of consumers are at: Meta's, and that of the API itself where it is not Meta's.
pub fn file_hosts(api_url: &str) -> Vec<String> {
    let own = authority(api_url).filter(|_| !is_meta(api_url));
    let metas = ["*.fbcdn.net", "*.fbsbx.com", "*.cdninstagram.com"].map(str::to_owned);
    metas
        .into_iter()
        .chain(own.map(str::to_ascii_lowercase))
        .collect()
}

fn is_meta(api_url: &str) -> bool {
    let hosts = ["*.facebook.com", "*.instagram.com"].map(str::to_owned);
    WebAddress::parse(api_url).is_some_and(|address| address.is_at(&hosts))
}

#[cfg(test)]
pub(super) mod tests;
