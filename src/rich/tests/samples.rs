//! What is shown, and what can be chosen.

use super::*;

/// A sample, what is shown of it, and titles and published texts of what can be chosen.
type Sample = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

fn check(samples: &[Sample]) {
    for (name, text, pairs) in samples {
        let choices = offered(name);
        let offered: Vec<(&str, &str)> = choices
            .iter()
            .map(|choice| (choice.title.as_str(), choice.text.as_str()))
            .collect();
        assert_eq!(shown(name), *text, "{name}");
        assert_eq!(offered, *pairs, "{name}");
    }
}

#[test]
fn cards_are_shown_line_by_line_and_several_with_blank_lines_between() {
    check(&[
        (
            "generic_card",
            "Shoe: https://img.example.com/shoe.png\n\
             Running shoe\n\
             Light and fast\n\
             1. Buy\n\
             Details: https://shop.example.com/1",
            &[("Buy", "Buy running shoe")],
        ),
        (
            "carousel",
            "https://img.example.com/red.png\n\
             Red\n\
             1. Choose\n\n\
             https://img.example.com/blue.png\n\
             Blue\n\
             2. Choose",
            &[("Choose", "choose red"), ("Choose", "choose blue")],
        ),
        (
            "carousel_select",
            "Pick your toppings\n\n\
             Olives\n\n\
             Capers\n\n\
             1. Order",
            &[("Order", "order")],
        ),
        (
            "accordion_select",
            "Express – 5 €\n\
             Arrives tomorrow\n\
             1. Take it\n\n\
             Standard\n\
             Arrives on Friday\n\
             2. Take it",
            &[("Take it", "express"), ("Take it", "standard")],
        ),
        (
            "tabs",
            "Starters\n\
             A soup\n\
             1. Soup\n\n\
             Mains\n\
             A stew",
            &[("Soup", "soup")],
        ),
        (
            "nested_containers",
            "https://img.example.com/logo.png\n\
             Flight 12\n\
             On time\n\n\
             Seat 1A\n\
             1. 1A\n\n\
             Seat 2C\n\
             2. 2C\n\n\
             3. Any seat",
            &[
                ("1A", "seat 1A"),
                ("2C", "seat 2C"),
                ("Any seat", "any seat"),
            ],
        ),
        (
            "unknown_container",
            "1. Left\n\
             2. Right",
            &[("Left", "left"), ("Right", "right")],
        ),
    ]);
}

#[test]
fn lists_are_numbered_across_their_sections() {
    check(&[(
        "list_picker",
        "What would you like?\n\n\
             Vegetables\n\
             1. Tomato\n\
             2. Onion\n\n\
             3. Ketchup\n\
             4. Mustard\n\n\
             5. Nothing, thanks",
        &[
            ("Tomato", "tomato"),
            ("Onion", "onion"),
            ("Ketchup", "ketchup"),
            ("Mustard", "mustard"),
            ("Nothing, thanks", "nothing"),
        ],
    )]);
}

#[test]
fn basic_elements_are_lines() {
    check(&[
        ("text", "Your parcel is on its way.", &[]),
        (
            "text_with_taps",
            "1. Call me back\n\
             Our terms have changed.\n\
             Terms: https://shop.example.com/terms\n\
             And our prices.\n\
             https://shop.example.com/prices",
            &[("Call me back", "callback")],
        ),
        (
            "image",
            "Front: https://img.example.com/a.png\n\
             https://img.example.com/b.png\n\
             Shop: https://shop.example.com/b\n\
             Side: https://img.example.com/c.png\n\
             1. Side\n\
             Small",
            &[("Side", "side view")],
        ),
        (
            "map",
            "Our office: https://maps.google.com/?q=52.3702,4.8952\n\
             https://maps.google.com/?q=-33.45,-70",
            &[],
        ),
        ("link_preview", "News: https://shop.example.com/news", &[]),
        (
            "key_value_pairs",
            "Order: 4711\n\
             Total: 19.9\n\
             Gift",
            &[],
        ),
        (
            "template_quick_reply",
            "Was that helpful?\n\
             1. Yes\n\
             2. No\n\
             3. Not yet",
            &[("Yes", "Yes"), ("No", "No"), ("Not yet", "Not yet")],
        ),
    ]);
}

