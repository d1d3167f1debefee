#include <fthost/utc.h>

#include <array>
#include <ctime>

namespace fthost {

std::string utc_text(std::chrono::system_clock::time_point time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
  const auto thousandths = std::to_string(1000 + (milliseconds - seconds).count()).substr(1);
  return std::string(text.data(), size) + thousandths + "Z";
}

}  // namespace fthost
