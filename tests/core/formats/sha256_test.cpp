#include "core/formats/sha256.h"

#include <fthost/files.h>

#include <string>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace fthost {

TEST_CASE("sha256 gives NIST's values", "[unit][formats]") {
  // The examples of FIPS 180-2, appendix B, and the empty message.
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256 of a file is that of its bytes", "[unit][formats]") {
  const TemporaryFolder folder;
  // More than one piece.
  const std::string bytes(3'000'001, 'a');
  const auto hash = hash_file(folder.write("a", bytes));
  CHECK(hash.bytes == bytes.size());
  CHECK(hash.sha256 == sha256(bytes));
  const auto empty = hash_file(folder.write("b", ""));
  CHECK(empty.bytes == 0);
  CHECK(empty.sha256 == sha256(""));
}

TEST_CASE("sha256 says which file cannot be read", "[unit][formats]") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(hash_file(folder / "no"),
                    "cannot open " + (folder / "no").string() + ": No such file or directory");
  CHECK_THROWS_WITH(hash_file(folder.path()), "cannot read " + folder.path().string() + ": Is a directory");
}

}  // namespace fthost
