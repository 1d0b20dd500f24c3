//! A kube-apiserver, built from the source that Debian has of it: nobody ships a binary. It takes five minutes, once.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{read, run};

/// The one that Debian 12 has, which calls it 1.20.5+really1.20.2.
pub(crate) const VERSION: &str = "1.20.2";

/// Where Debian's packages of Go source are.
const DEBIAN_GO: &str = "/usr/share/gocode/src";

/// Puts `kube-apiserver` into an empty folder.
pub(crate) fn install(to: &Path) -> Result<()> {
    let work = to.join("build");
    let source = work.join("src/k8s.io/kubernetes");
    std::fs::create_dir_all(&source)?;
    let archive = download(&work.join("apt"))?;
    run(Command::new("tar").arg("xf").arg(archive).arg("-C").arg(&source).arg("--strip-components=1"))?;

    // The one that comes along does not bear a Go of this age.
    let reflect = "github.com/modern-go/reflect2";
    let old = source.join("vendor").join(reflect);
    std::fs::remove_dir_all(&old)?;
    run(Command::new("cp").arg("-r").arg(Path::new(DEBIAN_GO).join(reflect)).arg(&old))?;

    let go = |arguments: &[&str]| {
        let mut go = Command::new("go");
        go.args(arguments).current_dir(&source);
        go.env("GO111MODULE", "off").env("GOFLAGS", "").env("GOPATH", &work).env("GOCACHE", work.join("cache"));
        run(&mut go)
    };
    // A file that is made from the comments of the others is not in the archive.
    let generator = work.join("openapi-gen");
    let path = |path: &Path| path.to_string_lossy().into_owned();
    go(&["build", "-o", &path(&generator), "./vendor/k8s.io/kube-openapi/cmd/openapi-gen"])?;
    let mut generate = Command::new(&generator);
    generate.args(["-i", &described(&source)?, "-p", "k8s.io/kubernetes/pkg/generated/openapi"]);
    generate.args(["-O", "zz_generated.openapi", "-h", "/dev/null", "-r", "/dev/null"]);
    run(generate.current_dir(&source).env("GO111MODULE", "off").env("GOPATH", &work))?;

    let vendored = "k8s.io/kubernetes/vendor/k8s.io";
    let mut flags = "-s -w".to_owned();
    // What it says of itself, and what it says to others.
    for package in ["component-base/version", "client-go/pkg/version"] {
        flags.push_str(&format!(" -X {vendored}/{package}.gitVersion=v{VERSION}"));
    }
    go(&["build", "-ldflags", &flags, "-o", &path(&to.join("kube-apiserver")), "./cmd/kube-apiserver"])?;
    // Half a gigabyte that nobody needs any more.
    Ok(std::fs::remove_dir_all(work)?)
}

/// The archive of the source, from where this machine has its packages.
fn download(apt: &Path) -> Result<std::path::PathBuf> {
    // A machine has its sources for packages alone; with a folder of its own for them, apt needs nobody's leave.
    let sources = apt.join("sources");
    for folder in [&sources, &apt.join("lists/partial"), &apt.join("archives/partial")] {
        std::fs::create_dir_all(folder)?;
    }
    let configured = std::fs::read_dir("/etc/apt/sources.list.d")?.filter_map(|entry| Some(entry.ok()?.path()));
    for file in configured.chain(["/etc/apt/sources.list".into()]) {
        let known = file.extension().is_some_and(|end| end == "list" || end == "sources");
        let (Some(name), true, Ok(text)) = (file.file_name(), known, std::fs::read_to_string(&file)) else { continue };
        let lines = text.lines().map(|line| match line {
            "Types: deb" => "Types: deb-src".to_owned(),
            line => line.strip_prefix("deb ").map_or_else(|| line.to_owned(), |rest| format!("deb-src {rest}")),
        });
        std::fs::write(sources.join(name), lines.collect::<Vec<_>>().join("\n") + "\n")?;
    }
    let get = |arguments: &[&str]| {
        let mut get = Command::new("apt-get");
        for (option, path) in [("Dir::Etc::sourceparts", "sources"), ("Dir::State::lists", "lists"), ("Dir::Cache", "")]
        {
            get.arg("-o").arg(format!("{option}={}", apt.join(path).display()));
        }
        run(get.args(["-o", "Dir::Etc::sourcelist=-"]).args(arguments).current_dir(apt))
    };
    get(&["update"])?;
    get(&["source", "--download-only", "kubernetes"])?;
    let files = std::fs::read_dir(apt)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut archives = files.filter(|file| file.to_string_lossy().contains(".orig.tar."));
    archives.next().context("apt has no source of kubernetes")
}

/// The packages whose types are described to clients, as the generator takes them.
fn described(source: &Path) -> Result<String> {
    let mut grep = Command::new("grep");
    grep.args(["-rlE", "^// \\+k8s:openapi-gen=", "--include=*.go", "pkg", "staging/src/k8s.io"]);
    let files = read(grep.current_dir(source))?;
    let folders = files.lines().filter(|file| !file.contains("zz_generated")).filter_map(|file| file.rsplit_once('/'));
    let packages: BTreeSet<String> = folders
        .map(|(folder, _)| match folder.strip_prefix("staging/src/") {
            Some(staged) => format!("k8s.io/kubernetes/vendor/{staged}"),
            None => format!("k8s.io/kubernetes/{folder}"),
        })
        .collect();
    Ok(packages.into_iter().collect::<Vec<_>>().join(","))
}
