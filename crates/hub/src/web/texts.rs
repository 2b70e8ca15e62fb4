//! Every word of the page, in both languages side by side: a missing one does not compile.

use bordergate_model::{CargoClass, Channel, Direction, State};

macro_rules! texts {
    ($($name:ident $vi:literal $en:literal;)*) => {
        /// The words of one language.
        #[derive(Debug)]
        pub struct Texts { $(#[doc = $en] pub $name: &'static str,)* }

        /// Vietnamese.
        pub const VI: Texts = Texts { $($name: $vi,)* };
        /// English.
        pub const EN: Texts = Texts { $($name: $en,)* };

        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $vi, $en),)*];
    };
}

texts! {
    brand "Cửa khẩu Lạng Sơn" "Lang Son border gates";
    skip "Đến nội dung chính" "Skip to content";
    menu "Màn hình" "Screens";
    board "Bảng theo dõi" "Board";
    statistics "Thống kê" "Statistics";
    search "Tra cứu" "Search";
    language "Ngôn ngữ" "Language";
    theme "Giao diện" "Appearance";
    theme_auto "Tự động" "Auto";
    theme_light "Sáng" "Light";
    theme_dark "Tối" "Dark";
    log_out "Đăng xuất" "Log out";
    data_as_of "Dữ liệu đến" "Data as of";
    no_data "Chưa có dữ liệu" "No data yet";
    local_time "Giờ Việt Nam (UTC+7)" "Viet Nam time (UTC+7)";
    problem "Không thực hiện được" "This did not work";
    problem_id "Mã tra cứu sự cố" "Quote this id";
    forbidden "Mã truy cập của bạn không có quyền xem mục này." "Your token has no right to this.";

    login "Đăng nhập" "Log in";
    login_intro "Nhập mã truy cập do quản trị viên cấp." "Enter the token an administrator gave you.";
    token "Mã truy cập" "Token";
    login_refused "Mã truy cập không đúng hoặc đã bị khóa." "That token is unknown or disabled.";
    login_machine "Mã truy cập này dành cho thiết bị, không dùng để đăng nhập." "That token is for a machine; people have their own.";

    no_gates "Chưa có cửa khẩu nào được đăng ký." "No gate is registered yet.";
    inside_now "Đang trong cửa khẩu" "Inside now";
    vehicles "xe" "vehicles";
    unconfirmed "chưa xác nhận (mới có một lần đọc)" "unconfirmed (read once only)";
    longest_wait "Chờ lâu nhất" "Longest wait";
    nobody_waits "Không có xe chờ" "Nobody waits";
    since "từ" "since";
    crossed_last_hours "Xe qua biên, 12 giờ gần nhất" "Across the border, last 12 hours";
    table_by_hour "Bảng số liệu theo giờ" "The same as a table";
    hour "Giờ" "Hour";
    feeds "Nguồn dữ liệu" "Feeds";
    feeds_all_well "tất cả đều hoạt động" "all heard";
    feeds_quiet "nguồn cần chú ý" "need attention";
    source "Nguồn" "Source";
    format "Định dạng" "Format";
    last_heard "Nhận lần cuối" "Last heard";
    last_hour "Giờ qua" "Last hour";
    feed_well "Bình thường" "Heard";
    feed_late "Chậm" "Late";
    feed_silent "Im lặng" "Silent";
    feed_never "Chưa từng nhận" "Never heard";
    feed_free "Không đặt hạn" "No limit set";
    ago "trước" "ago";

    unrouted "Chưa rõ cửa khẩu" "Without a gate yet";
    unrouted_none "Không có bản ghi nào chờ." "No record waits.";
    unrouted_hint "Bản ghi của nguồn toàn tỉnh tự chuyển đi khi có lượt xe trùng khóa hoặc mã của cửa khẩu được đăng ký. Quản trị viên có thể chỉ định cửa khẩu:" "Records of province-wide sources go by themselves once a crossing has one of their keys or a gate is registered with their code. Administrators can name the gate:";
    records_wait "bản ghi đang chờ" "records wait";
    why "Lý do" "Why";
    going_to "đang chuyển đến" "going to";
    route_unknown "Không có gì chỉ đến cửa khẩu" "Nothing points to a gate";
    route_ambiguous "Có thể thuộc nhiều cửa khẩu" "May belong to several gates";
    route_part "Thông điệp còn thiếu phần" "Parts are missing";
    route_gate_disabled "Cửa khẩu đã ngừng" "Its gate is disabled";
    route_too_large "Quá lớn đối với nhật ký" "Too large for the log";

    indicator "Chỉ tiêu" "Indicator";
    definition "Định nghĩa" "Definition";
    gate "Cửa khẩu" "Gate";
    direction "Chiều" "Direction";
    channel "Luồng" "Channel";
    cargo "Loại hàng" "Cargo";
    loaded "Có hàng" "Loaded";
    yes "Có" "Yes";
    no "Không" "No";
    all "Tất cả" "All";
    from "Từ ngày" "From";
    to "Đến trước ngày" "Until before";
    apply "Xem" "Show";
    reset "Bỏ lọc" "Clear filters";
    overall "Toàn bộ" "Overall";
    by_gate "Theo cửa khẩu" "By gate";
    by_channel "Theo luồng" "By channel";
    by_hour "Theo giờ" "By hour";
    n "n" "n";
    median "Trung vị" "Median";
    mean "Trung bình" "Mean";
    p95 "P95" "P95";
    maximum "Lớn nhất" "Maximum";
    excluded "Không tính" "Excluded";
    skewed "lệch đồng hồ, tính là 0" "clock skew, counted as 0";
    suppressed "Dưới 5 trường hợp: không công bố phân vị." "Below 5 cases: percentiles are withheld.";
    crossings_behind "Các lượt xe" "Crossings";
    as_csv "Tải CSV" "CSV";
    as_json "JSON" "JSON";
    only_latest "Chỉ hiện 48 giờ gần nhất; tệp CSV có đầy đủ." "Only the latest 48 hours are shown; the CSV has all.";
    late_sources "Nguồn đang chậm hoặc im lặng, số liệu có thể thiếu:" "Late or silent sources, so figures may lack readings:";
    minutes "phút" "min";
    version "phiên bản" "version";
    exact "tính chính xác từ mọi lượt xe" "exact, from every crossing";

    search_intro "Biển số, số container hoặc số tờ khai" "Plate, container or declaration number";
    search_hint "Ví dụ 12C-123.45, CSQU3054383, 103456789010. Không phân biệt chữ hoa, dấu chấm, gạch." "For example 12C-123.45, CSQU3054383, 103456789010. Case and separators do not matter.";
    purpose "Mục đích tra cứu" "Purpose";
    purpose_hint "Tra cứu theo biển số được ghi vào nhật ký kiểm toán." "Searches by plate are recorded in the audit trail.";
    find "Tìm" "Find";
    found_nothing "Không tìm thấy lượt xe nào." "No crossing was found.";
    found_similar "Không có biển số đúng như vậy. Các biển số dễ đọc nhầm với nó:" "No such plate. Plates easily misread for it:";
    not_an_identifier "Không phải biển số, số container hay số tờ khai." "That is no plate, container or declaration number.";
    searched_as "Tìm theo" "Searched as";
    container "Container" "Container";
    declaration "Tờ khai" "Declaration";
    trip "Mã chuyến" "Trip code";
    seal "Niêm phong" "Seal";
    tag "Thẻ RFID" "RFID tag";
    trailer "Rơ moóc" "Trailer";
    candidate "Có thể là" "Or";
    plate_folded "Biển số (gộp ký tự dễ nhầm)" "Plate (confusable characters folded)";
    plate_near "Biển số gần giống" "Plate (nearly the same)";
    lane "Làn: chỉ thấy một xe" "Lane (one vehicle seen)";

    crossings "Lượt xe" "Crossings";
    crossing "Lượt xe" "Crossing";
    plate "Biển số" "Plate";
    no_plate "chưa đọc được biển số" "no plate read";
    pseudonym "Bí danh: quyền của bạn không cho xem biển số." "A pseudonym: your role does not see plates.";
    state "Trạng thái" "State";
    first_reading "Lần đọc đầu" "First reading";
    last_reading "Lần đọc cuối" "Last reading";
    ended "Kết thúc" "Ended";
    readings "Số lần đọc" "Readings";
    next_page "Trang sau" "Next page";
    unknown "chưa rõ" "unknown";
    empty_vehicle "Xe rỗng" "Empty";
    entry_unknown "Không đọc được lúc vào" "Entry was not read";
    merged_into "Đã gộp vào" "Merged into";
    revision "Bản sửa" "Revision";
    keys "Khóa nhận dạng" "Keys";
    milestones "Các mốc" "Milestones";
    other_readings "Lần đọc không có mốc" "Readings without a milestone";
    stands "được chọn" "stands";
    more_readings "lần đọc khác" "more readings";
    occurred "Thời điểm" "Occurred";
    as_written "Thiết bị ghi" "As written";
    basis "Căn cứ giờ" "Basis";
    received "Hub nhận" "Received";
    rank "Hạng" "Rank";
    link_key "Ghép theo" "Linked by";
    opened "mở lượt xe" "opened it";
    record "Bản ghi gốc" "Record";
    suspect "đồng hồ không tin được" "clock not believed";
    corrected "đã chỉnh đồng hồ" "clock corrected";
    undated "không có giờ" "undated";
    facts "Thời gian đo được" "Durations";
    segment "Đoạn" "Segment";
    start "Bắt đầu" "Start";
    end "Kết thúc" "End";
    duration "Thời lượng" "Duration";
    minus_skew "lệch đồng hồ, tính là 0" "clock skew, counted as 0";
    evidence "Bản ghi gốc" "Raw record";
    content_type "Kiểu nội dung" "Content type";
    bytes "byte" "bytes";
    place_in_log "Vị trí trong nhật ký" "Place in the log";
    shard "Phân mảnh" "Shard";
    outcome "Kết quả" "Outcome";
    body "Nội dung như đã nhận" "Body as it came";
    body_cut "Chỉ hiện phần đầu." "Only the beginning is shown.";
    pictures "Hình ảnh" "Pictures";
    picture "Ảnh" "Picture";
    body_detached "Thay cho mỗi ảnh lớn là mã băm của ảnh." "In the place of each large picture stands its hash.";
    body_whole "Tải toàn bộ" "Download the whole";
    picture_gone "Ảnh đã bị xóa khi hết thời hạn lưu." "The picture was removed when its time was over.";
    body_gone "Nhật ký không còn giữ bản ghi này." "The log no longer keeps this record.";
    appearances "Các lần xuất hiện" "Appearances";

    export "Xuất" "Export";
    import "Nhập" "Import";
    direction_unknown "Chưa rõ chiều" "Unknown";
    channel_none "Chưa phân luồng" "Not channelled";
    channel_green "Xanh" "Green";
    channel_yellow "Vàng" "Yellow";
    channel_red "Đỏ" "Red";
    cargo_fruit "Trái cây" "Fruit";
    cargo_other "Hàng khác" "Other";
    cargo_new_vehicle "Xe mới" "New vehicles";
    state_open "Đang làm thủ tục" "Open";
    state_closed "Đã qua" "Closed";
    state_close_missed "Đã qua, không đọc được lúc ra" "Closed, exit not read";
    state_turned_back "Quay đầu" "Turned back";
    state_expired "Hết hạn theo dõi" "Expired";
    state_relieved "Xe kéo thay" "Relief vehicle";
    state_merged "Đã gộp" "Merged";
    excluded_turned_back "quay đầu" "turned back";
    excluded_missing_start "thiếu lúc bắt đầu" "start not read";
    excluded_open "chưa xong" "still open";
    excluded_missing_end "thiếu lúc kết thúc" "end not read";
    excluded_suspect "đồng hồ không tin được" "clock not believed";
    excluded_negative "kết thúc trước bắt đầu" "end before start";
    basis_explicit "giờ có múi giờ" "with its zone";
    basis_configured "múi giờ đăng ký" "registered zone";
    basis_corrected "đã chỉnh theo đăng ký" "registered correction";
    basis_received "giờ nhận" "time of reception";
    basis_undated "không có giờ" "undated";
}

