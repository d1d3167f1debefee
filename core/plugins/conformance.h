#pragma once

/// Whether a component keeps to what the host asks of every plugin: checks that run the library's code, each meant for
/// a process of its own.

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/plugins/description.h"
#include "core/plugins/library_file.h"

namespace fthost {

/// What a check is done with.
struct CheckSubject {
  std::filesystem::path library;  ///< Absolute, without symbolic links.
  FileIdentity identity;
  ComponentDescription component;
  /// Values for options of type text, path or texts (one of them), by name, in place of those that the checks would
  /// make up.
  std::map<std::string, std::string, std::less<>> given;
  /// Is told what comes next, so that whoever looks at a crash knows during what it was.
  std::function<void(const std::string&)> trying;
  /// Would a pipeline that gives the component these options, and no others, be taken?
  std::function<bool(const Options&)> host_takes;
};

struct CheckResult {
  enum class Verdict {
    kept,
    broken,
    not_tried  ///< It could not be asked: the detail says why.
  };
  Verdict verdict = Verdict::kept;
  std::string detail;  ///< What was found, for people; may be empty.
};

struct ConformanceCheck {
  std::string_view name;
  CheckResult (*run)(const CheckSubject& subject);
  bool closes;  ///< The library is closed after it; else it stays open, and the process must end without closing it.
  std::optional<Kind> only = {};  ///< The kind of component that it is for; none: all are.
};

/// In the order in which they make sense. What a check throws is a broken promise too.
///     opens             the system finds all that the library needs
///     created twice     made from its defaults, destroyed, made and destroyed again; it is of its kind's class
///     bounds            every option at each end of its range, with each of its choices, and as an empty text where
///                       any text is allowed: the host takes it; the constructor takes it or throws OptionError
///     wrong options     each option out of its range, of another type, left out though required: the host refuses it
///     survives wrong options
///                       its constructor gets them all the same, and must not crash
///     exceptions cross  an exception that is thrown below the constructor comes through it
///     asked twice       of kind freezing: the same progress gets the same answer
///     unloads           after the last object of the library, the library is gone from the process
extern const std::array<ConformanceCheck, 8> kConformanceChecks;

/// Whether the library, whose path is absolute and without symbolic links, is loaded in this process.
bool is_in_process(const std::filesystem::path& library);

}  // namespace fthost
