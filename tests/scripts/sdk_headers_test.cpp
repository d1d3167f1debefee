#include <filesystem>
#include <string>

#include "tests/catch.h"
#include "tests/scripts/shell.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

/// A copy of what scripts/sdk-headers looks at, free to be changed.
class Checkout {
 public:
  Checkout() {
    for (const auto* folder : {"sdk/include/fthost", "sdk/ops/include/fthost", "scripts"})
      fs::create_directories(folder_ / folder);
    for (const auto* folder : {"sdk/include/fthost", "sdk/ops/include/fthost"})
      fs::copy(source(folder), folder_ / folder, fs::copy_options::recursive);
    for (const auto* file : {"sdk/headers.sha256", "CHANGELOG.md", "scripts/sdk-headers", "scripts/steps.bash"})
      fs::copy_file(source(file), folder_ / file);
  }

  /// The first `from` of a file made `to`.
  void change(const std::string& file, const std::string& from, const std::string& to) const {
    auto text = folder_.read(file);
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    folder_.write(file, text.replace(at, from.size(), to));
  }

  ShellResult run(const std::string& arguments) const {
    return run_shell((folder_ / "scripts/sdk-headers").string() + " " + arguments);
  }

 private:
  static fs::path source(const std::string& name) { return fs::path(FTHOST_SOURCE_DIR) / name; }

  TemporaryFolder folder_;
};

const std::string kMetrics = "sdk/include/fthost/metrics.h", kMember = "values_;",
                  kTold = "### For people who write plugins\n";

}  // namespace

TEST_CASE("the SDK's headers are those that people who write plugins were told of", "[unit][scripts]") {
  const auto result = run_shell(FTHOST_SOURCE_DIR "/scripts/sdk-headers --check");
  INFO(result.text);
  CHECK(result.status == 0);
}

TEST_CASE("sdk-headers takes no change that people who write plugins are not told of", "[unit][scripts]") {
  const Checkout checkout;
  CHECK(checkout.run("--check").status == 0);
  checkout.change(kMetrics, kMember, "all_values_;");
  const std::string changed =
      "SDK headers whose code changed since sdk/headers.sha256 was written:\n"
      "  sdk/include/fthost/metrics.h\n";
  for (const auto* arguments : {"--check", ""}) {
    const auto result = checkout.run(arguments);
    CHECK(result.text == changed +
                             "error: people who write plugins are not told: write what changed into their part of "
                             "CHANGELOG.md, and raise kSdkVersion\n"
                             "  where docs/sdk-versions.md asks for it; then run scripts/sdk-headers\n");
    CHECK(result.status == 1);
  }
  checkout.change("CHANGELOG.md", kTold, kTold + "- `MetricTable` has a member of another name.\n");
  const auto stale = checkout.run("--check");
  CHECK(stale.text ==
        changed + "error: sdk/headers.sha256 is not up to date: run scripts/sdk-headers, and commit it\n");
  CHECK(stale.status == 1);
  CHECK(checkout.run("").text == changed);
  CHECK(checkout.run("--check").text.empty());
}

TEST_CASE("sdk-headers takes a change with another version, and comments without", "[unit][scripts]") {
  const Checkout checkout;
  checkout.change(kMetrics, kMember, kMember + "  // by name");
  checkout.change(kMetrics, "/// All figures", "/// Each figure");
  CHECK(checkout.run("--check").status == 0);
  checkout.change(kMetrics, kMember, "all_values_;");
  checkout.change("sdk/include/fthost/version.h", "kSdkVersion = 1;", "kSdkVersion = 2;");
  CHECK(checkout.run("").status == 0);
  CHECK(checkout.run("--check").status == 0);
  CHECK(checkout.run("--chekc").text == "error: unknown argument '--chekc'; scripts/sdk-headers --help lists them\n");
}

TEST_CASE("sdk-headers wants the changelog's part taken over", "[unit][scripts]") {
  const Checkout checkout;
  checkout.change("CHANGELOG.md", kTold, kTold + "- Something else.\n");
  CHECK(checkout.run("--check").text ==
        "error: sdk/headers.sha256 is not up to date: run scripts/sdk-headers, and commit it\n");
}

}  // namespace fthost
