//! Settings of the process, made first thing in `main` of both faces.

/// Keeps secrets out of core dumps.
///
/// On Unix the size of a core file is set to nothing. The process stays inspectable by its own user, for a process that
/// is not (`PR_SET_DUMPABLE=0`) can no longer open the desktop's file dialogs on Linux. On Windows there are no core
/// files unless an administrator asks for them, and nothing to set.
pub fn harden() {
    #[cfg(unix)]
    {
        // A limit that cannot be lowered is no reason to refuse to work.
        let _ = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0);
    }
}
