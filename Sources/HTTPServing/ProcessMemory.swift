internal import CLinux

/// What the C library keeps of memory that was freed. Many small pieces in use among them keep the
/// rest with the process for ever, unless it is told to give back what is between them.
public enum ProcessMemory {
  /// Bytes that nobody uses now.
  public static var unusedBytes: Int { Int(pasarela_unused_bytes()) }

  /// Gives them back to the system. Takes milliseconds: not for a loop's thread.
  public static func returnUnused() { pasarela_return_unused() }
}
