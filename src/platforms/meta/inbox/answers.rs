//! What Meta's answers to messages mean.
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes>

use crate::outcome::Refusal;
use crate::platforms::meta::graph::{Fault, GraphError};

/// The time in which one may answer is over.
const WINDOW: [(u64, u64); 3] = [(10, 2_018_278), (10, 2_018_065), (10, 2_534_022)];
/// The person has blocked the page, has left, or cannot be written to.
const GONE: [(u64, u64); 5] = [
    (100, 2_018_001),
    (200, 1_545_041),
    (200, 2_018_108),
    (200, 2_018_028),
    (100, 2_534_014),
];
/// The same, whatever the subcode says.
const GONE_CODES: [u64; 2] = [551, 9010];
/// The person has not yet agreed to Meta's terms; it comes with the code of something that passes.
const TERMS: (u64, u64) = (2, 2_018_344);

/// Codes that mean something else here than elsewhere in the Graph API.
pub(super) fn fault(error: &GraphError) -> Option<Fault> {
    let pair = (error.code, error.subcode?);
    let own = WINDOW.contains(&pair) || GONE.contains(&pair) || pair == TERMS;
    own.then_some(Fault::Message)
}

/// Codes that an agent can do something with.
pub(super) fn explain(refusal: &Refusal) -> Option<&'static str> {
    let Refusal::Rejected { code } = refusal else {
        return None;
    };
    let (code, subcode) = match code.split_once('/') {
        Some((code, subcode)) => (code.parse().ok()?, subcode.parse().ok()?),
        None => (code.parse().ok()?, 0),
    };
    let pair = (code, subcode);
    if WINDOW.contains(&pair) {
        return Some("the time in which Meta allows answers is over");
    }
    if GONE.contains(&pair) || GONE_CODES.contains(&code) {
        return Some("the person cannot be written to: gone, or has blocked these messages");
    }
    (pair == TERMS).then_some("the person has not yet agreed to Meta's terms")
}
