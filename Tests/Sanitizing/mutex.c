// Tells ThreadSanitizer of Swift's Mutex, linked into whatever is sanitized. The uncontended way is
// in the client's own code, where the sanitizer sees the atomic exchange; the contended one is in the
// library, which is not instrumented: without this, what a lock orders looks like a race.
//
// The two functions have Swift's calling convention and mangled names:
// Synchronization._MutexHandle._lockSlow(UInt32) and _unlockSlow().
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

typedef SWIFT void (*lock_slow)(uint32_t thread, SELF void *handle);
typedef SWIFT void (*unlock_slow)(SELF void *handle);
// The sanitizer's own (sanitizer/tsan_interface.h).
void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void pasarela_lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK);
SWIFT void pasarela_unlock_slow(SELF void *handle) __asm__(UNLOCK);

// The library's own function, which this one stands before.
static void *base(const char *name) {
  void *symbol = dlsym(RTLD_NEXT, name);
  if (symbol == NULL) abort();
  return symbol;
}

SWIFT void pasarela_lock_slow(uint32_t thread, SELF void *handle) {
  ((lock_slow)base(LOCK))(thread, handle);
  __tsan_acquire(handle);
}

SWIFT void pasarela_unlock_slow(SELF void *handle) {
  __tsan_release(handle);
  ((unlock_slow)base(UNLOCK))(handle);
}
