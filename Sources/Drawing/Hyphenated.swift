/// The name of a Swift identifier in files that people write: `inactiveSelection` is `inactive-selection`.
package func hyphenated(_ identifier: String) -> String {
  identifier.reduce(into: "") { name, letter in
    name += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
  }
}
