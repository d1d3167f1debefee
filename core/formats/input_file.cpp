#include <fthost/error.h>
#include <fthost/input_file.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace fthost {

std::ifstream open_input_file(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) throw InputError(file, "no such file");
  if (std::filesystem::is_directory(status)) throw InputError(file, "expected a file, found a folder");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(file, std::string("cannot open the file: ") + std::strerror(errno));
  return in;
}

}  // namespace fthost
