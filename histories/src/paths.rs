//! What many histories must have come to, so that a check that never had anything to do is noticed.

use std::collections::BTreeMap;

use crate::checks::ABANDONED;

const EXPECTED: &[&str] = &[
    "401: a consumer's token",
    "401: the app's token",
    "429 with Retry-After",
    "429 without Retry-After",
    "500 after the effect",
    "502",
    "503",
    "504 after the effect",
    "Conversation is close",
    "LiveEngage is out",
    "LiveEngage is told that a message did not arrive",
    "a callback comes again after days",
    "a callback is repeated",
    "a callback is retried",
    "a connection fails",
    "a deploy: all objects and isolates start anew",
    "a foreign conversation",
    "a forged callback",
    "a forged notification",
    "a malformed notification",
    "a message is known to have arrived twice",
    "a miss of the index is cached",
    "a notification comes again after days",
    "a notification is late",
    "a notification is lost, and delivered later",
    "a notification is repeated",
    "a notification is retried",
    "a platform is out",
    "a platform refuses a message",
    "a platform reports a failure later",
    "a push",
    "a push is known already (409)",
    "a quick exchange",
    "a report settles a send to the consumer",
    "a reply by its token",
    "a short-lived token",
    "a storage step fails",
    "a report is late",
    "a slow answer",
    "a survey opens",
    "a token that is spent",
    "already has open conversation",
    "an acknowledgement is lost",
    "an agent closes",
    "an alarm cannot be set",
    "an answer after the lease",
    "an aside",
    "an aside outside of a conversation",
    "an effect after the time-out",
    "an effect is doubled, by the policy",
    "an interrupted attempt is found",
    "an object cannot be reached",
    "an object deletes all of its storage",
    "an object vanishes",
    "an object's answer is lost",
    "an outcome is unknown",
    "an unreadable callback",
    "content comes before the create's answer",
    "crash on a poison message",
    "parked content is forgotten",
    "refused by a platform",
    "refused: it crashes",
    "refused: its outcome is unknown",
    "refused: malformed",
    "somebody is typing",
    "storage error",
    "the Worker in front vanishes",
    "the app has a message already",
    "the index fails",
    "the index is not written",
    "the index lags",
    "the same text as another message",
    "time-out after the effect",
    "time-out before the effect",
    "two events in one callback",
    "who a person is could not be told",
    "who a person is was told",
];

/// Exceptions that are known must stay exceptions: more than one history in a thousand is a fault.
pub(crate) fn are_too_many(seen: &BTreeMap<&'static str, u64>, histories: u64) -> bool {
    let abandoned = seen.get(ABANDONED).copied().unwrap_or_default();
    abandoned > 1 + histories / 1000
}

pub(crate) fn missing(seen: &BTreeMap<&'static str, u64>) -> Vec<&'static str> {
    let missing = EXPECTED.iter().filter(|path| !seen.contains_key(*path));
    missing.copied().collect()
}
