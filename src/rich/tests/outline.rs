//! What a message's outline is.

use super::*;
use crate::rich::outline;
use crate::rich::outline::{Block, Card, Does, Outline, Tap};

/// An outline in few words: one line per block, and a card per line in a carousel.
pub(super) fn sketch(outline: &Outline) -> Vec<String> {
    let mut lines = Vec::new();
    for block in &outline.blocks {
        match block {
            Block::Text(text) => lines.push(format!("text {text:?}")),
            Block::Picture(picture) => {
                let caption = picture.caption.as_deref().unwrap_or("-");
                lines.push(format!("picture {} {caption}", picture.url));
            }
            Block::Place(place) => {
                let title = place.title.as_deref().unwrap_or("-");
                lines.push(format!(
                    "place {},{} {title}",
                    place.latitude, place.longitude
                ));
            }
            Block::Link(link) => {
                let title = link.title.as_deref().unwrap_or("-");
                lines.push(format!("link {} {title}", link.url));
            }
            Block::Card(card) => lines.push(format!("card {}", card_sketch(card))),
            Block::Carousel(cards) => {
                let cards = cards.iter().map(card_sketch);
                lines.extend(cards.map(|card| format!("beside {card}")));
            }
            Block::Menu(menu) => {
                lines.push(format!("menu {:?}", menu.title.as_deref().unwrap_or("-")));
                for section in &menu.sections {
                    let title = section.title.as_deref().unwrap_or("-");
                    lines.push(format!("  {title}:{}", taps_sketch(&section.options)));
                }
            }
        }
    }
    if !outline.replies.is_empty() {
        lines.push(format!("replies{}", taps_sketch(&outline.replies)));
    }
    lines
}

/// Picture, title and lines, then taps.
fn card_sketch(card: &Card) -> String {
    let picture = card.picture.as_ref().map_or("", |picture| {
        assert_eq!(picture.caption, None);
        picture.url.rsplit('/').next().unwrap()
    });
    let title = card.title.as_deref().unwrap_or("-");
    let lines: String = card.lines.iter().map(|line| format!(" / {line}")).collect();
    format!("<{picture}> {title}{lines}{}", taps_sketch(&card.taps))
}

fn taps_sketch(taps: &[Tap]) -> String {
    let tap = |tap: &Tap| {
        let Tap { title, more, does } = tap;
        match does {
            Does::Choose(index) => format!(" [{index} {title}{more}]"),
            Does::Open(url) => format!(" [{title} > {url}]"),
            Does::Navigate {
                latitude,
                longitude,
                ..
            } => format!(" [{title} @ {latitude},{longitude}]"),
        }
    };
    taps.iter().map(tap).collect()
}

