#include "apps/fthost/check_library.h"

#include <fthost/error.h>
#include <fthost/printable.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/engine/engine.h"
#include "core/pipeline/checked_options.h"
#include "core/plugins/child_process.h"
#include "core/plugins/library.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;
using Verdict = CheckResult::Verdict;

// What a child reports: records that end in a zero byte and begin with one of these.
constexpr char kTrying = '?', kKept = '+', kBroken = '-', kNotTried = '~';

/// "OPTION=VALUE" as a pair.
std::pair<std::string, std::string> split(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw InputError("--with", "expected OPTION=VALUE, found '" + text + "'");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// `with` for the child: checked against what the components declare, paths absolute.
std::vector<std::string> given_words(const LibraryCheckRequest& request, const LibraryDescription& library) {
  std::vector<std::string> words;
  for (const auto& text : request.with) {
    auto [name, value] = split(text);
    std::vector<std::string> names;
    const OptionDescription* found = nullptr;
    for (const auto& component : library.components)
      for (const auto& option : component.options) {
        if (option.type != OptionType::text && option.type != OptionType::path && option.type != OptionType::texts)
          continue;
        names.push_back(option.name);
        if (option.name == name) found = &option;
      }
    if (found == nullptr) {
      const auto near = nearest_name(name, names);
      auto problem = "no component of the library has an option '" + name + "' of type text, path or texts";
      if (!near.empty()) problem.append("; did you mean '").append(near).append("'?");
      throw InputError("--with", problem);
    }
    if (found->type == OptionType::path) value = fs::absolute(value).lexically_normal().string();
    words.push_back(std::string(name).append("=").append(value));
  }
  return words;
}

LibraryCheckLine scan_line(std::chrono::steady_clock::duration took) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << std::chrono::duration<double, std::milli>(took).count()
       << " ms to read its description";
  return {"scan", {Verdict::kept, text.str()}};
}

/// The description was decoded, so it is sane; what is worth knowing is who else has a component of the same name.
LibraryCheckLine description_line(const fs::path& library, const LibraryDescription& description) {
  std::size_t options = 0;
  std::string others;
  const FoundPlugins found;
  for (const auto& component : description.components) {
    options += component.options.size();
    for (const auto& other : found.components())
      if (other.description.kind == component.kind && other.description.name == component.name &&
          other.library != library)
        others += "; " + title(component) + " is also in " + other.library.string();
  }
  const auto count = [](std::size_t n, const std::string& what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  return {
      "description",
      {Verdict::kept, count(description.components.size(), "component") + ", " + count(options, "option") + others}};
}

/// A default that its own declaration rules out would have been refused with the description.
LibraryCheckLine defaults_line(const LibraryDescription& description) {
  std::size_t defaults = 0;
  for (const auto& component : description.components)
    defaults += static_cast<std::size_t>(std::ranges::count_if(
        component.options, [](const OptionDescription& o) { return o.default_value.has_value(); }));
  const auto found = defaults == 0 ? "none" : std::to_string(defaults) + ", each allowed by its own declaration";
  return {"defaults", {Verdict::kept, found}};
}

std::string signal_text(int number) {
  const char* name = ::sigabbrev_np(number);
  return "SIG" + (name != nullptr ? std::string(name) : std::to_string(number)) + " (" + ::strsignal(number) + ")";
}

std::string first_line(const std::string& text) {
  const auto line = text.substr(0, text.find('\n'));
  return line.starts_with("error: ") ? line.substr(7) : line;
}

/// What a child told, and how it ended, as one result.
CheckResult result_of(const ChildEnd& end, int seconds) {
  CheckResult told{Verdict::broken, ""};
  std::string trying;
  bool decided = false;
  for (std::size_t at = 0; at < end.report.size();) {
    const auto stop = std::min(end.report.find('\0', at), end.report.size());
    const char mark = end.report[at];
    const auto text = stop > at ? end.report.substr(at + 1, stop - at - 1) : "";
    if (mark == kTrying) {
      trying = text;
    } else {
      told = {mark == kKept ? Verdict::kept : mark == kNotTried ? Verdict::not_tried : Verdict::broken, text};
      decided = true;
    }
    at = stop + 1;
  }
  const auto when = decided ? std::string(" after the check, when the process was to end") : " while " + trying;
  if (end.how == ChildEnd::How::timed_out)
    return {Verdict::broken, "it was still busy after " + std::to_string(seconds) + " s" + when};
  const auto said = end.err.empty() ? "" : ": " + first_line(end.err);
  if (end.how == ChildEnd::How::killed)
    return {Verdict::broken, "the process was killed by " + signal_text(end.number) + when + said};
  if (!decided || end.number != 0)
    return {Verdict::broken, "the process ended with status " + std::to_string(end.number) + when + said};
  return told;
}

ComponentReport check_component(const LibraryCheckRequest& request, const fs::path& library, std::size_t number,
                                const ComponentDescription& component, const std::vector<std::string>& given) {
  ComponentReport report{component, {}};
  for (std::size_t i = 0; i < kConformanceChecks.size(); ++i) {
    if (kConformanceChecks[i].only.value_or(component.kind) != component.kind) continue;
    std::vector<std::string> words = {std::string(kCheckComponent), std::to_string(::getpid()), library.string(),
                                      std::to_string(number), std::to_string(i)};
    words.insert(words.end(), given.begin(), given.end());
    auto result = result_of(run_child(words, std::chrono::seconds(request.seconds)), request.seconds);
    const bool closed = i == 0 && result.verdict == Verdict::broken;
    report.lines.push_back({std::string(kConformanceChecks[i].name), std::move(result)});
    if (closed) break;  // nothing else can be asked of a library that does not open
  }
  return report;
}

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kept:
      return "ok";
    case Verdict::broken:
      return "FAILED";
    case Verdict::not_tried:
      return "not tried";
  }
  return "";
}

