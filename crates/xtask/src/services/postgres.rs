//! One PostgreSQL server on loopback, durable as in production, with one superuser and no password.
//!
//! The server refuses root: started by root it runs as the user `postgres`, and its data moves out of a target
//! folder which that user cannot enter (a home folder of root, as a rule), or whose name is too long for a socket.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use super::install::is_root;
use super::instance::{Instance, free_port};
use super::process::{Identity, start as start_process, wait_until_ready};
use super::tools::Tools;

/// Name of the service.
pub const NAME: &str = "postgres";
/// Ends the server without waiting for its clients.
pub const STOP_SIGNAL: &str = "INT";

const SUPERUSER: &str = "bordergate";
const READY_LIMIT: Duration = Duration::from_secs(60);
/// Room for `.s.PGSQL.65535.lock` below the 107 bytes of a socket's path.
const LONGEST_SOCKET_DIR_BYTES: usize = 80;

/// The user a server runs as, where that is not the caller.
#[derive(Clone, Copy)]
struct Account {
    user_id: u32,
    group_id: u32,
}

/// Starts a server on the data that is there, or on a new cluster.
///
/// # Errors
/// When PostgreSQL is lacking, or the server does not answer in time.
pub fn start(home: &Path, port_before: Option<u16>, tools: &Tools) -> anyhow::Result<Instance> {
    let bin = tools
        .postgres_bin
        .as_ref()
        .context("PostgreSQL 15 or newer is lacking")?;
    let account = if is_root() {
        Some(server_account()?)
    } else {
        None
    };
    let own = home.join(NAME);
    fs::create_dir_all(&own).context("cannot make the folder of PostgreSQL")?;
    let is_usable = own.as_os_str().len() <= LONGEST_SOCKET_DIR_BYTES
        && (account.is_none() || everyone_may_enter(&own));
    let folder = if is_usable {
        own.clone()
    } else {
        make_outside(home)?
    };
    let (data, sockets, log) = (
        folder.join("data"),
        folder.join("sockets"),
        own.join("server.log"),
    );
    for made in [&data, &sockets] {
        make_for(made, account)?;
    }
    if !data.join("PG_VERSION").is_file() {
        make_cluster(bin, &data, account)?;
    }
    let port = free_port(port_before)?;
    let mut server = as_account(&bin.join("postgres"), account);
    server.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    for setting in [
        "listen_addresses=127.0.0.1",
        "fsync=on",
        "synchronous_commit=on",
        "max_connections=200",
    ] {
        server.args(["-c", setting]);
    }
    server
        .arg("-c")
        .arg(format!("unix_socket_directories={}", sockets.display()));
    let mut child = start_process(&mut server, &log)?;
    let identity = Identity::of(child.id());
    wait_until_ready(&mut child, READY_LIMIT, &log, || answers(port, tools))?;
    let identity = identity.context("the server has ended")?;
    let address = format!("postgres://{SUPERUSER}@127.0.0.1:{port}/postgres");
    let owned = if is_usable {
        vec![data, sockets]
    } else {
        vec![folder]
    };
    Ok(Instance {
        address,
        port,
        identity,
        log,
        data: owned,
    })
}

/// Returns whether a server on this port answers a query.
pub fn answers(port: u16, tools: &Tools) -> bool {
    let Some(bin) = &tools.postgres_bin else {
        return false;
    };
    Command::new(bin.join("psql"))
        .args([
            "-h",
            "127.0.0.1",
            "-p",
            &port.to_string(),
            "-U",
            SUPERUSER,
            "-d",
            "postgres",
            "-XAtqc",
            "select 1",
        ])
        .env("PGCONNECT_TIMEOUT", "2")
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success() && output.stdout.starts_with(b"1"))
}

fn make_cluster(bin: &Path, data: &Path, account: Option<Account>) -> anyhow::Result<()> {
    let output = as_account(&bin.join("initdb"), account)
        .arg("-D")
        .arg(data)
        .args([
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ])
        .output()
        .context("cannot run initdb")?;
    if !output.status.success() {
        bail!(
            "initdb failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

/// Returns the program as a command of that account, in a folder that everyone may enter.
fn as_account(program: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if let Some(Account { user_id, group_id }) = account {
        command.uid(user_id).gid(group_id);
    }
    command
}

/// Makes the folder, private to the account.
fn make_for(folder: &Path, account: Option<Account>) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if let Some(Account { user_id, group_id }) = account {
        chown(folder, Some(user_id), Some(group_id))
            .with_context(|| format!("cannot give {} to the server", folder.display()))?;
    }
    Ok(())
}

/// Returns the user that Debian's package makes.
fn server_account() -> anyhow::Result<Account> {
    let users = fs::read_to_string("/etc/passwd").context("cannot read the list of users")?;
    account_of("postgres", &users)
        .context("PostgreSQL refuses root, and there is no user `postgres` to run it as")
}

fn account_of(name: &str, users: &str) -> Option<Account> {
    let fields: Vec<&str> = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields[0] == name)?;
    Some(Account {
        user_id: fields.get(2)?.parse().ok()?,
        group_id: fields.get(3)?.parse().ok()?,
    })
}

/// Returns whether users who own nothing on the way may enter the folder.
fn everyone_may_enter(folder: &Path) -> bool {
    folder
        .ancestors()
        .all(|part| fs::metadata(part).is_ok_and(|metadata| metadata.mode() & 0o001 != 0))
}

/// Makes the folder outside, and takes it over only from an earlier call of the same user.
fn make_outside(home: &Path) -> anyhow::Result<PathBuf> {
    let folder = folder_outside(home);
    let caller = fs::metadata("/proc/self")
        .context("cannot ask for the user")?
        .uid();
    match fs::DirBuilder::new().mode(0o755).create(&folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("cannot make {}", folder.display()))
        }
        _ => {
            let metadata =
                fs::symlink_metadata(&folder).context("cannot ask for the owner of a folder")?;
            ensure!(
                metadata.is_dir() && metadata.uid() == caller,
                "{} is somebody else's",
                folder.display()
            );
            Ok(folder)
        }
    }
}

/// Returns a folder of these services alone, outside the target folder and with a short name.
fn folder_outside(home: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    home.hash(&mut hasher);
    Path::new("/var/tmp").join(format!("bordergate-postgres-{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_account_of_the_server_is_found_by_its_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/bash\npostgres2:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        let account = account_of("postgres", users).expect("it is listed");
        assert_eq!((account.user_id, account.group_id), (101, 104));
        assert!(account_of("postg", users).is_none());
    }

    #[test]
    fn a_folder_below_a_closed_one_cannot_be_entered() {
        let open = std::env::temp_dir().join(format!("xtask-enter-{}", std::process::id()));
        let inner = open.join("inner");
        fs::create_dir_all(&inner).expect("the folder for temporary files can be written");
        for (mode, enters) in [(0o755, true), (0o700, false)] {
            fs::set_permissions(&open, fs::Permissions::from_mode(mode)).expect("it is ours");
            assert_eq!(everyone_may_enter(&inner), enters, "{mode:o}");
        }
        fs::remove_dir_all(open).expect("it was made here");
    }

    #[test]
    fn the_folder_outside_leaves_room_for_the_name_of_a_socket() {
        let folder = folder_outside(Path::new("/a/very/long/way"));
        assert!(folder.as_os_str().len() <= LONGEST_SOCKET_DIR_BYTES);
        assert_ne!(folder, folder_outside(Path::new("/another/way")));
    }
}
