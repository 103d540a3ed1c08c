//! What the shell does in a life, and how requests end.

use liveengage_connector::conversation::Lane;

use crate::life::Life;
use crate::support::*;

impl Life {
    /// Some step of a drain: another request, or the answer to the one that is under way.
    pub(crate) fn shell_goes_on(&mut self) {
        let lane = self.dice.pick(&Lane::ALL);
        if let Some(pending) = self.under_way.remove(&lane) {
            self.answer(pending);
            return;
        }
        let kinds = ["access", "register", "claim", "chat_state", "receipt"];
        for kind in kinds {
            if self.dice.percent(5) {
                self.world.outside.script(kind, [Reply::NotSent]);
                if matches!(kind, "access" | "chat_state") {
                    self.signal_faults += 1;
                }
            }
        }
        if let Taken::Send(pending) = self.world.take(lane) {
            self.check_request(&pending);
            self.under_way.insert(lane, *pending);
        }
        for kind in kinds {
            self.world.outside.forget(kind);
        }
    }

    fn answer(&mut self, pending: Pending) {
        let to_platform = matches!(pending.kind(), "sms" | "app");
        let reply = match self.dice.below(100) {
            0..15 if to_platform => Reply::twilio(400, 21610),
            0..55 => Reply::Ok,
            55..63 => Reply::LostAfter,
            63..69 => Reply::LostBefore,
            69..73 => Reply::FailedAfter(500),
            73..76 => Reply::status(504),
            76..80 => Reply::NotSent,
            80..84 => Reply::status(503),
            84..87 => Reply::RetryAfter(429, 3),
            87..90 => Reply::unauthorized(40102),
            90..92 => Reply::unauthorized(40103),
            92..93 => Reply::unauthorized(40001),
            // Without its place in LiveEngage's dialog a text can be taken for its neighbour of the same words.
            93..95 if !pending.says("ok") => Reply::Silent,
            _ => {
                // The answer is a long time coming.
                if self.dice.percent(40) {
                    let kind = pending.kind();
                    self.world.outside.script(kind, [Reply::status(503)]);
                }
                let answer = self.world.perform(&pending);
                self.late.push((pending, answer));
                return;
            }
        };
        let kind = pending.kind();
        self.world.outside.script(kind, [reply]);
        let answer = self.world.perform(&pending);
        if self.dice.percent(5) {
            self.world.crash();
            self.under_way.clear();
            self.late.clear();
        } else {
            self.world.end(&pending, &answer);
        }
    }

    pub(crate) fn late_answer_comes(&mut self) {
        if !self.late.is_empty() {
            let (pending, answer) = self.late.remove(0);
            self.world.end(&pending, &answer);
        }
    }

    /// A create while a conversation is known to be open would be a second one.
    fn check_request(&self, pending: &Pending) {
        if pending.kind() == "create" {
            let open = self.world.outside.open_conversation();
            let mut known = self.world.engine.consumer().unwrap().conversations.iter();
            let twice = known.find(|known| known.stage_open && open.as_ref() == Some(&known.id));
            assert!(twice.is_none(), "a second conversation beside {open:?}");
        }
    }

    /// All faults end, and everything that is late comes.
    pub(crate) fn calm_down(&mut self) {
        for (_, pending) in std::mem::take(&mut self.under_way) {
            let answer = self.world.perform(&pending);
            self.world.end(&pending, &answer);
        }
        for _ in 0..300 {
            self.collect_notifications();
            while !self.notifications.is_empty() {
                let next = self.notifications.remove(0);
                self.notify(&next);
            }
            self.late_answer_comes();
            self.world.drain_all();
            let rung = self.world.run_for(10 * MINUTE);
            assert!(rung < 100, "the alarm rang {rung} times in ten minutes");
            let rung = self.world.ring_for(MINUTE);
            assert!(rung < 20, "the alarm rang {rung} times in a minute");
            self.collect_notifications();
            let quiet = !self.world.has_open() && self.late.is_empty();
            if quiet && self.notifications.is_empty() {
                return;
            }
        }
        panic!("something waits for ever");
    }
}
