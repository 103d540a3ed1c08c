//! What is asked of one consumer's object: to look, to take over a conversation, to erase the person.

use serde_json::json;

use super::{Fault, Got, Reply, Step, Task};
use crate::conversation::operate::{Answer, Operation};
use crate::identity::ConsumerKey;

/// One operation on one consumer.
pub(super) struct One {
    pub(super) consumer: ConsumerKey,
    pub(super) operation: Operation,
}

impl Task for One {
    fn step(&mut self, got: Option<Got>) -> Result<Step, Fault> {
        match got {
            None => Ok(Step::object(&self.consumer, self.operation.clone())),
            Some(Got::Object(answer)) => reply(&self.operation, *answer).map(Step::Reply),
            Some(_) => Err(Fault::Unavailable),
        }
    }
}

/// What the object's answer is to the operator.
pub(super) fn reply(operation: &Operation, answer: Answer) -> Result<Reply, Fault> {
    let body = match answer {
        Answer::Consumer { consumer } => json!(consumer),
        Answer::Messages { messages, more } => json!({ "messages": messages, "more": more }),
        Answer::Message { message } => json!(message),
        Answer::Done => match operation {
            Operation::Adopt { conversation_id } => json!({ "adopted": conversation_id }),
            _ => json!({}),
        },
        Answer::Erased { erased } => {
            let dry_run = matches!(operation, Operation::Erase { dry_run: true });
            json!({ "dry_run": dry_run, "erased": erased })
        }
        Answer::Unknown => {
            return Err(match operation {
                Operation::Trace { .. } => Fault::NoMessage,
                _ => Fault::NoConsumer,
            });
        }
        Answer::Impossible { why } => return Err(Fault::Impossible(why)),
        Answer::Selected { .. } => return Err(Fault::Unavailable),
    };
    Ok(Reply::ok(body))
}
