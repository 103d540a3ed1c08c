//! The world: objects that live and vanish, isolates, the index, and what was seen to go wrong.

mod alarms;
mod index;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use liveengage_connector::config::Config;
use liveengage_connector::http::Millis;
use liveengage_connector::objects::{
    AccountObject, AttentionObject, ConversationObject, DirectoryObject,
};
use liveengage_connector::runtime::{Failed, Isolate, Object, Reply};

use crate::configs;
use crate::dice::Dice;
use crate::disk::{Disk, gate};
use crate::executor::{Executor, Owner, sleep_until, slot};
use crate::liveengage::LiveEngage;
use crate::marks;
use crate::plan::{Plan, START};
use crate::platforms::Platforms;
use crate::runtime::SimRuntime;

/// Names an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Conversation(String),
    Directory(String),
    Account(String),
    Attention(String),
}

impl Name {
    pub(crate) fn of(object: &Object<'_>) -> Self {
        match object {
            Object::Conversation(name) => Self::Conversation((*name).to_owned()),
            Object::Directory(name) => Self::Directory((*name).to_owned()),
            Object::Account(name) => Self::Account((*name).to_owned()),
            Object::Attention(name) => Self::Attention((*name).to_owned()),
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Conversation(name)
            | Self::Directory(name)
            | Self::Account(name)
            | Self::Attention(name) => name,
        }
    }
}

enum Code {
    Conversation(ConversationObject<SimRuntime>),
    Directory(DirectoryObject<SimRuntime>),
    Account(Box<AccountObject<SimRuntime>>),
    Attention(AttentionObject<SimRuntime>),
}

/// An object in memory.
pub(crate) struct Instance {
    pub(crate) owner: Owner,
    code: Code,
}

/// A value of the index, or that there is none, and until when an isolate believes that.
type Seen = (Millis, Option<String>);

/// Isolates, each with its own view of the index.
pub(crate) const ISOLATES: usize = 2;