impl Texts {
    /// Returns the word for a direction.
    pub fn of_direction(&self, direction: Direction) -> &'static str {
        match direction {
            Direction::Export => self.export,
            Direction::Import => self.import,
            Direction::Unknown => self.direction_unknown,
        }
    }

    /// Returns the word for a channel.
    pub fn of_channel(&self, channel: Channel) -> &'static str {
        match channel {
            Channel::None => self.channel_none,
            Channel::Green => self.channel_green,
            Channel::Yellow => self.channel_yellow,
            Channel::Red => self.channel_red,
        }
    }

    /// Returns the word for a cargo class.
    pub fn of_cargo(&self, cargo: CargoClass) -> &'static str {
        match cargo {
            CargoClass::Fruit => self.cargo_fruit,
            CargoClass::Other => self.cargo_other,
            CargoClass::NewVehicle => self.cargo_new_vehicle,
        }
    }

    /// Returns the word for a state.
    pub fn of_state(&self, state: State) -> &'static str {
        match state {
            State::Open => self.state_open,
            State::Closed => self.state_closed,
            State::CloseMissed => self.state_close_missed,
            State::TurnedBack => self.state_turned_back,
            State::Expired => self.state_expired,
            State::Relieved => self.state_relieved,
            State::Merged => self.state_merged,
        }
    }

    /// Returns the words for the code of an exclusion; the code itself when it is none.
    pub fn of_exclusion<'a>(&self, code: &'a str) -> &'a str {
        match code {
            "turned_back" => self.excluded_turned_back,
            "missing_start" => self.excluded_missing_start,
            "open" => self.excluded_open,
            "missing_end" => self.excluded_missing_end,
            "suspect" => self.excluded_suspect,
            "negative" => self.excluded_negative,
            other => other,
        }
    }

    /// Returns the words for the code of a time's basis; the code itself when it is none.
    pub fn of_basis<'a>(&self, code: &'a str) -> &'a str {
        match code {
            "explicit" => self.basis_explicit,
            "configured" => self.basis_configured,
            "corrected" => self.basis_corrected,
            "received" => self.basis_received,
            "undated" => self.basis_undated,
            other => other,
        }
    }

    /// Returns the words for the code of why a record waits for its gate; the code itself when it is none.
    pub fn of_route<'a>(&self, code: &'a str) -> &'a str {
        match code {
            "route.unknown" => self.route_unknown,
            "route.ambiguous" => self.route_ambiguous,
            "route.part" => self.route_part,
            "route.gate_disabled" => self.route_gate_disabled,
            "route.too_large" => self.route_too_large,
            other => other,
        }
    }

    /// Returns the words for the code of a key's kind; the code itself when it is none.
    pub fn of_key<'a>(&self, code: &'a str) -> &'a str {
        match code {
            "trip" => self.trip,
            "declaration" => self.declaration,
            "container" => self.container,
            "seal" => self.seal,
            "tag" => self.tag,
            "plate" => self.plate,
            "plate_folded" => self.plate_folded,
            "plate_near" => self.plate_near,
            "trailer" => self.trailer,
            "lane" => self.lane,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_is_written_with_its_diacritics_and_english_without() {
        for (name, vi, en) in ALL {
            assert!(
                en.is_ascii(),
                "{name}: {en:?} has characters that are not English"
            );
            assert!(
                !vi.trim().is_empty() && !en.trim().is_empty(),
                "{name} is empty"
            );
        }
        let marked = ALL.iter().filter(|(_, vi, _)| !vi.is_ascii()).count();
        assert!(
            marked * 10 > ALL.len() * 8,
            "only {marked} of {} Vietnamese texts have diacritics",
            ALL.len()
        );
    }
}
