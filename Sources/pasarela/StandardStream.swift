import Glibc

/// Standard output or standard error. Not Foundation's `FileHandle`, whose `write` ends the process
/// where nobody reads any more or the disk is full.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Writes what it can.
  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if errno == EAGAIN {
        // Whoever shares it may have asked it not to block.
        var wait = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wait, 1, -1)
      } else if errno != EINTR {
        return
      }
    }
  }

  /// A reader that goes away is an error of the write, not the process's end.
  static func survivesItsReader() { signal(SIGPIPE, SIG_IGN) }
}
