//! LiveEngage's notifications on their way: late, repeated and disordered, until they are acknowledged.

use std::rc::Rc;

use liveengage_connector::crypto::{base64, hmac_sha256};
use liveengage_connector::intake::webhooks;
use liveengage_connector::liveengage::signature;
use liveengage_connector::runtime::Runtime;
use serde_json::Value;

use super::{events, said_change};
use crate::configs::{ACCOUNT, CLIENT_SECRET};
use crate::plan::{MINUTE, SECOND};
use crate::world::World;

/// A notification that somebody else has signed.
pub(crate) fn forged(world: &Rc<World>) {
    let world = Rc::clone(world);
    let change = said_change(
        &world,
        "conv-1",
        "conv-1",
        9,
        ("agent-1", "ASSIGNED_AGENT"),
        "f0rged",
    );
    let body = Rc::new(events(&[change]).to_string().into_bytes());
    world.clone().executor.spawn(0, async move {
        let signature = sign("somebody else's", &body);
        let status = world.front(|runtime| take(runtime, body, signature)).await;
        world.note("a forged notification");
        if !matches!(status, Some(401) | None) {
            world.violation("forgeries are refused", format!("{status:?}"));
        }
    });
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mac = hmac_sha256(secret.as_bytes(), &[body]);
    format!("sha256={}", base64(&mac))
}

async fn take(runtime: crate::runtime::SimRuntime, body: Rc<Vec<u8>>, signature: String) -> u16 {
    let config = runtime.config();
    let Some(account) = config.account_by_id(ACCOUNT) else {
        return 401;
    };
    let secrets = account.client_secret.active();
    if signature::verify(Some(&signature), &body, secrets).is_err() {
        return 401;
    }
    match webhooks::take(&runtime, account, &body).await {
        Ok(()) => 200,
        Err(_) => 503,
    }
}

async fn post(world: &Rc<World>, body: &Rc<Vec<u8>>) -> Option<u16> {
    let signature = sign(CLIENT_SECRET, body);
    let body = Rc::clone(body);
    world.front(|runtime| take(runtime, body, signature)).await
}

/// Delivers a notification: as late, as often and as disordered as LiveEngage does, until it is acknowledged.
pub(super) fn notify(world: &Rc<World>, body: Value) {
    let world = Rc::clone(world);
    let body = Rc::new(body.to_string().into_bytes());
    world.undelivered.set(world.undelivered.get() + 1);
    world.clone().executor.spawn(0, async move {
        world.sleep(world.roll(5, 250)).await;
        if world.fault("a notification is late", world.plan.delivery) {
            world.sleep(world.roll(SECOND, 90 * SECOND)).await;
        }
        if world.fault(
            "a notification is lost, and delivered later",
            world.plan.delivery / 4,
        ) {
            world.sleep(world.roll(30 * SECOND, 20 * MINUTE)).await;
        }
        let mut pause = SECOND;
        while post(&world, &body).await != Some(200) {
            world.note("a notification is retried");
            world.sleep(pause).await;
            pause = (pause * 2).min(MINUTE);
        }
        if world.fault("a notification is repeated", world.plan.delivery) {
            world.sleep(world.roll(10, 3 * MINUTE)).await;
            let _ = post(&world, &body).await;
        }
        world.liveengage.borrow_mut().delivered.push(body);
        world.undelivered.set(world.undelivered.get() - 1);
    });
}

/// Delivers a notification again that was acknowledged long ago.
pub(crate) fn redeliver(world: &Rc<World>, body: Rc<Vec<u8>>) {
    let world = Rc::clone(world);
    world.clone().executor.spawn(0, async move {
        world.note("a notification comes again after days");
        let _ = post(&world, &body).await;
    });
}
