//! What holds for the outline of any content at all, also within any limits.

use proptest::prelude::*;
use proptest::sample::select;

use super::properties::any_content;
use super::*;
use crate::rich::outline;
use crate::rich::outline::{Beyond, Block, Card, Does, Limits, Outline, Tap, fit, is_uniform};

/// What lines say apart from numbers: texts, names and addresses, in no order.
pub(super) fn parts(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines
        .flat_map(|line| line.split(": "))
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// All that an outline says, as text.
fn said(outline: &Outline) -> String {
    let blocks = outline.blocks.iter().map(|b| b.text(outline.numbered));
    let replies = outline.replies.iter().map(|tap| tap.line(outline.numbered));
    let all: Vec<String> = blocks.chain(replies).collect();
    all.join("\n")
}

fn cards(outline: &Outline) -> Vec<&Card> {
    let mut cards = Vec::new();
    for block in &outline.blocks {
        match block {
            Block::Card(card) => cards.push(card),
            Block::Carousel(several) => cards.extend(several),
            _ => {}
        }
    }
    cards
}

fn taps(outline: &Outline) -> Vec<&Tap> {
    let mut taps: Vec<&Tap> = outline.replies.iter().collect();
    taps.extend(cards(outline).into_iter().flat_map(|card| &card.taps));
    for block in &outline.blocks {
        if let Block::Menu(menu) = block {
            taps.extend(menu.options());
        }
    }
    taps
}

fn chosen(outline: &Outline) -> Vec<usize> {
    let mut indices: Vec<usize> = taps(outline)
        .iter()
        .filter_map(|tap| match tap.does {
            Does::Choose(index) => Some(index),
            _ => None,
        })
        .collect();
    indices.sort_unstable();
    indices
}

/// That everything which `shown` says is in the outline, as often as it is said.
fn nothing_is_missing(shown: &str, outline: &Outline) -> Result<(), TestCaseError> {
    let mut found = parts(&said(outline));
    for part in parts(shown) {
        let at = found.iter().position(|other| *other == part);
        prop_assert!(
            at.is_some(),
            "{:?} of {:?} is not in {:?}",
            part,
            shown,
            outline
        );
        found.swap_remove(at.unwrap());
    }
    Ok(())
}

fn is_sound(outline: &Outline, offered: &[Choice]) -> Result<(), TestCaseError> {
    for tap in taps(outline) {
        prop_assert!(!tap.title.trim().is_empty());
        if let Does::Choose(index) = tap.does {
            prop_assert_eq!(&tap.title, &offered[index].title);
        }
    }
    for block in &outline.blocks {
        prop_assert!(!block.text(true).trim().is_empty(), "{:?}", outline);
        match block {
            Block::Card(card) => prop_assert!(!card.taps.is_empty() || card.picture.is_some()),
            Block::Carousel(cards) => prop_assert!(cards.len() > 1),
            Block::Menu(menu) => {
                prop_assert!(
                    menu.sections
                        .iter()
                        .all(|section| !section.options.is_empty())
                );
                prop_assert!(menu.options().all(Tap::is_choice));
            }
            _ => {}
        }
    }
    for card in cards(outline) {
        prop_assert!(
            card.picture.is_some() || !card.some_words().is_empty(),
            "{:?}",
            card
        );
    }
    Ok(())
}

/// Content in which cards, lists and boxes lie in each other as they like.
fn trees() -> impl Strategy<Value = Value> {
    let action = prop_oneof![
        4 => "[a-z]{1,4}".prop_map(|text| json!({"type": "publishText", "text": text})),
        2 => "[a-z]{1,4}".prop_map(|page| json!({"type": "link", "uri": format!("https://a.example/{page}")})),
        1 => Just(json!({"type": "link", "uri": "shop://a", "name": "App"})),
        1 => Just(json!({"type": "navigate", "la": 1.5, "lo": "2", "name": "Here"})),
        1 => Just(json!({"type": "datePicker", "title": "When"})),
        1 => Just(json!({"type": "scheduleSlotList", "title": "Times", "slots": [{"title": "Noon"}, {"start": 1_768_214_400}]})),
        1 => Just(json!({"type": "custom"})),
    ];
    let actions = prop::collection::vec(action, 0..3);
    let leaf = (
        select(vec![
            "text", "text", "image", "button", "button", "button", "checkbox", "map", "linkPreview",
            "template", "submitButton", "keyValuePairList", "hologram",
        ]),
        "[A-Z][a-z]{0,5}( [a-z]{1,5})?",
        actions,
        any::<bool>(),
    )
        .prop_map(|(kind, words, actions, marked)| {
            let click = json!({"actions": actions});
            let url = if marked { "https://img.example.com/a" } else { "http://img.example.com/a" };
            let tag = if marked { "title" } else { "footer" };
            match kind {
                "image" => json!({"type": kind, "url": url, "caption": marked.then_some(words), "click": click}),
                "button" | "submitButton" => json!({"type": kind, "title": words, "click": click}),
                "map" => json!({"type": kind, "la": 1, "lo": 2, "tooltip": words}),
                "linkPreview" => json!({"type": kind, "url": url, "title": words, "click": click}),
                "template" => json!({"type": kind, "title": words, "resp": ["Yes", "No"]}),
                "keyValuePairList" => json!({"type": kind, "elements": [{"key": words, "value": "v"}]}),
                kind => json!({"type": kind, "text": words, "tag": tag, "click": click}),
            }
        });
    leaf.prop_recursive(4, 40, 6, |inner| {
        let kinds = vec![
            "vertical", "vertical", "horizontal", "carousel", "carousel", "accordionSelect", "tabs",
            "list", "sectionList", "section", "checklist", "buttonList", "other",
        ];
        let elements = prop::collection::vec(inner, 0..6);
        (select(kinds), elements, any::<bool>()).prop_map(|(kind, elements, replies)| {
            let replies = replies.then(|| json!({"replies": [
                {"title": "Fine", "click": {"actions": [{"type": "publishText"}]}}]}));
            json!({"type": kind, "elements": elements, "titles": [{"name": "Head"}], "quickReplies": replies})
        })
    })
}

fn contents() -> impl Strategy<Value = Value> {
    prop_oneof![2 => trees(), 1 => any_content()]
}

fn limits() -> impl Strategy<Value = Limits> {
    let flags = any::<[bool; 7]>();
    (0_usize..4, 0_usize..4, 0_usize..5, 0_usize..3, flags).prop_map(
        |(taps_per_card, cards_per_carousel, menu_options, replies, flags)| {
            let [
                mixed_taps,
                bare_cards,
                card_links,
                uniform_carousels,
                reply_links,
                again,
                strict,
            ] = flags;
            let any: fn(&str) -> bool = |_| true;
            let https: fn(&str) -> bool = |url| url.starts_with("https:");
            let urls = if strict { https } else { any };
            Limits {
                taps_per_card,
                mixed_taps,
                bare_cards,
                card_links,
                cards_per_carousel,
                uniform_carousels,
                menu_options,
                replies,
                reply_links,
                beyond: if again { Beyond::Again } else { Beyond::Text },
                pictures: urls,
                links: urls,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_outline_says_all_that_the_text_says_and_offers_each_choice_once(
        content in contents(), replies in contents(), text in "[a-z]{0,3}",
    ) {
        let (content, replies) = (parse(&content), QuickReplies::parse(&json!({"replies": [replies]})));
        let outline = outline(Some(&text), Some(&content), Some(&replies));
        let offered = choices(Some(&content), Some(&replies));
        prop_assert_eq!(chosen(&outline), (0..offered.len()).collect::<Vec<_>>());
        nothing_is_missing(&plain_text(Some(&text), Some(&content), Some(&replies)), &outline)?;
        is_sound(&outline, &offered)?;
        let unlimited = fit(outline.clone(), &Limits::NONE);
        prop_assert_eq!(taps(&unlimited).len(), taps(&outline).len());
        let as_menu = outline.clone().with_replies_as_menu();
        prop_assert!(as_menu.replies.is_empty());
        prop_assert_eq!(chosen(&as_menu), chosen(&outline));
        nothing_is_missing(&said(&outline), &as_menu)?;
    }

    #[test]
    fn within_limits_everything_is_still_there_and_typed_numbers_stay_what_they_are(
        content in contents(), replies in contents(), limits in limits(),
    ) {
        let (content, replies) = (parse(&content), QuickReplies::parse(&json!({"replies": [replies]})));
        let offered = choices(Some(&content), Some(&replies));
        let before = outline(None, Some(&content), Some(&replies));
        let after = fit(before.clone(), &limits);
        is_sound(&after, &offered)?;
        // A link may be opened by the card alone, without a name.
        if !limits.card_links {
            nothing_is_missing(&said(&before), &after)?;
        }
        let tapped = chosen(&after);
        let mut once = tapped.clone();
        once.dedup();
        prop_assert_eq!(&once, &tapped);
        let said = said(&after);
        for (index, choice) in offered.iter().enumerate() {
            let line = match before.numbered {
                true => format!("{}. {}", index + 1, choice.title),
                false => format!("- {}", choice.title),
            };
            prop_assert!(said.lines().any(|other| other.trim().starts_with(&line)), "{:?}", line);
        }
        prop_assert!(after.replies.len() <= limits.replies);
        prop_assert!(limits.reply_links || after.replies.iter().all(Tap::is_choice));
        for tap in taps(&after) {
            prop_assert!(tap.url().is_none_or(limits.links));
        }
        for card in cards(&after) {
            prop_assert!(card.taps.len() <= limits.taps_per_card);
            prop_assert!(limits.bare_cards || !card.taps.is_empty());
            prop_assert!(card.picture.as_ref().is_none_or(|picture| (limits.pictures)(&picture.url)));
            let choices = card.taps.iter().filter(|tap| tap.is_choice()).count();
            prop_assert!(limits.mixed_taps || choices == card.taps.len() || card.taps.len() == 1);
            let opened = card.link.as_deref();
            prop_assert!(opened.is_none_or(|url| limits.card_links && (limits.links)(url)));
        }
        for block in &after.blocks {
            match block {
                Block::Carousel(cards) => {
                    prop_assert!(cards.len() <= limits.cards_per_carousel);
                    prop_assert!(!limits.uniform_carousels || is_uniform(cards));
                }
                Block::Menu(menu) => prop_assert!(menu.options().count() <= limits.menu_options),
                Block::Picture(picture) => prop_assert!((limits.pictures)(&picture.url)),
                Block::Link(link) => prop_assert!((limits.links)(&link.url)),
                _ => {}
            }
        }
    }
}

#[test]
fn every_sample_has_an_outline_that_says_all_of_it() {
    for (name, value) in fixtures() {
        let content = parse(&value);
        let outline = outline(None, Some(&content), None);
        let offered = choices(Some(&content), None);
        assert_eq!(
            chosen(&outline),
            (0..offered.len()).collect::<Vec<_>>(),
            "{name}"
        );
        nothing_is_missing(&shown(&name), &outline).expect(&name);
        is_sound(&outline, &offered).expect(&name);
    }
}
