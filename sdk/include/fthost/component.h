#pragma once

/// What all plugins have in common: a component of one of seven kinds, created by the host from its options.

#include <array>
#include <cstdint>
#include <string_view>

#include <fthost/version.h>

namespace fthost {

/// The kinds of components. The numbers are part of the binary description of a library and never change.
enum class Kind : std::uint8_t { model = 0, head = 1, reader = 2, freezing = 3, optimizer = 4, schedule = 5, sink = 6 };

inline constexpr std::array<std::string_view, 7> kKindNames = {"model",     "head",     "reader", "freezing",
                                                               "optimizer", "schedule", "sink"};

constexpr std::string_view kind_name(Kind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

/// Base of every kind's interface. The host owns what a library creates, and keeps the library open until the last
/// object that came from it is destroyed. Abilities that only some components of a kind have are further interfaces,
/// asked for with dynamic_cast, so that a kind can grow without breaking what is built already.
///
/// A component is constructed once a run (and by commands that do a part of one), before the run folder is made, and
/// destroyed after it, on one thread. The constructor may throw OptionError for values that do not go together, and
/// InputError for files that its options name; whatever else it or a function of its interface throws is reported as
/// its fault, with kind, name and library, and ends the run. So does an answer that breaks what its interface promises.
/// A destructor must not throw: that would end the process. No thread may be left running by then.
class FTHOST_API Component {
 public:
  virtual ~Component();

 protected:
  Component() = default;
  Component(const Component&) = default;
  Component& operator=(const Component&) = default;
};

}  // namespace fthost
