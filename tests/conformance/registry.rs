//! That nothing is claimed without being shown: every platform has an exhibit, every claim a fixture.

use std::collections::BTreeSet;

use liveengage_connector::message::{
    ConsumerEvent, Content, EventKind, Profile, ReceiptStatus, Signal,
};
use liveengage_connector::platforms::{Heard, REGISTRY};

use super::exhibits;
use super::kit::{Exhibit, answer};

#[test]
fn every_offer_has_an_exhibit_and_every_platform_a_guide() {
    let offers: Vec<(&str, &str)> = REGISTRY
        .iter()
        .flat_map(|known| known.offers.iter().map(|(title, _)| (known.name, *title)))
        .collect();
    let exhibits = exhibits();
    let mut shown: Vec<(&str, &str)> = exhibits.iter().map(|it| (it.platform, it.offer)).collect();
    let mut sorted = offers.clone();
    sorted.sort_unstable();
    shown.sort_unstable();
    assert_eq!(sorted, shown);
    let titles: BTreeSet<&str> = offers.iter().map(|(_, title)| *title).collect();
    assert_eq!(titles.len(), offers.len(), "two offers of one title");
    let names: BTreeSet<&str> = REGISTRY.iter().map(|known| known.name).collect();
    assert_eq!(names.len(), REGISTRY.len(), "two platforms of one name");
    for name in names {
        let guide = format!("{}/docs/platforms/{name}.md", env!("CARGO_MANIFEST_DIR"));
        assert!(std::fs::exists(&guide).unwrap(), "{guide} is missing");
    }
}

#[test]
fn every_claim_has_a_fixture_that_proves_it() {
    for exhibit in exhibits() {
        let platform = exhibit.platform;
        let mut shown: BTreeSet<Heard> = exhibit.heard.iter().map(|(heard, _)| *heard).collect();
        if asked_for_a_profile(&exhibit) {
            shown.insert(Heard::Profile);
        }
        let offer = exhibit.offer;
        let claimed: BTreeSet<Heard> = exhibit.offered().hears.iter().copied().collect();
        assert_eq!(
            claimed, shown,
            "{offer}: what is claimed, and what is shown"
        );
        for (heard, fixture) in exhibit.heard {
            let parsed = exhibit.read_fixture(fixture);
            let proven = parsed.events.iter().any(|event| proves(*heard, event));
            assert!(proven, "{platform}: {fixture} is no {heard:?}: {parsed:?}");
        }
    }
}

#[test]
fn what_an_adapter_has_is_what_its_offer_has() {
    for exhibit in exhibits() {
        assert_eq!(exhibit.abilities(), exhibit.offered(), "{}", exhibit.offer);
    }
}

/// Where callbacks do not tell who somebody is, the platform may answer it.
fn asked_for_a_profile(exhibit: &Exhibit) -> bool {
    let adapter = exhibit.adapter();
    if adapter.profile(exhibit.consumer).is_none() {
        return false;
    }
    let body = exhibit.fixture("answers/profile.json");
    let known = answer(200, &String::from_utf8(body).unwrap()).unwrap();
    let profile = adapter.read_profile(&known);
    let named = profile.is_some_and(|profile| profile.name.is_some());
    assert!(named, "{}: nobody is told", exhibit.platform);
    true
}

fn proves(heard: Heard, event: &ConsumerEvent) -> bool {
    let content = match &event.event {
        EventKind::Message { content, .. } => Some(content),
        EventKind::Signal(_) => None,
    };
    let picture = |content: &Content| match content {
        Content::File { file } => {
            let kind = file.media_type.as_deref().unwrap_or_default();
            Some(kind.starts_with("image/"))
        }
        _ => None,
    };
    let reported = |wanted: ReceiptStatus| match &event.event {
        EventKind::Signal(Signal::Receipt { status, .. } | Signal::ReceiptUntil { status, .. }) => {
            *status == wanted
        }
        _ => false,
    };
    let aside = matches!(content, Some(Content::Aside { .. }));
    match heard {
        Heard::Text => matches!(content, Some(Content::Text { .. })),
        Heard::Picture => content.and_then(picture) == Some(true),
        Heard::File => content.and_then(picture) == Some(false),
        Heard::Sticker => matches!(content, Some(Content::Text { .. } | Content::File { .. })),
        Heard::Location => matches!(content, Some(Content::Location { .. })),
        Heard::Contact => matches!(content, Some(Content::Text { .. })),
        Heard::Choice => matches!(content, Some(Content::Choice { .. })),
        Heard::Reaction | Heard::Edit | Heard::Unsend | Heard::Follow => aside,
        Heard::OptOut => aside || matches!(content, Some(Content::Text { .. })),
        Heard::Command => matches!(content, Some(Content::Command { .. })),
        Heard::Typing => matches!(event.event, EventKind::Signal(Signal::ChatState { .. })),
        Heard::Delivered => reported(ReceiptStatus::Delivered),
        Heard::Read => reported(ReceiptStatus::Read),
        Heard::Failed => reported(ReceiptStatus::Failed),
        Heard::Profile => event.profile != Profile::default(),
    }
}
