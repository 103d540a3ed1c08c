//! The app installation: what this connector asks of an account when it is installed there, and whether a manifest or an
//! existing installation fits.
//!
//! | file | |
//! | --- | --- |
//! | [`Manifest`] (`manifest.rs`) | the manifest to hand to LivePerson |
//! | [`examine`] (`examine.rs`, `webhooks.rs`, `engagement.rs`) | what is wrong with a manifest, or with an installation as LivePerson returns it |
//! | [`probe`] | requests that show whether what is deployed answers as it should |
//!
//! <https://developers.liveperson.com/connector-api-webhooks-configuration.html>,
//! <https://developers.liveperson.com/conversational-cloud-applications-installing-conversational-cloud-applications.html>

mod engagement;
mod examine;
mod look;
mod manifest;
pub mod probe;
mod webhooks;

pub use examine::examine;
pub use manifest::{Header, Manifest, ManifestOptions};

use serde::Serialize;

/// Where LiveEngage posts its notifications, below `PUBLIC_URL`.
pub const WEBHOOK_PATH: &str = "/liveengage/webhooks";
/// The scope of a connector that speaks for consumers.
pub const SCOPE: &str = "msg.consumer";
/// The grant by which a connector gets its AppJWT.
pub const GRANT: &str = "client_credentials";
/// The shortest time for which LiveEngage keeps events that could not be delivered (seconds).
pub const MIN_RETENTION: u64 = 2;
/// The longest one, and the default here: three days (seconds).
pub const MAX_RETENTION: u64 = 259_200;
/// A retention below this outlasts no incident (seconds).
const SHORT_RETENTION: u64 = 3_600;

/// The address that LiveEngage calls.
pub fn webhook_url(public_url: &str) -> String {
    format!("{public_url}{WEBHOOK_PATH}")
}

/// The kinds of events that an installation subscribes to. It gets only those that its manifest names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// Texts and files.
    Content,
    /// Cards and other structured content.
    RichContent,
    /// Delivered and read.
    AcceptStatus,
    /// Typing.
    ChatState,
    /// Opening, closing, transfers, surveys.
    Conversation,
}

impl EventType {
    /// All of them, in the order in which a manifest is written here.
    pub const ALL: [Self; 5] = [
        Self::Content,
        Self::RichContent,
        Self::AcceptStatus,
        Self::ChatState,
        Self::Conversation,
    ];

    /// The key under `capabilities.webhooks`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Content => "ms.MessagingEventNotification.ContentEvent",
            Self::RichContent => "ms.MessagingEventNotification.RichContentEvent",
            Self::AcceptStatus => "ms.MessagingEventNotification.AcceptStatusEvent",
            Self::ChatState => "ms.MessagingEventNotification.ChatStateEvent",
            Self::Conversation => "cqm.ExConversationChangeNotification",
        }
    }

    /// Whether a lost one is soon made up for: it must not bring the whole installation into retry.
    pub fn is_signal(self) -> bool {
        matches!(self, Self::AcceptStatus | Self::ChatState)
    }
}

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// LivePerson would refuse it, or this connector would not get its events.
    Wrong,
    /// It works, but events would be lost, late or held up by others.
    Unwise,
    /// Good to know.
    Note,
}

/// Something about a manifest. It never holds a value of the manifest: a secret may stand anywhere in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where: a JSON pointer (RFC 6901), empty for the whole document; or `PUBLIC_URL`, the setting.
    pub path: String,
    /// What is wrong, as a sentence whose subject is the path.
    pub problem: String,
    /// What to do about it.
    pub cure: String,
}

/// What a manifest is compared with. Whatever is `None` is not compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deployment<'a> {
    /// The deployment's `PUBLIC_URL`.
    pub public_url: Option<&'a str>,
    /// The client id that the account is configured with.
    pub client_id: Option<&'a str>,
}

/// Why LivePerson could not call an address, if it could not: problem and cure.
fn unreachable_address(url: &str) -> Option<(&'static str, &'static str)> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
    .to_ascii_lowercase();
    let local = name == "localhost"
        || name.ends_with(".localhost")
        || name.starts_with("127.")
        || name == "::1"
        || name == "0.0.0.0";
    let cure = "write the address of the deployed connector, which begins with https://";
    if name.is_empty() {
        Some(("is not an address", cure))
    } else if local {
        Some((
            "points to the machine it is read on, which LivePerson cannot call",
            cure,
        ))
    } else if !scheme.eq_ignore_ascii_case("https") {
        Some(("is not https, and LivePerson calls nothing else", cure))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
