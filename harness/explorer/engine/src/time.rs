//! Time: virtual under exploration, so that a run depends on its schedule alone. `SystemTime` is std's own, which asks the C library for the time, see `outside::given`:
//! functions of std that have no stand-in give and take it, as those for files do.
//!
//! Each thread has its own clock. Sleeping and timing out move it; whatever makes one thread wait for another brings the later
//! clock along. So time passes along happens-before, and a thread cannot learn from the clock what it could not learn otherwise.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::panic::Location;
use std::time as real;
use std::time::Duration;

use crate::machine::chance::Read;
use crate::machine::looks::Place;
use crate::machine::{arena, context, plain};

/// The current thread's virtual nanoseconds, for a look at the clock at this place.
pub(crate) fn virtual_nanoseconds(noting: fn(&mut Read), place: Place) -> Option<u64> {
    plain::asks_who();
    context::with(|machine| {
        noting(&mut machine.read);
        machine.circle.spoil();
        let thread = &mut machine.threads[machine.current];
        thread.spin.saw_the_clock();
        let now = &mut thread.views.current.time;
        *now = now.saturating_add(thread.looks.look(place));
        *now
    })
}

/// When every execution begins, on the calendar.
pub(crate) const START_OF_2000: Duration = Duration::from_secs(946_684_800);

/// Where virtual time starts: once for the process, so that values of all executions can be compared.
fn origin() -> real::Instant {
    static ORIGIN: std::sync::OnceLock<real::Instant> = std::sync::OnceLock::new();
    *ORIGIN.get_or_init(|| arena::outside(crate::outside::an_instant))
}

/// A moment on a clock that never goes back, as `std::time::Instant`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Instant(real::Instant);

impl Instant {
    /// Now.
    #[must_use]
    #[track_caller]
    pub fn now() -> Self {
        let place = Some(Location::caller());
        let Some(ns) = virtual_nanoseconds(|read| read.clock = true, place) else {
            return Self(real::Instant::now());
        };
        let now = origin() + Duration::from_nanos(ns);
        context::with(|machine| machine.threads[machine.current].looks.shows(now));
        Self(now)
    }

    /// The moments, which the current thread holds against each other.
    fn against(self, other: Self) -> (real::Instant, real::Instant) {
        context::with(|machine| {
            machine.threads[machine.current].looks.compares(self.0, other.0);
        });
        (self.0, other.0)
    }

    /// How much later this moment is; zero if it is earlier.
    #[must_use]
    pub fn duration_since(&self, earlier: Self) -> Duration {
        let (later, earlier) = self.against(earlier);
        later.duration_since(earlier)
    }

    /// How much later this moment is, if it is.
    #[must_use]
    pub fn checked_duration_since(&self, earlier: Self) -> Option<Duration> {
        let (later, earlier) = self.against(earlier);
        later.checked_duration_since(earlier)
    }

    /// How much later this moment is; zero if it is earlier.
    #[must_use]
    pub fn saturating_duration_since(&self, earlier: Self) -> Duration {
        let (later, earlier) = self.against(earlier);
        later.saturating_duration_since(earlier)
    }

    /// How long ago this moment was.
    #[must_use]
    #[track_caller]
    pub fn elapsed(&self) -> Duration {
        Self::now().duration_since(*self)
    }

    /// The moment so much later, if the clock has it.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    /// The moment so much earlier, if the clock has it.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).map(Self)
    }
}

impl PartialOrd for Instant {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Instant {
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, other) = self.against(*other);
        one.cmp(&other)
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        self.0 += duration;
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0 - duration)
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        self.0 -= duration;
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
