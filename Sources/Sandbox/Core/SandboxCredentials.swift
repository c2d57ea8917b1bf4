/// The credentials of the simulated accounts: public and worthless. They open nothing but this
/// sandbox, are the same in every copy of it, and must never be used elsewhere.
public enum SandboxCredentials {}
