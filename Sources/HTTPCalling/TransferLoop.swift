internal import CCurl
internal import Glibc
internal import Synchronization

/// The one owner of a libcurl multi handle, and the loop that drives it on a thread of its own.
///
/// `inbox` is for every thread. Everything else belongs to the thread in ``run()``, except that any
/// thread may wake it.
@safe final class TransferLoop: @unchecked Sendable {  // shared state in a Mutex, rest one thread's
  private struct Inbox {
    var calls: [PendingCall] = []
    var isClosed = false
    /// The loop waits, or is about to, and nobody has woken it yet.
    var isAsleep = false

    /// Whether the loop has to be woken for what was just put in.
    mutating func wakes() -> Bool {
      defer { isAsleep = false }
      return isAsleep
    }
  }

  private let configuration: CurlClient.Configuration
  private let inbox = Mutex(Inbox())
  private let multi: UnsafeMutableRawPointer
  /// By their handle's number.
  private var transfers: [Int: Transfer] = [:]
  private let sockets = WatchedSockets()
  /// When libcurl wants to be called at the latest, in nanoseconds of ``now()``.
  private var deadline: Int64?
  private var idleHandles: [EasyHandle] = []

  init(_ configuration: CurlClient.Configuration) {
    self.configuration = configuration
    let isReady = Self.libraryIsReady
    guard isReady, let multi = unsafe curl_multi_init() else {
      preconditionFailure("libcurl cannot start")  // no input reaches this: memory is exhausted
    }
    unsafe self.multi = multi
    unsafe pasarela_multi_set_long(
      multi, CURLMOPT_MAXCONNECTS, max(1, configuration.idleConnections))
    // Both are called within calls of this loop only, and so while it lives.
    unsafe pasarela_multi_set_socket(
      multi, watchSocket, Unmanaged.passUnretained(sockets).toOpaque())
    unsafe pasarela_multi_set_timer(multi, callLater, Unmanaged.passUnretained(self).toOpaque())
  }

  private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// False where the loop is closed.
  func submit(_ call: PendingCall) -> Bool {
    let (isTaken, wakes) = inbox.withLock { inbox in
      guard !inbox.isClosed else { return (false, false) }
      inbox.calls.append(call)
      return (true, inbox.wakes())
    }
    if wakes { sockets.wake() }
    return isTaken
  }

  /// Every call under way ends at once; the loop's thread then ends by itself.
  func close() {
    let wakes = inbox.withLock { inbox in
      inbox.isClosed = true
      return inbox.wakes()
    }
    if wakes { sockets.wake() }
  }

  /// The loop. Returns after ``close()``.
  func run() {
    Self.leaveSignalsToOthers()
    while let calls = takeCalls() {
      for call in calls { begin(call) }
      if let deadline, deadline <= Self.now() {
        self.deadline = nil  // libcurl sets it anew where it has another
        act(on: CURL_SOCKET_TIMEOUT, 0)
      }
      endFinished()
      for event in sockets.wait(milliseconds: patience()) { act(on: event.socket, event.bits) }
      endFinished()
    }
    endAll(CurlClient.closed)
    idleHandles = []
    unsafe curl_multi_cleanup(multi)
  }

  /// Lets libcurl do what came due on a socket, or by time.
  private func act(on socket: Int32, _ bits: Int32) {
    var running: Int32 = 0
    endAllUnless(unsafe curl_multi_socket_action(multi, socket, bits, &running))
  }

  /// libcurl wants to be called after that time, or not at all where it is negative.
  func setTimer(milliseconds: Int) {
    deadline = milliseconds < 0 ? nil : Self.now() + Int64(milliseconds) * 1_000_000
  }

  /// How long there is nothing to do; nil for ever.
  private func patience() -> Int32? {
    let hasNews = inbox.withLock { inbox in
      inbox.isAsleep = inbox.calls.isEmpty && !inbox.isClosed
      return !inbox.isAsleep
    }
    guard !hasNews else { return 0 }
    return deadline.map { Int32(clamping: max(0, $0 - Self.now() + 999_999) / 1_000_000) }
  }

  private static func now() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Nil once closed; calls that still wait then never began.
  private func takeCalls() -> [PendingCall]? {
    let (calls, isClosed) = inbox.withLock { inbox in
      defer { inbox.calls = [] }
      inbox.isAsleep = false
      return (inbox.calls, inbox.isClosed)
    }
    guard isClosed else { return calls }
    for call in calls {
      call.continuation.resume(returning: .neverSent(CurlClient.closed))
    }
    return nil
  }

  private func begin(_ call: PendingCall) {
    guard let easy = idleHandles.popLast() ?? EasyHandle() else {
      return call.continuation.resume(
        returning: .neverSent(CallFailure(.local, "libcurl is out of memory")))
    }
    let transfer = Transfer(call, on: easy, among: sockets)
    transfer.prepare(configuration)
    guard easy.refusal == CURLE_OK else {
      return finish(transfer, transfer.outcome(easy.refusal))
    }
    start(transfer)
  }

  private func start(_ transfer: Transfer) {
    let added = unsafe curl_multi_add_handle(multi, transfer.easy.pointer)
    guard added == CURLM_OK else {
      return finish(transfer, transfer.facts.outcome(Self.failure(added)))
    }
    transfers[transfer.easy.number] = transfer
  }

  private func endFinished() {
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(multi, &left) {
      // The message dies with the handle's removal: take what it says first.
      guard unsafe message.pointee.msg == CURLMSG_DONE,
        let easy = unsafe message.pointee.easy_handle
      else { continue }
      let code = unsafe message.pointee.data.result
      let number = Int(bitPattern: easy)
      guard let transfer = transfers.removeValue(forKey: number) else { continue }
      if code == CURLE_OK { transfer.noteConnection() }
      let outcome = transfer.outcome(code)
      unsafe curl_multi_remove_handle(multi, easy)
      if transfer.startsAfresh(code) {
        start(transfer)
      } else {
        finish(transfer, outcome)
      }
    }
  }

  private func endAllUnless(_ code: CURLMcode) {
    if code != CURLM_OK { endAll(Self.failure(code)) }
  }

  private func endAll(_ failure: CallFailure) {
    for transfer in transfers.values {
      let outcome = transfer.facts.outcome(failure)
      unsafe curl_multi_remove_handle(multi, transfer.easy.pointer)
      finish(transfer, outcome)
    }
    transfers = [:]
  }

  private func finish(_ transfer: Transfer, _ outcome: CallOutcome) {
    transfer.easy.reset()  // before the transfer's memory goes, to which its options point
    if idleHandles.count < configuration.idleConnections { idleHandles.append(transfer.easy) }
    transfer.call.continuation.resume(returning: outcome)
  }

  private static func failure(_ code: CURLMcode) -> CallFailure {
    CallFailure(.local, unsafe String(cString: curl_multi_strerror(code)))
  }

  /// Signals are for the process's other threads. SIGPIPE too: with CURLOPT_NOSIGNAL libcurl does
  /// not ward it off itself. Only a crash of this thread is its own.
  private static func leaveSignalsToOthers() {
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    for signal in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
      unsafe sigdelset(&signals, signal)
    }
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
