//! What kinds of devices and systems there are: the format each speaks and what it can tell.

/// What kind of device or system speaks, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    /// Hikvision camera, bare XML.
    HikvisionBare,
    /// Hikvision camera, XML and pictures.
    HikvisionMultipart,
    /// Dahua camera, carrier (a): lines of text in a multipart stream.
    DahuaLines,
    /// Dahua camera, carrier (b): event JSON.
    DahuaEvents,
    /// Dahua camera, carrier (c): TollgateInfo.
    DahuaTollgate,
    /// Axis License Plate Verifier.
    Axis,
    /// Plate Recognizer Stream, a form with a picture.
    PlateRecognizer,
    /// Rekor Scout's agent.
    Rekor,
    /// Survision camera.
    Survision,
    /// Genetec AutoVu.
    Genetec,
    /// Plate Recognizer's container reader.
    ContainerReader,
    /// Impinj R700 RFID reader.
    Antenna,
    /// The server of Jointech JT701 electronic seals.
    Seals,
    /// Weighbridge with tickets.
    Scale,
    /// Mettler Toledo scale, continuous output.
    Mettler,
    /// Container yard, CODECO.
    Yard,
    /// Customs, VNACCS output messages.
    Customs,
    /// The customs container list service.
    ContainerList,
    /// The single window, WCO responses.
    Window,
    /// Agencies behind LGSP, structured CloudEvents.
    Lgsp,
    /// The border gate's management centre, binary CloudEvents.
    Centre,
}

impl Device {
    /// Returns the name of its format in registrations.
    pub(crate) fn format(self) -> &'static str {
        match self {
            Self::HikvisionBare | Self::HikvisionMultipart => "hikvision-anpr",
            Self::DahuaLines | Self::DahuaEvents | Self::DahuaTollgate => "dahua-traffic",
            Self::Axis => "axis-lpv",
            Self::PlateRecognizer => "platerecognizer-stream",
            Self::Rekor => "rekor-scout",
            Self::Survision => "survision",
            Self::Genetec => "genetec-autovu",
            Self::ContainerReader => "platerecognizer-container",
            Self::Antenna => "impinj-r700",
            Self::Seals => "jt701-p45",
            Self::Scale => "weighbridge-json",
            Self::Mettler => "mettler-continuous",
            Self::Yard => "edifact-codeco",
            Self::Customs => "vnaccs",
            Self::ContainerList => "gdc-container-list",
            Self::Window => "wco-response",
            Self::Lgsp | Self::Centre => "cloudevents-json",
        }
    }

    /// Returns the rank of its word: 0 sensor at the place, 1 agency or yard report, 2 customs message.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Customs | Self::ContainerList => 2,
            Self::Lgsp | Self::Centre | Self::Yard | Self::Window => 1,
            _ => 0,
        }
    }

    /// Tells whether it sees vehicles at the place by itself, and so misreads them.
    pub(crate) fn is_sensor(self) -> bool {
        self.rank() == 0
    }

    /// Tells whether its messages name the event they tell of, so that one sent anew is known again. One that does
    /// not repeats itself under the key of the first.
    pub(crate) fn names_events(self) -> bool {
        self != Self::Mettler
    }

    /// Tells whether it tells a plate in two lines now and then.
    pub(crate) fn has_lines(self) -> bool {
        matches!(self, Self::Scale | Self::DahuaEvents)
    }

    /// Returns how long a message is on its way, in milliseconds: least and most.
    pub(crate) fn delay_ms(self) -> (i64, i64) {
        match self {
            Self::Customs => (3_000, 60_000),
            Self::ContainerList | Self::Window => (2_000, 30_000),
            Self::Lgsp => (2_000, 20_000),
            Self::Yard => (5_000, 90_000),
            Self::Centre => (500, 8_000),
            _ => (1_000, 3_000),
        }
    }
}
