//! Facebook Messenger: people write to a page. What it has in common with Instagram is in [`super::meta::inbox`].

use super::meta::inbox::{self, Network, Of};
use super::{Abilities, Adapter, Heard, Platform, Shown};
use crate::config::SettingsReader;

/// Messenger in the registry.
pub const PLATFORM: Platform = Platform {
    name: "messenger",
    offers: &[("Messenger", &ABILITIES)],
    at_vendor: "enter it in the app's Messenger settings, with the verify_token of the secret\n\
                subscribe the page to messages, messaging_postbacks, message_reactions, message_edits, message_reads, message_deliveries and message_echoes",
    build,
};

const ABILITIES: Abilities = Abilities {
    hears: &[
        Heard::Text,
        Heard::Picture,
        Heard::File,
        Heard::Sticker,
        Heard::Location,
        Heard::Choice,
        Heard::Reaction,
        Heard::Edit,
        Heard::Unsend,
        Heard::Delivered,
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
    recognises: true,
    last_heard: true,
};

/// Builds the adapter from a channel's settings.
fn build(reader: &mut SettingsReader<'_>) -> Option<Box<dyn Adapter>> {
    let of = Of {
        network: Network::Messenger,
        abilities: &ABILITIES,
        id_field: "page_id",
        id_cure: "copy the Page ID from the page's settings (page transparency) or from the app's Messenger settings at Meta",
        api: "https://graph.facebook.com",
        token_cure: "generate a page access token in the app's Messenger settings at Meta",
        by_token: false,
    };
    let inbox = inbox::read(reader, &of)?;
    Some(Box::new(inbox))
}

#[cfg(test)]
mod tests;
