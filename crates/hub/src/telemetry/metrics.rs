//! Counters and gauges under `/metrics`: `bordergate_<noun>_<unit>`, no ids of records or vehicles as labels.

use bordergate_store::Counts;
use jiff::Timestamp;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Encoder, Registry, TextEncoder};

/// Every instrument of the hub.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    _provider: SdkMeterProvider,
    accepted: Counter<u64>,
    door_messages: Counter<u64>,
    door_again: Counter<u64>,
    door_noise: Counter<u64>,
    door_connections: Gauge<i64>,
    processed: Counter<u64>,
    batch_seconds: Histogram<f64>,
    lag_records: Gauge<i64>,
    lag_seconds: Gauge<f64>,
    open_crossings: Gauge<i64>,
    quarantined_records: Gauge<i64>,
    unlinked_observations: Gauge<i64>,
    unrouted_records: Gauge<i64>,
    waiting_parts: Gauge<i64>,
    oldest_part_seconds: Gauge<f64>,
    feed_lag_records: Gauge<i64>,
    suspect_clocks: Gauge<i64>,
    doors_open: Gauge<i64>,
    folder_files: Counter<u64>,
    folder_waiting_files: Gauge<i64>,
    bridge_messages: Counter<u64>,
    bridge_lag_messages: Gauge<i64>,
    gdc_questions: Counter<u64>,
    gdc_due_declarations: Gauge<i64>,
    images_written_bytes: Counter<u64>,
    images_removed_files: Counter<u64>,
    images_kept_files: Gauge<u64>,
    images_kept_bytes: Gauge<u64>,
}

impl Metrics {
    /// Makes the instruments.
    ///
    /// # Errors
    /// When the exporter cannot be set up, which means two of them share a name.
    pub fn new() -> anyhow::Result<Self> {
        let registry = Registry::new();
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .without_target_info()
            .build()?;
        let provider = SdkMeterProvider::builder().with_reader(exporter).build();
        let meter = provider.meter("bordergate");
        Ok(Self {
            accepted: meter
                .u64_counter("bordergate_doors_records")
                .with_description("Records offered at the doors, by result: accepted or the code of the refusal.")
                .build(),
            door_messages: meter
                .u64_counter("bordergate_door_messages")
                .with_description("Messages of devices and brokers, by door and result: accepted or the code of the refusal.")
                .build(),
            door_again: meter
                .u64_counter("bordergate_door_redelivered_messages")
                .with_description("Messages that the broker says it may have sent before, by door.")
                .build(),
            door_noise: meter
                .u64_counter("bordergate_door_noise_bytes")
                .with_description("Bytes of devices that belong to no message, by door.")
                .build(),
            door_connections: meter
                .i64_gauge("bordergate_door_connections")
                .with_description("Connections with devices and brokers, by door.")
                .build(),
            processed: meter
                .u64_counter("bordergate_processed_records")
                .with_description("Records whose effects are stored, by source and outcome.")
                .build(),
            batch_seconds: meter
                .f64_histogram("bordergate_batch_seconds")
                .with_description("Time from the first record of a batch to its commit, by shard.")
                .build(),
            lag_records: meter
                .i64_gauge("bordergate_lag_records")
                .with_description("Records in the log whose effects are not stored yet, by shard.")
                .build(),
            lag_seconds: meter
                .f64_gauge("bordergate_lag_seconds")
                .with_description("Age of the last stored record by the hub's clock while more are waiting, else 0, by shard.")
                .build(),
            open_crossings: meter
                .i64_gauge("bordergate_open_crossings")
                .with_description("Crossings that have not ended.")
                .build(),
            quarantined_records: meter
                .i64_gauge("bordergate_quarantined_records")
                .with_description("Records in quarantine that were not redriven.")
                .build(),
            unlinked_observations: meter
                .i64_gauge("bordergate_unlinked_observations")
                .with_description("Observations in no crossing.")
                .build(),
            unrouted_records: meter
                .i64_gauge("bordergate_unrouted_records")
                .with_description("Records of province-wide sources that wait for their gate.")
                .build(),
            waiting_parts: meter
                .i64_gauge("bordergate_waiting_parts")
                .with_description("Parts of split messages that wait for the others.")
                .build(),
            oldest_part_seconds: meter
                .f64_gauge("bordergate_oldest_part_seconds")
                .with_description("Time since the oldest waiting part of a split message was received, by the hub's clock; 0 when none waits.")
                .build(),
            feed_lag_records: meter
                .i64_gauge("bordergate_feed_lag_records")
                .with_description("Feed rows a partner has not acknowledged, by partner.")
                .build(),
            suspect_clocks: meter
                .i64_gauge("bordergate_sources_clock_suspect")
                .with_description("Sources whose clock seems off, or jumped within the last day.")
                .build(),
            doors_open: meter
                .i64_gauge("bordergate_doors_open")
                .with_description("1 when a door that the settings open (a broker, a device, a folder, a bridged partition) takes records or another hub does in its place, 0 when it waits; /healthz says for what.")
                .build(),
            folder_files: meter
                .u64_counter("bordergate_folder_files")
                .with_description("Files of watched folders that were put away, by source and end: done or failed.")
                .build(),
            folder_waiting_files: meter
                .i64_gauge("bordergate_folder_waiting_files")
                .with_description("Files in a watched folder that are not claimed yet, by source.")
                .build(),
            bridge_messages: meter
                .u64_counter("bordergate_bridge_messages")
                .with_description("Messages of other systems' topics, by topic and result: accepted, bridge.tombstone, or the code for which they were left out.")
                .build(),
            bridge_lag_messages: meter
                .i64_gauge("bordergate_bridge_lag_messages")
                .with_description("Offsets of another system's partition that were not read yet, by topic and partition.")
                .build(),
            gdc_questions: meter
                .u64_counter("bordergate_gdc_questions")
                .with_description("Questions to customs services, by service and result: answered, settled (an answer that lets the goods pass), or the code of what came instead.")
                .build(),
            gdc_due_declarations: meter
                .i64_gauge("bordergate_gdc_due_declarations")
                .with_description("Declarations that a customs service is to be asked about now, by service.")
                .build(),
            images_written_bytes: meter
                .u64_counter("bordergate_images_written_bytes")
                .with_description("Bytes of pictures that doors took out of messages and that were not kept already.")
                .build(),
            images_removed_files: meter
                .u64_counter("bordergate_images_removed_files")
                .with_description("Pictures removed after images.retention_days.")
                .build(),
            images_kept_files: meter
                .u64_gauge("bordergate_images_kept_files")
                .with_description("Pictures in the folder, as the hub that sweeps it found them last.")
                .build(),
            images_kept_bytes: meter
                .u64_gauge("bordergate_images_kept_bytes")
                .with_description("Bytes of the pictures in the folder, as the hub that sweeps it found them last.")
                .build(),
            registry,
            _provider: provider,
        })
    }