pub(crate) struct World {
    pub(crate) executor: Executor,
    pub(crate) dice: RefCell<Dice>,
    pub(crate) plan: Plan,
    pub(crate) config: Rc<Config>,
    /// Nothing goes wrong any more.
    pub(crate) calm: Cell<bool>,
    pub(crate) disks: RefCell<BTreeMap<Name, Rc<RefCell<Disk>>>>,
    instances: RefCell<BTreeMap<Name, Rc<Instance>>>,
    owners: RefCell<BTreeMap<Owner, Name>>,
    fronts: RefCell<BTreeSet<Owner>>,
    last_owner: Cell<Owner>,
    isolates: RefCell<[Rc<Isolate>; ISOLATES]>,
    index: RefCell<BTreeMap<String, Vec<(Millis, String)>>>,
    index_seen: RefCell<BTreeMap<(usize, String), Seen>>,
    pub(crate) liveengage: RefCell<LiveEngage>,
    pub(crate) platforms: RefCell<Platforms>,
    /// Attempts of which an object knows nothing: by the id of their publish, by the message's key, or by what a phone shows.
    pub(crate) doubtful: RefCell<BTreeSet<String>>,
    /// Requests under way, by object and lane.
    pub(crate) under_way: RefCell<BTreeMap<(String, &'static str), u32>>,
    /// When an object was last answered who its person is, and which instance of it.
    pub(crate) looked_up: RefCell<BTreeMap<String, (Owner, Millis)>>,
    /// Notifications and callbacks that are not acknowledged yet.
    pub(crate) undelivered: Cell<u32>,
    pub(crate) seen: RefCell<BTreeMap<&'static str, u64>>,
    pub(crate) wrong: RefCell<Vec<(&'static str, String)>>,
    /// Conversations whose parked content was forgotten unclaimed.
    pub(crate) expired: RefCell<BTreeSet<String>>,
    /// How often in a row an object vanished while its alarm rang.
    cut_off: RefCell<BTreeMap<Name, u32>>,
    traced: bool,
}

impl World {
    pub(crate) fn new(seed: u64, configs: &[Rc<Config>], traced: bool) -> Rc<Self> {
        let mut dice = Dice::new(seed);
        let plan = Plan::new(&mut dice, configs.len());
        let config = Rc::clone(&configs[plan.config]);
        let platforms = Platforms::new(&mut dice, plan.consumers);
        let world = Self {
            executor: Executor::at(START),
            dice: RefCell::new(dice),
            config,
            calm: Cell::new(false),
            disks: RefCell::default(),
            instances: RefCell::default(),
            owners: RefCell::default(),
            fronts: RefCell::default(),
            last_owner: Cell::new(0),
            isolates: RefCell::default(),
            index: RefCell::default(),
            index_seen: RefCell::default(),
            liveengage: RefCell::default(),
            platforms: RefCell::new(platforms),
            doubtful: RefCell::default(),
            under_way: RefCell::default(),
            looked_up: RefCell::default(),
            undelivered: Cell::new(0),
            seen: RefCell::default(),
            wrong: RefCell::default(),
            expired: RefCell::default(),
            cut_off: RefCell::default(),
            traced,
            plan,
        };
        world.trace(|| format!("{:?}", world.plan));
        Rc::new(world)
    }

    /// Whether an echo names the publish that it belongs to.
    pub(crate) fn echoes_bring_ids(&self) -> bool {
        let account = self.config.account_by_id(configs::ACCOUNT);
        account.is_some_and(|account| account.echo_metadata)
    }

    pub(crate) fn now(&self) -> Millis {
        self.executor.now()
    }

    pub(crate) fn roll(&self, low: u64, high: u64) -> u64 {
        self.dice.borrow_mut().between(low, high)
    }

    pub(crate) fn chance(&self, of_ten_thousand: u64) -> bool {
        self.dice.borrow_mut().chance(of_ten_thousand)
    }

    /// Whether something goes wrong now; it is counted by its name.
    pub(crate) fn fault(&self, name: &'static str, of_ten_thousand: u64) -> bool {
        let wrong = !self.calm.get() && of_ten_thousand > 0 && self.chance(of_ten_thousand);
        if wrong {
            self.note(name);
        }
        wrong
    }

    pub(crate) fn note(&self, name: &'static str) {
        *self.seen.borrow_mut().entry(name).or_default() += 1;
        self.trace(|| name.to_owned());
    }

    pub(crate) fn violation(&self, check: &'static str, what: String) {
        self.trace(|| format!("VIOLATION {check}: {what}"));
        self.wrong.borrow_mut().push((check, what));
    }

    pub(crate) fn trace(&self, line: impl FnOnce() -> String) {
        if self.traced {
            println!("{:>12} {}", self.now() - START, line());
        }
    }

    pub(crate) async fn sleep(&self, span: Millis) {
        sleep_until(&self.executor, self.now() + span).await;
    }

    fn new_owner(&self) -> Owner {
        self.last_owner.set(self.last_owner.get() + 1);
        self.last_owner.get()
    }

    // Running

    /// Goes on until that time.
    pub(crate) fn run_until(self: &Rc<Self>, until: Millis) {
        loop {
            while let Some(owner) = self.executor.step() {
                self.after_step(owner);
            }
            if !self.executor.advance(until) {
                return;
            }
        }
    }

    /// The task stands at an await: its batch ends, and its owner may vanish.
    fn after_step(self: &Rc<Self>, owner: Owner) {
        if owner == 0 {
            return;
        }
        if self.fronts.borrow().contains(&owner) {
            if self.fault("the Worker in front vanishes", self.plan.eviction) {
                self.fronts.borrow_mut().remove(&owner);
                self.executor.drop_tasks_of(owner);
            }
            return;
        }
        let Some(name) = self.owners.borrow().get(&owner).cloned() else {
            return;
        };
        let disk = self.disk(&name);
        if disk.borrow().frozen {
            disk.borrow_mut().commit_all();
            self.kill(&name);
            return;
        }
        let batch = disk.borrow_mut().end_batch();
        if let Some(batch) = batch {
            let world = Rc::clone(self);
            let delay = self.roll(1, 8);
            self.executor.spawn(owner, async move {
                world.sleep(delay).await;
                disk.borrow_mut().commit(batch);
            });
        }
        if self.fault("an object vanishes", self.plan.crash) {
            self.kill(&name);
        }
    }

    /// The object vanishes, with all that it was doing and had not stored.
    pub(crate) fn kill(self: &Rc<Self>, name: &Name) {
        let Some(instance) = self.instances.borrow_mut().remove(name) else {
            return;
        };
        self.trace(|| format!("gone: {name:?}"));
        self.owners.borrow_mut().remove(&instance.owner);
        self.executor.drop_tasks_of(instance.owner);
        let disk = self.disk(name);
        let (doubtful, alarm, ringing) = {
            let mut disk = disk.borrow_mut();
            (disk.roll_back(), disk.alarm, disk.ringing.take())
        };
        self.doubtful.borrow_mut().extend(doubtful);
        match (alarm, ringing) {
            (Some(at), _) => self.wait_for_alarm(name.clone(), at),
            (None, Some(tries)) => self.was_cut_off(name.clone(), tries),
            (None, None) => {}
        }
    }

    pub(crate) fn deploy(self: &Rc<Self>) {
        self.note("a deploy: all objects and isolates start anew");
        self.evict();
        *self.isolates.borrow_mut() = Default::default();
    }

    /// Nobody is left in memory.
    pub(crate) fn evict(self: &Rc<Self>) {
        let names: Vec<Name> = self.instances.borrow().keys().cloned().collect();
        for name in names {
            self.kill(&name);
        }
    }

    /// Lets go of everything, so that nothing holds the world but its owner.
    pub(crate) fn end(&self) {
        self.executor.drop_all_tasks();
        let instances = std::mem::take(&mut *self.instances.borrow_mut());
        drop(instances);
    }

    // Objects

    pub(crate) fn disk(&self, name: &Name) -> Rc<RefCell<Disk>> {
        let mut disks = self.disks.borrow_mut();
        Rc::clone(disks.entry(name.clone()).or_default())
    }

    fn instance(self: &Rc<Self>, name: &Name) -> Rc<Instance> {
        if let Some(instance) = self.instances.borrow().get(name) {
            return Rc::clone(instance);
        }
        let owner = self.new_owner();
        let skew = self.plan.skew;
        let runtime = SimRuntime {
            world: Rc::clone(self),
            isolate: usize::try_from(self.roll(0, ISOLATES as u64 - 1)).unwrap_or_default(),
            object: Some((name.clone(), self.disk(name))),
            owner,
            ahead: self.roll(0, 2 * skew),
            behind: skew,
        };
        let code = match name {
            Name::Conversation(_) => Code::Conversation(ConversationObject::new(runtime)),
            Name::Directory(_) => Code::Directory(DirectoryObject::new(runtime)),
            Name::Account(_) => Code::Account(Box::new(AccountObject::new(runtime))),
            Name::Attention(_) => Code::Attention(AttentionObject::new(runtime)),
        };
        let instance = Rc::new(Instance { owner, code });
        self.owners.borrow_mut().insert(owner, name.clone());
        let mut instances = self.instances.borrow_mut();
        instances.insert(name.clone(), Rc::clone(&instance));
        instance
    }

    /// One request to an object.
    pub(crate) async fn request(
        self: &Rc<Self>,
        name: Name,
        path: String,
        body: String,
    ) -> Result<Reply, Failed> {
        let failed = || Failed {
            what: "the object did not answer".to_owned(),
        };
        self.sleep(self.roll(1, 15)).await;
        if self.fault("an object cannot be reached", self.plan.objects) {
            return Err(failed());
        }
        let instance = self.instance(&name);
        let (sender, receiver) = slot();
        let disk = self.disk(&name);
        let owner = instance.owner;
        let world = Rc::clone(self);
        self.executor.spawn(owner, async move {
            let reply = match &instance.code {
                Code::Conversation(object) => object.answer(&path, &body).await,
                Code::Directory(object) => object.answer(&body).await,
                Code::Account(object) => Ok(object.answer(&body).await),
                Code::Attention(object) => object.answer(&body).await,
            };
            gate(&disk).await;
            world.has_answered(&name);
            sender.send(reply);
        });
        let reply = receiver.receive().await;
        if self.fault("an object's answer is lost", self.plan.objects) {
            return Err(failed());
        }
        reply.unwrap_or_else(|| Err(failed()))
    }

    // The Worker in front

    /// Runs a request to the Worker; `None` if it vanished, or its answer was lost.
    pub(crate) async fn front<F: Future<Output = u16> + 'static>(
        self: &Rc<Self>,
        work: impl FnOnce(SimRuntime) -> F,
    ) -> Option<u16> {
        let owner = self.new_owner();
        self.fronts.borrow_mut().insert(owner);
        let runtime = SimRuntime {
            world: Rc::clone(self),
            isolate: usize::try_from(self.roll(0, ISOLATES as u64 - 1)).unwrap_or_default(),
            object: None,
            owner,
            ahead: 0,
            behind: 0,
        };
        let (sender, receiver) = slot();
        let work = work(runtime);
        self.executor
            .spawn(owner, async move { sender.send(work.await) });
        let status = receiver.receive().await;
        self.fronts.borrow_mut().remove(&owner);
        if self.fault("an acknowledgement is lost", self.plan.eviction) {
            return None;
        }
        status
    }

    pub(crate) fn isolate(&self, number: usize) -> Rc<Isolate> {
        Rc::clone(&self.isolates.borrow()[number])
    }

    // Logs

    pub(crate) fn log(&self, event: &str, fields: &[(&str, &str)]) {
        self.trace(|| format!("log {event} {fields:?}"));
        for (name, value) in fields {
            self.look_for_marks(value, || format!("{event}.{name}"));
        }
        if event == "parked_expired"
            && let Some((_, subject)) = fields.iter().find(|(name, _)| *name == "subject")
        {
            self.expired.borrow_mut().insert((*subject).to_owned());
        }
        let path = match event {
            "interrupted" => "an interrupted attempt is found",
            "unknown" => "an outcome is unknown",
            "doubled" => "a message is known to have arrived twice",
            "moot" => "a message has become pointless",
            "hand_over_failed" => "a hand-over fails and is tried again",
            "parked_expired" => "parked content is forgotten",
            "storage_failed" => "a storage step fails",
            _ => return,
        };
        self.note(path);
    }

    pub(crate) fn look_for_marks(&self, text: &str, place: impl FnOnce() -> String) {
        if let Some(mark) = marks::HIDDEN.iter().find(|mark| text.contains(**mark)) {
            let what = format!("{mark} in {}: {text}", place());
            self.violation("nothing private in logs", what);
        }
    }
}
