#include "zip_stream.h"

#include <fthost/error.h>
#include <fthost/input_file.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gmb {
namespace {

using fthost::InputError;

constexpr std::uint64_t kLargest = std::uint64_t{1} << 32;
constexpr std::size_t kShownNames = 10;
constexpr std::string_view kMacFolder = "__MACOSX/";

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;

Archive open_archive(const std::filesystem::path& file) {
  int code = 0;
  Archive archive(zip_open(file.c_str(), ZIP_RDONLY, &code));
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw InputError(file, "expected a zip or a CSV file, found a damaged zip: " + text);
}

/// The index of the only file in the archive; folders don't count, nor what a Macintosh adds of its own.
zip_uint64_t find_only_file(zip_t* archive, const std::filesystem::path& file) {
  std::vector<zip_uint64_t> files;
  std::vector<std::string> names;
  const auto entries = static_cast<zip_uint64_t>(std::max<zip_int64_t>(zip_get_num_entries(archive, 0), 0));
  for (zip_uint64_t i = 0; i < entries; ++i) {
    const char* raw_name = zip_get_name(archive, i, ZIP_FL_ENC_GUESS);
    const std::string_view name = raw_name == nullptr ? "?" : raw_name;
    if (name.ends_with('/') || name.starts_with(kMacFolder)) continue;
    files.push_back(i);
    if (files.size() <= kShownNames) names.emplace_back(name);
  }
  if (files.size() == 1) return files[0];
  if (files.empty()) throw InputError(file, "expected one file in the zip, found none");
  if (files.size() > kShownNames) names.emplace_back("…");
  throw InputError(file, "expected one file in the zip, found " + std::to_string(files.size()) + ": " +
                             fthost::comma_separated(names));
}

/// What the member says of itself. None of it is believed further than it can be checked.
std::uint64_t checked_size(zip_t* archive, zip_uint64_t index, const std::filesystem::path& file) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(archive, index, 0, &stat) != 0 || (stat.valid & needed) != needed)
    throw InputError(file, "expected a zip that says how large its file is");
  if (stat.encryption_method != ZIP_EM_NONE)
    throw InputError(file, "expected a zip without a password, found an encrypted one");
  if (zip_compression_method_supported(stat.comp_method, 0) == 0)
    throw InputError(file,
                     "cannot inflate the zip's method of compression, number " + std::to_string(stat.comp_method));
  if (stat.size > kLargest)
    throw InputError(file, "expected at most 4 GiB in the zip, found " + std::to_string(stat.size) + " bytes");
  return stat.size;
}

class ZipBuffer final : public std::streambuf {
 public:
  explicit ZipBuffer(std::filesystem::path file) : file_(std::move(file)), archive_(open_archive(file_)) {
    const auto index = find_only_file(archive_.get(), file_);
    left_ = checked_size(archive_.get(), index, file_);
    member_.reset(zip_fopen_index(archive_.get(), index, 0));
    if (!member_)
      throw InputError(file_, std::string("cannot read the file in the zip: ") + zip_strerror(archive_.get()));
  }

 protected:
  int_type underflow() override {
    const auto read = zip_fread(member_.get(), block_.data(), block_.size());
    if (read < 0) throw InputError(file_, std::string("the zip is damaged: ") + zip_file_strerror(member_.get()));
    if (static_cast<std::uint64_t>(read) > left_)
      throw InputError(file_, "the zip is damaged: it holds more than it says");
    left_ -= static_cast<std::uint64_t>(read);
    if (read == 0 && left_ > 0) throw InputError(file_, "the zip is damaged: it holds less than it says");
    if (read == 0) return traits_type::eof();
    setg(block_.data(), block_.data(), block_.data() + read);
    return traits_type::to_int_type(*gptr());
  }

 private:
  std::filesystem::path file_;
  Archive archive_;
  Member member_;  // after the archive: closed before it
  std::uint64_t left_ = 0;
  std::array<char, std::size_t{1} << 16> block_{};
};

class ZipStream final : public std::istream {
 public:
  explicit ZipStream(const std::filesystem::path& file) : std::istream(nullptr), buffer_(file) {
    rdbuf(&buffer_);
    exceptions(std::ios::badbit);  // what the buffer throws is thrown on
  }

 private:
  ZipBuffer buffer_;
};

/// A member's header, or the end of an archive without members.
bool starts_like_zip(std::istream& in, const std::filesystem::path& file) {
  std::array<char, 4> start{};
  in.read(start.data(), start.size());
  const std::string_view found(start.data(), static_cast<std::size_t>(in.gcount()));
  in.clear();
  if (!in.seekg(0)) throw InputError(file, "expected a file that can be read twice, found a pipe");
  return found == std::string_view("PK\3\4", 4) || found == std::string_view("PK\5\6", 4);
}

}  // namespace

std::unique_ptr<std::istream> open_plain_or_zip(const std::filesystem::path& file) {
  auto in = fthost::open_input_file(file);
  if (starts_like_zip(in, file)) return std::make_unique<ZipStream>(file);
  return std::make_unique<std::ifstream>(std::move(in));
}

}  // namespace gmb
