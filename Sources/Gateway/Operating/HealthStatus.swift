/// The words of `application/health+json`.
public enum HealthStatus: String, Sendable {
  case pass, warn, fail
}
