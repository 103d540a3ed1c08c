//! Outlines within the limits of platforms.

use super::outline::sketch;
use super::*;
use crate::rich::outline;
use crate::rich::outline::{Beyond, Block, Card, Limits, fit, is_uniform, uniform_runs};

fn button(title: &str) -> Value {
    json!({"type": "button", "title": title, "click": {"actions": [{"type": "publishText"}]}})
}

fn link(page: &str) -> Value {
    let uri = format!("https://{page}.example");
    json!({"type": "button", "title": page, "click": {"actions": [{"type": "link", "uri": uri}]}})
}

fn card(title: &str, taps: &[Value]) -> Value {
    let mut elements = vec![json!({"type": "text", "text": title})];
    elements.extend_from_slice(taps);
    json!({"type": "vertical", "elements": elements})
}

fn buttons(count: usize) -> Vec<Value> {
    let titles = 'a'..='z';
    titles
        .take(count)
        .map(|title| button(&title.to_string()))
        .collect()
}

fn fitted(content: &Value, limits: &Limits) -> Vec<String> {
    sketch(&fit(outline(None, Some(&parse(content)), None), limits))
}

const THREE_TAPS: Limits = Limits {
    taps_per_card: 3,
    menu_options: 0,
    ..Limits::NONE
};

#[test]
fn a_card_with_too_many_taps_is_several_cards_or_ends_in_numbered_lines() {
    let content = card("Which?", &buttons(4));
    assert_eq!(
        fitted(&content, &THREE_TAPS),
        ["card <> Which? [0 a] [1 b]", "card <> Which? [2 c] [3 d]"]
    );
    let text = Limits {
        beyond: Beyond::Text,
        ..THREE_TAPS
    };
    assert_eq!(
        fitted(&content, &text),
        ["card <> Which? [0 a] [1 b] [2 c]", "text \"4. d\""]
    );
    let menus = Limits {
        menu_options: 10,
        ..THREE_TAPS
    };
    assert_eq!(
        fitted(&content, &menus),
        ["menu \"Which?\"", "  -: [0 a] [1 b] [2 c] [3 d]"]
    );
    let none = Limits {
        taps_per_card: 0,
        ..THREE_TAPS
    };
    assert_eq!(
        fitted(&card("Which?", &buttons(2)), &none),
        ["text \"Which?\\n1. a\\n2. b\""]
    );
}

#[test]
fn links_may_need_cards_of_their_own() {
    let apart = Limits {
        mixed_taps: false,
        ..THREE_TAPS
    };
    let content = card("Shoe", &[link("x"), button("Buy"), link("y")]);
    assert_eq!(
        fitted(&content, &apart),
        [
            "card <> Shoe [0 Buy]",
            "card <> Shoe [x > https://x.example]",
            "card <> Shoe [y > https://y.example]",
        ]
    );
    let text = Limits {
        beyond: Beyond::Text,
        ..apart
    };
    assert_eq!(
        fitted(&content, &text),
        [
            "card <> Shoe [0 Buy]",
            "text \"x: https://x.example\\ny: https://y.example\"",
        ]
    );
    let mut many = buttons(5);
    many.push(link("x"));
    let menus = Limits {
        menu_options: 10,
        ..apart
    };
    assert_eq!(
        fitted(&card("Shoe", &many), &menus),
        [
            "menu \"Shoe\"",
            "  -: [0 a] [1 b] [2 c] [3 d] [4 e]",
            "card <> Shoe [x > https://x.example]",
        ]
    );
}

#[test]
fn a_carousel_with_too_many_cards_is_several_and_without_carousels_it_is_cards() {
    let cards: Vec<Value> = ["A", "B", "C"]
        .iter()
        .map(|title| card(title, &[button(&title.to_lowercase())]))
        .collect();
    let content = json!({"type": "carousel", "elements": cards});
    let two = Limits {
        cards_per_carousel: 2,
        ..THREE_TAPS
    };
    assert_eq!(
        fitted(&content, &two),
        ["beside <> A [0 a]", "beside <> B [1 b]", "card <> C [2 c]"]
    );
    let none = Limits {
        cards_per_carousel: 0,
        ..THREE_TAPS
    };
    assert_eq!(
        fitted(&content, &none),
        ["card <> A [0 a]", "card <> B [1 b]", "card <> C [2 c]"]
    );
}

#[test]
fn what_a_carousels_cards_do_not_take_stands_below_it_by_card() {
    let content = json!({"type": "carousel", "elements": [
        card("A", &buttons(3)),
        card("B", &buttons(1)),
        card("C", &[button("x"), button("y")]),
    ]});
    let one = Limits {
        taps_per_card: 1,
        beyond: Beyond::Text,
        ..THREE_TAPS
    };
    assert_eq!(
        fitted(&content, &one),
        [
            "beside <> A [0 a]",
            "beside <> B [3 a]",
            "beside <> C [4 x]",
            "text \"A\\n2. b\\n3. c\\n\\nC\\n6. y\"",
        ]
    );
}

