// fthost init: from a model folder and a data file to a commented pipeline that passes `fthost check`.

#include <fthost/error.h>
#include <fthost/files.h>
#include <fthost/reader.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <sstream>
#include <vector>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/engine/plugin_calls.h"
#include "core/pipeline/checked_options.h"
#include "core/plugins/description.h"
#include "core/plugins/model_config.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost init --model DIR --train FILE [--dev FILE] [--test FILE] [--reader NAME] [--output FILE]",
    "Looks at a Hugging Face model folder and at the training data, and writes a commented pipeline file that passes\n"
    "`fthost check` as it is. The data are words in columns, the label in the last one, or what --reader reads.",
    "  fthost init --model models/bert --train data/train.conll --dev data/dev.conll --output my.toml\n"
    "  fthost init --model models/bert --train ner_dataset.csv --reader gmb-csv\n"};

/// What the training data looks like.
struct DataLook {
  std::int64_t sentences = 0;
  std::int64_t words = 0;
  std::size_t longest = 0;
  std::set<std::string> types;
};

/// Looks at files with the reader that is named, whose options are as they are by themselves.
class DataLooker {
 public:
  DataLooker(const std::string& name, PluginRegistry& registry)
      : component_(component_named(Kind::reader, name, registry)), others_(registry.names(Kind::reader)) {
    std::erase(others_, name);
    require_no_options();
    reader_ = call_plugin(component_, "being created", [&] {
      return registry.create<Reader>(component_, checked_options(component_.description, ""));
    });
  }

  DataLook look_at(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) throw InputError(file, "no such file");
    if (std::filesystem::is_directory(file)) throw InputError(file, "expected a file, found a folder");
    try {
      DataLook look;
      call_plugin(component_, "reading",
                  [&] { reader_->read(file, [&](Sentence&& sentence) { add(sentence, look); }); });
      if (look.sentences == 0) throw InputError(file, "there is no sentence in the file");
      return look;
    } catch (const InputError& error) {
      throw with_other_ways(error);
    }
  }

 private:
  void require_no_options() const {
    std::vector<std::string> required;
    for (const auto& option : component_.description.options)
      if (option.required) required.push_back(option.name);
    if (required.empty()) return;
    const auto& name = component_.description.name;
    throw InputError("fthost", title(component_.description) + " cannot do without " + comma_separated(required),
                     {"init knows no options of readers: write the pipeline by hand",
                      "fthost options reader/" + name + " shows them"});
  }

  static void add(const Sentence& sentence, DataLook& look) {
    ++look.sentences;
    look.words += static_cast<std::int64_t>(sentence.words.size());
    look.longest = std::max(look.longest, sentence.words.size());
    for (const auto& label : sentence.labels)
      if (const auto dash = label.find('-'); dash != std::string::npos) look.types.insert(label.substr(dash + 1));
  }

  /// `error`, and how else the file could be read.
  InputError with_other_ways(const InputError& error) const {
    const auto& name = component_.description.name;
    auto messages = error.messages();
    auto& notes = messages.back().notes;
    notes.push_back("it was read by the reader '" + name +
                    "', its options left as they are; a pipeline that is written " +
                    "by hand gives them in [data]: fthost options reader/" + name);
    if (!others_.empty()) notes.push_back("--reader takes another reader: " + comma_separated(others_));
    return InputError(std::move(messages));
  }

  const FoundComponent& component_;
  std::vector<std::string> others_;
  std::shared_ptr<Reader> reader_;
};

std::string listed(const std::vector<std::string>& names) {
  return names.empty() ? "none" : comma_separated(names);
}

/// The model plugin that handles the folder's config.json.
const FoundComponent& model_for(const ModelConfig& config, const PluginRegistry& registry) {
  if (const auto* found = registry.find_handler(Kind::model, config.model_type)) return *found;
  throw InputError(config.file, "no plugin handles its model_type '" + config.model_type + "'",
                   {"models found: " + listed(registry.names(Kind::model))});
}

/// `path` as the pipeline file will say it: relative to the file's folder, as TOML.
std::string toml_path(const std::string& path, const std::filesystem::path& output) {
  const auto base = std::filesystem::absolute(output).lexically_normal().parent_path();
  return toml_value(std::filesystem::absolute(path).lexically_normal().lexically_relative(base).string());
}

/// `name = value` and a comment, as the table's other lines have it.
std::string commented(const std::string& setting, const std::string& comment) {
  return setting + std::string(setting.size() < 26 ? 27 - setting.size() : 1, ' ') + "# " + comment + "\n";
}

