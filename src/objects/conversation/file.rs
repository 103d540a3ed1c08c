//! The object's side of a file address: ask LiveEngage where the file can be read for the next minute.

use super::Inner;
use crate::conversation::StoreError;
use crate::conversation::wire::{FileAnswer, FileRequest};
use crate::http::Millis;
use crate::liveengage::answers::{Answer, TokenFault};
use crate::liveengage::files;
use crate::objects::account;
use crate::runtime::ConversationRuntime;

/// Pause that a consumer's device is asked for where LiveEngage does not name one (ms).
const AGAIN: Millis = 5000;

impl<R: ConversationRuntime> Inner<R> {
    /// Where a file can be read now. A refused token, of the app or of the consumer, is renewed once.
    pub(super) async fn file(&self, request: &FileRequest) -> Result<FileAnswer, StoreError> {
        let unavailable = |after: Option<Millis>| FileAnswer::Unavailable {
            retry_after: Some(after.unwrap_or(AGAIN)),
        };
        let known = self.with(|engine, _| engine.file(&request.file_id))?;
        let account_id = self.with(|engine, _| {
            Ok(engine
                .consumer()
                .map(|consumer| consumer.account_id.clone()))
        })?;
        let (Some(_), Some(account_id)) = (known, account_id) else {
            return Ok(FileAnswer::Gone);
        };
        let mut refused = None;
        let mut renewed = false;
        for _ in 0..3 {
            let access = match account::access(&self.runtime, &account_id, refused.take()).await {
                Ok(access) => access,
                Err(_) => return Ok(unavailable(None)),
            };
            let asked =
                self.with(|engine, context| engine.download(&request.file_id, &access, context))?;
            let Some((file, request)) = asked else {
                return Ok(FileAnswer::Gone);
            };
            match files::url_answer(&self.runtime.send(&request).await) {
                Answer::Done(signed) => {
                    let Some(url) = signed.url(&access.domains) else {
                        return Ok(FileAnswer::Gone);
                    };
                    return Ok(FileAnswer::Found {
                        url,
                        name: file.name,
                        media_type: file.media_type,
                    });
                }
                Answer::Unauthorized(TokenFault::ConsumerJws) if !renewed => {
                    renewed = true;
                    let asked =
                        self.with(|engine, context| Ok(engine.consumer_token(&access, context)))?;
                    let Some(request) = asked else {
                        return Ok(FileAnswer::Gone);
                    };
                    let answer = self.runtime.send(&request).await;
                    self.with(|engine, context| engine.consumer_token_came(&answer, context))?;
                }
                Answer::Unauthorized(TokenFault::AppJwt) => {
                    refused = Some(access.fingerprint());
                }
                Answer::Destination { after, .. } => return Ok(unavailable(after)),
                // A file of the consumer that this one was before: another token does not help.
                Answer::Unauthorized(TokenFault::Other)
                | Answer::Refused { .. }
                | Answer::ConversationClosed => return Ok(FileAnswer::Gone),
                Answer::Unauthorized(_) => return Ok(unavailable(None)),
            }
        }
        Ok(unavailable(None))
    }
}
