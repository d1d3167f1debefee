#pragma once

/// Around every call of what a plugin wrote: whatever it throws reaches the user with the component's kind, name and
/// file, and nothing that leaves holds code of a library that may be closed before the exception is gone.

#include <fthost/error.h>
#include <fthost/version.h>

#include <exception>
#include <string>
#include <utility>

#include "core/plugins/description.h"

namespace fthost {

/// A plugin failed, and what() says which. Passes through other plugins unchanged: a sink that throws while a reader
/// reads is not the reader's fault.
class FTHOST_API PluginFailure final : public Error {
 public:
  explicit PluginFailure(const std::string& what);
  ~PluginFailure() override;
};

/// What an exception says, without the stack trace that LibTorch's have behind it: that is for debuggers.
FTHOST_API std::string text_of(const std::exception& error);

/// What is being handled, where it is no std::exception: "it threw int, which is no std::exception".
FTHOST_API std::string foreign_exception();

/// Throws a PluginFailure when `error` complains of an option that `component` does not declare: that is its own fault,
/// and no line of a pipeline could be pointed at. `who` as below.
FTHOST_API void require_declared(const ComponentDescription& component, const std::string& who,
                                 const OptionError& error);

/// Runs `call`. A PluginFailure and an InputError pass. An OptionError goes to `complain`, which may throw something
/// better. Anything else, and an OptionError that `complain` let pass, becomes a PluginFailure that begins with what
/// `who()` returns: "schedule 'linear' (/usr/lib/fthost/plugins/linear.so)".
template <class Who, class Complain, class Call>
decltype(auto) guard_plugin(const Who& who, const Complain& complain, Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const PluginFailure&) {
    throw;
  } catch (const InputError& error) {
    throw InputError(error);  // the host's own type, whatever class derived from it was thrown
  } catch (const OptionError& error) {
    complain(error);
    throw PluginFailure(who() + ": " + error.what());
  } catch (const std::exception& error) {
    throw PluginFailure(who() + ": " + text_of(error));
  } catch (...) {
    throw PluginFailure(who() + ": " + foreign_exception());
  }
}

}  // namespace fthost
