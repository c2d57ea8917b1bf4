import Foundation

/// How long tests that try much by chance go on: a little in `make test`, `make fuzz` more.
public enum Campaign {
  private static let times =
    ProcessInfo.processInfo.environment["PASARELA_FUZZ_TIMES"].flatMap { Int($0) } ?? 1

  /// - Parameter short: the rounds in `make test`.
  public static func rounds(_ short: Int) -> Int { short * max(times, 1) }
}
