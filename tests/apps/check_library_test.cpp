#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <string_view>

#include "tests/apps/program.h"
#include "tests/catch.h"
#include "tests/core/plugins/fixtures.h"
#include "tests/temporary_folder.h"

using namespace fthost;

namespace {

/// AddressSanitizer would make an exit of its own out of a crash, and complain of what a component left when it exits.
const Environment kPlainCrash = {{"ASAN_OPTIONS", "handle_segv=0:handle_abort=0:detect_leaks=0"}};

Outcome check(std::vector<std::string> words) {
  words.insert(words.begin(), "check");
  auto outcome = run_program(std::move(words), ".", "", kPlainCrash);
  outcome.err = std::regex_replace(outcome.err, std::regex("[0-9.]+ ms"), "T ms");
  return outcome;
}

std::string whole(const std::string& library, int components, int options, int defaults) {
  const auto count = [](int n, const std::string& what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  return fixture(library).string() +
         "\n"
         "  ok         scan                    T ms to read its description\n"
         "  ok         description             " +
         count(components, "component") + ", " + count(options, "option") +
         "\n"
         "  ok         defaults                " +
         (defaults == 0 ? "none" : std::to_string(defaults) + ", each allowed by its own declaration") + "\n";
}

const std::string kOpens = "  ok         opens                   in T ms\n", kCreated = "  ok         created twice\n",
                  kNoBounds = "  not tried  bounds                  no option has a range, choices, or free text\n",
                  kNoOptions =
                      "  not tried  wrong options           it has no options\n"
                      "  not tried  survives wrong options  it has no options\n"
                      "  not tried  exceptions cross        it has no options\n",
                  kCross = "  ok         exceptions cross\n", kTwice = "  ok         asked twice\n",
                  kUnloads = "  ok         unloads\n";

/// The host refuses all `tried` wrong options; `by_it` of them the constructor refuses too.
std::string wrong(int tried, int by_it, const std::string& more = "") {
  const auto of = std::to_string(tried) + " tried, ";
  return "  ok         wrong options           " + of + "each refused by the host\n" +
         "  ok         survives wrong options  " + of + std::to_string(by_it) + " of them refused by it" + more + "\n";
}

}  // namespace

TEST_CASE("check of a library that keeps to everything", "[unit][apps]") {
  const auto outcome = check({fixture("good.so").string()});
  CHECK(outcome.err == whole("good.so", 2, 1, 1) + "schedule 'half': Half of what is asked for.\n" + kOpens + kCreated +
                           "  ok         bounds                  1 tried\n" + wrong(2, 1) + kCross + kUnloads +
                           "freezing 'by-norm': Looks at gradients.\n" + kOpens + kCreated + kNoBounds + kNoOptions +
                           kTwice + kUnloads + "it keeps to what fthost asks of plugins\n");
  CHECK(outcome.out.empty());
  CHECK(outcome.status == 0);
}

TEST_CASE("check of a library makes a line of every way to fail", "[unit][apps]") {
  const auto outcome = check({fixture("ill_behaved.so").string(), "--timeout", "1"});
  const std::string segv = "the process was killed by SIGSEGV (Segmentation fault) while creating it",
                    abort = "the process was killed by SIGABRT (Aborted) while creating it with ",
                    crossed = "  ok         exceptions cross\n";
  CHECK(
      outcome.err ==
      whole("ill_behaved.so", 12, 7, 7) + "schedule 'crashes': Crashes.\n" + kOpens +
          "  FAILED     created twice           " + segv + " for the first time\n" + kNoBounds + kNoOptions +
          "  FAILED     unloads                 " + segv +
          "\n"
          "schedule 'exits': Ends the process.\n" +
          kOpens +
          "  FAILED     created twice           the process ended with status 0 while creating it for the first "
          "time\n" +
          kNoBounds + kNoOptions +
          "  FAILED     unloads                 the process ended with status 0 while creating it\n"
          "schedule 'hangs': Never ends.\n" +
          kOpens +
          "  FAILED     created twice           it was still busy after 1 s while creating it for the first time\n" +
          kNoBounds + kNoOptions +
          "  FAILED     unloads                 it was still busy after 1 s while creating it\n"
          "schedule 'aborts-at-one': Aborts over a value that it allows.\n" +
          kOpens + kCreated + "  FAILED     bounds                  " + abort + "share = 1.0\n" + wrong(3, 1) + kCross +
          kUnloads + "schedule 'aborts-below-zero': Aborts over a value that it does not allow.\n" + kOpens + kCreated +
          "  ok         bounds                  1 tried\n"
          "  ok         wrong options           2 tried, each refused by the host\n"
          "  FAILED     survives wrong options  " +
          abort + "steps = -1\n" + kCross + kUnloads +
          "schedule 'complains': Throws something else than an OptionError.\n" + kOpens + kCreated +
          "  FAILED     bounds                  with steps = 0: schedule 'complains' of " +
          fixture("ill_behaved.so").string() +
          " could not be created: no steps; expected it to be taken, or an OptionError\n" + wrong(2, 1) + kCross +
          kUnloads + "schedule 'throws-int': Throws what is no exception over a value that it forbids.\n" + kOpens +
          kCreated + "  ok         bounds                  1 tried\n" + wrong(2, 1, ", 1 ended in another exception") +
          kCross + kUnloads + "schedule 'misnames': Complains of an option that it does not have.\n" + kOpens +
          "  FAILED     created twice           it complains of an option 'step' that it does not declare: not that "
          "many\n"
          "  ok         bounds                  1 tried\n" +
          wrong(2, 1) + kCross + kUnloads + "schedule 'once': Can be made once.\n" + kOpens +
          "  FAILED     created twice           schedule 'once' of " + fixture("ill_behaved.so").string() +
          " could not be created: only once\n" + kNoBounds + kNoOptions + kUnloads +
          "schedule 'refuses': Refuses its own default.\n" + kOpens +
          "  FAILED     created twice           it refuses its own defaults: steps: not that many\n"
          "  ok         bounds                  1 tried\n" +
          wrong(2, 2) +
          "  not tried  exceptions cross        its constructor asks for none of its options, or hides what happens "
          "then\n" +
          kUnloads + "schedule 'hides': Hides exceptions.\n" + kOpens + kCreated +
          "  ok         bounds                  1 tried\n" + wrong(2, 0) +
          "  not tried  exceptions cross        its constructor asks for none of its options, or hides what happens "
          "then\n" +
          kUnloads + "schedule 'no-end': Throws from its destructor.\n" + kOpens +
          "  FAILED     created twice           the process ended with status 1 while destroying it for the first "
          "time: "
          "schedule 'no-end' of " +
          fixture("ill_behaved.so").string() + " threw from its destructor: no way to end\n" + kNoBounds + kNoOptions +
          "  FAILED     unloads                 the process ended with status 1 while creating it: schedule 'no-end' "
          "of " +
          fixture("ill_behaved.so").string() +
          " threw from its destructor: no way to end\n"
          "14 of 87 checks failed\n");
  CHECK(outcome.status == 1);
}

TEST_CASE("check of a freezing strategy asks it twice for the same", "[unit][apps]") {
  const auto of_freezing = [](const Outcome& outcome) {
    const auto line = outcome.err.find("asked twice", outcome.err.find("freezing 'odd-freezing'"));
    REQUIRE(line != std::string::npos);
    return outcome.err.substr(line - 13, outcome.err.find('\n', line) - line + 13);
  };
  const auto library = fixture("misbehaving.so").string();
  CHECK(of_freezing(check({library, "--with", "how=well"})) == "  ok         asked twice");
  CHECK(of_freezing(check({library, "--with", "how=moody"})) ==
        "  FAILED     asked twice             before epoch 0 it gave two answers to the same progress");
  CHECK(of_freezing(check({library, "--with", "how=option"})) ==
        "  not tried  asked twice             it refuses a made-up model of 4 layers: how: it is too late for that");
  CHECK(of_freezing(check({library, "--with", "how=throws"})) ==
        "  FAILED     asked twice             it failed while choosing what learns: out of luck");
  const auto strategy = [](const std::string& name, const std::vector<std::string>& with) {
    std::vector<std::string> words = {FTHOST_BUILD_DIR "/lib/fthost/plugins/" + name + ".so"};
    words.insert(words.end(), with.begin(), with.end());
    return check(words).err;
  };
  for (const auto* name : {"adaptive", "classifier-only", "full", "gradual", "last-n-layers"})
    CHECK(strategy(name, {}).find(kTwice) != std::string::npos);
  CHECK(strategy("by-name", {"--with", "learn=classifier"}).find(kTwice) != std::string::npos);
}

TEST_CASE("check of a library that cannot be unloaded", "[unit][apps]") {
  auto outcome = check({fixture("stays.so").string()});
  CHECK(outcome.err ==
        whole("stays.so", 1, 0, 0) + "schedule 'stays': Cannot be unloaded.\n" + kOpens + kCreated + kNoBounds +
            kNoOptions +
            "  FAILED     unloads                 it stays in the process after its last object is gone; the usual "
            "cause is a "
            "variable that is inline or in a template and not hidden: compile with -fvisibility=hidden, as "
            "fthost_add_plugin does\n"
            "1 of 10 checks failed\n");
  CHECK(outcome.status == 1);
  outcome = check({fixture("leaves_thread.so").string()});
  CHECK(outcome.err == whole("leaves_thread.so", 1, 0, 0) + "schedule 'forgets': Leaves a thread behind.\n" + kOpens +
                           kCreated + kNoBounds + kNoOptions +
                           "  FAILED     unloads                 the process was killed by SIGSEGV (Segmentation "
                           "fault) while waiting for "
                           "threads that it left\n"
                           "1 of 10 checks failed\n");
}

TEST_CASE("check of a library says what a component needs that no check can make up", "[unit][apps]") {
  const auto library = FTHOST_BUILD_DIR "/lib/fthost/plugins/by-name.so";
  const auto without = check({library});
  CHECK(without.err.find(
            "  not tried  created twice           it needs real values (--with OPTION=VALUE) for learn, freeze: "
            "learn: give 'learn', 'freeze' or both: without them nothing is chosen\n") != std::string::npos);
  CHECK(without.status == 0);
  CHECK(check({library, "--with", "learn=classifier"}).err.find(kCreated) != std::string::npos);
}

TEST_CASE("check of a library that does not open asks nothing else of it", "[unit][apps]") {
  const auto library = fixture("unlinked.so").string();
  const auto outcome = check({library});
  CHECK(outcome.err == whole("unlinked.so", 1, 0, 0) +
                           "schedule 'unlinked': Uses a function that no library has.\n"
                           "  FAILED     opens                   cannot load " +
                           library +
                           ": it needs nowhere::defined(int), which no library that it names has\n"
                           "  It was linked without a library that it uses, or built for another version of one: "
                           "rebuild it.\n"
                           "  The system says: " +
                           library + ": undefined symbol: _ZN7nowhere7definedEi\n1 of 4 checks failed\n");
  CHECK(outcome.status == 1);
}

TEST_CASE("a check of a library ends when whoever asked for it is gone", "[unit][apps]") {
  const auto create_twice = [](pid_t parent) {
    return run_program({"check-component", std::to_string(parent), fixture("good.so").string(), "0", "1"}).status;
  };
  CHECK(create_twice(::getpid()) == 0);
  CHECK(create_twice(::getppid()) == 127);
}

TEST_CASE("check of a library as JSON", "[unit][apps]") {
  auto outcome = check({fixture("stays.so").string(), "--json"});
  CHECK(outcome.status == 1);
  CHECK(outcome.err.empty());
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json.at("ok") == false);
  CHECK(json.at("errors").empty());
  CHECK(json.at("library") == fixture("stays.so").string());
  CHECK(json.at("checks").at(1) ==
        nlohmann::json{{"check", "description"}, {"result", "ok"}, {"detail", "1 component, 0 options"}});
  const auto& component = json.at("components").at(0);
  CHECK(component.at("kind") == "schedule");
  CHECK(component.at("name") == "stays");
  CHECK(component.at("summary") == "Cannot be unloaded.");
  CHECK(component.at("checks").at(1) == nlohmann::json{{"check", "created twice"}, {"result", "ok"}, {"detail", ""}});
  CHECK(component.at("checks").at(6).at("result") == "FAILED");
}

