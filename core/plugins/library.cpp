#include "core/plugins/library.h"

#include <dlfcn.h>

#include <string>
#include <system_error>
#include <utility>

// Boost.DLL goes through std::filesystem then and needs no library of its own.
#define BOOST_DLL_USE_STD_FS
#include <boost/core/demangle.hpp>
#include <boost/dll/shared_library.hpp>

#include <fthost/error.h>
#include <fthost/plugin.h>

#include "core/plugins/destruction.h"
#include "core/plugins/fingerprint.h"
#include "core/plugins/guard.h"
#include "core/plugins/permissions.h"

namespace fthost {
namespace {

using CreateFunction = Component*(const char* kind, const char* name, const Options& options);

[[noreturn]] void refuse_to_load(const std::filesystem::path& library, const std::string& why) {
  throw PluginFailure("cannot load " + library.string() + ": " + why);
}

void require_unchanged(const std::filesystem::path& library, const FileIdentity& inspected) {
  try {
    if (LibraryFile(library).identity() == inspected) return;
  } catch (const Error& e) {
    refuse_to_load(library, e.what());
  }
  refuse_to_load(library, "the file was replaced after it was checked; start again");
}

/// The text between two marks of a message of the dynamic linker; empty when it has another form.
std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const auto found = before.empty() ? 0 : text.find(before);
  if (found == std::string::npos) return "";
  const auto start = found + before.size();
  const auto end = after.empty() ? text.size() : text.find(after, start);
  return end == std::string::npos ? "" : text.substr(start, end - start);
}

/// What the dynamic linker says, and what to do about it.
std::string explain_linker(const std::string& said) {
  const auto missing = between(said, "", ": cannot open shared object file");
  if (!missing.empty())
    return "it needs " + missing + ", which was not found\n  Install that library, or put its folder into " +
           "LD_LIBRARY_PATH, or into the plugin's RPATH and rebuild it.\n  The system says: " + said;
  auto symbol = between(said, "undefined symbol: ", "");
  symbol = symbol.substr(0, symbol.find(", version"));
  if (!symbol.empty())
    return "it needs " + boost::core::demangle(symbol.c_str()) +
           ", which no library that it names has\n  It was linked without a library that it uses, or built for another "
           "version of one: rebuild it.\n  The system says: " +
           said;
  return said;
}

boost::dll::shared_library open_shared(const std::filesystem::path& library) {
  std::error_code error;
  boost::dll::shared_library opened;
  opened.load(library, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, error);
  if (!error) return opened;
  const char* said = ::dlerror();
  refuse_to_load(library, explain_linker(said != nullptr ? said : error.message()));
}

class SharedLibrary final : public OpenLibrary {
 public:
  explicit SharedLibrary(std::filesystem::path path) : path_(std::move(path)), library_(open_shared(path_)) {
    const std::string symbol(description::kSymbol);
    if (!library_.has(symbol))
      refuse_to_load(path_, "it has a description, but not the function " + symbol +
                                "; link it without a version script that hides that");
    create_ = &library_.get<CreateFunction>(symbol);
  }

  std::shared_ptr<Component> create(Kind kind, std::string_view name, const Options& options) override {
    const auto pass_on = [](const OptionError& error) { throw OptionError(error); };
    return guard_plugin([&] { return who(kind, name) + " could not be created"; }, pass_on,
                        [&] { return own(construct(kind, name, options), who(kind, name)); });
  }

 private:
  std::string who(Kind kind, std::string_view name) const { return title(kind, name) + " of " + path_.string(); }

  Component* construct(Kind kind, std::string_view name, const Options& options) const {
    auto* made = create_(std::string(kind_name(kind)).c_str(), std::string(name).c_str(), options);
    if (made == nullptr) throw Error("the library describes it, but does not make it; rebuild the library");
    return made;
  }

  /// The deleter's copy of this library goes after the object.
  std::shared_ptr<Component> own(Component* made, std::string who) {
    return {made,
            [library = shared_from_this(), who = std::move(who)](Component* component) { destroy(component, who); }};
  }

  std::filesystem::path path_;
  boost::dll::shared_library library_;
  CreateFunction* create_ = nullptr;
};

}  // namespace

InspectedLibrary inspect_library(const std::filesystem::path& library, const Fingerprint& host) {
  const LibraryFile file(library);
  const auto& status = file.status();
  const auto unsafe =
      why_unsafe_library(library, {status.st_uid, status.st_gid, status.st_mode, has_access_list(library)});
  if (!unsafe.empty()) throw Error(unsafe);
  const auto note = read_note(file);
  const auto difference = explain_difference(decode_fingerprint(note), host);
  if (!difference.empty()) throw Error(difference);
  return {decode_description(note), file.identity()};
}

std::shared_ptr<OpenLibrary> OpenLibrary::open(const std::filesystem::path& library, const FileIdentity& inspected) {
  // Before and after: what was mapped in between is what was checked.
  require_unchanged(library, inspected);
  auto opened = std::make_shared<SharedLibrary>(library);
  require_unchanged(library, inspected);
  return opened;
}

}  // namespace fthost
