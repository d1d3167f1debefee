#pragma once

/// What fthost logs: log.txt in the run folder, and warnings on standard error too. One log a process; all functions
/// may be called from any thread. spdlog is behind it, in log.cpp alone: its headers and LibTorch's do not go together.

#include <filesystem>
#include <string_view>

#include <fthost/files.h>

namespace fthost {

/// Starts to write to `path`, anew; `files` must live until close_log. `live`: standard error is a terminal on which a
/// line may be drawn that has no end yet; warnings then wipe it first. Throws FileError when the file cannot be made.
/// What cannot be written later is lost, and one warning on standard error says so.
void open_log(Files& files, const std::filesystem::path& path, bool live);

/// Without an open log these write nothing but warnings to standard error ("warning: …"). Errors go to the log only:
/// the command that fails prints them itself. Each line of `text` becomes a line of the log.
void log_info(std::string_view text);
void log_warning(std::string_view text);
void log_error(std::string_view text);

/// Closes the file. Does nothing when there is none.
void close_log();

}  // namespace fthost
