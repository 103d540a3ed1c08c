use super::inbound::{all_said, said};
use super::*;

#[test]
fn where_a_message_came_from_is_told_behind_it() {
    for (body, said, what, told) in [
        (
            heard!("text_forwarded"),
            "Look at this",
            "forwarded",
            "[forwarded]",
        ),
        (
            heard!("text_about_product"),
            "Is it in stock?",
            "product",
            "[asks about the product: shoe-42]",
        ),
        (
            heard!("text_from_ad"),
            "Hello",
            "referral",
            "[came from an ad: Summer sale https://fb.example/ad1]",
        ),
    ] {
        let all = all_said(body);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].content, text(said));
        assert_eq!(
            all[1].content,
            Content::Aside {
                text: told.to_owned()
            }
        );
        assert_eq!(all[1].id, format!("{}#{what}", all[0].id));
        assert_eq!(all[1].consumer, all[0].consumer);
    }
}

#[test]
fn a_reply_is_what_it_says() {
    assert_eq!(said(heard!("text_reply")).content, text("this one"));
}

#[test]
fn what_is_told_beside_may_be_empty_or_of_another_shape() {
    for more in [
        json!({ "context": null, "referral": null }),
        json!({ "context": [], "referral": "x" }),
        json!({ "context": { "forwarded": "true", "referred_product": 1 } }),
    ] {
        let mut message = table(json!({ "type": "text", "text": { "body": "Hi" } }));
        message.extend(table(more));
        assert_eq!(
            said(&with_message(Value::Object(message))).content,
            text("Hi")
        );
    }
    let empty = json!({ "type": "text", "text": { "body": "Hi" }, "referral": {}, "context": { "referred_product": {} } });
    let all = all_said(&with_message(empty));
    let asides: Vec<Content> = all.into_iter().skip(1).map(|it| it.content).collect();
    let aside = |text: &str| Content::Aside {
        text: text.to_owned(),
    };
    assert_eq!(
        asides,
        [
            aside("[came from an ad]"),
            aside("[asks about the product]")
        ]
    );
}
