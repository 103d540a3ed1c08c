//! One thread, many tasks, and a clock that moves only when nobody has anything to do.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use liveengage_connector::http::Millis;

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Who is gone when a task's owner vanishes. 0 is the world, which never does.
pub(crate) type Owner = u64;

#[derive(Default)]
struct Ready(Mutex<VecDeque<u64>>);

struct TaskWaker {
    task: u64,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut ready = self.ready.0.lock().unwrap_or_else(PoisonError::into_inner);
        ready.push_back(self.task);
    }
}

#[derive(Default)]
pub(crate) struct Executor {
    tasks: RefCell<BTreeMap<u64, (Owner, Task, Waker)>>,
    ready: Arc<Ready>,
    timers: RefCell<BTreeMap<(Millis, u64), Waker>>,
    now: Cell<Millis>,
    last: Cell<u64>,
}

impl Executor {
    pub(crate) fn at(now: Millis) -> Self {
        let executor = Self::default();
        executor.now.set(now);
        executor
    }

    pub(crate) fn now(&self) -> Millis {
        self.now.get()
    }

    fn number(&self) -> u64 {
        self.last.set(self.last.get() + 1);
        self.last.get()
    }

    pub(crate) fn spawn(&self, owner: Owner, future: impl Future<Output = ()> + 'static) {
        let task = self.number();
        let ready = Arc::clone(&self.ready);
        let waker = Waker::from(Arc::new(TaskWaker { task, ready }));
        waker.wake_by_ref();
        let mut tasks = self.tasks.borrow_mut();
        tasks.insert(task, (owner, Box::pin(future), waker));
    }

    /// The tasks of this owner are dropped where they stand.
    pub(crate) fn drop_tasks_of(&self, owner: Owner) {
        let mut tasks = self.tasks.borrow_mut();
        let of = tasks.iter().filter(|(_, (of, _, _))| *of == owner);
        let gone: Vec<u64> = of.map(|(task, _)| *task).collect();
        let gone: Vec<_> = gone.iter().map(|task| tasks.remove(task)).collect();
        drop(tasks);
        drop(gone);
    }

    /// All tasks are dropped: the world ends.
    pub(crate) fn drop_all_tasks(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        self.timers.borrow_mut().clear();
        drop(tasks);
    }

    /// Polls one task that can go on; says whose it was.
    pub(crate) fn step(&self) -> Option<Owner> {
        loop {
            let next = {
                let mut ready = self.ready.0.lock().unwrap_or_else(PoisonError::into_inner);
                ready.pop_front()?
            };
            let taken = self.tasks.borrow_mut().remove(&next);
            let Some((owner, mut task, waker)) = taken else {
                continue;
            };
            let done = task.as_mut().poll(&mut Context::from_waker(&waker));
            if done.is_pending() {
                self.tasks.borrow_mut().insert(next, (owner, task, waker));
            }
            return Some(owner);
        }
    }

    /// Moves the clock to the next timer, if it rings by `until`.
    pub(crate) fn advance(&self, until: Millis) -> bool {
        let mut timers = self.timers.borrow_mut();
        match timers.first_key_value() {
            Some(((at, _), _)) if *at <= until => {}
            _ => {
                self.now.set(self.now.get().max(until));
                return false;
            }
        }
        if let Some(((at, _), waker)) = timers.pop_first() {
            self.now.set(self.now.get().max(at));
            waker.wake();
        }
        true
    }
}

pub(crate) async fn sleep_until(executor: &Executor, at: Millis) {
    let mut asked = false;
    std::future::poll_fn(|context| {
        if asked && executor.now() >= at {
            return Poll::Ready(());
        }
        if !asked {
            asked = true;
            let key = (at.max(executor.now()), executor.number());
            let mut timers = executor.timers.borrow_mut();
            timers.insert(key, context.waker().clone());
        }
        Poll::Pending
    })
    .await;
}

/// A value on its way from one task to another.
pub(crate) struct Sender<T>(Rc<Slot<T>>);
pub(crate) struct Receiver<T>(Rc<Slot<T>>);

struct Slot<T> {
    value: RefCell<Option<T>>,
    gone: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

pub(crate) fn slot<T>() -> (Sender<T>, Receiver<T>) {
    let slot = Rc::new(Slot {
        value: RefCell::new(None),
        gone: Cell::new(false),
        waker: RefCell::new(None),
    });
    (Sender(Rc::clone(&slot)), Receiver(slot))
}

impl<T> Sender<T> {
    pub(crate) fn send(self, value: T) {
        self.0.value.replace(Some(value));
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.gone.set(true);
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }
}

impl<T> Receiver<T> {
    /// The value; `None` if its sender vanished.
    pub(crate) async fn receive(self) -> Option<T> {
        std::future::poll_fn(|context| {
            if let Some(value) = self.0.value.take() {
                return Poll::Ready(Some(value));
            }
            if self.0.gone.get() {
                return Poll::Ready(None);
            }
            self.0.waker.replace(Some(context.waker().clone()));
            Poll::Pending
        })
        .await
    }
}
