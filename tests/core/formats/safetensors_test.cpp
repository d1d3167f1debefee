#include <fthost/error.h>
#include <fthost/safetensors.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/core/formats/complaint.h"
#include "tests/temporary_folder.h"

using fthost::SafetensorsFile;
using fthost::StoredTensor;

namespace {

namespace fs = std::filesystem;

std::string all_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string length_bytes(std::uint64_t length) {
  std::string bytes(sizeof(length), '\0');
  std::memcpy(bytes.data(), &length, sizeof(length));
  return bytes;
}

/// A file of this header and so many bytes of data.
std::string file_of(const std::string& header, std::size_t data = 0) {
  return length_bytes(header.size()) + header + std::string(data, 'x');
}

std::string entry(const std::string& name, const std::string& type, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

/// A file of one tensor 'a'.
std::string one(const std::string& type, const std::string& shape, const std::string& offsets, std::size_t data) {
  return file_of("{" + entry("a", type, shape, offsets) + "}", data);
}

/// A file of two tensors of single bytes.
std::string two(const std::string& first, const std::string& second, std::size_t data) {
  return file_of("{" + entry("a", "U8", "[1]", first) + "," + entry("b", "U8", "[1]", second) + "}", data);
}

/// What reading a file of these bytes complains about, with the file's path as F.
std::string complaint_about(const std::string& bytes) {
  const fthost::TemporaryFolder folder;
  const auto path = folder.write("F", bytes);
  auto text = complaint([&] { SafetensorsFile file(path); });
  for (auto at = text.find(path.string()); at != std::string::npos; at = text.find(path.string()))
    text.replace(at, path.string().size(), "F");
  return text;
}

const fs::path kGolden = fs::path(FTHOST_TEST_DATA) / "golden/safetensors/types.safetensors";
constexpr const char* kTypesNote =
    "  types: BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 "
    "F32 "
    "C64 F64 I64 U64\n";

}  // namespace

TEST_CASE("safetensors reader finds the tensors that Python wrote", "[unit][formats]") {
  const SafetensorsFile file(kGolden);
  CHECK(file.path() == kGolden);
  REQUIRE(file.tensors().size() == 10);
  struct Expected {
    std::string name, type;
    std::vector<std::int64_t> shape;
    std::uint64_t size;
  };
  const std::vector<Expected> table = {{"bert.encoder.layer.0.output.dense.weight", "F32", {3, 2}, 24},
                                       {"bert.encoder.layer.0.output.dense.bias", "F32", {3}, 12},
                                       {"scalar", "F64", {}, 8},
                                       {"empty", "I64", {0, 4}, 0},
                                       {"half", "F16", {1, 3}, 6},
                                       {"brain", "BF16", {5}, 10},
                                       {"byte", "U8", {3}, 3},
                                       {"signed", "I8", {1}, 1},
                                       {"int", "I32", {2}, 8},
                                       {"with \"quotes\", a \\, a tab\t, bell\a, é and 語", "F32", {1}, 4}};
  for (const auto& expected : table) {
    INFO(expected.name);
    REQUIRE(file.tensors().contains(expected.name));
    const auto& tensor = file.tensors().at(expected.name);
    CHECK(tensor.type == expected.type);
    CHECK(tensor.shape == expected.shape);
    REQUIRE(tensor.size == expected.size);
    std::vector<std::byte> bytes(expected.size);
    file.read(tensor, bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) CHECK(std::to_integer<std::size_t>(bytes[i]) == i);
  }
}

TEST_CASE("safetensors writer gives the bytes that Python gives", "[unit][formats]") {
  const SafetensorsFile file(kGolden);
  std::vector<std::vector<std::byte>> memory;
  std::vector<fthost::TensorBytes> tensors;
  for (const auto& [name, tensor] : file.tensors()) {
    memory.emplace_back(tensor.size);
    file.read(tensor, memory.back());
    tensors.push_back({name, tensor.type, tensor.shape, memory.back()});
  }
  const fthost::TemporaryFolder folder;
  const auto path = folder / "again.safetensors";
  std::reverse(tensors.begin(), tensors.end());
  fthost::write_safetensors(fthost::disk(), path, tensors);
  CHECK(folder.read("again.safetensors") == all_bytes(kGolden));
}

TEST_CASE("safetensors writer refuses a type that the format lacks", "[unit][formats]") {
  const fthost::TemporaryFolder folder;
  const auto path = folder / "f";
  CHECK_THROWS_WITH(fthost::write_safetensors(fthost::disk(), path, {{"a", "F31", {}, {}}}),
                    "cannot write tensor 'a': safetensors has no type 'F31'");
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("safetensors reader takes what the format allows", "[unit][formats]") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"no tensor", file_of("{}")},
      {"blanks behind the header", file_of("{}   ")},
      {"metadata", file_of(R"({"__metadata__":{"format":"pt","by":"me"}})")},
      {"null metadata", file_of(R"({"__metadata__":null})")},
      {"a field of the future", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":[1]}})", 1)},
      {"no name", file_of("{" + entry("", "U8", "[1]", "[0,1]") + "}", 1)},
      {"the longest name", file_of("{" + entry(std::string(1024, 'n'), "U8", "[1]", "[0,1]") + "}", 1)},
      {"a scalar", one("F32", "[]", "[0,4]", 4)},
      {"half bytes that fill one", one("F4", "[2]", "[0,1]", 1)},
      {"empty tensors before, between and behind others",
       file_of("{" + entry("a", "U8", "[0]", "[0,0]") + "," + entry("b", "U8", "[1]", "[0,1]") + "," +
                   entry("c", "U8", "[0,9]", "[1,1]") + "," + entry("d", "U8", "[1]", "[1,2]") + "," +
                   entry("e", "U8", "[0]", "[2,2]") + "}",
               2)},
      {"a huge size times zero", one("U8", "[0,9223372036854775807,9]", "[0,0]", 0)}};
  for (const auto& [what, bytes] : table) {
    INFO(what);
    CHECK(complaint_about(bytes) == "no error");
  }
}

