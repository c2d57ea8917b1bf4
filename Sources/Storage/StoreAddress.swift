/// Where a store is, as configurations and command lines say it.
public enum StoreAddress: Equatable, Sendable {
  /// The file's path.
  case sqlite(String)
  /// What libpq takes; may hold a password.
  case postgresql(String)

  public static let form = "sqlite:PATH, postgresql://… or postgresql:host=… dbname=…"

  /// Nil for a text of another form.
  public init?(_ text: String) {
    func rest(behind prefix: String) -> String? {
      guard text.utf8.starts(with: prefix.utf8), text.utf8.count > prefix.utf8.count else {
        return nil
      }
      return String(Substring(text.utf8.dropFirst(prefix.utf8.count)))
    }
    if let path = rest(behind: "sqlite:") {
      self = .sqlite(path)
    } else if text.utf8.starts(with: "postgresql://".utf8) {
      self = .postgresql(text)
    } else if let settings = rest(behind: "postgresql:") {
      self = .postgresql(settings)
    } else {
      return nil
    }
  }
}
