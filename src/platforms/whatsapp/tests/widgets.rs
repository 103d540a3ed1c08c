use super::*;
use crate::rich::{self, QuickReplies};

fn structured(text: Option<&str>, content: Option<Value>, quick_replies: Option<Value>) -> Content {
    Content::Structured {
        text: text.map(str::to_owned),
        content,
        quick_replies,
        metadata: None,
    }
}

fn shown_with(list_button: Option<&str>, content: &Content) -> Vec<Value> {
    let Content::Structured {
        content: elements,
        quick_replies,
        ..
    } = content
    else {
        panic!("not structured");
    };
    let elements = elements.as_ref().map(rich::parse);
    let quick_replies = quick_replies.as_ref().map(QuickReplies::parse);
    let offer = Offer {
        id: "0a1b2c3d".to_owned(),
        place: None,
        choices: rich::choices(elements.as_ref(), quick_replies.as_ref()),
    };
    let progress = Progress::default();
    let message = Outgoing {
        offer: Some(&offer),
        ..Outgoing::new("l:d:7", PERSON, content, &progress)
    };
    let mut settings = json!({ "phone_number_id": NUMBER });
    if let Some(label) = list_button {
        settings["list_button"] = json!(label);
    }
    let (bodies, _) = sent_by(&*adapter_with(settings), &message);
    let bodies = bodies.into_iter();
    bodies
        .map(|body| body[body["type"].as_str().unwrap()].clone())
        .collect()
}

fn rendered(content: Value) -> Vec<Value> {
    shown_with(None, &structured(None, Some(content), None))
}

fn text_element(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn button(title: &str) -> Value {
    json!({ "type": "button", "title": title, "click": { "actions": [{ "type": "publishText", "text": title }] } })
}

fn link(title: &str, uri: &str) -> Value {
    json!({ "type": "button", "title": title, "click": { "actions": [{ "type": "link", "uri": uri }] } })
}

fn picture(url: &str) -> Value {
    json!({ "type": "image", "url": url })
}

fn column(elements: &[Value]) -> Value {
    json!({ "type": "vertical", "elements": elements })
}

fn replies(titles: &[&str]) -> Value {
    let replies: Vec<Value> = titles.iter().map(|title| button(title)).collect();
    json!({ "type": "quickReplies", "replies": replies })
}

fn asking(words: &str, titles: &[&str]) -> Vec<Value> {
    shown_with(None, &structured(Some(words), None, Some(replies(titles))))
}

#[test]
fn up_to_three_short_replies_are_buttons() {
    assert_eq!(
        asking("Ship today?", &["Yes", "No"]),
        [json!({
            "type": "button",
            "body": { "text": "Ship today?" },
            "action": { "buttons": [
                { "type": "reply", "reply": { "id": "0a1b2c3d.0", "title": "Yes" } },
                { "type": "reply", "reply": { "id": "0a1b2c3d.1", "title": "No" } },
            ] },
        })]
    );
}

#[test]
fn more_or_longer_replies_are_a_list() {
    let shown = asking("Which size?", &["XS", "S", "M", "L"]);
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["type"], "list");
    assert_eq!(shown[0]["action"]["button"], "Options");
    let rows = &shown[0]["action"]["sections"][0]["rows"];
    assert_eq!(rows[3], json!({ "id": "0a1b2c3d.3", "title": "L" }));

    let long = "Deliver it to the neighbours";
    let shown = asking("What now?", &[long, "Wait"]);
    assert_eq!(
        shown[0]["action"]["sections"],
        json!([{ "rows": [
            { "id": "0a1b2c3d.0", "title": "Deliver it to the neigh…", "description": long },
            { "id": "0a1b2c3d.1", "title": "Wait" },
        ] }])
    );
    let named = shown_with(
        Some("Auswahl"),
        &structured(Some("?"), None, Some(replies(&["1", "2", "3", "4"]))),
    );
    assert_eq!(named[0]["action"]["button"], "Auswahl");
}

