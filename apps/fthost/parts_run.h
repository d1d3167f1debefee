#pragma once

/// What running a study and running a sequence have alike: parts of one file, each a process of its own.

#include <boost/interprocess/sync/file_lock.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/fthost/session.h"
#include "apps/fthost/study_state.h"
#include "core/engine/engine.h"
#include "core/run/interrupt.h"

namespace fthost {

/// Serves the thread that makes it. References must outlive it.
class PartsRun {
 public:
  /// `whole`: "study" or "sequence".
  PartsRun(const Arguments& arguments, FoundPlugins& plugins, std::string whole);

 protected:
  /// A line on standard error, unless --quiet.
  void say(const std::string& text) const;
  /// The signal that asks for the end; 0: none.
  int stop_signal() const { return interrupts_.stop_signal().load(); }
  EngineRequest request();

  /// Keeps other processes off until this one ends: from all of `folder`, or with a shard from that alone. The folder
  /// is made when it is not there. Throws InputError when another one has it. On file systems without locks nobody is
  /// kept off.
  void keep_others_off(const std::filesystem::path& folder, const Shard& shard);

  /// Each part reads the file anew: is it still what it was when all were read?
  bool file_has_changed() const;
  /// "FILE: error: …", for the end of a run that stopped over it.
  std::string changed_file_text(const std::string& parts) const;

  const Arguments& arguments_;
  FoundPlugins& plugins_;
  const ConsoleStyle console_;
  InterruptGuard interrupts_;

 private:
  using Lock = boost::interprocess::file_lock;

  enum class Use { shared, alone };
  /// False when another process has it, in a way that excludes this one.
  bool try_lock(const std::filesystem::path& file, Use use);

  const std::string whole_;
  std::string text_;  ///< Of the file, when it was read.
  std::vector<Lock> locks_;
};

}  // namespace fthost
