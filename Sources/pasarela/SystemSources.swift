import Crypto
import Foundation
import Gateway
import Payins

/// The machine's clocks.
struct SystemTime: TimeSource {
  func now() -> Instant {
    read(CLOCK_REALTIME)
  }

  func steady() -> Instant { read(CLOCK_MONOTONIC) }

  private func read(_ clock: clockid_t) -> Instant {
    var time = timespec()
    clock_gettime(clock, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  func sleep(until instant: Instant) async {
    let milliseconds = instant.milliseconds(since: steady())
    guard milliseconds > 0 else { return }
    try? await Task.sleep(for: .milliseconds(milliseconds))
  }
}

/// The system's randomness.
struct SystemEntropy: Entropy {
  func bytes(_ count: Int) -> [UInt8] { SecureRandom.bytes(count) }
}

/// The machine, as it names itself.
enum SystemHost {
  static var name: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
