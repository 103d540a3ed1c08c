//! The way to the services outside, with its troubles.

use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use liveengage_connector::http::{HttpAnswer, HttpFailure, HttpRequest, HttpResponse, Millis};

use crate::executor::{Sender, sleep_until, slot};
use crate::plan::{SECOND, Service, Trouble};
use crate::world::World;
use crate::{liveengage, platforms};

/// The shell's deadline of a request.
const DEADLINE: Millis = 10 * SECOND;

/// A request under way. There is one at a time for each lane of an object.
pub(crate) struct UnderWay {
    world: Rc<World>,
    lane: Option<(String, &'static str)>,
}

impl UnderWay {
    pub(crate) fn new(world: &Rc<World>, object: &str, request: &HttpRequest) -> Self {
        let lane = lane(&request.url).map(|lane| (object.to_owned(), lane));
        if let Some(lane) = &lane {
            let mut under_way = world.under_way.borrow_mut();
            let count = under_way.entry(lane.clone()).or_default();
            *count += 1;
            if *count > 1 {
                let what = format!("{count} requests {}", lane.1);
                world.violation("one outstanding send per lane", what);
            }
        }
        let world = Rc::clone(world);
        Self { world, lane }
    }

    pub(crate) async fn answer(mut self, request: &HttpRequest) -> HttpAnswer {
        let world = Rc::clone(&self.world);
        let world = &world;
        world.look_for_marks(&format!("{request:?}"), || "a request's Debug".to_owned());
        let service = service(&request.url);
        let trouble = trouble(world, service);
        let doubtful = matches!(
            trouble,
            Some(
                Trouble::LostBefore
                    | Trouble::LostAfter
                    | Trouble::Late
                    | Trouble::Hung
                    | Trouble::FailedAfter(_)
            )
        );
        if doubtful && let Some(mark) = named(request) {
            world.doubtful.borrow_mut().insert(mark);
        }
        let hung = trouble == Some(Trouble::Hung);
        if hung {
            // Its lane will not wait for it.
            self.release();
        }
        let (sender, receiver) = slot();
        let carried = carry(Rc::clone(world), request.clone(), service, trouble, sender);
        // Once it has left, it arrives whatever becomes of its sender.
        world.executor.spawn(0, carried);
        let mut receiver = pin!(receiver.receive());
        let patience = if hung { 4 * DEADLINE } else { DEADLINE };
        let mut deadline = pin!(sleep_until(&world.executor, world.now() + patience));
        let answer = std::future::poll_fn(|context| {
            if let Poll::Ready(answer) = receiver.as_mut().poll(context) {
                return Poll::Ready(answer);
            }
            deadline.as_mut().poll(context).map(|()| None)
        })
        .await;
        let answer = answer.unwrap_or(Err(HttpFailure::Lost));
        world.trace(|| format!("{service:?} {} {answer:?}", request.url));
        answer
    }
}

impl UnderWay {
    fn release(&mut self) {
        if let Some(lane) = self.lane.take()
            && let Some(count) = self.world.under_way.borrow_mut().get_mut(&lane)
        {
            *count -= 1;
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.release();
    }
}

/// Names the attempt that a request is, where its effect matters: by a publish's id, or by the text on a phone.
fn named(request: &HttpRequest) -> Option<String> {
    if request.url.contains("/Messages.json") {
        return platforms::form_field(&request.body, "Body");
    }
    if platforms::line::is_line(&request.url) {
        return platforms::line::text_of(request);
    }
    let body: serde_json::Value = serde_json::from_slice(&request.body).ok()?;
    Some(body.get("id")?.as_str()?.to_owned())
}

fn lane(url: &str) -> Option<&'static str> {
    // Who a person is, is asked on the way to LiveEngage.
    if url.contains("/messaging/consumer/")
        || url.contains("/consumer?")
        || platforms::line::is_profile(url)
    {
        return Some("to LiveEngage");
    }
    (service(url) != Service::Liveengage).then_some("to the platform")
}

fn service(url: &str) -> Service {
    if url.contains("/Messages.json") {
        Service::Twilio
    } else if url.starts_with("https://app.example/") {
        Service::App
    } else if platforms::line::is_line(url) {
        Service::Line
    } else {
        Service::Liveengage
    }
}

fn trouble(world: &Rc<World>, service: Service) -> Option<Trouble> {
    let now = world.now();
    let mut outages = world.plan.outages.iter();
    let outage = outages.find(|it| it.of == service && it.from <= now && now < it.until);
    if let Some(outage) = outage {
        world.note(match service {
            Service::Liveengage => "LiveEngage is out",
            Service::Twilio | Service::App | Service::Line => "a platform is out",
        });
        return Some(outage.kind);
    }
    if !world.fault("a request goes wrong", world.plan.network) {
        return None;
    }
    let (name, trouble) = *world.dice.borrow_mut().pick(&[
        ("a connection fails", Trouble::NotSent),
        ("time-out before the effect", Trouble::LostBefore),
        ("time-out after the effect", Trouble::LostAfter),
        ("time-out after the effect", Trouble::LostAfter),
        ("an effect after the time-out", Trouble::Late),
        ("an answer after the lease", Trouble::Hung),
        ("a slow answer", Trouble::Slow),
        ("a slow answer", Trouble::Slow),
        ("500 after the effect", Trouble::FailedAfter(500)),
        ("504 after the effect", Trouble::FailedAfter(504)),
        ("503", Trouble::Status(503, None)),
        ("502", Trouble::Status(502, None)),
        ("429 with Retry-After", Trouble::Status(429, Some(7))),
        ("429 without Retry-After", Trouble::Status(429, None)),
    ]);
    world.note(name);
    Some(trouble)
}

async fn carry(
    world: Rc<World>,
    request: HttpRequest,
    service: Service,
    trouble: Option<Trouble>,
    sender: Sender<HttpAnswer>,
) {
    let effect = || match service {
        Service::Liveengage => liveengage::answer(&world, &request),
        Service::Twilio | Service::App | Service::Line => platforms::answer(&world, &request),
    };
    world.sleep(world.roll(3, 120)).await;
    let answer = match trouble {
        None => effect(),
        Some(Trouble::NotSent) => Err(HttpFailure::NotSent),
        Some(Trouble::LostBefore) => {
            world.sleep(DEADLINE).await;
            Err(HttpFailure::Lost)
        }
        Some(Trouble::LostAfter) => {
            let _ = effect();
            world.sleep(DEADLINE).await;
            Err(HttpFailure::Lost)
        }
        Some(Trouble::Late) => {
            world.sleep(world.roll(DEADLINE, DEADLINE + 1500)).await;
            let _ = effect();
            Err(HttpFailure::Lost)
        }
        Some(Trouble::Slow) => {
            let answer = effect();
            world.sleep(world.roll(SECOND, DEADLINE - SECOND)).await;
            answer
        }
        Some(Trouble::Hung) => {
            let answer = match world.chance(5000) {
                true => effect(),
                false => Ok(response(503, String::new())),
            };
            world.sleep(world.roll(16 * SECOND, 35 * SECOND)).await;
            answer
        }
        Some(Trouble::FailedAfter(status)) => {
            let _ = effect();
            Ok(response(status, String::new()))
        }
        Some(Trouble::Status(status, after)) => {
            let mut response = response(status, String::new());
            let after = after.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
            response.headers.extend(after);
            Ok(response)
        }
    };
    world.sleep(world.roll(3, 120)).await;
    sender.send(answer);
}

pub(crate) fn response(status: u16, body: String) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: body.into_bytes(),
        length: None,
    }
}