void write_data(std::ostream& out, const Arguments& arguments, const DataLook& look, const ModelConfig& config,
                const std::filesystem::path& output) {
  out << "# " << count_text(look.sentences) << " sentences, " << count_text(look.words) << " words, the longest of "
      << look.longest << " words; entity types: " << listed({look.types.begin(), look.types.end()}) << ".\n"
      << "[data]\nreader = " << toml_value(arguments.text("reader")) << '\n'
      << "train = " << toml_path(arguments.text("train"), output) << '\n';
  if (arguments.has("dev"))
    out << "dev = " << toml_path(arguments.text("dev"), output) << '\n';
  else
    out << "split = 0.1                # a tenth of train becomes the dev set, the same one for the same seed\n";
  if (arguments.has("test")) out << "test = " << toml_path(arguments.text("test"), output) << '\n';
  const auto max_length = std::min<std::int64_t>(128, config.max_tokens.value_or(128));
  out << commented("max_length = " + std::to_string(max_length),
                   "tokens; a longer sentence becomes overlapping windows")
      << '\n';
}

std::string pipeline_text(const Arguments& arguments, const DataLook& look, const ModelConfig& config,
                          const std::string& model, const std::filesystem::path& output) {
  const auto layers = std::min<std::int64_t>(3, config.layers.value_or(3));
  std::ostringstream out;
  out << "# Run it: fthost " << output.filename().string() << "\n"
      << "# See first what it takes: fthost plan " << output.filename().string() << "\n\n"
      << "[run]\n"
      << "seed = 2018\n"
      << "device = \"auto\"            # cuda when there is one, else cpu\n"
      << "output = \"runs\"            # each run gets a folder of its own in here\n\n";
  write_data(out, arguments, look, config, output);
  out << "[model]\nplugin = " << toml_value(model) << "\npath = " << toml_path(arguments.text("model"), output)
      << "\n\n"
      << "[head]\nplugin = \"ner\"\n\n"
      << "# What learns. Others: \"classifier-only\" (cheapest), \"full\" (dearest); `fthost options freezing` lists "
         "all.\n"
      << "[freezing]\nplugin = \"last-n-layers\"\nlayers = " << layers << "\n\n"
      << "[optimizer]\nplugin = \"adamw\"\nlr = 2e-4                  # few layers bear more than a whole model "
         "(3e-5)\n\n"
      << "[schedule]\nplugin = \"linear\"\nwarmup = 0.1               # share of the steps\n\n"
      << "[train]\nepochs = 3\nbatch_size = 32            # examples\nclip_norm = 1.0\n";
  return out.str();
}

void require_new_file(const std::filesystem::path& output) {
  if (std::filesystem::is_directory(output)) throw InputError(output, "expected a file's name, found a folder");
  if (std::filesystem::exists(output))
    throw InputError(output, "the file is there already", {"--output names another one"});
  const auto folder = output.parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder))
    throw InputError(output, "there is no folder " + folder.string());
}

}  // namespace

int init_command(const std::vector<std::string>& words) {
  namespace po = boost::program_options;
  po::options_description options;
  options.add_options()("model", po::value<std::string>(), "a Hugging Face model folder")(
      "train", po::value<std::string>(), "the training data")("dev", po::value<std::string>(), "the dev set")(
      "test", po::value<std::string>(), "the test set")(
      "reader", po::value<std::string>()->default_value("conll"),
      "the reader of all of them; `fthost options reader` lists which there are")(
      "output", po::value<std::string>()->default_value("pipeline.toml"), "the file to write; never overwritten");
  const Arguments arguments(kHelp, options, {}, words);
  if (arguments.help_shown()) return kDone;
  const auto model_folder = arguments.required("model");
  const auto train = arguments.required("train");
  const std::filesystem::path output = arguments.text("output");
  require_new_file(output);
  FoundPlugins registry;
  const ModelConfig config = read_model_config(model_folder);
  const auto& model = model_for(config, registry);
  DataLooker looker(arguments.text("reader"), registry);
  const DataLook look = looker.look_at(train);
  for (const auto* set : {"dev", "test"})
    if (arguments.has(set)) looker.look_at(arguments.text(set));
  write_file(disk(), output, pipeline_text(arguments, look, config, model.description.name, output));
  try {
    load_pipeline(output, {}, registry);
  } catch (...) {
    disk().remove(output);
    throw;
  }
  std::cerr << output.string() << ": written and checked; now `fthost plan " << output.string() << "` or `fthost "
            << output.string() << "`\n";
  return kDone;
}

}  // namespace fthost
