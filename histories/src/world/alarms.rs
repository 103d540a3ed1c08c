//! Alarms: one for each object, rung at least once, and again when its handler vanished.

use std::cell::RefCell;
use std::rc::Rc;

use liveengage_connector::http::Millis;

use super::{Code, Name, World};
use crate::disk::{Disk, gate};
use crate::executor::sleep_until;
use crate::plan::MINUTE;

/// How often an alarm rings again after its first try.
const RETRIES: u32 = 6;

impl World {
    /// The alarm of an object rings at that time, unless it is set anew.
    pub(crate) fn wait_for_alarm(self: &Rc<Self>, name: Name, at: Millis) {
        let world = Rc::clone(self);
        self.executor.spawn(0, async move {
            sleep_until(&world.executor, at.max(world.now() + 5)).await;
            let disk = world.disk(&name);
            gate(&disk).await;
            if disk.borrow().alarm == Some(at) && disk.borrow().ringing.is_none() {
                disk.borrow_mut().alarm = None;
                world.ring(name, 0);
            }
        });
    }

    /// The object vanished before its handler was through.
    pub(super) fn was_cut_off(self: &Rc<Self>, name: Name, tries: u32) {
        *self.cut_off.borrow_mut().entry(name.clone()).or_default() += 1;
        self.ring_again(name, tries);
    }

    /// Whether the runtime has given an object's alarm up, each try of which ended with the object. What such an object stores waits
    /// until something comes for it: the platform has no more to offer.
    pub(crate) fn is_abandoned(&self, name: &Name) -> bool {
        let times = self.cut_off.borrow().get(name).copied();
        times.is_some_and(|times| times > RETRIES)
    }

    /// Something has come for an object, and it was there to answer: from here on its alarm is its own affair.
    pub(super) fn has_answered(&self, name: &Name) {
        self.cut_off.borrow_mut().remove(name);
    }

    fn ring_again(self: &Rc<Self>, name: Name, tries: u32) {
        if tries >= RETRIES {
            self.note("an alarm is given up by the runtime");
            return;
        }
        let world = Rc::clone(self);
        self.executor.spawn(0, async move {
            world.sleep(2000 << tries).await;
            let disk = world.disk(&name);
            if disk.borrow().alarm.is_none() && disk.borrow().ringing.is_none() {
                world.ring(name, tries + 1);
            }
        });
    }

    fn ring(self: &Rc<Self>, name: Name, tries: u32) {
        let disk = self.disk(&name);
        disk.borrow_mut().ringing = Some(tries);
        if tries == 0 {
            self.has_answered(&name);
        }
        self.count_alarm(&name, &disk);
        let instance = self.instance(&name);
        let world = Rc::clone(self);
        self.executor.spawn(instance.owner, async move {
            let rung = match &instance.code {
                Code::Conversation(object) => object.alarm().await,
                Code::Directory(object) => object.alarm().await,
                Code::Account(_) | Code::Attention(_) => Ok(()),
            };
            gate(&disk).await;
            disk.borrow_mut().ringing = None;
            let alarm = disk.borrow().alarm;
            match (rung, alarm) {
                (_, Some(at)) => world.wait_for_alarm(name, at),
                (Err(_), None) => {
                    world.has_answered(&name);
                    world.ring_again(name, tries);
                }
                (Ok(()), None) => {}
            }
        });
    }

    fn count_alarm(&self, name: &Name, disk: &Rc<RefCell<Disk>>) {
        self.note("alarm");
        let minute = self.now() / MINUTE;
        let mut disk = disk.borrow_mut();
        disk.rung = match disk.rung {
            (of, times) if of == minute => (of, times + 1),
            _ => (minute, 1),
        };
        if disk.rung.1 == 60 {
            let what = format!("{name:?} rang 60 times in one minute");
            self.violation("no alarm storm", what);
        }
    }
}
