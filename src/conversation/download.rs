//! A file of LiveEngage's that the consumer opens.

use super::send::{self, Goal, SendContext, SendProgress, Verdict};
use super::{ConsumerKeyed, Context, Engine, Store, StoreError};
use crate::crypto;
use crate::http::{HttpAnswer, HttpRequest};
use crate::liveengage::files::{self, RelativePath};
use crate::liveengage::{Access, Call};
use crate::message::{Content, File, FilePlace};

/// The consumer's token belongs to no message here.
const NOTHING: Content = Content::Text {
    text: String::new(),
};

impl<S: Store> Engine<S> {
    /// The file with that id, and the request that asks LiveEngage for an address under which it can be read for a minute. `None`: there is
    /// no such file (any more).
    pub fn download(
        &self,
        id: &str,
        access: &Access,
        context: &Context<'_>,
    ) -> Result<Option<(File, HttpRequest)>, StoreError> {
        let Some(file) = self.file(id)? else {
            return Ok(None);
        };
        let path = match &file.at {
            FilePlace::Liveengage { relative_path } => RelativePath::parse(relative_path),
            _ => None,
        };
        let token = self.consumer().and_then(|consumer| consumer.token.clone());
        let (Some(path), Some(token), Some(channel)) = (path, token, self.channel(context)) else {
            return Ok(None);
        };
        let token = token.into();
        let call = Call {
            domains: &access.domains,
            account_id: &channel.account.id,
            token: &access.token,
            consumer: &token,
            features: &channel.features,
        };
        let request_id = format!("file-{}", crypto::hex(&context.random.to_be_bytes()));
        let request = files::download_url_request(&call, &request_id, &path);
        Ok(Some((file, request)))
    }

    /// The request for a new token of the consumer, where LiveEngage no longer takes the one that is known.
    pub fn consumer_token(&self, access: &Access, context: &Context<'_>) -> Option<HttpRequest> {
        let channel = self.channel(context)?;
        let send = SendContext {
            channel: &channel,
            request_id: "",
            upload: None,
        };
        let consumer = ConsumerKeyed {
            key: context.key,
            state: self.consumer()?,
        };
        let progress = SendProgress::default();
        send::request(
            &Goal::ConsumerToken,
            &send,
            access,
            &consumer,
            &NOTHING,
            &progress,
        )
    }

    /// Takes the answer. Returns whether there is a new token.
    pub fn consumer_token_came(
        &mut self,
        answer: &HttpAnswer,
        context: &Context<'_>,
    ) -> Result<bool, StoreError> {
        let (Some(channel), Some(consumer)) = (self.channel(context), &mut self.memory.consumer)
        else {
            return Ok(false);
        };
        let send = SendContext {
            channel: &channel,
            request_id: "",
            upload: None,
        };
        let verdict = send::conclude(
            &Goal::ConsumerToken,
            answer,
            &send,
            consumer,
            &NOTHING,
            &mut SendProgress::default(),
            context.now,
        );
        self.save_consumer(context.now)?;
        Ok(verdict == Verdict::Continue)
    }
}
