//! `bordergate simulate`: days of a border and their truth as files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use bordergate_model::RecordId;
use bordergate_simulator::{
    Day, MOST_DAYS, Noise, Plan, gates_csv, known_gates, messages_jsonl, simulate, sources_csv,
    sources_of, truth_jsonl,
};
use clap::Args;
use jiff::civil::Date;

use super::Common;

/// How many messages become text at a time.
const AT_A_TIME: usize = 1000;

/// Writes the messages of simulated days, the registrations they need, and what they must lead to: crossings,
/// milestones and facts, one JSON object a line.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate simulate --gates huu-nghi,tan-thanh --days 2 --seed 7 --noise 3 \\\n      \
    --noise-of axis-lpv=misread:0.1 --noise-of sim-hn-in-2=0 --out days\n  bordergate seed days\n\n\
    NOISE is a factor on the demo's noise (0: none) or a list of name:value with the names misread, within_class, \
    unreadable, doubled, resent, out_of_order, late, missing, malformed (shares from 0 to 1) and wrong_clock_seconds.\n\
    The files are described in the simulator's README."
)]
pub struct Simulate {
    /// Gates to simulate: huu-nghi, tan-thanh, coc-nam, chi-ma
    #[arg(
        long,
        value_name = "GATE,...",
        value_delimiter = ',',
        default_value = "huu-nghi,tan-thanh"
    )]
    gates: Vec<String>,
    /// The first local day
    #[arg(long, value_name = "DATE", default_value = "2026-11-16")]
    day: Date,
    /// How many days, 28 at most
    #[arg(long, default_value_t = 1)]
    days: u32,
    /// How many vehicles come in a day, over all gates
    #[arg(long, default_value_t = 1600)]
    vehicles: u32,
    /// Seed: the same gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How much goes wrong: a factor or a list of settings
    #[arg(long, default_value = "1")]
    noise: String,
    /// How much goes wrong at one source or with one format instead; may be given again
    #[arg(long, value_name = "NAME=NOISE")]
    noise_of: Vec<String>,
    /// Folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Simulate {
    pub(super) fn run(self, _common: &Common) -> anyhow::Result<ExitCode> {
        let day = simulate(&self.plan()?);
        write(&self.out, &day)?;
        println!(
            "{} messages and {} crossings in {}",
            day.messages.len(),
            day.truth.len(),
            self.out.display()
        );
        Ok(ExitCode::SUCCESS)
    }

    fn plan(&self) -> anyhow::Result<Plan> {
        for gate in &self.gates {
            let known = known_gates();
            ensure!(
                known.contains(&gate.as_str()),
                "--gates: {gate:?} is none of {}",
                known.join(", ")
            );
        }
        ensure!(
            (1..=MOST_DAYS).contains(&self.days),
            "--days must be 1 to {MOST_DAYS}"
        );
        let noise = changed(&Noise::default(), &self.noise).context("--noise")?;
        let mut plan = Plan {
            day_count: self.days,
            gates: self.gates.clone(),
            vehicle_count: self.vehicles,
            seed: self.seed,
            noise,
            ..Plan::of_day(self.day)
        };
        plan.noise_of = self.noise_of(&plan).context("--noise-of")?;
        Ok(plan)
    }

    fn noise_of(&self, plan: &Plan) -> anyhow::Result<BTreeMap<String, Noise>> {
        let sources = sources_of(plan);
        let is_known = |name: &str| {
            let mut known = sources.iter();
            known.any(|(source_id, format)| name == source_id || name == format)
        };
        let mut noise_of = BTreeMap::new();
        for text in &self.noise_of {
            let (name, noise) = text
                .split_once('=')
                .with_context(|| format!("{text:?} is not NAME=NOISE"))?;
            if !is_known(name) {
                let known: Vec<&str> = sources.iter().map(|(id, _)| id.as_str()).collect();
                bail!(
                    "{name:?} is no format of these gates and none of {}",
                    known.join(", ")
                );
            }
            noise_of.insert(name.to_owned(), changed(&Noise::default(), noise)?);
        }
        Ok(noise_of)
    }
}

fn changed(noise: &Noise, text: &str) -> anyhow::Result<Noise> {
    noise.changed(text).map_err(anyhow::Error::msg)
}

fn write(out: &Path, day: &Day) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let named = |records: &BTreeSet<RecordId>| -> Vec<_> {
        let records = records.iter();
        records
            .map(|record_id| serde_json::json!({"record_id": record_id}))
            .collect()
    };
    for (name, text) in [
        ("gates.csv", gates_csv(&day.gates)),
        ("sources.csv", sources_csv(&day.sources)),
        ("crossings.jsonl", truth_jsonl(&day.truth)),
        ("milestones.jsonl", truth_jsonl(&day.milestones)),
        ("facts.jsonl", truth_jsonl(&day.facts)),
        ("unlinked.jsonl", truth_jsonl(&named(&day.unlinked))),
        ("unrouted.jsonl", truth_jsonl(&named(&day.unrouted))),
    ] {
        let path = out.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let path = out.join("messages.jsonl");
    let cannot = || format!("cannot write {}", path.display());
    let mut file = BufWriter::new(File::create(&path).with_context(cannot)?);
    for some in day.messages.chunks(AT_A_TIME) {
        file.write_all(messages_jsonl(some).as_bytes())
            .with_context(cannot)?;
    }
    file.flush().with_context(cannot)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        simulate: Simulate,
    }

    fn plan(options: &str) -> anyhow::Result<Plan> {
        let line = ["simulate", "--out", "days"];
        let line = line.into_iter().chain(options.split_whitespace());
        Line::try_parse_from(line)?.simulate.plan()
    }

    #[test]
    fn options_are_a_plan() {
        let plan = plan("--gates chi-ma --days 3 --noise 0 --noise-of hikvision-anpr=late:0.5")
            .expect("all of it is allowed");
        assert_eq!((plan.gates, plan.day_count), (vec!["chi-ma".to_owned()], 3));
        assert_eq!(plan.noise, Noise::none());
        assert_eq!(plan.noise_of["hikvision-anpr"].late, 0.5);
    }

    #[test]
    fn what_no_plan_can_be_names_its_option() {
        for (options, named) in [
            ("--gates huu-nghi,lao-cai", "lao-cai"),
            ("--days 0", "--days"),
            ("--days 29", "--days"),
            ("--noise much", "--noise"),
            ("--noise-of sim-hn-in-1", "--noise-of"),
            ("--gates chi-ma --noise-of sim-hn-in-1=2", "--noise-of"),
        ] {
            let error = plan(options).expect_err("it must be refused");
            assert!(format!("{error:#}").contains(named), "{options}: {error:#}");
        }
    }

    #[test]
    fn the_same_seed_writes_the_same_files() {
        let plan = plan("--vehicles 20 --days 2 --seed 5 --noise 2").expect("all of it is allowed");
        let [one, other] = ["one", "other"].map(|name| {
            let folder =
                std::env::temp_dir().join(format!("simulate-{name}-{}", std::process::id()));
            write(&folder, &simulate(&plan)).expect("a folder that can be written");
            let mut files = BTreeMap::new();
            for entry in std::fs::read_dir(&folder).expect("it was just written") {
                let path = entry.expect("an entry").path();
                files.insert(
                    path.file_name().map(ToOwned::to_owned),
                    std::fs::read(&path).ok(),
                );
            }
            std::fs::remove_dir_all(&folder).expect("it is ours");
            files
        });
        assert_eq!(one.len(), 8);
        assert!(one == other, "the bytes differ");
    }
}
