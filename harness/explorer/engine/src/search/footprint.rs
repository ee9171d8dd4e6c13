//! What a step touches, and when two steps depend on each other.
//!
//! Two steps of different threads are *independent* if they can be swapped where they are neighbours, and neither can enable or
//! disable the other. Runs that differ only by such swaps are the same run (a Mazurkiewicz trace), and the search visits one
//! of them. Everything it may skip, it skips because of the table in [`Kind::conflicts`].

/// How a step touches an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Nothing. Ends a footprint.
    None = 0,
    /// Looks at the object: a failed `try_lock`, a spinning thread that waits for a change.
    Read,
    /// Looks whether somebody holds a lock alone: a `try_read`.
    Peek,
    /// Depends on everything that touches the object.
    Write,
    /// Takes a lock alone.
    Acquire,
    /// Takes a lock together with others.
    Share,
    /// Gives back a lock held alone.
    Release,
    /// Gives back a lock held together with others.
    ReleaseShared,
    /// Reads one particular store to an atomic. See [`Kind::conflicts`].
    Load,
    /// A `SeqCst` load.
    LoadSc,
    /// Writes an atomic: a store, or a read-modify-write that wrote.
    Store,
    /// A `SeqCst` store.
    StoreSc,
    /// One more reference.
    CountUp,
}

impl Kind {
    pub(crate) const ALL: [Self; 13] = [
        Self::None,
        Self::Read,
        Self::Peek,
        Self::Write,
        Self::Acquire,
        Self::Share,
        Self::Release,
        Self::ReleaseShared,
        Self::Load,
        Self::LoadSc,
        Self::Store,
        Self::StoreSc,
        Self::CountUp,
    ];

    fn from_bits(bits: u32) -> Self {
        Self::ALL[(bits & 15) as usize]
    }

    /// Whether two steps that touch the same object in these ways depend on each other.
    ///
    /// Some entries need a reason.
    ///
    /// *Release and acquire are independent.* An unlock only enables a lock; the two can never be swapped. The choice that matters,
    /// who takes the lock first, is between two acquires (Abdulla, Aronis, Jonsson, Sagonas: "Source Sets", J. ACM 2017,
    /// section 7, on locks). `try_lock` does see the difference; it reads as well.
    ///
    /// *Two `Share`s, and their releases, are independent*: readers do not notice each other.
    ///
    /// *A `try_read` is independent of other readers*: it fails only because of a writer.
    ///
    /// *A load and a store are independent unless both are `SeqCst`.* A load step says which store it reads, so it leaves the
    /// same state before a store to the same atomic as after it: a weak load may read the older store either way. What
    /// remains is that the load comes after the store that it reads, and that a load could have read a store which came later.
    /// The first is an edge, the second a [revisit](super::log::RaceKind::Revisit). This is the reads-from view of Kokologiannakis,
    /// Marmanis, Gladstein, Vafeiadis: "Truly Stateless, Optimal Dynamic Partial Order Reduction", POPL 2022.
    ///
    /// *Two raises of a reference count are independent*: nobody sees the number in between. A raise and a drop are not: with a drop before it that was after
    /// it, a raise may find nothing to raise. Nor are two drops: which of them is the last depends on their order, and on that of all others; the
    /// last goes on with other steps than the rest, and what is planned or sleeps names steps by their threads.
    pub const fn conflicts(self, other: Self) -> bool {
        use Kind::{
            Acquire, CountUp, Load, LoadSc, None, Peek, Read, Release, ReleaseShared, Share, Store,
            StoreSc, Write,
        };
        match (self, other) {
            (None, _) | (_, None) => false,
            (Write, _) | (_, Write) => true,
            (Read, Acquire | Release | ReleaseShared | Store | StoreSc)
            | (Acquire | Release | ReleaseShared | Store | StoreSc, Read) => true,
            (Peek, Acquire | Release) | (Acquire | Release, Peek) => true,
            (Acquire, Acquire | Share) | (Share, Acquire) => true,
            (Store | StoreSc, Store | StoreSc) => true,
            (LoadSc, StoreSc) | (StoreSc, LoadSc) => true,
            (CountUp | Read | Peek | Share | Load | LoadSc, _)
            | (Acquire | Release | ReleaseShared | Store | StoreSc, _) => false,
        }
    }

    /// Whether the step writes an atomic.
    pub fn is_store(self) -> bool {
        matches!(self, Self::Store | Self::StoreSc)
    }

    /// Whether the step reads an atomic and writes nothing.
    pub fn is_load(self) -> bool {
        matches!(self, Self::Load | Self::LoadSc)
    }
}

/// `TABLE[a]` has bit `b` set if kinds `a` and `b` conflict.
const TABLE: [u16; 13] = {
    let mut table = [0; 13];
    let mut a = 0;
    while a < 13 {
        let mut b = 0;
        while b < 13 {
            if Kind::ALL[a].conflicts(Kind::ALL[b]) {
                table[a] |= 1 << b;
            }
            b += 1;
        }
        a += 1;
    }
    table
};

/// One object, touched in one way: packed, because the search compares millions of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Access(u32);

/// Set if the object is not named by its number but by where it was created; see [`Access::named_by_place`].
const BY_PLACE: u32 = 1 << 31;

impl Access {
    /// The object number that conflicts with every other: for a step that depends on all others, such as `process::exit`.
    pub const ANY: u32 = (1 << 27) - 1;

    /// Touches an object. Numbers are at most 2²⁷ − 2.
    pub fn new(object: u32, kind: Kind) -> Self {
        Self(object << 4 | kind as u32)
    }

