import JSONText
public import Payins

/// Reads the body of `POST /v1/payins` from elsewhere than a request.
public enum PayinFile {
  /// - Throws: the faults, each with its place.
  public static func read(
    _ bytes: [UInt8], path: String, now: Instant
  ) throws -> PayinRequest {
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch {
      throw Fault(description: "\(path):\(error.line):\(error.column): \(error.message)")
    }
    guard let object = json.object else {
      throw Fault(description: "\(path): a pay-in must be a JSON object")
    }
    do {
      return try PayinRequestReader.read(object, now: now)
    } catch {
      let lines = error.problems.map { "\(path): \($0.pointer): \($0.detail)" }
      throw Fault(description: lines.joined(separator: "\n"))
    }
  }

  public struct Fault: Error, CustomStringConvertible {
    public let description: String
  }
}
