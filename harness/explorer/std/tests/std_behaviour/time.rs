use lib::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub fn observed() -> Vec<String> {
    let second = Duration::from_secs(1);
    let start = Instant::now();
    let mut later = start + second;
    let mut all = vec![
        format!("{:?} {:?} {:?}", later - start, start - later, later.duration_since(start)),
        format!(
            "{:?} {:?}",
            start.checked_duration_since(later),
            later.checked_duration_since(start)
        ),
        format!("{:?} {:?}", start.saturating_duration_since(later), later > start),
        format!(
            "{:?} {:?}",
            start.checked_add(Duration::MAX),
            later.checked_sub(second) == Some(start)
        ),
        format!("{}", start.elapsed() < Duration::from_secs(3600)),
    ];
    later += second;
    later -= second + second;
    all.push(format!("{}", later == start && start <= Instant::now()));

    let mut date = UNIX_EPOCH + second;
    all.push(format!(
        "{:?} {:?}",
        date.duration_since(UNIX_EPOCH),
        UNIX_EPOCH.duration_since(date)
    ));
    all.push(format!(
        "{date:?} {:?} {}",
        UNIX_EPOCH.checked_add(Duration::MAX),
        date - second == SystemTime::UNIX_EPOCH
    ));
    date += second;
    date -= second;
    all.push(format!("{} {}", date > UNIX_EPOCH, SystemTime::now() > date));
    all.push(format!(
        "{:?} {}",
        date.elapsed().is_ok(),
        (SystemTime::now() + second * 3600).elapsed().is_err()
    ));
    all
}
