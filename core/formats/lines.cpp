#include "core/formats/lines.h"

#include <algorithm>

namespace fthost {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

LineReader::LineReader(std::istream& in, std::size_t limit) : in_(in), limit_(limit), block_(kBlock) {}

bool LineReader::refill() {
  in_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
  rest_ = {block_.data(), static_cast<std::size_t>(in_.gcount())};
  return !rest_.empty();
}

void LineReader::keep(std::string_view part) {
  text_.append(part.substr(0, limit_ - std::min(limit_, text_.size())));
  size_ += part.size();
}

bool LineReader::next(Line& line) {
  text_.clear();
  size_ = 0;
  if (rest_.empty() && !refill()) return false;
  auto end = rest_.find('\n');
  while (end == std::string_view::npos) {
    keep(rest_);
    if (!refill()) break;
    end = rest_.find('\n');
  }
  if (end != std::string_view::npos) {
    keep(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
  }
  line.text = text_;
  line.number = ++number_;
  line.size = size_;
  if (number_ == 1 && line.text.starts_with(kByteOrderMark)) line.text.remove_prefix(kByteOrderMark.size());
  if (size_ <= limit_ && line.text.ends_with('\r')) line.text.remove_suffix(1);
  return true;
}

}  // namespace fthost
