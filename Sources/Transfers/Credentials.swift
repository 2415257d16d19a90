/// A text without the `USER:PASSWORD@` of the addresses in it, for everything that is shown.
package func withoutCredentials(_ text: String) -> String {
  var shown: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let colon = rest.indices.first(where: { rest[$0...].starts(with: "://".utf8) }) {
    shown += rest[..<(colon + 3)]
    rest = rest[(colon + 3)...]
    // As readers of addresses have it, the last @ before the path ends the credentials.
    let authority = rest.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
    if let at = authority.lastIndex(of: UInt8(ascii: "@")) { rest = rest[(at + 1)...] }
  }
  return String(decoding: shown + rest, as: UTF8.self)
}
