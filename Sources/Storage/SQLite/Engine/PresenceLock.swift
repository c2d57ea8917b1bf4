import Glibc

/// Tells whether other processes have the database open. Each holds a shared advisory lock on a
/// file beside it, which the kernel lifts when the process ends, however it ends.
final class PresenceLock {
  private let descriptor: Int32
  /// Whether no other process had it as this one came. Then none comes until `share`.
  let isFirst: Bool

  /// - Parameter waits: whether another one is waited for that has it to itself, which is one that
  ///   looks whether it is alone, or moves the store. Without, who is not the first has no lock.
  init(path: String, waits: Bool = true) throws(DatabaseError) {
    let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw .system("open", "cannot create \(path)") }
    descriptor = opened  // from here on deinit closes it, whatever is thrown
    if Self.lock(opened, LOCK_EX | LOCK_NB) {
      isFirst = true
      return
    }
    guard waits else {
      isFirst = false
      return
    }
    // Who had it to itself may have died over what it did; a try that fails has lost the lock.
    guard Self.lock(opened, LOCK_SH) else { throw .system("flock", "cannot lock \(path)") }
    isFirst = Self.lock(opened, LOCK_EX | LOCK_NB)
    guard isFirst || Self.lock(opened, LOCK_SH) else {
      throw .system("flock", "cannot lock \(path)")
    }
  }

  /// Lets others come.
  func share() throws(DatabaseError) {
    guard Self.lock(descriptor, LOCK_SH) else { throw .system("flock", "cannot lock again") }
  }

  deinit { close(descriptor) }

  /// Whether no other holds the lock. Called inside a write transaction only: of all processes one
  /// at a time is inside, so none can take for gone another that changes its lock here; and who
  /// opens the database meanwhile cannot lease before the transaction ends.
  func isAlone() throws(DatabaseError) -> Bool {
    let alone = Self.lock(descriptor, LOCK_EX | LOCK_NB)
    // A failed exclusive lock has lost the shared one.
    guard Self.lock(descriptor, LOCK_SH) else { throw .system("flock", "cannot lock again") }
    return alone
  }

  private static func lock(_ descriptor: Int32, _ operation: Int32) -> Bool {
    while flock(descriptor, operation) != 0 {
      guard errno == EINTR else { return false }
    }
    return true
  }
}

extension DatabaseError {
  /// What the operating system just refused.
  static func system(_ function: String, _ what: String, _ code: Int32 = errno) -> DatabaseError {
    .failed(
      function: function, code: Int(code),
      message: unsafe "\(what): \(String(cString: strerror(code)))")
  }
}
