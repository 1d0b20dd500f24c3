//! The one thread that owns the keychain: one call in flight, each bounded, none of them able to take the program down.
//!
//! A call that does not answer within its bound is abandoned together with its thread and its connection, and the next
//! one opens fresh ones. After two in a row the worker fails fast, and starts no further thread, until one of the
//! abandoned calls answers. Threads are never joined: a hung keychain must not hold up the program's exit. They are
//! plain threads because zbus must not run inside an async runtime's.

use std::collections::HashSet;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::VaultError;
use crate::keychain::{Keychain, Opener};

/// Unanswered calls in a row after which the worker fails fast.
const UNANSWERED: usize = 2;

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Waiting for its turn, and then again for its answer.
    pub(crate) call: Duration,
    /// A person typing a password.
    pub(crate) unlock: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { call: Duration::from_secs(5), unlock: Duration::from_secs(60) }
    }
}

pub(crate) struct Worker {
    opener: Opener,
    bounds: Bounds,
    lane: Arc<Lane>,
}

impl Worker {
    pub(crate) fn new(opener: Opener, bounds: Bounds) -> Arc<Self> {
        Arc::new(Self { opener, bounds, lane: Arc::default() })
    }

    /// Runs one step on the keychain. The step may be run a second time on a fresh connection, so it must not matter
    /// that it is.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut dyn Keychain) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        self.run(self.bounds.call, false, step)
    }

    /// Asks the person. Whatever else comes meanwhile finds the keychain locked rather than waiting for them.
    pub(crate) fn unlock(&self) -> Result<(), VaultError> {
        let bound = self.bounds.unlock;
        // The keychain gives up a little earlier, so that it can take its prompt away.
        self.run(bound, true, move |keychain| keychain.unlock(bound.mul_f32(0.95)))
    }

    fn run<T: Send + 'static>(
        &self,
        bound: Duration,
        prompting: bool,
        mut step: impl FnMut(&mut dyn Keychain) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let _turn = self.lane.turn(Instant::now() + self.bounds.call, prompting)?;
        let (answer, answers) = mpsc::sync_channel(1);
        let id = self.lane.send(
            &self.opener,
            Box::new(move |connection| {
                // The receiver is gone when the call was abandoned.
                let _ = answer.send(connection.run(&mut step));
            }),
        )?;
        match answers.recv_timeout(bound) {
            Ok(answer) => {
                self.lane.lock().unanswered = 0;
                answer
            }
            Err(reason) => {
                let mut state = self.lane.lock();
                state.thread = None;
                if reason == RecvTimeoutError::Disconnected {
                    // The step panicked and took its thread along.
                    return Err(VaultError::Failed);
                }
                // Answers are sent before the lane is asked whether anybody still waits, so none is lost between.
                if let Ok(answer) = answers.try_recv() {
                    state.unanswered = 0;
                    return answer;
                }
                state.unanswered += 1;
                state.abandoned.insert(id);
                Err(VaultError::TimedOut)
            }
        }
    }
}

/// Who may talk to the keychain, and whether anybody should.
#[derive(Default)]
struct Lane {
    state: Mutex<State>,
    free: Condvar,
}

#[derive(Default)]
struct State {
    thread: Option<Thread>,
    started: u64,
    busy: bool,
    prompting: bool,
    unanswered: usize,
    abandoned: HashSet<u64>,
}

struct Thread {
    id: u64,
    steps: mpsc::Sender<Step>,
}

type Step = Box<dyn FnOnce(&mut Connection) + Send>;

impl Lane {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, deadline: Instant, prompting: bool) -> Result<Turn<'_>, VaultError> {
        let mut state = self.lock();
        loop {
            if state.prompting {
                return Err(VaultError::Locked);
            }
            if state.unanswered >= UNANSWERED {
                return Err(VaultError::TimedOut);
            }
            if !state.busy {
                break;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(VaultError::TimedOut);
            }
            (state, _) = self.free.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy = true;
        state.prompting = prompting;
        Ok(Turn(self))
    }

    fn send(self: &Arc<Self>, opener: &Opener, step: Step) -> Result<u64, VaultError> {
        let mut state = self.lock();
        if state.thread.is_none() {
            state.started += 1;
            let (id, lane, opener) = (state.started, Arc::clone(self), Arc::clone(opener));
            let (steps, incoming) = mpsc::channel();
            std::thread::Builder::new()
                .name("keychain".into())
                .spawn(move || {
                    let _over = Over { id, lane: &lane };
                    let mut connection = Connection { id, lane: Arc::clone(&lane), opener, keychain: None };
                    for step in incoming {
                        let step: Step = step;
                        step(&mut connection);
                        lane.answered(id);
                    }
                })
                .map_err(|_| VaultError::Failed)?;
            state.thread = Some(Thread { id, steps });
        }
        let thread = state.thread.as_ref().ok_or(VaultError::Failed)?;
        let id = thread.id;
        if thread.steps.send(step).is_err() {
            state.thread = None;
            return Err(VaultError::Failed);
        }
        Ok(id)
    }

    fn answered(&self, id: u64) {
        let mut state = self.lock();
        if state.abandoned.remove(&id) {
            state.unanswered = 0;
        }
    }
}

