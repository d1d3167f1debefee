/// libFuzzer target: any bytes are the files of a model folder with a tokenizer whose special tokens exist, or an
/// InputError whose messages can be shown. The first byte chooses the files; a zero byte stands between two of them.

#include <fthost/error.h>
#include <fthost/tokenizer.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugins/model_config.h"
#include "tests/fuzz/require.h"

namespace {

using fthost::require;

/// A folder in memory where there is one; every input's files are written into it.
const std::filesystem::path& folder() {
  static const auto made = [] {
    const std::filesystem::path memory = "/dev/shm";
    const auto parent = std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    auto path = parent / ("fthost_fuzz." + std::to_string(getpid()));
    std::filesystem::create_directories(path);
    std::atexit([] { std::filesystem::remove_all(folder()); });
    return path;
  }();
  return made;
}

void write(const char* name, std::string_view bytes) {
  std::ofstream(folder() / name, std::ios::binary) << bytes;
}

template <typename Read>
void read(Read&& read) {
  try {
    read();
  } catch (const fthost::InputError& error) {
    require(!error.messages().empty() && !std::string(error.what()).empty());
  }
}

void use_tokenizer() {
  const auto tokenizer = fthost::load_wordpiece(folder());
  const auto size = static_cast<std::int32_t>(tokenizer->vocabulary_size());
  for (const auto id : {tokenizer->cls_id(), tokenizer->sep_id(), tokenizer->unk_id(), tokenizer->pad_id()})
    require(id >= 0 && id < size && !tokenizer->token(id).empty());
  std::vector<fthost::Piece> pieces;
  tokenizer->encode_word("a [MASK]b.", pieces);
  for (const auto& piece : pieces) require(piece.id >= 0 && piece.id < size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto first = bytes.substr(0, bytes.find('\0'));
  const auto second = first.size() < bytes.size() ? bytes.substr(first.size() + 1) : std::string_view();
  for (const auto* name : {"tokenizer.json", "vocab.txt", "tokenizer_config.json"})
    std::filesystem::remove(folder() / name);
  if (data[0] % 4 == 0) {
    write("config.json", bytes);
    read([] { fthost::read_model_config(folder()); });
    return 0;
  }
  write(data[0] % 4 == 1 ? "vocab.txt" : "tokenizer.json", first);
  if (!second.empty()) write("tokenizer_config.json", second);
  read(use_tokenizer);
  return 0;
}
