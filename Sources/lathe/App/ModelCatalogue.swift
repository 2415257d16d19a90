import Sessions

/// The models that can be chosen, and how to get more.
protocol ModelCatalogue: Sendable {
  /// The models that are here, and those known by name that could be pulled (their `path` is `nil`).
  func models() throws -> [ModelListing]

  /// Pulls a model; blocks, so it is called on a thread of its own.
  ///
  /// - Parameters:
  ///   - progress: is told `receiving` and `verifying`, from any thread.
  ///   - isCancelled: is asked every now and then; once true, the call soon returns by throwing `CancellationError`.
  func pull(
    _ name: String, progress: @escaping @Sendable (PullProgress.State) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws
}
