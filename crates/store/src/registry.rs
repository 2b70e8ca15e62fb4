//! Registrations, tokens and the audit trail.

use async_trait::async_trait;
use bordergate_model::{Gate, GateId, Source, SourceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Error;

/// What a folder of reference tables holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reference {
    /// Gates, first versions.
    pub gates: Vec<Gate>,
    /// Sources, first versions.
    pub sources: Vec<Source>,
}

/// What seeding did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedReport {
    /// Rows inserted.
    pub inserted_count: u64,
    /// Rows whose name was registered before, left as they are.
    pub kept_count: u64,
}

/// What a person or machine with a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sends records of one source.
    Source,
    /// Sends records of the sources registered with it: a video recorder or gateway in front of cameras.
    Recorder,
    /// Exchanges records as one LGSP partner.
    Partner,
    /// Watches the gates and finds vehicles by plate.
    Operator,
    /// Asks for statistics.
    Analyst,
    /// Everything, and changes registrations.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Self] = &[
        Self::Source,
        Self::Recorder,
        Self::Partner,
        Self::Operator,
        Self::Analyst,
        Self::Administrator,
    ];

    /// Returns the stable label used in tables and interfaces.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Recorder => "recorder",
            Self::Partner => "partner",
            Self::Operator => "operator",
            Self::Analyst => "analyst",
            Self::Administrator => "administrator",
        }
    }

    /// Reads a label back; `None` when it is none of [`Self::ALL`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.code() == code)
    }
}

/// What a token or login grants: a role and, for sources, recorders and partners, whose.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenGrant {
    /// The role.
    pub role: Role,
    /// The source id, the recorder id, the partner id or the person's name.
    pub subject: String,
}

/// A token as stored; the token itself is shown once and never kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its public name.
    pub token_id: Uuid,
    /// What it grants.
    pub grant: TokenGrant,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was disabled; `None` while it works.
    pub disabled_at: Option<Timestamp>,
}

/// One act worth recording: who did what to what, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Role and subject of the actor, such as `operator:gate-desk`; `loopback` without a token.
    pub actor: String,
    /// What was done, such as `search.plate`.
    pub action: String,
    /// To what; a plate only as keyed HMAC, never in clear.
    pub subject: String,
    /// Why, as the actor said; empty when not asked.
    pub purpose: String,
}

/// What following the audit trail's hash chain showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCheck {
    /// How many rows hold, from the first on.
    pub entry_count: i64,
    /// The hash of the last row that holds; zeros when there is none.
    pub head_sha256: [u8; 32],
    /// The number of the first row that was changed, moved or taken out; `None` when all hold.
    pub first_broken_seq: Option<i64>,
}

/// Registrations, tokens and audit.
#[async_trait]
pub trait Registry: Send + Sync + 'static {
    /// Brings the schema to this program's version; returns the versions before and after.
    async fn migrate(&self) -> Result<(i64, i64), Error>;

    /// Checks that the schema is the one this program works with.
    ///
    /// # Errors
    /// [`Error::Schema`] with advice.
    async fn check_schema(&self) -> Result<(), Error>;

    /// Inserts what is missing of the reference tables and never overwrites.
    async fn seed(&self, reference: &Reference) -> Result<SeedReport, Error>;

    /// Returns every version of every gate, by id and version.
    async fn gates(&self) -> Result<Vec<Gate>, Error>;

    /// Returns every version of every source, by id and version.
    async fn sources(&self) -> Result<Vec<Source>, Error>;

    /// Registers a new version of a gate (`version` is ignored) and returns it.
    ///
    /// # Errors
    /// [`Error::Conflict`] `gate.shard_fixed` when it names another shard than before.
    async fn add_gate(&self, gate: &Gate) -> Result<Gate, Error>;

    /// Registers a new version of a source (`version` is ignored) and returns it.
    ///
    /// # Errors
    /// [`Error::Conflict`] `source.unknown_gate` when its gate is not registered, `source.device_serial_taken` when
    /// another source that is not disabled has its serial.
    async fn add_source(&self, source: &Source) -> Result<Source, Error>;

    /// Registers a disabled version of the source; [`Error::Conflict`] `source.unknown` without one.
    async fn disable_source(&self, source_id: &SourceId) -> Result<Source, Error>;

    /// Registers a disabled version of the gate; [`Error::Conflict`] `gate.unknown` without one.
    async fn disable_gate(&self, gate_id: &GateId) -> Result<Gate, Error>;

    /// Stores a token by the SHA-256 of its text.
    async fn add_token(&self, token_sha256: [u8; 32], grant: &TokenGrant) -> Result<Token, Error>;

    /// Returns the token with that hash; `None` when there is none or it is disabled.
    async fn token(&self, token_sha256: [u8; 32]) -> Result<Option<Token>, Error>;

    /// Returns all tokens by creation.
    async fn tokens(&self) -> Result<Vec<Token>, Error>;

    /// Disables a token; [`Error::Conflict`] `token.unknown` without one.
    async fn disable_token(&self, token_id: Uuid) -> Result<Token, Error>;

    /// Appends to the audit trail, hash-chained.
    async fn audit(&self, entry: &AuditEntry) -> Result<(), Error>;

    /// Returns the newest `limit` audit entries with their times, newest first.
    async fn audit_entries(&self, limit: u32) -> Result<Vec<(Timestamp, AuditEntry)>, Error>;

    /// Follows the whole hash chain of the audit trail and says where it first breaks. Rows cut off at
    /// its end are seen only by comparing [`AuditCheck::head_sha256`] with one kept elsewhere.
    async fn verify_audit(&self) -> Result<AuditCheck, Error>;

    /// Returns the value of a `hub_state` key; `None` when never set.
    async fn hub_state(&self, key: &str) -> Result<Option<String>, Error>;

    /// Sets a `hub_state` key unless it has a value; returns the value it has then.
    async fn init_hub_state(&self, key: &str, value: &str) -> Result<String, Error>;

    /// Ends every connection after the statements under way.
    async fn close(&self);
}
