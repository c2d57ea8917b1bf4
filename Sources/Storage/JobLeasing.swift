import Payins

extension Job {
  /// The order of leasing: by due time, then by key.
  static func isSooner(_ left: Job, _ right: Job) -> Bool {
    (left.due, left.key.kind.rawValue, left.key.subject)
      < (right.due, right.key.kind.rawValue, right.key.subject)
  }

  /// As it stands once the request's holder has it.
  func leased(by request: LeaseRequest) -> Job {
    var job = self
    job.due = request.until
    job.tries += 1
    job.lease = request.lease
    return job
  }
}
