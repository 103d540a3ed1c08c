use super::media::{mms, requests, whatsapp, with};
use super::*;

const PERSON: &str = "+15550100001";
const ON_WHATSAPP: &str = "whatsapp:+15550100001";

fn structured(text: Option<&str>, content: Value, quick_replies: Option<Value>) -> Content {
    Content::Structured {
        text: text.map(str::to_owned),
        content: Some(content),
        quick_replies,
        metadata: None,
    }
}

fn button(title: &str) -> Value {
    json!({ "type": "button", "title": title, "click": { "actions": [{ "type": "publishText", "text": title }] } })
}

fn card(picture: &str, title: &str, buttons: &[&str]) -> Value {
    let mut elements = vec![
        json!({ "type": "image", "url": picture }),
        json!({ "type": "text", "text": title }),
    ];
    elements.extend(buttons.iter().map(|title| button(title)));
    json!({ "type": "vertical", "elements": elements })
}

fn replies(titles: &[&str]) -> Value {
    let replies: Vec<Value> = titles.iter().map(|title| button(title)).collect();
    json!({ "type": "quickReplies", "replies": replies })
}

fn words(body: &str) -> (Option<String>, Option<String>, Option<String>) {
    (Some(body.to_owned()), None, None)
}

#[test]
fn pictures_of_cards_go_as_pictures_with_their_words_below() {
    let (one, two) = (
        "https://cdn.example.com/1.JPG?w=1",
        "https://cdn.example.com/2.png",
    );
    let cards = json!({ "type": "carousel", "elements": [card(one, "Tent", &["Take it"]), card(two, "Rope", &["Take that"])] });
    let content = structured(Some("We have"), cards, Some(replies(&["Neither"])));
    let expected = [
        words("Ada: We have"),
        with(one, Some("Tent\n1. Take it")),
        with(two, Some("Rope\n2. Take that")),
        words("3. Neither"),
    ];
    for (adapter, consumer) in [(mms(), PERSON), (whatsapp(), ON_WHATSAPP)] {
        let found = requests(&*adapter, consumer, &content, Some("Ada"));
        assert_eq!(found, expected, "{consumer}");
    }
    let text =
        format!("We have\n\n{one}\nTent\n1. Take it\n\n{two}\nRope\n2. Take that\n\n3. Neither");
    for (adapter, consumer) in [
        (adapter(), PERSON),
        (adapter(), ON_WHATSAPP),
        (whatsapp(), PERSON),
    ] {
        let found = requests(&*adapter, consumer, &content, None);
        assert_eq!(found, [words(&text)], "{consumer}");
    }
}

#[test]
fn a_picture_that_may_be_none_stays_an_address() {
    for (url, by_mms, on_whatsapp) in [
        ("https://cdn.example.com/1.gif", true, false),
        ("https://cdn.example.com/1", false, false),
        ("https://cdn.example.com/1.svg", false, false),
        ("https://cdn.example.com/jpg", false, false),
        ("https://cdn.example.com/x?a=1.jpg", false, false),
        ("http://cdn.example.com/1.jpg", false, false),
        ("https://cdn.example.jpg", false, false),
    ] {
        let content = structured(None, card(url, "Tent", &["Take it"]), None);
        for (adapter, consumer, shown) in [
            (mms(), PERSON, by_mms),
            (whatsapp(), ON_WHATSAPP, on_whatsapp),
        ] {
            let found = requests(&*adapter, consumer, &content, None);
            let expected = match shown {
                true => with(url, Some("Tent\n1. Take it")),
                false => words(&format!("{url}\nTent\n1. Take it")),
            };
            assert_eq!(found, [expected], "{url} {consumer}");
        }
    }
}

#[test]
fn words_that_are_too_long_for_a_caption_follow_their_picture() {
    let url = "https://cdn.example.com/1.jpg";
    let long = "word ".repeat(250);
    let content = structured(None, card(url, &long, &["Take it"]), None);
    let found = requests(&*whatsapp(), ON_WHATSAPP, &content, Some("Ada"));
    let below = format!("Ada: {}\n1. Take it", long.trim_end());
    assert_eq!(found, [with(url, None), words(&below)]);
}

#[test]
fn a_map_is_a_map_on_whatsapp() {
    let map = json!({ "type": "map", "la": 52.37, "lo": 4.89, "tooltip": "Dam" });
    let content = structured(Some("We are here"), map, None);
    let found = requests(&*whatsapp(), ON_WHATSAPP, &content, None);
    let place = (
        Some("Dam".to_owned()),
        None,
        Some("geo:52.37,4.89|Dam".to_owned()),
    );
    assert_eq!(found, [words("We are here"), place]);
    let found = requests(&*mms(), PERSON, &content, None);
    assert_eq!(found.len(), 1);
}
