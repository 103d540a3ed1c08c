//! What holds for any content at all.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::rich::matched;
use crate::rich::matching::by_number;

/// Any JSON of some depth, with field names and types of structured content in it.
fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[^\\pC0-9]{0,12}".prop_map(Value::from),
        Just(json!("7")),
        select(vec!["text", "button", "list", "carousel", "publishText"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let names = vec![
            "type",
            "elements",
            "click",
            "actions",
            "text",
            "title",
            "metadata",
            "replies",
            "slots",
            "quickReplies",
            "start",
            "alt",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(select(names), inner, 0..6).prop_map(|fields| {
                let fields = fields.into_iter();
                fields
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

/// Every place in a value, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                places(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// A sample in which some places hold something else.
fn mutated() -> impl Strategy<Value = Value> {
    let changes = prop::collection::vec((any::<Index>(), json_values()), 0..4);
    (select(fixtures()), changes).prop_map(|((_, mut value), changes)| {
        for (index, other) in changes {
            let mut found = Vec::new();
            places(&value, "", &mut found);
            let place: &String = index.get(&found);
            *value.pointer_mut(place).unwrap() = other;
        }
        value
    })
}

pub(super) fn any_content() -> impl Strategy<Value = Value> {
    prop_oneof![3 => mutated(), 1 => json_values()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_is_lost(value in any_content()) {
        let written = match &value {
            Value::String(text) => match serde_json::from_str(text) {
                Ok(object @ Value::Object(_)) => object,
                _ => value.clone(),
            },
            value => value.clone(),
        };
        prop_assert_eq!(&serde_json::to_value(parse(&value)).unwrap(), &written);
        prop_assert_eq!(serde_json::to_value(QuickReplies::parse(&value)).unwrap(), written);
    }

    #[test]
    fn there_is_always_something_to_show(value in any_content()) {
        prop_assert_ne!(plain_text(None, Some(&parse(&value)), None), "");
    }

    #[test]
    fn numbers_stand_in_the_order_of_the_choices(content in any_content(), replies in any_content()) {
        let (content, replies) = (parse(&content), QuickReplies::parse(&replies));
        let offered = choices(Some(&content), Some(&replies));
        let shown = plain_text(Some("Hello"), Some(&content), Some(&replies));
        let numbered = by_number(&offered);
        let mut rest = shown.as_str();
        for (index, choice) in offered.iter().enumerate() {
            let line = match numbered {
                true => format!("\n{}. {}", index + 1, choice.title),
                false => format!("\n- {}", choice.title),
            };
            let at = rest.find(&line);
            prop_assert!(at.is_some(), "{:?} is not next in {:?}", line, rest);
            rest = &rest[at.unwrap() + line.len()..];
        }
        let next = format!("\n{}. ", offered.len() + 1);
        prop_assert!(!rest.contains(&next), "{:?} in {:?}", next, rest);
    }

    #[test]
    fn the_number_of_a_choice_means_that_choice(
        titles in prop::collection::vec("[a-z]{1,3}( [A-Z]{1,2})?", 1..30),
        index in any::<Index>(),
    ) {
        let replies: Vec<Value> = titles
            .iter()
            .map(|title| json!({"title": title, "click": {"actions": [{"type": "publishText"}]}}))
            .collect();
        let offered = choices(None, Some(&QuickReplies::parse(&json!({"replies": replies}))));
        prop_assert_eq!(offered.len(), titles.len());
        let index = index.index(titles.len());
        prop_assert_eq!(matched(&(index + 1).to_string(), &offered), Some(index));
        prop_assert_eq!(matched(&(titles.len() + 1).to_string(), &offered), None);
        let same = offered.iter().filter(|choice| {
            choice.title.to_lowercase() == offered[index].title.to_lowercase()
        });
        let alone = (same.count() == 1).then_some(index);
        prop_assert_eq!(matched(&titles[index], &offered), alone);
    }

    #[test]
    fn whatever_is_typed_is_a_choice_or_none(typed in "\\PC{0,20}", content in any_content()) {
        let offered = choices(Some(&parse(&content)), None);
        if let Some(index) = matched(&typed, &offered) {
            prop_assert!(index < offered.len());
        }
    }
}
