//! Where a new conversation goes: the Monitoring API is asked where the channel has entry points.

use liveengage_connector::http::HttpRequest;
use liveengage_connector::message::{Profile, RoutingWish};
use serde_json::{Value, json};

use super::support::*;
use super::{IN, talking};

fn aimed() -> World {
    let settings = json!({ "monitoring_entry_points": ["sec://Support"] });
    let mut world = World::with_channel(&settings);
    world.outside.engagement = visit(json!([{
        "campaignId": 11, "engagementId": "22", "contextId": "33", "status": "expose",
    }]));
    world
}

fn visit(details: Value) -> Value {
    json!({ "sessionId": "session-1", "visitorId": "visitor-1", "engagementDetails": details })
}

fn in_conversation(id: &str) -> Value {
    visit(json!([{ "conversationId": id, "status": "conversation" }]))
}

/// The next request of that kind; those before it are answered, and so is it.
fn request(world: &mut World, kind: &str) -> HttpRequest {
    loop {
        let pending = world.take(IN).pending();
        let answer = world.perform(&pending);
        world.end(&pending, &answer);
        if pending.kind() == kind {
            return pending.request;
        }
    }
}

fn count(world: &mut World, kind: &str) -> usize {
    world.worked().iter().filter(|it| *it == kind).count()
}

#[test]
fn the_campaign_is_asked_for_first_and_the_visit_goes_with_the_create() {
    let mut world = aimed();
    world.accept(&sms("m1", "hello"));
    let asked = json_of(&request(&mut world, "engagement"));
    assert_eq!(asked["entryPoints"], json!(["sec://Support"]));
    assert_eq!(asked["identities"][0]["sub"], world.key.as_str());
    let create = json_of(&request(&mut world, "create"));
    let body = &create[1]["body"];
    assert_eq!(
        body["campaignInfo"],
        json!({ "campaignId": "11", "engagementId": "22" })
    );
    let context = &body["conversationContext"];
    assert_eq!(context["visitorId"], "visitor-1", "{body}");
    assert_eq!(context["sessionId"], "session-1");
    assert_eq!(context["interactionContextId"], "33");
    world.drain_all();
    assert_eq!(
        world.worked(),
        [
            "token",
            "register",
            "engagement",
            "create",
            "claim conv-1",
            "publish hello"
        ]
    );
}

#[test]
fn the_next_conversation_is_asked_for_as_the_same_visitor() {
    let mut world = aimed();
    world.receive(&sms("m1", "hello"));
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.crash();
    world.accept(&sms("m2", "hello again"));
    let asked = request(&mut world, "engagement");
    assert!(
        asked.url.contains("vid=visitor-1&sid=session-1"),
        "{}",
        asked.url
    );
}

#[test]
fn advice_is_for_one_conversation_only() {
    let mut world = aimed();
    world.receive(&sms("m1", "hello"));
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.outside.script("engagement", [Reply::status(400)]);
    world.accept(&sms("m2", "hello again"));
    let create = json_of(&request(&mut world, "create"));
    let body = &create[1]["body"];
    assert_eq!(body["campaignInfo"], Value::Null);
    assert_eq!(body["conversationContext"]["visitorId"], "visitor-1");
}

#[test]
fn without_entry_points_or_with_a_wish_of_the_platform_nobody_is_asked() {
    let mut world = talking();
    world.receive(&sms("m1", "hello"));
    assert_eq!(count(&mut world, "engagement"), 0);
    let wish = RoutingWish {
        campaign_id: Some("1".to_owned()),
        engagement_id: Some("2".to_owned()),
        ..RoutingWish::default()
    };
    let profile = Profile {
        routing: Some(wish),
        ..Profile::default()
    };
    let mut world = aimed();
    world.accept(&sms_of(profile, "m1", "hello"));
    let create = json_of(&request(&mut world, "create"));
    let campaign = json!({ "campaignId": "1", "engagementId": "2" });
    assert_eq!(create[1]["body"]["campaignInfo"], campaign);
    assert_eq!(count(&mut world, "engagement"), 0);
}

#[test]
fn a_conversation_that_it_names_is_gone_on_with() {
    let mut world = aimed();
    world
        .outside
        .conversations
        .push(("conv-7".to_owned(), true));
    world.outside.engagement = in_conversation("conv-7");
    world.receive(&sms("m1", "hello"));
    assert_eq!(
        world.worked(),
        [
            "token",
            "register",
            "engagement",
            "claim conv-7",
            "publish hello"
        ]
    );
}

#[test]
fn a_conversation_that_is_already_open_is_asked_for_again() {
    let mut world = aimed();
    world
        .outside
        .conversations
        .push(("conv-7".to_owned(), true));
    world.receive(&sms("m1", "hello"));
    assert!(world.story("c:m1").ends_with("retry(already_open)"));
    world.outside.engagement = in_conversation("conv-7");
    world.worked();
    world.run_for(MINUTE);
    assert_eq!(
        world.worked(),
        ["engagement", "claim conv-7", "publish hello"]
    );
    assert_eq!(world.outside.conversations.len(), 1);
    assert_eq!(world.engine.consumer().unwrap().already_open_since, None);
}

#[test]
fn after_three_failures_a_conversation_is_opened_without_advice() {
    for reply in [Reply::status(500), Reply::LostBefore, Reply::NotSent] {
        let mut world = aimed();
        world.outside.script("engagement", vec![reply; 9]);
        world.receive(&sms("m1", "hello"));
        assert!(world.wake() > START);
        world.run_for(5 * MINUTE);
        assert_eq!(count(&mut world, "engagement"), 3);
        assert_eq!(world.outside.transcript(), ["hello"]);
    }
}

#[test]
fn a_refusal_or_a_missing_service_costs_no_time() {
    for status in [400, 404] {
        let mut world = aimed();
        world.outside.script("engagement", [Reply::status(status)]);
        world.receive(&sms("m1", "hello"));
        assert_eq!(world.outside.transcript(), ["hello"]);
    }
    let mut world = aimed();
    world.outside.without_services = true;
    world.receive(&sms("m1", "hello"));
    assert_eq!(count(&mut world, "engagement"), 0);
    assert_eq!(world.outside.transcript(), ["hello"]);
}

#[test]
fn a_consumer_for_whom_no_campaign_is_gets_a_conversation_all_the_same() {
    let mut world = aimed();
    world.outside.engagement = visit(json!([]));
    world.accept(&sms("m1", "hello"));
    let create = json_of(&request(&mut world, "create"));
    let body = &create[1]["body"];
    assert_eq!(body.get("campaignInfo"), None, "{body}");
    assert_eq!(body["conversationContext"]["visitorId"], "visitor-1");
    world.drain_all();
    assert_eq!(world.outside.transcript(), ["hello"]);
}
