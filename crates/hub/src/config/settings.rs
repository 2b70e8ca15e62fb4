//! Every section and key, with its default and its meaning.

use std::net::SocketAddr;
use std::path::PathBuf;

use bordergate_model::Shard;
use serde::{Deserialize, Serialize};

use super::bridge::{Bridge, BridgeTopic};
use super::devices::{Scale, SealPort, Subscription};
use super::folders::Folder;
use super::gdc::{Gdc, GdcSource};
use super::kafka::KafkaSecurity;

/// One key of the configuration, documented from the code.
#[derive(Clone, Debug, Serialize)]
pub struct Key {
    /// Dotted name, such as `http.address`; `[folders].path` for a key of a section that may stand many times.
    pub name: String,
    /// The default as it would be written in the file; empty when unset.
    pub default: String,
    /// What it means, with its unit.
    pub meaning: String,
}

macro_rules! settings {
    ($($(#[doc = $section_doc:literal])* $section:ident: $section_type:ident {
        $($(#[doc = $doc:literal])* $name:ident: $type:ty = $default:expr,)*
    } $(+ shared {
        $(#[doc = $shared_doc:literal])* $shared:ident: $shared_type:ty,
    })?)*) => {
        /// All settings of the hub.
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Settings {
            $($(#[doc = $section_doc])* pub $section: $section_type,)*
            /// Folders that are watched for files.
            pub folders: Vec<Folder>,
            /// Kafka clusters of other systems whose topics are read.
            pub bridge: Vec<Bridge>,
            /// Customs services that are asked for container lists.
            pub gdc: Vec<Gdc>,
        }

        $(
            $(#[doc = $section_doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields, default)]
            pub struct $section_type {
                $($(#[doc = $doc])* pub $name: $type,)*
                $($(#[doc = $shared_doc])* #[serde(flatten)] pub $shared: $shared_type,)?
            }

            impl Default for $section_type {
                fn default() -> Self {
                    Self {
                        $($name: $default,)*
                        $($shared: <$shared_type>::default(),)?
                    }
                }
            }
        )*

        /// Returns every key in the order of the file, with default and meaning.
        #[must_use]
        pub fn keys() -> Vec<Key> {
            let mut all = Vec::new();
            $({
                let defaults = $section_type::default();
                $(all.push(Key {
                    name: format!("{}.{}", stringify!($section), stringify!($name)),
                    default: written(&defaults.$name),
                    meaning: [$($doc),*].concat().trim().to_owned(),
                });)*
                $(all.extend(<$shared_type>::keys(stringify!($section)));)?
            })*
            all.extend([
                Subscription::keys("[mqtt.subscriptions]"),
                Scale::keys("[tcp.scales]"),
                SealPort::keys("[tcp.seals]"),
                Folder::keys("[folders]"),
                Bridge::keys("[bridge]"),
                BridgeTopic::keys("[bridge.topics]"),
                Gdc::keys("[gdc]"),
                GdcSource::keys("[gdc.sources]"),
            ].into_iter().flatten());
            all
        }
    };
}

/// Returns a value as the file writes it; empty when unset.
pub(super) fn written(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::Null) | Err(_) => String::new(),
        Ok(value) => value.to_string(),
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

settings! {
    /// Where the hub keeps its own files.
    data: Data {
        /// Folder of the embedded log and store, of the lock file and of kept keys.
        dir: PathBuf = PathBuf::from("bordergate-data"),
    }
    /// The HTTP door, the queries and the web page.
    http: Http {
        /// Address and port to listen on. Another than loopback needs TLS and tokens.
        address: SocketAddr = loopback(8080),
        /// PEM file with the certificate chain; unset: no TLS.
        tls_certificate: Option<PathBuf> = None,
        /// PEM file with the private key.
        tls_key: Option<PathBuf> = None,
        /// PEM file with the authorities that sign clients' certificates; unset: none are asked for.
        tls_client_ca: Option<PathBuf> = None,
        /// PEM file with the lists of revoked certificates, one of each authority; unset: none is looked up.
        tls_client_crl: Option<PathBuf> = None,
        /// Address under which others reach the page and the queries, such as `https://hub.example/`; ids in EPCIS documents are made of it. Unset: the address listened on.
        public_url: Option<String> = None,
        /// Seconds a client may take to send its request headers.
        header_timeout_seconds: u64 = 10,
        /// Seconds a client may take to send its body, and the hub to answer.
        request_timeout_seconds: u64 = 30,
        /// Most connections open at once; more wait.
        max_connections: usize = 2048,
    }
    /// The gRPC door.
    grpc: Grpc {
        /// Address and port to listen on. Another than loopback needs TLS and tokens.
        address: SocketAddr = loopback(50051),
        /// PEM file with the certificate chain; unset: no TLS.
        tls_certificate: Option<PathBuf> = None,
        /// PEM file with the private key.
        tls_key: Option<PathBuf> = None,
        /// Seconds a client may take for its TLS handshake.
        handshake_timeout_seconds: u64 = 10,
        /// Most requests under way at once on one connection.
        max_streams_per_connection: u32 = 100,
        /// Most connections open at once; more wait.
        max_connections: usize = 2048,
    }
    /// The MQTT door: the hub is a client of a broker that speaks MQTT 5.
    mqtt: Mqtt {
        /// `mqtt://host:1883` or, over TLS, `mqtts://host:8883`; unset: no MQTT door.
        url: Option<String> = None,
        /// Name of the hub's session at the broker, which keeps messages for it; no two hubs may share one.
        client_id: String = "bordergate".to_owned(),
        /// User name at the broker.
        username: Option<String> = None,
        /// File that holds the password at the broker, readable by the hub only.
        password_file: Option<PathBuf> = None,
        /// PEM file with the authorities that sign the broker's certificate; unset: those of the system.
        ca_file: Option<PathBuf> = None,
        /// PEM file with the hub's client certificate.
        certificate_file: Option<PathBuf> = None,
        /// PEM file with the client certificate's key.
        key_file: Option<PathBuf> = None,
        /// Seconds the broker keeps the session, and what came for it, while the hub is away.
        session_expiry_seconds: u32 = 604_800,
        /// Seconds between signs of life.
        keep_alive_seconds: u16 = 30,
        /// Most messages that wait for the log at once; the broker keeps the others.
        max_in_flight: u16 = 32,
        /// What is subscribed to, and whose messages come there: tables `[[mqtt.subscriptions]]`.
        subscriptions: Vec<Subscription> = Vec::new(),
    }
    /// Devices that speak TCP and nothing above it.
    tcp: Tcp {
        /// Scales, each with its own connection: tables `[[tcp.scales]]`.
        scales: Vec<Scale> = Vec::new(),
        /// Ports on which electronic seals report: tables `[[tcp.seals]]`.
        seals: Vec<SealPort> = Vec::new(),
        /// Most connections open at once on a port of seals; further ones are closed.
        max_connections: usize = 256,
        /// Seconds without a byte after which a connection is closed.
        idle_seconds: u64 = 300,
    }
    /// Who may do what.
    access: Access {
        /// Whether callers on loopback need a token too. Other addresses always do.
        tokens_on_loopback: bool = false,
        /// How devices may hash their passwords, the preferred first: `SHA-256` and `MD5`, or `MD5` alone where cameras look at the first only.
        digest_algorithms: String = "SHA-256, MD5".to_owned(),
    }
    /// The log on Kafka.
    kafka: Kafka {
        /// Comma-separated `host:port` list; unset: the embedded log.
        brokers: Option<String> = None,
        /// The topic of raw records.
        topic: String = "bordergate.raw.v1".to_owned(),
        /// Copies of each partition that `topics create` asks for.
        replication_factor: i32 = 1,
        /// Copies that must have a record before it is acknowledged, as `topics create` sets it.
        min_insync_replicas: i32 = 1,
        /// Milliseconds until an append that the brokers do not acknowledge is given up.
        append_timeout_ms: u64 = 20_000,
    } + shared {
        /// Transport and login.
        security: KafkaSecurity,
    }
    /// What the log keeps.
    log: Log {
        /// Shards (partitions) that hold the records of gates, numbered from 0; fixed once records are in them.
        shards: u16 = 8,
        /// The shard of records whose gate is unknown at the door; no gate may lie in it. Fixed once records are in it.
        router_shard: u16 = 8,
        /// Days the log keeps records; unset: for ever.
        retention_days: Option<u32> = None,
    }
    /// Pictures that cameras send as parts of their messages.
    images: Images {
        /// Folder of the pictures that are taken out of messages; unset: `images` in `data.dir`. Hubs that work together share one.
        dir: Option<PathBuf> = None,
        /// `s3://bucket/prefix`: they are kept in a bucket of an object store that speaks S3, and not in a folder; unset: in the folder.
        url: Option<String> = None,
        /// `https://` address of the object store; `http://` on loopback only. Unset: that of Amazon for the region.
        endpoint: Option<String> = None,
        /// Region that requests are signed for; most object stores other than Amazon's take any.
        region: String = "us-east-1".to_owned(),
        /// Whether the bucket is named in the path of requests; else it is in the host name, which `endpoint` then begins with.
        path_style: bool = true,
        /// Name of the access key at the object store.
        access_key_id: Option<String> = None,
        /// File that holds the secret of the access key, readable by the hub only.
        secret_access_key_file: Option<PathBuf> = None,
        /// PEM file with the authorities that sign the object store's certificate; unset: those of the system.
        ca_file: Option<PathBuf> = None,
        /// Milliseconds until what the object store does not acknowledge is given up, further tries included.
        timeout_ms: u64 = 10_000,
        /// Pictures of more bytes than this are taken out of the message and kept there, the others stay in the log; 0: all stay.
        detach_bytes: usize = 16 * 1024,
        /// Days a picture is kept there after it came, or came again; 0: for ever.
        retention_days: u32 = 30,
    }
    /// The store.
    database: Database {
        /// `postgres://user@host/database`; unset: the embedded store. A password belongs into `password_file`.
        url: Option<String> = None,
        /// File that holds the database password, readable by the hub only.
        password_file: Option<PathBuf> = None,
        /// Most connections for queries; the role `process` has its own.
        max_connections: u32 = 8,
    }
    /// Bounds on what senders may do.
    limits: Limits {
        /// Most bytes of one record's body.
        record_bytes: usize = 8 * 1024 * 1024,
        /// Seconds by which a received time may lie ahead of the hub's clock.
        received_ahead_seconds: i64 = 300,
        /// Most rows in one page of any list.
        page_rows: u32 = 1000,
    }
    /// The role `process`.
    process: Process {
        /// Most shards this hub takes; unset: all. Needs Kafka and PostgreSQL to be less than all.
        max_shards: Option<u16> = None,
        /// Most records in one batch.
        batch_records: usize = 2000,
        /// Most bytes in one batch.
        batch_bytes: usize = 16 * 1024 * 1024,
        /// Milliseconds to wait for more records once one is there.
        batch_wait_ms: u64 = 20,
    }
    /// How observations are linked into crossings.
    linking: Linking {
        /// Seconds of log time after which a lone sensor reading may be linked by a near plate.
        near_window_seconds: u32 = 7200,
        /// Seconds before and after a reading without a key, such as a scale's, within which other devices must have read
        /// one vehicle on its lane, and no second one, for it to be that vehicle's.
        lane_window_seconds: u32 = 120,
        /// Days of log time without a reading after which an open crossing expires.
        expiry_days: u32 = 30,
    }
    /// The clocks of devices.
    clocks: Clocks {
        /// Seconds between two looks at every clock, for the metric and the warnings.
        check_every_seconds: u32 = 300,
    }
    /// Logs, traces and metrics.
    telemetry: Telemetry {
        /// `text` for people, `json` for collectors.
        log_format: String = "text".to_owned(),
        /// What to log, as `tracing` directives.
        log_filter: String = "info".to_owned(),
        /// OTLP endpoint (gRPC) for traces, such as `http://127.0.0.1:4317`; unset: none are sent.
        otlp_endpoint: Option<String> = None,
        /// PEM file with the authorities that sign the certificate of an `https` endpoint; unset: the system's.
        otlp_ca_file: Option<PathBuf> = None,
    }
}

impl Http {
    /// Returns the address under which others reach the hub, with a slash at its end.
    #[must_use]
    pub fn base(&self) -> String {
        match (&self.public_url, &self.tls_certificate) {
            (Some(url), _) => format!("{}/", url.trim_end_matches('/')),
            (None, Some(_)) => format!("https://{}/", self.address),
            (None, None) => format!("http://{}/", self.address),
        }
    }
}

impl Settings {
    /// Tells whether the log is Kafka.
    #[must_use]
    pub fn is_kafka(&self) -> bool {
        self.kafka.brokers.is_some()
    }

    /// Returns the folder of pictures.
    #[must_use]
    pub fn images_dir(&self) -> PathBuf {
        let dir = self.images.dir.clone();
        dir.unwrap_or_else(|| self.data.dir.join("images"))
    }

    /// Tells whether the store is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.database.url.is_some()
    }

    /// Returns how many shards the log has: those of the gates, and up to the router's.
    #[must_use]
    pub fn shard_count(&self) -> u16 {
        self.log.shards.max(self.log.router_shard.saturating_add(1))
    }

    /// Returns the shards that are processed: those of the gates and the router's.
    #[must_use]
    pub fn processed_shards(&self) -> Vec<Shard> {
        let router = Some(self.log.router_shard).filter(|shard| *shard >= self.log.shards);
        (0..self.log.shards).chain(router).collect()
    }

    /// Tells whether the log or the store lies in the data directory, which then serves one hub only.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        !self.is_kafka() || !self.is_postgres()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_says_what_it_means() {
        for key in keys() {
            assert!(key.meaning.len() > 10, "{} has no meaning", key.name);
        }
    }
}
