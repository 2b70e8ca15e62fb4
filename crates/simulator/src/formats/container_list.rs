//! Answers of the customs container list service (formats.md, GDC): SOAP 1.1, blanks behind numbers, a diffgram of rows.

use bordergate_model::Channel;

use super::{Wire, escaped};
use crate::telling::ContainerList;
use crate::wall;

/// The goods may pass.
pub(super) fn cleared(told: &ContainerList, place: &str) -> Wire {
    let channel = match told.channel {
        Channel::Red => "Luồng đỏ",
        Channel::Yellow => "Luồng vàng",
        _ => "Luồng xanh",
    };
    let rows: String = told
        .containers
        .iter()
        .enumerate()
        .map(|(row, number)| {
            format!(
                "<Table_BangKe diffgr:id=\"T{}\" msdata:rowOrder=\"{row}\"><Stt>{}</Stt><SoContainer>{number}  </SoContainer><SoSeal>NA</SoSeal><SoSealHQ>#####</SoSealHQ></Table_BangKe>",
                row + 1,
                row + 1
            )
        })
        .collect();
    let day = &wall::iso(told.registered_at)[..10];
    answer(&format!(
        "<SoToKhai>{number}</SoToKhai><NgayToKhai>{day}T00:00:00</NgayToKhai><MaDDGS>{place}01   </MaDDGS><TenDDGS>BAI KIEM TRA {place}</TenDDGS>\n\
<TrangThaiToKhai>Thông quan</TrangThaiToKhai><LuongToKhai>{channel}</LuongToKhai><Tong_Trong_Luong_Hang>{weight}</Tong_Trong_Luong_Hang><DVT_Tong_Trong_Luong_Hang>KGM</DVT_Tong_Trong_Luong_Hang>\n\
<SoDinhDanh>{number}</SoDinhDanh><IsContainer>1</IsContainer><ThongBaoLoi></ThongBaoLoi>\n\
<BangKe><diffgr:diffgram xmlns:msdata=\"urn:schemas-microsoft-com:xml-msdata\" xmlns:diffgr=\"urn:schemas-microsoft-com:xml-diffgram-v1\"><DocumentElement xmlns=\"\">{rows}</DocumentElement></diffgr:diffgram></BangKe>\n",
        number = told.number,
        weight = told.gross_kg,
    ))
}

/// An error in an answer with status 200.
pub(super) fn failed() -> Wire {
    let words = escaped("Không tìm thấy thông tin tờ khai");
    answer(&format!("<ThongBaoLoi>{words}</ThongBaoLoi>\n"))
}

fn answer(result: &str) -> Wire {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
<QueryBangKeDanhSachContainerResponse xmlns=\"http://tempuri.org/\"><QueryBangKeDanhSachContainerResult>\n{result}\
</QueryBangKeDanhSachContainerResult></QueryBangKeDanhSachContainerResponse></soap:Body></soap:Envelope>"
    );
    Wire::new("text/xml; charset=utf-8", body)
}
