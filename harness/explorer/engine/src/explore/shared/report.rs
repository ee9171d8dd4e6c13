//! What came of a piece, as one process tells another.

use crate::machine::chance::Read;
use crate::machine::policies::Policies;
use crate::machine::spinning::bounds::Met;
use crate::search::guided::Turn;
use crate::search::optimal::pieces::{Asked, Numbers, Rest, Stood};

/// How a piece ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Done,
    /// It is too long, and here is what is left of it.
    Divided,
    OutOfTime,
    Failed,
    TooLong,
    /// The whole search must begin again.
    Noticed,
    /// The program runs on, and nothing can stop it.
    Stuck,
}

const HOWS: [How; 7] =
    [How::Done, How::Divided, How::OutOfTime, How::Failed, How::TooLong, How::Noticed, How::Stuck];

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Report {
    pub how: How,
    /// Executions; redundant ones; too long ones; failures.
    pub counts: [u64; 4],
    pub policies: Policies,
    pub met: Met,
    pub read: Read,
    /// Somebody looked at a counter of an `Arc`.
    pub looked: bool,
    pub step: Option<Stood>,
    pub asked: Vec<Asked>,
    pub rest: Option<Rest>,
    /// The run that it found.
    pub turns: Vec<Turn>,
    /// Why it cannot be gone on with.
    pub summary: String,
}

impl Report {
    pub fn of(how: How) -> Self {
        Self {
            how,
            counts: [0; 4],
            policies: Policies::default(),
            met: Met::default(),
            read: Read::default(),
            looked: false,
            step: None,
            asked: Vec::new(),
            rest: None,
            turns: Vec::new(),
            summary: String::new(),
        }
    }

    pub fn write(&self) -> Vec<u8> {
        let how = HOWS.iter().position(|how| *how == self.how).unwrap_or(0) as u64;
        let mut to = vec![how];
        to.extend(self.counts);
        let Policies {
            writes,
            notices,
            hands_on,
            reads,
            tries,
            streams,
            peeks,
            looks: glances,
            results,
            asks_poison,
            poisons,
            doubts,
            pointers,
            parks,
            unparked,
            blocks,
            parks_afterwards,
            shortest,
            longest,
            sleepers,
            weak,
            weak_again,
            wakes_only_when_woken,
            timed,
            naps,
            kept_back,
        } = self.policies;
        let Met { looks, yields, timeouts, volatiles, accepted } = self.met;
        let Read { random, keys, calendar, clock, process, processors, absent, files, environment } =
            &self.read;
        let yes_or_no = [
            writes,
            notices,
            hands_on,
            reads,
            tries,
            weak,
            weak_again,
            wakes_only_when_woken,
            timed,
            naps,
            kept_back,
            streams,
            peeks,
            glances,
            results,
            asks_poison,
            poisons,
            doubts,
            pointers,
            looks,
            yields,
            timeouts,
            volatiles,
            *random,
            *keys,
            *calendar,
            *clock,
            *process,
            *processors,
            *absent,
            *files,
            self.looked,
        ];
        to.extend([
            parks,
            unparked,
            blocks,
            parks_afterwards,
            shortest,
            longest,
            sleepers,
            accepted,
        ]);
        to.extend(yes_or_no.map(u64::from));
        to.push(environment.len() as u64);
        environment.iter().for_each(|name| write_text(name, &mut to));
        to.push(u64::from(self.step.is_some()));
        self.step.iter().for_each(|step| step.write(&mut to));
        Asked::write(&self.asked, &mut to);
        to.push(u64::from(self.rest.is_some()));
        self.rest.iter().for_each(|rest| rest.write(&mut to));
        to.push(self.turns.len() as u64);
        to.extend(self.turns.iter().map(|turn| u64::from(turn.0) << 16 | u64::from(turn.1)));
        write_text(&self.summary, &mut to);
        to.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    /// Reads what [`write`](Self::write) wrote; nothing, if it is something else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (numbers, more) = bytes.as_chunks::<8>();
        let mut numbers = numbers.iter().copied().map(u64::from_le_bytes);
        let report = Self::of_numbers(&mut numbers)?;
        (more.is_empty() && numbers.next().is_none()).then_some(report)
    }

    fn of_numbers(from: Numbers<'_>) -> Option<Self> {
        let mut report = Self::of(*HOWS.get(usize::try_from(from.next()?).ok()?)?);
        for count in &mut report.counts {
            *count = from.next()?;
        }
        let Policies {
            writes,
            notices,
            hands_on,
            reads,
            tries,
            streams,
            peeks,
            looks: glances,
            results,
            asks_poison,
            poisons,
            doubts,
            pointers,
            parks,
            unparked,
            blocks,
            parks_afterwards,
            shortest,
            longest,
            sleepers,
            weak,
            weak_again,
            wakes_only_when_woken,
            timed,
            naps,
            kept_back,
        } = &mut report.policies;
        let Met { looks, yields, timeouts, volatiles, accepted } = &mut report.met;
        let Read { random, keys, calendar, clock, process, processors, absent, files, environment } =
            &mut report.read;
        for number in
            [parks, unparked, blocks, parks_afterwards, shortest, longest, sleepers, accepted]
        {
            *number = from.next()?;
        }
        for yes in [
            writes,
            notices,
            hands_on,
            reads,
            tries,
            weak,
            weak_again,
            wakes_only_when_woken,
            timed,
            naps,
            kept_back,
            streams,
            peeks,
            glances,
            results,
            asks_poison,
            poisons,
            doubts,
            pointers,
            looks,
            yields,
            timeouts,
            volatiles,
            random,
            keys,
            calendar,
            clock,
            process,
            processors,
            absent,
            files,
            &mut report.looked,
        ] {
            *yes = from.next()? == 1;
        }
        for _ in 0..from.next()? {
            environment.insert(read_text(from)?);
        }
        if from.next()? == 1 {
            report.step = Some(Stood::read(from)?);
        }
        report.asked = Asked::read(from)?;
        if from.next()? == 1 {
            report.rest = Some(Rest::read(from)?);
        }
        for _ in 0..from.next()? {
            let turn = from.next()?;
            report.turns.push((u8::try_from(turn >> 16).ok()?, turn as u16));
        }
        report.summary = read_text(from)?;
        Some(report)
    }
}

fn write_text(text: &str, to: &mut Vec<u64>) {
    to.push(text.len() as u64);
    to.extend(text.bytes().map(u64::from));
}

fn read_text(from: Numbers<'_>) -> Option<String> {
    let bytes: Option<Vec<u8>> =
        (0..from.next()?).map(|_| u8::try_from(from.next()?).ok()).collect();
    String::from_utf8(bytes?).ok()
}