#[test]
fn buttons_are_choices_if_they_publish_and_lines_if_not() {
    check(&[
        (
            "button",
            "1. Yes, please – It is free",
            &[("Yes, please", "yes")],
        ),
        (
            "button_without_title",
            "1. Help\n\
             2. silence\n\
             Questions: https://shop.example.com/faq\n\
             Nothing behind it",
            &[("Help", "help me"), ("silence", "silence")],
        ),
        (
            "link",
            "Shop: https://shop.example.com\n\
             App: https://shop.example.com/web\n\
             Lost",
            &[],
        ),
        (
            "navigate",
            "Way to us: https://maps.google.com/?q=52.37,4.89",
            &[],
        ),
        (
            "several_actions",
            "1. Visit us\n\
             Shop: https://maps.google.com/?q=52.37,4.89\n\
             Visit us: https://shop.example.com\n\
             2. Both",
            &[("Visit us", "I will come"), ("Both", "first\nsecond")],
        ),
        ("add_to_cart", "Add to cart", &[]),
        ("custom", "Share", &[]),
        ("unknown_action", "Beam me up", &[]),
    ]);
}

#[test]
fn quick_replies_may_stand_in_the_content() {
    check(&[
        (
            "quick_replies_as_element",
            "Shall we go on?\n\
             1. Go on",
            &[("Go on", "go on")],
        ),
        (
            "quick_replies_within_content",
            "Shall we go on?\n\n\
             1. Go on\n\
             2. Stop",
            &[("Go on", "go on"), ("Stop", "stop")],
        ),
    ]);
}

#[test]
fn days_are_asked_for_and_times_can_be_chosen() {
    check(&[
        (
            "date_picker",
            "Days of your stay (DD.MM.YYYY – DD.MM.YYYY, 2026-01-01 – 2026-02-01)\n\
             Birthday (YYYY-MM-DD)\n\
             Start (YYYY-MM-DD, 2026-01-01 –)\n\
             End (YYYY-MM-DD, – 2026-01-01)",
            &[],
        ),
        (
            "schedule_slots",
            "Your appointment\n\
             1. Ann (2026-01-12 10:40 – 11:40 UTC) – Room 3\n\
             2. 2026-01-12 10:40 – 2026-01-13 11:40 UTC\n\
             3. Whenever you like",
            &[
                ("Ann", "Ann (2026-01-12 10:40 – 11:40 UTC)"),
                (
                    "2026-01-12 10:40 – 2026-01-13 11:40 UTC",
                    "2026-01-12 10:40 – 2026-01-13 11:40 UTC",
                ),
                ("Whenever you like", "Whenever you like"),
            ],
        ),
    ]);
}

#[test]
fn what_is_odd_takes_nothing_else_with_it() {
    check(&[
        (
            "malformed_nodes",
            "A bare text\n\
             [text]\n\
             [image]\n\
             [map]\n\
             [map]\n\
             [linkPreview]\n\
             Which?\n\
             Well?\n\
             1. Yes\n\
             seven\n\
             2. Fine\n\
             3. Bad\n\
             k: v\n\n\
             Last",
            &[("Yes", "Yes"), ("Fine", "fine"), ("Bad", "Bad")],
        ),
        (
            "unknown_element",
            "Look:\n\
             A whale\n\
             Fresh bread\n\
             [sound]\n\
             Film: https://img.example.com/film.mp4",
            &[],
        ),
        (
            "liberal_types",
            "42\n\
             1. 7.5",
            &[("7.5", "true")],
        ),
        ("members_without_lists", "1. Only", &[("Only", "only")]),
        (
            "content_as_text",
            "Written as text\n\
             1. Good",
            &[("Good", "good")],
        ),
    ]);
}

#[test]
fn a_message_that_says_nothing_is_described_or_named() {
    check(&[
        ("nothing_but_alt", "A shower of confetti", &[]),
        ("nothing_known", "[confetti]", &[]),
        ("nothing_at_all", "[horizontal]", &[]),
    ]);
}