TEST_CASE("safetensors reader refuses a broken frame", "[unit][formats]") {
  const std::vector<std::array<std::string, 2>> table = {
      {"", "F: error: not a safetensors file: it has 0 bytes, and the length of its header takes 8\n"},
      {"1234567", "F: error: not a safetensors file: it has 7 bytes, and the length of its header takes 8\n"},
      {length_bytes(0), "F: error: not a safetensors file: its header does not start with '{'\n"},
      {length_bytes(100'000'001) + "{}",
       "F: error: not a safetensors file: its first 8 bytes give the header 100000001 bytes; at most 100000000 are "
       "read\n"},
      {length_bytes(~std::uint64_t{0}) + "{}",
       "F: error: not a safetensors file: its first 8 bytes give the header 18446744073709551615 bytes; at most "
       "100000000 are read\n"},
      {length_bytes(100'000'000) + "{}",
       "F: error: the header is said to have 100000000 bytes, but the file ends after 2 of them: it is cut short, or "
       "not "
       "a safetensors file\n"},
      {length_bytes(2) + "{",
       "F: error: the header is said to have 2 bytes, but the file ends after 1 of them: it is cut short, or not "
       "a safetensors file\n"},
      {file_of("[]"), "F: error: not a safetensors file: its header does not start with '{'\n"},
      {file_of(" {}"), "F: error: not a safetensors file: its header does not start with '{'\n"},
      {std::string("PK\3\4\0\0\0\0archive", 15),
       "F: error: the header is said to have 67324752 bytes, but the file ends after 7 of them: it is cut short, or "
       "not "
       "a safetensors file\n"},
      {file_of("{}", 1), "F: error: the tensors take 0 bytes, but the file holds 1 byte of data\n"},
  };
  for (const auto& [bytes, expected] : table) CHECK(complaint_about(bytes) == expected);
}

