#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Work handed to a thread; the caller waits for its end, so nothing is shared in time.
private final class ThreadWork {
  let body: () -> Void
  init(_ body: @escaping () -> Void) { self.body = body }
}

/// Runs a closure on a thread with a large stack and waits for it.
///
/// Compiling and rendering are recursive and their depth limits are counted in levels, not bytes; on a thread of known
/// size those limits hold in every build, however small the caller's stack is. Pages are committed only when touched.
func onLargeStack<Value>(_ body: () throws(TemplateError) -> Value) throws(TemplateError) -> Value {
  var result: Result<Value, TemplateError>?
  var started = false
  withoutActuallyEscaping({ () -> Void in
    do throws(TemplateError) { result = .success(try body()) } catch { result = .failure(error) }
  }) { work in
    started = runThread(stackBytes: 64 << 20, work)
  }
  guard started, let result else { throw .runtime("no thread could be started for the template: out of memory") }
  return try result.get()
}

private func runThread(stackBytes: Int, _ work: @escaping () -> Void) -> Bool {
  var attributes = pthread_attr_t()
  guard pthread_attr_init(&attributes) == 0 else { return false }
  defer { pthread_attr_destroy(&attributes) }
  guard pthread_attr_setstacksize(&attributes, stackBytes) == 0 else { return false }
  let argument = Unmanaged.passRetained(ThreadWork(work))
  #if canImport(Darwin)
    var thread: pthread_t?
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        Unmanaged<ThreadWork>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
      }, argument.toOpaque())
    guard status == 0, let thread else {
      argument.release()
      return false
    }
  #else
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        if let pointer { Unmanaged<ThreadWork>.fromOpaque(pointer).takeRetainedValue().body() }
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      return false
    }
  #endif
  pthread_join(thread, nil)
  return true
}
