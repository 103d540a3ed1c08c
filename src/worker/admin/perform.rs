//! What a task of the admin API needs, fetched.

use worker::Env;

use crate::admin::{Got, Need, Owned};
use crate::config::Config;
use crate::directory::{Ask, Resolution};
use crate::identity::{ConsumerKey, Subject};
use crate::objects::calls;
use crate::pause::{Flag, Standing};
use crate::runtime::Runtime;
use crate::worker::pauses;
use crate::worker::runtime::Shell;

pub(super) async fn perform(env: &Env, config: &Config, need: &Need) -> Got {
    let shell = Shell::new(env);
    match need {
        Need::Index { object, ask } => match calls::attention(&shell, object, ask).await {
            Ok(found) => Got::Index(found),
            Err(_) => Got::Failed,
        },
        Need::Object {
            consumer,
            operation,
        } => match calls::operate(&shell, consumer, operation).await {
            Ok(answer) => Got::Object(Box::new(answer)),
            Err(_) => Got::Failed,
        },
        Need::Owner { account_id, of } => owner(&shell, account_id, of).await,
        Need::Flags => match pauses::standing(env, &Flag::all(config)).await {
            Some(flags) => Got::Flags(flags),
            None => Got::Failed,
        },
        Need::Flag { flag, standing } => set(env, &shell, flag, *standing).await,
    }
}

/// As for an event of LiveEngage: KV leads there, and on a miss the Directory knows.
async fn owner(shell: &Shell, account_id: &str, of: &Owned) -> Got {
    let subject = match of {
        Owned::Conversation(id) => Subject::Conversation { account_id, id },
        Owned::Consumer(id) => Subject::Consumer { account_id, id },
    };
    if let Some(key) = shell.index_get(&subject.name()).await {
        return Got::Owner(Some(ConsumerKey::from_stored(key)));
    }
    match calls::directory(shell, &subject, &Ask::Resolve { park: None }).await {
        Ok(Resolution::Owned { key }) => Got::Owner(Some(key)),
        Ok(_) => Got::Owner(None),
        Err(_) => Got::Failed,
    }
}

/// In this isolate a flag holds at once.
async fn set(env: &Env, shell: &Shell, flag: &Flag, standing: Option<Standing>) -> Got {
    if !pauses::set(env, flag, standing).await {
        return Got::Failed;
    }
    let (flag, stands) = (flag.clone(), standing.is_some());
    shell.isolate().pauses().learn(flag, stands, shell.now());
    Got::Set
}
