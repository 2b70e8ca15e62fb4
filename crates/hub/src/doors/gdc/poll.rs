//! One question after the other, never faster than the pace: ask, hand the answer in, note what became of it.

use std::time::{Duration, Instant};

use bordergate_indicators::calendar::local_date;
use bordergate_model::{GateId, SourceId};
use bordergate_store::{Question, QuestionChange, QuestionStep};

use super::answer::{offer, settles};
use super::failure::{Failure, Trouble};
use super::service::Answer;
use super::{FORMAT, Poller, pause, soap};
use crate::doors::lease::{Hindrance, Lease};
use crate::doors::own;
use crate::doors::refusal::Refusal;
use crate::doors::states::State;

/// The state of a service that is left alone after failures in a row.
const CIRCUIT_OPEN: &str = "gdc.circuit_open";
/// The state while one request tries whether it answers again.
const CIRCUIT_HALF_OPEN: &str = "gdc.circuit_half_open";
/// The state of a service whose earlier failures, before this hub had it, ask for a pause.
const BACKING_OFF: &str = "gdc.backing_off";
/// Shortest and longest time between two looks for a question.
const LOOK_EVERY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Sources that may send, each with its gate.
type Usable = Vec<(SourceId, GateId)>;

/// How many declarations that nobody waits for are forgotten at once.
const THIN_ROWS: u32 = 1000;
/// How long one is kept after it was asked about last, so that people can still see what was asked.
const THIN_AFTER: Duration = Duration::from_secs(30 * 86_400);
/// How often such are looked for.
const THIN_EVERY: Duration = Duration::from_secs(600);

/// Where we stand with the service.
struct Place<'l> {
    lease: &'l Lease,
    failure_count: u32,
    /// Before it nothing is asked.
    next_at: Instant,
    /// When declarations that nobody waits for were forgotten last.
    thinned_at: Option<Instant>,
}

impl Poller {
    /// Asks until the hub stops or something of ours is in the way.
    pub(super) async fn ask_on(&self, lease: &Lease) -> Result<(), Trouble> {
        let taken = self.app.store.begin_service(&self.entry.url).await;
        let taken = taken.map_err(Hindrance::Store)?;
        let mut place = Place {
            lease,
            failure_count: taken.failure_count,
            next_at: Instant::now() + taken.pause,
            thinned_at: None,
        };
        self.state.set(match taken.failure_count {
            0 => State::OPEN,
            count if self.breaker.is_open(count) => CIRCUIT_OPEN,
            _ => BACKING_OFF,
        });
        let look_every = self.breaker.pace().clamp(LOOK_EVERY.0, LOOK_EVERY.1);
        let ask_for = Duration::from_secs(self.entry.ask_for_hours * 3600);
        let mut left_out = Vec::new();
        loop {
            let wait = place.next_at.saturating_duration_since(Instant::now());
            if !pause(&self.app, wait).await {
                return Ok(());
            }
            self.thin(&mut place).await?;
            let usable = self.usable_sources().map_err(Hindrance::Refused)?;
            let (sources, now_left_out) = usable;
            if now_left_out != left_out {
                let door = self.state.door();
                tracing::warn!("{door} leaves out sources that may not send: {now_left_out:?}");
                left_out = now_left_out;
            }
            let next = self.app.store.next_question(&sources, ask_for).await;
            let next = next.map_err(Hindrance::Store)?;
            let due_count = next.as_ref().map_or(0, |(_, due_count)| *due_count);
            let metrics = &self.app.metrics;
            metrics.set_questions_due(&self.entry.url, due_count);
            match next {
                Some((question, _)) => self.ask_about(&mut place, &question).await?,
                None if !pause(&self.app, look_every).await => return Ok(()),
                None => {}
            }
        }
    }

    /// Returns the sources that may send, each with its gate, and those that may not, now.
    ///
    /// # Errors
    /// Why the first may not, when none may.
    pub(super) fn usable_sources(&self) -> Result<(Usable, Vec<&SourceId>), Refusal> {
        let (mut usable, mut left_out, mut first) = (Vec::new(), Vec::new(), None);
        for (source_id, _) in &self.sources {
            match self.gate_of(source_id) {
                Ok(gate_id) => usable.push((source_id.clone(), gate_id)),
                Err(refusal) => {
                    left_out.push(source_id);
                    first.get_or_insert(refusal);
                }
            }
        }
        match first {
            Some(refusal) if usable.is_empty() => Err(refusal),
            _ => Ok((usable, left_out)),
        }
    }

    /// Returns the gate of a source that may send answers now.
    fn gate_of(&self, source_id: &SourceId) -> Result<GateId, Refusal> {
        self.app.check_sender(source_id)?;
        let registrations = self.app.registrations.snapshot();
        match registrations.source(source_id) {
            Some(source) if source.format == FORMAT => {
                source.gate_id.clone().ok_or_else(|| Refusal::NoGate {
                    source_id: source_id.to_string(),
                })
            }
            Some(source) => Err(Refusal::Format {
                source_id: source_id.to_string(),
                format: source.format.clone(),
                cut: FORMAT,
            }),
            None => Err(Refusal::UnknownSource {
                source_id: source_id.to_string(),
            }),
        }
    }

