import Glibc

/// How many files and sockets the process may have open.
enum OpenFileLimit {
  /// Kept for calls to providers, for the store and for rule files, at most: connections that
  /// merchants, or attackers, hold open never take these.
  private static let reserve = 1024

  /// Raises the limit as far as the system lets an ordinary process, and returns it.
  static func raise() -> Int {
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(files, &limit) == 0 else { return reserve }
    var raised = limit
    raised.rlim_cur = limit.rlim_max
    let isRaised = setrlimit(files, &raised) == 0
    return Int(clamping: isRaised ? raised.rlim_cur : limit.rlim_cur)
  }

  /// Of so many connections those that there is room for under `limit`.
  static func connections(_ wanted: Int, under limit: Int) -> Int {
    max(1, min(wanted, limit - min(reserve, limit / 2)))
  }
}
