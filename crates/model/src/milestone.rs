//! The dated facts of a crossing, with their codes and labels (milestones.md).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Fault;

/// Why a milestone code was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("milestone {text:?} is not a known code; known are {}", known())]
pub struct Unknown {
    /// The text that should have been a code.
    pub text: String,
}

impl Unknown {
    /// Stable label for quarantine rows.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "milestone.unknown"
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Sender
    }
}

fn known() -> String {
    Milestone::ALL
        .iter()
        .map(|m| m.code())
        .collect::<Vec<_>>()
        .join(", ")
}

macro_rules! milestones {
    ($($variant:ident $code:literal $english:literal $label:literal,)*) => {
        /// One dated fact about a crossing. No total order holds between them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Milestone {
            $(#[doc = $english] #[serde(rename = $code)] $variant,)*
        }

        impl Milestone {
            /// Every milestone, in the usual order of an export followed by the import's own.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the English code used in messages, tables and interfaces.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Returns the English words shown on screens.
            #[must_use]
            pub fn label_en(self) -> &'static str {
                match self { $(Self::$variant => $english,)* }
            }

            /// Returns the Vietnamese words shown on screens.
            #[must_use]
            pub fn label_vi(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }
        }
    };
}

milestones! {
    Predeclared "PREDECLARED" "Pre-declared on the digital border gate" "Khai báo trên nền tảng cửa khẩu số",
    EnRoute "EN_ROUTE" "On the way" "Đang vận chuyển (bật GPS)",
    CalledForward "CALLED_FORWARD" "Called forward" "Lệnh điều tiết / số thứ tự",
    HealthChecked "HEALTH_CHECKED" "Health checked" "Kiểm dịch y tế",
    GateIn "GATE_IN" "Entered the gate area" "Vào khu vực cửa khẩu (barie)",
    YardIn "YARD_IN" "Entered the yard" "Vào bến bãi",
    YardOut "YARD_OUT" "Left the yard" "Ra bến bãi",
    Weighed "WEIGHED" "Weighed" "Cân xe",
    ManifestFiled "MANIFEST_FILED" "Manifest filed" "E-manifest đường bộ",
    DeclRegistered "DECL_REGISTERED" "Declaration registered" "Đăng ký tờ khai",
    Channelled "CHANNELLED" "Channelled" "Phân luồng xanh / vàng / đỏ",
    QuarantineStart "QUARANTINE_START" "Quarantine started" "Bắt đầu kiểm dịch động vật, thực vật",
    QuarantineEnd "QUARANTINE_END" "Quarantine ended" "Kết thúc kiểm dịch động vật, thực vật",
    InspectionStart "INSPECTION_START" "Inspection started" "Bắt đầu kiểm tra thực tế, soi chiếu",
    InspectionEnd "INSPECTION_END" "Inspection ended" "Kết thúc kiểm tra thực tế, soi chiếu",
    FeePaid "FEE_PAID" "Infrastructure fee paid" "Nộp phí hạ tầng",
    Released "RELEASED" "Released (conditional)" "Giải phóng hàng",
    Cleared "CLEARED" "Cleared" "Thông quan",
    SupervisionPassed "SUPERVISION_PASSED" "Passed the supervision area" "Qua khu vực giám sát",
    Transshipped "TRANSSHIPPED" "Transshipped" "Sang tải",
    TractorSwapped "TRACTOR_SWAPPED" "Tractor swapped" "Đổi đầu kéo",
    DriverSwapped "DRIVER_SWAPPED" "Driver swapped" "Đổi lái xe",
    BorderControlled "BORDER_CONTROLLED" "Checked by the border guard" "Biên phòng kiểm soát",
    CrossedOut "CROSSED_OUT" "Crossed the border outbound" "Qua đường biên (xuất)",
    CrossedIn "CROSSED_IN" "Crossed the border inbound" "Qua đường biên (nhập)",
    Delivered "DELIVERED" "Delivered on the other side" "Hoàn tất giao nhận bên kia",
    Returned "RETURNED" "Returned" "Xe quay về (có hàng / rỗng)",
    TurnedBack "TURNED_BACK" "Turned back" "Quay đầu",
    AgvDispatched "AGV_DISPATCHED" "AGV dispatched" "Xe AGV xuất phát",
    AgvArrived "AGV_ARRIVED" "AGV arrived" "Xe AGV đến",
    GateOut "GATE_OUT" "Left for the inland" "Ra nội địa",
}

impl Milestone {
    /// Tells whether the latest (not the earliest) of several readings stands for this milestone:
    /// those that end something (milestones.md, "Several readings of one milestone").
    #[must_use]
    pub fn ends_something(self) -> bool {
        matches!(
            self,
            Self::Cleared
                | Self::Released
                | Self::QuarantineEnd
                | Self::InspectionEnd
                | Self::YardOut
                | Self::GateOut
                | Self::CrossedOut
                | Self::TurnedBack
        )
    }

    /// Tells whether it comes once per declaration, and holds when the last declaration has it.
    #[must_use]
    pub fn is_per_declaration(self) -> bool {
        matches!(
            self,
            Self::DeclRegistered | Self::Channelled | Self::Cleared | Self::Released
        )
    }
}

impl fmt::Display for Milestone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Milestone {
    type Err = Unknown;
    fn from_str(text: &str) -> Result<Self, Unknown> {
        Self::ALL
            .iter()
            .copied()
            .find(|m| m.code() == text)
            .ok_or_else(|| Unknown {
                text: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_as_itself() {
        for milestone in Milestone::ALL {
            assert_eq!(milestone.code().parse::<Milestone>(), Ok(*milestone));
        }
    }

    #[test]
    fn an_unknown_code_is_refused_with_the_known_ones_named() {
        let error = "PARKED".parse::<Milestone>().expect_err("not a milestone");
        assert!(error.to_string().contains("GATE_IN"));
    }
}
