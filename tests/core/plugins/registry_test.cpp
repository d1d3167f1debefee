#include "core/plugins/registry.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <fthost/error.h>
#include <fthost/freezing.h>
#include <fthost/schedule.h>

#include "tests/catch.h"
#include "tests/core/plugins/fixtures.h"
#include "tests/temporary_folder.h"

using namespace fthost;
namespace fs = std::filesystem;

namespace {

const Fingerprint kHost{1, "libstdc++/cxx11", "", ""};

Options with(const std::string& name, OptionValue value) {
  return Options({{name, std::move(value)}});
}

std::shared_ptr<Schedule> make(PluginRegistry& registry, const std::string& name, const Options& options = {}) {
  const auto* found = registry.find(Kind::schedule, name);
  REQUIRE(found != nullptr);
  return registry.create<Schedule>(*found, options);
}

/// What an Error says; anything that is not exactly an Error is none.
std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const OptionError&) {
    return "an OptionError";
  } catch (const InputError&) {
    return "an InputError";
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

/// The error of creating schedule 'half' out of a changed good.so, without the library's path.
std::string error_of_changed(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto file = fs::canonical(folder.path()) / "x.so";
  folder.write("x.so", bytes);
  PluginRegistry registry(kHost);
  registry.scan(file);
  const auto error = error_of([&] { make(registry, "half", with("start", 1.0)); });
  const auto start = "cannot load " + file.string() + ": ";
  return error.starts_with(start) ? error.substr(start.size()) : error;
}

std::string good() {
  return bytes_of(fixture("good.so"));
}

}  // namespace

TEST_CASE("registry creates components of a library", "[unit][plugins]") {
  PluginRegistry registry(kHost);
  registry.scan(fixture("good.so"));
  CHECK(registry.refused().empty());
  CHECK(make(registry, "half", with("start", 3.0))->factor(0, 1) == 1.5);
  const auto* found = registry.find(Kind::freezing, "by-norm");
  REQUIRE(found != nullptr);
  CHECK(found->library == fixture("good.so"));
  const auto freezing = registry.create<Freezing>(*found, {});
  CHECK(dynamic_cast<GradientNormReader*>(freezing.get()) != nullptr);
  CHECK(registry.find(Kind::schedule, "by-norm") == nullptr);
  CHECK(registry.find(Kind::freezing, "by-nor") == nullptr);
}

TEST_CASE("registry scans folders for libraries, by name and once", "[unit][plugins]") {
  const TemporaryFolder folder;
  fs::copy_file(fixture("faulty.so"), folder / "b.so");
  fs::copy_file(fixture("good.so"), folder / "a.so");
  fs::copy_file(fixture("good.so"), folder / "c.so.old");
  fs::create_directory(folder / "deeper");
  fs::copy_file(fixture("good.so"), folder / "deeper/d.so");
  fs::create_symlink("a.so", folder / "e.so");
  PluginRegistry registry(kHost);
  registry.scan(folder.path());
  registry.scan(folder / "deeper/..");
  registry.scan(folder / "a.so");
  registry.scan(folder / "nothing");
  CHECK(registry.refused().empty());
  REQUIRE(registry.components().size() == 8);
  CHECK(registry.components()[0].library.filename() == "a.so");
  CHECK(registry.components()[7].library.filename() == "b.so");
  CHECK(registry.names(Kind::schedule) == std::vector<std::string>{"half", "tells-its-end", "throws-input",
                                                                   "throws-int", "throws-later", "throws-option",
                                                                   "throws-own"});
  CHECK(registry.names(Kind::model).empty());
}

TEST_CASE("registry names both libraries of a component that is there twice", "[unit][plugins]") {
  const TemporaryFolder folder;
  fs::copy_file(fixture("good.so"), folder / "a.so");
  fs::copy_file(fixture("good.so"), folder / "b.so");
  PluginRegistry registry(kHost);
  registry.scan(folder.path());
  CHECK(registry.names(Kind::schedule) == std::vector<std::string>{"half"});
  const auto real = fs::canonical(folder.path()).string();
  const auto complaint = [](const std::function<void()>& call) {
    try {
      call();
    } catch (const InputError& e) {
      return render(e.messages());
    }
    return std::string("none");
  };
  CHECK(complaint([&] { registry.find(Kind::schedule, "half"); }) ==
        real + "/a.so: error: schedule 'half' is also in " + real +
            "/b.so\n"
            "  move one of the two files away, or leave its folder out of [plugins] paths and FTHOST_PLUGIN_PATH\n");
  CHECK(complaint([&] { registry.find_handler(Kind::freezing, "two"); }) ==
        real + "/a.so: error: freezing 'by-norm' handles 'two', and so does freezing 'by-norm' in " + real +
            "/b.so\n"
            "  name the one that is meant in the pipeline, or move the other file away\n");
}

TEST_CASE("registry finds what handles something", "[unit][plugins]") {
  PluginRegistry registry(kHost);
  registry.scan(fixture("good.so"));
  const auto* found = registry.find_handler(Kind::freezing, "two");
  REQUIRE(found != nullptr);
  CHECK(found->description.name == "by-norm");
  CHECK(registry.find_handler(Kind::freezing, "three") == nullptr);
  CHECK(registry.find_handler(Kind::model, "two") == nullptr);
}

