//! Instagram: people write to a professional account. What it has in common with Messenger is in [`super::meta::inbox`].

use super::meta::inbox::{self, Network, Of};
use super::{Abilities, Adapter, Heard, Platform, Shown};
use crate::config::SettingsReader;

/// Instagram in the registry.
pub const PLATFORM: Platform = Platform {
    name: "instagram",
    offers: &[("Instagram", &ABILITIES)],
    at_vendor: "enter it in the app's Instagram settings, with the verify_token of the secret\n\
                subscribe the account to messages, messaging_postbacks, message_reactions, message_edit and messaging_seen",
    build,
};

const ABILITIES: Abilities = Abilities {
    hears: &[
        Heard::Text,
        Heard::Picture,
        Heard::File,
        Heard::Choice,
        Heard::Reaction,
        Heard::Edit,
        Heard::Unsend,
        Heard::Read,
        Heard::Profile,
    ],
    shows: &[
        Shown::Text,
        Shown::Picture,
        Shown::File,
        Shown::Buttons,
        Shown::Card,
        Shown::Carousel,
        Shown::QuickReplies,
    ],
    typing: true,
    receipts: true,
    news: false,
    idempotent: false,
    recognises: false,
    last_heard: true,
};

/// By whom the account's owner has let the app in: each way has a host and tokens of its own.
const LOGINS: [(&str, (&str, &str)); 2] = [
    (
        "instagram",
        (
            "https://graph.instagram.com",
            "generate an Instagram user access token in the app's Instagram settings at Meta, and renew it before its 60 days end",
        ),
    ),
    (
        "facebook",
        (
            "https://graph.facebook.com",
            "generate an access token of the page that the Instagram account is linked to, in the app's settings at Meta",
        ),
    ),
];

/// Builds the adapter from a channel's settings.
fn build(reader: &mut SettingsReader<'_>) -> Option<Box<dyn Adapter>> {
    let (api, token_cure) = reader.choice("login", &LOGINS)?;
    let of = Of {
        network: Network::Instagram,
        abilities: &ABILITIES,
        id_field: "instagram_id",
        id_cure: "copy the id of the Instagram professional account (17841...) from the app's Instagram settings at Meta",
        api,
        token_cure,
        by_token: true,
    };
    let inbox = inbox::read(reader, &of)?;
    Some(Box::new(inbox))
}

#[cfg(test)]
mod tests;
