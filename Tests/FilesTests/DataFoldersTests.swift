import TestSupport
import Testing

@testable import Files

@Suite struct DataFoldersTests {
  @Test(
    arguments: [
      (nil, "/home/ada", "/home/ada/.local/share/lathe"),
      ("", "/home/ada", "/home/ada/.local/share/lathe"),
      ("relative", "/home/ada/", "/home/ada/.local/share/lathe"),
      ("/data", "/home/ada", "/data/lathe"),
      ("/data/", "/home/ada", "/data/lathe"),
    ] as [(String?, String, String)])
  func theSpecificationsRules(base: String?, home: String, expected: String) {
    #expect(DataFolders.folder(base: base, home: home, inHome: ".local/share") == expected)
  }

  @Test func everyFolderIsAbsolute() {
    for folder in [DataFolders.data, DataFolders.configuration, DataFolders.cache, DataFolders.models] {
      #expect(folder.hasPrefix("/"))
      #expect(folder.contains("/lathe"))
    }
  }

  @Test func pathsSplitAtTheLastSlash() {
    #expect(splitPath("a/b/c") == ("a/b/", "c"))
    #expect(splitPath("c") == ("", "c"))
    #expect(splitPath("/c") == ("/", "c"))
  }
}
