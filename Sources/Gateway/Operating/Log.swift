public import JSONText
import Payins

/// JSON lines for the operator. Fields are bounded facts: never a secret, never a payer's data.
public struct Log: Sendable {
  public enum Level: String, Sendable, Comparable, CaseIterable {
    case debug, info, warn, error

    public static func < (left: Level, right: Level) -> Bool {
      left.rank < right.rank
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  let level: Level
  private let time: any TimeSource
  private let write: @Sendable ([UInt8]) -> Void

  /// - Parameter write: is given whole lines with their newline.
  public init(
    level: Level, time: any TimeSource, write: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.level = level
    self.time = time
    self.write = write
  }

  public func debug(_ message: String, _ fields: @autoclosure () -> JSONObject = [:]) {
    put(.debug, message, fields)
  }

  public func info(_ message: String, _ fields: @autoclosure () -> JSONObject = [:]) {
    put(.info, message, fields)
  }

  public func warn(_ message: String, _ fields: @autoclosure () -> JSONObject = [:]) {
    put(.warn, message, fields)
  }

  public func error(_ message: String, _ fields: @autoclosure () -> JSONObject = [:]) {
    put(.error, message, fields)
  }

  private func put(_ level: Level, _ message: String, _ fields: () -> JSONObject) {
    guard level >= self.level else { return }
    var line: JSONObject = [
      "time": JSON(time.now().rfc3339), "level": JSON(level.rawValue), "message": JSON(message),
    ]
    for member in fields().members { line[member.key] = member.value }
    write(JSON.object(line).bytes + [UInt8(ascii: "\n")])
  }
}
