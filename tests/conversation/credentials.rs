//! Tokens that are not accepted.

use super::support::*;
use super::talking;

#[test]
fn an_expired_app_jwt_is_renewed_once_and_the_send_goes_on() {
    let mut world = talking();
    world
        .outside
        .script("publish", [Reply::unauthorized(40102)]);
    world.receive(&sms("m1", "one"));
    assert_eq!(world.worked(), ["publish one", "publish one"]);
    assert_eq!(world.outside.app_jwt, 1, "one new token");
    assert_eq!(
        world.story("c:m1"),
        "accepted started advanced started delivered"
    );
}

#[test]
fn an_app_jwt_that_is_refused_twice_waits_for_credentials() {
    let mut world = talking();
    world
        .outside
        .script("publish", vec![Reply::unauthorized(40102); 4]);
    world.receive(&sms("m1", "one"));
    assert_eq!(world.worked().len(), 2);
    assert_eq!(
        world.story("c:m1"),
        "accepted started advanced started retry(credentials)"
    );
    assert_eq!(world.row("c:m1").due_at, START + 10 * SECOND);
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
}

#[test]
fn a_refused_consumer_jws_is_fetched_again() {
    let mut world = talking();
    world
        .outside
        .script("publish", [Reply::unauthorized(40103)]);
    world.receive(&sms("m1", "one"));
    assert_eq!(world.worked(), ["publish one", "token", "publish one"]);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
}

#[test]
fn a_consumer_jws_that_is_refused_twice_waits_for_credentials() {
    let mut world = talking();
    world
        .outside
        .script("publish", vec![Reply::unauthorized(40103); 3]);
    world.receive(&sms("m1", "one"));
    assert_eq!(world.worked(), ["publish one", "token", "publish one"]);
    assert!(world.story("c:m1").ends_with("retry(credentials)"));
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
}

#[test]
fn both_tokens_refused_in_turn_end_in_a_wait() {
    let mut world = talking();
    let faults = (0..20).map(|n| Reply::unauthorized(if n % 2 == 0 { 40102 } else { 40103 }));
    world.outside.script("publish", faults);
    world.receive(&sms("m1", "one"));
    assert!(world.worked().len() <= 6);
    assert!(world.story("c:m1").ends_with("retry(credentials)"));
}

#[test]
fn a_wrong_account_is_a_matter_of_configuration() {
    for kind in ["publish", "create"] {
        let mut world = World::new();
        world.outside.script(kind, [Reply::unauthorized(40001)]);
        world.receive(&sms("m1", "one"));
        assert!(
            world.story("c:m1").ends_with("retry(configuration)"),
            "{kind}"
        );
        let trace = serde_json::to_string(&world.row("c:m1").trace).unwrap();
        assert!(trace.contains("account demo"), "{trace}");
        world.run_for(MINUTE);
        assert_eq!(world.outside.transcript(), ["one"]);
    }
}

#[test]
fn an_app_jwt_refused_by_the_token_service_or_at_the_create_is_renewed() {
    for kind in ["token", "create"] {
        let mut world = World::new();
        world.outside.script(kind, [Reply::unauthorized(40102)]);
        world.receive(&sms("m1", "one"));
        assert_eq!(world.outside.app_jwt, 1, "{kind}");
        assert_eq!(world.outside.transcript(), ["one"], "{kind}");
        assert!(world.worked().starts_with(&["token".to_owned()]));
    }
}

#[test]
fn no_credentials_problem_ever_makes_a_dead_letter_by_itself() {
    for code in [40001, 40102, 40103, 40104, 40105, 40199] {
        let mut world = talking();
        world
            .outside
            .script("publish", vec![Reply::unauthorized(code); 500]);
        world.receive(&sms("m1", "one"));
        world.run_for(HOUR);
        assert!(world.has_open(), "{code}");
        world.outside.forget_script();
        world.run_for(6 * MINUTE);
        assert_eq!(world.outside.transcript(), ["hello", "one"], "{code}");
    }
}
