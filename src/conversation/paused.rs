//! Holding a lane that could go on but must not: its head gets a due time without having been tried.

use super::{Context, Engine, Lane, Row, RowState, StepEvent, Store, StoreError};
use crate::http::Millis;
use crate::outcome::Cause;

impl<S: Store> Engine<S> {
    /// Nothing of this lane leaves before `until`. The head waits without an attempt being used, and its trace says so once,
    /// however often it is held. Signals do not wait: what they tell is over by then.
    pub fn hold(
        &mut self,
        lane: Lane,
        cause: &Cause,
        until: Millis,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        match lane {
            Lane::ToLiveengage => self.postpone_signals(context)?,
            Lane::ToConsumer => self.memory.signals.forget_to_consumer(),
        }
        while let Some(mut row) = self.head(lane)? {
            let due = row.due_at <= context.now;
            match row.state {
                RowState::Sending if self.memory.has_in_flight(&row) && !due => break,
                // As always: its attempt is over before anything else can be said of it. It may even have become a dead letter.
                RowState::Sending => self.interrupted(&mut row, context)?,
                _ if due || row.detail.held => {
                    row.put_off(context.now, until, cause.clone());
                    return self.save(&row);
                }
                _ => break,
            }
        }
        Ok(())
    }
}

impl Row {
    /// Puts it off without a try. A hold that goes on only moves the end of the step that told of it.
    fn put_off(&mut self, now: Millis, until: Millis, cause: Cause) {
        self.due_at = until;
        // What it waited for in its dialog has had its time.
        self.detail.held = false;
        if let Some(StepEvent::Retry {
            because,
            until: end,
        }) = self.trace.last_mut().map(|step| &mut step.event)
            && *because == cause
        {
            *end = until;
            return;
        }
        self.note(
            now,
            StepEvent::Retry {
                because: cause,
                until,
            },
        );
    }
}
