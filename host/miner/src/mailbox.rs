//! Orders of the controller on their way to the threads of the devices.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use tensority_device::device::{Placement, Range};
use tensority_device::waker::Waker;

/// Something that a device's thread has to do.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most are ranges")]
pub enum Order {
    Begin(Range, Placement),
    /// Have the device give up its work.
    Abort,
    Reset,
    /// Close the device, so that it is opened again.
    Reopen,
    /// Close the device for good.
    GiveUp,
}

impl Order {
    /// Whether the device forgets the ranges that it was given before.
    pub fn gives_up_work(&self) -> bool {
        !matches!(self, Self::Begin(_, Placement::Behind))
    }
}

/// The orders of all devices that are open.
#[derive(Default)]
pub struct Mailboxes(Mutex<State>);

#[derive(Default)]
struct State {
    ending: bool,
    mailboxes: BTreeMap<usize, Mailbox>,
}

struct Mailbox {
    waker: Waker,
    orders: Vec<Order>,
}

impl Mailboxes {
    /// A device is open from now on.
    pub fn register(&self, device: usize, waker: Waker) {
        let orders = Vec::new();
        let mailbox = Mailbox { waker, orders };
        self.state().mailboxes.insert(device, mailbox);
    }

    /// A device is closed: orders for it are dropped until it is open again.
    pub fn unregister(&self, device: usize) {
        self.state().mailboxes.remove(&device);
    }

    /// Gives a device an order, behind those that it has, and wakes its thread.
    pub fn send(&self, device: usize, order: Order) {
        if let Some(mailbox) = self.state().mailboxes.get_mut(&device) {
            mailbox.orders.push(order);
            mailbox.waker.wake();
        }
    }

    /// Tells every thread to come to its end.
    pub fn end(&self) {
        let mut state = self.state();
        state.ending = true;
        state.mailboxes.values().for_each(|it| it.waker.wake());
    }

    /// The orders of a device, which are handed over, and whether to come to an end.
    pub fn take(&self, device: usize) -> (Vec<Order>, bool) {
        let mut state = self.state();
        let mailbox = state.mailboxes.get_mut(&device);
        let orders = mailbox.map(|mailbox| std::mem::take(&mut mailbox.orders));
        (orders.unwrap_or_default(), state.ending)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nothing panics with the state")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn orders_are_handed_over_once_and_not_to_the_next_device() {
        let (mailboxes, wakes) = (Mailboxes::default(), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&wakes);
        let waker = Waker::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        mailboxes.send(3, Order::Reset);
        mailboxes.register(3, waker.clone());
        assert_eq!(mailboxes.take(3), (vec![], false), "of the one before");
        mailboxes.send(3, Order::Reset);
        mailboxes.send(3, Order::Abort);
        mailboxes.send(4, Order::Abort);
        assert_eq!(wakes.load(Ordering::SeqCst), 2);
        assert_eq!(mailboxes.take(3).0, [Order::Reset, Order::Abort]);
        assert_eq!(mailboxes.take(3).0, []);
        mailboxes.send(3, Order::Reset);
        mailboxes.unregister(3);
        mailboxes.register(3, waker);
        assert_eq!(mailboxes.take(3).0, []);
        mailboxes.end();
        assert!(mailboxes.take(3).1 && mailboxes.take(4).1);
        assert_eq!(wakes.load(Ordering::SeqCst), 4);
    }
}
