//! Which conversation at the desk is whose, and what has arrived on either side.

use super::message::{Direction, Message};
use super::{Platform, all, find};
use crate::sim::World;

fn alike(whole: &str, part: &str) -> bool {
    let (whole, part) = (whole.trim(), part.trim());
    whole == part || (!part.is_empty() && whole.contains(part))
}

/// A consumer's text has been published. It tells whose conversation it is: the desk shows the person's id where it
/// shows numbers, also in place of a number of the profile. People of several platforms may say the same at once; the
/// profile names the platform, or what the person is called there. Without a profile it may be anybody.
pub(crate) fn arrived_at_desk(world: &mut World, conversation: &str, text: &str) {
    let social_id = world.social_id(conversation).unwrap_or_default().to_owned();
    let one_platform = find(&social_id).is_some();
    let of_a_platform = all()
        .filter(|platform| !one_platform || platform.name() == social_id)
        .any(|platform| {
            let named = if one_platform { "" } else { &social_id };
            said(world, platform, named, conversation, text)
        });
    // Who is of no platform here is of an app, which need not be the simulated one.
    if !of_a_platform && !one_platform {
        crate::gateway::people::arrived_at_desk(world, conversation, text);
    }
}

/// Whether the desk knows the person by that number. WhatsApp's ids are numbers without the plus sign.
fn is_of(number: &str, person: &str, phone: Option<&str>) -> bool {
    number == person || number.strip_prefix('+') == Some(person) || Some(number) == phone
}

/// Whether somebody of the platform has said it: somebody of that username, or anybody when it is empty.
fn said(
    world: &mut World,
    platform: &dyn Platform,
    username: &str,
    conversation: &str,
    text: &str,
) -> bool {
    let mut conversations = world.conversations.iter_mut();
    let Some(known) = conversations.find(|known| known.id == conversation) else {
        return false;
    };
    let number = known.number.clone();
    let mut people = world.people.of(platform).people.iter_mut();
    let found = people.find_map(|(id, person)| {
        let own = |number: &String| is_of(number, id, person.phone.as_deref());
        let named = username.is_empty()
            || person
                .more
                .get("username")
                .is_some_and(|own| own == username);
        if !named || !number.as_ref().is_none_or(own) {
            return None;
        }
        let under_way =
            |message: &&mut Message| message.direction != Direction::Received && !message.at_desk;
        let mut messages = person.messages.iter_mut().filter(under_way);
        let said =
            messages.find(|message| alike(&message.text, text) || alike(text, &message.text));
        let message = match said {
            Some(message) => message,
            // A file has a name of the connector's own.
            None if number.is_some() => {
                let mut messages = person.messages.iter_mut().filter(under_way);
                messages.find(|message| message.picture.is_some() || message.file.is_some())?
            }
            None => return None,
        };
        message.at_desk = true;
        Some(id.clone())
    });
    if found.is_some() {
        known.number.clone_from(&found);
    }
    found.is_some()
}

/// A message has been shown to a person: the oldest of the agent's with that text has arrived, rather one that was not reported
/// as not delivered. What has no text of its own arrives in its turn.
pub(super) fn arrived_at_person(
    world: &mut World,
    person: &str,
    phone: Option<&str>,
    shown: &Message,
) {
    let own = |number: Option<&str>| number.is_some_and(|number| is_of(number, person, phone));
    let conversations = world.conversations.iter_mut();
    let conversations = conversations.filter(|known| own(known.number.as_deref()));
    let waiting = conversations.flat_map(|known| &mut known.messages);
    let mut waiting: Vec<_> = waiting
        .filter(|message| ["sent", "retrying", "acknowledged", "dropped"].contains(&message.state))
        .collect();
    waiting.sort_by_key(|message| message.receipts.iter().any(|status| status == "NACK"));
    let same = waiting
        .iter()
        .position(|message| alike(&message.text, &shown.text) || alike(&shown.text, &message.text));
    let other = || {
        let structured = shown.kind != "text" || !shown.buttons.is_empty();
        let rich = |message: &&mut crate::liveperson::conversation::Message| {
            !message.event["message"].is_string()
        };
        waiting.iter().position(rich).filter(|_| structured)
    };
    if let Some(place) = same.or_else(other)
        && let Some(message) = waiting.get_mut(place)
    {
        message.state = "on_phone";
    }
}
