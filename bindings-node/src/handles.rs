//! Objects of one thread by number.
//!
//! An object is taken out of its table while something is done with it, and put back afterwards. So one that a panic left
//! half changed is not there any more, and its handle is refused as poisoned.

use std::cell::RefCell;

use crate::error::Fault;

/// A type whose objects are kept in a table of each thread.
pub(crate) trait Kept: Sized + 'static {
    /// Does something with the table of this thread.
    fn table<R>(act: impl FnOnce(&Table<Self>) -> R) -> R;
}

#[derive(Debug)]
enum Place<T> {
    Free,
    Lent,
    Live(Box<T>),
}

/// Objects of one type.
#[derive(Debug)]
pub(crate) struct Table<T>(RefCell<Places<T>>);

#[derive(Debug)]
struct Places<T> {
    all: Vec<Place<T>>,
    free: Vec<u32>,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(Places { all: Vec::new(), free: Vec::new() }))
    }

    fn keep(&self, object: T) -> u32 {
        let mut places = self.0.borrow_mut();
        let place = Place::Live(Box::new(object));
        if let Some(handle) = places.free.pop() {
            places.all[handle as usize] = place;
            return handle;
        }
        places.all.push(place);
        (places.all.len() - 1) as u32
    }

    fn lend(&self, handle: u32) -> Result<Box<T>, Fault> {
        let mut places = self.0.borrow_mut();
        let Some(place) = places.all.get_mut(handle as usize) else { return Err(Fault::unknown()) };
        match std::mem::replace(place, Place::Lent) {
            Place::Live(object) => Ok(object),
            Place::Lent => Err(Fault::poisoned()),
            Place::Free => {
                *place = Place::Free;
                Err(Fault::unknown())
            }
        }
    }

    fn give_back(&self, handle: u32, object: Box<T>) {
        self.0.borrow_mut().all[handle as usize] = Place::Live(object);
    }

    fn free(&self, handle: u32) {
        let mut places = self.0.borrow_mut();
        let Some(place) = places.all.get_mut(handle as usize) else { return };
        let object = std::mem::replace(place, Place::Free);
        if !matches!(object, Place::Free) {
            places.free.push(handle);
        }
        // What goes may have to do with this table.
        drop(places);
        drop(object);
    }
}

/// Keeps an object; its handle.
pub(crate) fn keep<T: Kept>(object: T) -> u32 {
    T::table(|table| table.keep(object))
}

/// Does something with the object of a handle.
pub(crate) fn with<T: Kept, R>(
    handle: u32,
    act: impl FnOnce(&mut T) -> Result<R, Fault>,
) -> Result<R, Fault> {
    T::table(|table| {
        let mut object = table.lend(handle)?;
        let answer = act(&mut object);
        table.give_back(handle, object);
        answer
    })
}

/// Lets every object of a type go.
pub(crate) fn clear<T: Kept>() {
    T::table(|table| {
        let all = std::mem::take(&mut table.0.borrow_mut().all);
        drop(all);
    });
}

/// Lets an object go.
pub(crate) fn free<T: Kept>(handle: u32) {
    T::table(|table| table.free(handle));
}