void print_lines(const std::vector<LibraryCheckLine>& lines) {
  for (const auto& [check, result] : lines) {
    std::ostringstream text;
    text << "  " << std::left << std::setw(11) << verdict_word(result.verdict);
    if (result.detail.empty())
      text << check;
    else
      text << std::setw(24) << check << printable(result.detail);
    std::cerr << text.str() << '\n';
  }
}

nlohmann::ordered_json to_json(const std::vector<LibraryCheckLine>& lines) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& [check, result] : lines)
    json.push_back({{"check", check}, {"result", verdict_word(result.verdict)}, {"detail", result.detail}});
  return json;
}

/// Through the text of a pipeline, as a user would give them.
bool host_takes(const ComponentDescription& component, const Options& options) {
  std::string text;
  for (const auto& [name, value] : options.values()) text += name + " = " + toml_value(value) + "\n";
  try {
    checked_options(component, text);
    return true;
  } catch (const InputError&) {
    return false;
  }
}

void tell(char mark, const std::string& text) {
  const auto record = mark + text + '\0';
  [[maybe_unused]] const auto written = ::write(kReportDescriptor, record.data(), record.size());
}

}  // namespace

std::size_t LibraryReport::checks() const {
  std::size_t count = lines.size();
  for (const auto& component : components) count += component.lines.size();
  return count;
}

std::size_t LibraryReport::broken() const {
  std::size_t count = 0;
  for (const auto& component : components)
    count += static_cast<std::size_t>(std::ranges::count_if(
        component.lines, [](const LibraryCheckLine& line) { return line.result.verdict == Verdict::broken; }));
  return count;
}

LibraryReport check_plugin_library(const LibraryCheckRequest& request) {
  std::error_code error;
  LibraryReport report;
  report.library = fs::canonical(request.library, error);
  if (error) throw InputError(request.library, "there is no such library");
  LibraryDescription description;
  try {
    const auto start = std::chrono::steady_clock::now();
    description = inspect_library(report.library, host_fingerprint()).description;
    report.lines.push_back(scan_line(std::chrono::steady_clock::now() - start));
  } catch (const Error& refusal) {
    throw InputError(report.library, std::string("cannot use it: ") + refusal.what());
  }
  report.lines.push_back(description_line(report.library, description));
  report.lines.push_back(defaults_line(description));
  const auto given = given_words(request, description);
  for (std::size_t i = 0; i < description.components.size(); ++i)
    report.components.push_back(check_component(request, report.library, i, description.components[i], given));
  return report;
}

void print_report(const LibraryReport& report) {
  std::cerr << report.library.string() << '\n';
  print_lines(report.lines);
  for (const auto& component : report.components) {
    std::cerr << title(component.description) << ": " << component.description.summary << '\n';
    print_lines(component.lines);
  }
  if (report.broken() == 0)
    std::cerr << "it keeps to what fthost asks of plugins\n";
  else
    std::cerr << report.broken() << " of " << report.checks() << " checks failed\n";
}

void print_report_json(const LibraryReport& report) {
  nlohmann::ordered_json json;
  json["errors"] = nlohmann::ordered_json::array();
  json["library"] = report.library.string();
  json["ok"] = report.broken() == 0;
  json["checks"] = to_json(report.lines);
  json["components"] = nlohmann::ordered_json::array();
  for (const auto& component : report.components)
    json["components"].push_back({{"kind", kind_name(component.description.kind)},
                                  {"name", component.description.name},
                                  {"summary", component.description.summary},
                                  {"checks", to_json(component.lines)}});
  print_json(json);
}

int check_component_command(const std::vector<std::string>& words) {
  restrict_child(static_cast<pid_t>(std::stol(words.at(0))));
  const fs::path library = words.at(1);
  const auto inspected = inspect_library(library, host_fingerprint());
  const auto& component = inspected.description.components.at(std::stoul(words.at(2)));
  CheckSubject subject{.library = library,
                       .identity = inspected.identity,
                       .component = component,
                       .given = {},
                       .trying = [](const std::string& what) { tell(kTrying, what); },
                       .host_takes = [&](const Options& options) { return host_takes(component, options); }};
  for (std::size_t i = 4; i < words.size(); ++i) subject.given.insert(split(words[i]));
  const auto& check = kConformanceChecks.at(std::stoul(words.at(3)));
  CheckResult result;
  std::shared_ptr<Engine> engine;
  try {
    // As in a run, where LibTorch is there before any plugin is: a library that brings it along could not be closed.
    subject.trying("opening the engine");
    if (!inspected.description.fingerprint.libtorch.empty()) engine = open_engine();
    result = check.run(subject);
  } catch (const Error& error) {
    result = {Verdict::broken, error.what()};
  }
  const bool broken = result.verdict == Verdict::broken;
  tell(broken ? kBroken : result.verdict == Verdict::kept ? kKept : kNotTried, result.detail);
  if (!check.closes) std::_Exit(kDone);
  return kDone;
}

}  // namespace fthost