    /// The object's number.
    pub fn object(self) -> u32 {
        (self.0 & !BY_PLACE) >> 4
    }

    /// How it is touched.
    pub fn kind(self) -> Kind {
        Kind::from_bits(self.0)
    }

    /// Whether the object is named by the place of its creation.
    pub fn is_named_by_place(self) -> bool {
        self.0 & BY_PLACE != 0
    }

    /// Whether an object that is named by its place may be the other's.
    pub fn is_at_place_of(self, other: Self, places: &[u32]) -> bool {
        other.object() != Self::ANY && self.place(places) == other.place(places)
    }

    /// The same access, but the object named by the place of its creation.
    ///
    /// Objects are numbered in the order of their first use, so a number above `known` means something else in a run that
    /// takes another way from here. The place does not. Several objects can share it: see [`super::names`].
    fn named_by_place(self, known: u32, places: &[u32]) -> Self {
        let object = self.object();
        if self.0 & BY_PLACE != 0 || object < known || object == Self::ANY {
            return self;
        }
        let place = places.get(object as usize).copied().unwrap_or(0) % Self::ANY;
        Self(BY_PLACE | place << 4 | self.kind() as u32)
    }

    fn place(self, places: &[u32]) -> u32 {
        if self.0 & BY_PLACE != 0 {
            return self.object();
        }
        places.get(self.object() as usize).copied().unwrap_or(0) % Self::ANY
    }

    fn same_object(self, other: Self, places: &[u32]) -> bool {
        if (self.0 | other.0) & BY_PLACE == 0 {
            return self.object() == other.object()
                || self.object() == Self::ANY
                || other.object() == Self::ANY;
        }
        self.object() == Self::ANY
            || other.object() == Self::ANY
            || self.place(places) == other.place(places)
    }
}

/// Everything that one step touches: at most four accesses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    accesses: [Access; 4],
}

impl Footprint {
    /// A step that no other step depends on.
    pub const EMPTY: Self = Self { accesses: [Access(0); 4] };

    /// A step that every other step depends on.
    pub fn everything() -> Self {
        Self::EMPTY.and(Access::ANY, Kind::Write)
    }

    /// The footprint with one more access. A fifth makes it depend on everything that reads like it: too much, never too little.
    pub fn and(mut self, object: u32, kind: Kind) -> Self {
        let access = Access::new(object, kind);
        match self.accesses.iter_mut().find(|slot| slot.kind() == Kind::None) {
            Some(slot) => *slot = access,
            None => return Self::EMPTY.and(Access::ANY, Kind::Write),
        }
        self
    }

    /// The footprint as numbers, for another process.
    pub fn bits(&self) -> [u32; 4] {
        self.accesses.map(|access| access.0)
    }

    /// What [`bits`](Self::bits) gave.
    pub fn of_bits(bits: [u32; 4]) -> Self {
        Self { accesses: bits.map(Access) }
    }

    /// The accesses.
    pub fn iter(&self) -> impl Iterator<Item = Access> + '_ {
        self.accesses.iter().copied().take_while(|access| access.kind() != Kind::None)
    }

    /// Whether the step depends on all others, also on those that touch nothing.
    fn is_everything(&self) -> bool {
        self.accesses[0].object() == Access::ANY
    }

    /// Whether two steps depend on each other.
    pub fn conflicts(&self, other: &Self, places: &[u32]) -> bool {
        if self.is_everything() || other.is_everything() {
            return true;
        }
        self.iter().any(|a| {
            let row = TABLE[a.kind() as usize];
            other.iter().any(|b| row >> (b.kind() as u16) & 1 == 1 && a.same_object(b, places))
        })
    }

    /// Whether two steps depend on each other, whichever objects are meant by their places.
    pub fn conflicts_surely(&self, other: &Self) -> bool {
        self.is_everything()
            || other.is_everything()
            || self.iter().filter(|access| !access.is_named_by_place()).any(|a| {
                let row = TABLE[a.kind() as usize];
                other
                    .iter()
                    .filter(|access| !access.is_named_by_place())
                    .any(|b| row >> (b.kind() as u16) & 1 == 1 && a.same_object(b, &[]))
            })
    }

    /// Whether two steps touch a common object, in whatever way.
    pub fn meets(&self, other: &Self) -> bool {
        self.iter().any(|a| other.iter().any(|b| a.same_object(b, &[])))
    }

    /// The footprint with the objects above `known` named by their place.
    pub fn named_by_place(mut self, known: u32, places: &[u32]) -> Self {
        for access in &mut self.accesses {
            if access.kind() != Kind::None {
                *access = access.named_by_place(known, places);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependence_is_symmetric() {
        for a in Kind::ALL {
            for b in Kind::ALL {
                assert_eq!(a.conflicts(b), b.conflicts(a), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn an_object_named_by_place_meets_every_object_of_that_place() {
        let places = [7, 8, 8];
        let first = Footprint::EMPTY.and(1, Kind::Write).named_by_place(1, &places);
        let second = Footprint::EMPTY.and(2, Kind::Write);
        assert!(first.conflicts(&second, &places));
        assert!(!first.conflicts(&Footprint::EMPTY.and(0, Kind::Write), &places));
    }

    #[test]
    fn exit_depends_on_everything() {
        let load = Footprint::EMPTY.and(3, Kind::Load);
        assert!(Footprint::everything().conflicts(&load, &[]));
        assert!(Footprint::EMPTY.conflicts(&Footprint::everything(), &[]));
    }
}
