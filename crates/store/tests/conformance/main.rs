//! One suite, every backend: each rule runs on SQLite and on a real PostgreSQL.
//!
//! PostgreSQL is the server of `BORDERGATE_TEST_POSTGRES` (a superuser's URL); every rule makes its own
//! database and drops it. Without the variable those tests say `skipped` and pass.

mod audit;
mod batch;
mod bench;
mod board;
mod bridge;
mod clocks;
mod decisions;
mod devices;
mod doors;
mod durability;
mod exchange;
mod figures;
mod gdc;
mod lease;
mod look_up;
mod only_sqlite;
mod pages;
mod parts;
mod registry;
mod relinks;
mod roundtrip;
mod routes;
mod sample;
mod schema;

/// Makes a test of every rule for every backend.
macro_rules! on_every_backend {
    ($($module:ident :: $rule:ident,)*) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $rule() {
                    crate::bench::on_sqlite(crate::$module::$rule).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $rule() {
                    crate::bench::on_postgres(stringify!($rule), crate::$module::$rule).await;
                }
            )*
        }
    };
}

on_every_backend! {
    audit::an_edited_row_breaks_the_chain,
    audit::appends_at_once_keep_one_chain,
    batch::a_batch_at_another_offset_is_fenced,
    batch::a_batch_larger_than_one_statement_is_stored_whole,
    batch::a_doubled_event_is_refused_and_leaves_nothing,
    batch::a_failing_last_row_leaves_nothing,
    batch::a_nul_is_refused_wherever_it_stands,
    batch::an_event_without_id_is_never_a_duplicate,
    batch::an_older_revision_changes_nothing,
    batch::facts_and_keys_are_replaced_with_their_crossing,
    board::a_take_over_loads_what_is_open_or_was_lately_read,
    board::gates_show_who_is_inside_and_who_waits_longest,
    board::sources_show_when_they_were_last_heard,
    bridge::a_partition_begins_where_it_is_told_and_moves_behind_what_is_kept,
    bridge::an_earlier_reader_is_fenced_and_leaves_nothing,
    bridge::what_was_left_out_is_listed_newest_first,
    clocks::dated_readings_of_devices_come_with_the_offset_that_holds,
    decisions::a_decision_holds_for_all_that_go_together,
    decisions::a_decision_stands_until_the_record_is_there,
    decisions::a_person_decides_once_and_leaves_one_row_in_the_trail,
    decisions::an_earlier_owner_decides_nothing,
    decisions::whoever_decides_first_decides,
    devices::a_device_is_one_source,
    devices::a_user_name_has_one_password_at_a_time,
    doors::a_held_door_waits_for_its_lease,
    doors::an_earlier_owner_neither_renews_nor_releases,
    durability::a_caller_who_hangs_up_loses_nothing,
    durability::many_questions_do_not_stop_a_shard,
    exchange::a_feed_has_no_gaps_and_says_how_far_it_was_searched,
    exchange::acknowledgements_move_forward_only,
    exchange::submissions_are_begun_once_and_answered_once,
    exchange::two_calls_at_once_begin_one_submission,
    figures::backlog_counts_who_had_entered_and_not_left,
    figures::crossings_are_counted_by_filing_time,
    figures::facts_come_by_duration_and_filing_time,
    figures::metrics_count_what_waits,
    figures::milestone_times_are_those_that_stand,
    figures::readings_carry_latency_and_identifier,
    gdc::an_amendment_of_a_settled_declaration_is_not_asked_about,
    gdc::asked_about_is_what_an_open_crossing_waits_for,
    gdc::a_declaration_that_nobody_waits_for_is_forgotten_after_a_while,
    gdc::an_earlier_asker_is_fenced_and_notes_nothing,
    gdc::the_one_asked_longest_ago_comes_first_and_a_settled_one_never,
    gdc::the_pace_and_the_failures_outlive_who_asked,
    lease::a_clean_release_is_told_from_an_unclean_end,
    lease::a_suspect_is_counted_until_its_commit,
    lease::an_earlier_owner_is_fenced_everywhere,
    lease::the_log_is_named_once,
    look_up::a_crossing_is_found_by_key_while_it_matters,
    look_up::a_crossing_that_only_its_lane_ended_is_found_by_key_whenever,
    look_up::an_event_is_found_by_its_id_and_by_what_corrects_it,
    look_up::every_appearance_of_a_record_is_known,
    look_up::merged_crossings_are_told_to_those_that_come_back,
    look_up::unlinked_observations_are_found_within_the_span,
    look_up::what_a_lane_told_is_found_by_the_moment_it_is_linked_by,
    pages::crossings_turn_pages_without_loss_or_repetition,
    pages::observations_turn_pages_while_others_arrive,
    pages::filters_of_crossings_hold_together,
    pages::quarantine_lists_newest_first_and_notes_redrives,
    parts::a_joined_part_loses_its_bytes_and_a_dropped_one_is_gone,
    parts::a_kept_part_is_found_by_its_message_and_by_its_time,
    parts::a_part_given_up_has_one_outcome_and_a_quarantine_row,
    parts::only_a_stored_part_can_be_given_up,
    parts::parts_wait_until_their_message_is_whole_or_given_up,
    parts::two_parts_of_a_message_with_one_number_are_refused,
    registry::a_gate_stays_on_its_shard,
    registry::a_source_may_have_no_gate,
    registry::seeds_never_overwrite,
    registry::tokens_work_until_they_are_disabled,
    registry::values_of_the_hub_are_set_once,
    registry::versions_of_a_source_are_kept,
    relinks::a_moved_observation_is_found_at_its_new_place,
    relinks::an_observation_that_is_not_stored_cannot_move,
    roundtrip::a_whole_batch_reads_back_as_it_was,
    routes::a_nul_in_a_waiting_record_is_refused_outside_its_body,
    routes::a_routed_record_waits_no_longer_and_says_where_it_went,
    routes::a_waiting_record_is_woken_by_a_crossing_with_its_key,
    routes::a_waiting_record_reads_back_as_it_was,
    routes::gates_are_found_by_what_they_know,
    routes::waiting_records_are_counted_by_reason,
    schema::a_newer_schema_is_refused_with_advice,
    schema::migrating_twice_changes_nothing,
}
