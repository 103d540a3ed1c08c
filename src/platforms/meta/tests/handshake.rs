use super::callback;
use crate::http::Method;
use crate::platforms::meta::handshake::{answer, query};
use crate::platforms::{Acknowledgement, Callback, Forgery};
use crate::secret::Secret;

fn ask(query: Option<&str>) -> Option<Result<Acknowledgement, Forgery>> {
    let tokens = [Secret::new("new token"), Secret::new("old&token")];
    let request = Callback {
        method: Method::Get,
        query,
        ..callback(&[], b"")
    };
    answer(&tokens, &request)
}

fn status(query: Option<&str>) -> u16 {
    match ask(query).unwrap() {
        Ok(acknowledgement) => acknowledgement.status,
        Err(Forgery::Missing { status } | Forgery::Mismatch { status }) => status,
    }
}

#[test]
fn the_challenge_comes_back_as_it_is() {
    for token in ["new+token", "new%20token", "old%26token"] {
        let query = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
        let Acknowledgement {
            status,
            content_type,
            body,
        } = ask(Some(&query)).unwrap().unwrap();
        assert_eq!((status, content_type), (200, Some("text/plain")));
        assert_eq!(body, "1158201444");
    }
}

#[test]
fn a_query_of_ours_is_answered() {
    for token in ["new token", "old&token"] {
        let query = query(&Secret::new(token), "a-B_c.9");
        let answer = ask(Some(&query)).unwrap().unwrap();
        assert_eq!((answer.status, answer.body.as_ref()), (200, "a-B_c.9"));
    }
}

#[test]
fn whoever_does_not_know_the_token_is_told_nothing() {
    let query = |mode: &str, token: &str, challenge: &str| {
        format!("hub.mode={mode}&hub.verify_token={token}&hub.challenge={challenge}")
    };
    let right = query("subscribe", "new+token", "a-B_c.9");
    assert_eq!(status(Some(&right)), 200);
    let long = "1".repeat(257);
    for wrong in [
        String::new(),
        query("subscribe", "", "1"),
        query("subscribe", "new+toke", "1"),
        query("subscribe", "new+token+", "1"),
        query("subscribe", "New+token", "1"),
        query("unsubscribe", "new+token", "1"),
        query("", "new+token", "1"),
        query("subscribe", "new+token", ""),
        query("subscribe", "new+token", &long),
        query("subscribe", "new+token", "%3Cscript%3E"),
        query("subscribe", "new+token", "a%0D%0Ab"),
        query("subscribe", "new+token", "%C3%A9"),
        "hub.verify_token=new+token&hub.challenge=1".to_owned(),
    ] {
        assert_eq!(status(Some(&wrong)), 403, "{wrong}");
    }
    assert_eq!(status(None), 403);
}

#[test]
fn a_blank_token_opens_nothing() {
    let request = Callback {
        method: Method::Get,
        query: Some("hub.mode=subscribe&hub.challenge=1&hub.verify_token=+"),
        ..callback(&[], b"")
    };
    assert!(answer(&[Secret::new(" ")], &request).unwrap().is_err());
}

#[test]
fn a_post_is_no_handshake() {
    let request = Callback {
        query: Some("hub.mode=subscribe&hub.challenge=1&hub.verify_token=new+token"),
        ..callback(&[], b"{}")
    };
    assert_eq!(answer(&[Secret::new("new token")], &request), None);
}
