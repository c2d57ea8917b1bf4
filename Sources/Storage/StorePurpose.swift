/// What a store is opened for.
public enum StorePurpose: Sendable {
  case serving
  /// It is left as it is: no schema is brought up to date, nothing is sealed anew. Throws `.denied`
  /// with a sentence where this program would have to do it first.
  case looking

  static func olderSchema(_ version: Int, _ known: Int) -> DatabaseError {
    .denied(
      version == 0
        ? "there is no store yet"
        : "the store has schema version \(version), which this program's gateway would bring to "
          + "\(known): look with the program that serves it")
  }
}
