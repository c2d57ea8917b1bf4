// Tells ThreadSanitizer of Swift's Mutex, to be preloaded. The uncontended way is in the client's
// own code, where the sanitizer sees the atomic exchange; the contended one is in the library, which
// is not instrumented: without this, what a lock orders looks like a race.
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
typedef void (*order)(void *address);

SWIFT void pasarela_lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK);
SWIFT void pasarela_unlock_slow(SELF void *handle) __asm__(UNLOCK);

static void *found(void *place, const char *name) {
  void *symbol = dlsym(place, name);
  if (symbol == NULL) abort();
  return symbol;
}

SWIFT void pasarela_lock_slow(uint32_t thread, SELF void *handle) {
  static lock_slow base;
  static order acquire;
  if (base == NULL) {
    acquire = (order)found(RTLD_DEFAULT, "__tsan_acquire");
    base = (lock_slow)found(RTLD_NEXT, LOCK);
  }
  base(thread, handle);
  acquire(handle);
}

SWIFT void pasarela_unlock_slow(SELF void *handle) {
  static unlock_slow base;
  static order release;
  if (base == NULL) {
    release = (order)found(RTLD_DEFAULT, "__tsan_release");
    base = (unlock_slow)found(RTLD_NEXT, UNLOCK);
  }
  release(handle);
  base(handle);
}
