internal import Glibc

/// What a failed system call says.
enum SystemCall {
  /// To be asked directly after the call, before `errno` changes.
  static func fault(_ function: String, address: String) -> HTTPServerFault {
    .system(function: function, message: text(of: errno), address: address)
  }

  /// What the system calls an error number.
  static func text(of code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Milliseconds of a clock that never goes back.
  static func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Seconds of the wall clock since 1970.
  static func unixSeconds() -> Int64 {
    Int64(time(nil))
  }

  /// Cores of this machine; at least one.
  static func coreCount() -> Int {
    max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Blocks every signal on the calling thread: they belong to the main thread.
  static func blockSignals() {
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
  }
}
