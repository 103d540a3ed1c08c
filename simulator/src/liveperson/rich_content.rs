//! Structured content, as LivePerson's own schema takes it from agents: known elements, their fields, their numbers.

use serde_json::Value;

/// An element: its type, the fields it must have, and how many elements it may hold.
struct Element(&'static str, &'static [&'static str], usize, usize);

const ELEMENTS: [Element; 20] = [
    Element("text", &["text"], 0, 0),
    Element("button", &["title"], 0, 0),
    Element("submitButton", &["title", "click"], 0, 0),
    Element("image", &["url"], 0, 0),
    Element("map", &["la", "lo"], 0, 0),
    Element("linkPreview", &["url"], 0, 0),
    Element("template", &["templateType", "title", "resp"], 0, 0),
    Element("checkbox", &["text"], 0, 0),
    Element("keyValuePairList", &[], 1, 50),
    Element("vertical", &[], 1, 256),
    Element("horizontal", &[], 1, 256),
    Element("carousel", &[], 2, 10),
    Element("carouselSelect", &["selectMode"], 1, 20),
    Element("accordionSelect", &["selectMode", "titles"], 1, 20),
    Element("list", &[], 3, 3),
    Element("sectionList", &[], 1, 256),
    Element("section", &["sectionID"], 1, 2),
    Element("checklist", &[], 2, 256),
    Element("buttonList", &[], 1, 2),
    Element("tabs", &[], 1, 10),
];

/// Actions and the field each must have.
const ACTIONS: [(&str, &str); 9] = [
    ("publishText", "text"),
    ("link", "uri"),
    ("navigate", "la"),
    ("addToCart", "items"),
    ("custom", "data"),
    ("datePicker", "class"),
    ("scheduleSlotList", "slots"),
    ("checked", "publishText"),
    ("submitAsText", "submit"),
];

/// The longest values of texts that stand in any element.
const LONGEST: [(&str, usize); 8] = [
    ("text", 5_000),
    ("title", 5_000),
    ("subtitle", 128),
    ("caption", 128),
    ("url", 2_048),
    ("tooltip", 256),
    ("alt", 2_000),
    ("tag", 64),
];

/// Checks an element and everything in it.
pub(crate) fn check(element: &Value) -> Result<(), String> {
    let kind = element["type"].as_str().unwrap_or("(none)");
    let found = ELEMENTS.iter().find(|known| known.0 == kind);
    let Element(_, fields, least, most) =
        found.ok_or_else(|| format!("there is no element {kind}"))?;
    if let Some(missing) = fields.iter().find(|name| element[**name].is_null()) {
        return Err(format!("{kind} needs {missing}"));
    }
    for (name, longest) in LONGEST {
        let longest = if kind == "button" && name == "title" {
            128
        } else {
            longest
        };
        let length = element[name]
            .as_str()
            .map_or(0, |text| text.chars().count());
        if length > longest {
            return Err(format!("{name} of a {kind} is longer than {longest}"));
        }
    }
    check_click(kind, &element["click"])?;
    let inner = element["elements"].as_array();
    let count = inner.map_or(0, Vec::len);
    if count < *least || count > *most {
        return Err(format!("{kind} holds {least} to {most} elements"));
    }
    if kind == "keyValuePairList" {
        let pair = |pair: &Value| pair["key"].is_string() && pair["value"].is_string();
        let fine = inner.into_iter().flatten().all(pair);
        return fine
            .then_some(())
            .ok_or_else(|| "a pair needs key and value".to_owned());
    }
    inner.into_iter().flatten().try_for_each(check)
}

fn check_click(kind: &str, click: &Value) -> Result<(), String> {
    let actions = click["actions"].as_array();
    if actions.map_or(0, Vec::len) > 4 {
        return Err(format!("{kind} has more than four actions"));
    }
    for action in actions.into_iter().flatten() {
        let name = action["type"].as_str().unwrap_or("(none)");
        let found = ACTIONS.iter().find(|(known, _)| *known == name);
        let (_, field) = found.ok_or_else(|| format!("there is no action {name}"))?;
        if action[*field].is_null() {
            return Err(format!("{name} needs {field}"));
        }
    }
    let metadata = &click["metadata"];
    if !metadata.is_null() && !metadata.is_array() {
        return Err("the metadata of a click must be an array".to_owned());
    }
    Ok(())
}

/// Checks quick replies.
pub(crate) fn check_quick_replies(replies: &Value) -> Result<(), String> {
    if replies["type"] != "quickReplies" {
        return Err("the type of quick replies must be quickReplies".to_owned());
    }
    let row = &replies["itemsPerRow"];
    if !row.is_null() && !row.as_u64().is_some_and(|row| (1..=8).contains(&row)) {
        return Err("itemsPerRow must be 1 to 8".to_owned());
    }
    let list = replies["replies"].as_array();
    let list = list.filter(|list| (1..=24).contains(&list.len()));
    for reply in list.ok_or("quick replies are 1 to 24")? {
        if reply["type"] != "button" {
            return Err("a quick reply must be a button".to_owned());
        }
        check(reply)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check, check_quick_replies};
    use serde_json::json;

    #[test]
    fn each_wrong_element_is_refused() {
        let text = json!({ "type": "text", "text": "x" });
        for wrong in [
            json!({}),
            json!({ "type": "spinner" }),
            json!({ "type": "text" }),
            json!({ "type": "text", "text": "x".repeat(5_001) }),
            json!({ "type": "button", "title": "x".repeat(129) }),
            json!({ "type": "vertical", "elements": [] }),
            json!({ "type": "vertical", "elements": [{ "type": "image" }] }),
            json!({ "type": "carousel", "elements": [text] }),
            json!({ "type": "list", "elements": [text] }),
            json!({ "type": "keyValuePairList", "elements": [{ "key": "k" }] }),
            json!({ "type": "button", "title": "x", "click": { "actions": [{ "type": "jump" }] } }),
            json!({ "type": "button", "title": "x", "click": { "actions": [{ "type": "link" }] } }),
            json!({ "type": "button", "title": "x", "click": { "metadata": {} } }),
        ] {
            assert!(check(&wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            check(&json!({ "type": "vertical", "elements": [text] })),
            Ok(())
        );
    }

    #[test]
    fn quick_replies_are_a_few_buttons() {
        let with =
            |replies| json!({ "type": "quickReplies", "itemsPerRow": 8, "replies": replies });
        let button = json!({ "type": "button", "title": "Yes" });
        assert_eq!(check_quick_replies(&with(json!([button]))), Ok(()));
        for wrong in [
            json!({}),
            with(json!([])),
            with(json!([{ "type": "text", "text": "x" }])),
            with(json!(vec![button; 25])),
        ] {
            assert!(check_quick_replies(&wrong).is_err(), "{wrong}");
        }
    }
}
