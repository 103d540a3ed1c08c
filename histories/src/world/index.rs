//! The index: it lags, keeps its misses, and fails.

use super::World;
use crate::plan::MINUTE;

impl World {
    pub(crate) fn index_get(&self, isolate: usize, name: &str) -> Option<String> {
        let now = self.now();
        if self.fault("the index fails", self.plan.objects) {
            return None;
        }
        let seen = (isolate, name.to_owned());
        if let Some((until, value)) = self.index_seen.borrow().get(&seen)
            && *until > now
        {
            if value.is_none() {
                self.note("a miss of the index is cached");
            }
            return value.clone();
        }
        let lag = if self.calm.get() {
            0
        } else {
            self.roll(0, 60_000)
        };
        let index = self.index.borrow();
        let versions = index.get(name).map_or(&[][..], Vec::as_slice);
        let visible = versions.iter().rev().find(|(at, _)| at + lag <= now);
        if visible.is_none() && !versions.is_empty() {
            self.note("the index lags");
        }
        let value = visible.map(|(_, value)| value.clone());
        let entry = (now + MINUTE, value.clone());
        self.index_seen.borrow_mut().insert(seen, entry);
        value
    }

    pub(crate) fn index_put(&self, name: &str, value: &str) -> bool {
        let now = self.now();
        let mut index = self.index.borrow_mut();
        let versions = index.entry(name.to_owned()).or_default();
        let often = versions.last().is_some_and(|(at, _)| now < at + 1000);
        if often || self.fault("the index is not written", self.plan.objects) {
            return false;
        }
        versions.push((now, value.to_owned()));
        true
    }

    pub(crate) fn index_delete(&self, name: &str) -> bool {
        self.index.borrow_mut().remove(name);
        true
    }
}
