//! Whose conversation is this? Isolate cache, KV, Directory, in this order, and no further than what would be lost is worth.

use crate::conversation::wire::{AcceptRequest, SealedRequest};
use crate::directory::{Ask, Resolution};
use crate::feed::{Arrival, Worth};
use crate::identity::{ConsumerKey, Subject};
use crate::objects::calls::{self, CallFault};
use crate::runtime::Runtime;

/// Where the events of a conversation go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// To this consumer's object.
    Owner(ConsumerKey),
    /// They are parked until somebody claims the conversation.
    Parked,
    /// Nowhere: it is another channel's, or what would be lost is not worth a further look-up.
    Foreign,
    /// They cannot be parked any more.
    Full,
}

/// Finds the owner of an arrival's conversation, or parks its content.
pub async fn resolve(
    runtime: &impl Runtime,
    account_id: &str,
    arrival: &Arrival,
) -> Result<Found, CallFault> {
    let conversation = Subject::Conversation {
        account_id,
        id: &arrival.conversation_id,
    };
    let name = conversation.name();
    let isolate = runtime.isolate();
    if let Some(key) = isolate.owner(&name) {
        return Ok(Found::Owner(key));
    }
    if isolate.is_foreign(&name, runtime.now()) {
        return Ok(Found::Foreign);
    }
    if let Some(key) = runtime.index_get(&name).await {
        let key = ConsumerKey::from_stored(key);
        isolate.owned(name, &key);
        return Ok(Found::Owner(key));
    }
    if arrival.worth == Worth::Signal {
        return Ok(Found::Foreign);
    }
    for id in &arrival.consumers {
        // The Directory is asked, not KV: its "no" is certain, since a consumer is registered before its first conversation.
        let consumer = Subject::Consumer { account_id, id };
        let ask = Ask::Resolve { park: None };
        if let Resolution::Owned { key } = calls::directory(runtime, &consumer, &ask).await? {
            // Claimed before anything goes past the Directory: what it has parked must not be overtaken.
            let claim = Ask::Claim { key: key.clone() };
            calls::directory(runtime, &conversation, &claim).await?;
            isolate.owned(name, &key);
            return Ok(Found::Owner(key));
        }
    }
    if !arrival.consumers.is_empty() {
        isolate.foreign(name, runtime.now());
        return Ok(Found::Foreign);
    }
    let park = (arrival.worth == Worth::Content)
        .then(|| AcceptRequest::of_account(account_id, arrival.events.clone()))
        .map(|request| SealedRequest::from(&request));
    match calls::directory(runtime, &conversation, &Ask::Resolve { park }).await? {
        Resolution::Owned { key } => {
            isolate.owned(name, &key);
            Ok(Found::Owner(key))
        }
        Resolution::Parked => Ok(Found::Parked),
        Resolution::Unclaimed => Ok(Found::Foreign),
        Resolution::Full => Ok(Found::Full),
    }
}
