import Dispatch
import Files
import Images
import Screens
import Sessions
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads images for a chat on a thread of its own: checks them, keeps them with the session, prepares them to be shown.
final class ImageKeeper: Sendable {
  private let mailbox: Mailbox
  private let queue = DispatchQueue(label: "lathe.images", qos: .userInitiated)
  /// Images that were read and are not on the screen's shelf yet.
  private let read = Mutex<[String: ImagePyramid]>([:])

  init(mailbox: Mailbox) { self.mailbox = mailbox }

  /// Keeps the image of a file with a session and reports it as attached, or says why not.
  func attach(_ path: String, to session: String) {
    queue.async { [self] in
      do {
        mailbox.post(.attached(try keep(path, in: session)))
      } catch {
        mailbox.post(.notice(Notice(.error, "\(error)")))
      }
    }
  }

  /// Keeps the image of a file with a session.
  ///
  /// - Throws: an error that says in one line why it cannot be.
  func keep(_ path: String, in session: String) throws -> ImageReference {
    let path = ImageKeeper.expanded(path)
    let bytes = try readFile(path, limit: SessionBlobs.sizeLimit)
    let image: RGBAImage
    do throws(ImageError) {
      image = try RGBAImage(png: bytes)
    } catch {
      throw FileError(operation: "attach", path: path, reason: "\(error)")
    }
    let hash = try SessionBlobs.keep(png: bytes, in: session)
    let pyramid = ImagePyramid(image)
    read.withLock { $0[hash] = pyramid }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return ImageReference(sha256: hash, name: name, width: image.width, height: image.height)
  }

  /// Says how an image is attached whose path was pasted; nothing where the path leads to none.
  func offer(_ path: String) {
    queue.async { [mailbox] in
      guard let bytes = try? readFile(ImageKeeper.expanded(path), limit: SessionBlobs.sizeLimit),
        bytes.starts(with: RGBAImage.pngSignature)
      else { return }
      mailbox.post(.notice(Notice(.information, "this is the path of an image: Alt-I attaches it to the question")))
    }
  }

  /// An image that has been read here.
  func take(_ reference: ImageReference) -> ImagePyramid? { read.withLock { $0.removeValue(forKey: reference.sha256) } }

  /// A path with the user's home folder in place of `~`.
  private static func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
    return String(cString: home) + path.dropFirst()
  }
}