#[test]
fn more_than_ten_choices_are_several_lists_and_none_is_lost() {
    let titles: Vec<String> = (1..=14).map(|n| format!("Slot {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let shown = asking("When?", &titles);
    assert_eq!(shown.len(), 2);
    let mut ids = Vec::new();
    for list in &shown {
        assert_eq!(list["body"]["text"], "When?");
        let rows = list["action"]["sections"][0]["rows"].as_array().unwrap();
        assert!(rows.len() <= 10);
        ids.extend(
            rows.iter()
                .map(|row| row["id"].as_str().unwrap().to_owned()),
        );
    }
    let expected: Vec<String> = (0..14).map(|n| format!("0a1b2c3d.{n}")).collect();
    assert_eq!(ids, expected);
}

#[test]
fn labels_that_would_read_the_same_are_told_apart() {
    let shown = rendered(column(&[
        picture("https://img.example.com/a.png"),
        text_element("Shoes"),
        button("A title of many words, first"),
        button("A title of many words, second"),
    ]));
    let buttons = shown[0]["action"]["buttons"].as_array().unwrap();
    let titles: Vec<&str> = buttons
        .iter()
        .map(|it| it["reply"]["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["A title of many wor…", "A title of many w… 2"]);
}

#[test]
fn a_card_has_its_picture_above_and_its_buttons_below() {
    let shown = rendered(column(&[
        picture("https://img.example.com/shoe.jpg"),
        text_element("Running shoe"),
        text_element("Light and fast"),
        button("Buy"),
        link("Details", "https://shop.example.com/1"),
    ]));
    assert_eq!(
        shown,
        [
            json!({
                "type": "button",
                "header": { "type": "image", "image": { "link": "https://img.example.com/shoe.jpg" } },
                "body": { "text": "Running shoe\nLight and fast" },
                "action": { "buttons": [{ "type": "reply", "reply": { "id": "0a1b2c3d.0", "title": "Buy" } }] },
            }),
            json!({
                "type": "cta_url",
                "body": { "text": "Running shoe" },
                "action": { "name": "cta_url", "parameters": { "display_text": "Details", "url": "https://shop.example.com/1" } },
            }),
        ]
    );
}

#[test]
fn cards_side_by_side_stand_below_each_other() {
    let card = |name: &str| {
        column(&[
            picture(&format!("https://img.example.com/{name}.png")),
            text_element(name),
            button("Choose"),
        ])
    };
    let shown = rendered(json!({ "type": "carousel", "elements": [card("Red"), card("Blue")] }));
    assert_eq!(shown.len(), 2);
    for (at, name) in ["Red", "Blue"].into_iter().enumerate() {
        assert_eq!(shown[at]["body"]["text"], name);
        let reply = &shown[at]["action"]["buttons"][0]["reply"];
        assert_eq!(
            reply,
            &json!({ "id": format!("0a1b2c3d.{at}"), "title": "Choose" })
        );
    }
}

#[test]
fn a_card_without_anything_to_tap_is_a_picture_with_its_words() {
    let shown = rendered(column(&[
        picture("https://img.example.com/shoe.jpg"),
        text_element("Running shoe"),
    ]));
    assert_eq!(
        shown,
        [json!({ "link": "https://img.example.com/shoe.jpg", "caption": "Running shoe" })]
    );
}

#[test]
fn a_picture_of_a_kind_that_whatsapp_does_not_show_is_a_link() {
    let shown = rendered(column(&[
        picture("https://img.example.com/shoe.GIF?x=1"),
        text_element("Running shoe"),
        button("Buy"),
    ]));
    let all = Value::from(shown).to_string();
    assert!(
        all.contains("https://img.example.com/shoe.GIF?x=1"),
        "{all}"
    );
    assert!(!all.contains("\"header\""), "{all}");
    assert!(all.contains("0a1b2c3d.0"), "{all}");
}

#[test]
fn a_place_is_on_a_map_and_the_way_to_it_is_a_link() {
    let map = json!({ "type": "map", "lo": 4.89, "la": 52.37, "tooltip": "Shop" });
    let shown = rendered(map);
    assert_eq!(shown[0]["latitude"], 52.37);
    assert_eq!(shown[0]["longitude"], 4.89);
    let navigate = json!({ "type": "button", "title": "Show me the way", "click": { "actions": [{ "type": "navigate", "lo": 4.89, "la": 52.37 }] } });
    let shown = rendered(column(&[text_element("Our shop"), navigate]));
    assert_eq!(shown[0]["type"], "cta_url");
    let url = shown[0]["action"]["parameters"]["url"].as_str().unwrap();
    assert!(url.contains("52.37,4.89"), "{url}");
}

#[test]
fn words_that_are_too_long_for_buttons_go_before_them() {
    let words = "Which one do you want? ".repeat(60);
    let shown = asking(&words, &["This", "That"]);
    assert_eq!(shown.len(), 2);
    let before = shown[0]["body"].as_str().unwrap();
    let body = shown[1]["body"]["text"].as_str().unwrap();
    assert!(body.encode_utf16().count() <= 1024);
    assert_eq!(format!("{before} {body}"), words.trim_end());
}

#[test]
fn everything_that_liveperson_has_fits_into_whatsapps_limits() {
    let folder = format!(
        "{}/tests/fixtures/liveengage/rich",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut tried = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let sample: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let quick_replies = sample.get("quickReplies").cloned();
        let content = match (sample.get("content"), &quick_replies) {
            (None, None) => Some(sample.clone()),
            (content, _) => content.cloned(),
        };
        let words = sample.get("text").and_then(Value::as_str);
        for shown in shown_with(None, &structured(words, content, quick_replies)) {
            within_limits(&shown, &path.display().to_string());
        }
        tried += 1;
    }
    assert!(tried > 30);
}

fn within_limits(shown: &Value, place: &str) {
    let fits = |value: &Value, limit: usize| {
        let text = value.as_str().unwrap_or_else(|| panic!("{place}: {shown}"));
        let count = text.encode_utf16().count();
        assert!(
            (1..=limit).contains(&count) && !text.trim().is_empty(),
            "{place}: {text}"
        );
        text.to_owned()
    };
    let unique = |mut values: Vec<String>| {
        let all = values.len();
        values.sort();
        values.dedup();
        assert_eq!(values.len(), all, "{place}: {shown}");
    };
    let Some(kind) = shown.get("type") else {
        if let Some(body) = shown.get("body") {
            fits(body, 4096);
        }
        if let Some(caption) = shown.get("caption") {
            fits(caption, 1024);
        }
        return;
    };
    fits(&shown["body"]["text"], 1024);
    let action = &shown["action"];
    match kind.as_str().unwrap() {
        "button" => {
            let buttons = action["buttons"].as_array().unwrap();
            assert!((1..=3).contains(&buttons.len()), "{place}");
            unique(
                buttons
                    .iter()
                    .map(|it| fits(&it["reply"]["title"], 20))
                    .collect(),
            );
            unique(
                buttons
                    .iter()
                    .map(|it| fits(&it["reply"]["id"], 256))
                    .collect(),
            );
        }
        "list" => {
            fits(&action["button"], 20);
            let sections = action["sections"].as_array().unwrap();
            let mut ids = Vec::new();
            for section in sections {
                if sections.len() > 1 || section.get("title").is_some() {
                    fits(&section["title"], 24);
                }
                for row in section["rows"].as_array().unwrap() {
                    ids.push(fits(&row["id"], 200));
                    fits(&row["title"], 24);
                    if let Some(description) = row.get("description") {
                        fits(description, 72);
                    }
                }
            }
            assert!((1..=10).contains(&ids.len()), "{place}");
            unique(ids);
        }
        "cta_url" => {
            fits(&action["parameters"]["display_text"], 20);
            assert!(
                action["parameters"]["url"]
                    .as_str()
                    .unwrap()
                    .starts_with("http")
            );
        }
        other => panic!("{place}: {other}"),
    }
}
