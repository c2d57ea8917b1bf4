/// What a JSON reader accepts.
public struct JSONOptions: Sendable {
  /// What happens when an object names a member twice.
  public enum DuplicateKeys: Sendable {
    /// The text is refused; the fault's pointer names the member.
    case refuse
    /// The later value counts, at the place of the first.
    case lastWins
  }

  public var duplicateKeys: DuplicateKeys
  /// How many arrays and objects may stand inside each other, held within 1...256.
  public var maximumDepth: Int {
    didSet { maximumDepth = min(max(maximumDepth, 1), 256) }
  }

  /// Whether half of a surrogate pair is read as U+FFFD; otherwise the text is refused.
  public var replacesLoneSurrogates = false

  public init(duplicateKeys: DuplicateKeys = .refuse, maximumDepth: Int = 64) {
    self.duplicateKeys = duplicateKeys
    self.maximumDepth = min(max(maximumDepth, 1), 256)
  }
}
