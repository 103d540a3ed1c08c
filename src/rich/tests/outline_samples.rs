//! The samples' outlines.

use super::outline::{of, sketch};
use super::*;
use crate::rich::outline;
use crate::rich::outline::Outline;

fn check(samples: &[(&str, &[&str])]) {
    for (name, expected) in samples {
        assert_eq!(sketch(&of(&fixture(name))), *expected, "{name}");
    }
}

#[test]
fn pictures_words_and_buttons_make_cards_and_several_a_carousel() {
    check(&[
        (
            "generic_card",
            &[
                "card <shoe.png> Running shoe / Shoe / Light and fast [0 Buy] \
               [Details > https://shop.example.com/1]",
            ],
        ),
        (
            "carousel",
            &[
                "beside <red.png> Red [0 Choose]",
                "beside <blue.png> Blue [1 Choose]",
            ],
        ),
        (
            "accordion_select",
            &[
                "beside <> Express – 5 € / Arrives tomorrow [0 Take it]",
                "beside <> Standard / Arrives on Friday [1 Take it]",
            ],
        ),
        (
            "tabs",
            &[
                "beside <> Starters / A soup [0 Soup]",
                "beside <> Mains / A stew",
            ],
        ),
        (
            "nested_containers",
            &[
                "card <logo.png> Flight 12 / On time",
                "beside <> Seat 1A [0 1A]",
                "beside <> Seat 2C [1 2C]",
                "card <> - [2 Any seat]",
            ],
        ),
        (
            "carousel_select",
            &["card <> - / Pick your toppings\n\nOlives\n\nCapers [0 Order]"],
        ),
        ("unknown_container", &["card <> - [0 Left] [1 Right]"]),
    ]);
}

#[test]
fn lists_templates_and_times_make_menus() {
    check(&[
        (
            "list_picker",
            &[
                "menu \"What would you like?\"",
                "  Vegetables: [0 Tomato] [1 Onion]",
                "  -: [2 Ketchup] [3 Mustard] [4 Nothing, thanks]",
            ],
        ),
        (
            "template_quick_reply",
            &[
                "menu \"Was that helpful?\"",
                "  -: [0 Yes] [1 No] [2 Not yet]",
            ],
        ),
        (
            "schedule_slots",
            &[
                "menu \"Your appointment\"",
                "  -: [0 Ann (2026-01-12 10:40 – 11:40 UTC) – Room 3] \
                 [1 2026-01-12 10:40 – 2026-01-13 11:40 UTC] [2 Whenever you like]",
            ],
        ),
    ]);
}

#[test]
fn basic_elements_are_what_they_are() {
    check(&[
        ("text", &["text \"Your parcel is on its way.\""]),
        (
            "text_with_taps",
            &[
                "card <> - [0 Call me back]",
                "card <> Our terms have changed. / And our prices. [Terms > https://shop.example.com/terms] \
                 [shop.example.com > https://shop.example.com/prices]",
            ],
        ),
        (
            "image",
            &[
                "picture https://img.example.com/a.png Front",
                "card <b.png> - [Shop > https://shop.example.com/b]",
                "card <c.png> Side / Small [0 Side]",
            ],
        ),
        (
            "map",
            &["place 52.3702,4.8952 Our office", "place -33.45,-70 -"],
        ),
        ("link_preview", &["link https://shop.example.com/news News"]),
        (
            "key_value_pairs",
            &["text \"Order: 4711\\nTotal: 19.9\\nGift\""],
        ),
        ("button", &["card <> - [0 Yes, please – It is free]"]),
        ("navigate", &["card <> - [Way to us @ 52.37,4.89]"]),
        (
            "several_actions",
            &[
                "card <> - [0 Visit us] [Shop @ 52.37,4.89] [Visit us > https://shop.example.com] \
                 [1 Both]",
            ],
        ),
        (
            "link",
            &["card <> - / Lost [Shop > https://shop.example.com] \
                 [App > https://shop.example.com/web]"],
        ),
    ]);
}

#[test]
fn what_no_widget_is_known_for_is_text() {
    check(&[
        ("add_to_cart", &["text \"Add to cart\""]),
        ("custom", &["text \"Share\""]),
        ("unknown_action", &["text \"Beam me up\""]),
        (
            "date_picker",
            &[
                "text \"Days of your stay (DD.MM.YYYY – DD.MM.YYYY, 2026-01-01 – 2026-02-01)\\n\
               Birthday (YYYY-MM-DD)\\nStart (YYYY-MM-DD, 2026-01-01 –)\\n\
               End (YYYY-MM-DD, – 2026-01-01)\"",
            ],
        ),
        ("nothing_but_alt", &["text \"A shower of confetti\""]),
        ("nothing_known", &["text \"[confetti]\""]),
        ("nothing_at_all", &["text \"[horizontal]\""]),
    ]);
    assert_eq!(
        outline(None, None, None),
        Outline {
            numbered: true,
            ..Outline::default()
        }
    );
}

#[test]
fn quick_replies_stand_apart_wherever_they_were_written() {
    check(&[
        (
            "quick_replies_within_content",
            &["text \"Shall we go on?\"", "replies [0 Go on] [1 Stop]"],
        ),
        (
            "quick_replies_as_element",
            &["text \"Shall we go on?\"", "replies [0 Go on]"],
        ),
    ]);
    let card = parse(&fixture("generic_card"));
    let replies = QuickReplies::parse(&fixture("quick_replies"));
    let whole = outline(Some("Look at this.\n"), Some(&card), Some(&replies));
    let sketched = sketch(&whole);
    assert_eq!(sketched[0], "text \"Look at this.\"");
    assert_eq!(sketched[2], "replies [1 Yes] [2 No]");
    let marks = QuickReplies::parse(&fixture("survey_marks"));
    assert!(whole.numbered && !outline(None, None, Some(&marks)).numbered);
}
