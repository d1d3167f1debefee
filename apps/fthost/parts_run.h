#pragma once

/// What running a study and running a sequence have alike: parts of one file, each a process of its own.

#include <string>

#include "apps/fthost/session.h"
#include "core/engine/engine.h"
#include "core/run/interrupt.h"

namespace fthost {

/// The pipeline file as it is now; empty when it cannot be read.
std::string pipeline_text(const Arguments& arguments);

/// Serves the thread that makes it. References must outlive it.
class PartsRun {
 public:
  /// `whole`: "study" or "sequence"; `text`: the file as it was before its parts were read from it.
  PartsRun(const Arguments& arguments, FoundPlugins& plugins, std::string whole, std::string text);

 protected:
  /// A line on standard error, unless --quiet.
  void say(const std::string& text) const;
  /// The signal that asks for the end; 0: none.
  int stop_signal() const { return interrupts_.stop_signal().load(); }
  EngineRequest request();

  /// Each part reads the file anew: is it still what it was when all were read?
  bool file_has_changed() const;
  /// "FILE: error: …", for the end of a run that stopped over it.
  std::string changed_file_text(const std::string& parts) const;

  const Arguments& arguments_;
  FoundPlugins& plugins_;
  const ConsoleStyle console_;
  InterruptGuard interrupts_;

 private:
  const std::string whole_, text_;
};

}  // namespace fthost