#[test]
fn uniform_carousels_are_runs_of_cards_of_one_shape() {
    let content = json!({"type": "carousel", "elements": [
        card("A", &buttons(1)),
        card("B", &buttons(1)),
        card("C", &buttons(2)),
        card("D", &[]),
        card("E", &buttons(2)),
    ]});
    let outline = outline(None, Some(&parse(&content)), None);
    let Some(Block::Carousel(cards)) = outline.blocks.first() else {
        panic!()
    };
    assert!(!is_uniform(cards) && is_uniform(&cards[..2]) && is_uniform(&[]));
    let mut pictured: Card = cards[0].clone();
    pictured.title = None;
    assert!(!is_uniform(&[cards[0].clone(), pictured]));
    let lengths: Vec<usize> = uniform_runs(cards.clone()).iter().map(Vec::len).collect();
    assert_eq!(lengths, [2, 1, 1, 1]);
    let uniform = Limits {
        uniform_carousels: true,
        bare_cards: false,
        ..THREE_TAPS
    };
    assert_eq!(
        sketch(&fit(outline, &uniform)),
        [
            "beside <> A [0 a]",
            "beside <> B [1 a]",
            "card <> C [2 a] [3 b]",
            "text \"D\"",
            "card <> E [4 a] [5 b]",
        ]
    );
}

#[test]
fn a_menu_with_too_many_choices_is_several_and_without_menus_it_is_cards() {
    let list = fixture("list_picker");
    let four = Limits {
        menu_options: 4,
        ..THREE_TAPS
    };
    assert_eq!(
        fitted(&list, &four),
        [
            "menu \"What would you like?\"",
            "  Vegetables: [0 Tomato] [1 Onion]",
            "  -: [2 Ketchup]",
            "menu \"What would you like?\"",
            "  -: [3 Mustard] [4 Nothing, thanks]",
        ]
    );
    let text = Limits {
        beyond: Beyond::Text,
        ..four
    };
    assert_eq!(fitted(&list, &text)[3], "text \"5. Nothing, thanks\"");
    assert_eq!(
        fitted(&list, &THREE_TAPS),
        [
            "card <> - / What would you like? / Vegetables [0 Tomato] [1 Onion]",
            "card <> - / What would you like? [2 Ketchup] [3 Mustard] [4 Nothing, thanks]",
        ]
    );
}

#[test]
fn quick_replies_that_are_too_many_are_lines_with_their_numbers() {
    let replies = QuickReplies::parse(
        &json!({"replies": [button("Yes"), link("x"), button("No"), button("Maybe")]}),
    );
    let whole = outline(Some("Well?"), None, Some(&replies));
    let limits = Limits {
        replies: 2,
        reply_links: false,
        ..Limits::NONE
    };
    assert_eq!(
        sketch(&fit(whole, &limits)),
        [
            "text \"Well?\\n\\nx: https://x.example\\n3. Maybe\"",
            "replies [0 Yes] [1 No]",
        ]
    );
    let marks = QuickReplies::parse(&fixture("survey_marks"));
    let none = Limits {
        replies: 0,
        ..Limits::NONE
    };
    let marks = fit(outline(Some("How?"), None, Some(&marks)), &none);
    assert_eq!(
        sketch(&marks),
        ["text \"How?\\n\\n- 0\\n- 1\\n- 2\\n- 10\""]
    );
}

#[test]
fn addresses_that_the_platform_refuses_are_text() {
    let https = Limits {
        pictures: |url| url.starts_with("https:"),
        links: |url| url.starts_with("https:"),
        ..THREE_TAPS
    };
    let app = json!({"type": "button", "title": "App", "click": {"actions": [{"type": "link", "uri": "shop://a"}]}});
    let content = json!({"type": "vertical", "elements": [
        {"type": "image", "url": "http://a.example/b.png", "caption": "Boots"},
        {"type": "text", "text": "Nice", "tag": "title"}, button("Buy"), app]});
    assert_eq!(
        fitted(&content, &https),
        [
            "card <> Nice / Boots [0 Buy]",
            "text \"http://a.example/b.png\\nApp: shop://a\"",
        ]
    );
    let alone = json!({"type": "image", "url": "http://a.example/b.png", "caption": "Boots"});
    assert_eq!(
        fitted(&alone, &https),
        ["text \"Boots: http://a.example/b.png\""]
    );
}

#[test]
fn a_cards_own_link_makes_room_among_its_taps() {
    let content = json!({"type": "vertical", "elements": [
        {"type": "image", "url": "https://a.example/b.png", "click": {"actions": [
            {"type": "link", "uri": "https://shop.example", "name": "Shop"}]}},
        {"type": "text", "text": "Boots"}, button("a"), button("b"), button("c")]});
    let links = Limits {
        card_links: true,
        ..THREE_TAPS
    };
    let whole = outline(None, Some(&parse(&content)), None);
    let fitting = fit(whole.clone(), &links);
    assert_eq!(sketch(&fitting), ["card <b.png> Boots [0 a] [1 b] [2 c]"]);
    let Some(Block::Card(card)) = fitting.blocks.first() else {
        panic!()
    };
    assert_eq!(card.link.as_deref(), Some("https://shop.example"));
    assert_eq!(fit(whole, &THREE_TAPS).blocks.len(), 2);
}
