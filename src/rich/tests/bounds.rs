//! Content that is small and says the same again and again must not become large.

use super::*;

/// As much as a notification may have.
const LARGE: usize = 400_000;

fn bytes(choices: &[Choice]) -> usize {
    serde_json::to_vec(choices).unwrap().len()
}

#[test]
fn metadata_that_many_choices_share_is_kept_for_the_first_ones_only() {
    let answers: Vec<String> = (0..2000).map(|number| format!("answer {number}")).collect();
    let metadata = json!([{ "type": "ExternalId", "id": "x".repeat(1000) }]);
    let template =
        json!({ "type": "template", "resp": answers, "click": { "metadata": metadata } });
    let offered = choices(Some(&parse(&template)), None);
    assert_eq!(offered.len(), 2000, "every answer is a choice");
    assert_eq!(offered[0].metadata, metadata.as_array().unwrap().clone());
    assert!(offered.last().unwrap().metadata.is_empty());
    assert!(bytes(&offered) < LARGE, "{}", bytes(&offered));

    let boxes: Vec<Value> = answers
        .iter()
        .map(|text| {
            json!({ "type": "checkbox", "text": text,
        "click": { "actions": [{ "type": "checked", "publishText": text }] } })
        })
        .collect();
    let list = json!({ "type": "list", "elements": [
        { "type": "checklist", "elements": boxes },
        { "type": "submitButton", "title": "Send", "click": { "metadata": metadata } },
    ] });
    let offered = choices(Some(&parse(&list)), None);
    assert!(
        offered.len() >= 2000 && bytes(&offered) < LARGE,
        "{}",
        bytes(&offered)
    );
}

#[test]
fn a_title_that_stands_before_every_link_does_not_fill_the_memory() {
    let link = json!({ "type": "link", "uri": "https://a.example" });
    let button = json!({ "type": "button", "title": "t".repeat(LARGE), "click": { "actions": vec![link; 10_000] } });
    let text = plain_text(None, Some(&parse(&button)), None);
    assert!(text.len() < 3_000_000, "{}", text.len());
    assert!(text.starts_with("ttt"));
    // What is really there stays whole.
    let texts = vec![json!({ "type": "text", "text": "w".repeat(1000) }); 1000];
    let content = json!({ "type": "vertical", "elements": texts });
    assert!(plain_text(None, Some(&parse(&content)), None).len() >= 1_000_000);
}
