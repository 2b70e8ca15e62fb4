//! CODECO D.95B of a container yard (formats.md, UN/EDIFACT): one interchange for each vehicle through its gate.

use super::{Sight, Wire};
use crate::telling::YardReport;
use crate::wall;

/// Writes the report; every third yard clerk's program sends its own service characters and line breaks.
pub(super) fn gate_report(sight: &Sight<'_>, told: &YardReport) -> Wire {
    let serial = sight.serial;
    let at = &wall::compact(sight.device_at)[..12];
    let plate = told.plate.whole();
    let code = sight.word();
    let mut segments = vec![
        format!("UNH+{serial}+CODECO:D:95B:UN:ITG14"),
        format!("BGM+{code}+G{serial}+9"),
    ];
    for (place, container) in told.containers.iter().enumerate() {
        segments.push(format!("EQD+CN+{container}+22G1:102:5++2+5"));
        segments.push(format!("DTM+7:{at}:203"));
        segments.push("LOC+165+VNLSN:139:6".to_owned());
        segments.push(format!("MEA+AAE+VGM+KGM:{}", told.gross_kg));
        if let (Some(seal), 0) = (&told.seal, place) {
            let spelling = ["CA", "SH"][usize::from(serial.is_multiple_of(2))];
            segments.push(match spelling {
                "CA" => format!("SEL+{seal}:CA"),
                _ => format!("SEL+{seal}+SH"),
            });
        }
        segments.push(format!("TDT+1++3++:172:ZZZ+++{plate}:146"));
    }
    segments.push(format!("CNT+16:{}", told.containers.len()));
    segments.push(format!("UNT+{}+{serial}", segments.len() + 1));
    let reference = format!("YS{serial:08}");
    let (sender, day) = (sight.source_id().to_uppercase(), &at[2..8]);
    segments.insert(
        0,
        format!("UNB+UNOA:2+{sender}+BORDER+{day}:{}+{reference}", &at[8..]),
    );
    segments.push(format!("UNZ+1+{reference}"));
    let end = if serial.is_multiple_of(3) {
        "'\r\n"
    } else {
        "'"
    };
    let head = if serial.is_multiple_of(3) {
        "UNA:+.? '\r\n"
    } else {
        ""
    };
    let body: String = segments
        .iter()
        .map(|segment| format!("{segment}{end}"))
        .collect();
    Wire::new("application/edifact", format!("{head}{body}"))
}
