//! Registrations, tokens and the hub's own values in PostgreSQL; the audit trail is in [`super::trail`].

use async_trait::async_trait;
use bordergate_model::{DeviceSerial, Gate, GateId, Source, SourceId};
use jiff::Timestamp;
use sqlx::{PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

use super::{Lock, PostgresStore, Stamp, lock, schema, sql, trail};
use crate::failure::OrFailure;
use crate::rows::feed::EPOCH;
use crate::rows::registration::{
    GateTuple, SourceTuple, changed_gate, gate, office_codes, readings, source,
};
use crate::rows::registration::{taken_serial, unknown_gate, unknown_source, unknown_source_gate};
use crate::rows::token::{TokenTuple, token, unknown_token};
use crate::text::refuse_nul;
use crate::{AuditCheck, AuditEntry, Error, Reference, Registry, SeedReport, Token, TokenGrant};

#[async_trait]
impl Registry for PostgresStore {
    async fn migrate(&self) -> Result<(i64, i64), Error> {
        self.write(|connection| {
            Box::pin(async move {
                let versions = schema::migrate(connection).await?;
                init(connection, EPOCH, &Uuid::new_v4().to_string()).await?;
                Ok(versions)
            })
        })
        .await
    }

    async fn check_schema(&self) -> Result<(), Error> {
        let found = self
            .read(|connection| Box::pin(schema::version(connection)))
            .await?;
        crate::schema::check(found, crate::schema::POSTGRES)
    }

    async fn seed(&self, reference: &Reference) -> Result<SeedReport, Error> {
        let reference = reference.clone();
        self.write(move |connection| {
            Box::pin(async move {
                lock(connection, Lock::Registrations).await?;
                let mut report = SeedReport::default();
                let mut note = |is_new: bool| {
                    report.inserted_count += u64::from(is_new);
                    report.kept_count += u64::from(!is_new);
                };
                for gate in &reference.gates {
                    note(
                        gate_insert(
                            connection,
                            &Gate {
                                version: 1,
                                ..gate.clone()
                            },
                        )
                        .await?,
                    );
                }
                for source in &reference.sources {
                    check_gate(connection, source).await?;
                    if source_newest(connection, &source.source_id)
                        .await?
                        .is_none()
                    {
                        check_serial(connection, source).await?;
                    }
                    note(
                        source_insert(
                            connection,
                            &Source {
                                version: 1,
                                ..source.clone()
                            },
                        )
                        .await?,
                    );
                }
                Ok(report)
            })
        })
        .await
    }

    async fn gates(&self) -> Result<Vec<Gate>, Error> {
        let rows: Vec<GateTuple> = query_as(sql!("gates_all"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(gate).collect()
    }

    async fn sources(&self) -> Result<Vec<Source>, Error> {
        let rows: Vec<SourceTuple<Stamp>> = query_as(sql!("sources_all"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(source).collect()
    }

    async fn add_gate(&self, gate: &Gate) -> Result<Gate, Error> {
        let gate = gate.clone();
        self.write(move |connection| {
            Box::pin(async move {
                lock(connection, Lock::Registrations).await?;
                let newest = gate_newest(connection, &gate.gate_id).await?;
                let gate = changed_gate(newest.as_ref(), gate)?;
                gate_insert(connection, &gate).await?;
                Ok(gate)
            })
        })
        .await
    }

    async fn add_source(&self, source: &Source) -> Result<Source, Error> {
        let source = source.clone();
        self.write(move |connection| Box::pin(source_add(connection, source)))
            .await
    }

    async fn disable_source(&self, source_id: &SourceId) -> Result<Source, Error> {
        let source_id = source_id.clone();
        self.write(move |connection| {
            Box::pin(async move {
                lock(connection, Lock::Registrations).await?;
                match source_newest(connection, &source_id).await? {
                    None => Err(unknown_source(&source_id)),
                    Some(newest) if newest.is_disabled => Ok(newest),
                    Some(newest) => {
                        source_add(
                            connection,
                            Source {
                                is_disabled: true,
                                ..newest
                            },
                        )
                        .await
                    }
                }
            })
        })
        .await
    }

    async fn disable_gate(&self, gate_id: &GateId) -> Result<Gate, Error> {
        let gate_id = gate_id.clone();
        self.write(move |connection| {
            Box::pin(async move {
                lock(connection, Lock::Registrations).await?;
                let newest = gate_newest(connection, &gate_id)
                    .await?
                    .ok_or_else(|| unknown_gate(&gate_id))?;
                if newest.is_disabled {
                    return Ok(newest);
                }
                let disabled = changed_gate(
                    Some(&newest),
                    Gate {
                        is_disabled: true,
                        ..newest.clone()
                    },
                )?;
                gate_insert(connection, &disabled).await?;
                Ok(disabled)
            })
        })
        .await
    }

    async fn add_token(&self, token_sha256: [u8; 32], grant: &TokenGrant) -> Result<Token, Error> {
        refuse_nul([("subject", grant.subject.as_str())])?;
        let grant = grant.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let row: TokenTuple<Stamp> = query_as(sql!("token_insert"))
                    .bind(Uuid::new_v4())
                    .bind(token_sha256.to_vec())
                    .bind(grant.role.code())
                    .bind(&grant.subject)
                    .fetch_one(connection)
                    .await
                    .or_failure()?;
                token(row)
            })
        })
        .await
    }

    async fn token(&self, token_sha256: [u8; 32]) -> Result<Option<Token>, Error> {
        let row: Option<TokenTuple<Stamp>> = query_as(sql!("token_by_hash"))
            .bind(token_sha256.to_vec())
            .fetch_optional(&self.readers)
            .await
            .or_failure()?;
        row.map(token).transpose()
    }

    async fn tokens(&self) -> Result<Vec<Token>, Error> {
        let rows: Vec<TokenTuple<Stamp>> = query_as(sql!("tokens_all"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(token).collect()
    }

    async fn disable_token(&self, token_id: Uuid) -> Result<Token, Error> {
        self.write(move |connection| {
            Box::pin(async move {
                let row: Option<TokenTuple<Stamp>> = query_as(sql!("token_disable"))
                    .bind(token_id)
                    .fetch_optional(connection)
                    .await
                    .or_failure()?;
                token(row.ok_or_else(|| unknown_token(token_id))?)
            })
        })
        .await
    }

    async fn audit(&self, entry: &AuditEntry) -> Result<(), Error> {
        crate::rows::audit::check(entry)?;
        let entry = entry.clone();
        self.write(move |connection| {
            Box::pin(async move { trail::append(connection, &entry).await })
        })
        .await
    }

    async fn audit_entries(&self, limit: u32) -> Result<Vec<(Timestamp, AuditEntry)>, Error> {
        self.read(move |connection| Box::pin(trail::newest(connection, limit)))
            .await
    }

    async fn verify_audit(&self) -> Result<AuditCheck, Error> {
        self.read(|connection| Box::pin(trail::verify(connection)))
            .await
    }

    async fn hub_state(&self, key: &str) -> Result<Option<String>, Error> {
        query_scalar(sql!("hub_state_get"))
            .bind(key)
            .fetch_optional(&self.readers)
            .await
            .or_failure()
    }

    async fn init_hub_state(&self, key: &str, value: &str) -> Result<String, Error> {
        refuse_nul([("key", key), ("value", value)])?;
        let (key, value) = (key.to_owned(), value.to_owned());
        self.write(move |connection| Box::pin(async move { init(connection, &key, &value).await }))
            .await
    }

    async fn close(&self) {
        self.readers.close().await;
        self.process.close().await;
    }
}

async fn init(connection: &mut PgConnection, key: &str, value: &str) -> Result<String, Error> {
    query(sql!("hub_state_init"))
        .bind(key)
        .bind(value)
        .execute(&mut *connection)
        .await
        .or_failure()?;
    query_scalar(sql!("hub_state_get"))
        .bind(key)
        .fetch_one(connection)
        .await
        .or_failure()
}

/// Inserts the version unless it is there; tells whether it did.
async fn gate_insert(connection: &mut PgConnection, gate: &Gate) -> Result<bool, Error> {
    let inserted: Option<String> = query_scalar(sql!("gate_insert"))
        .bind(gate.gate_id.as_str())
        .bind(i64::from(gate.version))
        .bind(&gate.name_en)
        .bind(&gate.name_vi)
        .bind(i32::from(gate.shard))
        .bind(office_codes(gate)?)
        .bind(gate.is_disabled)
        .fetch_optional(connection)
        .await
        .or_failure()?;
    Ok(inserted.is_some())
}

async fn gate_newest(
    connection: &mut PgConnection,
    gate_id: &GateId,
) -> Result<Option<Gate>, Error> {
    let row: Option<GateTuple> = query_as(sql!("gate_newest"))
        .bind(gate_id.as_str())
        .fetch_optional(connection)
        .await
        .or_failure()?;
    row.map(gate).transpose()
}

/// Refuses a source at a gate nobody registered; a province-wide one has none.
async fn check_gate(connection: &mut PgConnection, source: &Source) -> Result<(), Error> {
    match &source.gate_id {
        Some(gate_id) if gate_newest(connection, gate_id).await?.is_none() => {
            Err(unknown_source_gate(source, gate_id))
        }
        _ => Ok(()),
    }
}

async fn source_add(connection: &mut PgConnection, source: Source) -> Result<Source, Error> {
    lock(connection, Lock::Registrations).await?;
    check_gate(connection, &source).await?;
    check_serial(connection, &source).await?;
    let newest = source_newest(connection, &source.source_id).await?;
    let version = newest.map_or(1, |newest| newest.version + 1);
    let source = Source { version, ..source };
    source_insert(connection, &source).await?;
    source_newest(connection, &source.source_id)
        .await?
        .ok_or_else(|| unknown_source(&source.source_id))
}

/// Refuses the serial that another source holds.
async fn check_serial(connection: &mut PgConnection, source: &Source) -> Result<(), Error> {
    let Some(serial) = source
        .device_serial
        .as_ref()
        .filter(|_| !source.is_disabled)
    else {
        return Ok(());
    };
    let holder: Option<String> = query_scalar(sql!("source_by_serial"))
        .bind(serial.as_str())
        .bind(source.source_id.as_str())
        .fetch_optional(connection)
        .await
        .or_failure()?;
    holder.map_or(Ok(()), |holder| Err(taken_serial(source, &holder)))
}

/// Inserts the version unless it is there; tells whether it did.
async fn source_insert(connection: &mut PgConnection, source: &Source) -> Result<bool, Error> {
    let inserted: Option<String> = query_scalar(sql!("source_insert"))
        .bind(source.source_id.as_str())
        .bind(i64::from(source.version))
        .bind(&source.format)
        .bind(source.gate_id.as_ref().map(GateId::as_str))
        .bind(&source.lane)
        .bind(readings(source)?)
        .bind(i32::from(source.rank))
        .bind(&source.zone)
        .bind(source.clock_offset_seconds)
        .bind(source.silent_after_seconds.map(i64::from))
        .bind(source.is_replay)
        .bind(&source.partner_id)
        .bind(source.is_disabled)
        .bind(&source.recorder_id)
        .bind(source.device_serial.as_ref().map(DeviceSerial::as_str))
        .fetch_optional(connection)
        .await
        .or_failure()?;
    Ok(inserted.is_some())
}

async fn source_newest(
    connection: &mut PgConnection,
    source_id: &SourceId,
) -> Result<Option<Source>, Error> {
    let row: Option<SourceTuple<Stamp>> = query_as(sql!("source_newest"))
        .bind(source_id.as_str())
        .fetch_optional(connection)
        .await
        .or_failure()?;
    row.map(source).transpose()
}
