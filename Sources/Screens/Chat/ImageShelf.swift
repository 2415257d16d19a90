public import Images
public import Sessions

/// The images of a session that have been read, by their hash.
///
/// What it holds is no state of a screen: it can be read again from the session's blobs at any time. So screens that
/// differ only in what has been read are equal.
public struct ImageShelf: Hashable, Sendable {
  private var images: [String: ImagePyramid] = [:]

  /// An empty shelf.
  public init() {}

  /// Adds an image.
  public mutating func add(_ image: ImagePyramid, sha256: String) { images[sha256] = image }

  /// The image of a reference; `nil` where it has not been read or cannot be.
  public subscript(reference: ImageReference) -> ImagePyramid? { images[reference.sha256] }

  /// All shelves are equal.
  public static func == (one: ImageShelf, other: ImageShelf) -> Bool { true }
  /// Nothing is hashed.
  public func hash(into hasher: inout Hasher) {}
}