    /// Counts a record offered at a door; `result` is `accepted` or a refusal's code.
    pub fn count_accepted(&self, result: &'static str) {
        self.accepted.add(1, &[KeyValue::new("result", result)]);
    }

    /// Counts a message of a door to devices; `result` is `accepted` or a refusal's code.
    pub fn count_door_message(&self, door: &str, result: &'static str) {
        let labels = [
            KeyValue::new("door", door.to_owned()),
            KeyValue::new("result", result),
        ];
        self.door_messages.add(1, &labels);
    }

    /// Counts a message that was sent again.
    pub fn count_door_again(&self, door: &str) {
        self.door_again
            .add(1, &[KeyValue::new("door", door.to_owned())]);
    }

    /// Counts bytes that belong to no message.
    pub fn count_door_noise(&self, door: &str, bytes: u64) {
        self.door_noise
            .add(bytes, &[KeyValue::new("door", door.to_owned())]);
    }

    /// Sets how many connections a door has.
    pub fn set_door_connections(&self, door: &str, count: i64) {
        self.door_connections
            .record(count, &[KeyValue::new("door", door.to_owned())]);
    }

    /// Counts `count` stored records of a source with one outcome (`observed` or an outcome's kind).
    pub fn count_processed(&self, source_id: &str, outcome: &'static str, count: u64) {
        let labels = [
            KeyValue::new("source", source_id.to_owned()),
            KeyValue::new("outcome", outcome),
        ];
        self.processed.add(count, &labels);
    }

    /// Notes how long a batch of a shard took.
    pub fn note_batch(&self, shard: u16, seconds: f64) {
        self.batch_seconds
            .record(seconds, &[KeyValue::new("shard", i64::from(shard))]);
    }

