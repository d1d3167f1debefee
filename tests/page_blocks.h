#pragma once

/// The code of a page of the documentation, to be followed word by word.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace fthost {

/// What stands between two fences. "```cpp a/b.cpp": the language and the file that it is.
struct Block {
  std::string language, file, text;
};

inline std::vector<Block> blocks_of(const std::filesystem::path& page) {
  std::ifstream in(page);
  std::vector<Block> blocks;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (!inside) continue;
      std::istringstream words(line.substr(3));
      words >> blocks.emplace_back().language >> blocks.back().file;
    } else if (inside) {
      blocks.back().text += line + "\n";
    }
  }
  return blocks;
}

/// All blocks as one script for a shell: files are written, commands are run, and what they print is kept in `outputs`,
/// a file for each block of commands.
inline std::string script_of(const std::vector<Block>& blocks, const std::filesystem::path& outputs) {
  std::string script = "set -euo pipefail\n";
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto& block = blocks[i];
    if (!block.file.empty()) script += "cat > '" + block.file + "' <<'END OF FILE'\n" + block.text + "END OF FILE\n";
    if (block.language == "sh") script += "{\n" + block.text + "} > '" + (outputs / std::to_string(i)).string() + "'\n";
  }
  return script;
}

}  // namespace fthost