TEST_CASE("check of a library says what is wrong with its command line", "[unit][apps]") {
  const TemporaryFolder folder;
  const std::string usage =
      "  usage: fthost check PIPELINE.toml [--data] [--set KEY=VALUE]… [--json]\n"
      "         fthost check LIBRARY.so [--with OPTION=VALUE]… [--timeout SECONDS] [--json]\n";
  const auto said = [&](const std::vector<std::string>& words) {
    const auto outcome = check(words);
    CHECK(outcome.status == 2);
    return outcome.err;
  };
  CHECK(said({"bad.so", "--set", "a=1"}) ==
        "fthost: error: --set is for pipelines, and bad.so is a plugin library\n" + usage);
  CHECK(said({"bad.so", "--data"}) ==
        "fthost: error: --data is for pipelines, and bad.so is a plugin library\n" + usage);
  CHECK(said({"a.toml", "--with", "a=1"}) ==
        "fthost: error: --with is for plugin libraries, and a.toml is a pipeline\n" + usage);
  CHECK(said({"bad.so", "--timeout", "0"}) == "fthost: error: --timeout must be 1 or more\n");
  CHECK(said({fixture("misbehaving.so").string(), "--with", "hw=1"}) ==
        "--with: error: no component of the library has an option 'hw' of type text, path or texts; did you mean "
        "'how'?\n");
  CHECK(said({fixture("misbehaving.so").string(), "--with", "how"}) ==
        "--with: error: expected OPTION=VALUE, found 'how'\n");
}