pub(super) fn of(content: &Value) -> Outline {
    outline(None, Some(&parse(content)), None)
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn picture(name: &str) -> Value {
    json!({"type": "image", "url": format!("https://img.example.com/{name}")})
}

fn button(title: &str) -> Value {
    let action = json!({"type": "publishText", "text": title});
    json!({"type": "button", "title": title, "click": {"actions": [action]}})
}

fn column(elements: &[Value]) -> Value {
    json!({"type": "vertical", "elements": elements})
}

fn row(elements: &[Value]) -> Value {
    json!({"type": "horizontal", "elements": elements})
}

#[test]
fn words_right_before_buttons_or_a_menu_belong_to_them() {
    let buttons = parse(&column(&[button("Yes"), button("No")]));
    let asked = outline(Some("Shall we?"), Some(&buttons), None);
    assert_eq!(sketch(&asked), ["card <> - / Shall we? [0 Yes] [1 No]"]);
    let list = json!({"type": "checklist", "elements": [button("A"), button("B")]});
    let asked = outline(Some("Which?"), Some(&parse(&list)), None);
    assert_eq!(sketch(&asked), ["menu \"Which?\"", "  -: [0 A] [1 B]"]);
    let card = parse(&column(&[text("Shoe"), button("Buy")]));
    let shown = outline(Some("Look:"), Some(&card), None);
    assert_eq!(sketch(&shown), ["text \"Look:\"", "card <> Shoe [0 Buy]"]);
}

#[test]
fn a_picture_that_is_called_what_its_card_is_called_is_not_named_twice() {
    let card = |caption: &str| {
        json!({ "type": "vertical", "elements": [
            { "type": "image", "url": "https://a.example/shoe.png", "caption": caption },
            { "type": "text", "text": "Running shoe", "tag": "title" },
            { "type": "text", "text": "Light and fast", "tag": "subtitle" },
        ] })
    };
    let once = "card <shoe.png> Running shoe / Light and fast";
    assert_eq!(sketch(&of(&card("Running shoe"))), [once]);
    let both = "card <shoe.png> Running shoe / From the left / Light and fast";
    assert_eq!(sketch(&of(&card("From the left"))), [both]);
}

#[test]
fn boxes_in_a_card_are_one_card_and_several_cards_are_several() {
    let one = row(&[
        picture("a"),
        column(&[text("A"), text("more"), row(&[button("1"), button("2")])]),
    ]);
    assert_eq!(sketch(&of(&one)), ["card <a> A / more [0 1] [1 2]"]);
    let rows = column(&[
        text("Seats"),
        row(&[text("Window"), button("1A")]),
        row(&[text("Aisle"), button("2C")]),
        text("Prices differ."),
    ]);
    assert_eq!(
        sketch(&of(&rows)),
        [
            "text \"Seats\"",
            "card <> Window [0 1A]",
            "card <> Aisle [1 2C]",
            "text \"Prices differ.\"",
        ]
    );
    let flat = column(&[
        picture("a"),
        text("A"),
        button("1"),
        picture("b"),
        text("B"),
        button("2"),
        text("footer"),
    ]);
    assert_eq!(
        sketch(&of(&flat)),
        ["card <a> A [0 1]", "card <b> B / footer [1 2]"]
    );
}

#[test]
fn a_title_is_what_is_marked_as_one_and_else_the_first_text() {
    let marked = column(&[
        text("New"),
        json!({"type": "text", "text": "Shoe", "tag": "title"}),
        button("Buy"),
    ]);
    assert_eq!(sketch(&of(&marked)), ["card <> Shoe / New [0 Buy]"]);
    let bold = column(&[
        text("New"),
        json!({"type": "text", "text": "Shoe", "style": {"bold": true}}),
        button("Buy"),
    ]);
    assert_eq!(sketch(&of(&bold)), ["card <> Shoe / New [0 Buy]"]);
    let plain = column(&[text("New"), text("Shoe"), button("Buy")]);
    assert_eq!(sketch(&of(&plain)), ["card <> New / Shoe [0 Buy]"]);
}

#[test]
fn a_tap_on_a_picture_is_the_cards_link_and_a_tap() {
    let content = column(&[
        json!({"type": "image", "url": "https://img.example.com/a", "alt": "A shoe", "click": {"actions": [
            {"type": "link", "uri": "https://shop.example.com", "name": "Shop"}]}}),
        text("Shoe"),
        button("Buy"),
    ]);
    let outline = of(&content);
    assert_eq!(
        sketch(&outline),
        ["card <a> Shoe [Shop > https://shop.example.com] [0 Buy]"]
    );
    let Some(Block::Card(card)) = outline.blocks.first() else {
        panic!()
    };
    assert_eq!(card.link.as_deref(), Some("https://shop.example.com"));
    let alt = card.picture.as_ref().unwrap().alt.as_deref();
    assert_eq!(alt, Some("A shoe"));
    assert_eq!(card.some_words(), "Shoe");
}

#[test]
fn a_list_with_more_than_choices_loses_nothing_of_it() {
    let list = json!({"type": "list", "elements": [
        text("Which?"),
        {"type": "sectionList", "elements": [
            {"type": "section", "elements": [text("Fruit"), {"type": "checklist", "elements": [
                button("Apple"), {"type": "checkbox", "text": "Sold out"}]}]},
            {"type": "section", "elements": [text("Nothing here")]},
        ]},
        {"type": "buttonList", "elements": [
            {"type": "button", "title": "Terms", "click": {"actions": [
                {"type": "link", "uri": "https://shop.example.com/terms"}]}}]},
    ]});
    assert_eq!(
        sketch(&of(&list)),
        [
            "menu \"Which?\"",
            "  Fruit: [0 Apple]",
            "card <> - / Sold out / Nothing here [Terms > https://shop.example.com/terms]",
        ]
    );
    let pictured = json!({"type": "list", "elements": [row(&[picture("a"), button("A")])]});
    assert_eq!(sketch(&of(&pictured)), ["card <a> - [0 A]"]);
}

#[test]
fn a_block_can_be_written_as_text_and_its_choices_keep_their_numbers() {
    for name in [
        "generic_card",
        "carousel",
        "list_picker",
        "template_quick_reply",
        "map",
    ] {
        let outline = of(&fixture(name));
        let blocks = outline.blocks.iter().map(|block| block.text(true));
        let texts: Vec<String> = blocks.collect();
        let mut parts = super::outline_properties::parts(&texts.join("\n"));
        let mut expected = super::outline_properties::parts(&shown(name));
        parts.sort();
        expected.sort();
        assert_eq!(parts, expected, "{name}");
    }
    let list = of(&fixture("list_picker"));
    assert_eq!(
        list.blocks[0].text(true),
        "What would you like?\n\nVegetables\n1. Tomato\n2. Onion\n\n3. Ketchup\n4. Mustard\n5. Nothing, thanks"
    );
}

#[test]
fn quick_replies_can_be_a_menu() {
    let replies = QuickReplies::parse(&json!({"replies": [button("Yes"), button("No"),
        {"title": "Help", "click": {"actions": [{"type": "link", "uri": "https://shop.example.com"}]}}]}));
    let menu = outline(Some("Well?"), None, Some(&replies)).with_replies_as_menu();
    assert_eq!(
        sketch(&menu),
        [
            "text \"Well?\"",
            "card <> - [Help > https://shop.example.com]",
            "menu \"-\"",
            "  -: [0 Yes] [1 No]",
        ]
    );
    let replies = QuickReplies::parse(&fixture("quick_replies"));
    let menu = outline(Some("Well?"), None, Some(&replies)).with_replies_as_menu();
    assert_eq!(sketch(&menu), ["menu \"Well?\"", "  -: [0 Yes] [1 No]"]);
}
