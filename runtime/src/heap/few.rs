//! A stack of plain values that lies where it is made, with room for some.

use std::mem::MaybeUninit;

/// See the module's comment. Making one costs nothing: the room is not initialised.
pub struct Few<T: Copy, const ROOM: usize> {
    values: [MaybeUninit<T>; ROOM],
    len: usize,
}

impl<T: Copy, const ROOM: usize> Few<T, ROOM> {
    /// None.
    #[inline]
    pub fn new() -> Few<T, ROOM> {
        Few {
            values: [const { MaybeUninit::uninit() }; ROOM],
            len: 0,
        }
    }

    /// Adds one; where there is no room it comes back.
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), T> {
        match self.values.get_mut(self.len) {
            Some(place) => {
                place.write(value);
                self.len += 1;
                Ok(())
            }
            None => Err(value),
        }
    }

    /// Takes the last one.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: the values below `len` have been written.
        Some(unsafe { self.values[self.len].assume_init() })
    }

    /// All of them, the first one first.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        // SAFETY: as above.
        self.values[..self.len]
            .iter()
            .map(|value| unsafe { value.assume_init_ref() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_last_one_first_until_there_is_none() {
        let mut few = Few::<u8, 2>::new();
        assert_eq!(
            (few.push(1), few.push(2), few.push(3)),
            (Ok(()), Ok(()), Err(3))
        );
        assert!(few.iter().eq(&[1, 2]));
        assert_eq!([few.pop(), few.pop(), few.pop()], [Some(2), Some(1), None]);
        assert_eq!(few.push(4), Ok(()));
    }
}