/// Hands the lane on, however the call ends.
struct Turn<'a>(&'a Lane);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.busy = false;
        state.prompting = false;
        drop(state);
        self.0.free.notify_all();
    }
}

/// A thread that panics has answered too.
struct Over<'a> {
    id: u64,
    lane: &'a Lane,
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.lane.answered(self.id);
    }
}

/// An open keychain, and how to open it again.
struct Connection {
    id: u64,
    lane: Arc<Lane>,
    opener: Opener,
    keychain: Option<Box<dyn Keychain>>,
}

impl Connection {
    /// A connection may have died since it was last used (the provider was restarted, the bus went away). So a fault
    /// on a used one is tried once more on a fresh one, and after a fault none is kept. An abandoned call is not tried
    /// again: by then the keychain belongs to another thread.
    fn run<T>(&mut self, step: &mut dyn FnMut(&mut dyn Keychain) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let used = self.keychain.is_some();
        let answer = self.attempt(step);
        match answer {
            Err(VaultError::Failed | VaultError::Absent) if used && !self.abandoned() => self.attempt(step),
            answer => answer,
        }
    }

    fn abandoned(&self) -> bool {
        self.lane.lock().abandoned.contains(&self.id)
    }

    fn attempt<T>(
        &mut self,
        step: &mut dyn FnMut(&mut dyn Keychain) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let mut keychain = match self.keychain.take() {
            Some(keychain) => keychain,
            None => (self.opener)()?,
        };
        let answer = step(keychain.as_mut());
        if !matches!(answer, Err(VaultError::Failed | VaultError::Absent | VaultError::TimedOut)) {
            self.keychain = Some(keychain);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;

    #[test]
    fn a_step_that_panics_fails_and_the_next_one_runs() {
        let memory = Memory::new();
        let worker = Worker::new(memory.clone().opener(), Bounds::default());
        let panicked = worker.call(|_| -> Result<(), _> { panic!("as the store does when its lock is poisoned") });
        assert_eq!(panicked, Err(VaultError::Failed));
        assert_eq!(worker.call(|keychain| keychain.items()), Ok(vec![]));
        assert_eq!(memory.openings(), 2);
    }

    #[test]
    fn an_abandoned_call_that_fails_opens_nothing_more() {
        let memory = Memory::new().bound(Duration::from_millis(250));
        let worker = Worker::new(memory.clone().opener(), memory.bounds());
        worker.call(|keychain| keychain.items()).unwrap();
        memory.hang_next();
        let hung = worker.call(|keychain| keychain.items().and(Err::<(), _>(VaultError::Failed)));
        assert_eq!(hung, Err(VaultError::TimedOut));
        memory.release();
        while !worker.lane.lock().abandoned.is_empty() {
            std::thread::yield_now();
        }
        assert_eq!((memory.openings(), memory.operations()), (1, 2));
    }

    #[test]
    fn a_call_whose_turn_does_not_come_is_not_made() {
        let memory = Memory::new().bound(Duration::from_millis(250));
        let worker = Worker::new(memory.clone().opener(), memory.bounds());
        let turn = worker.lane.turn(Instant::now(), false).unwrap();
        assert_eq!(worker.call(|keychain| keychain.items()), Err(VaultError::TimedOut));
        drop(turn);
        assert_eq!(worker.call(|keychain| keychain.items()), Ok(vec![]));
        assert_eq!(memory.operations(), 1);
    }

    #[test]
    fn the_bounds_are_those_of_the_design() {
        let Bounds { call, unlock } = Bounds::default();
        assert_eq!((call, unlock), (Duration::from_secs(5), Duration::from_secs(60)));
    }
}
