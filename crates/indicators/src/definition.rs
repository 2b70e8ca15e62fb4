//! The registry of indicators: what each is called, means, is counted in and is computed from.
//!
//! Words follow indicators.md. A change of meaning is a new version, never an edit in silence.

use crate::{Dimension, Segment};

/// An indicator this crate computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Indicator {
    /// Throughput.
    T1,
    /// Export share.
    T2,
    /// Backlog.
    T3,
    /// Import release time.
    C1,
    /// Export regulatory time.
    C2,
    /// Export physical time.
    C3,
    /// Crossing time.
    C4,
    /// Border crossing time.
    C6,
    /// Distribution of one segment.
    R1,
    /// Completeness.
    Q1,
    /// Match rate.
    Q2,
    /// Latency.
    Q3,
    /// Disorder.
    Q4,
}

/// Which rows an answer is computed from; names the read of the store that gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The facts of these segments (`facts`, once for each).
    Facts(Vec<Segment>),
    /// Crossings by filing time (`crossing_rows`).
    Crossings,
    /// Crossings inside at each moment of [`crate::Query::moments`] (`backlog_rows`, once for each).
    Backlog,
    /// Observations (`reading_rows`).
    Readings,
}

/// What an indicator is, as every interface shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The indicator.
    pub indicator: Indicator,
    /// Its stable id, such as `C2`.
    pub id: &'static str,
    /// Version of the definition, from 1.
    pub version: u32,
    /// Title in English.
    pub title_en: &'static str,
    /// Title in Vietnamese.
    pub title_vi: &'static str,
    /// Unit of every figure that is not a count: `vehicles`, `%`, `s` or `h`.
    pub unit: &'static str,
    /// The definition in English.
    pub text: &'static str,
    /// The definition in Vietnamese.
    pub text_vi: &'static str,
    /// The parameters its queries may carry, in the order in which they are documented.
    pub parameters: &'static [&'static str],
    /// The dimensions `by` may name.
    pub dimensions: &'static [Dimension],
}

const OF_FACTS: &[&str] = &[
    "gate",
    "direction",
    "channel",
    "cargo",
    "loaded",
    "from",
    "to",
    "by",
    "p",
];
const OF_SHARES: &[&str] = &[
    "gate",
    "direction",
    "channel",
    "cargo",
    "loaded",
    "from",
    "to",
    "by",
];
const ALL: &[Dimension] = Dimension::ASKABLE;
const STANDING: &[Dimension] = &[
    Dimension::Channel,
    Dimension::Gate,
    Dimension::Direction,
    Dimension::Cargo,
    Dimension::Loaded,
];
const OF_READINGS: &[Dimension] = &[
    Dimension::Hour,
    Dimension::Day,
    Dimension::Week,
    Dimension::Month,
    Dimension::Channel,
    Dimension::Gate,
    Dimension::Direction,
];
const WITHOUT_DIRECTION: &[Dimension] = &[
    Dimension::Hour,
    Dimension::Day,
    Dimension::Week,
    Dimension::Month,
    Dimension::Channel,
    Dimension::Gate,
    Dimension::Cargo,
    Dimension::Loaded,
];

macro_rules! definitions {
    ($($indicator:ident $version:literal $en:literal $vi:literal $unit:literal
       $text:literal $text_vi:literal $parameters:expr, $dimensions:expr;)*) => {
        /// Every definition, in the order of indicators.md.
        pub const DEFINITIONS: &[Definition] = &[$(Definition {
            indicator: Indicator::$indicator,
            id: stringify!($indicator),
            version: $version,
            title_en: $en,
            title_vi: $vi,
            unit: $unit,
            text: $text,
            text_vi: $text_vi,
            parameters: $parameters,
            dimensions: $dimensions,
        },)*];

        impl Indicator {
            /// Every indicator, in the order of indicators.md.
            pub const ALL: &'static [Self] = &[$(Self::$indicator,)*];

            /// Returns the stable id, such as `C2`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$indicator => stringify!($indicator),)* }
            }
        }
    };
}

