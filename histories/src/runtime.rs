//! The ports of the connector, over the simulated world.

use std::cell::RefCell;
use std::rc::Rc;

use liveengage_connector::config::Config;
use liveengage_connector::conversation::StoreError;
use liveengage_connector::http::{HttpAnswer, HttpRequest, Millis};
use liveengage_connector::objects::HeldAccess;
use liveengage_connector::runtime::{
    AccountRuntime, AttentionRuntime, ConversationRuntime, DirectoryRuntime, Failed, Isolate,
    Object, ObjectRuntime, Reply, Runtime,
};

use crate::disk::{Disk, SimStore, gate};
use crate::executor::Owner;
use crate::world::{Name, World};
use crate::{checks, network, platforms};

#[derive(Clone)]
pub(crate) struct SimRuntime {
    pub(crate) world: Rc<World>,
    pub(crate) isolate: usize,
    /// The object, if this is not the Worker in front.
    pub(crate) object: Option<(Name, Rc<RefCell<Disk>>)>,
    pub(crate) owner: Owner,
    pub(crate) ahead: Millis,
    pub(crate) behind: Millis,
}

impl SimRuntime {
    fn disk(&self) -> Rc<RefCell<Disk>> {
        let object = self.object.as_ref();
        object.map(|(_, disk)| Rc::clone(disk)).unwrap_or_default()
    }

    /// A create while a conversation is known to be open would open a second one.
    fn check_create(&self) {
        let disk = self.disk();
        let disk = disk.borrow();
        checks::asides::check_create(&self.world, &disk);
        let known = disk.consumer.as_ref().map(|it| it.conversations.as_slice());
        let mut known = known.unwrap_or_default().iter();
        if let Some(open) = known.find(|it| it.stage_open && it.main_open) {
            let what = format!("a create beside {}", open.id);
            self.world
                .violation("one open conversation per consumer", what);
        }
    }

    async fn gate(&self) {
        if let Some((_, disk)) = &self.object {
            gate(disk).await;
        }
    }
}

impl Runtime for SimRuntime {
    fn now(&self) -> Millis {
        self.world.now() + self.ahead - self.behind
    }

    fn random(&self) -> u64 {
        self.world.dice.borrow_mut().roll()
    }

    fn config(&self) -> Rc<Config> {
        Rc::clone(&self.world.config)
    }

    fn isolate(&self) -> Rc<Isolate> {
        self.world.isolate(self.isolate)
    }

    fn log(&self, event: &str, fields: &[(&str, &str)], _alarming: bool) {
        self.world.log(event, fields);
    }

    async fn send(&self, request: &HttpRequest) -> HttpAnswer {
        // From the first step on it counts as under way.
        let name = self.object.as_ref().map(|(name, _)| name.text());
        let under_way = network::UnderWay::new(&self.world, name.unwrap_or_default(), request);
        if request
            .url
            .ends_with("/messaging/consumer/conversation?v=3")
        {
            self.check_create();
        }
        let looks_up = platforms::line::is_profile(&request.url);
        if looks_up {
            checks::line::check_look_up(&self.world, &self.name(), self.owner);
        }
        self.gate().await;
        let answer = under_way.answer(request).await;
        if looks_up {
            checks::line::looked_up(&self.world, &self.name(), self.owner, &answer);
        }
        answer
    }

    async fn ask(&self, object: &Object<'_>, path: &str, body: &str) -> Result<Reply, Failed> {
        self.gate().await;
        let (name, path, body) = (Name::of(object), path.to_owned(), body.to_owned());
        self.world.request(name, path, body).await
    }

    async fn index_get(&self, name: &str) -> Option<String> {
        self.world.sleep(self.world.roll(1, 10)).await;
        self.world.index_get(self.isolate, name)
    }

    async fn index_put(&self, name: &str, value: &str) -> bool {
        self.gate().await;
        self.world.sleep(self.world.roll(1, 10)).await;
        self.world.index_put(name, value)
    }

    async fn index_delete(&self, name: &str) -> bool {
        self.gate().await;
        self.world.sleep(self.world.roll(1, 10)).await;
        self.world.index_delete(name)
    }
}

impl ObjectRuntime for SimRuntime {
    fn name(&self) -> String {
        let object = self.object.as_ref();
        object.map_or_else(String::new, |(name, _)| name.text().to_owned())
    }

    async fn set_alarm(&self, at: Millis) -> Result<(), Failed> {
        let Some((name, disk)) = &self.object else {
            return Ok(());
        };
        if disk.borrow().frozen
            || self
                .world
                .fault("an alarm cannot be set", self.world.plan.storage)
        {
            return Err(Failed {
                what: "the alarm is not set".to_owned(),
            });
        }
        disk.borrow_mut().set_alarm(Some(at));
        self.world.wait_for_alarm(name.clone(), at);
        self.world.sleep(0).await;
        Ok(())
    }

    async fn delete_all(&self) -> Result<(), Failed> {
        self.disk().borrow_mut().wipe();
        self.world.note("an object deletes all of its storage");
        self.world.sleep(0).await;
        Ok(())
    }

    fn wait_until(&self, work: impl Future<Output = ()> + 'static) {
        self.world.executor.spawn(self.owner, work);
    }
}

impl ConversationRuntime for SimRuntime {
    type Store = SimStore;

    fn open_store(&self) -> Result<SimStore, StoreError> {
        Ok(SimStore {
            disk: self.disk(),
            world: Rc::clone(&self.world),
        })
    }
}

impl DirectoryRuntime for SimRuntime {
    fn load(&self) -> Result<Option<String>, Failed> {
        Ok(self.disk().borrow().value.clone())
    }

    fn store(&self, value: &str) -> Result<(), Failed> {
        self.disk().borrow_mut().set_value(value.to_owned());
        Ok(())
    }
}

impl AttentionRuntime for SimRuntime {
    fn revision(&self, consumer: &str) -> Result<Option<u64>, Failed> {
        let disk = self.disk();
        let disk = disk.borrow();
        Ok(disk.reports.get(consumer).map(|(revision, _)| *revision))
    }

    fn put(&self, consumer: &str, revision: u64, report: &str) -> Result<(), Failed> {
        self.world.note("a dead letter or a stuck lane is reported");
        let report = Some((revision, report.to_owned()));
        self.disk().borrow_mut().set_report(consumer, report);
        Ok(())
    }

    fn delete(&self, consumer: &str) -> Result<(), Failed> {
        self.disk().borrow_mut().set_report(consumer, None);
        Ok(())
    }

    fn page(&self, after: &str, limit: usize) -> Result<Vec<(String, String)>, Failed> {
        let disk = self.disk();
        let disk = disk.borrow();
        let behind = disk.reports.iter().filter(|(key, _)| key.as_str() > after);
        let page = behind.map(|(key, (_, report))| (key.clone(), report.clone()));
        Ok(page.take(limit).collect())
    }
}

impl AccountRuntime for SimRuntime {
    async fn load(&self) -> Option<HeldAccess> {
        self.disk().borrow().held.clone()
    }

    async fn store(&self, value: &HeldAccess) -> bool {
        self.disk().borrow_mut().held = Some(value.clone());
        true
    }
}
