#include <fthost/safetensors.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include <fthost/error.h>
#include <fthost/json.h>
#include <nlohmann/json.hpp>

namespace fthost {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "the format is little-endian, and so is this code");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kLargestHeader = 100'000'000;
constexpr std::size_t kMostTensors = 1'000'000;
constexpr std::size_t kLongestName = 1024;
constexpr const char* kMetadata = "__metadata__";

struct TypeInfo {
  std::string_view name;
  std::uint64_t bits;
};

/// In the order in which the reference implementation declares them, by which it sorts what it writes.
constexpr std::array<TypeInfo, 22> kTypes = {
    {{"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
     {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
     {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
     {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}}};

std::optional<std::size_t> type_index(std::string_view name) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeInfo& t) { return t.name == name; });
  if (found == kTypes.end()) return {};
  return static_cast<std::size_t>(found - kTypes.begin());
}

std::string bytes_of(std::uint64_t n) {
  return std::to_string(n) + (n == 1 ? " byte" : " bytes");
}

/// A file open for reading, closed at the end.
class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0) throw InputError(path, "cannot open the file: " + std::generic_category().message(errno));
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  std::uint64_t size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0)
      throw InputError(path_, "cannot read the file: " + std::generic_category().message(errno));
    if (!S_ISREG(status.st_mode)) throw InputError(path_, "expected a regular file");
    return static_cast<std::uint64_t>(status.st_size);
  }

  void read(std::uint64_t begin, std::span<std::byte> out) const {
    while (!out.empty()) {
      const auto n = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(begin));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw InputError(path_, "cannot read the file: " + std::generic_category().message(errno));
      if (n == 0)
        throw InputError(path_, "the file ends at byte " + std::to_string(begin) + ", while it is read: it has shrunk");
      out = out.subspan(static_cast<std::size_t>(n));
      begin += static_cast<std::uint64_t>(n);
    }
  }

 private:
  const std::filesystem::path& path_;
  int descriptor_;
};

std::string read_header(const OpenFile& file, const std::filesystem::path& path, std::uint64_t file_size) {
  if (file_size < kLengthBytes)
    throw InputError(
        path, "not a safetensors file: it has " + bytes_of(file_size) + ", and the length of its header takes 8");
  std::uint64_t length = 0;
  file.read(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > kLargestHeader)
    throw InputError(path, "not a safetensors file: its first 8 bytes give the header " + bytes_of(length) +
                               "; at most " + std::to_string(kLargestHeader) + " are read");
  if (length > file_size - kLengthBytes)
    throw InputError(path, "the header is said to have " + bytes_of(length) + ", but the file ends after " +
                               std::to_string(file_size - kLengthBytes) +
                               " of them: it is cut short, or not a safetensors file");
  std::string header(static_cast<std::size_t>(length), '\0');
  file.read(kLengthBytes, std::as_writable_bytes(std::span(header)));
  if (header.empty() || header.front() != '{')
    throw InputError(path, "not a safetensors file: its header does not start with '{'");
  return header;
}

/// A whole number that int64 holds, 0 or more.
std::optional<std::int64_t> whole_number(const json& value) {
  if (!value.is_number_unsigned()) return {};
  const auto number = value.get<std::uint64_t>();
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {};
  return static_cast<std::int64_t>(number);
}

/// One entry of the header; offsets are still those within the data.
class EntryReader {
 public:
  EntryReader(const std::filesystem::path& path, const std::string& name, const json& entry)
      : path_(path), name_(name), entry_(entry) {}

  StoredTensor read() const {
    if (name_.size() > kLongestName)
      throw InputError(path_, "the name of a tensor has " + bytes_of(name_.size()) + "; at most 1024 are taken");
    if (!entry_.is_object()) wrong("expected an object with dtype, shape and data_offsets");
    StoredTensor tensor;
    tensor.type = read_type();
    tensor.shape = read_list("shape");
    const auto offsets = read_list("data_offsets");
    if (offsets.size() != 2) wrong("data_offsets must hold two numbers, found " + std::to_string(offsets.size()));
    if (offsets[1] < offsets[0])
      wrong("it ends at byte " + std::to_string(offsets[1]) + ", before it starts at " + std::to_string(offsets[0]));
    tensor.begin = static_cast<std::uint64_t>(offsets[0]);
    tensor.size = static_cast<std::uint64_t>(offsets[1] - offsets[0]);
    check_size(tensor);
    return tensor;
  }

 private:
  [[noreturn]] void wrong(const std::string& what, std::vector<std::string> notes = {}) const {
    throw InputError(path_, "tensor '" + name_ + "': " + what, std::move(notes));
  }

  const json& field(const char* key) const {
    const auto found = entry_.find(key);
    if (found == entry_.end()) wrong(std::string("it has no ") + key);
    return *found;
  }

  std::string read_type() const {
    const auto& value = field("dtype");
    if (!value.is_string()) wrong("dtype must be a text");
    auto type = value.get<std::string>();
    if (type_index(type)) return type;
    std::string known = "types:";
    for (const auto& t : kTypes) known.append(" ").append(t.name);
    wrong("dtype '" + type + "' is not known", {std::move(known)});
  }