definitions! {
    T1 1 "Throughput" "Lưu lượng phương tiện qua cửa khẩu" "vehicles"
        "Distinct crossings with a believed CROSSED_OUT (export) or CROSSED_IN (import) in the period, turned back or not."
        "Số lượt xe có CROSSED_OUT (xuất) hoặc CROSSED_IN (nhập) tin cậy trong kỳ, kể cả xe quay đầu."
        OF_SHARES, ALL;
    T2 1 "Export share" "Tỷ trọng xuất khẩu" "%"
        "Exports / (exports + imports), both counted as in T1."
        "Xuất / (xuất + nhập), cả hai đếm như T1."
        &["gate", "channel", "cargo", "loaded", "from", "to", "by"], WITHOUT_DIRECTION;
    T3 1 "Backlog" "Phương tiện tồn tại cửa khẩu" "vehicles"
        "Crossings with GATE_IN or YARD_IN at or before the moment and no end (closed, close missed, turned back, expired) at or before it, two readings or more; those with one reading beside it as unconfirmed. Daily at 20:00 local time."
        "Lượt xe có GATE_IN hoặc YARD_IN tại hoặc trước thời điểm xét và chưa kết thúc (đóng, đóng thiếu, quay đầu, hết hạn), có từ hai lần đọc; lượt chỉ có một lần đọc ghi riêng là chưa xác nhận. Hằng ngày lúc 20:00 giờ địa phương."
        &["gate", "direction", "channel", "cargo", "loaded", "from", "to", "at", "by"], STANDING;
    C1 1 "Import release time" "Thời gian giải phóng hàng nhập khẩu" "s"
        "Arrival (CROSSED_IN) to the earlier of RELEASED and CLEARED."
        "Từ lúc đến (CROSSED_IN) đến lúc sớm hơn trong RELEASED và CLEARED."
        OF_FACTS, ALL;
    C2 1 "Export regulatory time" "Thời gian làm thủ tục xuất khẩu" "s"
        "Arrival (GATE_IN, else YARD_IN) to CLEARED."
        "Từ lúc đến (GATE_IN, nếu thiếu thì YARD_IN) đến CLEARED."
        OF_FACTS, ALL;
    C3 1 "Export physical time" "Thời gian xuất khẩu thực tế" "s"
        "Arrival (GATE_IN, else YARD_IN) to CROSSED_OUT."
        "Từ lúc đến (GATE_IN, nếu thiếu thì YARD_IN) đến CROSSED_OUT."
        OF_FACTS, ALL;
    C4 1 "Crossing time" "Thời gian lưu tại cửa khẩu" "s"
        "First to last milestone seen at the place, up to the close; closed crossings only."
        "Từ mốc đầu đến mốc cuối ghi nhận tại cửa khẩu, đến lúc đóng; chỉ tính lượt xe đã đóng."
        OF_FACTS, ALL;
    C6 1 "Border crossing time (CPMM TFI1)" "Thời gian qua biên giới (CPMM TFI1)" "h"
        "Export: arrival to CROSSED_OUT; import: CROSSED_IN to GATE_OUT; waiting included."
        "Xuất: từ lúc đến đến CROSSED_OUT; nhập: từ CROSSED_IN đến GATE_OUT; tính cả thời gian chờ."
        OF_FACTS, ALL;
    R1 1 "Distribution" "Phân bố thời gian" "s"
        "n, mean, median, standard deviation (n-1), minimum, maximum, P80, P90, P95 and P99 of one segment."
        "n, trung bình, trung vị, độ lệch chuẩn (n-1), nhỏ nhất, lớn nhất, P80, P90, P95 và P99 của một đoạn."
        &["segment", "gate", "direction", "channel", "cargo", "loaded", "from", "to", "by", "p"], ALL;
    Q1 1 "Completeness" "Mức độ đầy đủ của dữ liệu" "%"
        "Milestones present / milestones expected, sums over closed crossings."
        "Số mốc có / số mốc phải có, cộng trên các lượt xe đã đóng."
        OF_SHARES, ALL;
    Q2 1 "Match rate" "Tỷ lệ ghép nối" "%"
        "Observations in a crossing of two readings or more / observations; both of those with at least one valid identifier."
        "Số lần đọc nằm trong lượt xe có từ hai lần đọc / số lần đọc; chỉ tính lần đọc có ít nhất một định danh hợp lệ."
        &["gate", "direction", "channel", "from", "to", "by"], OF_READINGS;
    Q3 1 "Latency" "Độ trễ dữ liệu" "s"
        "Reception minus occurrence: median and P95; suspect clocks left out; a customs message by its header time, a report by its latest milestone."
        "Lúc nhận trừ lúc xảy ra: trung vị và P95; bỏ đồng hồ nghi sai; thông điệp hải quan lấy giờ ở tiêu đề, báo cáo lấy mốc muộn nhất."
        &["gate", "direction", "channel", "from", "to", "by", "p"], OF_READINGS;
    Q4 1 "Disorder" "Tỷ lệ sai thứ tự thời gian" "%"
        "Intervals below 0 s (skew included) / intervals of C1, C2, C3 and C6 with two believed ends."
        "Số khoảng dưới 0 giây (kể cả do lệch đồng hồ) / số khoảng của C1, C2, C3 và C6 có hai đầu tin cậy."
        OF_SHARES, ALL;
}

impl Indicator {
    /// Reads an id, in any letter case; `None` when it is none of [`Self::ALL`].
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|indicator| indicator.id().eq_ignore_ascii_case(id))
    }

    /// Returns its definition.
    #[must_use]
    pub fn definition(self) -> &'static Definition {
        DEFINITIONS
            .iter()
            .find(|definition| definition.indicator == self)
            .expect("one list defines both the indicators and their definitions")
    }

    /// Returns the segment a C-indicator measures; `None` for the others.
    #[must_use]
    pub fn segment(self) -> Option<Segment> {
        match self {
            Self::C1 => Some(Segment::C1),
            Self::C2 => Some(Segment::C2),
            Self::C3 => Some(Segment::C3),
            Self::C4 => Some(Segment::C4),
            Self::C6 => Some(Segment::C6),
            _ => None,
        }
    }
}
