//! In what Messenger and Instagram differ.

use crate::http::web_address::WebAddress;
use crate::platforms::fitting::{bytes, utf16_units};
use crate::rich::outline::{Beyond, Limits};

const MB: u64 = 1_000_000;

/// Messenger or Instagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// A Facebook page's conversations.
    Messenger,
    /// An Instagram account's conversations.
    Instagram,
}

impl Network {
    /// Whether a text fits into one message: Messenger says "2000 characters" (UTF-16 units are never fewer), Instagram 1000 bytes.
    /// <https://developers.facebook.com/docs/messenger-platform/reference/send-api/>,
    /// <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api>
    pub(super) fn text_fits(self, text: &str) -> bool {
        match self {
            Self::Messenger => utf16_units(text) <= 2000,
            Self::Instagram => bytes(text) <= 1000,
        }
    }

    /// How callbacks are counted that are about another page or account.
    pub(super) fn of_another(self) -> &'static str {
        match self {
            Self::Messenger => "other_page",
            Self::Instagram => "other_account",
        }
    }

    /// The type of an attachment of that media type, if it can be one.
    pub(super) fn attachment(
        self,
        media_type: Option<&str>,
        size: Option<u64>,
    ) -> Option<&'static str> {
        let media_type = media_type.unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        let kind = match self {
            Self::Messenger => messengers(&essence),
            Self::Instagram => instagrams(&essence)?,
        };
        let longest = match (self, kind) {
            (Self::Instagram, "image") => 8 * MB,
            _ => 25 * MB,
        };
        size.is_none_or(|size| size <= longest).then_some(kind)
    }

    /// What its templates take.
    /// <https://developers.facebook.com/docs/messenger-platform/reference/templates/>
    pub(super) fn limits(self) -> Limits {
        Limits {
            taps_per_card: 3,
            mixed_taps: true,
            bare_cards: true,
            card_links: true,
            cards_per_carousel: 10,
            uniform_carousels: false,
            menu_options: 0,
            replies: 13,
            reply_links: false,
            beyond: Beyond::Again,
            pictures: is_secure,
            links: match self {
                Self::Messenger => |url| is_page(url) || telephone(url).is_some(),
                Self::Instagram => is_page,
            },
        }
    }
}

fn messengers(essence: &str) -> &'static str {
    match essence {
        "image/jpeg" | "image/png" | "image/gif" => "image",
        _ if essence.starts_with("audio/") => "audio",
        _ if essence.starts_with("video/") => "video",
        _ => "file",
    }
}

/// <https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message>
fn instagrams(essence: &str) -> Option<&'static str> {
    Some(match essence {
        "image/jpeg" | "image/png" => "image",
        "audio/aac" | "audio/mp4" | "audio/m4a" | "audio/x-m4a" | "audio/wav" | "audio/x-wav" => {
            "audio"
        }
        "video/mp4" | "video/ogg" | "video/x-msvideo" | "video/quicktime" | "video/webm" => "video",
        "application/pdf" => "file",
        _ => return None,
    })
}

/// Whether Meta can fetch a file from there.
pub(super) fn is_secure(url: &str) -> bool {
    WebAddress::parse(url).is_some_and(|address| address.is_private())
}

fn is_page(url: &str) -> bool {
    WebAddress::parse(url).is_some()
}

/// The number that an address dials: `+` and digits.
pub(super) fn telephone(url: &str) -> Option<String> {
    let number = url.strip_prefix("tel:")?;
    let number: String = number
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/'))
        .collect();
    let digits = number.strip_prefix('+')?;
    let whole = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    whole.then_some(number)
}
