//! What becomes of an answer: a record exactly as it came, and whether the declaration is settled by it.

use bordergate_model::{
    DeclarationNumber, LoggedRecord, Milestone, RawRecord, Receipt, Source, SourceId,
};
use bordergate_sources::{Read, read};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::service::Answer;
use crate::doors::accept::Offer;
use crate::doors::own;

/// Returns the offer. Its key is the declaration and the hash of the message: the same answer again is the same record,
/// a duplicate, and one that differs in anything is another.
pub(super) fn offer(
    source_id: &SourceId,
    declaration: &DeclarationNumber,
    answer: &Answer,
) -> Offer {
    let hash = hex::encode(Sha256::digest(&answer.body));
    Offer {
        source_id: source_id.clone(),
        key: Some(own::key(format!("{declaration}/{hash}"))),
        content_type: answer.content_type.clone(),
        received_at: None,
        traceparent: None,
        device_headers: Vec::new(),
        body: answer.body.clone(),
    }
}

/// Tells whether the answer, read as the role `process` will read it, lets the declaration's goods pass the supervision
/// area: released, cleared, or passed already. One that only reports an error, or cannot be read, does not.
pub(super) fn settles(
    source: &Source,
    declaration: &DeclarationNumber,
    receipt: &Receipt,
    received_at: Timestamp,
    answer: &Answer,
) -> bool {
    let record = RawRecord {
        record_id: receipt.record_id,
        source_id: source.source_id.clone(),
        source_version: source.version,
        gate_id: source.gate_id.clone(),
        format: source.format.clone(),
        content_type: answer.content_type.clone(),
        received_at,
        is_replay: source.is_replay,
        traceparent: None,
        device_headers: Vec::new(),
        redrive_of: None,
        detached: None,
        routed_from: None,
        body: answer.body.clone(),
    };
    let logged = LoggedRecord {
        shard: receipt.shard,
        offset: receipt.offset,
        record,
    };
    let Ok(Read::Observations(readings)) = read(&logged, source) else {
        return false;
    };
    readings.iter().any(|reading| {
        let lets_pass = matches!(
            reading.milestone,
            Some(Milestone::Released | Milestone::Cleared | Milestone::SupervisionPassed)
        );
        let mut declarations = reading.declarations.iter();
        lets_pass && declarations.any(|one| one.link_part() == declaration.link_part())
    })
}

#[cfg(test)]
mod tests {

    use bordergate_model::{GateId, RecordId};
    use bytes::Bytes;
    use uuid::Uuid;

    use super::*;

    fn source() -> Source {
        let source_id = SourceId::parse("hn-lists").expect("a name");
        Source {
            rank: 2,
            ..Source::new(
                source_id,
                super::super::FORMAT,
                GateId::parse("huu-nghi").ok(),
            )
        }
    }

    fn answer(content: &str) -> Answer {
        let message = format!(
            "<e:Envelope xmlns:e=\"x\"><e:Body><QueryBangKeDanhSachContainerResponse><QueryBangKeDanhSachContainerResult>\
             {content}</QueryBangKeDanhSachContainerResult></QueryBangKeDanhSachContainerResponse></e:Body></e:Envelope>"
        );
        Answer {
            content_type: "text/xml".to_owned(),
            body: Bytes::from(message),
        }
    }

    #[test]
    fn an_answer_settles_its_declaration_when_it_lets_the_goods_pass() {
        let declaration = DeclarationNumber::parse("106512345671").expect("a number");
        let receipt = Receipt {
            record_id: RecordId(Uuid::nil()),
            shard: 0,
            offset: 0,
        };
        let told = |number: &str, state: &str, error: &str| {
            format!(
                "<SoToKhai>{number}</SoToKhai><TrangThaiToKhai>{state}</TrangThaiToKhai><ThongBaoLoi>{error}</ThongBaoLoi>"
            )
        };
        for (content, expected) in [
            (told("106512345671", "Thông quan", ""), true),
            (told("10651234567", "Da qua khu vuc giam sat", ""), true),
            (told("106512345671", "Giải phóng hàng", ""), true),
            (told("106512345671", "Đã phân luồng", ""), false),
            (told("106512345671", "Thông quan", "Chưa nộp phí"), false),
            (told("106512345680", "Thông quan", ""), false),
            (told("", "", "Không tìm thấy tờ khai"), false),
            ("<SoToKhai/><TrangThaiToKhai>Thông quan".to_owned(), false),
        ] {
            let answer = answer(&content);
            let found = settles(
                &source(),
                &declaration,
                &receipt,
                Timestamp::UNIX_EPOCH,
                &answer,
            );
            assert_eq!(found, expected, "{content}");
        }
    }

    #[test]
    fn the_same_answer_again_has_the_same_key_and_another_one_another() {
        let number = |text| DeclarationNumber::parse(text).expect("a number");
        let source_id = source().source_id;
        let key = |declaration, content| {
            let declaration = number(declaration);
            offer(&source_id, &declaration, &answer(content)).key
        };
        let first = key("106512345671", "a");
        assert_eq!(first, key("106512345671", "a"));
        assert_ne!(first, key("106512345671", "b"));
        assert_ne!(first, key("106512345680", "a"));
    }
}
