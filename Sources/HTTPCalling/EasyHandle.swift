internal import CCurl

/// The one owner of a libcurl easy handle. Used on one thread at a time.
@safe final class EasyHandle {
  let pointer: UnsafeMutableRawPointer
  /// What tells it from others while it lives.
  var number: Int { Int(bitPattern: unsafe pointer) }
  /// The first option that libcurl refused since the last reset. Some of them are what keeps a
  /// call safe, so a handle with a refused option must not be used.
  private(set) var refusal = CURLE_OK

  /// Nil where memory is exhausted.
  init?() {
    guard let pointer = unsafe curl_easy_init() else { return nil }
    unsafe self.pointer = pointer
  }

  deinit {
    unsafe curl_easy_cleanup(pointer)
  }

  /// Back to the defaults; connections and what is known of hosts stay.
  func reset() {
    unsafe curl_easy_reset(pointer)
    refusal = CURLE_OK
  }

  func set(_ option: CURLoption, _ value: Int) {
    unsafe note(pasarela_set_long(pointer, option, value))
  }

  func set(_ option: CURLoption, _ value: String) {
    unsafe note(pasarela_set_string(pointer, option, value))
  }

  func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer?) {
    unsafe note(pasarela_set_pointer(pointer, option, value))
  }

  func note(_ code: CURLcode) {
    if refusal == CURLE_OK { refusal = code }
  }

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    unsafe pasarela_get_long(pointer, info, &value)
    return value
  }
}
