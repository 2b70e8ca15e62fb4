//! Generates the messages, servers and clients of `proto/`, and the descriptors that reflection serves.

use std::path::{Path, PathBuf};
use std::{env, error, fs};

use prost::Message;

const FILES: [&str; 8] = [
    "words.proto",
    "crossing.proto",
    "feed.proto",
    "receipt.proto",
    "exchange_service.proto",
    "crossing_service.proto",
    "indicator_service.proto",
    "ingest_service.proto",
];

#[allow(
    clippy::disallowed_methods,
    reason = "a build script is told by cargo where to write"
)]
fn main() -> Result<(), Box<dyn error::Error>> {
    let root = Path::new("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let files = FILES.map(|file| root.join("bordergate/exchange/v1").join(file));
    let descriptors = protox::compile(files, [root])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .btree_map(".")
        .bytes(".")
        .build_transport(true)
        .compile_fds(descriptors)?;
    Ok(())
}
