//! Hikvision ISAPI alerts, bare XML or with pictures (formats.md, Hikvision ISAPI).
//!
//! Written with the protocol's own misspellings and rubbish: `vehicelRect`, `vehileModel`, a default GPS block, a
//! country by the vendor's index. The namespace goes by the camera; one firmware prefixes its tags.

use super::{Sight, Wire, escaped, pictures};
use crate::border::Post;
use crate::wall;

const BOUNDARY: &str = "MIME_boundary";
const NAMESPACES: [&str; 3] = [
    "http://www.hikvision.com/ver20/XMLSchema",
    "http://www.isapi.org/ver20/XMLSchema",
    "http://www.std-cgi.com/ver20/XMLSchema",
];

pub(super) fn bare(sight: &Sight<'_>) -> Wire {
    Wire::new("application/xml; charset=\"UTF-8\"", alert(sight, 0))
}

/// The XML with two pictures; every fourth time the second has no bytes.
pub(super) fn multipart(sight: &Sight<'_>) -> Wire {
    let plate_picture = pictures::jpeg(sight.serial, 220);
    let scene = if sight.serial.is_multiple_of(4) {
        Vec::new()
    } else {
        pictures::jpeg(sight.serial + 1, 480)
    };
    let xml = alert(sight, 2);
    let parts: [(&str, &[u8]); 3] = [
        (
            "Content-Disposition: form-data; name=\"anpr.xml\"; filename=\"anpr.xml\"\r\nContent-Type: text/xml",
            xml.as_bytes(),
        ),
        (
            "Content-Disposition: form-data; name=\"licensePlatePicture.jpg\"; filename=\"licensePlatePicture.jpg\"\r\nContent-Type: image/jpeg",
            &plate_picture,
        ),
        (
            "Content-Disposition: form-data; name=\"detectionPicture.jpg\"; filename=\"detectionPicture.jpg\"\r\nContent-Type: image/jpeg",
            &scene,
        ),
    ];
    Wire::new(
        &format!("multipart/form-data; boundary={BOUNDARY}"),
        pictures::multipart(BOUNDARY, &parts),
    )
}

pub(super) fn heartbeat(post: &Post, device_at: i64) -> Wire {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<EventNotificationAlert version=\"2.0\" xmlns=\"{}\">\n<macAddress>{}</macAddress>\n<channelID>1</channelID>\n\
         <dateTime>{}</dateTime>\n<activePostCount>0</activePostCount>\n<eventType>videoloss</eventType>\n<eventState>inactive</eventState>\n\
         <eventDescription>videoloss alarm</eventDescription>\n</EventNotificationAlert>\n",
        namespace(post),
        mac_address(post),
        wall::iso(device_at),
    );
    Wire::new("application/xml", xml)
}

fn alert(sight: &Sight<'_>, picture_count: usize) -> String {
    let plate = escaped(sight.plate.unwrap_or("unknown"));
    let compact = wall::compact(sight.device_at);
    let serial = sight.serial;
    let confidence = if sight.plate.is_some() {
        80 + serial % 20
    } else {
        0
    };
    let believe = vec![confidence.to_string(); plate.chars().count()].join(",");
    let word = sight.post.word(sight.milestone);
    let lane = 1 + serial % 2;
    let pictures: String = ["licensePlatePicture", "detectionPicture"][..picture_count]
        .iter()
        .map(|name| {
            format!(
                "<pictureInfo><fileName>{name}.jpg</fileName><type>{name}</type><dataType>0</dataType><absTime>{compact}{:03}</absTime><pId>{compact}{serial:010}{name}</pId></pictureInfo>\n",
                sight.millisecond
            )
        })
        .collect();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
<EventNotificationAlert version=\"2.0\" xmlns=\"{namespace}\">\n\
<ipAddress>192.168.1.64</ipAddress>\n<portNo>443</portNo>\n<protocol>HTTPS</protocol>\n<macAddress>{mac}</macAddress>\n<channelID>1</channelID>\n\
<dateTime>{time}</dateTime>\n<activePostCount>1</activePostCount>\n<eventType>ANPR</eventType>\n<eventState>active</eventState>\n<eventDescription>ANPR</eventDescription>\n\
<deviceID>{device}</deviceID>\n<ANPR>\n<country>29</country>\n<licensePlate>{plate}</licensePlate>\n<line>{lane}</line>\n<direction>{word}</direction>\n\
<confidenceLevel>{confidence}</confidenceLevel>\n<plateType>unknown</plateType>\n<plateCharBelieve>{believe}</plateCharBelieve>\n<vehicleType>truck</vehicleType>\n\
<vehicleInfo><index>{serial}</index><color>white</color><vehicleLogoRecog>0</vehicleLogoRecog><vehileModel>0</vehileModel><vehicelRect/></vehicleInfo>\n\
<pictureInfoList>\n{pictures}</pictureInfoList>\n<originalLicensePlate>{plate}</originalLicensePlate>\n</ANPR>\n\
<UUID>{compact}{mac_digits}{serial:012}</UUID>\n<picNum>{picture_count}</picNum>\n<isDataRetransmission>{again}</isDataRetransmission>\n\
<DeviceGPSInfo><longitudeType>E</longitudeType><latitudeType>N</latitudeType><Longitude><degree>111</degree></Longitude><Latitude><degree>0</degree></Latitude></DeviceGPSInfo>\n\
</EventNotificationAlert>\n",
        namespace = namespace(sight.post),
        mac = mac_address(sight.post),
        mac_digits = mac_address(sight.post).replace(':', ""),
        time = wall::iso(sight.device_at),
        device = sight.post.source.source_id,
        again = sight.is_retransmission,
    );
    if has_prefixed_tags(sight.post) {
        prefixed(&text)
    } else {
        text
    }
}

/// Some firmware writes every tag with a prefix.
fn has_prefixed_tags(post: &Post) -> bool {
    post.source.source_id.as_str().ends_with("back-1")
}

fn prefixed(text: &str) -> String {
    let (declaration, rest) = text.split_once('\n').unwrap_or(("", text));
    let rest = rest
        .replace("</", "\u{1}")
        .replace('<', "<ns1:")
        .replace('\u{1}', "</ns1:")
        .replace(" xmlns=", " xmlns:ns1=");
    format!("{declaration}\n{rest}")
}

fn namespace(post: &Post) -> &'static str {
    NAMESPACES[post.source.source_id.as_str().len() % NAMESPACES.len()]
}

/// Returns an address of the vendor's range that depends on the source's name.
fn mac_address(post: &Post) -> String {
    let mixed = post
        .source
        .source_id
        .as_str()
        .bytes()
        .fold(7_u32, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u32::from(byte))
        });
    let [_, a, b, c] = mixed.to_be_bytes();
    format!("d4:e8:53:{a:02x}:{b:02x}:{c:02x}")
}
