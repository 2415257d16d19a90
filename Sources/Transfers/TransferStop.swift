import CTransfer

/// By which another thread ends a transfer at once, whether anything arrives or not.
///
/// Once requested, it ends every transfer that is given it; one transfer at a time.
package final class TransferStop: @unchecked Sendable {
  // The C side is safe to be asked from any thread; the pointer never changes.
  /// `nil` where libcurl is missing or cannot be woken.
  let handle: OpaquePointer?

  /// Creates a stop that is not requested.
  package init() { handle = transfer_stop_create() }

  deinit { if let handle { transfer_stop_destroy(handle) } }

  /// Ends the transfer that runs now and all later ones.
  package func request() { if let handle { transfer_stop_request(handle) } }
}