TEST_CASE("check knows a library by its first bytes, and says what a file is that it cannot check", "[unit][apps]") {
  const TemporaryFolder folder;
  const auto said = [&](const std::string& name) {
    const auto outcome = check({(folder / name).string()});
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  const auto path = [&](const std::string& name) { return (folder / name).string(); };
  folder.write("good.so.1", bytes_of(fixture("good.so")));
  const auto versioned = check({path("good.so.1")});
  CHECK(versioned.status == 0);
  CHECK(versioned.err.starts_with(path("good.so.1") + "\n  ok         scan "));
  folder.write("cut",
               "\x7f"
               "ELF");
  CHECK(said("cut") == path("cut") +
                           ": error: cannot use it: it is cut short: its headers speak of more than the 4 bytes "
                           "that are there; build or copy it again\n");
  folder.write("text.so", "[run]\n");
  CHECK(said("text.so") == path("text.so") + ": error: cannot use it: it is no ELF file, so no shared library\n");
  CHECK(said("gone.so") == path("gone.so") + ": error: there is no such library\n");

  const std::string neither = ": error: neither a pipeline (TOML) nor a plugin library (.so), but ";
  folder.write("data.zip", std::string_view("PK\3\4\0\0", 6));
  CHECK(said("data.zip") == path("data.zip") + neither + "a binary file that begins with 0x50 0x4B 0x03 0x04\n");
  std::filesystem::create_directory(folder / "some.so");
  CHECK(said("some.so") == path("some.so") + neither + "a folder\n");
  const auto as_json = nlohmann::json::parse(check({path("some.so"), "--json"}).out);
  CHECK(as_json.at("errors").at(0).at("text") == "neither a pipeline (TOML) nor a plugin library (.so), but a folder");
}

TEST_CASE("every plugin of fthost's own keeps to what fthost asks of plugins", "[pipeline][apps]") {
  std::size_t libraries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(FTHOST_BUILD_DIR "/lib/fthost/plugins")) {
    std::vector<std::string> words = {entry.path().string()};
    if (entry.path().filename() == "bert.so")
      words.insert(words.end(), {"--with", "path=" FTHOST_TEST_DATA "/golden/bert/tiny"});
    if (entry.path().filename() == "by-name.so") words.insert(words.end(), {"--with", "learn=classifier"});
    const auto outcome = check(words);
    INFO(outcome.err);
    CHECK(outcome.status == 0);
    CHECK(outcome.err.find("not tried  created twice") == std::string::npos);
    ++libraries;
  }
  CHECK(libraries > 15);
}