  std::vector<std::int64_t> read_list(const char* key) const {
    const auto& value = field(key);
    const auto expected = std::string(key) + " must be a list of whole numbers from 0 to 2^63 - 1";
    if (!value.is_array()) wrong(expected);
    std::vector<std::int64_t> list;
    list.reserve(value.size());
    for (const auto& element : value) {
      const auto number = whole_number(element);
      if (!number) wrong(expected);
      list.push_back(*number);
    }
    return list;
  }

  void check_size(const StoredTensor& tensor) const {
    std::uint64_t bits = kTypes[*type_index(tensor.type)].bits;
    for (const auto n : tensor.shape)
      if (__builtin_mul_overflow(bits, static_cast<std::uint64_t>(n), &bits))
        wrong("its shape has more than 2^64 bits");
    if (bits % 8 != 0) wrong("its " + std::to_string(bits) + " bits do not fill whole bytes");
    if (bits / 8 != tensor.size)
      wrong("its type and shape take " + bytes_of(bits / 8) + ", its data_offsets hold " + bytes_of(tensor.size));
  }

  const std::filesystem::path& path_;
  const std::string& name_;
  const json& entry_;
};

void check_metadata(const std::filesystem::path& path, const json& metadata) {
  const bool texts = metadata.is_null() ||
                     (metadata.is_object() &&
                      std::all_of(metadata.begin(), metadata.end(), [](const json& v) { return v.is_string(); }));
  if (!texts) throw InputError(path, "__metadata__ must be an object of texts");
}

/// The tensors in the order of their bytes must fill the `data_size` bytes, one after the other.
void check_cover(const std::filesystem::path& path, const std::map<std::string, StoredTensor, std::less<>>& tensors,
                 std::uint64_t data_size) {
  std::vector<const std::pair<const std::string, StoredTensor>*> order;
  order.reserve(tensors.size());
  for (const auto& entry : tensors) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::pair(a->second.begin, a->second.size) < std::pair(b->second.begin, b->second.size);
  });
  std::uint64_t end = 0;
  for (const auto* entry : order) {
    const auto& [name, tensor] = *entry;
    if (tensor.begin != end)
      throw InputError(path, "tensor '" + name + "' starts at byte " + std::to_string(tensor.begin) +
                                 " of the data, expected " + std::to_string(end) + ": " +
                                 (tensor.begin < end ? "it overlaps another" : "bytes belong to none"));
    end += tensor.size;
  }
  if (end != data_size)
    throw InputError(path, "the tensors take " + bytes_of(end) + ", but the file holds " + bytes_of(data_size) +
                               " of data" + (data_size < end ? ": it is cut short" : ""));
}

/// The header's text, padded with blanks so that the data starts at a multiple of 8.
std::string make_header(const std::vector<TensorBytes>& tensors) {
  std::string header = R"({"__metadata__":{"format":"pt"})";
  std::uint64_t end = 0;
  for (const auto& tensor : tensors) {
    const auto begin = std::exchange(end, end + tensor.bytes.size());
    header += "," + json(tensor.name).dump() + R"(:{"dtype":")" + tensor.type + R"(","shape":)" +
              json(tensor.shape).dump() + R"(,"data_offsets":)" + json({begin, end}).dump() + "}";
  }
  header += "}";
  header.append((8 - header.size() % 8) % 8, ' ');
  return header;
}

std::size_t require_type(const TensorBytes& tensor) {
  const auto index = type_index(tensor.type);
  if (!index) throw Error("cannot write tensor '" + tensor.name + "': safetensors has no type '" + tensor.type + "'");
  return *index;
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

SafetensorsFile::SafetensorsFile(std::filesystem::path path) : path_(std::move(path)) {
  const OpenFile file(path_);
  const auto file_size = file.size();
  const auto text = read_header(file, path_, file_size);
  const auto header = parse_json(text, path_.string() + " (header)", {.max_bytes = kLargestHeader});
  if (header.size() > kMostTensors)
    throw InputError(path_, "the header names " + std::to_string(header.size()) + " tensors; at most 1000000 are read");
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata)
      check_metadata(path_, entry);
    else
      tensors_.emplace(name, EntryReader(path_, name, entry).read());
  }
  const auto data_begin = kLengthBytes + text.size();
  check_cover(path_, tensors_, file_size - data_begin);
  for (auto& [name, tensor] : tensors_) tensor.begin += data_begin;
}

void SafetensorsFile::read(const StoredTensor& tensor, std::span<std::byte> out) const {
  if (out.size() != tensor.size)
    throw Error("a tensor of " + bytes_of(tensor.size) + " cannot be read into " + bytes_of(out.size()));
  OpenFile(path_).read(tensor.begin, out);
}

void write_safetensors(Files& files, const std::filesystem::path& path, std::vector<TensorBytes> tensors) {
  for (const auto& tensor : tensors) require_type(tensor);
  std::sort(tensors.begin(), tensors.end(), [](const TensorBytes& a, const TensorBytes& b) {
    const auto left = require_type(a), right = require_type(b);
    return left != right ? left > right : a.name < b.name;
  });
  const auto header = make_header(tensors);
  const auto length = static_cast<std::uint64_t>(header.size());
  const auto file = files.create(path);
  file->write(as_text(std::as_bytes(std::span(&length, 1))));
  file->write(header);
  for (const auto& tensor : tensors) file->write(as_text(tensor.bytes));
  file->sync();
  file->close();
}

}  // namespace fthost