TEST_CASE("registry passes on what constructors throw", "[unit][plugins]") {
  PluginRegistry registry(kHost);
  registry.scan(fixture("faulty.so"));
  const auto of = " of " + fixture("faulty.so").string() + " could not be created: ";
  CHECK(error_of([&] { make(registry, "throws-own"); }) == "schedule 'throws-own'" + of + "no luck");
  CHECK(error_of([&] { make(registry, "throws-int"); }) ==
        "schedule 'throws-int'" + of + "it threw int, which is no std::exception");
  CHECK(error_of([&] { make(registry, "throws-input"); }) == "an InputError");
  CHECK_THROWS_AS(make(registry, "throws-later")->factor(0, 1), OptionError);
}

TEST_CASE("registry lets no exception out whose code is in the library", "[unit][plugins]") {
  std::exception_ptr kept;
  {
    PluginRegistry registry(kHost);
    registry.scan(fixture("faulty.so"));
    try {
      make(registry, "throws-option");
    } catch (...) {
      kept = std::current_exception();
    }
  }
  try {
    std::rethrow_exception(kept);
  } catch (const OptionError& e) {
    CHECK(typeid(e) == typeid(OptionError));
    CHECK(e.option() == "start");
    CHECK(std::string(e.what()) == "start is odd");
  }
}

TEST_CASE("registry keeps a library until its last object is gone", "[unit][plugins]") {
  int flag = 0;
  std::shared_ptr<Schedule> object;
  {
    PluginRegistry registry(kHost);
    registry.scan(fixture("faulty.so"));
    object = make(registry, "tells-its-end", with("flag", static_cast<std::int64_t>(std::intptr_t(&flag))));
  }
  CHECK(object->factor(0, 1) == 1);
  CHECK(flag == 0);
  object.reset();
  CHECK(flag == 1);
}

TEST_CASE("registry says what the class that was asked for is not", "[unit][plugins]") {
  PluginRegistry registry(kHost);
  registry.scan(fixture("good.so"));
  const auto* found = registry.find(Kind::freezing, "by-norm");
  CHECK(error_of([&] { registry.create<Schedule>(*found, {}); }) ==
        "freezing 'by-norm' of " + fixture("good.so").string() +
            " is of another class than its kind; rebuild the library");
  auto wrong = *registry.find(Kind::schedule, "half");
  wrong.description.name = "quarter";
  CHECK(error_of([&] { registry.create<Schedule>(wrong, {}); }) ==
        "schedule 'quarter' of " + fixture("good.so").string() +
            " could not be created: the library describes it, but does not make it; rebuild the library");
}

TEST_CASE("registry does not load a file that was replaced after it was checked", "[unit][plugins]") {
  const TemporaryFolder folder;
  const auto file = fs::canonical(folder.path()) / "x.so";
  folder.write("x.so", good());
  PluginRegistry registry(kHost);
  registry.scan(folder.path());
  folder.write("y.so", good());
  fs::rename(folder / "y.so", folder / "x.so");
  CHECK(error_of([&] { make(registry, "half"); }) ==
        "cannot load " + file.string() + ": the file was replaced after it was checked; start again");
  fs::remove(folder / "x.so");
  CHECK(error_of([&] { make(registry, "half"); }) ==
        "cannot load " + file.string() + ": it cannot be opened: No such file or directory");
}

TEST_CASE("registry explains why a library cannot be opened", "[unit][plugins]") {
  const auto missing = error_of_changed(patched(good(), "libfthost.so.0", "libfthosX.so.0"));
  CHECK(missing ==
        "it needs libfthosX.so.0, which was not found\n"
        "  Install that library, or put its folder into LD_LIBRARY_PATH, or into the plugin's RPATH and rebuild it.\n"
        "  The system says: libfthosX.so.0: cannot open shared object file: No such file or directory");
  CHECK(error_of_changed(patched(good(), "fthost_create", "fthost_creatX")) ==
        "it has a description, but not the function fthost_create; link it without a version script that hides that");
  PluginRegistry registry(kHost);
  registry.scan(fixture("unlinked.so"));
  CHECK(error_of([&] { make(registry, "unlinked"); }) ==
        "cannot load " + fixture("unlinked.so").string() +
            ": it needs nowhere::defined(int), which no library that it names has\n"
            "  It was linked without a library that it uses, or built for another version of one: rebuild it.\n"
            "  The system says: " +
            fixture("unlinked.so").string() + ": undefined symbol: _ZN7nowhere7definedEi");
}

TEST_CASE("registry looks at a library before it opens one that was added by hand", "[unit][plugins]") {
  PluginRegistry registry(kHost);
  FoundComponent component;
  component.description.kind = Kind::schedule;
  component.description.name = "half";
  component.library = fixture("no_note.so");
  registry.add(component);
  REQUIRE(registry.find(Kind::schedule, "half") != nullptr);
  CHECK(error_of([&] { make(registry, "half"); }) ==
        "cannot load " + fixture("no_note.so").string() +
            ": it has no fthost note, so it is no plugin: FTHOST_PLUGIN of <fthost/plugin.h> makes one");
  component.library = fixture("good.so");
  CHECK(registry.create<Schedule>(component, with("start", 1.0))->factor(0, 1) == .5);
}