    /// Asks one question; what the service does wrong is noted and is no error.
    async fn ask_about(&self, place: &mut Place<'_>, question: &Question) -> Result<(), Trouble> {
        if self.breaker.is_open(place.failure_count) {
            self.state.set(CIRCUIT_HALF_OPEN);
        }
        // Written down before it is asked: a hub killed in the middle is no reason to ask faster.
        let pace = self.breaker.pace();
        self.note(place, question, QuestionChange::Asked, pace)
            .await?;
        place.next_at = Instant::now() + pace;
        let office_code = self
            .sources
            .iter()
            .find(|(source_id, _)| *source_id == question.source_id)
            .map_or("", |(_, office_code)| office_code);
        let request = soap::Request {
            enterprise_code: &self.entry.enterprise_code,
            declaration: question.declaration.as_str(),
            office_code,
            registered_on: question.registered_at.map(local_date),
        };
        let asked = tokio::select! {
            asked = self.service.ask(&request) => asked,
            () = self.app.shutdown.cancelled() => return Ok(()),
        };
        let handed_in = match asked {
            Ok(answer) => self.hand_in(question, &answer).await?,
            Err(failure) => Err(failure),
        };
        match handed_in {
            Ok(is_settled) => self.answered(place, question, is_settled).await,
            Err(failure) => self.failed(place, question, &failure).await,
        }
    }

    /// Brings an answer into the log; tells whether it settles the declaration.
    async fn hand_in(
        &self,
        question: &Question,
        answer: &Answer,
    ) -> Result<Result<bool, Failure>, Trouble> {
        let Question {
            source_id,
            declaration,
            ..
        } = question;
        let offers = vec![((), offer(source_id, declaration, answer))];
        let is_final = |(): &(), refusal: &Refusal| refusal.is_of_record();
        let answers = own::accept_all(&self.app, offers, &self.state, is_final).await;
        let answers = answers.map_err(Hindrance::Refused)?;
        let (_, result) = answers.into_iter().next().expect("an offer has an answer");
        let receipt = match result {
            Ok(receipt) => receipt,
            Err(refusal) => return Ok(Err(Failure::Declined(refusal))),
        };
        let registrations = self.app.registrations.snapshot();
        let now = self.app.clock.now();
        Ok(Ok(registrations.source(source_id).is_some_and(|source| {
            settles(source, declaration, &receipt, now, answer)
        })))
    }

    async fn answered(
        &self,
        place: &mut Place<'_>,
        question: &Question,
        is_settled: bool,
    ) -> Result<(), Trouble> {
        let before = std::mem::take(&mut place.failure_count);
        let answered = QuestionChange::Answered {
            again_after: self.again_after(),
            is_settled,
        };
        self.note(place, question, answered, Duration::ZERO).await?;
        let result = if is_settled { "settled" } else { "answered" };
        self.app.metrics.count_question(&self.entry.url, result);
        self.state.set(State::OPEN);
        if before > 0 {
            let door = self.state.door();
            tracing::info!("{door} answers again after {before} failures");
        }
        Ok(())
    }

    async fn failed(
        &self,
        place: &mut Place<'_>,
        question: &Question,
        failure: &Failure,
    ) -> Result<(), Trouble> {
        place.failure_count = place.failure_count.saturating_add(1);
        let pause = self.breaker.pause(place.failure_count);
        let pause = pause.max(failure.retry_after().unwrap_or_default());
        let change = if failure.is_of_question() {
            QuestionChange::Postponed {
                again_after: self.again_after(),
            }
        } else {
            QuestionChange::Failed
        };
        self.note(place, question, change, pause).await?;
        place.next_at = place.next_at.max(Instant::now() + pause);
        let code = failure.code();
        self.app.metrics.count_question(&self.entry.url, code);
        let is_open = self.breaker.is_open(place.failure_count);
        let is_new = self.state.set(if is_open { CIRCUIT_OPEN } else { code });
        let (door, count, seconds) = (self.state.door(), place.failure_count, pause.as_secs());
        if is_new && matches!(failure, Failure::Refused { .. }) {
            tracing::error!(error.code = code, "{door}: {failure}");
        } else if is_new {
            tracing::warn!(
                error.code = code,
                "{door} failed {count} times in a row and is left alone for {seconds} s: {failure}"
            );
        } else {
            tracing::debug!(error.code = code, "{door}: {failure}");
        }
        Ok(())
    }

    /// Forgets, now and then, declarations that nobody waits for.
    async fn thin(&self, place: &mut Place<'_>) -> Result<(), Hindrance> {
        if place.thinned_at.is_none_or(|at| at.elapsed() >= THIN_EVERY) {
            place.thinned_at = Some(Instant::now());
            let count = self.app.store.thin_questions(THIN_AFTER, THIN_ROWS).await?;
            if count > 0 {
                let door = self.state.door();
                tracing::debug!("{door} forgot {count} declarations that nobody waits for");
            }
        }
        Ok(())
    }

    fn again_after(&self) -> Duration {
        Duration::from_secs(self.entry.ask_again_seconds)
    }

    async fn note(
        &self,
        place: &Place<'_>,
        question: &Question,
        change: QuestionChange,
        pause: Duration,
    ) -> Result<(), Trouble> {
        let step = QuestionStep {
            url: self.entry.url.clone(),
            failure_count: place.failure_count,
            pause,
            source_id: question.source_id.clone(),
            declaration: question.declaration.clone(),
            change,
        };
        let noted = self.app.store.note_question(place.lease.held(), &step);
        Ok(place.lease.check(noted.await)?)
    }
}
