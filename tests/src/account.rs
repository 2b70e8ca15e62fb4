//! The books of a PostgreSQL store: every offset accounted for once, every feed without a gap or a double.

use anyhow::ensure;
use sqlx::{PgConnection, query_as, query_scalar};

const NEXT_OFFSETS: &str =
    "select shard, next_offset from progress where next_offset > 0 order by shard";

/// Offsets by shard that have an outcome or observations, and how many of them have both or lie past the end.
const OFFSETS: &str = "
with seen as (
    select shard, log_offset, true as is_observed from observations group by shard, log_offset
    union all select shard, log_offset, false from outcomes
), told as (
    select shard, log_offset, count(*) as kinds from seen group by shard, log_offset
)
select p.shard, p.next_offset, count(t.log_offset),
    count(t.log_offset) filter (where t.kinds > 1 or t.log_offset >= p.next_offset)
from progress p left join told t using (shard)
group by p.shard, p.next_offset order by p.shard";

const FEEDS: &str = "
select p.shard, p.feed_seq, count(f.feed_seq), coalesce(max(f.feed_seq), 0)
from progress p left join feed f using (shard)
group by p.shard, p.feed_seq order by p.shard";

const TOLD_TWICE: &str = "
select count(*) from (select from feed group by crossing_id, revision having count(*) > 1) doubles";

const NOT_TOLD: &str = "
select count(*) from crossings c
where c.revision is distinct from (select max(f.revision) from feed f where f.crossing_id = c.crossing_id)";

/// Returns the next offset of every shard that holds records.
///
/// # Errors
/// When the database does not answer.
pub async fn next_offsets(connection: &mut PgConnection) -> anyhow::Result<Vec<(i32, i64)>> {
    Ok(query_as(NEXT_OFFSETS).fetch_all(connection).await?)
}

/// Checks that every offset is accounted for exactly once, and that the feed tells every revision once, without a gap.
///
/// # Errors
/// Naming the shard, or the rule that is broken.
pub async fn check_books(connection: &mut PgConnection) -> anyhow::Result<()> {
    let offsets: Vec<(i32, i64, i64, i64)> = query_as(OFFSETS).fetch_all(&mut *connection).await?;
    for (shard, next_offset, told, wrong) in offsets {
        ensure!(
            told == next_offset && wrong == 0,
            "shard {shard} at {next_offset}: {told} offsets accounted for, {wrong} of them wrongly"
        );
    }
    let feeds: Vec<(i32, i64, i64, i64)> = query_as(FEEDS).fetch_all(&mut *connection).await?;
    for (shard, feed_seq, count, last) in feeds {
        ensure!(
            feed_seq == count && feed_seq == last,
            "shard {shard}: {count} feed rows up to {last}, numbered to {feed_seq}"
        );
    }
    for (rule, statement) in [
        ("a revision is in the feed twice", TOLD_TWICE),
        ("a crossing's revision is not in the feed", NOT_TOLD),
    ] {
        let broken: i64 = query_scalar(statement).fetch_one(&mut *connection).await?;
        ensure!(broken == 0, "{rule}: {broken} times");
    }
    Ok(())
}