TEST_CASE("safetensors reader refuses a header that is not what it should be", "[unit][formats]") {
  const std::vector<std::array<std::string, 2>> table = {
      {file_of("{"), "F (header):1:2: error: not JSON: the text ends too early\n    1 | {\n      |  ^\n"},
      {file_of("{\"\xFF\":1}"),
       "F (header):1:3: error: expected UTF-8, found the byte 0xFF\n    1 | {\"\xEF\xBF\xBD\":1}\n      |   ^\n"},
      {file_of("{} {}"),
       "F (header):1:4: error: not JSON: unexpected '{' here or just before\n    1 | {} {}\n      |    ^\n"},
      {file_of(R"({"a":1,"a":1})"),
       "F (header):1:8: error: the key 'a' stands twice in this object\n    1 | {\"a\":1,\"a\":1}\n      |        ^\n"},
      {file_of("{" + entry("a", "U8", "[1]", "[0,1]") + "," + entry("a", "U8", "[1]", "[0,1]") + "}", 1),
       R"(F (header):1:54: error: the key 'a' stands twice in this object
    1 | {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}
      |                                                      ^
)"},
      {file_of(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1),
       R"(F (header):1:20: error: the key 'dtype' stands twice in this object
    1 | {"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}
      |                    ^
)"},
      {file_of(R"({"a":)" + std::string(9, '[') + std::string(9, ']') + "}"),
       R"(F (header):1:13: error: more than 8 arrays and objects inside each other
    1 | {"a":[[[[[[[[[]]]]]]]]]}
      |             ^
)"},
      {file_of(R"({"__metadata__":{"format":1}})"), "F: error: __metadata__ must be an object of texts\n"},
      {file_of(R"({"__metadata__":"pt"})"), "F: error: __metadata__ must be an object of texts\n"},
      {file_of(R"({"a":1})"), "F: error: tensor 'a': expected an object with dtype, shape and data_offsets\n"},
      {file_of("{" + entry(std::string(1025, 'n'), "U8", "[1]", "[0,1]") + "}", 1),
       "F: error: the name of a tensor has 1025 bytes; at most 1024 are taken\n"},
      {file_of(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1), "F: error: tensor 'a': it has no dtype\n"},
      {file_of(R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1), "F: error: tensor 'a': it has no shape\n"},
      {file_of(R"({"a":{"dtype":"U8","shape":[1]}})", 1), "F: error: tensor 'a': it has no data_offsets\n"},
      {file_of(R"({"a":{"dtype":8,"shape":[1],"data_offsets":[0,1]}})", 1),
       "F: error: tensor 'a': dtype must be a text\n"},
      {one("F31", "[1]", "[0,4]", 4), std::string("F: error: tensor 'a': dtype 'F31' is not known\n") + kTypesNote},
      {one("f32", "[1]", "[0,4]", 4), std::string("F: error: tensor 'a': dtype 'f32' is not known\n") + kTypesNote},
  };
  for (const auto& [bytes, expected] : table) CHECK(complaint_about(bytes) == expected);
}

TEST_CASE("safetensors reader refuses shapes and offsets that do not fit", "[unit][formats]") {
  const std::string shape = "F: error: tensor 'a': shape must be a list of whole numbers from 0 to 2^63 - 1\n";
  const std::string offsets = "F: error: tensor 'a': data_offsets must be a list of whole numbers from 0 to 2^63 - 1\n";
  const std::vector<std::array<std::string, 2>> table = {
      {one("U8", "1", "[0,1]", 1), shape},
      {one("U8", "[1.0]", "[0,1]", 1), shape},
      {one("U8", "[-1]", "[0,1]", 1), shape},
      {one("U8", "[\"1\"]", "[0,1]", 1), shape},
      {one("U8", "[9223372036854775808]", "[0,1]", 1), shape},
      {one("U8", "[1]", "{}", 1), offsets},
      {one("U8", "[1]", "[0,-1]", 1), offsets},
      {one("U8", "[1]", "[0,1e0]", 1), offsets},
      {one("U8", "[1]", "[0,18446744073709551615]", 1), offsets},
      {one("U8", "[1]", "[0]", 1), "F: error: tensor 'a': data_offsets must hold two numbers, found 1\n"},
      {one("U8", "[1]", "[0,1,1]", 1), "F: error: tensor 'a': data_offsets must hold two numbers, found 3\n"},
      {one("U8", "[1]", "[1,0]", 1), "F: error: tensor 'a': it ends at byte 0, before it starts at 1\n"},
      {one("U8", "[4611686018427387904,8]", "[0,0]", 0), "F: error: tensor 'a': its shape has more than 2^64 bits\n"},
      {one("U8", "[4611686018427387904,8,0]", "[0,0]", 0), "F: error: tensor 'a': its shape has more than 2^64 bits\n"},
      {one("F32", "[4611686018427387904]", "[0,0]", 0), "F: error: tensor 'a': its shape has more than 2^64 bits\n"},
      {one("F4", "[3]", "[0,2]", 2), "F: error: tensor 'a': its 12 bits do not fill whole bytes\n"},
      {one("F32", "[2,3]", "[0,20]", 20),
       "F: error: tensor 'a': its type and shape take 24 bytes, its data_offsets hold 20 bytes\n"},
      {one("F16", "[0]", "[0,2]", 2),
       "F: error: tensor 'a': its type and shape take 0 bytes, its data_offsets hold 2 bytes\n"},
      {one("U8", "[1]", "[1,2]", 2),
       "F: error: tensor 'a' starts at byte 1 of the data, expected 0: bytes belong to none\n"},
      {two("[0,1]", "[2,3]", 3),
       "F: error: tensor 'b' starts at byte 2 of the data, expected 1: bytes belong to none\n"},
      {two("[0,1]", "[0,1]", 1),
       "F: error: tensor 'b' starts at byte 0 of the data, expected 1: it overlaps another\n"},
      {file_of("{" + entry("a", "U8", "[4]", "[0,4]") + "," + entry("b", "U8", "[2]", "[2,4]") + "}", 4),
       "F: error: tensor 'b' starts at byte 2 of the data, expected 4: it overlaps another\n"},
      {file_of("{" + entry("a", "U8", "[0]", "[1,1]") + "," + entry("b", "U8", "[2]", "[0,2]") + "}", 2),
       "F: error: tensor 'a' starts at byte 1 of the data, expected 2: it overlaps another\n"},
      {one("U8", "[4]", "[0,4]", 3),
       "F: error: the tensors take 4 bytes, but the file holds 3 bytes of data: it is cut short\n"},
      {one("U8", "[4]", "[0,4]", 5), "F: error: the tensors take 4 bytes, but the file holds 5 bytes of data\n"},
  };
  for (const auto& [bytes, expected] : table) CHECK(complaint_about(bytes) == expected);
}

TEST_CASE("safetensors reader says why a path cannot be read", "[unit][formats]") {
  const fthost::TemporaryFolder folder;
  const auto missing = folder / "missing";
  CHECK(complaint([&] { SafetensorsFile file(missing); }) ==
        missing.string() + ": error: cannot open the file: No such file or directory\n");
  CHECK(complaint([&] { SafetensorsFile file(folder.path()); }) ==
        folder.path().string() + ": error: expected a regular file\n");
}

TEST_CASE("safetensors reader notices that a file has shrunk", "[unit][formats]") {
  const fthost::TemporaryFolder folder;
  const auto path = folder.write("f", one("U8", "[4]", "[0,4]", 4));
  const SafetensorsFile file(path);
  const auto& tensor = file.tensors().at("a");
  fs::resize_file(path, tensor.begin + 2);
  std::vector<std::byte> bytes(4);
  CHECK(complaint([&] { file.read(tensor, bytes); }) == path.string() + ": error: the file ends at byte " +
                                                            std::to_string(tensor.begin + 2) +
                                                            ", while it is read: it has shrunk\n");
}
