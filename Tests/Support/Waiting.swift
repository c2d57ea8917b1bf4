import Glibc

/// Waits for what a test expects of others at work, for half a minute of looking at most: a test
/// whose feature broke fails, and does not hang.
private let looks = 1500

/// Asks until the answer is there. Of another name, because a no in an optional is there.
public func eventualValue<Value>(_ look: () async throws -> Value?) async throws -> Value? {
  for _ in 0..<looks {
    if let value = try await look() { return value }
    try await Task.sleep(for: .milliseconds(20))
  }
  return nil
}

/// Asks until the answer is yes; none is not yet one.
public func eventually(_ look: () async throws -> Bool?) async throws -> Bool {
  for _ in 0..<looks {
    if try await look() == true { return true }
    try await Task.sleep(for: .milliseconds(20))
  }
  return false
}

/// Asks until the answer is yes, and throws where it never is. Blocking: use it on a thread of its
/// own.
public func waitUntil(seconds: Int = 60, _ look: () throws -> Bool) throws {
  let end = ContinuousClock.now + .seconds(seconds)
  while try !look() {
    guard ContinuousClock.now < end else {
      throw RawClient.Failure(description: "it did not come to pass within \(seconds) s")
    }
    usleep(1_000)
  }
}
