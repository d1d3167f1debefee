#pragma once

/// The real disk, on which one call fails, or all from one call on.

#include <fthost/files.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fthost {

class FailingFiles final : public Files {
 public:
  enum class How { once, from_then_on };

  /// The call with that number (from 1) fails with `code`; 0: none does. A write that fails has written half.
  FailingFiles(std::size_t failing_call, How how, int code = EIO)
      : failing_call_(failing_call), how_(how), code_(code) {}

  std::unique_ptr<OutputFile> create(const std::filesystem::path& path) override {
    count("create");
    return std::make_unique<File>(*this, disk().create(path));
  }
  std::unique_ptr<OutputFile> append(const std::filesystem::path& path) override {
    count("append");
    return std::make_unique<File>(*this, disk().append(path));
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    count("rename");
    disk().rename(from, to);
  }
  void sync_folder(const std::filesystem::path& folder) override {
    count("sync_folder");
    disk().sync_folder(folder);
  }
  bool make_folder(const std::filesystem::path& folder) override {
    count("make_folder");
    return disk().make_folder(folder);
  }
  void remove(const std::filesystem::path& path) override {
    count("remove");
    disk().remove(path);
  }

  /// The names of the calls so far, those of open files too.
  const std::vector<std::string>& calls() const { return calls_; }

 private:
  class File final : public OutputFile {
   public:
    File(FailingFiles& files, std::unique_ptr<OutputFile> file) : files_(files), file_(std::move(file)) {}

    void write(std::string_view bytes) override {
      if (files_.next_fails()) file_->write(bytes.substr(0, bytes.size() / 2));
      files_.count("write");
      file_->write(bytes);
    }
    void sync() override {
      files_.count("sync");
      file_->sync();
    }
    void close() override {
      files_.count("close");
      file_->close();
    }

   private:
    FailingFiles& files_;
    std::unique_ptr<OutputFile> file_;
  };

  bool fails(std::size_t call) const {
    return failing_call_ != 0 && (how_ == How::once ? call == failing_call_ : call >= failing_call_);
  }
  bool next_fails() const { return fails(calls_.size() + 1); }
  void count(const std::string& name) {
    calls_.push_back(name);
    if (fails(calls_.size())) throw FileError("cannot " + name, code_);
  }

  std::size_t failing_call_;
  How how_;
  int code_;
  std::vector<std::string> calls_;
};

}  // namespace fthost
