#![doc = include_str!("../README.md")]

mod border;
mod day;
mod dice;
mod formats;
mod identity;
mod noise;
mod plan;
mod sending;
mod tables;
mod telling;
mod traffic;
mod truth;
mod wall;

pub use border::{PARTNER, known_gates};
pub use day::{Day, Door, Expectation, Message, Place};
pub use plan::{MOST_DAYS, Noise, Plan};
pub use tables::{gates_csv, messages_jsonl, sources_csv, truth_jsonl};
pub use truth::{Disturbance, TrueCrossing, TrueFact, TrueMilestone, TruePlate, TrueReading};

use border::{Border, Spot};
use bordergate_model::Source;
use bytes::Bytes;

/// Simulates the days of a plan: the same plan gives the same bytes, on any machine.
#[must_use]
pub fn simulate(plan: &Plan) -> Day {
    let borders = border::borders(plan);
    let traffic = traffic::traffic(plan, &borders);
    let sent = sending::send(plan, &borders, &traffic.registry, &traffic.tellings);
    let mut messages = Vec::with_capacity(sent.len() + borders.len());
    let mut seen = Vec::with_capacity(sent.len());
    for (message, told) in sent {
        if let Some(told) = told {
            seen.push((message.record_id(), told));
        }
        messages.push(message);
    }
    let truth = truth::derive(&seen, &traffic.visits, &borders);
    let end = wall::local(plan.day, 24 * i64::from(plan.day_count), 0) - 1;
    messages.extend(borders.iter().map(|border| last_heartbeat(border, end)));
    Day {
        messages,
        truth: truth.crossings,
        milestones: truth.milestones,
        facts: truth.facts,
        unlinked: truth.unlinked,
        plates: truth.plates,
        gates: borders.iter().map(|border| border.gate.clone()).collect(),
        unrouted: truth.unrouted,
        sources: sources(borders),
        end_at: wall::timestamp(end),
    }
}

/// Returns the sources of a plan's gates with their formats, as the plan's `noise_of` names them.
#[must_use]
pub fn sources_of(plan: &Plan) -> Vec<(String, String)> {
    sources(border::borders(plan))
        .into_iter()
        .map(|source| (source.source_id.to_string(), source.format))
        .collect()
}

/// Every source once, also one that several gates have together.
fn sources(borders: Vec<Border>) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for post in borders.into_iter().flat_map(|border| border.posts) {
        if sources
            .iter()
            .all(|source| source.source_id != post.source.source_id)
        {
            sources.push(post.source);
        }
    }
    sources
}

/// The message that moves a gate's log time to the end of the day.
fn last_heartbeat(border: &Border, end: i64) -> Message {
    let post = &border.posts[border.at(Spot::Centre)[0]];
    let wire = formats::heartbeat(post, end);
    Message {
        source_id: post.source.source_id.clone(),
        gate_id: post.gate_id.clone(),
        door: post.door,
        content_type: wire.content_type,
        headers: wire.headers,
        body: Bytes::clone(&wire.body),
        received_at: wall::timestamp(end),
        idempotency_key: format!("end-{end}"),
        place: None,
        expectation: Expectation::Ignored,
    }
}