    /// Sets a shard's lag.
    pub fn set_lag(&self, shard: u16, records: i64, seconds: f64) {
        let labels = [KeyValue::new("shard", i64::from(shard))];
        self.lag_records.record(records, &labels);
        self.lag_seconds.record(seconds, &labels);
    }

    /// Sets what the store counts; `now` is the hub's clock.
    pub fn set_counts(&self, counts: &Counts, now: Timestamp) {
        self.open_crossings.record(counts.open_crossings, &[]);
        self.quarantined_records
            .record(counts.quarantined_records, &[]);
        self.unlinked_observations
            .record(counts.unlinked_observations, &[]);
        self.unrouted_records.record(counts.unrouted_records, &[]);
        self.waiting_parts.record(counts.waiting_parts, &[]);
        let age = counts.oldest_part_at.map_or(0.0, |received_at| {
            now.duration_since(received_at).as_secs_f64().max(0.0)
        });
        self.oldest_part_seconds.record(age, &[]);
    }

    /// Sets a partner's feed lag.
    pub fn set_feed_lag(&self, partner_id: &str, records: i64) {
        self.feed_lag_records
            .record(records, &[KeyValue::new("partner", partner_id.to_owned())]);
    }

    /// Sets how many clocks of sources seem wrong.
    pub fn set_suspect_clocks(&self, count: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.suspect_clocks.record(count, &[]);
    }

    /// Sets whether a door that the settings open takes records, or another hub does in its place.
    pub fn set_door_open(&self, door: &str, is_open: bool) {
        let labels = [KeyValue::new("door", door.to_owned())];
        self.doors_open.record(is_open.into(), &labels);
    }

    /// Counts a file of a watched folder that was put away in `done` or `failed`.
    pub fn count_folder_file(&self, source_id: &str, end: &'static str) {
        let source = KeyValue::new("source", source_id.to_owned());
        self.folder_files
            .add(1, &[source, KeyValue::new("end", end)]);
    }

    /// Sets how many files wait in a watched folder.
    pub fn set_folder_waiting(&self, source_id: &str, files: usize) {
        let labels = [KeyValue::new("source", source_id.to_owned())];
        let files = i64::try_from(files).unwrap_or(i64::MAX);
        self.folder_waiting_files.record(files, &labels);
    }

    /// Counts `count` messages of another system's topic with one result.
    pub fn count_bridged(&self, topic: &str, result: &'static str, count: u64) {
        let topic = KeyValue::new("topic", topic.to_owned());
        let labels = [topic, KeyValue::new("result", result)];
        self.bridge_messages.add(count, &labels);
    }

    /// Sets how many offsets of another system's partition were not read yet.
    pub fn set_bridge_lag(&self, topic: &str, partition: u16, messages: i64) {
        let labels = [
            KeyValue::new("topic", topic.to_owned()),
            KeyValue::new("partition", i64::from(partition)),
        ];
        self.bridge_lag_messages.record(messages, &labels);
    }

    /// Counts a question to a customs service with its result.
    pub fn count_question(&self, service: &str, result: &'static str) {
        let service = KeyValue::new("service", service.to_owned());
        self.gdc_questions
            .add(1, &[service, KeyValue::new("result", result)]);
    }

    /// Sets about how many declarations a customs service is to be asked now.
    pub fn set_questions_due(&self, service: &str, count: u64) {
        let labels = [KeyValue::new("service", service.to_owned())];
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.gdc_due_declarations.record(count, &labels);
    }

    /// Counts bytes of pictures that were written.
    pub fn count_images_written(&self, bytes: u64) {
        self.images_written_bytes.add(bytes, &[]);
    }

    /// Notes what a sweep removed from the folder of pictures and what it left there.
    pub fn note_sweep(&self, removed_files: u64, kept_files: u64, kept_bytes: u64) {
        self.images_removed_files.add(removed_files, &[]);
        self.images_kept_files.record(kept_files, &[]);
        self.images_kept_bytes.record(kept_bytes, &[]);
    }

    /// Returns all values in the Prometheus text format.
    ///
    /// # Errors
    /// When the registry cannot be encoded.
    pub fn render(&self) -> anyhow::Result<String> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8(text)?)
    }
}
