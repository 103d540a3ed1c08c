//! `POST /admin/consumers/find`: from an address or an id of LiveEngage's to the consumer.
//!
//! It is a `POST` although it changes nothing: an address in a URL would stand in every access log on the way.

use super::fields::Fields;
use super::one;
use super::routes::account;
use super::{Fault, Got, Need, Owned, Step, Task};
use crate::config::Config;
use crate::conversation::operate::Operation;
use crate::identity::ConsumerKey;

/// Whom to find.
pub(super) enum Find {
    Key(ConsumerKey),
    Owner { account_id: String, of: Owned },
}

impl Find {
    pub(super) fn read(mut fields: Fields, config: &Config) -> Result<Self, Fault> {
        let channel = fields.text("channel")?;
        let address = fields.text("address")?;
        let account_name = fields.text("account")?;
        let conversation = fields.text("conversation_id")?;
        let lp_consumer = fields.text("lp_consumer_id")?;
        fields.finish()?;
        match (channel, address, account_name, conversation, lp_consumer) {
            (Some(channel), Some(address), None, None, None) => {
                let channel = config.channels.get(&channel);
                let channel = channel.ok_or_else(|| {
                    Fault::invalid("channel", "no channel of that name is in service")
                })?;
                let identity = config.identity_key.as_ref();
                let identity =
                    identity.ok_or_else(|| Fault::Configuration("IDENTITY_KEY".to_owned()))?;
                let (account_id, namespace) = (&channel.account.id, &channel.namespace);
                let key = ConsumerKey::derive(identity, account_id, namespace, &address);
                Ok(Self::Key(key))
            }
            (None, None, Some(name), Some(id), None) => Ok(Self::Owner {
                account_id: account(&name, config)?,
                of: Owned::Conversation(id),
            }),
            (None, None, Some(name), None, Some(id)) => Ok(Self::Owner {
                account_id: account(&name, config)?,
                of: Owned::Consumer(id),
            }),
            _ => Err(Fault::invalid(
                "",
                "give `channel` and `address`, or `account` and either `conversation_id` or `lp_consumer_id`",
            )),
        }
    }
}

impl Task for Find {
    fn step(&mut self, got: Option<Got>) -> Result<Step, Fault> {
        match got {
            Some(Got::Object(answer)) => one::reply(&Operation::Show, *answer).map(Step::Reply),
            Some(Got::Owner(None)) => Err(Fault::NoConsumer),
            Some(Got::Owner(Some(key))) => Ok(Step::object(&key, Operation::Show)),
            Some(_) => Err(Fault::Unavailable),
            None => Ok(match self {
                Self::Key(key) => Step::object(key, Operation::Show),
                Self::Owner { account_id, of } => Step::Need(Need::Owner {
                    account_id: account_id.clone(),
                    of: of.clone(),
                }),
            }),
        }
    }
}
