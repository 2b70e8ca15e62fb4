//! Which schema versions this program works with.

use crate::Error;

/// One step forward of the schema; never edited once released.
#[derive(Debug)]
pub(crate) struct Migration {
    /// Its number; each is greater than the one before.
    pub(crate) version: i64,
    /// Its name, as in the file's.
    pub(crate) name: &'static str,
    /// Its statements.
    pub(crate) sql: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal $file:literal;)*) => {
        /// Every migration of SQLite, in order.
        pub(crate) const SQLITE: &[Migration] = &[$(migrations!("sqlite" $version $name $file)),*];
        /// Every migration of PostgreSQL, in order.
        pub(crate) const POSTGRES: &[Migration] = &[$(migrations!("postgres" $version $name $file)),*];
    };
    ($database:literal $version:literal $name:literal $file:literal) => {
        Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/migrations/", $database, "/", $file
            )),
        }
    };
}

migrations! {
    1 "hub" "0001_hub.sql";
    2 "parts" "0002_parts.sql";
    3 "bridge" "0003_bridge.sql";
    4 "lanes" "0004_lanes.sql";
    5 "gdc" "0005_gdc.sql";
    6 "province" "0006_province.sql";
    7 "unrouted" "0007_unrouted.sql";
    8 "devices" "0008_devices.sql";
    9 "route_decisions" "0009_route_decisions.sql";
    10 "doors" "0010_doors.sql";
    11 "open_by_keys" "0011_open_by_keys.sql";
}

/// Returns the version this program works with.
pub(crate) fn expected_version(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |migration| migration.version)
}

/// Refuses a schema that a newer program made.
///
/// # Errors
/// [`Error::Schema`] with advice.
pub(crate) fn check_not_newer(found: i64, migrations: &[Migration]) -> Result<(), Error> {
    let expected = expected_version(migrations);
    if found <= expected {
        return Ok(());
    }
    Err(Error::Schema {
        found,
        expected,
        advice: "a newer bordergate made it: run that version or a later one".to_owned(),
    })
}

/// Refuses a schema other than this program's.
///
/// # Errors
/// [`Error::Schema`] with advice.
pub(crate) fn check(found: i64, migrations: &[Migration]) -> Result<(), Error> {
    check_not_newer(found, migrations)?;
    let expected = expected_version(migrations);
    if found == expected {
        return Ok(());
    }
    Err(Error::Schema {
        found,
        expected,
        advice: "run `bordergate migrate`".to_owned(),
    })
}
