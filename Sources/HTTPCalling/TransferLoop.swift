internal import CCurl
internal import Glibc
internal import Synchronization

/// The one owner of a libcurl multi handle, and the loop that drives it on a thread of its own.
///
/// `inbox` is for every thread. Everything else belongs to the thread in ``run()``, except that any
/// thread may wake it, under the inbox's lock and so never after its end.
@safe final class TransferLoop: @unchecked Sendable {  // shared state in a Mutex, rest one thread's
  private struct Inbox {
    var calls: [PendingCall] = []
    var isClosed = false
  }

  private let configuration: CurlClient.Configuration
  private let inbox = Mutex(Inbox())
  private let multi: UnsafeMutableRawPointer
  /// By their handle's number.
  private var transfers: [Int: Transfer] = [:]
  private let connections = KeptConnections()
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
  }

  private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// False where the loop is closed.
  func submit(_ call: PendingCall) -> Bool {
    inbox.withLock { inbox in
      guard !inbox.isClosed else { return false }
      inbox.calls.append(call)
      if inbox.calls.count == 1 { unsafe curl_multi_wakeup(multi) }
      return true
    }
  }

  /// Every call under way ends at once; the loop's thread then ends by itself.
  func close() {
    inbox.withLock { inbox in
      guard !inbox.isClosed else { return }
      inbox.isClosed = true
      unsafe curl_multi_wakeup(multi)
    }
  }

  /// The loop. Returns after ``close()``.
  func run() {
    Self.leaveSignalsToOthers()
    while let calls = takeCalls() {
      for call in calls { begin(call) }
      var running: Int32 = 0
      endAllUnless(unsafe curl_multi_perform(multi, &running))
      endFinished()
      endAllUnless(unsafe curl_multi_poll(multi, nil, 0, 60_000, nil))
    }
    endAll(CurlClient.closed)
    idleHandles = []
    unsafe curl_multi_cleanup(multi)
  }

  /// Nil once closed; calls that still wait then never began.
  private func takeCalls() -> [PendingCall]? {
    let (calls, isClosed) = inbox.withLock { inbox in
      defer { inbox.calls = [] }
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
    let transfer = Transfer(call, on: easy, keeping: connections)
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
