//! What is read, and that nothing of it is lost.

use super::*;
use crate::rich::{Action, Fit, Kind, MAX_DEPTH};

fn elements(name: &str) -> Vec<Element> {
    match parse(&fixture(name)) {
        Element::Container(container) => container.elements.to_vec(),
        other => vec![other],
    }
}

fn actions(element: &Element) -> Vec<Action> {
    match element {
        Element::Button(button) => button.click.as_ref().unwrap().actions.to_vec(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_read_is_written_back_as_the_same_json() {
    for (name, value) in fixtures() {
        let written = match &value {
            Value::String(text) => serde_json::from_str(text).unwrap(),
            value => value.clone(),
        };
        let element = parse(&value);
        assert_eq!(serde_json::to_value(&element).unwrap(), written, "{name}");
        let again: Element = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(again, element, "{name}");
        let replies = QuickReplies::parse(&value);
        assert_eq!(serde_json::to_value(&replies).unwrap(), written, "{name}");
    }
}

#[test]
fn every_element_and_action_of_the_schema_has_a_type() {
    let unknown = |name: &str| {
        let json = format!("{:?}", parse(&fixture(name)));
        json.matches("Unknown(").count()
    };
    let odd = [
        ("malformed_nodes", 17),
        ("nothing_but_alt", 1),
        ("nothing_known", 1),
        ("schedule_slots", 1),
        ("unknown_action", 3),
        ("unknown_element", 4),
    ];
    for (name, _) in fixtures() {
        let expected = odd.iter().find(|(odd, _)| *odd == name);
        let expected = expected.map_or(0, |(_, count)| *count);
        assert_eq!(unknown(&name), expected, "{name}");
    }
}

#[test]
fn the_fields_of_elements_are_read() {
    let Element::Button(button) = parse(&fixture("button")) else {
        panic!()
    };
    assert_eq!(button.title.unwrap().to_string(), "Yes, please");
    assert_eq!(button.subtitle.unwrap().to_string(), "It is free");
    assert_eq!(button.refers_to.unwrap().name.unwrap().to_string(), "sizes");
    assert_eq!(button.common.tooltip.unwrap().to_string(), "Agree");
    let click = button.click.unwrap();
    assert_eq!(
        *click.metadata,
        [json!({"type": "ExternalId", "id": "yes-1"})]
    );
    let rest: Vec<&String> = button.common.rest.keys().collect();
    assert_eq!(rest, ["style", "type"]);

    let map = elements("map").swap_remove(1);
    let Element::Map(map) = map else { panic!() };
    assert_eq!(
        (map.la.number(), map.lo.number()),
        (Some(-33.45), Some(-70.0))
    );

    let Element::KeyValuePairList(list) = parse(&fixture("key_value_pairs")) else {
        panic!()
    };
    let row = list.elements.get(1).and_then(Fit::known).unwrap();
    assert_eq!(row.key.to_string(), "Total");
    assert_eq!(row.value.as_ref().unwrap().number(), Some(19.9));
}

#[test]
fn containers_say_their_kind() {
    for (name, kind) in [
        ("generic_card", Kind::Vertical),
        ("nothing_at_all", Kind::Horizontal),
        ("carousel", Kind::Carousel),
        ("accordion_select", Kind::AccordionSelect),
        ("tabs", Kind::Tabs),
        ("list_picker", Kind::List),
        ("unknown_container", Kind::Other),
    ] {
        let Element::Container(container) = parse(&fixture(name)) else {
            panic!("{name}")
        };
        assert_eq!(container.kind(), kind, "{name}");
    }
    let Element::Container(select) = elements("carousel_select").swap_remove(1) else {
        panic!()
    };
    assert_eq!(select.kind(), Kind::CarouselSelect);
    assert_eq!(
        select.select_mode.unwrap().kind.unwrap().to_string(),
        "multiple"
    );
    let kinds = elements("list_picker").into_iter().map(|part| match part {
        Element::Container(part) => Some(part.kind()),
        _ => None,
    });
    let expected = [None, Some(Kind::SectionList), Some(Kind::ButtonList)];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
}

#[test]
fn the_fields_of_actions_are_read() {
    let Action::AddToCart(cart) = actions(&parse(&fixture("add_to_cart"))).swap_remove(0) else {
        panic!()
    };
    let item = cart.items.first().and_then(Fit::known).unwrap();
    assert_eq!(item.product_id.as_ref().unwrap().to_string(), "sku-1");
    assert_eq!(item.quantity.as_ref().unwrap().number(), Some(2.0));

    let Action::Custom(custom) = actions(&parse(&fixture("custom"))).swap_remove(0) else {
        panic!()
    };
    let pair = custom.data.first().and_then(Fit::known).unwrap();
    assert_eq!(pair.key.to_string(), "share");

    let addresses: Vec<Option<String>> = elements("link")
        .iter()
        .flat_map(actions)
        .map(|action| match action {
            Action::Link(link) => link.address().map(ToString::to_string),
            other => panic!("{other:?}"),
        })
        .collect();
    let (own, web) = ("https://shop.example.com", "https://shop.example.com/web");
    assert_eq!(
        addresses,
        [Some(own.to_owned()), Some(web.to_owned()), None]
    );
}

#[test]
fn content_may_be_json_in_a_text_and_other_texts_are_kept() {
    assert!(matches!(
        parse(&fixture("content_as_text")),
        Element::Container(_)
    ));
    for text in ["Hello", "5", "[1]", "{", ""] {
        assert_eq!(parse(&json!(text)), Element::Unknown(json!(text)));
    }
    let replies = fixture("quick_replies");
    let read = QuickReplies::parse(&json!(replies.to_string()));
    assert_eq!(read, QuickReplies::parse(&replies));
    assert_eq!(read.replies().len(), 2);
    let odd = json!(["Yes", "No"]);
    assert_eq!(QuickReplies::parse(&odd), QuickReplies::Unknown(odd));
}

#[test]
fn elements_that_lie_too_deep_are_kept_whole() {
    let nested = |levels: usize| {
        (1..levels).fold(
            json!({"type": "text", "text": "deep"}),
            |inner, _| json!({"type": "vertical", "elements": [inner]}),
        )
    };
    for (levels, text) in [
        (MAX_DEPTH, "deep"),
        (MAX_DEPTH + 1, "deep"),
        (MAX_DEPTH + 2, "[vertical]"),
    ] {
        let element = parse(&nested(levels));
        assert_eq!(plain_text(None, Some(&element), None), text);
        assert_eq!(serde_json::to_value(&element).unwrap(), nested(levels));
        let unknown = format!("{element:?}").contains("Unknown");
        assert_eq!(unknown, levels > MAX_DEPTH);
    }
}
