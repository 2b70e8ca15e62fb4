//! The audit trail's hash chain.

use bordergate_store::AuditEntry;

use crate::bench::Bench;

fn entry(subject: &str) -> AuditEntry {
    AuditEntry {
        actor: "operator:gate-desk".to_owned(),
        action: "search.plate".to_owned(),
        subject: subject.to_owned(),
        purpose: "tìm xe".to_owned(),
    }
}

pub(crate) async fn an_edited_row_breaks_the_chain(bench: Bench) {
    let empty = bench.store.verify_audit().await.expect("it answers");
    assert_eq!(
        (empty.entry_count, empty.head_sha256, empty.first_broken_seq),
        (0, [0; 32], None)
    );
    for subject in ["a", "b", "c", "d"] {
        bench
            .store
            .audit(&entry(subject))
            .await
            .expect("it is stored");
    }
    let newest = bench.store.audit_entries(2).await.expect("it answers");
    assert_eq!(
        newest
            .iter()
            .map(|(_, entry)| entry.subject.as_str())
            .collect::<Vec<_>>(),
        ["d", "c"]
    );
    assert_eq!(newest[0].1, entry("d"));
    let whole = bench.store.verify_audit().await.expect("it answers");
    assert_eq!((whole.entry_count, whole.first_broken_seq), (4, None));

    bench
        .edit("update audit set subject = 'x' where audit_seq = 2")
        .await;
    let edited = bench.store.verify_audit().await.expect("it answers");
    assert_eq!((edited.entry_count, edited.first_broken_seq), (1, Some(2)));
    bench
        .edit("update audit set subject = 'b' where audit_seq = 2")
        .await;
    assert_eq!(bench.store.verify_audit().await.expect("it answers"), whole);

    bench.edit("delete from audit where audit_seq = 3").await;
    assert_eq!(
        bench
            .store
            .verify_audit()
            .await
            .expect("it answers")
            .first_broken_seq,
        Some(3)
    );
    // Rows cut off at the end show only against a head kept elsewhere.
    bench.edit("delete from audit where audit_seq = 4").await;
    let cut = bench.store.verify_audit().await.expect("it answers");
    assert_eq!((cut.entry_count, cut.first_broken_seq), (2, None));
    assert_ne!(cut.head_sha256, whole.head_sha256);
}

pub(crate) async fn appends_at_once_keep_one_chain(bench: Bench) {
    let appends = (0..20).map(|n| {
        let store = bench.store.clone();
        tokio::spawn(async move { store.audit(&entry(&n.to_string())).await })
    });
    for append in appends.collect::<Vec<_>>() {
        append.await.expect("no panic").expect("it is stored");
    }
    let check = bench.store.verify_audit().await.expect("it answers");
    assert_eq!((check.entry_count, check.first_broken_seq), (20, None));
}
