use lib::time::{Duration, Instant, SystemTime, SystemTimeError, UNIX_EPOCH};
use std::ops::{Add, AddAssign, Sub, SubAssign};

const _: SystemTime = UNIX_EPOCH;
const _: SystemTime = SystemTime::UNIX_EPOCH;

pub fn signatures() {
    let _: fn() -> Instant = Instant::now;
    let _: fn(&Instant, Instant) -> Duration = Instant::duration_since;
    let _: fn(&Instant, Instant) -> Option<Duration> = Instant::checked_duration_since;
    let _: fn(&Instant, Instant) -> Duration = Instant::saturating_duration_since;
    let _: fn(&Instant) -> Duration = Instant::elapsed;
    let _: fn(&Instant, Duration) -> Option<Instant> = Instant::checked_add;
    let _: fn(&Instant, Duration) -> Option<Instant> = Instant::checked_sub;
    let _: fn(Instant, Duration) -> Instant = Add::add;
    let _: fn(Instant, Duration) -> Instant = Sub::sub;
    let _: fn(Instant, Instant) -> Duration = Sub::sub;
    let _: fn(&mut Instant, Duration) = AddAssign::add_assign;
    let _: fn(&mut Instant, Duration) = SubAssign::sub_assign;

    let _: fn() -> SystemTime = SystemTime::now;
    let _: fn(&lib::fs::Metadata) -> lib::io::Result<SystemTime> = lib::fs::Metadata::modified;
    let _: fn(lib::fs::FileTimes, SystemTime) -> lib::fs::FileTimes =
        lib::fs::FileTimes::set_modified;
    let _: fn(&SystemTime, SystemTime) -> Result<Duration, SystemTimeError> =
        SystemTime::duration_since;
    let _: fn(&SystemTime) -> Result<Duration, SystemTimeError> = SystemTime::elapsed;
    let _: fn(&SystemTime, Duration) -> Option<SystemTime> = SystemTime::checked_add;
    let _: fn(&SystemTime, Duration) -> Option<SystemTime> = SystemTime::checked_sub;
    let _: fn(SystemTime, Duration) -> SystemTime = Add::add;
    let _: fn(SystemTime, Duration) -> SystemTime = Sub::sub;
    let _: fn(&mut SystemTime, Duration) = AddAssign::add_assign;
    let _: fn(&mut SystemTime, Duration) = SubAssign::sub_assign;
}

pub fn traits() -> crate::Table {
    let mut table = crate::Table::new();
    crate::table!(table: Instant, SystemTime, SystemTimeError);
    table
}
