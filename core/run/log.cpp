#include "core/run/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <unistd.h>

namespace fthost {
namespace {

/// One write on standard error, so that lines of several threads do not mix. What cannot be said there cannot be said.
void tell(const std::string& text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

/// Through the one interface for files; a line is a write, so that a crash loses nothing.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FileSink(std::unique_ptr<OutputFile> file) : file_(std::move(file)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_->write({line.data(), line.size()});
  }
  void flush_() override {}

 private:
  std::unique_ptr<OutputFile> file_;
};

struct Log {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger;  ///< Null: none is open.
  bool live = false;
};

Log& the_log() {
  static Log log;
  return log;
}

std::string warning_line(bool live, std::string_view text) {
  return (live ? "\r\x1b[K" : "") + std::string("warning: ") + std::string(text) + "\n";
}

void write(spdlog::level::level_enum level, std::string_view text) {
  auto& log = the_log();
  std::string shown;
  {
    const std::lock_guard lock(log.mutex);
    if (level == spdlog::level::warn) shown = warning_line(log.live, text);
    for (std::size_t begin = 0; log.logger != nullptr && begin <= text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      log.logger->log(level, spdlog::string_view_t(text.data() + begin, end - begin));
      begin = end + 1;
    }
  }
  if (!shown.empty()) tell(shown);
}

}  // namespace

void open_log(Files& files, const std::filesystem::path& path, bool live) {
  auto logger = std::make_shared<spdlog::logger>("fthost", std::make_shared<FileSink>(files.create(path)));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::info);
  logger->set_error_handler([live, told = false](const std::string& what) mutable {
    if (!std::exchange(told, true)) tell(warning_line(live, "the log is not complete: " + what));
  });
  auto& log = the_log();
  const std::lock_guard lock(log.mutex);
  log.logger = std::move(logger);
  log.live = live;
}

void log_info(std::string_view text) {
  write(spdlog::level::info, text);
}
void log_warning(std::string_view text) {
  write(spdlog::level::warn, text);
}
void log_error(std::string_view text) {
  write(spdlog::level::err, text);
}

void close_log() {
  auto& log = the_log();
  const std::lock_guard lock(log.mutex);
  log.logger.reset();
  log.live = false;
}

}  // namespace fthost
